"""Search the texts of papers for terms and for names of models.

Title, keywords and abstract are searched separately. One pass of an Aho-Corasick automaton over a
text finds all terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ahocorasick

from compute_divide.sources.papers.topics import SEPARATOR, load_topics, term_key

Span = tuple[int, int, str]
"""The span of a term in a text, and what it names."""


class TermFinder:
    """Finds terms in texts.

    Names are case-sensitive, and the longest term at a place wins: "XLM-R" is not "XLM".
    """

    def __init__(self, terms: Mapping[str, Iterable[str]], *, case: bool = False) -> None:
        self._case = case
        self._automaton = ahocorasick.Automaton()
        for name, patterns in terms.items():
            for pattern in patterns:
                key = term_key(pattern, case=case)
                self._automaton.add_word(key, (len(key), name))
        self._automaton.make_automaton()

    def find(self, text: str) -> str:
        """Return the names that matched, sorted and joined by ``|``; empty when none did."""
        text = text if self._case else text.lower()
        matches = self._automaton.iter(words(text))
        spans = [(end - length, end, name) for end, (length, name) in matches]
        if self._case:
            spans = _longest(spans)
        matched = {name for _, _, name in spans}
        return SEPARATOR.join(sorted(matched))


def _longest(spans: list[Span]) -> list[Span]:
    """Return the spans that are not inside a longer one."""

    def lies_in_longer(span: Span) -> bool:
        start, end, _ = span
        around = [last - first for first, last, _ in spans if first <= start and end <= last]
        return max(around) > end - start

    return [span for span in spans if not lies_in_longer(span)]


_NO_WORD = {code: " " for code in range(128) if not chr(code).isalnum()}


def words(text: str) -> str:
    """Return a text with a space for every sign that is not a letter or digit, and at both ends."""
    if not text.isascii():
        text = "".join(char if char.isalnum() else " " for char in text)
    return f" {text.translate(_NO_WORD)} "


class TextSearch:
    """Finds what the texts of a paper name.

    It finds topic terms, recorded as such, and models, recorded by their names.
    """

    def __init__(self) -> None:
        topics = load_topics()
        terms = [term for topic in topics.topics.values() for term in topic.terms]
        models = {name: model.terms for name, model in topics.models.items()}
        self.terms = TermFinder({term: [term] for term in terms})
        self.models = TermFinder(models, case=True)

    def find(self, texts: Mapping[str, str | None]) -> dict[str, str | None]:
        """Return what each text names, as ``title_terms`` and so on; None if nothing."""
        named = {}
        for kind, finder in (("terms", self.terms), ("models", self.models)):
            for part, text in texts.items():
                names = finder.find(text) if text else None
                named[f"{part}_{kind}"] = names or None
        return named

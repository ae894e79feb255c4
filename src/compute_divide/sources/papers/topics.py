"""Topics and pre-trained models that a paper's texts name, by terms that are data.

The terms are in ``data/topics.yml``. Title, keywords and abstract are searched separately. The
table keeps the terms that matched, not the topics, so that a reader can regroup terms without the
texts. One pass of an Aho-Corasick automaton over a text finds all terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import ahocorasick
from pydantic import AfterValidator, Field, model_validator

from compute_divide.sources.papers.affiliations import fold
from compute_divide.sources.store.files import EvidenceError, Strict, read_yaml

SEPARATOR = "|"

Span = tuple[int, int, str]
"""The span of a term in a text, and what it names."""


def _with_words(term: str) -> str:
    """Return a term; raise ValueError if it contains nothing to search for."""
    term_key(term)
    return term


Term = Annotated[str, AfterValidator(_with_words)]


class Topic(Strict):
    """A topic: the terms that show it, in lower case."""

    label: str = Field(min_length=1)
    terms: tuple[Term, ...] = Field(min_length=1)


class Group(Strict):
    """A named set of topics."""

    label: str = Field(min_length=1)
    topics: tuple[str, ...] = Field(min_length=1)


class NamedModel(Strict):
    """A pre-trained model: its access, and the spellings that name it."""

    label: str = Field(min_length=1)
    access: Literal["open", "hosted"]
    kind: Literal["text", "image", "vision-language", "speech", "code", "science", "backbone"]
    terms: tuple[Term, ...] = Field(min_length=1)


class Topics(Strict):
    """The content of ``data/topics.yml``."""

    topics: dict[str, Topic]
    groups: dict[str, Group]
    models: dict[str, NamedModel]

    @model_validator(mode="after")
    def _groups_name_topics(self) -> Topics:
        for name, group in self.groups.items():
            for topic in group.topics:
                if topic not in self.topics:
                    raise ValueError(
                        f"the group {name!r} names the topic {topic!r}, which does not exist"
                    )
        return self

    def members(self, names: Iterable[str]) -> list[str]:
        """Return the topics of groups, and topics, given by name: each once, in their order."""
        members: dict[str, None] = {}
        for name in names:
            is_unknown = name not in self.groups and name not in self.topics
            if is_unknown:
                allowed = ", ".join([*self.groups, *self.topics])
                raise EvidenceError(f"{name!r} is neither a group nor a topic; allowed: {allowed}")
            topics = self.groups[name].topics if name in self.groups else (name,)
            members |= dict.fromkeys(topics)
        return list(members)

    def label(self, name: str) -> str:
        """Return the written name of a topic, or of a group of topics."""
        named = self.topics.get(name) or self.groups[name]
        return named.label

    def terms(self, names: Iterable[str]) -> frozenset[str]:
        """Return the terms of topics and groups given by name."""
        topics = [self.topics[name] for name in self.members(names)]
        return frozenset(term for topic in topics for term in topic.terms)


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


def term_key(pattern: str, *, case: bool = False) -> str:
    """Return the text to search for when a pattern is applied."""
    text = re.sub(r"[^\w]+", " ", pattern.strip("*")).strip()
    is_malformed = not text or "*" in pattern.strip("*")
    if is_malformed:
        raise ValueError(f"the term {pattern!r} is not words with a * at the start or the end")
    text = text if case else fold(text)
    start = "" if pattern.startswith("*") else " "
    end = "" if pattern.endswith("*") else " "
    return f"{start}{text}{end}"


def load_topics() -> Topics:
    """Return the topics of papers, groups of topics, and pre-trained models to search for.

    Returns
    -------
    Topics
        The content of ``data/topics.yml``: ``topics``, ``groups`` and ``models``, each by name.

    Raises
    ------
    EvidenceError
        If the file is missing or damaged.

    Examples
    --------
    >>> load_topics().models["bert"].access
    'open'
    """
    return read_yaml("topics.yml", Topics)


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

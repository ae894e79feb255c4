"""Sentences that no statement guards, although they contain something that a choice may change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bookpress.check.sentences import sentences_of

VALUES = re.compile(r"\{(?P<kind>result|param|years|claim|related)\}`(?P<text>[^`]+)`")
SHELVED = re.compile(r"⟨(\d+)⟩")
"""Stands for a value while sentences are told apart."""
FIXED = {"claim", "related"}
"""Roles whose text no choice changes."""

NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundreds? thousands? "
    r"millions? billions? trillions? dozens? \w+fold twice doubl\w+ trebl\w+ tripl\w+ quadrupl\w+ once both neither "
    "half halves thirds? quarters? fourths? fifths? sixths? sevenths? eighths? ninths? tenths? hundredths?"
)
ENDS = "first last second most least best worst newest latest middle median majority minority nearly almost none"
CHOSEN = "titles? abstracts? keywords? affiliations? filter audited prices? speeds? today now"
"""What closed choices are called in prose: texts, readings, definitions, records, vintages."""
NO_SUPERLATIVES = (
    "interest|honest|modest|request|invest|suggest|manifest|harvest|forest|digest|protest|rest|test"
)
TRIGGERS: Mapping[str, re.Pattern[str]] = {
    "year": re.compile(r"\b(?:19|20)\d\ds?\b"),
    "digits": re.compile(r"(?<![\w-])[$€]?\d[\d,.]*(?:\s?%)?"),
    "number": re.compile(rf"\b(?:{'|'.join(NUMBERS.split())})\b", re.IGNORECASE),
    "superlative": re.compile(
        rf"\b(?:{'|'.join(ENDS.split())}|(?!(?:{NO_SUPERLATIVES})\b)[a-z]+est)\b", re.IGNORECASE
    ),
    "choice": re.compile(rf"\b(?:{'|'.join(CHOSEN.split())})\b", re.IGNORECASE),
}
WORD = re.compile(r"[\w.+-]*[\w+]")
NAME = re.compile(r"(?<![.!?:“\"(—–*] )(?<!^)(?<![“\"(⟩])\b(?=[A-Z])[\w.+-]*[\w+]")
"""What begins with a capital within a sentence."""


class Unguarded(NamedTuple):
    """A sentence without a statement: its words, with places for values, and what may follow from a choice."""

    page: str
    line: int
    words: str
    holds: tuple[str, ...]
    values: Mapping[str, tuple[str, str]]

    @property
    def is_plain(self) -> bool:
        """Whether it reads the same in every edition."""
        return all(kind in FIXED for kind, _ in self.values.values())

    @property
    def source(self) -> str:
        """Its words, with roles for values."""
        return SHELVED.sub(lambda place: "{{{}}}`{}`".format(*self.values[place[1]]), self.words)


def unguarded(texts: Mapping[str, str]) -> Iterator[Unguarded]:
    """Yield the sentences that no statement guards and that may repeat a choice, in order."""
    names = names_of(texts)
    for page, text in texts.items():
        shelved, values = without_values(text)
        for sentence in sentences_of(shelved):
            held = tuple(dict.fromkeys(triggers(sentence.words, names)))
            if held and not sentence.marks:
                own = {place: values[place] for place in SHELVED.findall(sentence.words)}
                yield Unguarded(page, sentence.line, sentence.words, held, own)


def without_values(text: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """Return a page with a placeholder for each value, and kind and name of each."""
    values: dict[str, tuple[str, str]] = {}

    def shelve(role: re.Match[str]) -> str:
        place = str(len(values))
        values[place] = (role["kind"], " ".join(role["text"].split()))
        return f"⟨{place}⟩" + "\n" * role[0].count("\n")

    return VALUES.sub(shelve, text), values


def names_of(texts: Mapping[str, str]) -> set[str]:
    """Return the words that are capitalised within a sentence on some page."""
    sentences = (
        one.words for text in texts.values() for one in sentences_of(without_values(text)[0])
    )
    return {name for words in sentences for name in NAME.findall(words)} - {"I"}


def triggers(words: str, names: set[str]) -> Iterator[str]:
    """Yield the parts of a sentence that may follow from a choice."""
    bare = SHELVED.sub("", words)
    for pattern in TRIGGERS.values():
        yield from (match[0] for match in pattern.finditer(bare))
    yield from (word for word in WORD.findall(bare) if word in names)

"""Read universities from affiliation strings.

Names kept by hand come first, then those of a public list of the world's universities. The longest
known name at a place counts, whatever stands around it, so that campuses of one system are kept
apart and departments do not matter; "Oxford University" and "University of Oxford" are one name
unless the list has both. What no list knows counts as a university of its own if a
part between commas says that it is one. A system without its campus ("University of California"),
the Chinese Academy of Sciences without its university, Max Planck institutes, Inria and other
public research count as none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, chain
from typing import NamedTuple

from compute_divide.sources.papers.affiliations import fold, is_unparsed, without_entities
from compute_divide.sources.papers.universities import UniversityName


class University(NamedTuple):
    """A university: its name, or the sorted words of one that no list knows, and its country."""

    name: str
    country: str


Words = tuple[str, ...]

_PARTICLES = (
    "the of at in and for de la le les du des di dei della degli studi et von zu der van do da d s"
    " y an"
)
_DROPPED = frozenset(_PARTICLES.split())
_SPELLINGS = {
    "university": "univ universitat universitaet universite universita universidad universidade"
    " universiteit universitet universitetet universities univeristy univerisity universtiy"
    " unversity uni",
    "institute": "inst institut instituto institue istituto",
    "technology": "tech technol techology",
    "technical": "technische technischen tecnica",
    "sciences": "science",
}
_SPELLED = {other: word for word, others in _SPELLINGS.items() for other in others.split()}
_COMMON_WORDS = (
    "university national technical institute technology college state american international"
    " central sciences open free polytechnic school business graduate medical law academy north"
    " south east west northern southern eastern western northeastern southeast catholic"
)
_GENERIC = frozenset(_COMMON_WORDS.split())
_SPECIALISED = frozenset(["technology", "sciences", "agriculture"])
_APOSTROPHES = str.maketrans("", "", "'‘’′ʼ")
_WORD = re.compile(r"[^\W\d_]+")
_BREAK = re.compile(r"[,;/()|:]")
_LONGEST_UNLISTED = 6
"""A part with more words is a sentence or several names, and stands for no university."""


class UniversityReader:
    """Reads affiliation strings, each distinct one once, by names kept by hand and listed ones."""

    def __init__(self, by_hand: Iterable[UniversityName], listed: Iterable[University]) -> None:
        self._names: dict[Words, University] = {}
        self._alone: dict[Words, University] = {}
        self._capitals: dict[Words, University] = {}
        for row in by_hand:
            names = self._names
            if row.alone == "yes":
                names = self._capitals if row.pattern.isupper() else self._alone
            names[name_words(row.pattern)] = University(row.university, row.country)
        self._by_hand = {*self._names}
        of_lists = _by_words(listed)
        for words, same in of_lists.items():
            if len({university.country for university in same}) == 1:
                names = self._names if set(words) - _GENERIC and len(words) > 1 else self._alone
                names.setdefault(words, min(same))
        self._turned: dict[Words, University] = {}
        for words, university in self._names.items():
            if (turned := _turned(words)) not in of_lists:
                self._turned.setdefault(turned, university)
        self._most_words = max(map(len, self._names), default=0)
        self.read = cache(self._read)  # from an affiliation string to the universities it names

    def _read(self, text: str) -> tuple[University, ...]:
        universities: dict[University, None] = {}
        for item in without_entities(text).split("+"):
            if not is_unparsed(item):
                universities |= dict.fromkeys(self._in_item(item))
        return tuple(university for university in universities if university.name)

    def _in_item(self, item: str) -> Iterator[University]:
        parts = [name_words(part) for part in _BREAK.split(item)]
        if (whole := tuple(chain(*parts))) in self._alone:
            yield self._alone[whole]
            return
        known = [*self._known(parts)]
        yield from known
        yield from (self._capitals[part] for part in parts if part in self._capitals)
        if not known:
            yield from _unlisted(parts)

    def _known(self, parts: Sequence[Words]) -> Iterator[University]:
        """Yield the universities of the longest known names, from the left.

        "University, Korea" is not Korea University: only a name as it is known goes over a comma.
        Nor is "Institute of Art, University of Tehran" an Art University: where a part begins with
        "university", only a name kept by hand goes on. "Tokyo University of Technology" is not
        Tokyo University, nor the Technical University of Ostrava the University of Ostrava.
        """
        words = tuple(chain(*parts))
        ends_of_parts = list(accumulate(map(len, parts)))
        begins = {end for end in ends_of_parts if words[end : end + 1] == ("university",)}
        start = 0
        while start < len(words):
            within = ends_of_parts[bisect_right(ends_of_parts, start)]
            for end in range(min(start + self._most_words, len(words)), start, -1):
                name = words[start:end]
                university = None
                if name in self._by_hand or begins.isdisjoint(range(start + 1, end)):
                    university = self._names.get(name)
                if end <= within:
                    university = university or self._turned.get(name)
                if university and not _goes_on(words, start, end, ends_of_parts):
                    yield university
                    start = end
                    break
            else:
                start += 1


def name_words(text: str) -> Words:
    """Return the words of a name that tell it from others, spelled in one way."""
    plain = fold(text).translate(_APOSTROPHES)
    words = (_SPELLED.get(word, word) for word in _WORD.findall(plain))
    return tuple(word for word in words if word not in _DROPPED)


def _goes_on(words: Words, start: int, end: int, ends_of_parts: Sequence[int]) -> bool:
    """Return whether a name is only a piece of that of a technical or another such university."""
    if end not in ends_of_parts and words[end - 1] == "university" and words[end] in _SPECIALISED:
        return True
    is_first = start == 0 or start in ends_of_parts
    return not is_first and words[start - 1 : start + 1] == ("technical", "university")


def _turned(words: Words) -> Words:
    """Return "university x" for "x university", and the reverse; other names as they are."""
    if words[:1] == ("university",) and words[-1] != "university":
        return (*words[1:], "university")
    if words[-1:] == ("university",):
        return ("university", *words[:-1])
    return words


def _by_words(listed: Iterable[University]) -> dict[Words, set[University]]:
    """Return listed universities by the words of their names; of one name there may be several."""
    named: dict[Words, set[University]] = {}
    for university in listed:
        if words := name_words(university.name):
            named.setdefault(words, set()).add(university)
    return named


def _unlisted(parts: Sequence[Words]) -> Iterator[University]:
    """Yield a university, of unknown country, for each part that says it is one."""
    for part in parts:
        if "university" in part and 1 < len(part) <= _LONGEST_UNLISTED and set(part) - _GENERIC:
            yield University(" ".join(sorted(part)), "")

"""Sectors from affiliation strings, by rules that are data (``data/organisations.csv``).

An affiliation string is folded (case, accents, ligatures), split into the organisations it lists,
and searched for the patterns of the rules. A match inside a longer match does not count, so a
look-alike such as "Toyota Technological Institute" is simply a longer row. Named organisations and
plain words (university, GmbH) decide; hints (department, AI at the end) count only if the string
has neither, or within a short name.

The answer is a slot profile (`compute_divide.sources.papers.profiles`).
"""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Annotated, Literal, NamedTuple, TypeVar

import ahocorasick
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from compute_divide.sources.papers.profiles import RULES_FILE, UNKNOWN, Sector
from compute_divide.sources.store.files import EvidenceError, Strict, problem, read_bytes

TOO_LONG = 250
"""Strings of this length or more are pieces of a page, not affiliations, and are not read."""

FIRM = frozenset({"name", "word"})
"""The strengths that settle which sectors a string names."""

SHORT = 3 + 2
"""Up to this many words (and two anchors) an organisation's text is a name, so its hints count."""


Row = TypeVar("Row", bound=Strict)


def _with_words(pattern: str) -> str:
    """Return a pattern; raise ValueError if it contains nothing to search for."""
    pattern_key(pattern)
    return pattern


def _split(text: str) -> Sequence[str]:
    if text:
        return text.split("|")
    return ()


class Rule(Strict):
    """A row of the rules: a pattern, the sectors it stands for, and its `strength`.

    ``name`` is a named organisation, ``word`` a word that settles the matter, ``hint`` a word that
    counts if neither occurs, ``place`` a town known for its university, which counts if not even a
    hint occurs, and only before the first comma: after it a town is the location of an
    organisation. The one row of strength ``bare`` says how a bare name that no other rule knows
    counts.

    A pattern consists of words; ``*`` before or after it lets a word continue, ``^`` and ``$`` tie
    it to the start or the end of an organisation's text, or of the text before its first comma if
    the whole matches nothing. A rule without a sector hides the shorter matches inside it and says
    that the sector is unknown. A hint without one is a word that everyone uses (lab, institute):
    beside it, hints of companies do not count.
    """

    pattern: Annotated[str, Field(min_length=1), AfterValidator(_with_words)]
    sector: Annotated[tuple[Sector, ...], BeforeValidator(_split)]
    kind: str = Field(min_length=1)
    country: str = Field(pattern=r"^([A-Z]{2})?$")
    strength: Literal["name", "word", "hint", "place", "bare"]
    judgement: str = Field(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$")
    note: str

    @property
    def atoms(self) -> tuple[str, ...]:
        """Return the atoms of this rule in a slot profile: the judgement call, or the sectors."""
        if self.judgement:
            return (f"@{self.judgement}",)
        return self.sector


class AffiliationReader:
    """Reads affiliation strings by a set of rules, each distinct string once.

    No two rules have the same pattern.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._automaton = ahocorasick.Automaton()
        self._bare = UNKNOWN
        for rule in rules:
            if rule.strength == "bare":
                self._bare = "+".join(sorted(rule.atoms))
                continue
            key = pattern_key(rule.pattern)
            value = (len(key), rule.strength, rule.atoms)
            self._automaton.add_word(key, value)
        self._automaton.make_automaton()
        self.read = cache(self._read)  # from an affiliation string to its slot profile

    def _read(self, text: str) -> str:
        atoms = self._named(text)
        if self._lists_bare_name(text):
            atoms.update(self._bare.split("+"))
        if atoms:
            return "+".join(sorted(atoms))
        name = text.split(",", maxsplit=1)[0].strip()
        if self._is_bare(name):
            return self._bare
        return UNKNOWN

    def _named(self, text: str) -> set[str]:
        """Return the atoms of the organisations that a string lists."""
        parts = [(self._longest_matches(part.text), part) for part in _parts(text)]
        firm = set().union(*(_firm_atoms(matches) for matches, _ in parts))
        atoms = set(firm)
        for matches, part in parts:
            is_short = len(part.text.split()) <= SHORT
            if _firm_atoms(matches) or (firm and not is_short):
                continue
            if any(strength == "hint" for strength, _ in matches):
                atoms |= _hinted(matches)
            else:
                atoms |= _atoms(self._longest_matches(part.before_comma))
        return atoms

    def _lists_bare_name(self, text: str) -> bool:
        """Return whether a list contains a bare name.

        Beside another organisation it counts only if the list itself separates the two.
        """
        if "+" not in text and " / " not in text:
            return False
        items = (item.strip() for item in _ITEMS.split(text))
        return any(self.read(item) == self._bare != UNKNOWN for item in items if item)

    def _is_bare(self, name: str) -> bool:
        """Return whether a text looks like a name in which no rule recognises anything."""
        if not _BARE_NAME.fullmatch(name):
            return False
        return not any(map(self._longest_matches, organisation_texts(name)))

    def _longest_matches(self, part: str) -> list[Match]:
        """Return strength and atoms of the matches that are not inside a longer match."""
        matches = [
            (end - length, -end, strength, atoms)
            for end, (length, strength, atoms) in self._automaton.iter(part)
        ]
        matches.sort()
        longest = []
        reached = 1
        for _, end, strength, atoms in matches:
            if end < reached:
                longest.append((strength, atoms))
                reached = end
        return longest


Match = tuple[str, tuple[str, ...]]
"""Strength and atoms of a rule that matched."""


def _firm_atoms(matches: Iterable[Match]) -> set[str]:
    return _atoms(match for match in matches if match[0] in FIRM)


def _atoms(matches: Iterable[Match]) -> set[str]:
    return {atom for _, atoms in matches for atom in atoms}


def _hinted(matches: Iterable[Match]) -> set[str]:
    """Return the sector that the hints in one organisation's text point to."""
    hints = [atoms for strength, atoms in matches if strength == "hint"]
    hinted = set().union(*hints)
    if () in hints:
        hinted.discard("industry")
    return set([sector for sector in HINT_ORDER if sector in hinted][:1])


HINT_ORDER = ("academia", "government", "nonprofit", "industry")
"""The precedence of hints if an organisation's text contains several."""

_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ﬁ": "fi",
    }
)
_LOOSE_ACCENT = re.compile(r"\s?[´`¨ˆ˜¸]\s?(?=[a-z])|[´`¨ˆ˜¸]\s?")
_SEPARATOR = re.compile(r"[+;/|]")
_LATER_EMPLOYER = re.compile(r"\b(?:currently|now|presently) (?:at|with) [^,;()+]*")
"""A clause that introduces the employer after the paper, in a folded text."""

_ITEMS = re.compile(r"\+| / [^+]*,[^+]*| / ")
"""The separators of two affiliations of one author in a list.

The text after a stroke with a comma is a place.
"""

_BARE_NAME = re.compile(
    r"(?=.{4,40}$)(?=.*[a-z])(?!.*(?:Lab|Group|Team|Project)(?:[A-Z0-9]\w*)?$)"
    r"[A-Z][\w.'-]*( (?:[A-Z][\w.'-]*|of|the|for|and|&)){0,2}|[a-z]{5,}"
)
"""A name of one to three words: capitalised and not all in capitals, or a single word where a list
is in lower case.

A name with lab, group, team or project belongs as often to a university as to a company."""

_WORD = re.compile(r"\d+|[^\W\d_]+|&")


def fold(text: str) -> str:
    """Return a text in lower case without accents, ligatures and loose accents.

    Loose accents come from parsing PDFs.
    """
    if text.isascii() and "`" not in text:
        return text.lower()
    text = _LOOSE_ACCENT.sub("", text)
    text = unicodedata.normalize("NFKD", text).lower().translate(_LETTERS)
    return "".join(char for char in text if not unicodedata.combining(char))


class Part(NamedTuple):
    """One organisation of a string: folded words between ``^`` and ``$``.

    It also has the part before its first comma.
    """

    text: str
    before_comma: str


def organisation_texts(text: str) -> list[str]:
    """Return the organisations of an affiliation string as folded words between ``^`` and ``$``.

    See `is_unparsed`.
    """
    return [part.text for part in _parts(text)]


def _parts(text: str) -> Iterator[Part]:
    for item in without_entities(text).split("+"):
        if is_unparsed(item):
            continue
        present = _LATER_EMPLOYER.sub(" ", fold(item))
        for part in _SEPARATOR.split(present):
            if _words(part):
                name, _, _ = part.partition(",")
                yield Part(_anchored(part), _anchored(name))


def _anchored(text: str) -> str:
    return f" ^ {_words(text)} $ "


def without_entities(text: str) -> str:
    """Return a text without HTML entities, however often they were escaped."""
    while "&" in text and (plain := html.unescape(text)) != text:
        text = plain
    return text


def is_unparsed(text: str) -> bool:
    """Return whether an item of a string is a fragment of a page rather than an affiliation.

    Items are separated by ``+``.
    """
    if len(text) >= TOO_LONG:
        return True
    return "\n" in text.strip()


def pattern_key(pattern: str) -> str:
    """Return the text to search for when a pattern is applied."""
    words = _words(fold(pattern.strip("*^$")))
    if not words:
        raise ValueError(f"the pattern {pattern!r} contains no word")
    if "*" in pattern.strip("*"):
        raise ValueError(
            f"the pattern {pattern!r} has a * inside: only the start and the end may have one"
        )
    if _SEPARATOR.search(pattern):
        raise ValueError(
            f"the pattern {pattern!r} contains a sign that separates organisations: + ; / or |"
        )
    start = end = " "
    if pattern.startswith("^"):
        start = " ^ "
    elif pattern.startswith("*"):
        start = ""
    if pattern.endswith("$"):
        end = " $ "
    elif pattern.endswith("*"):
        end = ""
    return f"{start}{words}{end}"


def _words(text: str) -> str:
    """Return the words of a folded text, single-spaced.

    Digits and letters are words of their own.
    """
    parts = _WORD.findall(text)
    return " ".join("and" if word == "&" else word for word in parts)


@lru_cache(maxsize=4)
def parse_rows(
    text: str, name: str, model: type[Row], key: Callable[[str], str] = str
) -> tuple[Row, ...]:
    """Return the rules of a CSV text.

    The error for an invalid or duplicate rule gives its place.
    """
    rules: list[Row] = []
    known: dict[str, str] = {}
    rows = csv.DictReader(io.StringIO(text))
    for number, row in enumerate(rows, start=2):
        place = f"data/{name}, row {number}"
        try:
            rules.append(model.model_validate(row))
        except ValidationError as error:
            raise EvidenceError(f"{place}: {problem(error)}") from error
        pattern = row["pattern"]
        same = known.get(key(pattern))
        if same:
            raise EvidenceError(f"{place}: {pattern!r} is already there as {same!r}")
        known[key(pattern)] = pattern
    return tuple(rules)


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules in a CSV text."""
    rules = parse_rows(text, RULES_FILE, Rule, pattern_key)
    calls: dict[str, tuple[str, ...]] = {}
    for number, rule in enumerate(rules, start=2):
        call = rule.judgement
        is_contradicted = call and calls.setdefault(call, rule.sector) != rule.sector
        if is_contradicted:
            here = "|".join(rule.sector)
            before = "|".join(calls[call])
            raise EvidenceError(
                f"data/{RULES_FILE}, row {number}: the judgement call {call!r} has the sector "
                f"{here!r} here and {before!r} before"
            )
    return rules


def load_affiliation_rules() -> tuple[Rule, ...]:
    """Return the rules that recognise organisations, from ``data/organisations.csv``.

    Returns
    -------
    tuple of Rule
        In the order of the file, which does not matter: of matches at one place the longest counts.

    Raises
    ------
    EvidenceError
        If a rule is malformed.

    Examples
    --------
    >>> len(load_affiliation_rules()) > 1000
    True
    """
    return parse_rules(read_bytes(RULES_FILE).decode("utf-8"))

"""Sectors from affiliation strings: the rules are data (``data/organisations.csv``), this engine applies them.

An affiliation string is folded (case, accents, ligatures), split into the organisations it lists,
and searched for the patterns of the rules. A match inside a longer match does not count, so a
look-alike such as "Toyota Technological Institute" is simply a longer row. Named organisations and
plain words (university, GmbH) decide; hints (department, AI at the end) are asked only where
nothing of the kind is in the string, or in a short name of its own.

The answer is a slot profile (`compute_divide.evidence.papers.profiles`).
"""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Annotated, Literal, TypeVar

import ahocorasick
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from compute_divide.evidence.papers.profiles import RULES_FILE, UNKNOWN, Sector
from compute_divide.evidence.store.files import EvidenceError, Strict, problem, read_bytes

TOO_LONG = 250  # strings of this many characters or more are pieces of a page, not affiliations: they are not read

FIRM = frozenset({"name", "word"})  # the strengths that settle which sectors a string names

SHORT = 3 + 2
"""An organisation's text of up to three words (and its two anchors) is a name of its own, so that
its hints count."""


Row = TypeVar("Row", bound=Strict)


class Rule(Strict):
    """A row of the rules: a pattern, the sectors it stands for, how firm it is (`strength`).

    ``name`` is a named organisation, ``word`` a word that settles the matter, ``hint`` one that
    counts where neither occurs, ``place`` a town known for its university, which counts where not
    even a hint occurs. The one row of strength ``bare`` says what a bare name that no other rule
    knows counts as.

    A pattern is words; ``*`` before or after it lets a word go on, ``^`` and ``$`` tie it to the
    start or the end of an organisation's text. A rule without a sector hides the shorter matches
    inside it and says that nothing is known.
    """

    pattern: Annotated[
        str, Field(min_length=1), AfterValidator(lambda pattern: pattern_key(pattern) and pattern)
    ]
    sector: Annotated[
        tuple[Sector, ...], BeforeValidator(lambda text: text.split("|") if text else ())
    ]
    kind: str = Field(min_length=1)
    country: str = Field(pattern=r"^([A-Z]{2})?$")
    strength: Literal["name", "word", "hint", "place", "bare"]
    judgement: str = Field(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$")
    note: str

    @property
    def atoms(self) -> tuple[str, ...]:
        """Return what a slot profile holds for this rule: the judgement call, or the sectors."""
        return (f"@{self.judgement}",) if self.judgement else self.sector


class AffiliationReader:
    """Reads affiliation strings by a set of rules, no two with the same pattern, each distinct string
    once."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._automaton = ahocorasick.Automaton()
        self._bare = UNKNOWN
        for rule in rules:
            if rule.strength == "bare":
                self._bare = "+".join(sorted(rule.atoms))
                continue
            key = pattern_key(rule.pattern)
            self._automaton.add_word(key, (len(key), rule.strength, rule.atoms))
        self._automaton.make_automaton()
        self.read = cache(self._read)  # from an affiliation string to its slot profile

    def _read(self, text: str) -> str:
        parts = organisation_texts(text)
        matches = [self._longest_matches(part) for part in parts]
        firm = [
            {atom for strength, found in part if strength in FIRM for atom in found}
            for part in matches
        ]
        atoms = set().union(*firm)
        known = bool(atoms)
        for part, found, settled in zip(parts, matches, firm, strict=True):
            if (
                not settled
                and (not known or len(part.split()) <= SHORT)
                and (sector := _strongest_hint(found))
            ):
                atoms.add(sector)
        # Beside another organisation a bare name counts only where the list itself sets the two apart.
        if "+" in text or " / " in text:
            apart = [item.strip() for item in _ITEMS.split(text)]
            if any(self.read(item) == self._bare != UNKNOWN for item in apart if item):
                atoms.update(self._bare.split("+"))
        if atoms:
            return "+".join(sorted(atoms))
        name = text.split(",", maxsplit=1)[0].strip()
        bare = _BARE_NAME.fullmatch(name) and not any(
            map(self._longest_matches, organisation_texts(name))
        )
        return self._bare if bare else UNKNOWN

    def _longest_matches(self, part: str) -> list[tuple[str, tuple[str, ...]]]:
        """Return strength and atoms of the matches that lie in no longer match."""
        found = [
            (end - length, -end, strength, atoms)
            for end, (length, strength, atoms) in self._automaton.iter(part)
        ]
        found.sort()
        kept = []
        reached = 1
        for _, end, strength, atoms in found:
            if end < reached:
                kept.append((strength, atoms))
                reached = end
        return kept


def _strongest_hint(matches: Iterable[tuple[str, tuple[str, ...]]]) -> str | None:
    """Return the sector that the hints in one organisation's text point to, or else its place."""
    for wanted in ("hint", "place"):
        hinted = {
            sector for strength, sectors in matches if strength == wanted for sector in sectors
        }
        if hinted:
            return next(sector for sector in HINT_ORDER if sector in hinted)
    return None


HINT_ORDER = ("academia", "government", "nonprofit", "industry")
"""Which hint wins where an organisation's text holds several."""

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
"""A clause that names the employer after the paper, in a folded text."""

_ITEMS = re.compile(r"\+| / [^+]*,[^+]*| / ")
"""What sets two affiliations of one author apart in a list; what stands behind a stroke with a
comma is its place."""

_BARE_NAME = re.compile(
    r"(?=.{4,40}$)(?=.*[a-z])(?!.*(?:Lab|Group|Team|Project)(?:[A-Z0-9]\w*)?$)"
    r"[A-Z][\w.'-]*( (?:[A-Z][\w.'-]*|of|the|for|and|&)){0,2}|[a-z]{5,}"
)
"""A name of one to three words: capitalised and not all in capitals, or a single word where a list
is in lower case.

One that calls itself a lab, group, team or project is as often a university's as a company's."""

_WORD = re.compile(r"\d+|[^\W\d_]+|&")


def fold(text: str) -> str:
    """Return a text in lower case without accents, ligatures and the loose accents that PDF parsing
    leaves."""
    if text.isascii() and "`" not in text:
        return text.lower()
    text = _LOOSE_ACCENT.sub("", text)
    text = unicodedata.normalize("NFKD", text).lower().translate(_LETTERS)
    return "".join(char for char in text if not unicodedata.combining(char))


def organisation_texts(text: str) -> list[str]:
    """Return the organisations of an affiliation string as folded words between ``^`` and ``$``.

    See `is_unparsed`.
    """
    listed = (item for item in without_entities(text).split("+") if not is_unparsed(item))
    parts = (
        part for item in listed for part in _SEPARATOR.split(_LATER_EMPLOYER.sub(" ", fold(item)))
    )
    return [f" ^ {words} $ " for part in parts if (words := _words(part))]


def without_entities(text: str) -> str:
    """Return a text without HTML entities, however often they were escaped."""
    while "&" in text and (plain := html.unescape(text)) != text:
        text = plain
    return text


def is_unparsed(text: str) -> bool:
    """Tell whether one of the ``+``-separated items of a string is a piece of a page rather than an
    affiliation."""
    return len(text) >= TOO_LONG or "\n" in text.strip()


def pattern_key(pattern: str) -> str:
    """Return the text that is searched for when a pattern is applied."""
    words = _words(fold(pattern.strip("*^$")))
    if not words:
        raise ValueError(f"the pattern {pattern!r} holds no word")
    if "*" in pattern.strip("*"):
        raise ValueError(
            f"the pattern {pattern!r} has a * inside: only the start and the end may have one"
        )
    if _SEPARATOR.search(pattern):
        raise ValueError(
            f"the pattern {pattern!r} holds a sign that separates organisations: + ; / or |"
        )
    start = " ^ " if pattern.startswith("^") else "" if pattern.startswith("*") else " "
    end = " $ " if pattern.endswith("$") else "" if pattern.endswith("*") else " "
    return f"{start}{words}{end}"


def _words(text: str) -> str:
    """Return the words of a folded text, single-spaced.

    Digits and letters are words of their own.
    """
    return " ".join("and" if word == "&" else word for word in _WORD.findall(text))


@lru_cache(maxsize=4)
def parse_rows(
    text: str, name: str, model: type[Row], key: Callable[[str], str] = str
) -> tuple[Row, ...]:
    """Return the rules of a CSV text.

    The error for a bad one, or one that is there already, names its place.
    """
    rules, known = [], dict[str, str]()
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        try:
            rules.append(model.model_validate(row))
        except ValidationError as error:
            raise EvidenceError(f"data/{name}, row {number}: {problem(error)}") from error
        if there := known.get(key(row["pattern"])):
            raise EvidenceError(
                f"data/{name}, row {number}: {row['pattern']!r} is already there as {there!r}"
            )
        known[key(row["pattern"])] = row["pattern"]
    return tuple(rules)


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules that a CSV text holds."""
    rules = parse_rows(text, RULES_FILE, Rule, pattern_key)
    calls: dict[str, tuple[str, ...]] = {}
    for number, rule in enumerate(rules, start=2):
        if rule.judgement and calls.setdefault(rule.judgement, rule.sector) != rule.sector:
            raise EvidenceError(
                f"data/{RULES_FILE}, row {number}: the judgement call {rule.judgement!r} has the sector "
                f"{'|'.join(rule.sector)!r} here and {'|'.join(calls[rule.judgement])!r} before"
            )
    return rules


def load_rules() -> tuple[Rule, ...]:
    """Return the rules by which organisations are told apart, those of ``data/organisations.csv``.

    Returns
    -------
    tuple of Rule
        In the order of the file: the first that fits a name decides.

    Raises
    ------
    EvidenceError
        If a rule is malformed.

    Examples
    --------
    >>> len(load_rules()) > 1000
    True
    """
    return parse_rules(read_bytes(RULES_FILE).decode("utf-8"))

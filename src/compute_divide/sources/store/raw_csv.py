"""Cells of raw files: unreadable ones counted, nothing dropped.

A cell contains a number, a list, a date, a label or a text. Each kind except dates (`dates`) is
read here, within plausible bounds. A label outside its closed set stops the derivation and is never
guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from compute_divide.sources.store.files import EvidenceError, SetAside, Source

EXAMPLES = 3


@dataclass(frozen=True)
class Row:
    """One record of a raw file: its cells by header, and its number.

    Numbers are as in a spreadsheet, where the header is row 1.
    """

    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a cell with cleaned white space."""
        if column not in self.cells:
            columns = ", ".join(self.cells)
            raise EvidenceError(f"{self.file} lacks the column {column!r}; it has: {columns}")
        return clean(self.cells[column])

    def place(self, label: str = "") -> str:
        """Return file and row, and what the row is about if that is known."""
        about = f" ({label})" if label else ""
        return f"{self.file}, row {self.number}{about}"


@dataclass
class Findings:
    """What was read and what was found, with places.

    The kinds are findings, or reasons to set a record aside.
    """

    sources: list[Source] = field(default_factory=list)
    kinds: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, place: str) -> None:
        """Count one finding of a kind."""
        self.kinds.setdefault(kind, []).append(place)

    def notes(self) -> list[str]:
        """Return one line per kind: what, how often, and the first places."""
        lines = []
        for kind, places in self.kinds.items():
            first = "; ".join(places[:EXAMPLES])
            more = "; ..." if len(places) > EXAMPLES else ""
            lines.append(f"{kind}: {len(places)} ({first}{more})")
        return lines

    def groups(self) -> list[SetAside]:
        """Return the reasons to set records aside, most frequent first."""
        order = sorted(self.kinds.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        return [
            SetAside(reason=reason, rows=len(places), examples=places[:EXAMPLES])
            for reason, places in order
        ]


def clean(text: str) -> str:
    """Return a text without white space at its ends, and with single spaces within."""
    return " ".join(text.split())


@dataclass(frozen=True)
class Bounds:
    """The bounds of a plausible number."""

    low: float = 0.0
    high: float = math.inf
    positive: bool = True
    whole: bool = False

    def broken(self, value: float) -> str:
        """Return the fault of a value; empty if there is none."""
        if value < self.low:
            return f"below the possible {self.low:g}"
        if self.positive and value == 0:
            return "zero where only more makes sense"
        if value > self.high:
            return f"above the possible {self.high:g}"
        is_fraction = self.whole and not math.isclose(value, round(value), rel_tol=1e-9)
        if is_fraction:
            return "not a whole number"
        return ""


_MONEY = re.compile(r"^\$?(-?)\$?(\d{1,3}(?:,\d{3})+(?:\.\d*)?|[^\s,]*)$")


def read_number(
    row: Row, column: str, what: str, bounds: Bounds, findings: Findings
) -> float | None:
    """Return the number in a cell, None if it is blank.

    Implausible numbers are noted under our name.
    """
    text = row[column]
    if not text:
        return None
    value = parse_number(text)
    why = "not a number" if value is None else bounds.broken(value)
    if value is None or why:
        place = f"row {row.number}: {text[:40]!r}"
        findings.add(f"{what}: {why}, left missing", place)
        return None
    if bounds.whole:
        return float(round(value))  # 30000.000000000004 is meant to be whole
    return value


def parse_number(text: str) -> float | None:
    """Return the finite number stated in a text, else None.

    A dollar sign and thousands separators are allowed.
    """
    match = _MONEY.match(text)
    if not match:
        return None
    sign, digits = match.groups()
    try:
        value = float(sign + digits.replace(",", ""))
    except ValueError:
        return None
    if math.isfinite(value):
        return value
    return None


def split_list(text: str, count: int | None = None) -> list[str]:
    """Return the entries of a comma-separated cell, keeping names with a comma whole if possible.

    Entries may be quoted as in a CSV file. Outside quotes a comma separates, unless a space follows
    it: the exports write no space after a separator, but names such as "SambaNova Systems, Inc"
    contain one. `count`, the number of entries according to another column, decides between the two
    readings.
    """
    pieces = re.findall(r'"((?:[^"]|"")*)"|((?:[^",]|,(?=[ \t]))+)', text)
    texts = [quoted.replace('""', '"') or plain for quoted, plain in pieces]
    stripped = [clean(entry).strip(", ") for entry in texts]
    entries = list(filter(None, stripped))
    parts = ",".join(entries).split(",")
    every = list(filter(None, map(clean, parts)))
    if len(entries) != count == len(every):
        return every
    return entries


def joined(entries: Iterable[str]) -> str:
    """Return a list as one cell of our tables, joined by ``|``."""
    return "|".join(entry.replace("|", "/") for entry in entries)


# --- labels, and team types ---


@dataclass(frozen=True)
class Labels:
    """The labels that a source uses for one thing: its name, and our label for each of theirs.

    The labels of the source are in lower case.
    """

    noun: str
    known: Mapping[str, str]

    @property
    def ours(self) -> list[str]:
        """The canonical labels, in their order."""
        return list(dict.fromkeys(self.known.values()))

    def key(self, label: str) -> str:
        """Return the key by which a label is looked up.

        A class that the source deprecates, "(depr.)", is still that class.
        """
        return clean(label).casefold().removesuffix("(depr.)").rstrip()

    def canonical(self, label: str, place: str) -> str:
        """Return our label for a label of the source.

        The error for a new one gives its place and the known ones.
        """
        key = self.key(label)
        if key not in self.known:
            known = ", ".join(self.ours)
            raise EvidenceError(f"{place}: {label!r} is not a known {self.noun}; known: {known}")
        return self.known[key]


def same(*labels: str) -> dict[str, str]:
    """Return a mapping of labels to themselves, the keys in lower case."""
    return {label.casefold(): label for label in labels}


def marked(row: Row, column: str, mark: str) -> bool:
    """Return whether a cell contains a mark; else it must be blank."""
    text = row[column]
    if text not in {"", mark}:
        place = row.place()
        raise EvidenceError(f"{place}: {text!r} in {column!r} is neither {mark} nor blank")
    return text == mark


TEAM_TYPES = ("academia-only", "collaboration", "industry-only", "other", "unknown")


def team_type(tokens: list[str]) -> str:
    """Return the team type of the tokens in a label.

    Academia with government, for instance, is ``other``.
    """
    kinds = set(tokens)
    if not kinds:
        return "unknown"
    is_joint = "collaboration" in kinds or {"academia", "industry"} <= kinds
    if is_joint:
        return "collaboration"
    if kinds in ({"academia"}, {"industry"}):
        return f"{kinds.pop()}-only"
    return "other"

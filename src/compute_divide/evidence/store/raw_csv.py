"""Raw files as they come: every cell a text, every value that cannot be read counted, nothing dropped silently.

A cell holds a number, a list, a date, a label or a text; each kind is read here, with what is believed of it. A label
that is not in its closed set stops the derivation and is never guessed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bookpress.files import sha256
from compute_divide.evidence.store.files import EvidenceError, Origin, SetAside, Source

EXAMPLES = 3


@dataclass(frozen=True)
class Row:
    """One record of a raw file: its cells by header, and its number as a spreadsheet counts, the header being row 1."""

    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a cell, white space cleaned."""
        if column not in self.cells:
            raise EvidenceError(
                f"{self.file} lacks the column {column!r}; it has: {', '.join(self.cells)}"
            )
        return clean(self.cells[column])

    def place(self, label: str = "") -> str:
        """Return file and row, with what the row is about where that is known."""
        return f"{self.file}, row {self.number}" + (f" ({label})" if label else "")


@dataclass(frozen=True)
class RawTable:
    """A raw CSV file, read whole: its name, trimmed header, records and SHA-256."""

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    digest: str

    def source(self, origin: Origin) -> Source:
        """Return the record of this file for a sidecar."""
        return origin.source(self.file, self.digest, len(self.rows))


def read_raw(path: Path) -> RawTable:
    """Return a raw UTF-8 CSV file, every cell a text; a byte-order mark and line breaks within quotes are allowed."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
        records = [
            record for record in csv.reader(io.StringIO(text, newline=""), strict=True) if record
        ]
    except OSError as error:
        raise EvidenceError(f"cannot read the raw file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise EvidenceError(
            f"{path.name} is not a UTF-8 text: byte {error.start} cannot be decoded"
        ) from error
    except csv.Error as error:
        raise EvidenceError(f"{path.name} is not a CSV file: {error}") from error
    if len(records) < 2:
        raise EvidenceError(
            f"{path.name} holds no records: a raw table has a header and at least one row"
        )
    header = tuple(name.strip() for name in records[0])
    if repeated := sorted({name for name in header if name and header.count(name) > 1}):
        raise EvidenceError(f"{path.name} repeats the column {repeated[0]!r}")
    for number, record in enumerate(records[1:], start=2):
        if len(record) != len(header):
            ragged = f"{len(record)} cells, but the header has {len(header)}"
            raise EvidenceError(f"{path.name}, row {number} is ragged: {ragged}")
    cells = (dict(zip(header, record, strict=True)) for record in records[1:])
    rows = tuple(Row(path.name, number, found) for number, found in enumerate(cells, start=2))
    return RawTable(path.name, header, rows, sha256(content))


@dataclass
class Findings:
    """What was read, and what was met on the way: kinds of findings, or reasons to set a record aside, with places."""

    sources: list[Source] = field(default_factory=list)
    kinds: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, place: str) -> None:
        """Count one finding of a kind."""
        self.kinds.setdefault(kind, []).append(place)

    def notes(self) -> list[str]:
        """Return one line a kind: what, how often, and the first places."""
        return [
            f"{kind}: {len(places)} ({'; '.join(places[:EXAMPLES])}{'; ...' if len(places) > EXAMPLES else ''})"
            for kind, places in self.kinds.items()
        ]

    def groups(self) -> list[SetAside]:
        """Return the reasons to set records aside, most frequent first."""
        order = sorted(self.kinds.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        return [
            SetAside(reason=reason, rows=len(found), examples=found[:EXAMPLES])
            for reason, found in order
        ]


def clean(text: str) -> str:
    """Return a text with white space trimmed and runs of it, line breaks included, made one space."""
    return " ".join(text.split())


@dataclass(frozen=True)
class Bounds:
    """What a number must satisfy to be believed."""

    low: float = 0.0
    high: float = math.inf
    positive: bool = True
    whole: bool = False

    def broken(self, value: float) -> str:
        """Return what is wrong with a value; an empty text when nothing is."""
        if value < self.low or (self.positive and value == 0):
            return (
                f"below the possible {self.low:g}"
                if value < self.low
                else "zero where only more makes sense"
            )
        if value > self.high:
            return f"above the possible {self.high:g}"
        return (
            "not a whole number"
            if self.whole and not math.isclose(value, round(value), rel_tol=1e-9)
            else ""
        )


_MONEY = re.compile(r"^\$?(-?)\$?(\d{1,3}(?:,\d{3})+(?:\.\d*)?|[^\s,]*)$")


def read_number(
    row: Row, column: str, what: str, bounds: Bounds, findings: Findings
) -> float | None:
    """Return the number in a cell, None where it is blank; one that is not believed is noted under our name."""
    text = row[column]
    value = parse_number(text)
    if not text or value is None or (broken := bounds.broken(value)):
        if text:
            why = "not a number" if value is None else broken
            findings.add(f"{what}: {why}, left missing", f"row {row.number}: {text[:40]!r}")
        return None
    return float(round(value)) if bounds.whole else value  # 30000.000000000004 is meant to be whole


def parse_number(text: str) -> float | None:
    """Return the finite number a text states, with or without a dollar sign and thousands separators, else None."""
    match = _MONEY.match(text)
    try:
        value = float(match[1] + match[2].replace(",", "")) if match else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def split_list(text: str, count: int | None = None) -> list[str]:
    """Return the entries of a comma-separated cell, names that hold a comma themselves kept whole where possible.

    Entries may be quoted as in a CSV file. Outside quotes a comma separates, unless a space follows it: the exports
    write no space after a separator, but names such as "SambaNova Systems, Inc" hold one. `count`, what another column
    of the row says there are, decides between the two readings.
    """
    pieces = re.findall(r'"((?:[^"]|"")*)"|((?:[^",]|,(?=[ \t]))+)', text)
    cleaned = (clean(quoted.replace('""', '"') or plain).strip(", ") for quoted, plain in pieces)
    entries = list(filter(None, cleaned))
    every = [part for entry in entries for piece in entry.split(",") if (part := clean(piece))]
    return every if len(entries) != count == len(every) else entries


def joined(entries: Iterable[str]) -> str:
    """Return a list as one cell of our tables, joined by ``|``."""
    return "|".join(entry.replace("|", "/") for entry in entries)


_SEPARATORS = re.compile(r"\s*[;,]\s*|\s+&\s+|\s+and\s+(?!Technology\b)")

_CONTINUATIONS = {
    *("chicago", "college park", "cracow", "finland", "germany", "japan", "oh", "usa"),
    *("inc", "inc.", "llc", "ltd", "ltd."),
    *("brain team", "lit ai lab"),
}
"""Places, legal forms and groups that are no organisation of their own: they go on with the name before them."""

_CAMPUSES = {
    "berkeley",
    "davis",
    "irvine",
    "los angeles",
    "san diego",
    "santa barbara",
    "santa cruz",
}
"""Campuses of the University of California, when they follow its name."""


def typed_organisations(text: str) -> list[str]:
    """Return the organisations of a cell of 2022 or 2023, which separates them by commas, semicolons, & or "and"."""
    names: list[str] = []
    for name in filter(None, map(clean, _SEPARATORS.split(text))):
        folded = name.casefold()
        of_california = (
            folded in _CAMPUSES and bool(names) and names[-1].endswith("University of California")
        )
        if names and (folded in _CONTINUATIONS or of_california):
            names[-1] = f"{names[-1]}, {name}"
        else:
            names.append(name)
    return names


# --- dates ---

PRECISIONS = ("day", "month", "year", "placeholder")
"""``placeholder``: 1 January or 31 December, which mostly stand for "some time in this year"."""
Order = Literal["day-first", "month-first"]  # how a date such as 03/04/2019 is meant


@dataclass(frozen=True)
class Dated:
    """A date and how precisely it is known; the first day of the month or year where only that is known."""

    day: dt.date
    precision: str


_SLASHES = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: .*)?")
_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2}))?"),
    re.compile(r"(?P<month>\d{1,2})/(?P<year>\d{4})"),
)


def parse_date(text: str, order: Order = "day-first") -> Dated | None:
    """Return the date that a text states, else None; where slashes make one only against the order, that is taken."""
    text = text.strip()
    if match := _SLASHES.fullmatch(text):
        first, second, year = map(int, match.groups())
        found = [_dated(year, second, first), _dated(year, first, second)]
        return next(filter(None, found if order == "day-first" else found[::-1]), None)
    stated = next((match.groupdict() for form in _FORMS if (match := form.fullmatch(text))), None)
    return (
        _dated(**{part: int(digits) for part, digits in stated.items() if digits})
        if stated
        else None
    )


def _dated(year: int, month: int | None = None, day: int | None = None) -> Dated | None:
    try:
        found = dt.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    if day is None:
        return Dated(found, "year" if month is None else "month")
    return Dated(found, "placeholder" if (month, day) in {(1, 1), (12, 31)} else "day")


def date_order(texts: Iterable[str]) -> tuple[Order, bool]:
    """Return how the dates of a file are to be read, and whether the file itself shows it (25/11/2019)."""
    dates = [match for text in texts if (match := _SLASHES.fullmatch(text.strip()))]
    day_first, month_first = (sum(int(match[place]) > 12 for match in dates) for place in (1, 2))
    return ("month-first" if month_first > day_first else "day-first"), bool(
        day_first or month_first
    )


def read_date(
    row: Row, column: str, what: str, findings: Findings, order: Order = "day-first"
) -> Dated | None:
    """Return the date in a cell, None where none can be read; findings note all that is not a plain day."""
    text = row[column]
    found = parse_date(text, order)
    if found is None:
        kind = f"{what}: not a date, left missing" if text else f"{what}: blank"
        findings.add(kind, f"row {row.number}" + (f": {text[:40]!r}" if text else ""))
        return None
    if found.precision != "day":
        findings.add(f"{what}: precision {found.precision}", f"row {row.number}: {text}")
    match = _SLASHES.fullmatch(text)
    if match and int(match[2] if order == "day-first" else match[1]) > 12:
        findings.add(f"{what}: not {order}, so read the other way", f"row {row.number}: {text}")
    return found


# --- labels, and team types ---


@dataclass(frozen=True)
class Labels:
    """The labels that a source uses for one thing: what that is, and from each label in lower case to ours."""

    noun: str
    known: Mapping[str, str]

    @property
    def ours(self) -> list[str]:
        """The canonical labels, in their order."""
        return list(dict.fromkeys(self.known.values()))

    def key(self, label: str) -> str:
        """Return what a label is looked up by: a class that the source gives up, "(depr.)", is still that class."""
        return clean(label).casefold().removesuffix("(depr.)").rstrip()

    def canonical(self, label: str, place: str) -> str:
        """Return our label for one of the source; the error for a new one names its place and the known ones."""
        if self.key(label) not in self.known:
            raise EvidenceError(
                f"{place}: {label!r} is not a known {self.noun}; known: {', '.join(self.ours)}"
            )
        return self.known[self.key(label)]


def same(*labels: str) -> dict[str, str]:
    """Return a mapping of labels to themselves, the keys in lower case."""
    return {label.casefold(): label for label in labels}


def marked(row: Row, column: str, mark: str) -> bool:
    """Return whether a cell holds a mark; else it must be blank."""
    if row[column] not in {"", mark}:
        raise EvidenceError(
            f"{row.place()}: {row[column]!r} in {column!r} is neither {mark} nor blank"
        )
    return row[column] == mark


TEAM_TYPES = ("academia-only", "collaboration", "industry-only", "other", "unknown")


def team_type(tokens: list[str]) -> str:
    """Return the team type that the tokens of a label make; academia with government, for one, is ``other``."""
    kinds = set(tokens)
    if not kinds:
        return "unknown"
    if "collaboration" in kinds or {"academia", "industry"} <= kinds:
        return "collaboration"
    return f"{kinds.pop()}-only" if kinds in ({"academia"}, {"industry"}) else "other"

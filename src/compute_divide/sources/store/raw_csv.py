"""Raw files as they come: every cell a text, unreadable ones counted, nothing dropped.

A cell contains a number, a list, a date, a label or a text. Each kind except dates (`dates`) is
read here, within plausible bounds. A label outside its closed set stops the derivation and is never
guessed.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bookpress.files import sha256
from compute_divide.sources.store.files import EvidenceError, Origin, SetAside, Source

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
    """Return a raw UTF-8 CSV file, every cell a text.

    A byte-order mark and line breaks within quotes are allowed.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        records = [record for record in reader if record]
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
            f"{path.name} contains no records: a raw table has a header and at least one row"
        )
    header = tuple(map(str.strip, records[0]))
    _check_header(header, path.name)
    rows = []
    for number, record in enumerate(records[1:], start=2):
        if len(record) != len(header):
            ragged = f"{len(record)} cells, but the header has {len(header)}"
            raise EvidenceError(f"{path.name}, row {number} is ragged: {ragged}")
        cells = dict(zip(header, record, strict=True))
        rows.append(Row(path.name, number, cells))
    return RawTable(path.name, header, tuple(rows), sha256(content))


def _check_header(header: Sequence[str], file: str) -> None:
    named = list(filter(None, header))
    repeated = sorted({name for name in named if named.count(name) > 1})
    if repeated:
        raise EvidenceError(f"{file} repeats the column {repeated[0]!r}")


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


_SEPARATORS = re.compile(r"\s*[;,]\s*|\s+&\s+|\s+and\s+(?!Technology\b)")

_CONTINUATIONS = {
    *("chicago", "college park", "cracow", "finland", "germany", "japan", "oh", "usa"),
    *("inc", "inc.", "llc", "ltd", "ltd."),
    *("brain team", "lit ai lab"),
}
"""Places, legal forms and groups that continue the name before them, and are none of their own."""

_CAMPUSES = {
    "berkeley",
    "davis",
    "irvine",
    "los angeles",
    "san diego",
    "santa barbara",
    "santa cruz",
}
"""Campuses of the University of California, if they follow its name."""


def typed_organisations(text: str) -> list[str]:
    """Return the organisations in a cell of 2022 or 2023.

    Such a cell separates them by commas, semicolons, & or "and".
    """
    names: list[str] = []
    for name in filter(None, map(clean, _SEPARATORS.split(text))):
        folded = name.casefold()
        before = names[-1] if names else ""
        campus = folded in _CAMPUSES and before.endswith("University of California")
        if before and (folded in _CONTINUATIONS or campus):
            names[-1] = f"{before}, {name}"
        else:
            names.append(name)
    return names


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

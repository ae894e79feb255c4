"""Raw files as they come: every cell a text, every value that cannot be read counted, nothing dropped silently."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compute_divide.evidence.store.paths import EvidenceError
from compute_divide.evidence.store.sidecars import Source, sha256

EXAMPLES = 3
"""How many places a note names."""


@dataclass(frozen=True)
class Row:
    """One record of a raw file: its cells by header, and where it stands.

    ``number`` counts as a spreadsheet does: the header is row 1.
    """

    file: str
    number: int
    cells: dict[str, str]

    def place(self, label: str = "") -> str:
        """Return file and row, with what the row is about where that is known."""
        return f"{self.file}, row {self.number}" + (f" ({label})" if label else "")


@dataclass(frozen=True)
class RawTable:
    """A raw CSV file, read whole.

    Parameters
    ----------
    file : str
        Name of the file, without its folder.
    header : tuple of str
        Column names, white space trimmed.
    rows : tuple of Row
        The records in the order of the file.
    digest : str
        SHA-256 of the file.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    digest: str

    def source(self, title: str, credit: str, licence: str, snapshot: str, url: str | None = None) -> Source:
        """Return the record of this file for a sidecar."""
        return Source(
            title=title,
            credit=credit,
            licence=licence,
            url=url,
            snapshot=snapshot,
            file=self.file,
            sha256=self.digest,
            rows=len(self.rows),
        )


def read_raw(path: Path) -> RawTable:
    """Return a raw CSV file with every cell as text.

    Parameters
    ----------
    path : pathlib.Path
        A UTF-8 file with a header line; a byte-order mark is allowed, and so are line breaks within quotes.

    Raises
    ------
    EvidenceError
        If the file cannot be read, is not UTF-8, has no rows, repeats a column, or a record has the wrong width.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise EvidenceError(f"cannot read the raw file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{path.name} is not a UTF-8 text: byte {error.start} cannot be decoded") from error
    if "\0" in text:
        raise EvidenceError(f"{path.name} is not a CSV file: it holds null bytes")
    header, rows = _parse(text, path.name)
    return RawTable(path.name, header, tuple(rows), sha256(content))


def need(raw: RawTable, columns: Iterable[str]) -> None:
    """Raise `EvidenceError` naming the columns that a raw file lacks."""
    missing = [repr(column) for column in columns if column not in raw.header]
    if missing:
        raise EvidenceError(f"{raw.file} lacks the column {', '.join(missing)}; it has: {', '.join(raw.header)}")


def _parse(text: str, file: str) -> tuple[tuple[str, ...], list[Row]]:
    try:
        records = [record for record in csv.reader(io.StringIO(text, newline=""), strict=True) if record]
    except csv.Error as error:
        raise EvidenceError(f"{file} is not a CSV file: {error}") from error
    if len(records) < 2:
        raise EvidenceError(f"{file} holds no records: a raw table has a header and at least one row")
    header = tuple(name.strip() for name in records[0])
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise EvidenceError(f"{file} repeats the column {repeated[0]!r}")
    rows = []
    for number, record in enumerate(records[1:], start=2):
        if len(record) != len(header):
            raise EvidenceError(f"{file}, row {number}: {len(record)} cells, but the header has {len(header)}")
        rows.append(Row(file, number, dict(zip(header, record, strict=True))))
    return header, rows


@dataclass
class Findings:
    """What was met while a raw file was read: kinds of findings, each counted, with a few places.

    Examples
    --------
    >>> findings = Findings()
    >>> findings.add("citations: not a number, left missing", "row 7: 'N/A'")
    >>> findings.notes()
    ["citations: not a number, left missing: 1 (row 7: 'N/A')"]
    """

    kinds: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, example: str) -> None:
        """Count one finding of a kind."""
        self.kinds.setdefault(kind, []).append(example)

    def notes(self) -> list[str]:
        """Return one line a kind: what, how often, and the first places."""
        return [
            f"{kind}: {len(places)} ({'; '.join(places[:EXAMPLES])}{'; ...' if len(places) > EXAMPLES else ''})"
            for kind, places in self.kinds.items()
        ]


def clean(text: str) -> str:
    """Return a text with white space trimmed and runs of it, line breaks included, made one space.

    Examples
    --------
    >>> clean("  ALLaM adapted   13B ")
    'ALLaM adapted 13B'
    """
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
            return f"below the possible {self.low:g}" if value < self.low else "zero where only more makes sense"
        if value > self.high:
            return f"above the possible {self.high:g}"
        return "not a whole number" if self.whole and not math.isclose(value, round(value), rel_tol=1e-9) else ""


_MONEY = re.compile(r"^\$?(-?)\$?(\d{1,3}(?:,\d{3})+(?:\.\d*)?|[^\s,]*)$")


def number(row: Row, column: str | None, what: str, bounds: Bounds, findings: Findings) -> float | None:
    """Return the number in a cell, or None where there is none or none that can be believed.

    Parameters
    ----------
    row : Row
        The record.
    column : str or None
        Header of the cell; None where the file has no such column.
    what : str
        Our name of the column, for the note.
    bounds : Bounds
        What to believe.
    findings : Findings
        Gets a note of every cell that is neither blank nor a believable number.

    Examples
    --------
    >>> row = Row("file.csv", 2, {"Cost": "$1,250.50", "Citations": "N/A"})
    >>> findings = Findings()
    >>> number(row, "Cost", "cost", Bounds(), findings)
    1250.5
    >>> number(row, "Citations", "citations", Bounds(), findings) is None
    True
    >>> findings.notes()
    ["citations: not a number, left missing: 1 (row 2: 'N/A')"]
    """
    text = clean(row.cells[column]) if column else ""
    if not text:
        return None
    value = parse_number(text)
    if value is None:
        findings.add(f"{what}: not a number, left missing", f"row {row.number}: {text[:40]!r}")
        return None
    broken = bounds.broken(value)
    if broken:
        findings.add(f"{what}: {broken}, left missing", f"row {row.number}: {text[:40]!r}")
        return None
    return float(round(value)) if bounds.whole else value  # 30000.000000000004 is meant to be whole


def parse_number(text: str) -> float | None:
    """Return the finite number a text states, with or without a dollar sign and thousands separators, else None.

    Examples
    --------
    >>> parse_number("9.0e+25"), parse_number("$1,000"), parse_number("12 or 13"), parse_number("Infinity")
    (9e+25, 1000.0, None, None)
    """
    match = _MONEY.match(text)
    if not match:
        return None
    try:
        value = float(match[1] + match[2].replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def split_list(text: str, count: int | None = None) -> list[str]:
    """Return the entries of a comma-separated cell, names that hold a comma themselves kept whole where possible.

    Entries may be quoted as in a CSV file. Outside quotes a comma separates, unless a space follows it: the exports
    write no space after a separator, but names such as "SambaNova Systems, Inc" hold one.

    Parameters
    ----------
    text : str
        The cell.
    count : int, optional
        How many entries another column of the same row says there are. Decides between the two readings.

    Examples
    --------
    >>> split_list('EleutherAI,"Booz Allen Hamilton, McLean",University of Cambridge')
    ['EleutherAI', 'Booz Allen Hamilton, McLean', 'University of Cambridge']
    >>> split_list("NERSC, Lawrence Berkeley National Laboratory,UC Berkeley")
    ['NERSC, Lawrence Berkeley National Laboratory', 'UC Berkeley']
    >>> split_list("MIT, Genesis Therapeutics", count=2)
    ['MIT', 'Genesis Therapeutics']
    """
    entries = list(_entries(text))
    if count is not None and len(entries) != count:
        every = [part for entry in entries for part in _nonblank(entry.split(","))]
        if len(every) == count:
            return every
    return entries


def joined(entries: Iterable[str]) -> str:
    """Return a list as one cell of our tables, joined by ``|``.

    Examples
    --------
    >>> joined(["Google", "MIT"])
    'Google|MIT'
    """
    return "|".join(entry.replace("|", "/") for entry in entries)


def _entries(text: str) -> Iterator[str]:
    """Yield the entries of a list, in quotes or not."""
    for quoted, plain in re.findall(r'"((?:[^"]|"")*)"|((?:[^",]|,(?=[ \t]))+)', text):
        entry = clean(quoted.replace('""', '"') or plain).strip(", ")
        if entry:
            yield entry


def _nonblank(parts: Sequence[str]) -> list[str]:
    return [part for part in (clean(part) for part in parts) if part]

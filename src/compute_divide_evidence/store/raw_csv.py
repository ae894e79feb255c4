"""Raw CSV files, read whole, and lists of names that were typed by hand."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bookpress.files import sha256
from compute_divide.sources.store.files import EvidenceError, Source
from compute_divide.sources.store.raw_csv import Row, clean


@dataclass(frozen=True)
class Origin:
    """The origin of raw files: what they are, from when, and whom to credit.

    `path` is below the folder of raw files.
    """

    path: str
    title: str
    snapshot: str
    credit: str
    licence: str
    url: str | None = None

    def source(self, file: str, digest: str, rows: int) -> Source:
        """Return the record of a file of this origin, for a sidecar."""
        return Source(
            title=self.title,
            credit=self.credit,
            licence=self.licence,
            url=self.url,
            snapshot=self.snapshot,
            file=file,
            sha256=digest,
            rows=rows,
        )


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

"""Raw spreadsheets, read like raw CSV files: sheets of rows, every cell a text."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

from bookpress.files import sha256
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import Row
from compute_divide_evidence.store.raw_csv import RawTable

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_xlsx(path: Path, required: str) -> dict[str, RawTable]:
    """Return the sheets of a raw spreadsheet by name; rows that lack a required cell are blank."""
    try:
        content = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            sheets = _sheets(archive)
    except OSError as error:
        raise EvidenceError(f"cannot read the raw file {path}: {error.strerror}") from error
    except (zipfile.BadZipFile, KeyError, ET.ParseError) as error:
        raise EvidenceError(f"{path.name} is not a spreadsheet: {error}") from error
    digest = sha256(content)
    return {
        name: _table(f"{path.name}, sheet {name}", records, digest, required)
        for name, records in sheets.items()
    }


def _sheets(archive: zipfile.ZipFile) -> dict[str, list[dict[str, str]]]:
    """Return the records of each sheet, with cells by the letters of their columns."""
    texts = [_text(item) for item in _tree(archive, "xl/sharedStrings.xml")]
    links = _tree(archive, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id"): link.get("Target") for link in links}
    sheets = {}
    for sheet in _tree(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        rows = _tree(archive, f"xl/{targets[sheet.get(_LINK)]}").iter(f"{_MAIN}row")
        sheets[sheet.get("name", "")] = [_record(row, texts) for row in rows]
    return sheets


def _tree(archive: zipfile.ZipFile, part: str) -> ET.Element:
    return ET.fromstring(archive.read(part))  # noqa: S314 - a file whose hash is recorded


def _record(row: ET.Element, texts: list[str]) -> dict[str, str]:
    """Return the cells of a row that have a value."""
    record = {}
    for cell in row:
        value = cell.findtext(f"{_MAIN}v")
        if value is None:
            value = _text(cell)
        elif cell.get("t") == "s":
            value = texts[int(value)]
        column = re.sub(r"\d+", "", cell.get("r", ""))
        record[column] = value
    return record


def _text(element: ET.Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{_MAIN}t"))


def _table(name: str, records: list[dict[str, str]], digest: str, required: str) -> RawTable:
    """Return a sheet whose first record is the header, without its blank rows."""
    first = records[0] if records else {}
    header = {column: title.strip() for column, title in first.items() if title.strip()}
    if required not in header.values():
        columns = ", ".join(header.values()) or "none"
        raise EvidenceError(f"{name} lacks the column {required!r}; it has: {columns}")
    rows = []
    for number, record in enumerate(records[1:], start=2):
        cells = {title: record.get(column, "") for column, title in header.items()}
        if cells[required].strip():
            rows.append(Row(name, number, cells))
    return RawTable(name, tuple(header.values()), tuple(rows), digest)

"""Add a reader's own rows to ``data/own``, or remove them, after a check."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
from pandera.errors import SchemaErrors

from bookpress.errors import UsageError, nearest
from bookpress.files import as_mapping, read, replace_file
from compute_divide.sources.models.own import (
    TABLES,
    laid_over,
    needs_lacked,
    own_path,
    own_rows,
    own_schema,
    typed_rows,
)
from compute_divide.sources.models.schema import SCHEMA
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import EvidenceError, table_name, vintages
from compute_divide_evidence.store.raw_csv import read_raw

_QUOTED = re.compile("'([^']+)'")
_RANGE = re.compile(r"in_range\((.+), (.+)\)")
_KINDS = {"M": "a day, as 2026-05-01", "f": "a number", "i": "a whole number", "b": "true, false"}
"""What a column may contain, by the kind of its type."""


def _checked(content: bytes, name: str, file: str) -> pd.DataFrame:
    """Return the checked rows of a file; the error names the line of a cell that is not allowed."""
    try:
        return typed_rows(content, name, file)
    except EvidenceError as error:
        cause = error.__cause__
        if not isinstance(cause, SchemaErrors):
            fault = _unreadable(content, name)
            known = f"{file}: {fault}" if fault else str(error).removeprefix("data/")
            raise UsageError(known) from error
        case = cause.failure_cases.iloc[0]
        value = case["failure_case"]
        if pd.isna(value):
            raise UsageError(f"{file}: {case['column']} is missing") from error
        shown = repr(value) if isinstance(value, str) else f"{value:g}"
        allowed = _allowed(str(case["check"]))
        fault_words = f"{file}: {case['column']} {shown} is not allowed; allowed: {allowed}"
        raise UsageError(fault_words) from error


def _unreadable(content: bytes, name: str) -> str:
    """Return what is wrong with the first cell that is not of its column's type; else nothing."""
    columns = own_schema(name).columns
    cells = pd.read_csv(io.BytesIO(content), dtype=str)
    for column in cells:
        dtype = columns[column].dtype.type
        for value in cells[column].dropna():
            try:
                pd.Series([value]).astype(dtype)
            except (ValueError, TypeError):
                return f"{column} {value!r} is not allowed; allowed: {_KINDS[dtype.kind]}"
    return ""


def _allowed(check: str) -> str:
    """Return in words what a check allows."""
    bounds = _RANGE.fullmatch(check)
    if not bounds:
        return ", ".join(_QUOTED.findall(check)) or check
    low, high = map(float, bounds.groups())
    return f"{low:g} or more, and finite" if high >= tables.FINITE else f"{low:g} to {high:g}"


def add_own(name: str, file: Path) -> dict[str, int]:
    """Add the rows of a file, replacing existing ones.

    Return how many models of each vintage are now own.
    """
    columns = list(own_schema(name).columns)
    given = _given(file, columns)
    content = pd.DataFrame(given, columns=columns).to_csv(index=False)
    rows = _checked(content.encode(), name, file.name)
    key = columns[:2] if name == "models" else columns[:1]
    both = pd.concat([own_rows(name), rows])
    both = both.drop_duplicates(key, keep="last", ignore_index=True)
    own = [both if other == name else own_rows(other) for other in TABLES]
    alone = [rows if other == name else own_rows(other).head(0) for other in TABLES]
    marked = {}
    listed: set[str] = set()
    changes_one = False
    for vintage in vintages():
        models = tables.read_table(table_name(vintage), SCHEMA)
        listed.update(models["model"])
        marked[vintage] = int(laid_over(models, vintage, *own)["own"].sum())
        changes_one |= bool(laid_over(models, vintage, *alone)["own"].any())
    if not changes_one:
        raise UsageError(f"{file.name} changes no model of any vintage: {_why_none(rows, listed)}")
    _write(name, both)
    return marked


def _why_none(rows: pd.DataFrame, listed: set[str]) -> str:
    """Return why own rows may have changed nothing, given the names of all models."""
    first = rows.iloc[0]
    newest = max(vintages())
    published = first.get("published")
    is_too_new = pd.notna(published) and f"{published:%Y-%m}" > newest
    if is_too_new:
        return (
            f"{first['model']!r} of {published:%Y-%m-%d} is newer than all of them, the last is of "
            f"{newest}; name the vintage in the row to add it all the same"
        )
    if "sector" in first:
        return (
            f"{first.iloc[0]!r} is not among their organisations under this name, or has the "
            f"sector {first['sector']!r} already"
        )
    lacking = ", ".join(needs_lacked(first.to_dict()))
    near = nearest(str(first["model"]), sorted(listed))
    return f"{first['model']!r} is not listed, and a new model needs {lacking} too{near}"


def _given(file: Path, columns: list[str]) -> list[dict[Any, Any]]:
    """Return the rows of a file; no row may be empty or have a column that the table lacks."""
    if file.suffix in {".yml", ".yaml"}:
        given = [as_mapping(read(file), file.name, "columns and values")]
    else:
        given = [dict(row.cells) for row in read_raw(file).rows]
    for row in given:
        for column in row:
            if column not in columns:
                near = nearest(str(column), _containing(str(column), columns) or columns)
                raise UsageError(f"{file.name} has a column {str(column)!r}{near}")
    if not all(given):
        near = nearest("", columns)
        raise UsageError(f"{file.name} contains no row{near}")
    return [{column: _in_one_line(cell) for column, cell in row.items()} for row in given]


def _containing(word: str, columns: list[str]) -> list[str]:
    """Return the columns whose names contain a word, such as ``compute``."""
    return [column for column in columns if word.lower() in column]


def _in_one_line(cell: Any) -> Any:
    """Return a text without line breaks, which a cell of our tables never has."""
    if isinstance(cell, str):
        return " ".join(cell.split())
    return cell


def _write(name: str, rows: pd.DataFrame) -> None:
    content = rows.to_csv(index=False, lineterminator="\n")
    replace_file(own_path(name), content.encode())


def remove_own(name: str, label: str) -> int:
    """Remove the own rows of a model or an organisation and return their number.

    Raise UsageError if there are none.
    """
    rows = own_rows(name)
    labels = rows.iloc[:, 0]
    here = labels.eq(label)
    if not here.any():
        near = nearest(label, labels.tolist())
        raise UsageError(f"no own row of {label!r} in {name}{near}")
    if here.all():
        own_path(name).unlink()
    else:
        _write(name, rows[~here])
    return int(here.sum())

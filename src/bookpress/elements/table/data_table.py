"""Data as a table for people: how a value is written, and what it is sorted by."""

from __future__ import annotations

from typing import Any

from bookpress.chapter.number_formats import number, power
from bookpress.elements.base.charts import Data, Kind

SORTABLE_FROM = 8
"""Rows from which on a table is worth sorting."""
NUMERIC: frozenset[Kind] = frozenset({"number", "share", "power", "year"})


def data_table(data: Data) -> dict[str, Any]:
    """Return what the template of a data table names.

    That is each cell with what it is sorted by, and which are numbers.
    """
    kinds = [column.kind for column in data.columns]
    rows = [_written(row, kinds) for row in data.rows]
    return {
        "rows": rows,
        "numeric": [kind in NUMERIC for kind in kinds],
        "sortable": len(rows) >= SORTABLE_FROM,
    }


def _written(row: list[Any], kinds: list[Kind]) -> list[tuple[str, str]]:
    """Return each cell of a row with what it is sorted by."""
    pairs = zip(row, kinds, strict=True)
    return [(cell(value, kind), sort_key(value, kind)) for value, kind in pairs]


def cell(value: Any, kind: Kind, *, exact: bool = True) -> str:
    """Write one value for a table: of data with more digits than prose has."""
    if value is None or value == "":
        return "–" if exact else ""
    match kind:
        case "share":
            return number(value, "share")
        case "power":
            return power(value)
        case "number" if exact and abs(value) < 1e6:
            return f"{value:,.6g}"
        case "number" if exact:
            return f"{value:,.0f}"
        case "number":
            return number(value, "count")
        case "year":
            return f"{value:g}"
    return str(value)


def sort_key(value: Any, kind: Kind) -> str:
    """Return what a table is sorted by: the number itself, where the cell shows it rounded."""
    if value is None:
        return ""
    if kind in NUMERIC:
        return repr(value)
    return str(value)

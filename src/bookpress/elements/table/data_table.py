"""Data as a table for people: how values are written and sorted."""

from __future__ import annotations

from typing import Any

from bookpress.elements.base.charts import Data, Kind
from holdtrue.number_formats import number, power

SORTABLE_FROM = 8
"""The number of rows from which a table can be sorted."""
NUMERIC: frozenset[Kind] = frozenset({"number", "share", "power", "year"})


def data_table(data: Data) -> dict[str, Any]:
    """Return the variables of the template of a data table.

    They include each cell with its sort key, and which columns are numeric.
    """
    kinds = [column.kind for column in data.columns]
    rows = [_written(row, kinds) for row in data.rows]
    return {
        "rows": rows,
        "numeric": [kind in NUMERIC for kind in kinds],
        "sortable": len(rows) >= SORTABLE_FROM,
    }


def _written(row: list[Any], kinds: list[Kind]) -> list[tuple[str, str]]:
    """Return each cell of a row with its sort key."""
    pairs = zip(row, kinds, strict=True)
    return [(cell(value, kind), sort_key(value, kind)) for value, kind in pairs]


def cell(value: Any, kind: Kind, *, exact: bool = True) -> str:
    """Write a value for a table; data (`exact`) have more digits than prose."""
    if value is None or value == "":
        return "–" if exact else ""
    match kind:
        case "share":
            return number(value, "share")
        case "power":
            return power(value)
        case "number" if exact and abs(value) < 1000:
            return f"{value:.4g}"  # the file to download has every digit
        case "number" if exact:
            return f"{value:,.0f}"
        case "number":
            return number(value, "count")
        case "year":
            return f"{value:g}"
    return str(value)


def sort_key(value: Any, kind: Kind) -> str:
    """Return the sort key of a value: the number itself, although the cell may round it."""
    if value is None:
        return ""
    if kind in NUMERIC:
        return repr(value)
    return str(value)

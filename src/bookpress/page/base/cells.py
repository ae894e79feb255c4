"""Values of data tables in words. Knows no Sphinx."""

from __future__ import annotations

from typing import Any

from bookpress.book.number_formats import number
from bookpress.page.base.charts import Column, Data, Kind

MISSING = "–"
SORTABLE_FROM = 8
"""Rows from which on a table is worth sorting."""
NUMERIC: frozenset[Kind] = frozenset({"number", "share", "flop", "year"})


def setting(value: Any) -> str:
    """Write the value of a parameter.

    Examples
    --------
    >>> setting(["icml", "iclr"]), setting([]), setting(None), setting(True), setting(2.0), setting("2026-08")
    ('icml, iclr', 'none', 'none', 'yes', '2', '2026-08')
    """
    match value:
        case None | [] | {}:
            return "none"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(setting(part) for part in value)
        case float():
            return f"{value:,.10g}"
    return str(value)


def cell(value: Any, kind: Kind) -> str:
    """Write one value for a table.

    Examples
    --------
    >>> cell(0.64, "share"), cell(2012, "year"), cell(3e24, "flop"), cell(None, "text"), cell(1234.5, "number")
    ('64%', '2012', '3.0 × 10²⁴', '–', '1,234.5')
    """
    if value is None or value == "":
        return MISSING
    if kind == "share":
        return number(float(value), "share")
    if kind == "flop":
        return number(float(value), "FLOP")
    if kind == "number":
        return f"{float(value):,.6g}" if abs(float(value)) < 1e6 else f"{float(value):,.0f}"
    return str(int(value)) if kind == "year" and float(value).is_integer() else str(value)


def sort_key(value: Any, column: Column) -> str:
    """Return what a table is sorted by: the number itself, where the cell shows it rounded.

    Examples
    --------
    >>> sort_key(0.63953, Column(name="s", label="Share", kind="share"))
    '0.63953'
    """
    return "" if value is None else repr(value) if column.kind in NUMERIC else str(value)


def data_table(data: Data) -> dict[str, Any]:
    """Return what the template of a data table names: each cell with what it is sorted by, and which are numbers.

    Examples
    --------
    >>> table = data_table(Data(columns=[Column(name="s", label="Share", kind="share")], rows=[[0.5]]))
    >>> table["rows"], table["numeric"], table["sortable"]
    ([[('50%', '0.5')]], [True], False)
    """
    rows = [
        [(cell(value, column.kind), sort_key(value, column)) for value, column in zip(row, data.columns, strict=True)]
        for row in data.rows
    ]
    return {
        "rows": rows,
        "numeric": [column.kind in NUMERIC for column in data.columns],
        "sortable": len(rows) >= SORTABLE_FROM,
    }

"""Axes that several charts share: years, shares, powers of ten, named rows."""

from __future__ import annotations

from typing import Any, TypeVar

import altair as alt
import pandas as pd

Axis = TypeVar("Axis", alt.X, alt.Y)

_IS_LONG = "indexof(datum.label, '|') < 0 && length(datum.label) > 22"
_WITH_BAR = "replace(datum.label, /^(.{5,20}?,|.{9,20}) /, '$1|')"
_BROKEN = f"split({_IS_LONG} ? {_WITH_BAR} : datum.label, '|')"
"""A label of a row as lines: broken at a bar, a long one after a comma or between words."""


def year_axis(field: str = "year", first: int | None = None, last: int | None = None) -> alt.X:
    """Return an axis of calendar years, whole or fractional.

    Its ends are those of the data unless others are given.
    """
    is_bounded = first is not None and last is not None
    ends = [first, last] if is_bounded else alt.Undefined
    scale = alt.Scale(zero=False, nice=False, domain=ends)
    axis = alt.Axis(format="d", tickMinStep=1, tickCount=8, labelFlush=True)
    return alt.X(f"{field}:Q", title=None, axis=axis, scale=scale)


def years_of(rows: pd.DataFrame, field: str = "year", *, beyond: int = 0) -> alt.X:
    """Return an axis from the first calendar year of rows to the last, and years beyond it."""
    first = int(rows[field].min())
    last = int(rows[field].max())
    return year_axis(field, first, last + beyond)


def share_axis(field: str, title: str, top: float = 1.0) -> alt.Y:
    """Return an axis of shares, from 0 to 100%."""
    axis = alt.Axis(format="%", tickCount=5)
    scale = alt.Scale(domain=[0, top], nice=False)
    return alt.Y(f"{field}:Q", title=title, axis=axis, scale=scale)


def share_below(title: str, top: float = 1.0) -> alt.X:
    """Return a horizontal axis of shares with lines."""
    axis = alt.Axis(format="%", tickCount=5, grid=True)
    scale = alt.Scale(domain=[0, top], nice=False)
    return alt.X("share:Q", title=title, axis=axis, scale=scale)


_IS_POWER = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6"
"""Whether a tick is at a whole power of ten, as a Vega expression."""
_PLAIN = "-0123456789"
_RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"


def power_axis(field: str, title: str, channel: type[alt.X | alt.Y] = alt.Y) -> Any:
    """Return a logarithmic axis whose labels are powers of ten (10²⁴)."""
    exponent = raised("round(log(datum.value) / LN10)")
    axis = _decades(f"'10' + {exponent}", ticks=8)
    scale = alt.Scale(type="log", nice=False)
    return channel(f"{field}:Q", title=title, scale=scale, axis=axis)


def times_axis(field: str, title: str) -> alt.X:
    """Return a logarithmic axis of ratios (10×, 100×)."""
    axis = _decades("format(datum.value, ',~r') + '×'", ticks=6)
    scale = alt.Scale(type="log", nice=True)
    return alt.X(f"{field}:Q", title=title, scale=scale, axis=axis)


def _decades(label: str, ticks: int) -> alt.Axis:
    """Return a logarithmic axis with ticks, lines and labels only at whole powers of ten."""
    label_there = f"{_IS_POWER} ? {label} : ''"
    shown = alt.condition(_IS_POWER, alt.value(1), alt.value(0))
    axis = alt.Axis(labelExpr=label_there, tickCount=ticks, grid=True)
    axis.gridOpacity = shown
    axis.tickOpacity = shown
    return axis


def raised(exponent: str) -> str:
    """Return a Vega expression for a whole number in superscript.

    JavaScript has no format for it.
    """
    expression = f"'' + {exponent}"
    for plain, high in zip(_PLAIN, _RAISED, strict=True):
        expression = f"replace({expression}, /{plain}/g, '{high}')"
    return expression


_ROW_AXIS = {
    "grid": False,
    "domain": False,
    "ticks": False,
    "labelPadding": 8,
    "labelExpr": _BROKEN,
    "labelLimit": 160,
    "labelOverlap": False,
}


def row_axis(**options: Any) -> alt.Axis:
    """Return the axis of a chart with a named row for each value.

    It has only labels, of one line or two.
    """
    # The first of two lines is on the row, so that the pair is centred on it.
    two_lines = {"test": f"length({_BROKEN}) > 1", "value": "bottom"}
    baseline: Any = {"condition": two_lines, "value": "middle"}
    properties = {**_ROW_AXIS, "labelBaseline": baseline, **options}
    return alt.Axis(**properties)


def named_rows(field: str, **options: Any) -> alt.Y:
    """Return a vertical axis of named rows, in the order of the data; options change it."""
    properties = {"sort": None, "axis": row_axis(), **options}
    return alt.Y(f"{field}:N", title=None, **properties)


def along(axis: Axis, column: str) -> Axis:
    """Return an axis that reads another column."""
    other: Axis = axis.copy()
    other.shorthand = f"{column}:Q"
    return other


def column_of(axis: alt.X | alt.Y) -> str:
    """Return the column that an axis of numbers reads."""
    return str(axis["shorthand"]).removesuffix(":Q")

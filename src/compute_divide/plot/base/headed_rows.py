"""Named rows in groups, each group below a heading in bold."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from bookpress.elements.figure.theme import INK
from compute_divide.plot.base.axes import named_rows, row_axis

ROW = "row"
"""The column that identifies a row: the heading, a bar, the name."""
_BAR = "indexof(datum.label, '|')"
_IS_HEADING = f"{_BAR} < 0"
_NAME = f"slice(datum.label, {_BAR} + 1)"  # all of it if there is no bar


def with_headings(
    rows: pd.DataFrame, group: str, name: str, *, spaced: bool = False
) -> pd.DataFrame:
    """Return the rows of each group below a row for its heading, identified by `ROW`.

    If `spaced`, there is an empty row between groups.
    """
    parts: list[pd.DataFrame] = []
    for heading, own in rows.groupby(group, sort=False):
        if spaced and parts:
            parts.append(pd.DataFrame({ROW: [f"{heading}|"]}))
        parts.append(pd.DataFrame({ROW: [heading]}))
        parts.append(own.assign(**{ROW: own[group] + "|" + own[name]}))
    return pd.concat(parts, ignore_index=True)


def headed_rows(shown: pd.DataFrame, *, named: bool = True) -> alt.Y:
    """Return the axis of rows from `with_headings`.

    Without `named`, headings go inside the chart (`headings_within`).
    """
    weight: Any = {"condition": {"test": _IS_HEADING, "value": "bold"}, "value": "normal"}
    label = _NAME if named else f"{_IS_HEADING} ? '' : {_NAME}"
    axis = row_axis(labelExpr=label, labelBaseline="middle", labelLimit=220)
    axis.labelFontWeight = weight
    return named_rows(ROW, sort=shown[ROW].tolist(), axis=axis)


def row_frame(shown: pd.DataFrame, y: alt.Y) -> alt.Chart:
    """Return invisible marks, so that rows without marks keep their place."""
    frame: alt.Chart = alt.Chart(shown[[ROW]]).mark_point(opacity=0, size=0).encode(y=y)
    return frame


def headings_within(shown: pd.DataFrame, y: alt.Y) -> alt.Chart:
    """Return headings inside the chart, at the left: they may be longer than the names of rows."""
    headings = shown.loc[~shown[ROW].str.contains("|", regex=False), [ROW]]
    text = alt.Chart(headings).mark_text(align="left", fontWeight="bold", color=INK)
    chart: alt.Chart = text.encode(y=y, x=alt.value(0), text=alt.Text(f"{ROW}:N"))
    return chart

"""Charts of ratios that several chapters share."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import needs
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    dots_with_intervals,
    framed,
    level_line,
    named_rows,
    times_axis,
    tips,
)

_RATIO_LINES = (
    "ratio:Q|Ratio|,.3~r",
    "low:Q|Low|,.3~r",
    "high:Q|High|,.3~r",
    "n_over:Q|Industry models",
    "n_under:Q|Academic models",
)
"""The lines of the tooltip below its first."""


@needs("ratio")
def ratio_by_era(ratios: pd.DataFrame, title: str, row: str = "Years") -> alt.LayerChart:
    """Return ratios with intervals, a row an era, on a logarithmic axis with a line at 1.

    Parameters
    ----------
    ratios : pandas.DataFrame
        Rows of `ratios_by_period`; those without a ratio are left out.
    title : str
        The title of the axis: what over what.
    row : str
        What a row is, as the tooltip calls it.

    Returns
    -------
    altair.LayerChart
        The chart.
    """
    rows = ratios.dropna(subset=["ratio"])
    texts = rows["ratio"].map(_times)
    sides = [f"{row.period}|{row.n_over} v. {row.n_under} models" for row in rows.itertuples()]
    rows = rows.assign(text=texts, row=sides)
    y = named_rows("row")
    x = times_axis("ratio", title)
    tooltip = tips(f"period:N|{row}", *_RATIO_LINES)
    dots = dots_with_intervals(rows, x, y, TEAM_COLOURS["industry-only"], tooltip, 80)
    labels = alt.Chart(rows).mark_text(dy=-13)
    labels = labels.encode(x=x, y=y, text=alt.Text("text:N"))
    line = level_line("ratio", 1.0).encode(x=x)
    return framed(line, dots, labels, height=60 * len(rows) + 20)


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}×" if ratio >= 10 else f"{ratio:,.1f}×"

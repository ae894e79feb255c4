"""Charts of ratios that several chapters share."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import QUIET, needs
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    dots_with_intervals,
    framed,
    row_axis,
    times_axis,
    tips,
)


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
    rows = rows.assign(
        text=[f"{ratio:,.0f}×" if ratio >= 10 else f"{ratio:,.1f}×" for ratio in rows["ratio"]],
        row=[f"{row.period}|{row.n_over} v. {row.n_under} models" for row in rows.itertuples()],
    )
    y = alt.Y("row:N", title=None, sort=None, axis=row_axis())
    x = times_axis("ratio", title)
    told = ("ratio:Q|Ratio|,.3~r", "low:Q|Low|,.3~r", "high:Q|High|,.3~r")
    counted = ("n_over:Q|Industry models", "n_under:Q|Academic models")
    tooltip = tips(f"period:N|{row}", *told, *counted)
    dots = dots_with_intervals(rows, x, y, TEAM_COLOURS["industry-only"], tooltip, 80)
    labels = alt.Chart(rows).mark_text(dy=-13).encode(x=x, y=y, text=alt.Text("text:N"))
    level = alt.Chart(pd.DataFrame({"ratio": [1.0]}))
    one = level.mark_rule(color=QUIET, strokeDash=[4, 3]).encode(x=x)
    return framed(one, dots, labels, height=60 * len(rows) + 20)

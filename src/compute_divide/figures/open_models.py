"""Charts of the chapters on open models and on scrutiny: shares of several kinds, a row each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, QUIET, needs
from compute_divide.analysis.statistics.estimates import span
from compute_divide.figures.base.marks import framed, row_axis, share_tips
from compute_divide.figures.openness import ACCESS_COLOURS

OPEN, HOSTED = "open weights", "through a service only"

ACCESS_SERIES = {OPEN: ACCESS_COLOURS["open"], HOSTED: ACCESS_COLOURS["served"]}
"""Colour of the models that can be downloaded and of those that cannot."""

SCRUTINY, REST = "scrutiny", "other papers"

SCRUTINY_SERIES = {SCRUTINY: ACCENT, REST: QUIET}
"""Colour of the papers of scrutiny and of the others."""

_SHAPES = ("circle", "diamond", "square", "triangle-up")
_ROW = 34


@needs("share")
def series_dots(shares: pd.DataFrame, row: str, series: str, colours: Mapping[str, str], title: str) -> alt.LayerChart:
    """Return shares with intervals, one row each in the order of the data, with a dot for each series.

    Parameters
    ----------
    shares : pandas.DataFrame
        ``k``, ``n``, ``share``, ``low``, ``high``, and the columns `row` and `series`; no row without a share is drawn.
    row, series : str
        Columns that name a row and tell the series apart.
    colours : mapping of str to str
        Colour of each series, in the order of the legend.
    title : str
        Of the axis.
    """
    rows = shares.dropna(subset=["share"])[[row, series, "k", "n", "share", "low", "high"]]
    names: Sequence[str] = list(colours)
    scale = alt.Scale(domain=[0, min(1.0, float(rows["high"].max()) * 1.05)], nice=False)
    x = alt.X("share:Q", title=title, axis=alt.Axis(format="%", tickCount=5, grid=True), scale=scale)
    axis = row_axis(labelPadding=8)
    legend = alt.Legend(orient="top")
    colour = alt.Color(f"{series}:N", scale=alt.Scale(domain=names, range=list(colours.values())), legend=legend)
    shapes = alt.Scale(domain=names, range=list(_SHAPES[: len(names)]))
    base = alt.Chart(rows).encode(
        y=alt.Y(f"{row}:N", title=None, sort=None, axis=axis),
        yOffset=alt.YOffset(f"{series}:N", sort=names),
        color=colour,
    )
    rule = base.mark_rule(strokeWidth=1.75).encode(x=alt.X("low:Q", scale=scale, title=title), x2="high:Q")
    dots = base.mark_point(size=50).encode(
        x=x,
        shape=alt.Shape(f"{series}:N", scale=shapes, legend=legend),
        tooltip=share_tips(f"{row}:N|Row", f"{series}:N|Series"),
    )
    return framed(rule, dots, height=max(_ROW * rows[row].nunique(), 80))


def year_spans(years: Iterable[int]) -> str:
    """Return years as text, those that follow each other as one period.

    Examples
    --------
    >>> year_spans([2020, 2019, 2021, 2024]), year_spans([])
    ('2019 to 2021, 2024', 'none')
    """
    periods: list[list[int]] = []
    for year in sorted({int(year) for year in years}):
        if periods and year == periods[-1][1] + 1:
            periods[-1][1] = year
        else:
            periods.append([year, year])
    return ", ".join(span(first, last) for first, last in periods) or "none"

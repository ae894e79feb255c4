"""Charts of the chapters on openness and scrutiny: access by team type, lags, shares of several kinds side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, GRID, HEIGHT, INK, LINE, QUIET, needs
from compute_divide.analysis.models.openness import ACCESS_GROUPS
from compute_divide.analysis.statistics.estimates import span
from compute_divide.figures.base.marks import TEAM_NAMES, end_labels, framed, row_axis, share_tips, tips, year_axis

ACCESS_COLOURS = {"open": ACCENT, "served": "#c07d1b", "unreleased": "#7d74c4", "unknown": GRID}
"""Colour of each way to reach a model; what is not known stays in the background."""

ACCESS_NAMES = {
    "open": "weights to download",
    "served": "through a service only",
    "unreleased": "not released",
    "unknown": "not known",
}
"""How an access group is written."""

_ROW = 26


@needs()
def access_bars(counts: pd.DataFrame, teams: Sequence[str]) -> alt.FacetChart:
    """Return stacked bars of how models can be reached, a row a period, a panel a team type.

    Parameters
    ----------
    counts : pandas.DataFrame
        From `compute_divide.analysis.models.openness.count_access`.
    teams : sequence of str
        Team types, in the order of the panels.
    """
    shown = counts[["team_type", "period", "access", "models"]].assign(
        order=counts["access"].map(list(ACCESS_GROUPS).index),
        team=counts["team_type"].map(TEAM_NAMES),
        way=counts["access"].map(ACCESS_NAMES),
    )
    colours = alt.Scale(domain=list(ACCESS_NAMES.values()), range=list(ACCESS_COLOURS.values()))
    rows = alt.Y("period:N", title=None, axis=alt.Axis(grid=False))
    bars = (
        alt.Chart()
        .mark_bar(stroke=LINE, strokeWidth=0.5)
        .encode(
            x=alt.X("models:Q", stack="normalize", title=None, axis=alt.Axis(format="%", tickCount=5)),
            y=rows,
            color=alt.Color("way:N", scale=colours, legend=alt.Legend(orient="top", columns=2)),
            order=alt.Order("order:Q"),
            tooltip=tips("team:N|Team type", "period:N|Years", "way:N|Access", "models:Q|Models"),
        )
    )
    totals = (
        alt.Chart()
        .transform_aggregate(n="sum(models)", groupby=["period", "team"])
        .transform_calculate(text="'n = ' + datum.n")
        .mark_text(align="left", dx=6, color=INK, fontSize=11)
        .encode(x=alt.value("width"), y=rows, text="text:N")
    )
    panel = alt.LayerChart(layer=[bars, totals])
    panel.width, panel.height = 520, alt.Step(_ROW)
    names = alt.Row(
        "team:N",
        sort=[TEAM_NAMES[team] for team in teams],
        header=alt.Header(labelOrient="top", labelAnchor="start"),
    )
    return panel.facet(row=names, data=shown, spacing=14)


@needs("months")
def lag_lines(lags: pd.DataFrame, colours: Mapping[str, str]) -> alt.LayerChart:
    """Return lines of how long each group of models has trailed the largest, month by month.

    Parameters
    ----------
    lags : pandas.DataFrame
        From `compute_divide.analysis.models.openness.lag_by_month`, with ``group``.
    colours : mapping of str to str
        Colour of each group.
    """
    known = lags.dropna(subset=["months"])
    dates = pd.to_datetime(known["date"])
    shown = pd.DataFrame(
        {
            "when": (dates.dt.year + dates.dt.month / 12).round(3),
            "month": dates.dt.strftime("%B %Y"),
            "group": known["group"],
            "years": known["months"] / 12,
            "own": known["own"],
            "passed_by": known["passed_by"],
        }
    )
    x = year_axis("when", int(shown["when"].min()), int(shown["when"].max()) + 1)
    top = float(shown["years"].max())
    colour = alt.Color("group:N", legend=None, scale=alt.Scale(domain=list(colours), range=list(colours.values())))
    dash = alt.StrokeDash("group:N", legend=None, scale=alt.Scale(domain=list(colours), range=[[1, 0], [7, 3]]))
    line = (
        alt.Chart(shown)
        .mark_line()
        .encode(
            x=x,
            y=_years("years", top),
            color=colour,
            strokeDash=dash,
            tooltip=tips(
                "group:N|Group",
                "month:N|At the end of",
                "years:Q|Years behind|.1f",
                "own:N|Largest of the group",
                "passed_by:N|First passed by",
            ),
        )
    )
    return framed(line, end_labels(shown, "when", "years", "group", x, _years("at", top), HEIGHT, range_y=top))


def _years(field: str, top: float) -> alt.Y:
    return alt.Y(f"{field}:Q", title="Years behind", scale=alt.Scale(domain=[0, top]), axis=alt.Axis(tickCount=6))


OPEN, HOSTED = "open weights", "through a service only"

ACCESS_SERIES = {OPEN: ACCESS_COLOURS["open"], HOSTED: ACCESS_COLOURS["served"]}
"""Colour of the models that can be downloaded and of those that cannot."""

SCRUTINY, REST = "scrutiny", "other papers"

SCRUTINY_SERIES = {SCRUTINY: ACCENT, REST: QUIET}
"""Colour of the papers of scrutiny and of the others."""

_SHAPES = ("circle", "diamond", "square", "triangle-up")
_SERIES_ROW = 34


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
    return framed(rule, dots, height=max(_SERIES_ROW * rows[row].nunique(), 80))


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

"""Colours and shapes of team types, axes, and marks that several charts share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from bookpress.page.figures.theme import HEIGHT, INK, QUIET, needs

Side = Literal["top", "bottom"]  # of a legend
FEW = 5  # with fewer cases than this a share is drawn without an interval

_TEAMS = {
    "academia-only": ("academia alone", "#518fe9", "circle"),
    "collaboration": ("with industry", "#a041aa", "diamond"),
    "industry-only": ("industry alone", "#d55107", "square"),
    "other": ("other", "#8f8f8f", "triangle-up"),
    "unknown": ("unknown", "#676767", "cross"),
}
TEAM_NAMES, TEAM_COLOURS, TEAM_SHAPES = (
    {team: how[place] for team, how in _TEAMS.items()} for place in range(3)
)
"""How each team type is written in a figure or table, its colour, and the shape of its points."""

TEAM_NAMED = (
    f"({json.dumps(TEAM_NAMES)})[datum.team_type]"  # the name as a Vega expression, for a tooltip
)
TEAM_LABEL = TEAM_NAMED.replace("team_type", "label")  # the same for a label

# A label of a row as lines: broken at a bar, a long one after a comma or between words.
_BROKEN = (
    "split(indexof(datum.label, '|') < 0 && length(datum.label) > 22"
    " ? replace(datum.label, /^(.{5,20}?,|.{9,20}) /, '$1|') : datum.label, '|')"
)


def year_axis(field: str = "year", first: int | None = None, last: int | None = None) -> alt.X:
    """Return an axis of calendar years, whole or fractional; its ends are those of the data where none are given."""
    ends = [first, last] if first is not None and last is not None else alt.Undefined
    return alt.X(
        f"{field}:Q",
        title=None,
        axis=alt.Axis(format="d", tickMinStep=1, tickCount=8, labelFlush=True),
        scale=alt.Scale(zero=False, nice=False, domain=ends),
    )


def share_axis(field: str = "share", title: str = "Share of models", top: float = 1.0) -> alt.Y:
    """Return an axis of shares, from 0 to 100%."""
    scale = alt.Scale(domain=[0, top], nice=False)
    return alt.Y(f"{field}:Q", title=title, axis=alt.Axis(format="%", tickCount=5), scale=scale)


def share_below(title: str, top: float = 1.0, bottom: float = 0.0) -> alt.X:
    """Return a horizontal axis of shares with lines."""
    axis = alt.Axis(format="%", tickCount=5, grid=True)
    return alt.X(
        "share:Q", title=title, axis=axis, scale=alt.Scale(domain=[bottom, top], nice=False)
    )


DEFINITION_NAMES = {
    "all": "all models of the vintage",
    "notability-filter": "notable by the paper's filter",
    "compute-known": "compute known",
    "notability-filter-compute-known": "notable, compute known",
    "compute-or-parameters-known": "compute or parameters known",
    "top-k-per-year": "largest of each year",
    "near-record": "near the record",
}
"""How a definition of large-scale is written in a figure."""

CLAIM_NAMES = {
    "academia-share-early": "academia, early period",
    "academia-share-late": "academia, late period",
    "industry-share-2022": "industry, 2022",
}
"""The headline claims as a figure names them."""


def power_axis(field: str, title: str, channel: type[alt.X | alt.Y] = alt.Y) -> Any:
    """Return a logarithmic axis whose labels are powers of ten (10²⁴)."""
    scale, label = (
        alt.Scale(type="log", nice=False),
        "'10' + " + raised("round(log(datum.value) / LN10)"),
    )
    return channel(f"{field}:Q", title=title, scale=scale, axis=_decades(label, ticks=8))


def times_axis(field: str, title: str) -> alt.X:
    """Return a logarithmic axis of ratios (10×, 100×)."""
    axis = _decades("format(datum.value, ',~r') + '×'", ticks=6)
    return alt.X(f"{field}:Q", title=title, scale=alt.Scale(type="log", nice=True), axis=axis)


def _decades(label: str, ticks: int) -> alt.Axis:
    """Return a logarithmic axis with ticks, lines and labels at whole powers of ten alone."""
    shown = alt.condition(_IS_POWER, alt.value(1), alt.value(0))
    return alt.Axis(
        labelExpr=f"{_IS_POWER} ? {label} : ''",
        tickCount=ticks,
        grid=True,
        gridOpacity=shown,
        tickOpacity=shown,
    )


def raised(exponent: str) -> str:
    """Return a Vega expression for a whole number in superscript: JavaScript has no format for it."""
    digits = zip("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True)
    return (
        "replace(" * 11
        + f"'' + {exponent}"
        + "".join(f", /{plain}/g, '{high}')" for plain, high in digits)
    )


_IS_POWER = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6"


def spread(positions: Iterable[float], gap: float) -> list[float]:
    """Move positions apart until neighbours are at least a gap apart, keeping their order: an isotonic regression.

    Examples
    --------
    >>> spread([0.10, 0.12, 0.80], gap=0.06)
    [0.08, 0.14, 0.8]
    """
    values = np.array(list(positions), dtype=float)
    order, steps = np.argsort(values, kind="stable"), gap * np.arange(len(values))
    blocks: list[list[float]] = []
    for wanted in values[order] - steps:
        blocks.append([float(wanted)])
        while len(blocks) > 1 and fmean(blocks[-1]) < fmean(blocks[-2]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    values[order] = [fmean(block) for block in blocks for _ in block] + steps
    return [round(value, 6) for value in values.tolist()]


def runs(rows: pd.DataFrame, series: str, x: str = "year") -> pd.Series[str]:
    """Return the name of the unbroken run of years that each row of a series belongs to.

    A line is drawn within a run and never across a gap, which is longer than the smallest step of the series.

    Examples
    --------
    >>> rows = pd.DataFrame({"venue": ["icml"] * 3 + ["iccv"] * 2, "year": [2018, 2019, 2023, 2015, 2017]})
    >>> runs(rows, "venue").tolist()
    ['icml 0', 'icml 0', 'icml 1', 'iccv 0', 'iccv 0']
    """
    ordered = rows.sort_values([series, x], kind="stable")
    steps = ordered.groupby(series)[x].diff()
    rhythm = steps.groupby(ordered[series]).transform("min")
    run = (steps > rhythm).groupby(ordered[series]).cumsum()
    return (ordered[series].astype("str") + " " + run.astype("str")).reindex(rows.index)


def tips(*told: str) -> list[alt.Tooltip]:
    """Return a tooltip: of each line the field with its type, what readers call it and, if need be, a number format."""
    lines = (one.split("|") for one in told)
    return [
        alt.Tooltip(field, title=title, format=form[0] if form else alt.Undefined)
        for field, title, *form in lines
    ]


NAMED = "told:N|title"  # the line of a tooltip that stands above the others, without a label; see `said_as`


def said_as(*fields: str) -> str:
    """Return a Vega expression for what a mark is called, from the columns that tell it apart."""
    return " + ', ' + ".join(f"replace(datum['{field}'], '|', ' ')" for field in fields)


def share_tips(*first: str) -> list[alt.Tooltip]:
    """Return the tooltip of a share: what it is of, then value, interval and counts."""
    return tips(
        *first, "share:Q|Share|.0%", "low:Q|Low|.0%", "high:Q|High|.0%", "k:Q|Count", "n:Q|Total"
    )


def row_axis(**options: Any) -> alt.Axis:
    """Return the axis of a chart with a named row for each value: labels alone, of one line or two."""
    # The first of two lines stands on the row, so that both are centred on it.
    two: Any = {
        "condition": {"test": f"length({_BROKEN}) > 1", "value": "bottom"},
        "value": "middle",
    }
    lines = {"labelExpr": _BROKEN, "labelBaseline": two, "labelLimit": 160, "labelOverlap": False}
    return alt.Axis(
        **{"grid": False, "domain": False, "ticks": False, "labelPadding": 8, **lines, **options}
    )


_SHAPES = ("circle", "diamond", "square", "triangle-up")


@needs("share")
def series_dots(
    shares: pd.DataFrame,
    row: str,
    series: str,
    colours: Mapping[str, str],
    title: str,
    *,
    level: float | None = None,
) -> alt.LayerChart:
    """Return shares with intervals, one row each in the order of the data, with a dot for each series.

    `row` and `series` are columns, `colours` those of the series in the order of the legend, `title` is that of the
    axis. At a `level`, a share that means no difference, is a dashed line, and the axis need not begin at nothing.
    """
    rows = shares.dropna(subset=["share"])[[row, series, "k", "n", "share", "low", "high"]]
    names = list(colours)
    far = rows[["share", "low", "high"]].to_numpy(dtype=float)
    bottom = 0.0 if level is None else min(level, float(np.nanmin(far))) * 0.9
    x = share_below(title, min(1.0, float(np.nanmax(far)) * 1.05), bottom)
    gaps = alt.Scale(paddingInner=0.4, paddingOuter=0.2)
    abreast = 1 if max(map(len, names)) > 20 else 2
    legend = alt.Legend(orient="top", columns=alt.expr(f"width < 400 ? {abreast} : 4"))
    colour = alt.Color(
        f"{series}:N", scale=alt.Scale(domain=names, range=list(colours.values())), legend=legend
    )
    teams = {TEAM_NAMES[team]: shape for team, shape in TEAM_SHAPES.items()}
    shapes = alt.Scale(
        domain=names, range=[teams.get(name, _SHAPES[place]) for place, name in enumerate(names)]
    )
    y = alt.Y(f"{row}:N", title=None, sort=None, axis=row_axis(), scale=gaps)
    base = alt.Chart(rows).encode(y=y, yOffset=alt.YOffset(f"{series}:N", sort=names), color=colour)
    rule = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=1.75)
    dots = base.transform_calculate(told=said_as(row, series)).mark_point(size=50)
    dots = dots.encode(
        x=x, shape=alt.Shape(f"{series}:N", scale=shapes, legend=legend), tooltip=share_tips(NAMED)
    )
    mark = alt.Chart(pd.DataFrame({"share": [] if level is None else [level]}))
    line = mark.mark_rule(color=QUIET, strokeDash=[4, 3]).encode(x=x)
    drawn = rule.encode(x=alt.X("low:Q", scale=x["scale"], title=title), x2=alt.X2("high:Q"))
    return framed(line, drawn, dots, height=max((12 * len(names) + 20) * rows[row].nunique(), 80))


def framed(*layers: alt.Chart | alt.LayerChart, height: int = HEIGHT) -> alt.LayerChart:
    """Return layers as one chart as wide as the column."""
    chart = alt.LayerChart(layer=list(layers))
    chart.width, chart.height = "container", height
    return chart


def end_labels(
    data: pd.DataFrame,
    x: str,
    y: str,
    name: str,
    x_axis: alt.X,
    y_axis: alt.Y,
    range_y: float = 1.0,
) -> alt.Chart:
    """Return the names of series at their ends, moved apart; `y_axis` reads the field ``at`` and spans `range_y`."""
    ends = data.dropna(subset=[y]).sort_values(x, kind="stable").groupby(name, sort=False).tail(1)
    placed = ends[[x, name]].assign(at=spread(ends[y], gap=16 * range_y / HEIGHT))
    marks: alt.Chart = alt.Chart(placed).mark_text(align="left", dx=8, color=INK)
    return marks.encode(x=x_axis, y=y_axis, text=alt.Text(f"{name}:N"))


def along(axis: alt.X, column: str) -> alt.X:
    """Return an axis that reads another column."""
    other = axis.copy()
    other.shorthand = f"{column}:Q"
    return other


def dots_with_intervals(
    data: pd.DataFrame,
    x: alt.X,
    y: alt.Y,
    colour: str,
    tooltip: list[alt.Tooltip],
    size: int = 60,
    filled: bool = True,
) -> alt.LayerChart:
    """Return a dot (`size` in square pixels) for each row, with a rule from ``low`` to ``high`` where known."""
    base = alt.Chart(data).encode(y=y, color=alt.ColorValue(colour))
    bounded = base.transform_filter("isValid(datum.low)").encode(
        x=along(x, "low"), x2=alt.X2("high:Q")
    )
    rule = bounded.mark_rule(strokeWidth=1.75)
    return alt.LayerChart(
        layer=[rule, base.mark_point(size=size, filled=filled).encode(x=x, tooltip=tooltip)]
    )


def team_colour(
    teams: Iterable[str], field: str = "team_type", *, legend: Side | None = None
) -> alt.Color:
    """Return the colour encoding of team types, in the order given; a legend only where a side for it is given."""
    order = list(teams)
    scale = alt.Scale(domain=order, range=[TEAM_COLOURS[team] for team in order])
    return alt.Color(f"{field}:N", scale=scale, legend=legend and _team_legend(legend))


def team_shape(teams: Iterable[str], *, legend: Side | None = None) -> alt.Shape:
    """Return the shape encoding of team types, in the order given; legend as in `team_colour`."""
    order = list(teams)
    scale = alt.Scale(domain=order, range=[TEAM_SHAPES[team] for team in order])
    return alt.Shape("team_type:N", scale=scale, legend=legend and _team_legend(legend))


def _team_legend(side: Side) -> alt.Legend:
    """Return a legend whose labels are the written names of the team types."""
    return alt.Legend(labelExpr=TEAM_LABEL, orient=side, columns=alt.expr("width < 400 ? 2 : 4"))

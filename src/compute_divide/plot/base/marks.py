"""Colours and shapes of team types and of series, and marks that several charts share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from bookpress.elements.figure.theme import ACCENT, HEIGHT, INK, PAPER, QUIET, needs
from compute_divide.estimates.statistics.teams import TEAM_NAMES
from compute_divide.plot.base.axes import along, column_of, named_rows, share_below

Side = Literal["top", "bottom"]
"""The side of a chart for a legend."""
FEW = 5
"""Shares of fewer cases are drawn without an interval."""

_TEAMS = {
    "academia-only": ("#518fe9", "circle"),
    "collaboration": ("#a041aa", "diamond"),
    "industry-only": ("#d55107", "square"),
    "other": ("#8f8f8f", "triangle-up"),
    "unknown": ("#676767", "cross"),
}
TEAM_COLOURS = {team: colour for team, (colour, _) in _TEAMS.items()}
"""The colour of each team type."""
TEAM_SHAPES = {team: shape for team, (_, shape) in _TEAMS.items()}
"""The shape of the points of each team type."""

PARTS: Mapping[str, Any] = {"stroke": PAPER, "strokeWidth": 1}
"""Lines between the parts of a bar, which tell team types apart where print has no colours."""

TEAM_NAMED = f"({json.dumps(TEAM_NAMES)})[datum.team_type]"
"""The name of a team type as a Vega expression, for a tooltip."""
TEAM_LABEL = TEAM_NAMED.replace("team_type", "label")
"""The same for a label."""

DEFINITION_NAMES = {
    "all": "all models of the vintage",
    "notability-filter": "notable by the paper's filter",
    "compute-known": "compute known",
    "notability-filter-compute-known": "notable, compute known",
    "compute-or-parameters-known": "compute or parameters known",
    "top-k-per-year": "largest of each year",
    "near-record": "near the record",
}
"""The names of definitions of large-scale in a figure."""

CLAIM_NAMES = {
    "academia-share-early": "academia, early period",
    "academia-share-late": "academia, late period",
    "industry-share-2022": "industry, 2022",
}
"""The headline claims as a figure names them."""


def spread(positions: Iterable[float], gap: float) -> list[float]:
    """Move positions apart until neighbours are at least a gap apart, keeping their order.

    It is an isotonic regression.

    Examples
    --------
    >>> spread([0.10, 0.12, 0.80], gap=0.06)
    [0.08, 0.14, 0.8]
    """
    values = np.array(list(positions), dtype=float)
    order = np.argsort(values, kind="stable")
    steps = gap * np.arange(len(values))
    values[order] = _not_falling(values[order] - steps) + steps
    return [round(value, 6) for value in values.tolist()]


def _not_falling(values: np.ndarray) -> np.ndarray:
    """Return the nearest values that never fall: neighbours that would fall share their mean."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value)])
        while len(blocks) > 1 and _falls(blocks):
            last = blocks.pop()
            blocks[-1] = blocks[-1] + last
    fitted: list[float] = []
    for block in blocks:
        fitted += [fmean(block)] * len(block)
    return np.array(fitted)


def _falls(blocks: list[list[float]]) -> bool:
    return fmean(blocks[-1]) < fmean(blocks[-2])


def runs(rows: pd.DataFrame, series: str, x: str = "year") -> pd.Series[str]:
    """Return the name of the unbroken run of years that each row of a series belongs to.

    A line is drawn within a run and never across a gap, which is longer than the smallest step of
    the series.

    Examples
    --------
    >>> venues = ["icml"] * 3 + ["iccv"] * 2
    >>> rows = pd.DataFrame({"venue": venues, "year": [2018, 2019, 2023, 2015, 2017]})
    >>> runs(rows, "venue").tolist()
    ['icml 0', 'icml 0', 'icml 1', 'iccv 0', 'iccv 0']
    """
    ordered = rows.sort_values([series, x], kind="stable")
    names = ordered[series]
    steps = ordered.groupby(series)[x].diff()
    rhythm = steps.groupby(names).transform("min")
    is_gap = steps > rhythm
    run = is_gap.groupby(names).cumsum()
    named_runs = names.astype("str") + " " + run.astype("str")
    return named_runs.reindex(rows.index)


def tips(*lines: str) -> list[alt.Tooltip]:
    """Return a tooltip.

    Each line is the field with its type, its name for readers and, if needed, a number format.
    """
    return [_tooltip(*line.split("|")) for line in lines]


def _tooltip(field: str, title: str, number_format: str | None = None) -> alt.Tooltip:
    written = number_format or alt.Undefined
    return alt.Tooltip(field, title=title, format=written)


NAMED = "told:N|title"
"""The top line of a tooltip, which has no label; see `said_as`."""


def said_as(*fields: str) -> str:
    """Return a Vega expression for the name of a mark, from its identifying columns."""
    values = [f"replace(datum['{field}'], '|', ' ')" for field in fields]
    return " + ', ' + ".join(values)


_SHARE_LINES = (
    "share:Q|Share|.0%",
    "low:Q|Low|.0%",
    "high:Q|High|.0%",
    "k:Q|Count",
    "n:Q|Total",
)


def share_tips(*first: str) -> list[alt.Tooltip]:
    """Return the tooltip of a share: its subject, then value, interval and counts."""
    return tips(*first, *_SHARE_LINES)


def named_scale(looks: Mapping[str, Any]) -> alt.Scale:
    """Return the scale of series whose colours, shapes or dashes are given by name."""
    return alt.Scale(domain=list(looks), range=list(looks.values()))


SERIES_COLOURS = (ACCENT, "#7d74c4", "#c07d1b", QUIET)
"""The colours of lines that are not team types, in order."""
_SHAPES = ("circle", "diamond", "square", "triangle-up")
SERIES_GAPS = alt.Scale(paddingInner=0.4, paddingOuter=0.2)
"""The gaps between rows with a dot for each series."""
_LONG_NAME = 20
"""The length in characters from which the names of series go one per line in a phone's legend."""


@needs("share")
def series_dots(
    shares: pd.DataFrame,
    row: str,
    series: str,
    colours: Mapping[str, str],
    title: str,
) -> alt.LayerChart:
    """Return shares with intervals, one row each, with a dot for each series.

    Rows are in the order of the data. `row` and `series` are columns, `colours` those of the
    series in the order of the legend, `title` is that of the axis.
    """
    columns = [row, series, "k", "n", "share", "low", "high"]
    rows = shares.dropna(subset=["share"])[columns]
    names = list(colours)
    x = reach_of_shares(rows, title)
    y = named_rows(row, scale=SERIES_GAPS)
    offset = alt.YOffset(f"{series}:N", sort=names)
    legend = _series_legend(names) if len(names) > 1 else None
    colour = alt.Color(f"{series}:N", scale=named_scale(colours), legend=legend)
    shape = alt.Shape(f"{series}:N", scale=_series_shapes(names), legend=legend)
    base = alt.Chart(rows).encode(y=y, yOffset=offset, color=colour)
    bounded = base.transform_filter("isValid(datum.low)")
    rule = bounded.mark_rule(strokeWidth=1.75)
    low = alt.X("low:Q", scale=x["scale"], title=title)
    rule = rule.encode(x=low, x2=alt.X2("high:Q"))
    named = base.transform_calculate(told=said_as(row, series))
    dots = named.mark_point(size=50)
    dots = dots.encode(x=x, shape=shape, tooltip=share_tips(NAMED))
    row_height = 12 * len(names) + 20
    height = row_height * rows[row].nunique()
    return framed(rule, dots, height=max(height, 80))


def reach_of_shares(rows: pd.DataFrame, title: str) -> alt.X:
    """Return an axis of shares up to the largest of them and of their intervals."""
    values = rows[["share", "low", "high"]].to_numpy(dtype=float)
    highest = float(np.nanmax(values))
    top = min(1.0, highest * 1.05)
    return share_below(title, top)


def _series_legend(names: list[str]) -> alt.Legend:
    has_long_names = max(map(len, names)) > _LONG_NAME
    abreast = 1 if has_long_names else 2
    return alt.Legend(orient="top", columns=alt.expr(f"width < 400 ? {abreast} : 4"))


def _series_shapes(names: list[str]) -> alt.Scale:
    """Return the shapes of series: those of team types, and others in order."""
    team_shapes = {TEAM_NAMES[team]: shape for team, shape in TEAM_SHAPES.items()}
    shapes = {}
    for place, name in enumerate(names):
        shapes[name] = team_shapes.get(name) or _SHAPES[place]
    return named_scale(shapes)


def level_line(column: str, level: float | None) -> alt.Chart:
    """Return a dashed line at the level of no difference; empty without a level."""
    levels = [] if level is None else [level]
    data = pd.DataFrame({column: levels})
    line: alt.Chart = alt.Chart(data).mark_rule(color=QUIET, strokeDash=[4, 3])
    return line


def framed(*layers: alt.Chart | alt.LayerChart, height: int = HEIGHT) -> alt.LayerChart:
    """Return layers as one chart as wide as the column."""
    chart = alt.LayerChart(layer=list(layers))
    chart.width = "container"
    chart.height = height
    return chart


_LABEL_GAP = 16
"""Pixels between the names of two series."""


def end_labels(data: pd.DataFrame, name: str, x: alt.X, y: alt.Y) -> alt.Chart:
    """Return the names of series at their ends, moved apart.

    The axes are those of the lines; that of `y` has bounds. A name breaks at a bar.
    """
    column = column_of(x)
    height = column_of(y)
    lowest, highest = y["scale"]["domain"]
    ordered = data.dropna(subset=[height]).sort_values(column, kind="stable")
    ends = ordered.groupby(name, sort=False).tail(1)
    lines = 1 + int(ends[name].str.count(r"\|").max() or 0)
    gap = lines * _LABEL_GAP * (highest - lowest) / HEIGHT
    placed = ends[[column, name]].assign(at=spread(ends[height], gap))
    text = alt.Chart(placed).mark_text(align="left", dx=8, color=INK, lineBreak="|")
    labels: alt.Chart = text
    return labels.encode(x=x, y=along(y, "at"), text=alt.Text(f"{name}:N"))


def provisional_years(rows: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Return a shaded band, with its name, over the years that rows mark as ``provisional``.

    It begins half a year before the first of them; without such rows there is no band.
    """
    if "provisional" not in rows or not rows["provisional"].any():
        return []
    first = rows.loc[rows["provisional"], "year"].min() - 0.5
    last = rows["year"].max()
    shown = {
        "first": [first],
        "middle": [(first + last) / 2],
        "last": [last],
        "name": "provisional",
    }
    named = alt.Chart(pd.DataFrame(shown))
    band = named.mark_rect(color=QUIET, opacity=0.13)
    band = band.encode(x=along(x, "first"), x2=alt.X2("last:Q"))
    # upright, so that it fits into the band on a phone
    text = named.mark_text(angle=270, align="center", baseline="middle", color=INK)
    text = text.encode(x=along(x, "middle"), y=alt.value(0.45 * HEIGHT), text="name:N")
    return [band, text]


def dots_with_intervals(
    data: pd.DataFrame,
    x: alt.X,
    y: alt.Y,
    colour: str,
    tooltip: list[alt.Tooltip],
    **look: Any,
) -> alt.LayerChart:
    """Return a dot for each row, with a rule from ``low`` to ``high`` if known.

    The look of the dots is given as options of altair's ``mark_point``, such as ``size``.
    """
    base = alt.Chart(data).encode(y=y, color=alt.ColorValue(colour))
    bounded = base.transform_filter("isValid(datum.low)")
    bounded = bounded.encode(x=along(x, "low"), x2=alt.X2("high:Q"))
    rule = bounded.mark_rule(strokeWidth=1.75)
    dots = base.mark_point(**look)
    return alt.LayerChart(layer=[rule, dots.encode(x=x, tooltip=tooltip)])


def team_colour(
    teams: Iterable[str], field: str = "team_type", *, legend: Side | None = None
) -> alt.Color:
    """Return the colour encoding of team types, in the given order.

    There is a legend only if a side for it is given.
    """
    colours = {team: TEAM_COLOURS[team] for team in teams}
    scale = named_scale(colours)
    return alt.Color(f"{field}:N", scale=scale, legend=legend and _team_legend(legend))


def team_shape(teams: Iterable[str], *, legend: Side | None = None) -> alt.Shape:
    """Return the shape encoding of team types, in the given order; legend as in `team_colour`."""
    shapes = {team: TEAM_SHAPES[team] for team in teams}
    scale = named_scale(shapes)
    return alt.Shape("team_type:N", scale=scale, legend=legend and _team_legend(legend))


def _team_legend(side: Side) -> alt.Legend:
    """Return a legend whose labels are the written names of the team types."""
    # Legends above a chart are over named rows, which leave less room.
    abreast = 1 if side == "top" else 2
    columns = alt.expr(f"width < 400 ? {abreast} : 4")
    return alt.Legend(labelExpr=TEAM_LABEL, orient=side, columns=columns)

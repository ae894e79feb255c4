"""The one theme of all charts, and the encodings that repeat in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import altair as alt

from compute_divide.figures.base.palette import ACCENT, INK, TEAM_COLOURS, TEAM_NAMES, TEAM_SHAPES

Legend = Literal["top", "bottom"] | None
"""Where a legend stands; None for no legend."""

GRID = "rgba(128,128,128,0.22)"
LINE = "rgba(128,128,128,0.75)"
HEIGHT = 300
"""Height of a single chart in pixels; its width is that of the column."""

_TEXT = {"labelColor": INK, "titleColor": INK, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}

CONFIG: dict[str, Any] = {
    "background": None,
    # Metrics of Arial: vl-convert lays text out with Liberation Sans, whose widths are the same.
    "font": "Arial, Liberation Sans, Helvetica, sans-serif",
    "view": {"stroke": None},
    "axis": {
        **_TEXT,
        "gridColor": GRID,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelOverlap": True,
        "titlePadding": 8,
    },
    "axisX": {"grid": False},
    # The title of a vertical axis stands level above it, where it is read first.
    "axisY": {"domain": False, "ticks": False, "titleAngle": 0, "titleAlign": "left", "titleX": -4, "titleY": -14},
    "legend": {**_TEXT, "orient": "top", "direction": "horizontal", "title": None, "symbolStrokeWidth": 2},
    "header": {**_TEXT, "labelFontSize": 12, "title": None},
    "title": {"color": INK, "subtitleColor": INK, "fontSize": 13, "fontWeight": "normal", "anchor": "start"},
    "text": {"color": INK, "fontSize": 12},
    "rule": {"color": LINE},
    "line": {"strokeWidth": 2.25, "color": ACCENT},
    "point": {"filled": True, "size": 50, "opacity": 1, "color": ACCENT},
    "bar": {"color": ACCENT},
    "errorband": {"opacity": 0.18},
}
"""Configuration of Vega-Lite; `show_chart` puts it into every specification."""


def year_axis(field: str = "year", first: int | None = None, last: int | None = None) -> alt.X:
    """Return a quantitative axis of calendar years.

    Parameters
    ----------
    field : str, default "year"
        Column of the years; whole or fractional.
    first, last : int, optional
        Ends of the axis; those of the data by default.

    Examples
    --------
    >>> year_axis(first=2010, last=2026).to_dict()["scale"]["domain"]
    [2010, 2026]
    """
    ends = [first, last] if first is not None and last is not None else alt.Undefined
    return alt.X(
        f"{field}:Q",
        title=None,
        axis=alt.Axis(format="d", tickMinStep=1, tickCount=8, labelFlush=True),
        scale=alt.Scale(zero=False, nice=False, domain=ends),
    )


def share_axis(field: str = "share", title: str = "Share of models", top: float = 1.0) -> alt.Y:
    """Return an axis of shares, from 0 to 100%."""
    return alt.Y(
        f"{field}:Q",
        title=title,
        axis=alt.Axis(format="%", tickCount=5),
        scale=alt.Scale(domain=[0, top], nice=False),
    )


def share_below(title: str) -> alt.X:
    """Return a horizontal axis of shares, from 0 to 100%, with lines."""
    axis = alt.Axis(format="%", tickCount=5, grid=True)
    return alt.X("share:Q", title=title, axis=axis, scale=alt.Scale(domain=[0, 1], nice=False))


def definition_axis() -> alt.Axis:
    """Return the axis of a chart with one row for each definition of large-scale; long names are broken into lines."""
    broken = "replace(replace(datum.label, 'filter-compute', 'filter,|compute'), 'or-parameters', 'or|parameters')"
    label = f"split({broken}, '|')"
    return alt.Axis(labelExpr=label, labelLimit=160, labelPadding=10, grid=False, domain=False, ticks=False)


def power_axis(field: str, title: str, channel: type[alt.X | alt.Y] = alt.Y) -> Any:
    """Return a logarithmic axis whose labels are powers of ten (10²⁴)."""
    return channel(
        f"{field}:Q", title=title, scale=alt.Scale(type="log", nice=False), axis=_decades(_POWER_LABEL, ticks=8)
    )


def times_axis(field: str, title: str, channel: type[alt.X | alt.Y] = alt.X) -> Any:
    """Return a logarithmic axis of ratios (10×, 100×)."""
    return channel(
        f"{field}:Q", title=title, scale=alt.Scale(type="log", nice=True), axis=_decades(_TIMES_LABEL, ticks=6)
    )


def _decades(label: str, ticks: int) -> alt.Axis:
    """Return a logarithmic axis with ticks, lines and labels at whole powers of ten alone."""
    shown = alt.condition(_IS_POWER, alt.value(1), alt.value(0))
    return alt.Axis(
        labelExpr=f"{_IS_POWER} ? {label} : ''", tickCount=ticks, grid=True, gridOpacity=shown, tickOpacity=shown
    )


def raised(exponent: str) -> str:
    """Return a Vega expression for a whole number in superscript; JavaScript has no format for it.

    Parameters
    ----------
    exponent : str
        Vega expression of the number.
    """
    digits = zip("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True)
    return "replace(" * 11 + f"'' + {exponent}" + "".join(f", /{plain}/g, '{high}')" for plain, high in digits)


_IS_POWER = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6"
_POWER_LABEL = "'10' + " + raised("round(log(datum.value) / LN10)")
_TIMES_LABEL = "format(datum.value, ',~r') + '×'"


def team_colour(teams: Iterable[str], field: str = "team_type", *, legend: Legend = None) -> alt.Color:
    """Return the colour encoding of team types, in the order given; a legend only where a side for it is given.

    Examples
    --------
    >>> team_colour(["academia-only"]).to_dict()["scale"]["range"] == [TEAM_COLOURS["academia-only"]]
    True
    """
    order = list(teams)
    scale = alt.Scale(domain=order, range=[TEAM_COLOURS[team] for team in order])
    return alt.Color(f"{field}:N", scale=scale, legend=legend and _team_legend(legend))


def team_shape(teams: Iterable[str], field: str = "team_type", *, legend: Legend = None) -> alt.Shape:
    """Return the shape encoding of team types, in the order given; legend as in `team_colour`."""
    order = list(teams)
    scale = alt.Scale(domain=order, range=[TEAM_SHAPES[team] for team in order])
    return alt.Shape(f"{field}:N", scale=scale, legend=legend and _team_legend(legend))


def _team_legend(side: Literal["top", "bottom"]) -> alt.Legend:
    """Return a legend whose labels are the written names of the team types."""
    names = " : ".join(f"datum.label == '{team}' ? '{name}'" for team, name in TEAM_NAMES.items())
    return alt.Legend(labelExpr=f"{names} : datum.label", orient=side)


def spread(positions: Iterable[float], gap: float) -> list[float]:
    """Move positions apart until neighbours are at least a gap apart, keeping their order.

    For labels at the ends of lines that would overlap.

    Examples
    --------
    >>> spread([0.10, 0.12, 0.80], gap=0.06)
    [0.08, 0.14, 0.8]
    """
    values = list(positions)
    order = sorted(range(len(values)), key=values.__getitem__)
    clusters: list[list[int]] = []
    centres: list[float] = []
    for index in order:
        clusters.append([index])
        centres.append(values[index])
        while len(clusters) > 1 and centres[-1] - centres[-2] < gap * (len(clusters[-1]) + len(clusters[-2])) / 2:
            merged = clusters[-2] + clusters[-1]
            clusters[-2:] = [merged]
            centres[-2:] = [sum(values[i] for i in merged) / len(merged)]
    moved = [0.0] * len(values)
    for cluster, centre in zip(clusters, centres, strict=True):
        for place, index in enumerate(cluster):
            moved[index] = round(centre + gap * (place - (len(cluster) - 1) / 2), 6)
    return moved

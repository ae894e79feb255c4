"""Marks that several charts share: lines with bands, dots with intervals, labels at the ends of lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from compute_divide.figures.base.empty import needs
from compute_divide.figures.base.palette import INK, TEAM_NAMES
from compute_divide.figures.base.theme import HEIGHT, share_axis, spread, team_colour, year_axis

LABEL_GAP = 16
"""Least distance of two labels, in pixels."""


@needs("share")
def share_lines(
    shares: pd.DataFrame, *, part_year: int | None = None, title: str = "Share of models", height: int = HEIGHT
) -> alt.LayerChart:
    """Return the share of each team type by year: a line, its interval as a band, its name at the end.

    Parameters
    ----------
    shares : pandas.DataFrame
        ``year``, ``team_type``, ``k``, ``n``, ``share``, ``low``, ``high``; see
        `compute_divide.analysis.statistics.shares.shares_by`. Works for models and papers alike.
    part_year : int, optional
        A year that was not over when the data were taken: it is set apart by a hollow point and a dashed line.
    title : str
        What the shares are shares of.
    height : int
        In pixels.
    """
    teams = list(dict.fromkeys(shares["team_type"]))
    colour = team_colour(teams)
    tooltip = share_tooltip(
        alt.Tooltip("team_type:N", title="Team type"), alt.Tooltip("year:Q", title="Year", format="d")
    )
    rows = shares[["year", "team_type", "k", "n", "share", "low", "high"]].astype({"year": int})
    x = year_axis(first=int(rows["year"].min()), last=int(rows["year"].max()))
    y = share_axis("share", title)
    band = alt.Chart(rows).mark_area(opacity=0.16).encode(x=x, y=share_axis("low", title), y2="high:Q", color=colour)
    whole = "true" if part_year is None else f"datum.year < {part_year}"
    drawn = alt.Chart(rows).transform_filter(whole).encode(x=x, y=y, color=colour)
    layers = [band, drawn.mark_line(), drawn.mark_point(size=28).encode(tooltip=tooltip)]
    if part_year is not None:
        tail = alt.Chart(rows[rows["year"] >= part_year - 1]).encode(x=x, y=y, color=colour)
        hollow = tail.transform_filter(f"datum.year >= {part_year}").mark_point(size=34, filled=False, strokeWidth=2)
        note = alt.Chart(pd.DataFrame({"year": [part_year], "share": [1.0], "text": [f"{part_year}: part year"]}))
        layers += [
            tail.mark_line(strokeDash=[3, 3]),
            hollow.encode(tooltip=tooltip),
            note.mark_text(align="right", baseline="bottom", dy=-4, fontSize=11).encode(x=x, y=y, text="text:N"),
        ]
    named = rows.assign(name=rows["team_type"].map(TEAM_NAMES))
    return framed(
        *layers, end_labels(named, "year", "share", "name", x, share_axis("at", title), height), height=height
    )


def share_tooltip(*first: alt.Tooltip) -> list[alt.Tooltip]:
    """Return the tooltip of a share: what it is of, then value, interval and counts."""
    return [
        *first,
        alt.Tooltip("share:Q", title="Share", format=".0%"),
        alt.Tooltip("low:Q", title="Low", format=".0%"),
        alt.Tooltip("high:Q", title="High", format=".0%"),
        alt.Tooltip("k:Q", title="Count"),
        alt.Tooltip("n:Q", title="Total"),
    ]


def framed(*layers: alt.Chart | alt.LayerChart, height: int = HEIGHT) -> alt.LayerChart:
    """Return layers as one chart as wide as the column."""
    chart = alt.LayerChart(layer=list(layers))
    chart.width, chart.height = "container", height
    return chart


def end_labels(
    data: pd.DataFrame, x: str, y: str, name: str, x_axis: alt.X, y_axis: alt.Y, height: int, *, range_y: float = 1.0
) -> alt.Chart:
    """Return the names of series at their ends, moved apart where they would overlap.

    Parameters
    ----------
    data : pandas.DataFrame
        The points of all series.
    x, y, name : str
        Columns of position and name.
    x_axis, y_axis : alt.X, alt.Y
        The axes of the chart; `y_axis` must read the field ``at``.
    height : int
        Of the chart, in pixels.
    range_y : float
        What the vertical axis spans, in units of `y`.
    """
    ends = data.dropna(subset=[y]).sort_values(x, kind="stable").groupby(name, sort=False).tail(1)
    placed = ends[[x, name]].assign(at=spread(ends[y], gap=LABEL_GAP * range_y / height))
    marks: alt.Chart = alt.Chart(placed).mark_text(align="left", dx=8, color=INK)
    return marks.encode(x=x_axis, y=y_axis, text=f"{name}:N")


def dots_with_intervals(
    data: pd.DataFrame,
    x: alt.X,
    y: alt.Y,
    *,
    colour: Any = None,
    offset: alt.YOffset | None = None,
    tooltip: Sequence[alt.Tooltip] = (),
    size: int = 60,
    filled: bool = True,
) -> alt.LayerChart:
    """Return dots with a rule from ``low`` to ``high`` through each; rows without an interval keep the dot.

    Parameters
    ----------
    data : pandas.DataFrame
        One row a dot, with ``low`` and ``high``.
    x : alt.X
        Axis of the value.
    y : alt.Y
        Axis of the rows.
    colour, offset, tooltip
        Further encodings.
    size : int
        Area of a dot, in square pixels.
    filled : bool
        Whether the dots are full or hollow.
    """
    base = alt.Chart(data).encode(y=y)
    base = base if colour is None else base.encode(color=colour)
    base = base if offset is None else base.encode(yOffset=offset)
    low = x.copy()
    low.shorthand = "low:Q"
    bounded = base.transform_filter("isValid(datum.low)").encode(x=low, x2="high:Q")
    rule = bounded.mark_rule(strokeWidth=1.75)
    return alt.LayerChart(layer=[rule, base.mark_point(size=size, filled=filled).encode(x=x, tooltip=list(tooltip))])

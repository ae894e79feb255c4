"""Charts that several chapters on papers share.

They show conferences over time, one share per row, and one dot per team type.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from bookpress.elements.figure.theme import ACCENT, QUIET, needs
from compute_divide.estimates.statistics.teams import TEAM_NAMES
from compute_divide.plot.base.axes import named_rows, share_axis, years_of
from compute_divide.plot.base.marks import (
    SERIES_COLOURS,
    TEAM_COLOURS,
    dots_with_intervals,
    end_labels,
    framed,
    named_scale,
    reach_of_shares,
    runs,
    series_dots,
    share_tips,
)
from compute_divide.sources.papers.profiles import venue_name

_ROW = 30
"""Height of a row in pixels."""
_ODDS = (0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
"""The odds ratios that an axis may label."""
_DASHES = (
    [1, 0],
    [6, 3],
    [2, 2],
    [8, 2, 2, 2],
    [4, 4],
    [1, 3],
    [10, 4],
    [3, 1, 1, 1],
)


@needs("share")
def venue_lines(
    shares: pd.DataFrame, title: str, turn: tuple[float, float] | None = None
) -> alt.LayerChart:
    """Return a share by ``year``, with a line and a band per ``venue``, broken at missing years.

    The years between which the trend turns, first and last of `turn`, are shaded.
    """
    rows = _with_runs(shares)
    x = years_of(rows)
    highest = float(rows["high"].max())
    top = min(1.0, math.ceil(12 * highest) / 10)
    y = share_axis("share", title, top)
    low = share_axis("low", title, top)
    high = alt.Y2("high:Q")
    base = alt.Chart(rows).encode(x=x, detail=alt.Detail("run:N"))
    colour = _venue_colours(rows["name"])
    band = base.mark_area(opacity=0.10).encode(y=low, y2=high, color=colour)
    # A band needs two years; the interval of a year between two gaps is a stroke.
    is_alone = ~rows["run"].duplicated(keep=False)
    alone = alt.Chart(rows[is_alone]).encode(x=x)
    strokes = alone.mark_rule(opacity=0.3).encode(y=low, y2=high, color=colour)
    line = base.mark_line(strokeWidth=2)
    line = line.encode(y=y, color=colour, strokeDash=_venue_dashes(rows["name"]))
    tooltip = share_tips("name:N|Venue", "year:Q|Year|d")
    points = base.mark_point(size=26).encode(y=y, color=colour, tooltip=tooltip)
    labels = end_labels(rows, "name", x, y)
    return framed(*_shaded(turn, x), band, strokes, line, points, labels)


def _with_runs(shares: pd.DataFrame) -> pd.DataFrame:
    """Return shares with the names of conferences, and their unbroken runs of years."""
    names = shares["venue"].map(venue_name)
    rows = shares[["venue", "year", "k", "n", "share", "low", "high"]]
    rows = rows.astype({"year": int}).assign(name=names)
    return rows.assign(run=runs(rows, "name"))


def _venue_colours(names: pd.Series[str]) -> alt.Color:
    colours = {}
    for place, name in enumerate(dict.fromkeys(names)):
        colours[name] = SERIES_COLOURS[place % len(SERIES_COLOURS)]
    return alt.Color("name:N", scale=named_scale(colours), legend=None)


def _venue_dashes(names: pd.Series[str]) -> alt.StrokeDash:
    dashes = {}
    for place, name in enumerate(dict.fromkeys(names)):
        dashes[name] = _DASHES[place % len(_DASHES)]
    return alt.StrokeDash("name:N", scale=named_scale(dashes), legend=None)


def _shaded(turn: tuple[float, float] | None, x: alt.X) -> list[alt.Chart]:
    """Return a shade over the years between which the trend turns; empty without them."""
    if not turn:
        return []
    years = pd.DataFrame([turn], columns=["year", "to"])
    shade = alt.Chart(years).mark_rect(color=QUIET, opacity=0.16)
    return [shade.encode(x=x, x2=alt.X2("to:Q"))]


def odds_axis(odds: pd.DataFrame, title: str) -> alt.X:
    """Return a logarithmic axis that includes the intervals of odds ratios, and 1."""
    known = odds.dropna(subset=["odds_ratio", "low", "high"])
    low = 0.5
    high = 2.0
    if len(known):
        low = float(known["low"].min())
        high = float(known["high"].max())
    ticks = [odds for odds in _ODDS if low / 1.5 <= odds <= high * 1.5] or [1]
    first = min(low, ticks[0], 0.9)
    last = max(high, ticks[-1], 1.1)
    scale = alt.Scale(type="log", domain=[first * 0.97, last * 1.03], nice=False)
    axis = alt.Axis(values=ticks, format="~r", grid=True)
    return alt.X("odds_ratio:Q", title=title, scale=scale, axis=axis)


@needs("share")
def share_rows(
    shares: pd.DataFrame,
    row: str,
    title: str,
    *,
    emphasis: Sequence[str] = (),
) -> alt.LayerChart:
    """Return shares with intervals, one row each, in the order of the data.

    If some rows have `emphasis`, the dots of the others are hollow.
    """
    columns = [row, "k", "n", "share", "low", "high"]
    rows = shares.dropna(subset=["share"])[columns]
    x = reach_of_shares(rows, title)
    y = named_rows(row)
    # Keeps the order of the rows.
    frame = alt.Chart(rows).mark_point(opacity=0).encode(x=x, y=y)
    layers: list[alt.Chart | alt.LayerChart] = [frame]
    tooltip = share_tips(f"{row}:N|title")
    full = rows[rows[row].isin(emphasis)] if emphasis else rows
    hollow = rows.drop(full.index)
    for part, filled in ((full, True), (hollow, False)):
        if len(part):
            dots = dots_with_intervals(part, x, y, ACCENT, tooltip, size=64, filled=filled)
            layers.append(dots)
    return framed(*layers, height=max(_ROW * len(rows), 60))


def team_dots(
    shares: pd.DataFrame, row: str, title: str, teams: Sequence[str]
) -> alt.TopLevelMixin:
    """Return `series_dots` of team types, in the given order."""
    named = shares.assign(team=shares["team_type"].map(TEAM_NAMES))
    colours = {TEAM_NAMES[team]: TEAM_COLOURS[team] for team in teams}
    return series_dots(named, row, "team", colours, title)

"""Charts that several chapters on papers share: conferences over time, a share a row, a dot a team type."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, QUIET, needs
from compute_divide.analysis.papers.papers import venue_name
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    TEAM_NAMES,
    along,
    dots_with_intervals,
    end_labels,
    framed,
    row_axis,
    runs,
    series_dots,
    share_axis,
    share_below,
    share_tips,
    year_axis,
)

_ROW = 30
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3], [10, 4], [3, 1, 1, 1])


@needs("share")
def venue_lines(
    shares: pd.DataFrame, title: str, turn: tuple[float, float] | None = None
) -> alt.LayerChart:
    """Return a share by ``year``, a line and a band a ``venue``, broken where a year is missing.

    The years between which the trend turns, first and last of `turn`, are shaded.
    """
    columns = ["venue", "year", "k", "n", "share", "low", "high"]
    rows = shares[columns].astype({"year": int}).assign(name=shares["venue"].map(venue_name))
    rows = rows.assign(run=runs(rows, "name"))
    names = list(dict.fromkeys(rows["name"]))
    x = year_axis(first=int(rows["year"].min()), last=int(rows["year"].max()))
    top = min(1.0, math.ceil(12 * float(rows["high"].max())) / 10)
    y = share_axis("share", title, top)
    dashes = [_DASHES[i % len(_DASHES)] for i in range(len(names))]
    dash = alt.StrokeDash("name:N", scale=alt.Scale(domain=names, range=dashes), legend=None)
    tooltip = share_tips("name:N|Venue", "year:Q|Year|d")
    base = alt.Chart(rows).encode(x=x, detail=alt.Detail("run:N"))
    # A band needs two years; the interval of a year between two gaps is a stroke.
    alone = alt.Chart(rows[~rows["run"].duplicated(keep=False)]).encode(x=x)
    low = share_axis("low", title, top)
    shaded = alt.Chart(pd.DataFrame([turn or (None, None)], columns=["year", "to"])).mark_rect(
        color=QUIET, opacity=0.16
    )
    return framed(
        *([shaded.encode(x=x, x2=alt.X2("to:Q"))] if turn else []),
        base.mark_area(opacity=0.10, color=ACCENT).encode(y=low, y2=alt.Y2("high:Q")),
        alone.mark_rule(color=ACCENT, opacity=0.3).encode(y=low, y2=alt.Y2("high:Q")),
        base.mark_line(color=ACCENT, strokeWidth=2).encode(y=y, strokeDash=dash),
        base.mark_point(size=26, color=ACCENT).encode(y=y, tooltip=tooltip),
        end_labels(rows, "year", "share", "name", x, share_axis("at", title, top), top),
    )


@needs("share")
def share_rows(
    shares: pd.DataFrame,
    row: str,
    title: str,
    *,
    emphasis: Sequence[str] = (),
    beside: str | None = None,
) -> alt.LayerChart:
    """Return shares with intervals, one row each, in the order of the data.

    Dots of rows without `emphasis` are hollow, if any has it; a stroke marks the share of the column `beside`.
    """
    rows = shares.dropna(subset=["share"])[
        [row, "k", "n", "share", "low", "high", *([beside] if beside else [])]
    ]
    x = share_below(title, min(1.0, float(rows["high"].max()) * 1.05))
    y = alt.Y(f"{row}:N", title=None, sort=None, axis=row_axis())
    tooltip = share_tips(f"{row}:N|title")
    full = rows if not emphasis else rows[rows[row].isin(emphasis)]
    strokes = alt.Chart(rows).mark_tick(color=QUIET, thickness=3, size=16)
    return framed(
        alt.Chart(rows).mark_point(opacity=0).encode(x=x, y=y),  # holds the order of the rows
        *([strokes.encode(x=along(x, beside), y=y)] if beside else []),
        *(
            dots_with_intervals(part, x, y, ACCENT, tooltip, 64, filled)
            for part, filled in ((full, True), (rows.drop(full.index), False))
            if len(part)
        ),
        height=max(_ROW * len(rows), 60),
    )


def team_dots(
    shares: pd.DataFrame, row: str, title: str, teams: Sequence[str], *, level: float | None = None
) -> alt.TopLevelMixin:
    """Return `series_dots` of team types, in the order given."""
    named = shares.assign(team=shares["team_type"].map(TEAM_NAMES))
    return series_dots(
        named,
        row,
        "team",
        {TEAM_NAMES[team]: TEAM_COLOURS[team] for team in teams},
        title,
        level=level,
    )

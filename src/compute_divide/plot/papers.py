"""Charts of the chapters on papers and on OpenAlex: venues over time, odds ratios, shares, what is not known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, INK, LINE, QUIET, needs
from compute_divide.analysis.papers.papers import venue_name
from compute_divide.plot.base.marks import (
    FEW,
    NAMED,
    TEAM_COLOURS,
    TEAM_NAMES,
    along,
    dots_with_intervals,
    end_labels,
    framed,
    row_axis,
    runs,
    said_as,
    series_dots,
    share_axis,
    share_below,
    share_tips,
    team_colour,
    tips,
    year_axis,
)

_ROW = 30
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3], [10, 4], [3, 1, 1, 1])
_SHAPES = ("circle", "diamond", "square", "triangle-up")
_ODDS = (0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32)


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


@needs()
def odds_forest(odds: pd.DataFrame, row: str, title: str, by: str) -> alt.LayerChart:
    """Return odds ratios with intervals on a logarithmic axis with a line at 1, a dot for each series within a row.

    `row` and `by` are columns that name a row and tell series apart; a row without an ``odds_ratio`` stays empty.
    """
    rows = odds[[row, "odds_ratio", "low", "high", "n", by]]
    known = rows.dropna(subset=["odds_ratio", "low", "high"])
    low, high = (
        (float(known["low"].min()), float(known["high"].max())) if len(known) else (0.5, 2.0)
    )
    marks = [mark for mark in _ODDS if low / 1.5 <= mark <= high * 1.5] or [1]
    scale = alt.Scale(
        type="log",
        domain=[min(low, marks[0], 0.9) * 0.97, max(high, marks[-1], 1.1) * 1.03],
        nice=False,
    )
    x = alt.X(
        "odds_ratio:Q",
        title=title,
        scale=scale,
        axis=alt.Axis(values=marks, format="~r", grid=True),
    )
    gaps = alt.Scale(paddingInner=0.4, paddingOuter=0.2)
    y = alt.Y(f"{row}:N", title=None, sort=None, axis=row_axis(), scale=gaps)
    series = list(dict.fromkeys(rows[by]))
    shapes = alt.Scale(domain=series, range=list(_SHAPES[: len(series)]))
    legend = alt.Legend(orient="top", symbolFillColor=ACCENT, symbolStrokeColor=ACCENT)
    base = (
        alt.Chart(rows)
        .transform_filter("isValid(datum.low)")
        .encode(y=y, color=alt.ColorValue(ACCENT))
    )
    base = base.encode(yOffset=alt.YOffset(f"{by}:N", sort=series))
    ratio = ("odds_ratio:Q|Odds ratio|.2f", "low:Q|Low|.2f", "high:Q|High|.2f", "n:Q|Papers|,")
    dots = base.transform_calculate(told=said_as(row, by)).mark_point(size=64)
    dots = dots.encode(
        x=x, shape=alt.Shape(f"{by}:N", scale=shapes, legend=legend), tooltip=tips(NAMED, *ratio)
    )
    rules = base.mark_rule(strokeWidth=1.75).encode(x=along(x, "low"), x2=alt.X2("high:Q"))
    one = (
        alt.Chart(pd.DataFrame({"odds_ratio": [1.0]}))
        .mark_rule(color=QUIET, strokeDash=[4, 3])
        .encode(x=x)
    )
    every = alt.Chart(rows).mark_point(opacity=0).encode(y=y)
    return framed(
        every, one, rules, dots, height=max((12 * len(series) + 20) * rows[row].nunique(), 60)
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


@needs()
def named_bars(named: pd.DataFrame, title: str) -> alt.LayerChart:
    """Return how many papers name each pre-trained model, coloured by who made it; hosted ones say so."""
    rows = named[["label", "maker", "team", "access", "papers"]].rename(
        columns={"team": "team_type"}
    )
    hosted = rows["access"].map({"hosted": ", hosted"}).fillna("")
    rows = rows.assign(text=rows["papers"].map("{:,}".format) + hosted)
    teams = [team for team in TEAM_COLOURS if team in set(rows["team_type"])]
    x = alt.X("papers:Q", title=title, axis=alt.Axis(tickCount=6, grid=True))
    y = alt.Y("label:N", title=None, sort=None, axis=row_axis())
    base = alt.Chart(rows).encode(x=x, y=y)
    bars = base.mark_bar(size=14).encode(
        color=team_colour(teams, legend="top"),
        tooltip=tips("label:N|Model", "maker:N|Made by", "access:N|Access", "papers:Q|Papers|,"),
    )
    numbers = base.mark_text(align="left", dx=5, color=INK, fontSize=11).encode(
        text=alt.Text("text:N")
    )
    return framed(bars, numbers, height=_ROW * len(rows))


@needs()
def base_bars(counts: pd.DataFrame, teams: Sequence[str]) -> alt.LayerChart:
    """Return stacked bars of whose base models are built on, one row a team type."""
    bases = list(TEAM_COLOURS)
    totals = counts.groupby("team_type")["models"].sum()
    names = {team: f"{TEAM_NAMES[team]}, {totals.get(team, 0)} systems" for team in teams}
    rows = counts[counts["team_type"].isin(teams)].assign(
        team=lambda data: data["team_type"].map(names),
        base=lambda data: data["base_team"].map(TEAM_NAMES),
        order=lambda data: data["base_team"].map(bases.index),
    )
    used = [base for base in bases if base in set(rows["base_team"])]
    axis = alt.Axis(format="%", tickCount=5)
    bars = alt.Chart(rows).mark_bar(size=26, stroke=LINE, strokeWidth=0.5)
    stacked = bars.encode(
        x=alt.X("models:Q", stack="normalize", title="Share of these models", axis=axis),
        y=alt.Y("team:N", title=None, sort=list(names.values()), axis=row_axis()),
        color=team_colour(used, "base_team", legend="top"),
        order=alt.Order("order:Q"),
        tooltip=tips("team:N|Made by", "base:N|Base made by", "models:Q|Models"),
    )
    return framed(stacked, height=46 * len(teams))


PLACES = {
    "arxiv": "arXiv",
    "repository": "other repository",
    "conference": "conference",
    "journal": "journal",
    "ebook platform": "e-book platform",
    "unknown": "no source on record",
}
_TALL_ROW = 34  # in pixels


def place_name(place: str) -> str:
    """Return the name of a place that a work can be in; one that is new keeps the word of OpenAlex."""
    return PLACES.get(place, place)


@needs()
def missing_dots(shares: pd.DataFrame) -> alt.LayerChart:
    """Return the share of works without an institution, one row a place, with intervals."""
    y = _rows("place", shares)
    tooltip = share_tips("place:N|Place")
    rows = shares[["place", "k", "n", "share", "low", "high"]].copy()
    rows.loc[rows["n"] < FEW, ["low", "high"]] = None
    dots = dots_with_intervals(
        rows, share_below("Works without a known institution"), y, ACCENT, tooltip
    )
    counts = rows.assign(told=[f"{k} of {n}" for k, n in zip(rows["k"], rows["n"], strict=True)])
    label = (
        alt.Chart(counts)
        .mark_text(dy=-12, fontSize=11, color=INK)
        .encode(y=y, x=alt.X("share:Q"), text=alt.Text("told:N"))
    )
    return framed(dots, label, height=_TALL_ROW * len(shares))


@needs()
def bound_bars(rows: pd.DataFrame) -> alt.LayerChart:
    """Return academia-only shares of the known works, and how far the unknown ones let them move."""
    y = _rows("works", rows)
    x = share_below("Works by academia alone")
    bounds = ("lowest:Q|Lowest|.0%", "highest:Q|Highest|.0%", "known:Q|Known", "n:Q|All")
    tooltip = tips("works:N|Works", "share:Q|Share of the known|.0%", *bounds)
    base = alt.Chart(rows).encode(y=y, color=alt.ColorValue(TEAM_COLOURS["academia-only"]))
    bar = base.mark_bar(height=12, opacity=0.35).encode(
        x=along(x, "lowest"), x2=alt.X2("highest:Q"), tooltip=tooltip
    )
    dot = (
        base.transform_filter("isValid(datum.share)")
        .mark_point(size=80)
        .encode(x=x, tooltip=tooltip)
    )
    return framed(bar, dot, height=_TALL_ROW * len(rows))


@needs()
def topic_lines(shares: pd.DataFrame, topics: Sequence[str]) -> alt.LayerChart:
    """Return academia-only shares by year for a few topics, with the bounds that the unknown works leave."""
    first, last = int(shares["year"].min()), int(shares["year"].max())
    x, title = year_axis(first=first, last=last), "Works by academia alone"
    dash = alt.StrokeDash("topic:N", sort=list(topics), legend=None)
    base = alt.Chart(shares).encode(x=x, color=alt.ColorValue(TEAM_COLOURS["academia-only"]))
    band = base.mark_area(opacity=0.12).encode(
        y=share_axis("lowest", title), y2=alt.Y2("highest:Q"), detail=alt.Detail("topic:N")
    )
    tooltip = [
        alt.Tooltip("topic:N"),
        alt.Tooltip("year:Q", format="d"),
        alt.Tooltip("share:Q", format=".0%"),
    ]
    line = base.mark_line().encode(y=share_axis("share", title), strokeDash=dash, tooltip=tooltip)
    return framed(
        band, line, end_labels(shares, "year", "share", "topic", x, share_axis("at", title))
    )


def _rows(field: str, data: pd.DataFrame) -> alt.Y:
    """Return an axis of named rows, in the order of the data."""
    return alt.Y(f"{field}:N", title=None, sort=list(data[field]), axis=row_axis())

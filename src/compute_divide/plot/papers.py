"""Charts of the chapters on papers: venues over time, odds ratios, shares."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, INK, LINE, QUIET, needs
from compute_divide.analysis.papers.papers import venue_name  # noqa: F401 - as old chapters have it
from compute_divide.plot.base.marks import (
    NAMED,
    TEAM_COLOURS,
    TEAM_NAMES,
    along,
    framed,
    row_axis,
    said_as,
    team_colour,
    tips,
)
from compute_divide.plot.base.papers import (  # noqa: F401 - as chapters in the old language have them
    share_rows,
    team_dots,
    venue_lines,
)

_ROW = 30
_SHAPES = ("circle", "diamond", "square", "triangle-up")
_ODDS = (0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32)


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

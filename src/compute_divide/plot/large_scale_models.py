"""The figures of the chapter on who trains the largest models."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from bookpress.page.figures.show import Figure
from bookpress.page.figures.theme import INK, LINE, needs
from compute_divide.analysis.statistics.estimates import ACADEMIA, COMPUTE
from compute_divide.plot.base.marks import (
    DEFINITION_NAMES,
    TEAM_COLOURS,
    TEAM_NAMED,
    TEAM_NAMES,
    framed,
    row_axis,
    series_dots,
    share_axis,
    team_colour,
    tips,
)
from compute_divide.plot.base.show import Column, figure, models_credit
from compute_divide.plot.base.wording import describe_groups, row_by_row

_BREAKS = {
    "Autoencoder": "Auto-encoder",
    "Feedforward": "Feed-forward",
    "Performance": "Perform-ance",
    "RNNsearch": "RNN-search",
    "Unsupervised": "Unsuper-vised",
    "segmentation": "segmen-tation",
    "HyperCLOVA": "Hyper-CLOVA",
}
"""Where words break that are wider than a tile."""
_TILE_TEXT: dict[str, Any] = {
    "fontSize": 11,
    "lineHeight": 12,
    "lineBreak": "|",
    "baseline": "middle",
    "color": INK,
    "dy": alt.expr("-6 * (length(split(datum.name, '|')) - 1)"),
    "limit": alt.expr("width / 10 - 3"),
    "opacity": alt.expr("width < 560 ? 0 : 1"),
}
"""How the name of a run is set in its tile."""
_TILE_HEIGHT = 42
"""Pixels of three lines of a name."""


def run_tiles(runs: pd.DataFrame, vintage: str) -> Figure:
    """Return the largest runs of each year, a tile each, a row a year.

    The colour is that of the type of the team.

    Parameters
    ----------
    runs : pandas.DataFrame
        Models with a known training compute, at most ten a year.
    vintage : str
        The vintage that they are of.

    Returns
    -------
    Figure
        The largest run of a year stands at the left; names show where the page is wide enough.
    """
    tiles = _ranked(runs)
    is_academic = tiles["team_type"].eq(ACADEMIA)
    by_year = is_academic.groupby(tiles["year"]).sum()
    counts = row_by_row("{} {}", by_year.index, by_year)
    description = f"Number of tiles a year of universities alone: {counts}."
    source = models_credit(vintage)
    columns = {"rank": Column("Rank", "number"), "organisations": Column("Who")}
    chart = _tiles(tiles)
    return figure(chart, tiles, description=description, source=source, columns=columns)


def compute_bars(runs: pd.DataFrame, vintage: str) -> Figure:
    """Return who did the computing of the largest runs, a stacked bar a year.

    Parameters
    ----------
    runs : pandas.DataFrame
        Models with a known training compute, at most ten a year.
    vintage : str
        The vintage that they are of.

    Returns
    -------
    Figure
        Each run weighs by its training compute.
    """
    groups = _ranked(runs).groupby(["year", "team_type"])
    sums = groups[[COMPUTE]].sum().reset_index()
    totals = sums.groupby("year")[COMPUTE].transform("sum")
    shares = sums.assign(share=sums[COMPUTE] / totals)
    academic = shares[shares["team_type"] == ACADEMIA]
    course = row_by_row("{} {:.1%}", academic["year"], academic["share"])
    description = f"Share of universities alone: {course}."
    source = models_credit(vintage)
    columns = {"share": Column("Share", "share")}
    chart = _bars(shares)
    return figure(chart, shares, description=description, source=source, columns=columns)


def definition_dots(estimates: pd.DataFrame, chosen: str, vintage: str) -> Figure:
    """Return shares under each definition of large, a dot with its interval for each question.

    Parameters
    ----------
    estimates : pandas.DataFrame
        The answers, from `answers`.
    chosen : str
        The definition of the chapter, which is marked.
    vintage : str
        The vintage that they are read in.

    Returns
    -------
    Figure
        A row a definition.
    """
    marked = f"{DEFINITION_NAMES[chosen]}|(used here)"
    names = {**DEFINITION_NAMES, chosen: marked}
    rows = estimates.assign(rule=estimates["definition"].map(names))
    team_colours = rows["team_type"].map(TEAM_COLOURS)
    colours = dict(zip(rows["what"], team_colours, strict=True))
    named = estimates.assign(definition=estimates["definition"].map(DEFINITION_NAMES))
    chart = series_dots(rows, "rule", "what", colours, "Share of large-scale models")
    description = describe_groups(named, "definition", "what")
    source = models_credit(vintage)
    columns = {"what": Column("Whose, when")}
    return figure(chart, estimates, description=description, source=source, columns=columns)


def _ranked(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs by year, the largest first, with their rank in the year."""
    known = runs[runs[COMPUTE].gt(0)]
    ordered = known.sort_values(COMPUTE, ascending=False)
    ranks = ordered.groupby("year").cumcount() + 1
    ranked = ordered.assign(rank=ranks)
    tiles = ranked.sort_values(["year", "rank"], ignore_index=True)
    columns = ["year", "rank", "model", "organisations", "team_type", COMPUTE]
    return tiles[columns].astype({"year": int})


@needs()
def _tiles(tiles: pd.DataFrame) -> alt.LayerChart:
    names = [_lines_of(name) for name in tiles["model"]]
    makers = tiles["organisations"].fillna("").str.replace("|", ", ")
    rows = tiles.assign(name=names, organisations=makers)
    gaps = alt.Scale(paddingInner=0.05, paddingOuter=0)
    top = row_axis(orient="top", labelAngle=0, labelBaseline="bottom")
    x = alt.X("rank:O", title="Rank within the year", axis=top, scale=gaps)
    y = alt.Y("year:O", title=None, axis=row_axis(), scale=gaps)
    named = alt.Chart(rows).transform_calculate(team=TEAM_NAMED)
    base = named.encode(x=x, y=y)
    colour = team_colour(_teams_of(tiles), legend="bottom")
    boxes = base.mark_rect(opacity=0.4).encode(color=colour, tooltip=_run_tips())
    text = base.mark_text(**_TILE_TEXT).encode(text=alt.Text("name:N"))
    return framed(boxes, text, height=_TILE_HEIGHT * tiles["year"].nunique())


def _teams_of(rows: pd.DataFrame) -> list[str]:
    """Return the team types that there are, in their usual order."""
    present = set(rows["team_type"])
    return [team for team in TEAM_NAMES if team in present]


def _run_tips() -> list[alt.Tooltip]:
    return tips(
        "model:N|Model",
        "organisations:N|Who",
        "team:N|Team type",
        f"{COMPUTE}:Q|Training compute (FLOP)|.2e",
    )


def _lines_of(name: str) -> str:
    """Return a name in up to three lines.

    It breaks after hyphens, and loses what stands in brackets.
    """
    apart = re.sub(r" ?(\(| /).*", "", name)
    for word, broken in _BREAKS.items():
        apart = re.sub(word, broken, apart)
    spaced = apart.replace("-", "- ")
    lines = wrap(spaced, 9, break_long_words=False)
    shown = "|".join(lines[:3])
    return shown.replace("- ", "-").rstrip("-+ ")


@needs("share")
def _bars(shares: pd.DataFrame) -> alt.LayerChart:
    teams = _teams_of(shares)
    rows = shares.assign(order=shares["team_type"].map(teams.index))
    years = alt.Axis(labelAngle=0, labelOverlap="parity", grid=False)
    x = alt.X("year:O", title=None, axis=years)
    y = share_axis("share", "Share of the computing of the ten largest runs")
    colour = team_colour(teams, legend="bottom")
    tooltip = tips("year:O|Year", "team:N|Team type", "share:Q|Share|.1%", f"{COMPUTE}:Q|FLOP|.2e")
    base = alt.Chart(rows).transform_calculate(team=TEAM_NAMED)
    bars = base.mark_bar(stroke=LINE, strokeWidth=0.5)
    bars = bars.encode(x=x, y=y, color=colour, tooltip=tooltip)
    bars = bars.encode(order=alt.Order("order:Q"))
    return framed(bars)

"""The figures of the chapter on who trains the largest models."""

from __future__ import annotations

import re
from textwrap import wrap

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
from compute_divide.plot.base.wording import describe_intervals

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


def run_tiles(runs: pd.DataFrame, vintage: str) -> Figure:
    """Return the largest runs of each year, a tile each, a row a year, coloured by the type of the team.

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
    by_year = tiles["team_type"].eq(ACADEMIA).groupby(tiles["year"]).sum()
    counts = ", ".join(f"{year} {count}" for year, count in by_year.items())
    return figure(
        _tiles(tiles),
        tiles,
        description=f"Number of tiles a year of academia alone: {counts}.",
        source=models_credit(vintage),
        columns={"rank": Column("Rank", "number"), "organisations": Column("Who")},
    )


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
    sums = _ranked(runs).groupby(["year", "team_type"])[[COMPUTE]].sum().reset_index()
    shares = sums.assign(share=sums[COMPUTE] / sums.groupby("year")[COMPUTE].transform("sum"))
    academic = shares[shares["team_type"] == ACADEMIA]
    told = ", ".join(f"{row.year} {row.share:.1%}" for row in academic.itertuples())
    return figure(
        _bars(shares),
        shares,
        description=f"Share of academia alone: {told}.",
        source=models_credit(vintage),
        columns={"share": Column("Share", "share")},
    )


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
    names = {**DEFINITION_NAMES, chosen: f"{DEFINITION_NAMES[chosen]}|(used here)"}
    rows = estimates.assign(rule=estimates["definition"].map(names))
    colours = dict(zip(rows["what"], rows["team_type"].map(TEAM_COLOURS), strict=True))
    by_definition = estimates.groupby("definition", sort=False)
    return figure(
        series_dots(rows, "rule", "what", colours, "Share of large-scale models"),
        estimates,
        description=" ".join(
            f"{DEFINITION_NAMES[str(name)]}: {describe_intervals(part, 'what', 'share')}"
            for name, part in by_definition
        ),
        source=models_credit(vintage),
        columns={"what": Column("Whose, when")},
    )


def _ranked(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs by year, the largest first, with their rank in the year."""
    ordered = runs[runs[COMPUTE].gt(0)].sort_values(COMPUTE, ascending=False)
    ranked = ordered.assign(rank=ordered.groupby("year").cumcount() + 1)
    tiles = ranked.sort_values(["year", "rank"], ignore_index=True)
    columns = ["year", "rank", "model", "organisations", "team_type", COMPUTE]
    return tiles[columns].astype({"year": int})


@needs()
def _tiles(tiles: pd.DataFrame) -> alt.LayerChart:
    teams = [team for team in TEAM_NAMES if team in set(tiles["team_type"])]
    names = [_lines_of(name) for name in tiles["model"]]
    places = tiles["organisations"].fillna("").str.replace("|", ", ")
    rows = tiles.assign(name=names, organisations=places)
    gaps = alt.Scale(paddingInner=0.05, paddingOuter=0)
    top = row_axis(orient="top", labelAngle=0, labelBaseline="bottom")
    x = alt.X("rank:O", title="Rank within the year", axis=top, scale=gaps)
    y = alt.Y("year:O", title=None, axis=row_axis(), scale=gaps)
    base = alt.Chart(rows).transform_calculate(team=TEAM_NAMED).encode(x=x, y=y)
    tooltip = tips(
        "model:N|Model",
        "organisations:N|Who",
        "team:N|Team type",
        f"{COMPUTE}:Q|Training compute (FLOP)|.2e",
    )
    colour = team_colour(teams, legend="bottom")
    boxes = base.mark_rect(opacity=0.4).encode(color=colour, tooltip=tooltip)
    text = base.mark_text(
        fontSize=11,
        lineHeight=12,
        lineBreak="|",
        baseline="middle",
        color=INK,
        dy=alt.expr("-6 * (length(split(datum.name, '|')) - 1)"),
        limit=alt.expr("width / 10 - 3"),
        opacity=alt.expr("width < 560 ? 0 : 1"),
    )
    height = 42 * tiles["year"].nunique()  # three lines of a name
    return framed(boxes, text.encode(text=alt.Text("name:N")), height=height)


def _lines_of(name: str) -> str:
    """Return a name in up to three lines: it breaks after hyphens, and loses what stands in brackets."""
    apart = re.sub(r" ?(\(| /).*", "", name)
    for word, broken in _BREAKS.items():
        apart = re.sub(word, broken, apart)
    lines = wrap(apart.replace("-", "- "), 9, break_long_words=False)[:3]
    return "|".join(lines).replace("- ", "-").rstrip("-+ ")


@needs("share")
def _bars(shares: pd.DataFrame) -> alt.LayerChart:
    teams = [team for team in TEAM_NAMES if team in set(shares["team_type"])]
    rows = shares.assign(order=shares["team_type"].map(teams.index))
    base = alt.Chart(rows).transform_calculate(team=TEAM_NAMED)
    years = alt.Axis(labelAngle=0, labelOverlap="parity", grid=False)
    tooltip = tips("year:O|Year", "team:N|Team type", "share:Q|Share|.1%", f"{COMPUTE}:Q|FLOP|.2e")
    stacked = base.mark_bar(stroke=LINE, strokeWidth=0.5).encode(
        x=alt.X("year:O", title=None, axis=years),
        y=share_axis("share", "Share of the computing of the ten largest runs"),
        color=team_colour(teams, legend="bottom"),
        order=alt.Order("order:Q"),
        tooltip=tooltip,
    )
    return framed(stacked)

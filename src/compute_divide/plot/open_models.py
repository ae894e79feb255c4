"""The figures and the table of the chapter on building on industry's models."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.page.figures.show import Figure, Table
from bookpress.page.figures.theme import INK, LINE, needs
from compute_divide.analysis.papers.papers import venue_name
from compute_divide.analysis.statistics.estimates import TEAM_TYPES
from compute_divide.analysis.statistics.periods import year_spans
from compute_divide.evidence.papers.table import PAPERS_TABLE
from compute_divide.plot.base.access import ACCESS_SERIES
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    TEAM_NAMES,
    framed,
    row_axis,
    series_dots,
    team_colour,
    tips,
)
from compute_divide.plot.base.papers import share_rows
from compute_divide.plot.base.show import Column, credit, figure, models_credit, table
from compute_divide.plot.base.wording import describe_intervals

_ROW = 30  # in pixels
_TEAMS = ("academia-only", "collaboration", "industry-only")


def base_bars(based: pd.DataFrame, vintage: str) -> Figure:
    """Return whose models are built on, a stacked bar for each kind of team that builds.

    Parameters
    ----------
    based : pandas.DataFrame
        Models with ``team_type`` and ``base_team``, from `with_bases`.
    vintage : str
        The vintage that they are of.

    Returns
    -------
    Figure
        The bars are shares; how many models each stands for is in its name and in the data.
    """
    known = based[based["team_type"].isin(TEAM_TYPES)]
    counts = known.groupby(["team_type", "base_team"]).size().reset_index(name="models")
    told = (
        f"{TEAM_NAMES[str(team)]}: {', '.join(map(_bases, part['models'], part['base_team']))}."
        for team, part in counts.groupby("team_type")
    )
    return figure(
        _stacked(counts),
        counts,
        description=" ".join(told),
        source=models_credit(vintage),
        columns={"base_team": Column("Base made by"), "models": Column("Models", "number")},
    )


def base_shares(shares: pd.DataFrame) -> Figure:
    """Return how often academic systems build on industry's models, vintage by vintage, beside a blind choice.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row a ``vintage``, with what it ``holds``, the share with its interval and counts, the share of a ``blind``
        choice, ``origin_k`` (systems whose chain of bases begins with industry alone), and ``unknown`` (systems whose
        base no vintage lists).

    Returns
    -------
    Figure
        Full dots for lists of all models, hollow ones for lists of notable models.
    """
    ordered = shares.sort_values(["holds", "vintage"], ignore_index=True)
    rows = ordered.assign(row=ordered["vintage"] + ", " + ordered["holds"])
    full = list(rows.loc[rows["holds"] == "all models", "row"])
    title = "Academic systems built on a model of industry alone"
    told = ["vintage", "holds", "k", "n", "share", "low", "high", "blind", "origin_k", "unknown"]
    return figure(
        share_rows(rows, "row", title, emphasis=full, beside="blind"),
        rows[told],
        description=describe_intervals(rows, "row", "share"),
        source=models_credit(*rows["vintage"]),
        columns={
            "holds": Column("Holds"),
            "blind": Column("Blind choice", "share"),
            "origin_k": Column("Chain begins with industry alone", "number"),
            "unknown": Column("Base not listed", "number"),
        },
    )


def named_bars(named: pd.DataFrame) -> Figure:
    """Return how many papers name each pre-trained model, a bar each, coloured by who made it.

    Parameters
    ----------
    named : pandas.DataFrame
        Rows of `pretrained_models` with the number of ``papers`` that name each, in the order of the bars.

    Returns
    -------
    Figure
        Models behind a service say so beside their number.
    """
    told = (
        f"{row.label} ({row.maker}, {TEAM_NAMES[str(row.team)]}, {row.access}): {row.papers}"
        for row in named.itertuples()
    )
    return figure(
        _bars(named),
        named[["label", "maker", "team", "access", "kind", "papers"]],
        description="; ".join(told) + ".",
        source=credit(PAPERS_TABLE),
        columns={
            "label": Column("Model or family"),
            "maker": Column("Made by"),
            "team": Column("Team type of the maker"),
            "access": Column("Access"),
            "kind": Column("Kind"),
            "papers": Column("Papers", "number"),
        },
    )


def access_dots(shares: pd.DataFrame) -> Figure:
    """Return how many papers name models to download and models behind a service, by conference and year.

    Parameters
    ----------
    shares : pandas.DataFrame
        Shares of papers from `naming_shares` by ``venue``, ``year`` and ``conference``, which names both, with the
        ``access`` of the models that they name.

    Returns
    -------
    Figure
        A row a conference and year, a dot with its interval for each kind of access.
    """
    rows = shares.sort_values(["venue", "year"], ignore_index=True)
    columns = ["conference", "venue", "year", "access", "k", "n", "share", "low", "high"]
    title = "Papers of academia alone that name one of industry’s models"
    return figure(
        series_dots(rows, "conference", "access", ACCESS_SERIES, title),
        rows[columns],
        description=" ".join(
            f"{access}: {describe_intervals(part, 'conference', 'share')}"
            for access, part in rows.groupby("access", sort=False)
        ),
        source=credit(PAPERS_TABLE),
        columns={"conference": Column("Conference and year"), "access": Column("Access")},
    )


def conference_texts(every: pd.DataFrame, papers: pd.DataFrame) -> Table:
    """Return a table of the conferences and years whose texts can be read.

    Parameters
    ----------
    every : pandas.DataFrame
        The papers of all conferences and years, with ``venue`` and ``year``.
    papers : pandas.DataFrame
        Those of them that have the texts, with ``names_any`` from `with_naming`.

    Returns
    -------
    Table
        A row a conference: papers, those that name a model, the years that count, the years without these texts.
    """
    rows = []
    for venue, listed in every.groupby("venue"):
        own = papers[papers["venue"] == venue]
        rows.append(
            {
                "venue": venue_name(str(venue)),
                "papers": len(own),
                "named": int(own["names_any"].sum()),
                "years": year_spans(own["year"]),
                "without": year_spans(set(listed["year"]) - set(own["year"])),
            }
        )
    columns = {
        "papers": Column("Papers", "number"),
        "named": Column("name a model", "number"),
        "years": Column("Years that count"),
        "without": Column("Years without these texts"),
    }
    return table(pd.DataFrame(rows), columns)


def _bases(models: int, base_team: str) -> str:
    return f"{models} on {TEAM_NAMES[base_team]}"


@needs()
def _stacked(counts: pd.DataFrame) -> alt.LayerChart:
    bases = list(TEAM_COLOURS)
    totals = counts.groupby("team_type")["models"].sum()
    names = {team: f"{TEAM_NAMES[team]}, {totals.get(team, 0)} systems" for team in _TEAMS}
    shown = counts[counts["team_type"].isin(_TEAMS)]
    rows = shown.assign(
        team=shown["team_type"].map(names),
        base=shown["base_team"].map(TEAM_NAMES),
        order=shown["base_team"].map(bases.index),
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
    return framed(stacked, height=46 * len(_TEAMS))


@needs()
def _bars(named: pd.DataFrame) -> alt.LayerChart:
    rows = named[["label", "maker", "team", "access", "papers"]]
    rows = rows.rename(columns={"team": "team_type"})
    hosted = rows["access"].map({"hosted": ", hosted"}).fillna("")
    rows = rows.assign(text=rows["papers"].map("{:,}".format) + hosted)
    teams = [team for team in TEAM_COLOURS if team in set(rows["team_type"])]
    axis = alt.Axis(tickCount=6, grid=True)
    x = alt.X("papers:Q", title="Papers of academia alone that name it", axis=axis)
    y = alt.Y("label:N", title=None, sort=None, axis=row_axis())
    base = alt.Chart(rows).encode(x=x, y=y)
    bars = base.mark_bar(size=14).encode(
        color=team_colour(teams, legend="top"),
        tooltip=tips("label:N|Model", "maker:N|Made by", "access:N|Access", "papers:Q|Papers|,"),
    )
    numbers = base.mark_text(align="left", dx=5, color=INK, fontSize=11)
    return framed(bars, numbers.encode(text=alt.Text("text:N")), height=_ROW * len(rows))

"""The figures and the table of the chapter on whose models universities build on."""

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
    named_rows,
    series_dots,
    team_colour,
    tips,
)
from compute_divide.plot.base.papers import share_rows
from compute_divide.plot.base.show import Column, credit, figure, models_credit, table
from compute_divide.plot.base.wording import (
    describe_groups,
    describe_intervals,
    in_words,
    row_by_row,
)

_ROW = 30
"""Height of a row in pixels."""
_TEAMS = ("academia-only", "collaboration", "industry-only")
_BASE_COLUMNS = {"base_team": Column("Base made by"), "models": Column("Models", "number")}
_VINTAGE_COLUMNS = {
    "holds": Column("Contains"),
    "blind": Column("Blind choice", "share"),
    "origin_k": Column("Chain begins with companies alone", "number"),
    "unknown": Column("Base not listed", "number"),
}
_NAMED_COLUMNS = {
    "label": Column("Model or family"),
    "maker": Column("Made by"),
    "access": Column("Access"),
    "kind": Column("Kind"),
    "papers": Column("Papers", "number"),
}
_ACCESS_COLUMNS = {"conference": Column("Conference and year"), "access": Column("Access")}
_USE_COLUMNS = {"use": Column("Use"), "only": Column("Only with the weights")}
_PART_COLUMNS = {"component": Column("Component")}
_TEXT_COLUMNS = {
    "papers": Column("Papers", "number"),
    "named": Column("name a model", "number"),
    "years": Column("Years that count"),
    "without": Column("Years without these texts"),
}


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
    sizes = known.groupby(["team_type", "base_team"]).size()
    counts = sizes.reset_index(name="models")
    description = _describe_bases(counts)
    source = models_credit(vintage)
    chart = _stacked(counts)
    return figure(chart, counts, description=description, source=source, columns=_BASE_COLUMNS)


def _describe_bases(counts: pd.DataFrame) -> str:
    """Return how many models are built on whose, a sentence for each kind of team that builds."""
    sentences = []
    for team, rows in counts.groupby("team_type"):
        bases = ", ".join(map(_bases, rows["models"], rows["base_team"]))
        sentences.append(f"{TEAM_NAMES[str(team)]}: {bases}.")
    return " ".join(sentences)


def base_shares(shares: pd.DataFrame) -> Figure:
    """Return how often academic systems build on industry's models, vintage by vintage.

    Beside it stands what a blind choice would give.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row a ``vintage``, with what it ``holds``, the share with its interval and counts, the
        share of a ``blind`` choice, ``origin_k`` (systems whose chain of bases begins with industry
        alone), and ``unknown`` (systems whose base no vintage lists).

    Returns
    -------
    Figure
        Full dots for lists of all models, hollow ones for lists of notable models.
    """
    ordered = shares.sort_values(["holds", "vintage"], ignore_index=True)
    rows = ordered.assign(row=ordered["vintage"] + ", " + ordered["holds"])
    full = list(rows.loc[rows["holds"] == "all models", "row"])
    title = "Academic systems built on a model of companies alone"
    columns = ["vintage", "holds", "k", "n", "share", "low", "high", "blind", "origin_k", "unknown"]
    chart = share_rows(rows, "row", title, emphasis=full, beside="blind")
    description = describe_intervals(rows, "row", "share")
    source = models_credit(*rows["vintage"])
    return figure(
        chart, rows[columns], description=description, source=source, columns=_VINTAGE_COLUMNS
    )


def named_bars(named: pd.DataFrame) -> Figure:
    """Return how many papers name each pre-trained model, a bar each, coloured by who made it.

    Parameters
    ----------
    named : pandas.DataFrame
        Rows of `pretrained_models` with the number of ``papers`` that name each, in the order of
        the bars.

    Returns
    -------
    Figure
        Models behind a service say so beside their number.
    """
    rows = named.assign(maker=named["organisations"].str.split("|").map(in_words))
    teams = rows["team_type"].map(TEAM_NAMES)
    whose = rows["maker"] + ", " + teams + ", " + rows["access"]
    models = row_by_row("{} ({}): {}", rows["label"], whose, rows["papers"], joint="; ")
    description = f"{models}."
    source = credit(PAPERS_TABLE)
    data = rows[["label", "maker", "team_type", "access", "kind", "papers"]]
    chart = _bars(rows)
    return figure(chart, data, description=description, source=source, columns=_NAMED_COLUMNS)


def access_dots(shares: pd.DataFrame) -> Figure:
    """Return how many papers name models to download, and models behind a service.

    They are counted by conference and year.

    Parameters
    ----------
    shares : pandas.DataFrame
        Shares of papers from `naming_shares` by ``venue``, ``year`` and ``conference``, which names
        both, with the ``access`` of the models that they name.

    Returns
    -------
    Figure
        A row a conference and year, a dot with its interval for each kind of access.
    """
    rows = shares.sort_values(["venue", "year"], ignore_index=True)
    columns = ["conference", "venue", "year", "access", "k", "n", "share", "low", "high"]
    title = "Papers by universities alone that name a model of companies"
    chart = series_dots(rows, "conference", "access", ACCESS_SERIES, title)
    description = describe_groups(rows, "access", "conference")
    source = credit(PAPERS_TABLE)
    return figure(
        chart, rows[columns], description=description, source=source, columns=_ACCESS_COLUMNS
    )


def use_dots(shares: pd.DataFrame) -> Figure:
    """Return what papers do with the weights of models, a row a use.

    Parameters
    ----------
    shares : pandas.DataFrame
        Shares of papers by ``use``, with counts, and whether the use is for weights ``only``.

    Returns
    -------
    Figure
        Full dots for what no service offers, hollow ones for what some services do.
    """
    columns = ["use", "only", "k", "n", "share"]
    only = list(shares.loc[shares["only"], "use"])
    chart = share_rows(shares, "use", "Papers that needed the weights of a model", emphasis=only)
    description = describe_intervals(shares, "use", "share")
    source = credit("outside/model_uses.csv")
    return figure(
        chart, shares[columns], description=description, source=source, columns=_USE_COLUMNS
    )


def component_dots(shares: pd.DataFrame) -> Figure:
    """Return which components are listed for models whose weights are released, a row a component.

    Parameters
    ----------
    shares : pandas.DataFrame
        Shares of models by ``component``, with counts.

    Returns
    -------
    Figure
        A dot a component.
    """
    columns = ["component", "k", "n", "share"]
    chart = share_rows(shares, "component", "Models whose weights are released")
    description = describe_intervals(shares, "component", "share")
    source = credit("outside/components.csv")
    return figure(
        chart, shares[columns], description=description, source=source, columns=_PART_COLUMNS
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
        A row a conference: papers, those that name a model, the years that count, the years
        without these texts.
    """
    rows = []
    for venue, listed in every.groupby("venue"):
        own = papers[papers["venue"] == venue]
        missing = set(listed["year"]) - set(own["year"])
        row = {
            "venue": venue_name(str(venue)),
            "papers": len(own),
            "named": int(own["names_any"].sum()),
            "years": year_spans(own["year"]),
            "without": year_spans(missing),
        }
        rows.append(row)
    return table(pd.DataFrame(rows), _TEXT_COLUMNS)


def _bases(models: int, base_team: str) -> str:
    return f"{models} on {TEAM_NAMES[base_team]}"


@needs()
def _stacked(counts: pd.DataFrame) -> alt.LayerChart:
    bases = list(TEAM_COLOURS)
    names = _named_teams(counts)
    shown = counts[counts["team_type"].isin(_TEAMS)]
    base_teams = shown["base_team"]
    rows = shown.assign(team=shown["team_type"].map(names))
    rows["base"] = base_teams.map(TEAM_NAMES)
    rows["order"] = base_teams.map(bases.index)
    used = [base for base in bases if base in set(base_teams)]
    axis = alt.Axis(format="%", tickCount=5)
    x = alt.X("models:Q", stack="normalize", title="Share of these models", axis=axis)
    y = named_rows("team", sort=list(names.values()))
    colour = team_colour(used, "base_team", legend="top")
    tooltip = tips("team:N|Made by", "base:N|Base made by", "models:Q|Models")
    bars = alt.Chart(rows).mark_bar(size=26, stroke=LINE, strokeWidth=0.5)
    bars = bars.encode(x=x, y=y, color=colour, tooltip=tooltip)
    bars = bars.encode(order=alt.Order("order:Q"))
    return framed(bars, height=46 * len(_TEAMS))


def _named_teams(counts: pd.DataFrame) -> dict[str, str]:
    """Return the names of the teams that build, with how many systems theirs are."""
    totals = counts.groupby("team_type")["models"].sum()
    names = {}
    for team in _TEAMS:
        number = totals.get(team, 0)
        names[team] = f"{TEAM_NAMES[team]}, {number} systems"
    return names


@needs()
def _bars(named: pd.DataFrame) -> alt.LayerChart:
    rows = named[["label", "maker", "team_type", "access", "papers"]]
    hosted = rows["access"].map({"hosted": ", hosted"}).fillna("")
    numbers = rows["papers"].map("{:,}".format)
    rows = rows.assign(text=numbers + hosted)
    present = set(rows["team_type"])
    teams = [team for team in TEAM_COLOURS if team in present]
    axis = alt.Axis(tickCount=6, grid=True)
    x = alt.X("papers:Q", title="Papers by universities alone that name it", axis=axis)
    y = named_rows("label")
    base = alt.Chart(rows).encode(x=x, y=y)
    colour = team_colour(teams, legend="top")
    tooltip = tips("label:N|Model", "maker:N|Made by", "access:N|Access", "papers:Q|Papers|,")
    bars = base.mark_bar(size=14).encode(color=colour, tooltip=tooltip)
    text = base.mark_text(align="left", dx=5, color=INK, fontSize=11)
    text = text.encode(text=alt.Text("text:N"))
    return framed(bars, text, height=_ROW * len(rows))

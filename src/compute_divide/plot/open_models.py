"""The figures of the chapter on the models that universities build on."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure, Table
from bookpress.elements.figure.theme import needs
from compute_divide.estimates.statistics.teams import SIDES, TEAM_NAMES, TEAM_TYPES
from compute_divide.plot.base.axes import named_rows
from compute_divide.plot.base.marks import PARTS, TEAM_COLOURS, framed, team_colour, tips
from compute_divide.plot.base.papers import share_rows
from compute_divide.plot.base.show import Column, credit, figure, models_credit, table
from compute_divide.plot.base.wording import describe_intervals
from compute_divide.sources.papers.table import PAPERS_TABLE
from holdtrue.number_formats import spoken

_BASE_COLUMNS = {"base_team": Column("Base made by"), "models": Column("Models", "number")}
_USE_COLUMNS = {"use": Column("Use"), "only": Column("Only with the weights")}
_PART_COLUMNS = {"component": Column("Component")}
_MAKER_COLUMNS = {"maker": Column("Maker of the model")}
_PICK_COLUMNS = {
    "vintage": Column("Snapshot"),
    "holds": Column("Lists"),
    "k": Column("Academic systems on companies' models", "number"),
    "n": Column("Academic systems with a stated base", "number"),
    "share": Column("Share", "share"),
    "low": Column("From", "share"),
    "high": Column("To", "share"),
    "blind": Column("Picked at random", "share"),
}


def maker_dots(shares: pd.DataFrame) -> Figure:
    """Return whose pre-trained models papers name, one row per maker.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row per ``maker``, in their order: ``k`` of ``n`` papers, ``share`` (0 to 1), ``low``
        and ``high``, and ``company``: whether the maker is one.

    Returns
    -------
    Figure
        Filled dots for companies, hollow ones for others.

    Examples
    --------
    >>> import compute_divide as cd
    >>> share = cd.wilson_share(296, 508, "papers that name a model of Google")
    >>> rows = pd.DataFrame([{"maker": "Google", "company": True, **share.row()}])
    >>> cd.plot.maker_dots(rows).description
    'Google: 58%, interval 54% to 62%.'
    """
    columns = ["maker", "company", "k", "n", "share", "low", "high"]
    companies = list(shares.loc[shares["company"], "maker"])
    chart = share_rows(shares, "maker", "Papers that name a model", emphasis=companies)
    description = describe_intervals(shares, "maker", "share")
    source = credit(PAPERS_TABLE)
    return figure(
        chart, shares[columns], description=description, source=source, columns=_MAKER_COLUMNS
    )


def pick_table(snapshots: pd.DataFrame) -> Table:
    """Return how many academic systems build on companies' models, beside a random pick.

    Parameters
    ----------
    snapshots : pandas.DataFrame
        One row per ``vintage``: what it ``holds``, ``k`` of ``n`` systems, their ``share`` (0 to 1)
        with ``low`` and ``high``, and ``blind``, the share that a random pick would give.

    Returns
    -------
    Table
        A row for each snapshot.

    Examples
    --------
    >>> row = {"vintage": "2024-11", "holds": "all models", "k": 15, "n": 29, "share": 0.52}
    >>> rows = pd.DataFrame([{**row, "low": 0.34, "high": 0.69, "blind": 0.48}])
    >>> pick_table(rows).data["vintage"].tolist()
    ['November 2024']
    """
    named = snapshots.assign(vintage=snapshots["vintage"].map(spoken))
    return table(named[list(_PICK_COLUMNS)], _PICK_COLUMNS)


def base_bars(based: pd.DataFrame, vintage: str) -> Figure:
    """Return whose models others build on, a stacked bar for each kind of team that builds.

    Parameters
    ----------
    based : pandas.DataFrame
        Models with ``team_type`` and ``base_team``, from `with_bases`.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        The bars are shares; the number of models behind each is in its name and in the data.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.with_records(cd.data.models("2024-11"), "as-listed")
    >>> goat = models[models["model"] == "Goat-7B"]
    >>> figure = cd.plot.base_bars(cd.with_bases(goat, models), "2024-11")
    >>> figure.description
    'universities alone: 1 on companies alone.'
    """
    known = based[based["team_type"].isin(TEAM_TYPES)]
    sizes = known.groupby(["team_type", "base_team"]).size()
    counts = sizes.reset_index(name="models")
    description = _describe_bases(counts)
    source = models_credit(vintage)
    chart = _stacked(counts)
    return figure(chart, counts, description=description, source=source, columns=_BASE_COLUMNS)


def _describe_bases(counts: pd.DataFrame) -> str:
    """Return how many models build on whose models, one sentence per kind of team that builds."""
    sentences = []
    for team, rows in counts.groupby("team_type"):
        bases = ", ".join(map(_bases, rows["models"], rows["base_team"]))
        sentences.append(f"{TEAM_NAMES[str(team)]}: {bases}.")
    return " ".join(sentences)


def use_dots(shares: pd.DataFrame) -> Figure:
    """Return what papers do with the weights of models, one row per use.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row per ``use``, in their order: ``k`` of ``n`` papers, ``share`` (0 to 1), ``low`` and
        ``high`` (missing without an interval), and ``only``: whether no service offers the use.

    Returns
    -------
    Figure
        Filled dots for uses that no service offers, hollow ones for uses that some services offer.

    Examples
    --------
    >>> import compute_divide as cd
    >>> uses = cd.data.model_uses()
    >>> needed = uses[uses["access"] == "open weights"]
    >>> tuned = needed[needed["uses"].str.contains("fine-tuning", na=False)]
    >>> share = cd.counted_share(int(tuned["papers"].sum()), int(needed["papers"].sum()), "tune")
    >>> rows = pd.DataFrame([{"use": "fine-tuning", "only": False, **share.row()}])
    >>> cd.plot.use_dots(rows).description
    'fine-tuning: 69%.'
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
    """Return which components are listed for models with released weights, one row per component.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row per ``component``, in their order: ``k`` of ``n`` models, ``share`` (0 to 1),
        ``low`` and ``high`` (missing without an interval).

    Returns
    -------
    Figure
        One dot per component.

    Examples
    --------
    >>> import compute_divide as cd
    >>> listed = cd.data.components()["components"].fillna("").str.split("|")
    >>> released = listed[listed.map(lambda parts: "weights" in parts)]
    >>> with_data = released.map(lambda parts: "training data" in parts)
    >>> share = cd.counted_share(int(with_data.sum()), len(released), "with training data")
    >>> rows = pd.DataFrame([{"component": "training data", **share.row()}])
    >>> cd.plot.component_dots(rows).description
    'training data: 48%.'
    """
    columns = ["component", "k", "n", "share"]
    chart = share_rows(shares, "component", "Models whose weights are released")
    description = describe_intervals(shares, "component", "share")
    source = credit("outside/components.csv")
    return figure(
        chart, shares[columns], description=description, source=source, columns=_PART_COLUMNS
    )


def _bases(models: int, base_team: str) -> str:
    return f"{models} on {TEAM_NAMES[base_team]}"


@needs()
def _stacked(counts: pd.DataFrame) -> alt.LayerChart:
    bases = list(TEAM_COLOURS)
    names = _named_teams(counts)
    shown = counts[counts["team_type"].isin(SIDES)]
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
    bars = alt.Chart(rows).mark_bar(size=26, **PARTS)
    bars = bars.encode(x=x, y=y, color=colour, tooltip=tooltip)
    bars = bars.encode(order=alt.Order("order:Q"))
    return framed(bars, height=46 * len(SIDES))


def _named_teams(counts: pd.DataFrame) -> dict[str, str]:
    """Return the names of the teams that build, with the number of their models."""
    totals = counts.groupby("team_type")["models"].sum()
    names = {}
    for team in SIDES:
        number = totals.get(team, 0)
        names[team] = f"{TEAM_NAMES[team]}, {number} systems"
    return names

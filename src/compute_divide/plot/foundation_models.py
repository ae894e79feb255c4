"""The figures and the table of the chapter on foundation models."""

from __future__ import annotations

import pandas as pd

from bookpress.page.figures.show import Figure, Table
from compute_divide.analysis.papers.papers import venue_name
from compute_divide.evidence.papers.table import PAPERS_TABLE
from compute_divide.plot.base.papers import team_dots, venue_lines
from compute_divide.plot.base.show import Column, credit, figure, models_credit, table
from compute_divide.plot.base.wording import describe_groups, describe_series

_TEAMS = ("academia-only", "collaboration", "industry-only")
_MODEL_COLUMNS = {
    "organisations": Column("Made by"),
    "published": Column("Published"),
    "base_model": Column("Built on"),
}


def papers_and_models(shares: pd.DataFrame, vintage: str) -> Figure:
    """Return who writes papers beside who makes models.

    There is a dot with its interval for each type of team.

    Parameters
    ----------
    shares : pandas.DataFrame
        Shares of team types from `shares_by`, by a column ``kind`` that names papers or models.
    vintage : str
        The vintage that the models are of.

    Returns
    -------
    Figure
        A row a kind, in the order of the shares; teams that are neither side's are left out.
    """
    is_shown = shares["team_type"].isin(_TEAMS)
    shown = shares[is_shown].reset_index(drop=True)
    chart = team_dots(shown, "kind", "Share", _TEAMS)
    description = describe_groups(shown, "kind", "team_type")
    source = "; ".join([credit(PAPERS_TABLE), models_credit(vintage)])
    columns = {"kind": Column("What")}
    return figure(chart, shown, description=description, source=source, columns=columns)


def topic_rise(shares: pd.DataFrame) -> Figure:
    """Return the share of papers on a topic over time, a line a conference.

    Parameters
    ----------
    shares : pandas.DataFrame
        Shares of papers from `naming_shares`, by ``venue`` and ``year``.

    Returns
    -------
    Figure
        A line breaks where a conference has no papers that count.
    """
    shown = shares[["venue", "year", "k", "n", "share", "low", "high"]]
    named = shown.assign(venue=shown["venue"].map(venue_name))
    chart = venue_lines(shown, "Papers on the topic")
    description = describe_series(named, "year", "share", by="venue")
    return figure(chart, shown, description=description, source=credit(PAPERS_TABLE))


def models_and_bases(models: pd.DataFrame) -> Table:
    """Return a table of models, the oldest first.

    They stand with their makers and the models that they were built on.

    Parameters
    ----------
    models : pandas.DataFrame
        Rows of the models database.

    Returns
    -------
    Table
        Of several makers the first is named and the others are counted.
    """
    rows = models.sort_values("published")
    makers = rows["organisations"].map(_first_maker, na_action="ignore")
    months = rows["published"].dt.strftime("%B %Y")
    bases = rows["base_model"].str.replace("|", ", ").fillna("–")
    shown = rows[["model"]].assign(organisations=makers, published=months, base_model=bases)
    return table(shown, _MODEL_COLUMNS)


def _first_maker(organisations: str) -> str:
    """Return the first of some makers, and how many more there are."""
    first, *others = organisations.split("|")
    return f"{first} and {len(others)} more" if others else first

"""Show charts and tables of this book: the columns that recur in it, the names of its teams, whose data they are."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from bookpress.page.figures.show import Column, Figure, Table
from compute_divide.evidence.store.files import read_sidecar
from compute_divide.plot.base.marks import CLAIM_NAMES, DEFINITION_NAMES, TEAM_NAMES

__all__ = [
    "Column",
    "Figure",
    "Table",
    "credit",
    "figure",
    "models_credit",
    "table",
]

COLUMNS = {
    "published": Column("Published", "date"),
    "vintage": Column("Vintage"),
    "definition": Column("Definition"),
    "team_type": Column("Team type"),
    "model": Column("Model"),
    "organisations": Column("Organisations"),
    "domain": Column("Domain"),
    "venue": Column("Venue"),
    "training_compute_flop": Column("Training compute (FLOP)", "flop"),
    "parameters": Column("Parameters", "number"),
}
"""Columns that recur in this book, besides those of `bookpress.page.figures.show.RECURRING`."""

# How the values of a column are written for readers.
_WRITTEN = dict.fromkeys(("team_type", "base_team", "team"), TEAM_NAMES)
_WRITTEN |= {"definition": DEFINITION_NAMES, "claim": CLAIM_NAMES}


def figure(
    chart: alt.TopLevelMixin,
    data: pd.DataFrame,
    *,
    description: str,
    source: str,
    columns: Mapping[str, Column] | None = None,
) -> Figure:
    """Return a figure in which the columns and words of this book are known.

    Parameters
    ----------
    chart : altair.TopLevelMixin
        The chart, as wide as the column and without a title.
    data : pandas.DataFrame
        The data behind it; team types, definitions and claims are put into words.
    description : str
        What it shows, in words made from the data.
    source : str
        Whose data they are, see `credit`.
    columns : mapping of str to Column, optional
        Headings and kinds of the columns that neither `COLUMNS` nor the press knows.

    Returns
    -------
    Figure
        What a cell shows.
    """
    worded = {name: data[name].replace(words) for name, words in _WRITTEN.items() if name in data}
    headed = {**COLUMNS, **(columns or {})}
    return Figure(chart, data.assign(**worded), description, source, headed)


def table(data: pd.DataFrame, columns: Mapping[str, Column] | None = None) -> Table:
    """Return a table in which the columns and teams of this book are known.

    Parameters
    ----------
    data : pandas.DataFrame
        Its rows.
    columns : mapping of str to Column, optional
        Headings and kinds of the columns that neither `COLUMNS` nor the press knows.

    Returns
    -------
    Table
        What a cell shows.
    """
    return Table(data.replace(TEAM_NAMES), {**COLUMNS, **(columns or {})})


def credit(*tables: str) -> str:
    """Return the credit of evidence tables (``"models/2026-08.csv"``): each source once, with its snapshots."""
    dates: dict[str, set[str]] = {}
    for table in tables:
        for source in read_sidecar(table).sources:
            dates.setdefault(source.credit, set()).add(source.snapshot)
    told = {
        who: " and ".join(", ".join(sorted(when)).rsplit(", ", 1)) for who, when in dates.items()
    }
    return "; ".join(f"{who} (snapshot of {when})" for who, when in told.items())


def models_credit(*vintages: str) -> str:
    """Return the credit of vintages of the models database."""
    return credit(*(f"models/{vintage}.csv" for vintage in vintages))

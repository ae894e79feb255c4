"""Show charts and tables of this book.

This module knows the recurring columns, the names of teams, and the sources of data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Column, Figure, Table
from compute_divide.estimates.statistics.teams import TEAM_NAMES
from compute_divide.plot.base.marks import CLAIM_NAMES, DEFINITION_NAMES
from compute_divide.sources.store.by_hand import is_by_hand
from compute_divide.sources.store.files import EvidenceError, data_dir, read_sidecar, sidecar_name
from holdtrue.number_formats import in_list, spoken

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
    "provisional": Column("Provisional"),
    "definition": Column("Definition"),
    "team_type": Column("Team type"),
    "model": Column("Model"),
    "organisations": Column("Organisations"),
    "domain": Column("Domain"),
    "venue": Column("Venue"),
    "training_compute_flop": Column("Training compute (FLOP)", "power"),
    "parameters": Column("Parameters", "number"),
}
"""Recurring columns of this book, besides those in `bookpress.elements.figure.show.RECURRING`."""

_WRITTEN = {
    "team_type": TEAM_NAMES,
    "base_team": TEAM_NAMES,
    "team": TEAM_NAMES,
    "definition": DEFINITION_NAMES,
    "claim": CLAIM_NAMES,
}
"""The words for the values of a column."""
_MOST_LISTED = 3
"""The most snapshots of a source that a credit dates one by one."""


def figure(
    chart: alt.TopLevelMixin,
    data: pd.DataFrame,
    *,
    description: str,
    source: str,
    columns: Mapping[str, Column] | None = None,
) -> Figure:
    """Return a figure in which the columns and labels of this book are put into words.

    Parameters
    ----------
    chart : altair.TopLevelMixin
        The chart, as wide as the column and without a title.
    data : pandas.DataFrame
        The data behind it; team types, definitions and claims are put into words, and a label has
        a space where a bar breaks its line in the chart.
    description : str
        What it shows, in words generated from the data.
    source : str
        The credit of the data, see `credit`.
    columns : mapping of str to Column, optional
        Headings and kinds of the columns that neither `COLUMNS` nor the press knows.

    Returns
    -------
    Figure
        What a cell shows.
    """
    worded = data
    for name, words in _WRITTEN.items():
        if name in data:
            worded = worded.assign(**{name: data[name].replace(words)})
    if "organisations" in worded:
        listed = worded["organisations"].str.replace("|", ", ", regex=False)
        worded = worded.assign(organisations=listed)
    on_one_line = worded.replace({r"\|": " "}, regex=True)  # a bar breaks the line of a label
    return Figure(chart, on_one_line, description.replace("|", " "), source, _headed(columns))


def _headed(columns: Mapping[str, Column] | None) -> dict[str, Column]:
    """Return the columns of a figure or table, together with the recurring ones."""
    return {**COLUMNS, **(columns or {})}


def table(data: pd.DataFrame, columns: Mapping[str, Column] | None = None) -> Table:
    """Return a table in which the columns and teams of this book are put into words.

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
    return Table(data.replace(TEAM_NAMES), _headed(columns))


def credit(*tables: str) -> str:
    """Return the credit of evidence tables, such as ``"models/2026-08.csv"``.

    Each source is named once, with its snapshots; if there are many, the first and the last. A
    table maintained by hand is named itself.
    """
    by_hand = [table for table in tables if is_by_hand(table)]
    dates: dict[str, set[str]] = {}
    for table in tables:
        if table in by_hand:
            continue
        if not (data_dir() / sidecar_name(table)).is_file():
            listed = "compute-divide data list prints those there are"
            raise EvidenceError(f"no table {table!r} in data/ to credit; {listed}")
        for source in read_sidecar(table).sources:
            dates.setdefault(source.credit, set()).add(source.snapshot)
    credits_of_sources = [f"data/{table}" for table in by_hand]
    for name, snapshots in dates.items():
        credits_of_sources.append(f"{name} ({_dated(sorted(snapshots))})")
    return "; ".join(credits_of_sources)


def _dated(snapshots: Sequence[str]) -> str:
    """Return the dates of snapshots; if there are many, their number, the first and the last."""
    days = [spoken(snapshot) for snapshot in snapshots]
    if len(days) > _MOST_LISTED:
        return f"{len(days)} snapshots, {days[0]} to {days[-1]}"
    return f"snapshot of {in_list(days)}"


def models_credit(*vintages: str) -> str:
    """Return the credit of vintages of the models database."""
    tables = [f"models/{vintage}.csv" for vintage in vintages]
    return credit(*tables)

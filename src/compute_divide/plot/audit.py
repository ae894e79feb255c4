"""The tables and the figure of the page on the audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bookpress.elements.figure.show import Figure, Table, write_value
from bookpress.elements.figure.theme import ACCENT
from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.teams import TEAM_NAMES
from compute_divide.plot.base.entries import check_entries
from compute_divide.plot.base.marks import series_dots
from compute_divide.plot.base.show import Column, credit, figure, table
from compute_divide.plot.base.wording import row_by_row
from compute_divide.sources.audit.sample import SAMPLE_FILE
from holdtrue.estimates import Estimate

_VERDICTS = {
    "confirmed": "as listed",
    "derived": "built on another model",
    "team-changed": "another team",
    "compute-changed": "another computing",
    "not-checkable": "could not be checked",
    "duplicate": "the same run as another row",
}
"""The verdicts in words."""
_SEEN = {
    "primary": "the paper, card or site itself",
    "excerpt": "an excerpt of it",
    "conference-list": "the conference’s list of authors",
    "secondary": "what others say of it",
    "notes-of-database": "the notes of the database",
}
"""The ways of seeing a source, in words."""
_SECTORS = {"government": "public research", "nonprofit": "a non-profit"}
"""The sectors of institutes, in words."""
_FIELDS = {
    "team": "Team type",
    "compute": "Training compute",
    "year": "Year",
    "base": "Base model",
    "openness": "Access to weights",
}


def change_count_table(changes: pd.DataFrame, models: pd.DataFrame) -> Table:
    """Return how many rows of a vintage audited records change, one row per reason.

    Parameters
    ----------
    changes : pandas.DataFrame
        The changes, from `record_changes`.
    models : pandas.DataFrame
        All models of the vintage, from `with_records`, which says which were audited.

    Returns
    -------
    Table
        The reason, the number of rows, and how many of them nobody audited.

    Examples
    --------
    >>> import compute_divide as cd
    >>> listed = cd.data.models("2026-08")
    >>> changes = cd.record_changes(listed)
    >>> reasons = cd.plot.change_count_table(changes, cd.with_records(listed, "as-listed")).data
    >>> reasons["reason"].iloc[0]
    'built on another model: counted with its own computing'
    >>> int(reasons["rows"].sum()) == len(changes)
    True
    """
    unaudited = models.loc[changes.index, "audit"].isna()
    by_reason = changes.assign(unaudited=unaudited).groupby("reason")
    rows = by_reason.agg(rows=("model", "size"), unaudited=("unaudited", "sum")).reset_index()
    rows = rows.sort_values("rows", ascending=False, ignore_index=True)
    columns = {
        "reason": Column("What changes"),
        "rows": Column("Rows", "number"),
        "unaudited": Column("Of these by rule alone", "number"),
    }
    return table(rows, columns)


def institute_table(institutes: pd.DataFrame) -> Table:
    """Return the institutes that the models database calls academic, and how they count here.

    Parameters
    ----------
    institutes : pandas.DataFrame
        The institutes, from `cd.data.institutes`.

    Returns
    -------
    Table
        The institute, under the name that the database uses, and its sector in words.

    Examples
    --------
    >>> import compute_divide as cd
    >>> table = cd.plot.institute_table(cd.data.institutes())
    >>> table.data.set_index("organisation").loc["INRIA", "sector"]
    'public research'
    """
    columns = {"organisation": Column("Institute"), "sector": Column("Counts as")}
    return table(institutes.assign(sector=institutes["sector"].map(_SECTORS)), columns)


def record_change_table(changes: pd.DataFrame) -> Table:
    """Return every change that audited records make to a vintage, one row each.

    Parameters
    ----------
    changes : pandas.DataFrame
        The changes, from `record_changes`.

    Returns
    -------
    Table
        Model, year, what is listed, what counts, and why; computing in FLOP.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.data.models("2026-08")
    >>> changes = cd.record_changes(models[models["model"] == "LUKE"])
    >>> shown = cd.plot.record_change_table(changes).data
    >>> shown[["listed", "counted"]].values.tolist()
    [['universities alone', 'universities with companies'], ['1.8 × 10²² FLOP', '1.6 × 10²¹ FLOP']]
    """
    is_compute = changes["field"] == COMPUTE
    listed = [
        _written(value, flop) for value, flop in zip(changes["listed"], is_compute, strict=True)
    ]
    counted = [
        _written(value, flop) for value, flop in zip(changes["counted"], is_compute, strict=True)
    ]
    columns = ["model", "year", "listed", "counted", "reason"]
    rows = changes.assign(listed=listed, counted=counted)[columns]
    headings = {
        "listed": Column("Listed"),
        "counted": Column("Counts as"),
        "reason": Column("Why"),
    }
    return table(rows.sort_values(["year", "model"], ignore_index=True), headings)


def changed_result_table(changed: pd.DataFrame) -> Table:
    """Return the published results that audited records change, one row each.

    Parameters
    ----------
    changed : pandas.DataFrame
        The results, from `cd.data.changed_results`.

    Returns
    -------
    Table
        The chapter, what the result says, and its value as listed and audited.

    Examples
    --------
    >>> import compute_divide as cd
    >>> changed = cd.data.changed_results()
    >>> own = changed[changed["chapter"] == "large-scale-models"]
    >>> table = cd.plot.changed_result_table(own)
    >>> table.data["chapter"].unique().tolist()
    ['Large scale models']
    >>> table.data.columns.tolist()
    ['chapter', 'label', 'listed', 'audited']
    """
    names = changed["chapter"].str.replace("-", " ").str.capitalize()
    columns = {
        "chapter": Column("Chapter"),
        "label": Column("Result"),
        "listed": Column("As listed"),
        "audited": Column("Audited"),
    }
    return table(changed.assign(chapter=names)[list(columns)], columns)


def _written(value: Any, is_compute: bool) -> str:
    if pd.isna(value):
        return "not known"
    if is_compute:
        return f"{write_value(value, 'power')} FLOP"
    return TEAM_NAMES.get(value, str(value))


def audited_table(runs: pd.DataFrame) -> Table:
    """Return the audited runs, one row each, with verdict and source.

    Parameters
    ----------
    runs : pandas.DataFrame
        The runs, from `cd.data.audited_runs`.

    Returns
    -------
    Table
        What is listed and what the audit says, how it was seen and where; computing in FLOP.

    Examples
    --------
    >>> import compute_divide as cd
    >>> runs = cd.data.audited_runs()
    >>> luke = cd.plot.audited_table(runs[runs["model"] == "LUKE"]).data
    >>> luke[["listed", "team_type", "verdict"]].values.tolist()
    [['universities alone', 'universities with companies', 'built on another model']]
    """
    seen = runs["seen"].str.split("|").map(lambda ways: "; ".join(_SEEN[way] for way in ways))
    rows = pd.DataFrame(
        {
            "model": runs["model"],
            "year": runs["year"],
            "verdict": runs["verdict"].map(_VERDICTS),
            "listed": runs["listed_team_type"].fillna("not listed"),
            "team_type": runs["team_type"],
            "organisations": runs["organisations"].str.replace("|", ", "),
            "listed_flop": runs["listed_compute_flop"],
            "own_flop": runs["own_compute_flop"],
            "base": runs["derived_from"],
            "arithmetic": runs["arithmetic"],
            "computer": _computers(runs),
            "seen": seen,
            "source": runs["source"].str.replace("|", "; "),
        }
    )
    return table(rows, _AUDITED_COLUMNS)


_AUDITED_COLUMNS = {
    "listed": Column("Listed team"),
    "team_type": Column("Team"),
    "organisations": Column("Authors’ organisations"),
    "listed_flop": Column("Listed (FLOP)", "power"),
    "own_flop": Column("Its own (FLOP)", "power"),
    "arithmetic": Column("Arithmetic"),
    "base": Column("Built on"),
    "computer": Column("Whose computer, who paid"),
    "verdict": Column("Verdict"),
    "seen": Column("Seen in"),
    "source": Column("Source"),
}


def _computers(runs: pd.DataFrame) -> list[str]:
    """Return whose computer a run used and who paid, if known."""
    parts = runs[["computer_owner", "computer", "paid_by"]].fillna("").to_numpy().tolist()
    written = []
    for owner, computer, payer in parts:
        known = [part for part in (owner, computer) if part]
        if payer:
            known.append(f"paid by {payer.replace('|', ', ')}")
        written.append("; ".join(known))
    return written


def label_error_dots(errors: Mapping[str, Estimate]) -> Figure:
    """Return how often each field of the database is wrong, a dot with its interval.

    Parameters
    ----------
    errors : mapping of str to Estimate
        The share of rows that are wrong, of those that could be checked, by field: ``"team"``,
        ``"compute"``, ``"year"``, ``"base"`` or ``"openness"``.

    Returns
    -------
    Figure
        One row per field; beside each how many rows could be checked.

    Raises
    ------
    ValueError
        If a field is unknown.

    Examples
    --------
    >>> import compute_divide as cd
    >>> sample = cd.data.audit_sample()
    >>> checked = sample[sample["team_verdict"].isin(["right", "wrong"])]
    >>> error = cd.flag_share(checked, checked["team_verdict"] == "wrong", "team wrong")
    >>> cd.plot.label_error_dots({"team": error}).description
    'Team type: 9%, 7 of 77 rows.'
    """
    check_entries("label_error_dots: errors", errors)
    for name in errors:
        if name not in _FIELDS:
            raise ValueError(f"{name!r} is not a field; allowed: {', '.join(_FIELDS)}")
    rows = pd.DataFrame([{"field": _FIELDS[name], **error.row()} for name, error in errors.items()])
    parts = [rows[name] for name in ("field", "share", "k", "n")]
    description = f"{row_by_row('{}: {:.0%}, {} of {} rows', *parts, joint='; ')}."
    checked = rows["n"].astype(str)
    named = rows.assign(name=rows["field"] + "|(" + checked + " checked)", series="wrong")
    chart = series_dots(named, "name", "series", {"wrong": ACCENT}, "Share of rows that are wrong")
    columns = {"field": Column("Field")}
    source = credit(SAMPLE_FILE)
    return figure(chart, rows, description=description, source=source, columns=columns)

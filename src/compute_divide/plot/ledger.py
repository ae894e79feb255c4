"""The figure and the tables of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.show import Figure, Table, link
from compute_divide.analysis.claims.verdicts import Check
from compute_divide.evidence.claims import LedgerFigure
from compute_divide.evidence.papers.citations import RANKS_TABLE
from compute_divide.plot.base.show import Column, credit, table
from compute_divide.plot.base.verdicts import MARKS, readings_figure
from compute_divide.plot.base.wording import in_cell

Entries = Mapping[str, LedgerFigure]
_LEDGER_COLUMNS = {
    "entry": Column("Entry", markup=True),
    "work": Column("Work", markup=True),
    "theirs": Column("Claimed", markup=True),
    "then": Column("Ours, data of its time"),
    "now": Column("Ours, now"),
    "verdict": Column("Verdict"),
}
_SOURCE_COLUMNS = {
    "entry": Column("Entry", markup=True),
    "date": Column("Published"),
    "definition": Column("What the work counts"),
    "seen": Column("How we know it"),
    "reason": Column("What ours counts, and the reason of the verdict"),
}


def literature_dots(checks: Sequence[Check], entries: Entries, vintage: str) -> Figure:
    """Return shares in the literature beside our estimates.

    Parameters
    ----------
    checks : sequence of Check
        The statistics that are shares.
    entries : mapping of str to LedgerFigure
        What the works say, by id.
    vintage : str
        The vintage of the models database that counts as now.

    Returns
    -------
    Figure
        A row a statistic, with a dot for the work and one with its interval for each estimate.
    """
    names = {name: figure.entry.name for name, figure in entries.items()}
    source = credit(f"models/{vintage}.csv", "hardware/clusters.csv", RANKS_TABLE)
    return readings_figure(checks, names, "the work", heading="Entry", source=source)


def ledger_table(checks: Sequence[Check], entries: Entries) -> Table:
    """Return the entries of the ledger: whose each is, theirs, ours, the verdict.

    Parameters
    ----------
    checks : sequence of Check
        The statistics, in the order of the rows.
    entries : mapping of str to LedgerFigure
        What the works say, by id.

    Returns
    -------
    Table
        A row an entry, which leads to its place on the page.
    """
    rows = [_ledger_row(check, entries) for check in checks]
    return table(pd.DataFrame(rows), _LEDGER_COLUMNS)


def _ledger_row(check: Check, entries: Entries) -> dict[str, str]:
    work = entries[check.claim].cite
    return {
        "entry": _linked(check.claim, entries),
        "work": f"{{cite:t}}`{work}`",
        "theirs": _theirs(check.claim, entries),
        "then": _ours(check.then),
        "now": _ours(check.now),
        "verdict": MARKS[check.verdict],
    }


def ledger_sources(checks: Sequence[Check], entries: Entries) -> Table:
    """Return the entries of the ledger: date, what each counts, how we know it, what ours counts.

    Parameters
    ----------
    checks : sequence of Check
        The statistics, in the order of the rows.
    entries : mapping of str to LedgerFigure
        What the works say, by id.

    Returns
    -------
    Table
        A row an entry.
    """
    rows = []
    for check in checks:
        entry = entries[check.claim].entry
        seen = "its own page or abstract"
        if entry.told_by:
            seen = f"told by {entry.told_by}"
        link = _linked(check.claim, entries)
        rows.append([link, entry.date, entry.definition, seen, check.reason])
    data = pd.DataFrame(rows, columns=list(_SOURCE_COLUMNS))
    return table(data, _SOURCE_COLUMNS)


def _linked(claim: str, entries: Entries) -> str:
    return link(entries[claim].entry.name, f"#{claim}")


def _theirs(claim: str, entries: Entries) -> str:
    return "a direction" if entries[claim].value is None else f"{{related}}`{claim}`"


def _ours(estimate: Estimate | None) -> str:
    """Return our estimate with its interval, and its counts if it has some.

    It is nothing without a value.
    """
    if estimate is None or estimate.value is None:
        return ""
    if estimate.k is None:
        return in_cell(estimate, "interval")
    return in_cell(estimate, "interval", "counts")

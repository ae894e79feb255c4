"""Tables and the chart of two chapters, the paper's claims and the ledger: what is claimed beside our estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.theme import ACCENT, INK
from compute_divide.analysis.claims.verdicts import Check
from compute_divide.evidence.claims import Claim, LedgerEntry, RelatedFigure
from compute_divide.plot.base.marks import series_dots
from compute_divide.plot.base.show import Column
from compute_divide.plot.base.wording import in_cell, written

PROVENANCE = {"paper": "read in the paper", "summary": "from summaries"}
MARKS = {
    "supported": "✓ supported",
    "mixed": "~ mixed",
    "revised": "✗ revised",
    "cannot be tested": "– cannot be tested",
}
READ = (
    "data of its time",
    "now",
    "largest runs, now",
)  # whose shares stand beside the claimed ones

CLAIM_COLUMNS = {
    "claim": Column("Claim"),
    "known": Column("How we know it"),
    "then": Column("On data of its time"),
    "now": Column("Now"),
    "beside": Column("Largest runs, now"),
    "tried": Column("Definitions that agree"),
    "verdict": Column("Verdict"),
}
"""Columns of `verdict_table`."""


def _ours(estimate: Estimate | None) -> str:
    """Return our estimate with its interval and counts; a dash for one without a value."""
    if estimate is None:
        return ""
    return (
        in_cell(estimate)
        if estimate.value is None or estimate.low is None
        else written(estimate, "full")
    )


def verdict_table(checks: Sequence[Check], claims: Mapping[str, Claim]) -> pd.DataFrame:
    """Return one row a claim: what it says, how we know it, ours on data of its time and of now, the verdict."""
    return pd.DataFrame(
        {
            "claim": f"{{claim}}`{check.claim}:statement`",
            "known": PROVENANCE[claims[check.claim].provenance],
            "then": _ours(check.then),
            "now": _ours(check.now),
            "beside": _ours(check.beside),
            "tried": f"{check.agreeing} of {check.tried}" if check.tried else "",
            "verdict": MARKS[check.verdict],
        }
        for check in checks
    )


def share_comparison(
    checks: Sequence[Check],
    claimed: Mapping[str, float | None],
    names: Mapping[str, str],
    whose: str = "the paper",
) -> tuple[alt.TopLevelMixin, pd.DataFrame]:
    """Return a chart of claims about shares, beside our estimates, and its data; values and names are given by id."""
    rows = []
    for check in checks:
        rows.append({"claim": names[check.claim], "whose": whose, "share": claimed[check.claim]})
        for reading, estimate in zip(READ, (check.then, check.now, check.beside), strict=True):
            if estimate is not None and estimate.value is not None:
                rows.append({"claim": names[check.claim], "whose": reading, **estimate.row()})
    data = pd.DataFrame(rows, columns=["claim", "whose", "share", "low", "high", "k", "n"])
    shown = set(data["whose"])
    colours = {
        one: colour
        for one, colour in {whose: INK, **dict.fromkeys(READ, ACCENT)}.items()
        if one in shown
    }
    return series_dots(data, "claim", "whose", colours, "Share"), data


LEDGER_COLUMNS = {
    "entry": Column("Entry"),
    "work": Column("Work"),
    "theirs": Column("Claimed"),
    "then": Column("Ours, data of its time"),
    "now": Column("Ours, now"),
    "verdict": Column("Verdict"),
    "date": Column("Published"),
    "definition": Column("What the work counts"),
    "seen": Column("How we know it"),
    "reason": Column("What ours counts, and the reason of the verdict"),
}
"""Columns of `ledger_table` and `ledger_sources`."""

Entries = Mapping[str, tuple[RelatedFigure, LedgerEntry]]


def ledger_table(checks: Sequence[Check], entries: Entries) -> pd.DataFrame:
    """Return one row an entry of the ledger: its place on the page, whose it is, theirs, ours, the verdict."""
    rows = []
    for check in checks:
        figure, entry = entries[check.claim]
        ours = [
            ""
            if one is None
            else in_cell(one, "interval", *(["counts"] if one.k is not None else []))
            for one in (check.then, check.now)
        ]
        theirs = "a direction" if figure.value is None else f"{{related}}`{check.claim}`"
        rows.append(
            [
                f"[{entry.name}](#{check.claim})",
                f"{{cite:t}}`{figure.cite}`",
                theirs,
                *ours,
                MARKS[check.verdict],
            ]
        )
    return pd.DataFrame(rows, columns=list(LEDGER_COLUMNS)[:6])


def ledger_sources(checks: Sequence[Check], entries: Entries) -> pd.DataFrame:
    """Return one row an entry of the ledger: its date, what it counts, how we know it, what ours counts."""
    rows = []
    for check in checks:
        entry = entries[check.claim][1]
        seen = f"told by {entry.told_by}" if entry.told_by else "its own page or abstract"
        rows.append(
            [f"[{entry.name}](#{check.claim})", entry.date, entry.definition, seen, check.reason]
        )
    return pd.DataFrame(rows, columns=["entry", *list(LEDGER_COLUMNS)[6:]])

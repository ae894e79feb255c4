"""Tables and the chart of the chapter on reproduction: claims of the paper beside our estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, INK
from compute_divide.analysis.claims.verdicts import Check, Counterpart
from compute_divide.analysis.statistics.estimates import Estimate
from compute_divide.evidence.claims import Claim, RelatedFigure
from compute_divide.figures.base.marks import CLAIM_NAMES, series_dots
from compute_divide.figures.base.show import Column
from compute_divide.figures.base.wording import in_cell, written

PROVENANCE = {"paper": "read in the paper", "summary": "from summaries"}
"""How a claim came to be known, in words."""

MARKS = {
    "supported": "✓ supported",
    "mixed": "~ mixed",
    "revised": "✗ revised",
    "cannot be tested": "– cannot be tested",
}
"""Verdicts as a table shows them: a sign and a word, no colour."""

READ = ("data of its time", "now", "largest runs, now")
"""Whose shares stand beside the paper's."""

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


def _ours(estimate: Estimate) -> str:
    """Return our estimate with its interval and counts; a dash for none."""
    return in_cell(estimate) if estimate.value is None or estimate.low is None else written(estimate, "full")


def verdict_table(checks: Sequence[Check], claims: Mapping[str, Claim]) -> pd.DataFrame:
    """Return one row a claim: what it says, how we know it, ours on data of its time and of now, the verdict.

    Parameters
    ----------
    checks : sequence of Check
        The verdicts, in the order of the table.
    claims : mapping of str to Claim
        By id.
    """

    def ours(estimate: Estimate | None) -> str:
        return "" if estimate is None else _ours(estimate)

    return pd.DataFrame(
        {
            "claim": f"{{claim}}`{check.claim}:statement`",
            "known": PROVENANCE[claims[check.claim].provenance],
            "then": ours(check.then),
            "now": ours(check.now),
            "beside": ours(check.beside),
            "tried": f"{check.agreeing} of {check.tried}" if check.tried else "",
            "verdict": MARKS[check.verdict],
        }
        for check in checks
    )


def share_comparison(checks: Sequence[Check], claims: Mapping[str, Claim]) -> tuple[alt.TopLevelMixin, pd.DataFrame]:
    """Return a chart of claims about shares, the paper's value beside our estimates, and its data, one row a mark."""
    rows = []
    for check in checks:
        rows.append({"claim": CLAIM_NAMES[check.claim], "whose": "the paper", "share": claims[check.claim].value})
        for whose, estimate in zip(READ, (check.then, check.now, check.beside), strict=True):
            if estimate is not None and estimate.value is not None:
                rows.append({"claim": CLAIM_NAMES[check.claim], "whose": whose, **estimate.row()})
    data = pd.DataFrame(rows, columns=["claim", "whose", "share", "low", "high", "k", "n"])
    return series_dots(
        data, "claim", "whose", {"the paper": INK, **dict.fromkeys(READ, ACCENT)}, "Share of models"
    ), data


RELATED_COLUMNS = {
    "work": Column("Work"),
    "statement": Column("What it reports"),
    "theirs": Column("Theirs"),
    "ours": Column("Ours"),
    "measure": Column("What ours counts"),
}
"""Columns of `related_table`."""


def related_table(counterparts: Sequence[Counterpart], related: Mapping[str, RelatedFigure]) -> pd.DataFrame:
    """Return related work's figures beside ours, one row a figure.

    Parameters
    ----------
    counterparts : sequence of Counterpart
        Ours, in the order of the table.
    related : mapping of str to RelatedFigure
        Theirs, by id.
    """
    rows = []
    for counterpart in counterparts:
        figure, estimate = related[counterpart.related], counterpart.estimate
        theirs = Estimate(figure.value, unit=figure.unit)
        rows.append(
            {
                "work": f"{{cite:t}}`{figure.cite}`",
                "statement": figure.statement,
                "theirs": written(theirs),
                "ours": _ours(estimate),
                "measure": counterpart.measure,
            }
        )
    return pd.DataFrame(rows, columns=list(RELATED_COLUMNS))

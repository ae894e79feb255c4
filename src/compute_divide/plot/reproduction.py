"""The figure and the table of the chapter on the paper's claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.show import Figure, Table
from compute_divide.analysis.claims.verdicts import Check
from compute_divide.evidence.claims import Claim
from compute_divide.plot.base.marks import CLAIM_NAMES
from compute_divide.plot.base.show import Column, models_credit, table
from compute_divide.plot.base.verdicts import MARKS, readings_figure
from compute_divide.plot.base.wording import in_cell, written

_PROVENANCE = {"paper": "read in the paper", "summary": "from summaries"}
_VERDICT_COLUMNS = {
    "claim": Column("Claim", markup=True),
    "known": Column("How we know it"),
    "then": Column("On data of its time"),
    "now": Column("Now"),
    "beside": Column("Largest runs, now"),
    "tried": Column("Definitions that agree"),
    "verdict": Column("Verdict"),
}


def claim_dots(checks: Sequence[Check], vintages: Sequence[str]) -> Figure:
    """Return the shares that the paper claims beside our estimates.

    Parameters
    ----------
    checks : sequence of Check
        The claims about shares.
    vintages : sequence of str
        The vintages that they are held against.

    Returns
    -------
    Figure
        A row a claim, with a dot for the paper and one with its interval for each estimate.
    """
    source = models_credit(*vintages)
    return readings_figure(checks, CLAIM_NAMES, "the paper", heading="Claim", source=source)


def verdict_table(checks: Sequence[Check], claims: Mapping[str, Claim]) -> Table:
    """Return the claims: how we know each, ours on data of its time and of now, the verdict.

    Parameters
    ----------
    checks : sequence of Check
        The claims, in the order of the rows.
    claims : mapping of str to Claim
        What the paper says, by id.

    Returns
    -------
    Table
        A row a claim.
    """
    rows = [_verdict_row(check, claims[check.claim]) for check in checks]
    return table(pd.DataFrame(rows), _VERDICT_COLUMNS)


def _verdict_row(check: Check, claim: Claim) -> dict[str, str]:
    return {
        "claim": f"{{claim}}`{check.claim}:statement`",
        "known": _PROVENANCE[claim.provenance],
        "then": _ours(check.then),
        "now": _ours(check.now),
        "beside": _ours(check.beside),
        "tried": f"{check.agreeing} of {len(check.others)}" if check.others else "",
        "verdict": MARKS[check.verdict],
    }


def _ours(estimate: Estimate | None) -> str:
    """Return our estimate with its interval and counts; a dash for one without a value."""
    if estimate is None:
        return ""
    has_interval = estimate.value is not None and estimate.low is not None
    return written(estimate, "full") if has_interval else in_cell(estimate)

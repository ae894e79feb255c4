"""Hold a claim of the paper against our estimates: agrees, differs, or cannot be tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from compute_divide.analysis.statistics.estimate import Estimate

Verdict = Literal["agrees", "differs", "cannot be tested"]


def holds(value: float, estimate: Estimate) -> bool:
    """Tell whether a claimed value lies within the interval of an estimate.

    Parameters
    ----------
    value : float
        The claimed value, in the unit of the estimate.
    estimate : Estimate
        Ours; without an interval nothing is held.

    Examples
    --------
    >>> holds(0.65, Estimate(0.72, 0.61, 0.82))
    True
    """
    return estimate.low is not None and estimate.high is not None and estimate.low <= value <= estimate.high


@dataclass(frozen=True, slots=True)
class Check:
    """One claim, tested.

    Parameters
    ----------
    claim : str
        Id of the claim.
    verdict : {"agrees", "differs", "cannot be tested"}
        By the rule stated in `reason`.
    reason : str
        Why, in one or two sentences.
    paper_vintage, edition_vintage : Estimate or None
        Our estimate on the paper's vintage and on the edition's; None where there is none.
    agreeing, tried : int
        How many of the definitions tried on the paper's vintage hold the claimed value within their interval.
    """

    claim: str
    verdict: Verdict
    reason: str
    paper_vintage: Estimate | None = None
    edition_vintage: Estimate | None = None
    agreeing: int = 0
    tried: int = 0


def check_value(
    claim: str,
    value: float,
    primary: Estimate,
    others: Sequence[Estimate],
    *,
    edition: Estimate | None = None,
    measure: str,
) -> Check:
    """Test a claimed value against our estimate of the same thing.

    The claim agrees when its value lies within the interval of the primary estimate: the one that follows what is
    known of the paper's method. The other estimates use other definitions; how many of them agree is told beside the
    verdict, since with many definitions some would agree by luck.

    Parameters
    ----------
    claim : str
        Id of the claim.
    value : float
        What the paper reports, in the unit of the estimates.
    primary : Estimate
        Ours on the paper's vintage, by the definition closest to the paper's.
    others : sequence of Estimate
        Ours on the paper's vintage by every definition, the primary one included.
    edition : Estimate, optional
        Ours on the edition's vintage.
    measure : str
        What the primary estimate measures, for the reason.

    Returns
    -------
    Check
        The verdict with its reason.
    """
    agreeing = sum(holds(value, estimate) for estimate in others)
    if primary.value is None or primary.low is None:
        return Check(claim, "cannot be tested", f"No estimate: {measure}.", primary, edition, agreeing, len(others))
    inside = holds(value, primary)
    side = "within" if inside else ("below" if value < primary.low else "above")
    reason = f"The claimed value lies {side} the interval of our estimate ({measure})."
    return Check(claim, "agrees" if inside else "differs", reason, primary, edition, agreeing, len(others))


def check_direction(
    claim: str, estimate: Estimate, null: float, *, expected: Literal["above", "below"], measure: str
) -> Check:
    """Test a claim that names a direction only: the whole interval must lie on the claimed side of a null value.

    Examples
    --------
    >>> check_direction("x", Estimate(3.0, 2.0, 4.0), 1.0, expected="above", measure="odds ratio").verdict
    'agrees'
    """
    if estimate.low is None or estimate.high is None:
        return Check(claim, "cannot be tested", f"No interval: {measure}.", None, estimate)
    above, below = estimate.low > null, estimate.high < null
    if above or below:
        agrees = above == (expected == "above")
        found = "above" if above else "below"
        reason = f"The whole interval of {measure} lies {found} {null:g}, {'as' if agrees else 'not as'} claimed."
        return Check(claim, "agrees" if agrees else "differs", reason, None, estimate)
    return Check(
        claim, "cannot be tested", f"The interval of {measure} includes {null:g}: too wide to tell.", None, estimate
    )


def cannot_test(claim: str, reason: str) -> Check:
    """Return the verdict for a claim that the evidence cannot speak to, with the reason."""
    return Check(claim, "cannot be tested", reason)

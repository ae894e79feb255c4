"""Hold a claim against our estimates, on data of its time and on those of now, and give a verdict.

An estimate *holds* a claim when its interval holds the value, or lies on the claimed side as a
whole; it *fails* when it lies elsewhere, and is *open* when it is too wide to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bookpress.chapter.estimates import Estimate
from bookpress.chapter.number_formats import with_capital
from compute_divide.analysis.statistics.estimates import number_of

Verdict = Literal["supported", "mixed", "revised", "cannot be tested"]
Outcome = Literal["holds", "fails", "open", "none"]
Side = Literal["", "above", "below"]

VERDICTS: dict[Verdict, str] = {
    "supported": "every test holds it, on data of its time and of now",
    "mixed": "some test holds it and another does not, or is too wide to tell",
    "revised": "the data of now say otherwise",
    "cannot be tested": "no open data speak to it",
}
"""The verdicts, and when each is reached."""

_WORDS = {
    "holds": "holds it",
    "fails": "does not hold it",
    "open": "is too wide to tell",
    "none": "cannot be had",
}


@dataclass(frozen=True)
class Check:
    """One claim, held against our estimates.

    Parameters
    ----------
    claim : str
        The id of the claim.
    value : float, optional
        The claimed value; where a side is claimed, the value of no difference. In the unit of the
        estimates.
    then, now : Estimate, optional
        Ours on data of its time, and on those of now.
    measure : str
        What the estimates measure, for the reason.
    side : str
        ``"above"`` or ``"below"`` where the claim names a direction only; then the whole interval
        must lie there.
    also : mapping of str to str
        Other tests of now that have to hold the claim too: the `outcome` of each, by what it
        measures.
    beside : Estimate, optional
        A reading of now that is shown, and that the verdict does not rest on.
    others : sequence of Estimate
        Readings by other definitions on data of its time. They are counted only, for of many some
        agree by luck.
    why : str
        Why it cannot be tested, where nothing was estimated.

    Notes
    -----
    The claim is supported when every test that could be made holds it, revised when that of now
    does not, and mixed otherwise.

    Examples
    --------
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> Check("academia-share-early", 0.65, share, share).verdict
    'supported'
    >>> Check("liang-most", 0.5, now=share, side="above", measure="academia alone").reason
    'Academia alone: the estimate on data of its time cannot be had, that of now holds it.'
    >>> Check("hao-sector", why="No list tells it.").verdict
    'cannot be tested'
    """

    claim: str
    value: float | None = None
    then: Estimate | None = None
    now: Estimate | None = None
    measure: str = ""
    side: Side = ""
    also: Mapping[str, Outcome] = field(default_factory=dict)
    beside: Estimate | None = None
    others: Sequence[Estimate] = ()
    why: str = ""

    @property
    def outcome_then(self) -> Outcome:
        """How the estimate on data of its time stands to the claim."""
        return outcome(self.then, self.value, self.side)

    @property
    def outcome_now(self) -> Outcome:
        """How the estimate on data of now stands to the claim."""
        return outcome(self.now, self.value, self.side)

    @property
    def verdict(self) -> Verdict:
        """One of `VERDICTS`."""
        return verdict_of(self.outcome_then, self.outcome_now, [*self.also.values()])

    @property
    def reason(self) -> str:
        """The reason of the verdict, in a sentence or more."""
        if self.why:
            return self.why
        measure = with_capital(self.measure)
        then = _WORDS[self.outcome_then]
        now = _WORDS[self.outcome_now]
        reason = f"{measure}: the estimate on data of its time {then}, that of now {now}."
        for name, result in self.also.items():
            reason += f" {with_capital(name)}: it {_WORDS[result]}."
        return reason

    @property
    def agreeing(self) -> int:
        """How many of the other definitions hold the claim on data of its time."""
        outcomes = [outcome(other, self.value, self.side) for other in self.others]
        return outcomes.count("holds")


def outcome(estimate: Estimate | None, value: float | None, side: Side = "") -> Outcome:
    """Return how an estimate stands to a claim.

    Parameters
    ----------
    estimate : Estimate, optional
        The estimate.
    value : float, optional
        The claimed value, or the one that divides the sides, in the unit of the estimate.
    side : str
        ``"above"`` or ``"below"`` where only a side of the value is claimed.

    Returns
    -------
    str
        ``"holds"`` or ``"fails"``; ``"open"`` where an interval that should lie on one side holds
        the value; ``"none"`` without an interval or a value.

    Examples
    --------
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> outcome(share, 0.65), outcome(share, 0.5, "above")
    ('holds', 'holds')
    >>> outcome(share, 0.6, "above"), outcome(None, 0.6)
    ('open', 'none')
    """
    if value is None or estimate is None or estimate.low is None or estimate.high is None:
        return "none"
    if not side:
        return "holds" if estimate.low <= value <= estimate.high else "fails"
    is_above = estimate.low > value
    is_below = estimate.high < value
    if not is_above and not is_below:
        return "open"
    on_side = is_above if side == "above" else is_below
    return "holds" if on_side else "fails"


def verdict_of(then: Outcome, now: Outcome, also: Sequence[Outcome] = ()) -> Verdict:
    """Return the verdict that the outcomes of the tests make, other tests of now among them."""
    outcomes = {then, now, *also} - {"none"}
    if not outcomes:
        return "cannot be tested"
    if now == "fails":
        return "revised"
    return "supported" if outcomes == {"holds"} else "mixed"


def number_judged(checks: Iterable[Check], verdict: Verdict, what: str) -> Estimate:
    """Return how many claims have a verdict.

    Parameters
    ----------
    checks : iterable of Check
        The claims.
    verdict : str
        One of `VERDICTS`.
    what : str
        What the claims are called, for the label.

    Returns
    -------
    Estimate
        The number, of so many claims.

    Raises
    ------
    KeyError
        If there is no such verdict.

    Examples
    --------
    >>> checks = [Check("hao-sector", why="No list tells it.")]
    >>> number_judged(checks, "cannot be tested", "claims").label
    'claims whose verdict is: cannot be tested (no open data speak to it)'
    """
    verdicts = [check.verdict for check in checks]
    label = f"{what} whose verdict is: {verdict} ({VERDICTS[verdict]})"
    return number_of(verdicts.count(verdict), label, n=len(verdicts))

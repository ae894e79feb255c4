"""Hold a claim against our estimates, on data of its time and on those of now, and give a verdict.

An estimate *agrees* with a claim when its value lies within a margin of the claimed one and its
interval is narrow enough to say so, and *differs* when its whole interval lies outside the margin;
otherwise it is *open*. Where a direction is claimed, the whole interval decides. So too few data
never speak for a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bookpress.chapter.estimates import Estimate
from bookpress.chapter.number_formats import with_capital

Verdict = Literal["agrees", "differs", "cannot tell", "cannot be tested"]
Outcome = Literal["agrees", "differs", "open", "none"]
Side = Literal["", "above", "below"]
Asked = tuple[Estimate, float, Side]
"""An estimate, the value that it is held against, and the side of it where only one is claimed."""

MARGINS = {"share": 0.05, "points": 5.0}
"""How far a value may lie from a claimed one, in its unit, and agree."""
FACTOR = 1.2
"""How many times as large, or as small, a value of any other unit may be, and agree."""
WIDEST = 4
"""How many margins wide an interval may be, and agree: twice as wide as the margin on both sides.
A wider one holds too much else."""

VERDICTS: dict[Verdict, str] = {
    "agrees": "our value today lies within five percentage points of a claimed share, or within a "
    "fifth of another value, and its interval is narrow enough to say so; where only a "
    "direction is claimed, the whole interval lies on that side",
    "differs": "the whole interval of today's value lies further away, or on the other side",
    "cannot tell": "the interval is too wide to say, or one test agrees and another does not",
    "cannot be tested": "no open data cover it",
}
"""The verdicts, and when each is reached."""

_WORDS = {
    "agrees": "agrees with it",
    "differs": "differs from it",
    "open": "is too wide to decide",
    "none": "is not available",
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
    also : mapping of str to tuple
        Other tests of now that have to agree with the claim too, by what they measure: an estimate,
        the value that it is held against, and the side of it that is claimed, or ``""``.
    why : str
        Why it cannot be tested, where nothing was estimated.

    Notes
    -----
    The verdict is that of the data of now: the claim agrees when every test on them does, and none
    on the data of its time differs; it differs when the test of now does. Where there are no data
    of now, those of its time decide. Anything else cannot be told.

    Examples
    --------
    >>> share = Estimate(0.64, 0.58, 0.70, unit="share")
    >>> Check("academia-share-early", 0.65, share, share).verdict
    'agrees'
    >>> wide = Estimate(0.64, 0.40, 0.83, unit="share")
    >>> Check("academia-share-early", 0.65, now=wide).verdict
    'cannot tell'
    >>> Check("liang-most", 0.5, now=share, side="above", measure="universities").reason
    "Universities: the estimate on data of its time is not available; today's agrees with it."
    >>> Check("academia-share-early", 0.65, now=wide).could_fail
    False
    >>> Check("hao-sector", why="No list tells it.").verdict
    'cannot be tested'
    """

    claim: str
    value: float | None = None
    then: Estimate | None = None
    now: Estimate | None = None
    measure: str = ""
    side: Side = ""
    also: Mapping[str, Asked] = field(default_factory=dict)
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
        others = [outcome(*asked) for asked in self.also.values()]
        return verdict_of(self.outcome_then, self.outcome_now, others)

    @property
    def reason(self) -> str:
        """The reason of the verdict, in a sentence or more."""
        if self.why:
            return self.why
        measure = with_capital(self.measure)
        then = _WORDS[self.outcome_then]
        now = _WORDS[self.outcome_now]
        reason = f"{measure}: the estimate on data of its time {then}; today's {now}."
        for name, asked in self.also.items():
            reason += f" {with_capital(name)}: {_WORDS[outcome(*asked)]}."
        return reason

    @property
    def could_fail(self) -> bool:
        """Whether the test that decides is sharp enough to fail a claim that is wrong.

        It failed it, its interval is no wider than `WIDEST` margins, or, of a claimed direction, it
        lies on one side.
        """
        decisive = self.now if self.outcome_now != "none" else self.then
        if decisive is None or decisive.low is None or decisive.high is None:
            return False
        decided = outcome(decisive, self.value, self.side) != "open"
        if decided:
            return True
        return not self.side and _is_narrow(decisive.low, decisive.high, decisive.unit)


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
        ``"agrees"``, where the value lies within the margin and the interval is no wider than
        `WIDEST` margins, or where it lies on the claimed side as a whole; ``"differs"``, where it
        lies outside the margin, or on the other side, as a whole; else ``"open"``. ``"none"``
        without an interval or a value.

    Examples
    --------
    >>> share = Estimate(0.64, 0.58, 0.70, unit="share")
    >>> outcome(share, 0.65), outcome(share, 0.5), outcome(share, 0.55)
    ('agrees', 'differs', 'open')
    >>> outcome(share, 0.5, "above"), outcome(share, 0.6, "above"), outcome(None, 0.6)
    ('agrees', 'open', 'none')
    """
    if value is None or estimate is None or estimate.value is None:
        return "none"
    if estimate.low is None or estimate.high is None:
        return "none"
    if side:
        return _outcome_of_side(estimate.low, estimate.high, value, side)
    least = _shifted(value, estimate.unit, -1)
    most = _shifted(value, estimate.unit, 1)
    lies_outside = estimate.high < least or estimate.low > most
    if lies_outside:
        return "differs"
    is_near = least <= estimate.value <= most
    is_narrow = _is_narrow(estimate.low, estimate.high, estimate.unit)
    return "agrees" if is_near and is_narrow else "open"


def _is_narrow(low: float, high: float, unit: str) -> bool:
    return high <= _shifted(low, unit, WIDEST)


def _outcome_of_side(low: float, high: float, value: float, side: Side) -> Outcome:
    """Return how an interval stands to the claim that something lies on a side of a value."""
    is_above = low > value
    is_below = high < value
    if not is_above and not is_below:
        return "open"
    on_side = is_above if side == "above" else is_below
    return "agrees" if on_side else "differs"


def _shifted(value: float, unit: str, margins: int) -> float:
    """Return a value moved by so many margins of its unit."""
    if unit in MARGINS:
        return value + margins * MARGINS[unit]
    return value * FACTOR**margins


def verdict_of(then: Outcome, now: Outcome, also: Sequence[Outcome] = ()) -> Verdict:
    """Return the verdict that the outcomes of the tests make, other tests of now among them."""
    deciding = then if now == "none" else now
    tests = {deciding, *also} - {"none"}
    if not tests:
        return "cannot be tested"
    if deciding == "differs":
        return "differs"
    agrees = tests == {"agrees"} and then != "differs"
    return "agrees" if agrees else "cannot tell"

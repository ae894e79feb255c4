"""Compare a claim with our estimates, on the data of its time and on today's, and give a verdict.

An estimate *agrees* with a claim when its value lies within a margin of the claimed one and its
interval is narrow enough to say so, and *differs* when its whole interval lies outside the margin;
otherwise it is *open*. If the claim is about a direction, the whole interval decides. So too few
data never support a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from holdtrue.estimates import Estimate
from holdtrue.number_formats import with_capital

Verdict = Literal["agrees", "differs", "cannot tell", "cannot be tested"]
Outcome = Literal["agrees", "differs", "open", "none"]
Side = Literal["", "above", "below"]
Asked = tuple[Estimate, float, Side]
"""An estimate, the value to compare it with, and the claimed side if there is only a side."""

MARGINS = {"share": 0.05, "points": 5.0}
"""How far an estimate may lie from the claimed value and still agree, by unit."""
FACTOR = 1.2
"""By what factor an estimate in any other unit may differ and still agree."""
WIDEST = 4
"""How many margins wide an interval may be and still agree.

It is twice the width of the margin on both sides; a wider interval contains too many other values.
"""

VERDICTS: dict[Verdict, str] = {
    "agrees": "our value today lies within five percentage points of a claimed share, or at most a "
    "fifth above or a sixth below another value, and its interval is narrow enough to say so; "
    "where only a direction is claimed, the whole interval lies on that side",
    "differs": "the whole interval of today's value lies further away, or on the other side, and "
    "so does that of every other test",
    "cannot tell": "the interval is too wide to say, or one test agrees and another does not",
    "cannot be tested": "no open data cover it",
}
"""The verdicts, and when each is reached."""

_ONE = {
    "agrees": "agrees with the claim",
    "differs": "contradicts the claim",
    "open": "is too uncertain to decide",
    "none": "is missing",
}
_BOTH = {
    "agrees": "both agree with the claim",
    "differs": "both contradict the claim",
    "open": "are both too uncertain to decide",
}


@dataclass(frozen=True)
class Check:
    """One claim, compared with our estimates.

    Parameters
    ----------
    claim : str
        The id of the claim.
    value : float, optional
        The claimed value; if a side is claimed, the value of no difference. In the unit of the
        estimates.
    then, now : Estimate, optional
        Our estimates on the data of its time and on today's.
    measure : str
        What the estimates measure, for the reason.
    side : str
        ``"above"`` or ``"below"`` if the claim only names a direction; then the whole interval must
        lie there.
    also : mapping of str to tuple
        Other tests on today's data that must agree too, by what they measure: an estimate, the
        value to compare it with, and the claimed side of it, or ``""``.
    why : str
        Why it cannot be tested, if nothing was estimated.

    Notes
    -----
    Today's data decide: the claim agrees when every test on them does, and none on the data of its
    time differs; it differs when every test on today's data does. Without data of today, those of
    its time decide. In every other case the verdict is "cannot tell".

    Examples
    --------
    >>> share = Estimate(0.64, 0.58, 0.70, unit="share", range="sampling")
    >>> Check("academia-share-early", 0.65, share, share).verdict
    'agrees'
    >>> wide = Estimate(0.64, 0.40, 0.83, unit="share", range="sampling")
    >>> Check("academia-share-early", 0.65, now=wide).verdict
    'cannot tell'
    >>> Check("liang-most", 0.5, now=share, side="above", measure="universities").reason
    "Universities. Our estimate on today's data agrees with the claim."
    >>> Check("academia-share-early", 0.65, now=wide).could_fail
    False
    >>> Check("hao-sector", why="No list tells it.").verdict
    'cannot be tested'
    >>> near = Estimate(0.62, 0.60, 0.64, unit="share", range="sampling")
    >>> Check("academia-share-early", 0.65, now=near).is_by_margin
    True
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
        """The outcome on the data of its time."""
        return outcome(self.then, self.value, self.side)

    @property
    def outcome_now(self) -> Outcome:
        """The outcome on today's data."""
        return outcome(self.now, self.value, self.side)

    @property
    def verdict(self) -> Verdict:
        """One of `VERDICTS`."""
        others = [outcome(*asked) for asked in self.also.values()]
        return verdict_of(self.outcome_then, self.outcome_now, others)

    @property
    def reason(self) -> str:
        """The reason for the verdict, in a sentence or more."""
        if self.why:
            return self.why
        reason = f"{with_capital(self.measure)}. {_told(self.outcome_then, self.outcome_now)}"
        if self.is_by_margin:
            reason += " It agrees within our margin only: the interval leaves the claim out."
        for name, asked in self.also.items():
            reason += f" A second test, {name}, {_ONE[outcome(*asked)]}."
        return reason

    @property
    def is_by_margin(self) -> bool:
        """Whether it agrees although the interval that decides leaves the claimed value out."""
        decisive = self._decisive
        if self.side or self.verdict != "agrees" or decisive is None:
            return False
        return not _contains(decisive, self.value)

    @property
    def could_fail(self) -> bool:
        """Whether the deciding test is sharp enough to refute a wrong claim.

        It is if it refuted this one, if its interval is no wider than `WIDEST` margins or, for a
        claimed direction, if the interval lies on one side.
        """
        decisive = self._decisive
        if decisive is None or decisive.low is None or decisive.high is None:
            return False
        decided = outcome(decisive, self.value, self.side) != "open"
        if decided:
            return True
        return not self.side and _is_narrow(decisive.low, decisive.high, decisive.unit)

    @property
    def _decisive(self) -> Estimate | None:
        return self.now if self.outcome_now != "none" else self.then


def outcome(estimate: Estimate | None, value: float | None, side: Side = "") -> Outcome:
    """Return whether an estimate agrees with a claim.

    Parameters
    ----------
    estimate : Estimate, optional
        The estimate.
    value : float, optional
        The claimed value, or the one that divides the sides, in the unit of the estimate.
    side : str
        ``"above"`` or ``"below"`` if only a side of the value is claimed.

    Returns
    -------
    str
        ``"agrees"``, where the value lies within the margin and the interval is no wider than
        `WIDEST` margins, or where it lies on the claimed side as a whole; ``"differs"``, where it
        lies outside the margin, or on the other side, as a whole; else ``"open"``. ``"none"``
        without an interval or a value.

    Examples
    --------
    >>> share = Estimate(0.64, 0.58, 0.70, unit="share", range="sampling")
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


def _told(then: Outcome, now: Outcome) -> str:
    """Return what two estimates say of a claim, in a sentence."""
    if now == "none":
        return "There is too little data for an estimate."
    if then == "none":
        return f"Our estimate on today's data {_ONE[now]}."
    if then == now:
        return f"Our estimates on the data of its time and on today's {_BOTH[now]}."
    return f"Our estimate on the data of its time {_ONE[then]}; that on today's {_ONE[now]}."


def _contains(estimate: Estimate, value: float | None) -> bool:
    if value is None or estimate.low is None or estimate.high is None:
        return False
    return estimate.low <= value <= estimate.high


def _is_narrow(low: float, high: float, unit: str) -> bool:
    return high <= _shifted(low, unit, WIDEST)


def _outcome_of_side(low: float, high: float, value: float, side: Side) -> Outcome:
    """Return whether an interval agrees with the claim that something lies on a side of a value."""
    is_above = low > value
    is_below = high < value
    if not is_above and not is_below:
        return "open"
    on_side = is_above if side == "above" else is_below
    return "agrees" if on_side else "differs"


def _shifted(value: float, unit: str, margins: int) -> float:
    """Return a value moved by a number of margins of its unit."""
    if unit in MARGINS:
        return value + margins * MARGINS[unit]
    return value * FACTOR**margins


def verdict_of(then: Outcome, now: Outcome, also: Sequence[Outcome] = ()) -> Verdict:
    """Return the verdict that follows from the outcomes of all tests."""
    deciding = then if now == "none" else now
    tests = {deciding, *also} - {"none"}
    if not tests:
        return "cannot be tested"
    if tests == {"differs"}:
        return "differs"
    agrees = tests == {"agrees"} and then != "differs"
    return "agrees" if agrees else "cannot tell"

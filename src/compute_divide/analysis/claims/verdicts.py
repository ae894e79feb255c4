"""Hold a claim against our estimates, on data of its time and on those of now, and give a verdict.

An estimate *holds* a claim when its interval holds the value, or lies on the claimed side as a whole; it *fails* when
it lies elsewhere, and is *open* when it is too wide to tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bookpress.chapter.estimates import Estimate

Verdict = Literal["supported", "mixed", "revised", "cannot be tested"]
Outcome = Literal["holds", "fails", "open", "none"]

VERDICTS: dict[Verdict, str] = {
    "supported": "every test holds it, on data of its time and of now",
    "mixed": "some test holds it and another does not, or is too wide to tell",
    "revised": "the data of now say otherwise",
    "cannot be tested": "no open data speak to it",
}
"""The verdicts, and when each is reached."""

_SAID = {
    "holds": "holds it",
    "fails": "does not hold it",
    "open": "is too wide to tell",
    "none": "cannot be had",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One claim, tested: its verdict (one of `VERDICTS`) and the reason.

    `then` and `now` are ours on data of its time and of now, `beside` a reading of now that the verdict does not rest
    on. Of the other definitions `tried` on data of its time, so many are `agreeing`.
    """

    claim: str
    verdict: Verdict
    reason: str
    then: Estimate | None = None
    now: Estimate | None = None
    beside: Estimate | None = None
    agreeing: int = 0
    tried: int = 0


def verdict_of(then: Outcome, now: Outcome, also: Sequence[Outcome] = ()) -> Verdict:
    """Return the verdict that the outcomes of the tests make, those of other tests of now among them."""
    known = [outcome for outcome in (then, now, *also) if outcome != "none"]
    if not known:
        return "cannot be tested"
    if now == "fails":
        return "revised"
    return "supported" if set(known) == {"holds"} else "mixed"


def check_value(
    claim: str,
    value: float,
    then: Estimate | None,
    now: Estimate | None,
    *,
    measure: str,
    others: Sequence[Estimate] = (),
    also: Mapping[str, Estimate] | None = None,
    beside: Estimate | None = None,
) -> Check:
    """Test a claimed value against our estimates of a measure, by what is known of the paper's method.

    `others`, by other definitions on data of its time, are but counted, for of many some agree by luck. `also` are
    other readings of now that have to hold the claim as well, by what they measure.
    """
    outcomes = {name: value_outcome(value, estimate) for name, estimate in (also or {}).items()}
    agreeing = sum(value_outcome(value, estimate) == "holds" for estimate in others)
    first, second = value_outcome(value, then), value_outcome(value, now)
    verdict, reason = (
        verdict_of(first, second, list(outcomes.values())),
        _reason(measure, first, second, outcomes),
    )
    return Check(claim, verdict, reason, then, now, beside, agreeing, len(others))


def check_direction(
    claim: str,
    then: Estimate | None,
    now: Estimate | None,
    null: float,
    *,
    expected: Literal["above", "below"],
    measure: str,
    also: Mapping[str, Outcome] | None = None,
) -> Check:
    """Test a claim that names a direction only: the whole interval must lie on the claimed side of a null value."""
    first, second = (side_outcome(estimate, null, expected) for estimate in (then, now))
    verdict = verdict_of(first, second, list((also or {}).values()))
    return Check(claim, verdict, _reason(measure, first, second, also or {}), then, now)


def value_outcome(value: float, estimate: Estimate | None) -> Outcome:
    """Return whether a value lies in the interval of an estimate."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return "none"
    return "holds" if estimate.low <= value <= estimate.high else "fails"


def side_outcome(
    estimate: Estimate | None, null: float, expected: Literal["above", "below"]
) -> Outcome:
    """Return whether the whole interval of an estimate lies on a side of a value."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return "none"
    if estimate.low > null or estimate.high < null:
        return "holds" if (estimate.low > null) == (expected == "above") else "fails"
    return "open"


def _reason(measure: str, then: Outcome, now: Outcome, also: Mapping[str, Outcome]) -> str:
    others = "".join(
        f" {name[:1].upper()}{name[1:]}: it {_SAID[outcome]}." for name, outcome in also.items()
    )
    return (
        f"{measure[:1].upper()}{measure[1:]}: the estimate on data of its time {_SAID[then]}, "
        f"that of now {_SAID[now]}.{others}"
    )

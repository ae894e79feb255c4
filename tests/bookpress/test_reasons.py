"""Reasons say why in numbers that a reader can hold against each other."""

import pytest
from reasons import faults

from holdtrue.comparisons.base import Comparison
from holdtrue.comparisons.sides import about, above, below, majority
from holdtrue.estimates import Estimate


def share(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, unit="share", range="sampling")


@pytest.mark.parametrize(
    ("comparison", "because"),
    [
        (
            majority(share(0.65, 0.43, 0.82)),
            "65% (43 to 82) is above 50%, but the interval reaches below it",
        ),
        (
            above(share(0.923, 0.8961, 0.951), 0.9),
            "92.3% (89.6 to 95.1) is above 90.0%, but the interval reaches below it",
        ),
        (
            below(Estimate(0.794, 0.61, 1.002, range="sampling"), 1.0),
            "0.7940 (0.6100 to 1.002) is below 1, but the interval reaches above it",
        ),
        (above(share(0.5, 0.27, 0.73), 0.5), "both are 50%"),
        (below(share(0, 0, 0.3), share(0, 0, 0.4)), "both are 0%"),
        (
            about(Estimate(1.1, 0.97, 1.128, range="sampling"), 1.0, by=0.125),
            "1.10 (0.970 to 1.13) is more than 0.125 from 1",
        ),
    ],
)
def test_the_numbers_shown_say_what_the_words_say(comparison: Comparison, because: str) -> None:
    assert comparison.holds is False
    assert comparison.because == because
    assert faults(comparison.because) == []


@pytest.mark.parametrize(
    ("comparison", "because"),
    [
        (
            above(Estimate(1.14, 1.004, 1.3, range="sampling"), 1.0),
            "1.140 (1.004 to 1.300) is above 1",
        ),
        (below(share(0.85, 0.81, 0.898), 0.9), "85.0% (81.0 to 89.8) is below 90.0%"),
        (
            above(share(0.6, 0.5, 0.7), share(0.4, 0.3, 0.498)),
            "60% (50 to 70) is above 40% (30 to 50)",
        ),
    ],
)
def test_the_end_that_clears_a_bound_does_not_look_like_it(
    comparison: Comparison, because: str
) -> None:
    assert comparison.holds is True
    assert comparison.because == because


@pytest.mark.parametrize(
    "reason",
    [
        "the bases are None and None",
        "28% is not above 28%",
        "65% (43 to 82) is above 50%",
        "92% (90 to 95) is above 90%, but the interval reaches below it",
        "4 of 40, and the sentence says 4 of 40",
        "1.1 (0.97 to 1.1) is more than 0.125 from 1.0",
    ],
)
def test_a_reason_that_does_not_say_why_is_found(reason: str) -> None:
    assert faults(reason)

"""Verdicts have a margin: too few data never speak for a claim, nor against one."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.claims.verdicts import (
    VERDICTS,
    Check,
    Outcome,
    Verdict,
    outcome,
    verdict_of,
)
from holdtrue.estimates import Estimate

HALF = Estimate(0.5, 0.45, 0.55, k=50, n=100, unit="share", range="sampling")
OUTCOMES = st.sampled_from(get_args(Outcome))


def is_near(claimed: float, ours: float, unit: str) -> bool:
    """Whether a value lies within five points of a share, or within a factor of 1.2 of anything else."""
    if unit == "share":
        return abs(ours - claimed) <= 0.05 + 1e-9
    return max(ours / claimed, claimed / ours) <= 1.2 + 1e-9


@st.composite
def readings(draw: Any) -> tuple[float, Estimate]:
    """Draw a claimed value, and an estimate of a share or of months."""
    unit = draw(st.sampled_from(["share", "months"]))
    top = 1.0 if unit == "share" else 30.0
    claimed = draw(st.floats(0.01, top))
    low, value, high = sorted(draw(st.lists(st.floats(0.01, top), min_size=3, max_size=3)))
    return claimed, Estimate(value, low, high, unit=unit, range="sampling")


@given(readings())
def test_a_claim_agrees_only_near_our_value_and_differs_only_far_from_the_whole_interval(
    reading: tuple[float, Estimate],
) -> None:
    claimed, estimate = reading
    found = outcome(estimate, claimed)
    if found == "agrees":
        assert is_near(claimed, estimate.value, estimate.unit)
    if found == "differs":
        assert not is_near(claimed, estimate.low, estimate.unit)
        assert not is_near(claimed, estimate.high, estimate.unit)
        assert not estimate.low <= claimed <= estimate.high
    if claimed in (estimate.low, estimate.value, estimate.high):
        assert found != "differs"


@given(readings(), st.floats(1.01, 3))
def test_a_wider_interval_never_decides_what_a_narrower_one_left_open(
    reading: tuple[float, Estimate], factor: float
) -> None:
    claimed, estimate = reading
    wider = Estimate(
        estimate.value,
        estimate.low / factor,
        estimate.high * factor,
        unit=estimate.unit,
        range="sampling",
    )
    narrow = outcome(estimate, claimed)
    wide = outcome(wider, claimed)
    assert wide in {narrow, "open"}


@pytest.mark.parametrize(
    ("claimed", "ours", "verdict"),
    [
        (0.96, (1.0, 0.722, 1.0), "cannot tell"),  # ten of ten
        (0.40, (0.562, 0.361, 0.77), "cannot tell"),
        (0.90, (0.827, 0.74, 0.889), "cannot tell"),  # less, but by how much?
        (0.81, (0.549, 0.447, 0.648), "differs"),
        (0.573, (0.58, 0.49, 0.665), "agrees"),
    ],
)
def test_shares(claimed: float, ours: tuple[float, float, float], verdict: str) -> None:
    assert (
        Check("c", claimed, now=Estimate(*ours, unit="share", range="sampling")).verdict == verdict
    )


@given(OUTCOMES, OUTCOMES, st.lists(OUTCOMES, max_size=3))
def test_verdicts_are_what_they_are_said_to_be(then: Any, now: Any, also: list[Any]) -> None:
    verdict = verdict_of(then, now, also)
    deciding = then if now == "none" else now
    tests = {deciding, *also} - {"none"}
    assert (verdict == "cannot be tested") == (not tests)
    assert (verdict == "differs") == (tests == {"differs"})
    assert (verdict == "agrees") == (tests == {"agrees"} and then != "differs")


def test_a_claim_is_not_contradicted_where_corrected_records_leave_it_open() -> None:
    listed = Estimate(17 / 67, 0.165, 0.369, unit="share")
    audited = Estimate(8 / 57, 0.073, 0.253, unit="share")
    assert Check("c", 0.09, now=listed).verdict == "differs"
    both = Check("c", 0.09, now=listed, also={"audited records": (audited, 0.09, "")})
    assert (both.verdict, both.could_fail) == ("cannot tell", True)


def test_verdicts_have_one_list_of_names() -> None:
    assert tuple(VERDICTS) == get_args(Verdict)


def test_the_reason_names_both_tests_and_the_other_readings() -> None:
    now = Estimate(0.1, 0.05, 0.15, unit="share", range="sampling")
    check = Check("c", 0.1, HALF, now, "m", also={"another reading": (HALF, 0.1, "")})
    assert check.verdict == "cannot tell"
    assert (
        "data of its time contradicts the claim; that on today's agrees with the claim. "
        "A second test, another reading, contradicts the claim."
    ) in check.reason
    nothing = Check("c", 0.5, Estimate(None, n=0, k=0, unit="share"))
    assert (nothing.verdict, nothing.could_fail) == ("cannot be tested", False)


def test_a_claim_outside_the_interval_agrees_by_the_margin_only_and_says_so() -> None:
    without = Estimate(0.62, 0.60, 0.64, unit="share", range="sampling")
    near, within = Check("c", 0.65, now=without), Check("c", 0.63, now=without)
    assert (near.verdict, near.is_by_margin) == ("agrees", True)
    assert "within our margin only" in near.reason
    assert (within.verdict, within.is_by_margin) == ("agrees", False)
    assert not Check("c", 0.5, now=without, side="above").is_by_margin


@given(readings(), st.sampled_from(["", "above", "below"]))
def test_a_test_that_decides_could_have_failed_and_a_wide_one_could_not(
    reading: tuple[float, Estimate], side: Any
) -> None:
    claimed, estimate = reading
    check = Check("c", claimed, now=estimate, side=side)
    assert check.could_fail or check.verdict == "cannot tell"
    if check.could_fail and not side:
        far = 0.5 if estimate.unit == "share" else 3.0
        low, high = estimate.low, estimate.high
        wrong = high + far if estimate.unit == "share" else high * far
        assert Check("c", wrong, now=estimate).verdict == "differs", (low, high)


@pytest.mark.parametrize(
    ("low", "high", "expected", "verdict"),
    [
        (1.1, 2.0, "above", "agrees"),
        (1.1, 2.0, "below", "differs"),
        (0.2, 0.9, "below", "agrees"),
        (0.9, 1.1, "above", "cannot tell"),
    ],
)
def test_a_direction_needs_the_whole_interval_on_one_side(
    low: float, high: float, expected: Any, verdict: str
) -> None:
    now = Estimate(1.0, low, high, unit="share", range="sampling")
    assert Check("c", 1.0, now=now, side=expected).verdict == verdict

"""Verdicts follow the interval, and only the interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.claims.verdicts import Check, outcome, verdict_of

HALF = Estimate(0.5, 0.4, 0.6, k=50, n=100, unit="share")


@given(value=st.floats(0, 1), low=st.floats(0, 1), width=st.floats(0, 1))
def test_a_claim_is_supported_exactly_when_it_lies_within_both_intervals(value, low, width):
    estimate = Estimate(low, low, low + width, unit="share")
    check = Check("c", value, estimate, estimate, others=[estimate])
    assert check.verdict == ("supported" if low <= value <= low + width else "revised")
    assert check.agreeing == int(check.verdict == "supported")


OUTCOMES = st.sampled_from(["holds", "fails", "open", "none"])


@given(OUTCOMES, OUTCOMES, st.lists(OUTCOMES, max_size=3))
def test_verdicts_are_what_they_are_said_to_be(then, now, also):
    verdict, known = verdict_of(then, now, also), {then, now, *also} - {"none"}
    assert (verdict == "cannot be tested") == (not known)
    assert (verdict == "revised") == (now == "fails")
    assert (verdict == "supported") == (known == {"holds"})


def test_the_reason_names_both_tests_and_the_other_readings():
    now = Estimate(0.1, 0.0, 0.2, unit="share")
    check = Check("c", 0.1, HALF, now, "m", also={"another reading": outcome(HALF, 0.1)})
    assert check.verdict == "mixed"
    assert (
        "of its time does not hold it, that of now holds it. Another reading: it does not hold it."
        in check.reason
    )
    nothing = Check("c", 0.5, Estimate(None, n=0, k=0, unit="share"), others=[HALF])
    assert (nothing.verdict, nothing.agreeing) == ("cannot be tested", 1)


@pytest.mark.parametrize(
    ("low", "high", "expected", "verdict"),
    [
        (1.1, 2.0, "above", "supported"),
        (1.1, 2.0, "below", "revised"),
        (0.2, 0.9, "below", "supported"),
        (0.9, 1.1, "above", "mixed"),
    ],
)
def test_a_direction_needs_the_whole_interval_on_one_side(low, high, expected, verdict):
    now = Estimate(1.0, low, high, unit="share")
    assert Check("c", 1.0, now=now, side=expected).verdict == verdict

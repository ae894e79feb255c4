"""Verdicts follow the interval, and only the interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.analysis.claims.verdicts import cannot_test, check_direction, check_value, holds
from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.evidence.claims import load_claims, load_related

HALF = Estimate(0.5, 0.4, 0.6, k=50, n=100)


@given(value=st.floats(0, 1), low=st.floats(0, 1), width=st.floats(0, 1))
def test_a_claim_agrees_exactly_when_it_lies_within_the_interval(value, low, width):
    estimate = Estimate(low, low, low + width)
    check = check_value("c", value, estimate, [estimate], measure="m")
    assert (check.verdict == "agrees") == (low <= value <= low + width)
    assert check.agreeing == int(check.verdict == "agrees")


def test_the_reason_says_on_which_side_the_claim_lies():
    assert "below" in check_value("c", 0.1, HALF, [HALF], measure="m").reason
    assert "above" in check_value("c", 0.9, HALF, [HALF], measure="m").reason


def test_an_estimate_of_nothing_tests_nothing():
    nothing = Estimate(None, n=0, k=0)
    assert check_value("c", 0.5, nothing, [nothing, HALF], measure="m").verdict == "cannot be tested"
    assert not holds(0.5, nothing)


@pytest.mark.parametrize(
    ("low", "high", "expected", "verdict"),
    [
        (1.1, 2.0, "above", "agrees"),
        (1.1, 2.0, "below", "differs"),
        (0.2, 0.9, "below", "agrees"),
        (0.9, 1.1, "above", "cannot be tested"),
    ],
)
def test_a_direction_needs_the_whole_interval_on_one_side(low, high, expected, verdict):
    assert check_direction("c", Estimate(1.0, low, high), 1.0, expected=expected, measure="m").verdict == verdict


def test_what_cannot_be_tested_keeps_its_reason():
    assert cannot_test("c", "no data").reason == "no data"


def test_claims_carry_their_provenance_and_related_figures_their_work():
    claims = load_claims()
    assert {claim.provenance for claim in claims.values()} == {"paper", "summary"}
    assert all(claim.value is not None or claim.unit == "none" for claim in claims.values())
    assert all(figure.cite for figure in load_related().values())

"""Accounts of money and hours: no part below zero, and all together the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import compute_divide as cd

TERMS = st.builds(
    cd.MachineTerms,
    chip_price=st.floats(1_000, 1e6),
    machine_share=st.floats(0.05, 1),
    upkeep=st.floats(0, 1),
    kilowatts=st.floats(0.1, 10),
    power_price=st.floats(0, 2),
)


@given(st.floats(100, 1e12), st.integers(1, 50), TERMS)
def test_every_dollar_of_a_machine_is_spent_once(budget, years, terms):
    account = cd.machine_account(budget, years, terms)
    assert min(account) >= 0
    assert account.chips_usd == pytest.approx(account.chips * terms.chip_price)
    assert account.chips_usd <= budget * terms.machine_share * (1 + 1e-9)
    assert account.total_usd == pytest.approx(budget)


@given(st.floats(0, 1e12), st.floats(0, 1), st.floats(0, 10))
def test_no_hour_is_promised_twice(hours, reserve, development):
    account = cd.hours_account(hours, reserve, development)
    assert min(account) >= -1e-6 * hours
    assert sum(account) == pytest.approx(hours)
    assert account.granted + account.reserve == pytest.approx(hours)

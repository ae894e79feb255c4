"""What a sum buys: laws of the cost model, and the case of the reference worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.analysis.chips import facilities

MONEY = st.floats(1e4, 1e11)
SHARE = st.floats(0.05, 1.0)


def test_the_middle_case_by_hand():
    built = facilities.facility_of(100e6, 45_000, 0.6, years=5, use=0.8)
    assert built.chips == pytest.approx(1333.3, abs=0.1)
    assert built.chip_hours == pytest.approx(46.72e6)
    assert built.usd_per_hour == pytest.approx(2.14, abs=0.005)


@given(MONEY, st.floats(1_000, 200_000), SHARE, st.floats(1, 10), SHARE)
def test_the_hours_at_their_price_are_the_budget(budget, price, share, years, use):
    built = facilities.facility_of(budget, price, share, years, use)
    assert built.chip_hours * built.usd_per_hour == pytest.approx(budget)
    assert built.chips * price == pytest.approx(budget * share)
    twice = facilities.facility_of(2 * budget, price, share, years, use)
    assert twice.chips == pytest.approx(2 * built.chips)
    assert twice.usd_per_hour == pytest.approx(built.usd_per_hour)


@given(MONEY, st.floats(1_000, 200_000), st.floats(1.01, 5))
def test_dearer_chips_buy_fewer_hours_at_a_higher_price(budget, price, more):
    cheap = facilities.facility_of(budget, price, 0.6, 5, 0.8)
    dear = facilities.facility_of(budget, price * more, 0.6, 5, 0.8)
    assert dear.chip_hours < cheap.chip_hours
    assert dear.usd_per_hour > cheap.usd_per_hour


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"chip_usd": 0}, "chip_usd is 0: it must be above 0"),
        ({"use": 1.2}, "use is 1.2: a share is at most 1"),
        ({"machine_share": -0.1}, "machine_share is -0.1: it must be above 0"),
    ],
)
def test_an_amount_that_cannot_be_is_named(wrong, said):
    asked = {"budget": 1e6, "chip_usd": 1e4, "machine_share": 0.5, "years": 5, "use": 0.8}
    with pytest.raises(ValueError, match=said):
        facilities.facility_of(**{**asked, **wrong})


@given(st.floats(-1e9, 1e9), st.floats(1e4, 1e6), st.floats(1, 10))
def test_money_that_is_not_there_employs_nobody(money, salary, years):
    staff = facilities.staff_of(money, salary, years)
    assert staff >= 0
    assert staff * salary * years == pytest.approx(max(money, 0))


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_range_contains_the_number_whatever_the_order_of_its_ends(middle, first, second):
    found = facilities.between(middle, (first, second), "chips")
    assert found.low <= found.value <= found.high
    assert found == facilities.between(middle, (second, first), "chips")

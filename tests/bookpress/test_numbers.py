"""How results read in prose."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdtrue import number_formats as numbers
from holdtrue.estimates import Estimate, read_estimate

SHARE = Estimate(
    value=55 / 86,
    low=0.5342,
    high=0.7330,
    k=55,
    n=86,
    unit="share",
    label="academic share",
    range="sampling",
)


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("value", "64%"),
        ("precise", "64.0%"),
        ("interval", "53% to 73%"),
        ("ranged", "64% (53 to 73)"),
        ("full", "64% (95% interval 53% to 73%; 55 of 86)"),
        ("counts", "55 of 86"),
        ("n", "86"),
        ("k", "55"),
        ("low", "53%"),
        ("high", "73%"),
        ("label", "academic share"),
    ],
)
def test_every_format_of_a_share(how: str, text: str) -> None:
    assert numbers.write(SHARE, how) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.0, "share", "100%"),
        (0.004, "share", "0.4%"),
        (0.9996, "share", "99.96%"),
        (263.4, "ratio", "263"),
        (1.52, "ratio", "1.5"),
        (-12.3, "points", "−12 percentage points"),
        (4.26, "points", "4.3 percentage points"),
        (-0.0075, "points", "−0.01 percentage points"),
        (0.0, "points", "0 percentage points"),
        (1234.0, "count", "1,234"),
        (5.87, "months", "5.9 months"),
        (3.14e24, "joule", "3.1 × 10²⁴ joule"),
        (-1.6e-19, "coulomb", "−1.6 × 10⁻¹⁹ coulomb"),
        (1.5e6, "USD", "$1.5 million"),
        (2.3e9, "USD", "$2.3 billion"),
        (-4.5, "USD", "−$4.50"),
        (64.0, "chips", "64 chips"),
        (1.0, "chips", "1 chip"),
    ],
)
def test_every_unit(value: float, unit: str, text: str) -> None:
    assert numbers.write(Estimate(value=value, unit=unit)) == text


def test_an_interval_whose_ends_are_swapped_is_refused() -> None:
    with pytest.raises(ValueError, match=r"its range begins at 0\.7 and ends at 0\.3"):
        Estimate(0.5, low=0.7, high=0.3, unit="share", range="sampling")
    assert (
        Estimate(0.3, low=0.1 + 0.2, high=0.3, range="sampling").high == 0.3
    )  # what arithmetic leaves


def test_missing_parts_are_said_to_be_missing() -> None:
    nothing = Estimate(value=None, n=0, k=0, unit="share")
    assert numbers.write(nothing) == "no value"
    assert numbers.write(nothing, "interval") == "no interval"
    assert numbers.write(nothing, "full") == "no value (0 of 0)"
    assert numbers.write(Estimate(value=1.0), "counts") == "no counts"
    assert numbers.write(Estimate(value=None, unit="months")) == "no value"
    with pytest.raises(numbers.FormatError, match="no format 'procent'; there are value, precise"):
        numbers.write(SHARE, "procent")


@given(st.floats(min_value=0, max_value=1))
def test_a_share_is_0_or_100_percent_only_when_it_is_exactly_that(share: float) -> None:
    text = numbers.number(share, "share")
    assert re.fullmatch(r"\d{1,3}(\.\d+)?%", text)
    shown = float(text[:-1]) / 100
    assert abs(shown - share) <= 0.005 + 1e-9
    if 1e-5 < share < 1 - 1e-5:
        assert 0 < shown < 1


KINDS = {
    "sampling": "95% interval",
    "simulation": "5th to 95th percentile",
    "assumptions": "range over the assumptions",
    "quotes": "lowest to highest",
    "bounds": "bounds for unknown rows",
    None: "range of a kind not recorded",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_range_is_called_what_it_is(kind: Any) -> None:
    rent = Estimate(3.8, 2.7, 6.2, unit="USD", range=kind)
    assert numbers.full(rent) == f"$3.80 ({KINDS[kind]} $2.70 to $6.20)"
    assert read_estimate(rent.fields) == rent


def test_a_value_without_a_range_has_no_kind_and_an_old_file_need_not_say_it() -> None:
    assert Estimate(3.8, unit="USD", range="quotes").range is None
    old = {
        "value": 0.4,
        "low": 0.3,
        "high": 0.5,
        "k": None,
        "n": None,
        "unit": "share",
        "label": "",
    }
    assert "not recorded 30% to 50%" in numbers.full(read_estimate(old))
    with pytest.raises(
        ValueError, match="there are sampling, simulation, assumptions, quotes, bounds"
    ):
        read_estimate({**old, "range": "certainty"})


@given(
    unit=st.sampled_from(["ratio", "odds ratio", "points"]),
    ends=st.tuples(st.floats(0.001, 4), st.floats(0.001, 4)),
    is_above=st.booleans(),
)
def test_rounding_keeps_equality_out_of_a_range(
    unit: str, ends: tuple[float, float], is_above: bool
) -> None:
    equal = numbers.EQUALITY[unit]
    near, far = sorted(ends)
    low, high = equal + near, equal + far
    if not is_above:
        low, high = (equal - far, equal - near) if unit == "points" else (1 / high, 1 / low)
    value = (low + high) / 2
    written = numbers.ranged(Estimate(value, low, high, unit=unit, range="sampling"))
    shown = re.findall(r"−?[\d.]+", written.partition("(")[2])
    assert all(float(end.replace("−", "-")) != equal for end in shown)


def test_an_interval_just_above_one_is_written_above_one() -> None:
    odds = Estimate(1.14, 1.04, 1.25, unit="odds ratio", range="sampling")
    assert numbers.ranged(odds) == "1.14 (1.04 to 1.25)"

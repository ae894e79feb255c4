"""Comparisons: each holds, does not, or is unknown; and what a statement says of itself."""

import json
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookpress.chapter import statements as said
from bookpress.chapter.estimates import Estimate, ResultError
from bookpress.chapter.statements import (
    STATEMENT_MIME,
    Comparison,
    harvest,
    joined,
    statement_output,
)

Compare = Callable[..., Comparison]


share = partial(Estimate, unit="share")
LOW = share(0.16, 0.12, 0.22, label="late", period=(2020, 2022))
HIGH = share(0.64, 0.53, 0.73, label="early", period=(2010, 2014))
MIDDLE = share(0.5, 0.2, 0.6, label="middle", period=(2016, 2016))
BARE = share(0.3, label="bare", period=(2018, 2018))
NOTHING = share(None, label="nothing", period=(2019, 2019))
CLAIM = SimpleNamespace(value=0.65, unit="share", statement="academia made 65%")
SILENT = SimpleNamespace(value=None, unit="", statement="academia made most")

HOLDS = [
    (said.below, (LOW, HIGH)),
    (said.above, (HIGH, LOW)),
    (said.above, (LOW, 0.1)),
    (said.apart, (LOW, HIGH)),
    (said.overlap, (LOW, MIDDLE)),
    (said.majority, (HIGH,)),
    (said.minority, (LOW,)),
    (said.within, (HIGH, CLAIM)),
    (said.about, (LOW, 0.17, 0.06)),
    (said.fell, (LOW, HIGH)),
    (said.rose, (HIGH, LOW, 2023, (2020, 2022))),
    (said.counts, (share(0.75, k=6, n=8), 6, 8)),
    (said.counts, (share(5.9, n=120), 120)),
    (said.below_value, (BARE, MIDDLE, HIGH)),
    (said.above_value, (HIGH, CLAIM.value - 0.02)),
    (said.majority_value, (share(0.51),)),
    (said.minority_value, (BARE,)),
    (said.about_value, (BARE, 0.32, 0.05)),
    (said.fell_value, (BARE, MIDDLE)),
    (said.rose_value, (MIDDLE, BARE, 2020, 2018)),
]
DOES_NOT = [
    (said.below, (LOW, HIGH, 0.2)),
    (said.above, (LOW, HIGH)),
    (said.apart, (LOW, MIDDLE)),
    (said.overlap, (LOW, HIGH)),
    (said.majority, (MIDDLE,)),
    (said.minority, (MIDDLE,)),
    (said.within, (LOW, CLAIM)),
    (said.about, (LOW, 0.17, 0.01)),
    (said.fell, (LOW, MIDDLE)),
    (said.rose, (LOW, HIGH)),
    (said.counts, (share(0.75, k=6, n=8), 6, 9)),
    (said.below_value, (MIDDLE, BARE)),
    (said.above_value, (BARE, HIGH)),
    (said.majority_value, (MIDDLE,)),
    (said.minority_value, (MIDDLE,)),
    (said.about_value, (BARE, 0.5, 0.05)),
    (said.fell_value, (BARE, LOW, 2018, 2014)),
    (said.rose_value, (BARE, MIDDLE)),
]
UNKNOWN = [
    *(
        (compare, (NOTHING, HIGH))
        for compare in (said.below, said.above, said.apart, said.overlap, said.above_value)
    ),
    *(
        (compare, (HIGH, NOTHING))
        for compare in (said.below, said.above, said.apart, said.overlap, said.below_value)
    ),
    *((compare, (BARE, HIGH)) for compare in (said.below, said.above, said.apart, said.overlap)),
    *(
        (compare, (NOTHING,))
        for compare in (said.majority, said.minority, said.majority_value, said.minority_value)
    ),
    (said.within, (NOTHING, CLAIM)),
    (said.within, (HIGH, SILENT)),
    (said.about, (BARE, 0.3, 0.1)),
    (said.about_value, (NOTHING, 0.3, 0.1)),
    (said.about, (LOW, float("nan"), 0.1)),
    (said.counts, (share(0.75), 6, 8)),
    *(
        (compare, (NOTHING, HIGH))
        for compare in (said.rose, said.fell, said.rose_value, said.fell_value)
    ),
]


@pytest.mark.parametrize(
    ("holds", "compare", "asked"),
    [
        (holds, *case)
        for holds, cases in ((True, HOLDS), (False, DOES_NOT), (None, UNKNOWN))
        for case in cases
    ],
)
def test_each_comparison_holds_does_not_or_is_unknown(
    holds: bool | None, compare: Compare, asked: Any
) -> None:
    found = compare(*asked)
    assert found.holds is holds, found
    assert found.because


def test_every_comparison_is_tried_on_all_three() -> None:
    made = {
        one
        for one in vars(said).values()
        if getattr(one, "__annotations__", {}).get("return") == "Comparison"
    }
    public = {one for one in made if not one.__name__.startswith("_") and one is not joined}
    for cases in (HOLDS, DOES_NOT, UNKNOWN):
        assert {compare for compare, _ in cases} == public


@pytest.mark.parametrize(
    ("late", "early", "reason"),
    [
        ((2010, 2014), (2020, 2022), "2010 to 2014 does not follow 2020 to 2022"),
        ((2014, 2022), (2010, 2016), "2010 to 2016 overlaps with 2014 to 2022"),
        ((2010, 2014), (2010, 2014), "both are of 2010 to 2014"),
        ((2020, 2022), (2014, 2010), "2014 to 2010 ends before it begins"),
        ((None, None), (2010, 2014), "a period is not known"),
        ("2023-03", "2026-08", "2023-03 does not follow 2026-08"),
    ],
)
@pytest.mark.parametrize("compare", [said.rose, said.fell, said.rose_value, said.fell_value])
def test_words_of_time_are_unknown_where_the_times_make_them_false(
    compare: Compare, late: Any, early: Any, reason: str
) -> None:
    found = compare(HIGH, LOW, late, early)
    assert (found.holds, found.because) == (None, reason)
    assert found.numbers.startswith("early: 64%")


def test_reasons_are_numbers() -> None:
    assert said.fell(LOW, HIGH).because == "16% (12 to 22) against 64% (53 to 73)"
    assert said.below_value(LOW, HIGH, 0.5).because == "16% against 64% and 50%"
    assert said.within(HIGH, CLAIM).because == "64% (53 to 73) against 65%"
    assert (
        said.majority(share(1 / 3, 0.06, 0.79, k=1, n=3)).because
        == "33% (6 to 79; 1 of 3) against 50%"
    )
    assert (
        said.counts(share(0.75, k=6, n=8), 7, of=8).because == "6 of 8 where the text says 7 of 8"
    )
    assert said.below(NOTHING, BARE).because == "no value for nothing, no interval for bare"


@pytest.mark.parametrize(
    ("compare", "asked", "reason"),
    [
        (
            said.below,
            (LOW, share(5.0, 4.0, 6.0, unit="months")),
            "share cannot be compared with what is in months",
        ),
        (said.below, (LOW, "0.5"), "'0.5' cannot be compared"),
        (said.fell, (LOW, share(0.5, 0.4, 0.6)), "of what time are the two"),
    ],
)
def test_what_makes_no_sense_is_refused(compare: Any, asked: Any, reason: str) -> None:
    with pytest.raises(ResultError, match=reason):
        compare(*asked)


def test_a_statement_travels_as_an_output_and_is_read_back() -> None:
    said_of = {"fall": (said.fell(LOW, HIGH), said.minority(LOW)), "rise": (said.rose(LOW, HIGH),)}
    outputs = [
        {"data": json.loads(json.dumps(statement_output(key, joined(found))))}
        for key, found in said_of.items()
    ]
    reason = "16% (12 to 22) against 64% (53 to 73)"
    assert outputs[1]["data"]["text/plain"] == f"rise does not hold: {reason}"
    found = harvest([{"output_type": "stream", "text": ""}, *outputs])
    assert [one.holds for one in found.values()] == [True, False]
    assert found["fall"].because == f"{reason}; 16% (12 to 22) against 50%"
    assert found["rise"].numbers == "late: 16% (12 to 22); early: 64% (53 to 73)"
    with pytest.raises(ResultError, match="'rise' is published twice"):
        harvest([outputs[1], outputs[1]])
    assert outputs[0]["data"][STATEMENT_MIME]["key"] == "fall"


numbers = st.floats(-1e6, 1e6)
estimates = (
    st.lists(numbers, min_size=3, max_size=3)
    .map(sorted)
    .map(lambda ends: share(ends[1], ends[0], ends[2]))
)


@given(estimates, estimates)
def test_laws_of_comparisons(one: Any, other: Any) -> None:
    assert said.below(one, other).holds == said.above(other, one).holds
    assert said.apart(one, other).holds == (
        said.below(one, other).holds or said.above(one, other).holds
    )
    assert said.apart(one, other).holds != said.overlap(one, other).holds
    assert said.overlap(one, one).holds
    assert not said.below_value(one, one).holds
    if said.below(one, other).holds:  # what holds beyond chance holds of the values
        assert said.below_value(one, other).holds
        assert said.fell(one, other, 2022, 2010).holds
        assert said.rose(other, one, 2022, 2010).holds
        assert said.fell(one, other, 2010, 2022).holds is None


@given(estimates, numbers, st.floats(0, 10))
def test_laws_of_nearness(one: Any, number: float, by: float) -> None:
    if said.about(one, number, by).holds:
        assert said.about_value(one, number, by).holds
    assert said.within(one, one.value or 0).holds
    assert said.within(one, number).holds == (one.low <= number <= one.high)


@given(st.booleans(), st.text(max_size=20))
def test_truth_of_numpy_is_truth(holds: bool, because: str) -> None:
    import numpy as np

    assert Comparison(np.bool_(holds), because).holds is holds  # type: ignore[arg-type]
    assert said.below(np.int64(1), Estimate(2, 2, 3)).holds

"""Comparisons: each holds, does not, or is unknown; and what a statement says of itself."""

import json
import math
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bookpress as said
from bookpress.assembly.statements import expect_truth
from bookpress.chapter.statements import STATEMENT_MIME, harvest, statement_output
from bookpress.edition.editions import Edition
from bookpress.errors import PressError
from holdtrue.comparisons import COMPARISONS
from holdtrue.comparisons.base import Comparison
from holdtrue.comparisons.joint import joined
from holdtrue.estimates import Estimate, ResultError

Compare = Callable[..., Comparison]


def wilson_share(k: int, n: int, label: str) -> Estimate:
    """Return a share with its Wilson interval."""
    z = 1.959963984540054
    middle = (k + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * math.sqrt(k * (n - k) / n + z**2 / 4)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Estimate(
        k / n, min(low, k / n), max(high, k / n), k, n, "share", label, range="sampling"
    )


share = partial(Estimate, unit="share", range="sampling")
LOW = share(0.16, 0.12, 0.22, label="late", period=(2020, 2022))
HIGH = share(0.64, 0.53, 0.73, label="early", period=(2010, 2014))
MIDDLE = share(0.5, 0.2, 0.6, label="middle", period=(2016, 2016))
BARE = share(0.3, label="bare", period=(2018, 2018))
NOTHING = share(None, label="nothing", period=(2019, 2019))
CLAIM = SimpleNamespace(value=0.65, unit="share", statement="academia made 65%")
SILENT = SimpleNamespace(value=None, unit="", statement="academia made most")

PRICE = Estimate(3.8, 2.7, 6.2, unit="USD", label="rent", range="quotes")

HOLDS = [
    (said.below_throughout, (PRICE, 6.3)),
    (said.above_throughout, (PRICE, 2.6, 2.5)),
    (said.about_throughout, (PRICE, 4, 2.5)),
    (said.below, (LOW, HIGH)),
    (said.above, (HIGH, LOW)),
    (said.above, (LOW, 0.1)),
    (said.apart, (LOW, HIGH)),
    (said.differ, (LOW, MIDDLE)),
    (said.undecided, (HIGH, MIDDLE)),
    (said.indistinguishable, (HIGH, share(0.62, 0.6, 0.64), 0.12)),
    (said.times_as_large, (HIGH, LOW, 2)),
    (said.times_as_large_value, (MIDDLE, BARE, 1.5)),
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
    (said.below_throughout, (PRICE, 6)),
    (said.above_throughout, (PRICE, 3)),
    (said.about_throughout, (PRICE, 4, 1)),
    (said.below, (LOW, HIGH, 0.2)),
    (said.above, (LOW, HIGH)),
    (said.apart, (LOW, MIDDLE)),
    (said.differ, (HIGH, MIDDLE)),
    (said.undecided, (LOW, MIDDLE)),
    (said.indistinguishable, (LOW, MIDDLE, 0.9)),
    (said.times_as_large, (HIGH, LOW, 4)),
    (said.times_as_large_value, (MIDDLE, BARE, 2)),
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
    *((compare, (NOTHING, HIGH)) for compare in (said.below_throughout, said.above_throughout)),
    (said.about_throughout, (BARE, 0.3, 0.1)),
    *(
        (compare, (NOTHING, HIGH))
        for compare in (said.below, said.above, said.apart, said.differ, said.undecided)
    ),
    *((compare, (HIGH, NOTHING)) for compare in (said.above_value, said.below_value)),
    *((compare, (BARE, HIGH)) for compare in (said.below, said.above, said.apart, said.differ)),
    (said.indistinguishable, (HIGH, MIDDLE, 0.05)),
    (said.times_as_large, (BARE, HIGH, 2)),
    (said.times_as_large, (HIGH, share(0.0, 0.0, 0.1), 2)),
    (said.times_as_large_value, (NOTHING, HIGH, 2)),
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
    (said.counts, (share(None, k=0, n=0), 0)),
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
    public = set(COMPARISONS.values())
    assert public == {getattr(said, name) for name in COMPARISONS}
    for cases in (HOLDS, DOES_NOT, UNKNOWN):
        assert {compare for compare, _ in cases} == public


@pytest.mark.parametrize(
    ("late", "early", "reason"),
    [
        ((2010, 2014), (2020, 2022), "2010 to 2014 does not follow 2020 to 2022"),
        ((2014, 2022), (2010, 2016), "2010 to 2016 overlaps with 2014 to 2022"),
        ([2014, 2022], "2010-2016", "2010 to 2016 overlaps with 2014 to 2022"),
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


def test_a_width_is_compared_as_a_number_and_is_unknown_without_an_interval() -> None:
    assert said.above_value(HIGH.width, 0.19).holds
    assert said.above_value(HIGH.width, 0.21).holds is False
    assert said.above_value(BARE.width, 0.1).holds is None


def test_reasons_are_sentences() -> None:
    assert said.fell(LOW, HIGH).because == "16% (12 to 22) is below 64% (53 to 73)"
    assert said.below_value(LOW, HIGH, 0.5).because == "16% is below 64% and 50%"
    assert said.within(HIGH, CLAIM).because == "65% lies within the interval of 64% (53 to 73)"
    assert (
        said.majority(share(1 / 3, 0.06, 0.79, k=1, n=3)).because
        == "33% (6 to 79; 1 of 3) is not above 50%"
    )
    assert (
        said.majority(share(0.65, 0.43, 0.82)).because
        == "65% (43 to 82) is above 50%, but the interval reaches below it"
    )
    assert (
        said.below(LOW, share(0.2, 0.15, 0.3)).because
        == "16% (12 to 22) is below 20% (15 to 30), but the intervals overlap"
    )
    assert said.above_value(share(0.281), share(0.284)).because == "28.1% is not above 28.4%"
    assert said.above_value(share(0.28), share(0.28)).because == "both are 28%"
    assert said.about_value(share(0.94), 1, by=0).because == "94% is not 100%"
    assert said.about_value(share(1), 1, by=0).because == "it is 100%"
    assert said.counts(share(0.75, k=6, n=8), 6, of=8).because == "6 of 8, as the sentence says"
    assert said.above_value(HIGH, 0.5, 0.4, 0.3).because == "64% is above 50%, 40% and 30%"
    assert said.about_value(share(0.49), 0.5, by=0.01).because == "49% is within 1 point of 50%"
    assert (
        said.counts(share(0.75, k=6, n=8), 7, of=8).because
        == "6 of 8, and the sentence says 7 of 8"
    )
    assert said.below(NOTHING, BARE).because == "no value for nothing, no interval for bare"
    assert said.above_value(None, 10).because == "no value for one of the two"


@pytest.mark.parametrize(
    ("compare", "asked", "reason"),
    [
        (
            said.below,
            (LOW, share(5.0, 4.0, 6.0, unit="months")),
            "share cannot be compared with what is in months",
        ),
        (said.below, (LOW, "0.5"), "'0.5' cannot be compared"),
        (said.fell, (LOW, share(0.5, 0.4, 0.6)), "the periods of the two are unknown"),
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
    reason = "16% (12 to 22) is below 64% (53 to 73)"
    not_above = "16% (12 to 22) is not above 64% (53 to 73)"
    assert outputs[1]["data"]["text/plain"] == f"rise does not hold: {not_above}"
    found = harvest([{"output_type": "stream", "text": ""}, *outputs])
    assert [one.holds for one in found.values()] == [True, False]
    assert found["fall"].because == f"{reason}; 16% (12 to 22) is below 50%"
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


ratios = (
    st.lists(st.floats(0.01, 100), min_size=3, max_size=3)
    .map(sorted)
    .map(lambda ends: Estimate(ends[1], ends[0], ends[2], unit="odds ratio", range="sampling"))
)
counted = st.integers(1, 300).flatmap(
    lambda n: st.integers(0, n).map(lambda k: wilson_share(k, n, "share"))
)


@given(st.one_of(st.tuples(counted, counted), st.tuples(ratios, ratios)), st.floats(0.01, 0.9))
def test_laws_of_differences(pair: tuple[Any, Any], margin: float) -> None:
    one, other = pair
    within = margin if one.unit == "share" else 1 + 10 * margin
    alike = said.indistinguishable(one, other, within)
    differ = said.differ(one, other).holds
    assert differ is not said.undecided(one, other).holds
    assert differ is said.differ(other, one).holds
    assert (alike.holds is False) == differ  # alike only if no difference is seen
    assert alike.holds is said.indistinguishable(other, one, within).holds
    assert (alike.holds is None) == alike.because.startswith("cannot tell: the ")
    if said.apart(one, other).holds:  # never the other way round
        assert differ
    if alike.holds:
        wider = within * 1.1 if within * 1.1 < 1 or within > 1 else within
        assert said.indistinguishable(one, other, wider).holds


@given(counted, st.floats(0.01, 0.99))
def test_a_difference_from_a_number_is_that_of_the_interval(one: Any, number: float) -> None:
    assert said.undecided(one, number).holds is said.within(one, number).holds


@given(ratios, ratios, st.floats(1, 20))
def test_laws_of_times(one: Any, other: Any, factor: float) -> None:
    if said.times_as_large(one, other, factor).holds:
        assert said.times_as_large_value(one, other, factor * 0.999).holds
        assert said.times_as_large(one, other, factor / 2).holds
    if said.above(one, other).holds:
        assert said.times_as_large(one, other, 1).holds


@pytest.mark.parametrize(
    ("early", "late", "interval"),
    [
        ((16, 92), (16, 200), "between −18.9 and −1.5 points"),  # as Newcombe's method 10 gives it
        ((0, 16), (9, 39), "between 1.1 and 38.3 points"),
        ((1260, 2504), (2416, 4543), "between 0.4 and 5.3 points"),
    ],
)
def test_intervals_that_overlap_may_be_of_shares_that_differ(
    early: Any, late: Any, interval: str
) -> None:
    one = wilson_share(*late, "late")
    other = wilson_share(*early, "early")
    assert not said.apart(one, other).holds
    found = said.differ(one, other)
    assert found.holds
    assert interval in found.because


@pytest.mark.parametrize(
    ("unit", "within"), [("share", 5), ("share", 0), ("points", -1), ("odds ratio", 0.9)]
)
def test_a_margin_that_is_none_is_refused(unit: str, within: float) -> None:
    one = Estimate(0.5, 0.4, 0.6, unit=unit, range="sampling")
    with pytest.raises(ResultError, match=f"within={within:g} is not a margin for a"):
        said.indistinguishable(one, one, within)


@given(st.booleans(), st.text(max_size=20))
def test_truth_of_numpy_is_truth(holds: bool, because: str) -> None:
    import numpy as np

    assert Comparison(np.bool_(holds), because).holds is holds  # type: ignore[arg-type]
    assert said.below(np.int64(1), Estimate(2, 2, 3, range="sampling")).holds


BY_CHANCE = [
    *(said.below, said.above, said.apart, said.differ, said.undecided),
    partial(said.rose, late_period=2020, early_period=2010),
    partial(said.fell, late_period=2020, early_period=2010),
    *(partial(compare, by=1) for compare in (said.about,)),
    partial(said.indistinguishable, within=2),
    partial(said.times_as_large, at_least=2),
]


@pytest.mark.parametrize("compare", BY_CHANCE)
@pytest.mark.parametrize("kind", ["simulation", "assumptions", "quotes", "bounds", None])
def test_a_range_that_is_no_interval_bears_no_argument_from_chance(
    compare: Callable[..., Comparison], kind: Any
) -> None:
    price = Estimate(3.8, 2.7, 6.2, unit="USD", label="rent", range=kind)
    with pytest.raises(ResultError, match=r"the range of 'rent' is of .*_throughout or _value"):
        compare(price, 3)
    assert said.above_throughout(price, 2).holds
    assert said.above_value(price, 3).holds


@given(low=st.floats(0.1, 5), middle=st.floats(0.1, 5), high=st.floats(0.1, 5))
def test_what_holds_throughout_holds_of_the_value(low: float, middle: float, high: float) -> None:
    low, middle, high = sorted((low, middle, high))
    price = Estimate(middle, low, high, unit="USD", range="assumptions")
    if said.above_throughout(price, 2).holds:
        assert said.above_value(price, 2).holds
    assert not (said.above_throughout(price, 2).holds and said.below_throughout(price, 2).holds)


def test_what_is_unknown_is_not_called_untrue_and_told_what_it_lacks(
    edition: Callable[..., Edition],
) -> None:
    reason = said.below(BARE, 1).because
    places = [{"page": "book/words.md", "line": 3, "sentence": "It is low."}]
    statement = {"holds": None, "because": reason, "kind": "chance", "marks": places}
    with pytest.raises(PressError, match=r"what is not known: .*\n.*\n.* give low= and high="):
        expect_truth({"first": {"low": statement}}, edition())

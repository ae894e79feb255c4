"""Concentration of papers on universities: small cases by hand, every sample, and laws."""

from collections import Counter
from itertools import chain, combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.statistics.concentration import (
    concentration,
    newcomers,
    tier_shares,
    tiers,
)

PAPERS = [{"a"}, {"a", "b"}, {"a", "c"}, {"b"}, set(), {"a", "d"}, {"e"}]
COUNTS = pd.Series([4, 2, 1, 1, 1], index=[*"abcde"])
counts = st.lists(st.integers(0, 60), min_size=1, max_size=40).map(pd.Series)


def spread(given_counts, papers=60, **options):
    return concentration(given_counts, papers, "universities", **options)


def ends(estimate):
    return estimate.low, estimate.value, estimate.high


@pytest.mark.parametrize("sample", range(len(PAPERS) + 1))
def test_universities_in_a_sample_are_the_mean_over_every_sample(sample):
    every = [len(set().union(*chosen)) for chosen in combinations(PAPERS, sample)]
    universities = spread(COUNTS, 7, sample=sample).universities
    assert universities.value == pytest.approx(np.mean(every))
    assert universities.n == sample


def test_the_shares_of_a_sample_are_nearly_the_mean_over_every_sample():
    papers = PAPERS * 2 + [{"a"}]
    of_each = pd.Series(Counter(chain(*papers)))
    every = []
    for chosen in combinations(papers, 6):
        drawn = Counter(chain(*chosen))
        every.append(max(drawn.values()) / drawn.total())
    sampled = spread(of_each, len(papers), sample=6)
    assert sampled.of_largest(1, "largest").value == pytest.approx(np.mean(every), abs=0.02)


def test_a_small_case_by_hand():
    whole = spread(COUNTS, 7)
    assert whole.participations == 9
    assert whole.of_largest(1, "largest").value == pytest.approx(4 / 9)
    assert whole.of_largest(2, "two largest").value == pytest.approx(6 / 9)
    assert whole.making(0.5, "half").value == 2
    assert whole.making(0.4, "four tenths").value == 1
    assert whole.making(1.0, "all").value == 5
    # Chao: 3 of a single paper, 1 of two: 6/7 * 3 * 2 / (2 * 2) more would never be seen
    error = np.sqrt(5 - 25 / (5 + 9 / 7))
    assert whole.universities.high - 5 == pytest.approx(1.96 * error, rel=1e-3)


def test_numbers_that_make_half_are_those_whose_share_may_be_half():
    whole = spread(pd.Series([1] * 400), 400)
    half = whole.making(0.5, "half")
    assert half.value == 200
    shares = [whole.of_largest(int(end), "share") for end in (half.low, half.high)]
    assert shares[0].low < 0.5 <= shares[0].high
    assert shares[1].low >= 0.5
    assert whole.of_largest(int(half.high) - 1, "share").low < 0.5


def test_bounds_hold_whatever_is_unknown():
    known = spread(COUNTS, 7, unknown=3)
    assert ends(known.universities) == (5, 5, 8)
    assert ends(known.of_largest(1, "largest")) == pytest.approx((4 / 12, 4 / 9, 7 / 12))
    assert ends(known.making(0.5, "half")) == (1, 2, 2)
    for added in ({"a": 3}, {"f": 1, "g": 1, "h": 1}, {"b": 2, "e": 1}):
        filled = spread(COUNTS.add(pd.Series(added), fill_value=0), 10)
        for number in range(1, 6):
            share = known.of_largest(number, "largest")
            assert share.low <= filled.of_largest(number, "largest").value <= share.high
        half = known.making(0.5, "half")
        assert half.low <= filled.making(0.5, "half").value <= half.high


@given(counts, st.integers(0, 60))
def test_shares_rise_to_one_and_more_papers_show_more_universities(of_each, sample):
    whole, sampled = spread(of_each), spread(of_each, sample=sample)
    assert sampled.universities.value <= whole.universities.value + 1e-9
    for each in (whole, sampled):
        assert (np.diff(each.shares) >= -1e-12).all()
        assert (each.low <= each.shares + 1e-12).all()
        assert (each.shares <= each.high + 1e-12).all()
    if of_each.sum():
        assert whole.shares[-1] == pytest.approx(1)
        assert whole.universities.value == pytest.approx((of_each > 0).sum())
        value = whole.making(0.5, "half")
        assert value.low <= value.value <= value.high
        place = int(value.value)
        assert whole.shares[place - 1] >= 0.5
        assert place == 1 or whole.shares[place - 2] < 0.5
    else:
        assert whole.of_largest(10, "ten").value is whole.making(0.5, "half").value is None


def test_a_larger_field_of_the_same_kind_is_as_concentrated_in_as_many_papers():
    """Ten times as many papers and universities, each as before: the ten largest have a tenth."""
    of_each = pd.Series(np.round(60 / np.arange(1, 101)).astype(int))
    small, large = spread(of_each, 200), spread(of_each * 4, 800)
    assert large.of_largest(10, "ten").value == small.of_largest(10, "ten").value
    grown = spread(of_each * 4, 800, sample=200)
    assert grown.universities.value < large.universities.value
    assert grown.of_largest(10, "ten").value > large.of_largest(10, "ten").value


def test_intervals_hold_what_other_lists_of_the_same_field_show():
    """Lists drawn from a field with shares that fall as 1 over the rank."""
    rng = np.random.default_rng(7)
    chances = np.minimum(0.06, 0.6 / np.arange(1, 401))
    true_number = (1 - (1 - chances) ** 200).sum()
    true_share = np.mean(
        [
            np.sort(drawn)[-10:].sum() / drawn.sum()
            for drawn in rng.binomial(200, chances, (2000, 400))
        ]
    )
    inside = np.zeros(2)
    for drawn in rng.binomial(1000, chances, (100, 400)):
        sampled = spread(pd.Series(drawn), 1000, sample=200)
        share = sampled.of_largest(10, "ten")
        number = sampled.universities
        inside += [share.low <= true_share <= share.high, number.low <= true_number <= number.high]
    assert (inside / 100 > 0.9).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"papers": 3}, "a university takes part in 4 papers, but there are 3"),
        ({"papers": 7, "sample": 8}, "a sample of 8 of 7 papers cannot be drawn"),
        (
            {"papers": 7, "sample": 3, "unknown": 1},
            "bounds for unknown participations are those of",
        ),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        spread(COUNTS, **options)


def test_those_that_come_and_go():
    early, late = pd.Series({1: 3, 2: 0, 3: 1}), pd.Series({1: 1, 2: 5, 3: 0, 4: 2})
    new = newcomers(early, late, "new")
    assert (new.k, new.n) == (2, 3)
    gone = newcomers(late, early, "gone")
    assert (gone.k, gone.n) == (1, 2)
    papers = newcomers(early, late, "papers of new ones", by_papers=True)
    assert (papers.k, papers.n) == (7, 8)
    assert newcomers(early, late * 0, "nobody").value is None


def test_tiers_break_no_tie():
    before = pd.Series({1: 9, 2: 5, 3: 5, 4: 2, 5: 1, 6: 1, 7: 0})
    assert tiers(before, ends=(2, 4)).to_dict() == {
        1: "1 to 2",
        2: "1 to 2",
        3: "1 to 2",
        4: "3 to 4",
        5: "from 5",
        6: "from 5",
    }


def test_the_shares_of_a_year_add_up():
    panel = pd.DataFrame({"university": [1, 2, 3, 1, 4], "year": [2015] * 3 + [2016] * 2})
    panel["alone"] = [4, 2, 2, 1, 3]
    shares = tier_shares(panel, pd.Series({1: "listed early", 2: "listed late"}), "alone")
    assert shares.groupby("year")["share"].sum().tolist() == [1, 1]
    named = shares.set_index(["year", "tier"])["k"].to_dict()
    assert named == {
        (2015, "listed early"): 4,
        (2015, "listed late"): 2,
        (2015, "none"): 2,
        (2016, "listed early"): 1,
        (2016, "none"): 3,
    }

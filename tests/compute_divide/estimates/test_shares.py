"""Shares of team types: laws that hold for every count, and the rule on unknown teams."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.statistics.shares import flag_share, wilson_share
from compute_divide.estimates.statistics.teams import TEAM_TYPES, period_share, shares_by

counts = st.integers(0, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_the_interval_holds_the_share_and_stays_between_0_and_1(count):
    k, n = count
    share = wilson_share(k, n, "x")
    if n == 0:
        assert (share.value, share.low, share.high, share.n) == (None, None, None, 0)
    else:
        assert 0 <= share.low <= share.value <= share.high <= 1


@given(counts.filter(lambda count: count[1] > 0))
def test_the_interval_is_that_of_statsmodels(count):
    from statsmodels.stats.proportion import proportion_confint

    share = wilson_share(*count, "x")
    expected = proportion_confint(*count, method="wilson")
    assert (share.low, share.high) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3), (1, 0)])
def test_impossible_counts_are_refused(k, n):
    with pytest.raises(ValueError, match=f"k = {k} of n = {n}"):
        wilson_share(k, n, "x")


teams = st.lists(
    st.tuples(st.integers(2010, 2015) | st.none(), st.sampled_from([*TEAM_TYPES, "unknown"])),
    max_size=60,
).map(
    lambda rows: pd.DataFrame(rows, columns=["year", "team_type"]).astype(
        {"year": "Int64", "team_type": "str"}
    )
)


@given(teams)
def test_shares_of_a_group_add_up_to_one_and_counts_to_the_total(rows):
    shares = shares_by(rows)
    known = rows[(rows["team_type"] != "unknown") & rows["year"].notna()]
    assert shares["k"].sum() == len(known)
    for _, group in shares.groupby("year"):
        assert group["share"].sum() == pytest.approx(1)
        assert (group["n"] == group["k"].sum()).all()


@given(teams)
def test_the_table_and_the_single_share_agree(rows):
    for row in shares_by(rows).itertuples():
        single = period_share(rows, row.team_type, row.year)
        assert (single.k, single.n) == (row.k, row.n)
        assert (single.low, single.high) == pytest.approx((row.low, row.high))


@given(teams)
def test_unknown_teams_change_nothing(rows):
    known = rows[rows["team_type"] != "unknown"]
    pd.testing.assert_frame_equal(shares_by(rows), shares_by(known))


def test_a_missing_label_counts_as_unknown():
    rows = pd.DataFrame({"year": [2010, 2010], "team_type": ["academia-only", None]})
    assert period_share(rows, "academia-only", 2010).n == 1


def test_a_team_type_outside_the_set_is_refused_by_name():
    with pytest.raises(ValueError, match=r"'academia' is not a team type; allowed: academia-only"):
        shares_by(pd.DataFrame({"year": [2010], "team_type": ["other"]}), team_types=["academia"])
    rows = pd.DataFrame({"year": [2010], "team_type": ["other"]})
    with pytest.raises(ValueError, match=r"'academia' is not a team type; allowed: academia-only"):
        period_share(rows, "academia", 2010)


sized = st.lists(st.tuples(st.booleans(), st.integers(1, 50), st.sampled_from("abcd")), max_size=20)
sized = sized.map(lambda rows: pd.DataFrame(rows, columns=["flag", "size", "group"]))


@given(sized)
def test_a_weighted_share_is_that_of_the_total_and_with_equal_weights_the_plain_one(rows):
    rows["flag"] = rows["flag"].astype(bool)
    share = flag_share(rows, "flag", "x", weights="size")
    alike = flag_share(rows.assign(size=3), "flag", "x", weights="size")
    plain = flag_share(rows, "flag", "x")
    assert (share.k, share.n) == (plain.k, plain.n)
    if rows.empty:
        assert share.value is None
        return
    assert share.value == pytest.approx(rows.loc[rows["flag"], "size"].sum() / rows["size"].sum())
    assert alike.value == pytest.approx(plain.value)
    assert 0 <= share.low <= share.value <= share.high <= 1


@given(sized)
def test_in_a_mean_every_group_counts_as_one(rows):
    rows["flag"] = rows["flag"].astype(bool)
    mean = flag_share(rows, "flag", "x", mean_over="group")
    shares = rows.groupby("group")["flag"].mean()
    assert mean.n == len(shares)
    if len(shares) < 3:
        assert mean.value is None
    else:
        assert mean.value == pytest.approx(shares.mean())
        assert 0 <= mean.low <= mean.value <= mean.high <= 1


def test_a_missing_flag_is_in_the_total_only_however_the_share_is_made():
    flags = pd.DataFrame({"flag": [True, None, False] * 3, "group": [*"aaabbbccc"], "size": 10})
    for way in ({}, {"weights": "size"}, {"mean_over": "group"}):
        assert flag_share(flags, "flag", "x", **way).value == pytest.approx(1 / 3)


def test_a_share_rests_on_few_large_rows_or_on_groups_that_differ():
    flags = pd.DataFrame({"flag": [True, False] * 6, "group": [*"aabbccddeeff"]})
    even = flag_share(flags.assign(size=10), "flag", "x", weights="size")
    few = flag_share(flags.assign(size=[110, 1] + [1] * 10), "flag", "x", weights="size")
    assert few.high - few.low > even.high - even.low
    alike = flag_share(flags, "flag", "x", mean_over="group")
    assert (alike.value, alike.low, alike.high) == (0.5, 0.5, 0.5)


def test_a_share_has_weights_or_is_a_mean():
    rows = pd.DataFrame({"flag": [True], "size": [1], "group": ["a"]})
    with pytest.raises(ValueError, match=r"weights \(size\) or is a mean over group"):
        flag_share(rows, "flag", "x", weights="size", mean_over="group")

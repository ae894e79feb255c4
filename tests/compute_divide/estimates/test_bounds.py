"""Worst-case bounds of shares where some teams are not known."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.statistics.bounds import (
    academic_bounds,
    belonging_bounds,
    bounded_share,
)
from compute_divide.estimates.statistics.shares import counted_share

TEAMS = st.sampled_from(["academia-only", "collaboration", "industry-only", "other", "unknown"])


def as_works(teams: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"team_type": pd.Series(teams, dtype="str"), "place": "x"})


def is_academic(teams: list[str]) -> pd.Series:
    team_type = as_works(teams)["team_type"]
    return team_type.eq("academia-only").where(team_type.ne("unknown"))


@given(st.lists(TEAMS, min_size=1), st.data())
def test_the_bounds_hold_whatever_the_unknown_works_are(
    teams: list[str], data: st.DataObject
) -> None:
    filled = [
        data.draw(TEAMS.filter(lambda team: team != "unknown")) if team == "unknown" else team
        for team in teams
    ]
    truth = sum(team == "academia-only" for team in filled) / len(filled)
    row = academic_bounds(as_works(teams), ["place"]).iloc[0]
    assert row["lowest"] <= truth + 1e-12
    assert truth <= row["highest"] + 1e-12
    assert (row["lowest"] == row["highest"]) == ("unknown" not in teams)
    share = bounded_share(is_academic(teams), "universities alone")
    assert (share.low, share.high) == (row["lowest"], row["highest"])


def test_a_share_of_nothing() -> None:
    assert bounded_share(is_academic([]), "none").value is None
    only_unknown = bounded_share(is_academic(["unknown"]), "unknown")
    assert (only_unknown.value, only_unknown.low, only_unknown.high) == (None, 0.0, 1.0)
    assert only_unknown.n == 0


@given(st.lists(st.tuples(TEAMS, st.integers(0, 5))))
def test_a_row_that_stands_for_several_works_counts_as_often(
    counted: list[tuple[str, int]],
) -> None:
    counts = pd.DataFrame(counted, columns=["team_type", "works"]).assign(place="x")
    every = as_works([team for team, works in counted for _ in range(works)])
    pd.testing.assert_frame_equal(
        academic_bounds(counts, ["place"], number="works"),
        academic_bounds(every, ["place"]),
        check_dtype=False,
    )


KNOWN_OR_NOT = st.sampled_from([True, False, None])


@given(st.lists(st.tuples(KNOWN_OR_NOT, KNOWN_OR_NOT), min_size=1), st.data())
def test_a_share_stays_within_its_bounds_whatever_the_unchecked_rows_are(
    kinds: list[tuple[bool | None, bool | None]], data: st.DataObject
) -> None:
    belongs = pd.Series([kind for kind, _ in kinds], dtype="object")
    counts = pd.Series([count for _, count in kinds], dtype="object")
    bounds = belonging_bounds(counted_share(0, 0, "systems"), belongs, counts, "bounded")
    drawn = [
        tuple(data.draw(st.booleans()) if known is None else known for known in pair)
        for pair in kinds
    ]
    of_kind = [count for kind, count in drawn if kind]
    if of_kind:
        share = sum(of_kind) / len(of_kind)
        assert bounds.low is None or bounds.low - 1e-12 <= share
        assert bounds.high is None or share <= bounds.high + 1e-12


def test_bounds_of_a_share_that_all_rows_support_are_the_share_itself() -> None:
    share = counted_share(1, 2, "systems on a company's model")
    counts = pd.Series([True, False, True])
    bounds = belonging_bounds(share, pd.Series([True, True, False]), counts, "bounded")
    assert (bounds.low, bounds.value, bounds.high, bounds.label) == (0.5, 0.5, 0.5, "bounded")


def test_bounds_where_no_row_can_be_of_the_kind_have_no_interval() -> None:
    nothing = pd.Series([False, False])
    bounds = belonging_bounds(counted_share(0, 0, "none"), nothing, nothing, "bounded")
    assert (bounds.value, bounds.low, bounds.high) == (None, None, None)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1))
def test_a_share_stays_within_its_bounds_whatever_is_true_of_unchecked_rows(
    kinds: list[tuple[bool, bool, bool]],
) -> None:
    rows = pd.DataFrame(kinds, columns=["listed", "is_checked", "otherwise"])
    share = bounded_share(rows["listed"], "models", rows["is_checked"])
    truth = rows["listed"].where(rows["is_checked"], rows["otherwise"])
    assert share.value == rows["listed"].mean()
    assert share.low is not None
    assert share.high is not None
    assert share.low - 1e-12 <= truth.mean() <= share.high + 1e-12


def test_bounds_of_no_rows_have_no_value() -> None:
    nothing = pd.Series([], dtype=bool)
    assert bounded_share(nothing, "none", nothing).value is None

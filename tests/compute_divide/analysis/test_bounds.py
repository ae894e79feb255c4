"""Worst-case bounds of shares where some teams are not known."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.analysis.statistics.bounds import (
    academic_bounds,
    belonging_bounds,
    bounded_share,
)

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


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1))
def test_a_share_stays_within_its_bounds_whichever_unchecked_rows_are_of_another_team(
    kinds: list[tuple[bool, bool, bool]],
) -> None:
    rows = pd.DataFrame(kinds, columns=["counted", "team_checked", "belongs"])
    share = belonging_bounds(rows, rows["counted"], "systems")
    there = rows[rows["team_checked"] | rows["belongs"]]
    assert share.low is not None
    assert share.high is not None
    if len(there):
        assert share.low - 1e-12 <= there["counted"].mean() <= share.high + 1e-12


def test_bounds_of_no_rows_have_no_value() -> None:
    nothing = pd.DataFrame({"counted": [], "team_checked": []}, dtype=bool)
    assert belonging_bounds(nothing, nothing["counted"], "none").value is None

"""Missing institutions, bounds, and the readings."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.choices import WORKS_READINGS
from compute_divide.analysis.papers.openalex import (
    READING_COLUMNS,
    agreement,
    bounded_share,
    count_shares,
    in_both,
    missing_share,
)
from compute_divide.analysis.papers.papers import academic_bounds

TEAMS = st.sampled_from(["academia-only", "collaboration", "industry-only", "other", "unknown"])


def as_works(teams: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"team_type": pd.Series(teams, dtype="str"), "place": "x"})


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


def test_a_share_of_nothing() -> None:
    assert bounded_share(as_works([]), "none").value is None
    only_unknown = bounded_share(as_works(["unknown"]), "unknown")
    assert (only_unknown.value, only_unknown.low, only_unknown.high, only_unknown.n) == (
        None,
        0.0,
        1.0,
        0,
    )
    assert missing_share(as_works([]), "none").value is None


def test_the_readings_have_names_everywhere() -> None:
    assert list(WORKS_READINGS) == list(READING_COLUMNS)


def test_agreement_leaves_out_what_one_does_not_know() -> None:
    one = pd.Series(["collaboration", "academia-only", "unknown", "other"])
    other = pd.Series(["industry-only", "unknown", "industry-only", "collaboration"])
    found = agreement(one, other, "agree")
    assert (found.k, found.n) == (1, 2)


def test_a_work_is_found_in_the_list_that_knows_its_team() -> None:
    works = pd.DataFrame({"key": ["a", "b"], "work": ["W1", "W2"], "team_type": "unknown"})
    listed = [
        ("a", "icml", 2019, "unknown"),
        ("a", "nips", 2020, "academia-only"),
        ("c", "icml", 2020, "industry-only"),
    ]
    papers = pd.DataFrame(listed, columns=["key", "venue", "year", "team_type"])
    both = in_both(works, papers)
    assert both[["work", "list_venue", "team_type_list"]].to_numpy().tolist() == [
        ["W1", "nips", "academia-only"]
    ]


def test_counts_give_shares_in_the_order_asked_for() -> None:
    counts = pd.DataFrame(
        [(topic, year, team, works) for topic in ("a", "b") for year in (2021, 2020) for team, works in
         (("academia-only", 4), ("collaboration", 2), ("industry-only", 2), ("unknown", 2))],
        columns=["topic", "year", "team_type", "works"],
    )  # fmt: skip
    shares = count_shares(counts, ["b", "a"])
    assert shares[["topic", "year"]].to_numpy().tolist() == [
        ["b", 2020],
        ["b", 2021],
        ["a", 2020],
        ["a", 2021],
    ]
    assert shares[["share", "lowest", "highest"]].drop_duplicates().to_numpy().tolist() == [
        [0.5, 0.4, 0.6]
    ]

"""The same model in two vintages, what is known, and what moved a share in between."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.models.revisions import CHANGES, Revision, match_models
from compute_divide.estimates.statistics.shares import known_by_year, known_share
from compute_divide.estimates.statistics.teams import TEAM_TYPES, period_share
from compute_divide.sources.models.table import load_models

COMPUTE = "training_compute_flop"


@pytest.fixture(scope="module")
def newest():
    return load_models("2026-08")


def models(*rows):
    """Make models from tuples of name, title, link, year and team type."""
    return pd.DataFrame(rows, columns=["model", "reference", "link", "year", "team_type"]).astype(
        {"year": "Int64"}
    )


def test_names_come_before_titles_and_titles_before_links():
    old = models(
        (
            "BERT Large",
            "BERT: Pre-training",
            "https://arxiv.org/abs/1810.04805v2",
            2018,
            "industry-only",
        ),
        ("Deep nets", "A Fast Learning Algorithm", None, 2006, "academia-only"),
        ("Something", None, "http://www.example.org/paper/", 2010, "other"),
        ("Gone", "Nowhere", "https://example.org/gone", 2010, "other"),
    )
    new = models(
        ("Another", None, "https://example.org/paper", 2010, "other"),
        ("Deep belief net", "A fast learning algorithm.", None, 2006, "academia-only"),
        ("BERT-Large", "Other title", None, 2018, "industry-only"),
    )
    matches = match_models(old, new)
    assert matches.to_numpy().tolist() == [[0, 2, "name"], [1, 1, "title"], [2, 0, "link"]]


def test_models_of_one_paper_are_matched_by_name_or_not_at_all():
    paper = ("One paper", "https://arxiv.org/abs/2001.00001", 2020, "industry-only")
    old = models(("Small", *paper), ("Large", *paper))
    new = models(("Large", *paper), ("Huge", *paper), ("Tiny", *paper))
    assert match_models(old, new).to_numpy().tolist() == [[1, 0, "name"]]
    alpha, sigma = (models((name, None, None, 2021, "other")) for name in ("PanGu-α", "PanGu-Σ"))
    assert match_models(alpha, sigma).empty


names = st.lists(st.text("abcd", min_size=1, max_size=3), max_size=15)


@given(names, names)
def test_matching_is_one_to_one_and_symmetric(left, right):
    old, new = (
        models(*((name, name[::-1], None, 2020, "other") for name in side))
        for side in (left, right)
    )
    matches, back = match_models(old, new), match_models(new, old)
    assert matches["old"].is_unique
    assert matches["new"].is_unique
    assert set(zip(matches["old"], matches["new"], strict=True)) == set(
        zip(back["new"], back["old"], strict=True)
    )


vintage = st.lists(
    st.tuples(
        st.sampled_from("abcdefghij"),
        st.sampled_from([2021, 2022]),
        st.sampled_from([*TEAM_TYPES, "unknown"]),
        st.sampled_from(["notable", "other"]),
    ),
    max_size=12,
    unique_by=lambda row: row[0],
).map(
    lambda picked: models(
        *((name, None, None, year, team) for name, year, team, _ in picked)
    ).assign(scope=[scope for *_, scope in picked])
)


@given(vintage, vintage)
def test_the_changes_add_up_to_the_difference_of_the_shares(old, new):
    told = Revision(old, new).of_share("industry-only", 2022)
    before, after = (
        period_share(table[table["scope"] == "notable"], "industry-only", 2022).value
        for table in (old, new)
    )
    assert told["change"].tolist() == list(CHANGES)
    if before is None or after is None:
        assert told["points"].isna().all()
    else:
        assert told["points"].sum() == pytest.approx(100 * (after - before), abs=1e-9)
        assert (told.loc[told["models"] == 0, "points"].abs() < 1e-9).all(), (
            "what touches no model moves nothing"
        )


@given(vintage)
def test_between_a_vintage_and_itself_nothing_changes(table):
    assert Revision(table, table).of_share("industry-only", (2021, 2022))["models"].sum() == 0


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ({}, {"model": "z"}, "new rows"),
        ({"scope": "other"}, {}, "criteria"),
        ({"team_type": "unknown"}, {}, "labels filled in"),
        ({"year": 2019}, {}, "dates"),
        ({"team_type": "industry-only"}, {}, "relabelling"),
    ],
)
def test_each_change_is_told_by_its_name(old, new, change):
    base = {
        "model": "a",
        "reference": None,
        "link": None,
        "year": 2022,
        "team_type": "other",
        "scope": "notable",
    }
    always = base | {"model": "b", "team_type": "industry-only"}
    before, after = (
        pd.DataFrame([always, base | other]).astype({"year": "Int64"}) for other in (old, new)
    )
    told = Revision(before, after).of_share("industry-only", 2022).set_index("change")["models"]
    assert told[change] == 1
    if change == "new rows":
        assert told["removed rows"] == 1
    else:
        assert told.sum() == 1


def test_compute_is_known_for_half_of_the_newest_vintage_and_the_years_add_up(newest):
    known = known_share(newest, COMPUTE, "")
    assert (known.k, known.n) == (535, 1050)
    dated = newest[newest["year"].between(1950, 2026)]
    by_year = known_by_year(dated, COMPUTE)
    assert (by_year["k"].sum(), by_year["n"].sum()) == (dated[COMPUTE].notna().sum(), len(dated))


def test_three_in_ten_values_of_2023_were_revised_twofold(newest):
    revision = Revision(load_models("2023-03"), newest)
    twofold, tenfold = revision.of_compute(2), revision.of_compute(10)
    assert (twofold.value, tenfold.value) == pytest.approx((0.30, 0.14), abs=0.02)
    assert tenfold.n == twofold.n
    assert Revision(newest, newest).of_compute(1.01).k == 0

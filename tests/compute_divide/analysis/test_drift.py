"""The same model in two vintages, old labels under the new rule, and what moved a share in between."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.analysis.models.drift import STEPS, drift, readings
from compute_divide.analysis.models.matching import match_models
from compute_divide.analysis.models.relabelling import organisation_sectors, relabel
from compute_divide.analysis.statistics.shares import TEAM_TYPES, period_share


def models(*rows):
    """Make models from tuples of name, title, link, year and team type."""
    return pd.DataFrame(rows, columns=["model", "reference", "link", "year", "team_type"]).astype({"year": "Int64"})


def test_names_come_before_titles_and_titles_before_links():
    old = models(
        ("BERT Large", "BERT: Pre-training", "https://arxiv.org/abs/1810.04805v2", 2018, "industry-only"),
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


def test_greek_letters_keep_names_apart():
    assert match_models(
        models(("PanGu-α", None, None, 2021, "other")), models(("PanGu-Σ", None, None, 2023, "other"))
    ).empty


names = st.lists(st.text("abcd", min_size=1, max_size=3), max_size=15)


@given(names, names)
def test_matching_is_one_to_one_and_symmetric(left, right):
    old, new = (models(*((name, name[::-1], None, 2020, "other") for name in side)) for side in (left, right))
    matches, back = match_models(old, new), match_models(new, old)
    assert matches["old"].is_unique
    assert matches["new"].is_unique
    assert set(zip(matches["old"], matches["new"], strict=True)) == set(zip(back["new"], back["old"], strict=True))


rows = st.lists(
    st.tuples(st.sampled_from("abcdefghij"), st.sampled_from([2021, 2022]), st.sampled_from([*TEAM_TYPES, "unknown"])),
    max_size=12,
    unique_by=lambda row: row[0],
).map(lambda picked: models(*((name, None, None, year, team) for name, year, team in picked)))


@given(rows, rows)
def test_the_steps_start_at_the_old_share_and_end_at_the_new_one(old, new):
    result = drift(old, new, 2022, "industry-only")
    first, last = result.steps.iloc[0], result.steps.iloc[-1]
    for step, table in ((first, old), (last, new)):
        share = period_share(table, "industry-only", 2022, 2022)
        assert (step["k"], step["n"]) == (share.k, share.n)
    assert result.steps["step"].tolist() == list(STEPS)
    assert first["n"] == result.stayed + result.left
    assert last["n"] == result.stayed + result.joined
    assert 0 <= result.relabelled <= result.stayed
    assert result.moved_out <= result.left
    assert result.moved_in <= result.joined


def test_a_vintage_does_not_read_a_year_that_was_not_over():
    table = models(("a", None, None, 2022, "other"), ("b", None, None, 2023, "other"))
    read = readings({"2022-06": table, "2023-12": table, "2024-01": table}, [2022, 2023])
    assert sorted(set(zip(read["year"], read["vintage"], strict=True))) == [
        (2022, "2023-12"),
        (2022, "2024-01"),
        (2023, "2024-01"),
    ]


def table(*rows):
    return pd.DataFrame(rows, columns=["organisations", "sectors"])


def test_the_sector_of_an_organisation_is_known_under_its_aliases():
    sectors = organisation_sectors([table(("New York University (NYU)|DeepMind", "academia|industry"))])
    old = table(("NYU", None), ("new york university|Deepmind", None), ("NYU|A start-up", None))
    assert relabel(old, sectors).tolist() == ["academia-only", "collaboration", "unknown"]


def test_an_organisation_in_two_sectors_stands_for_none():
    sectors = organisation_sectors([table(("Institute", "academia"), ("Institute", "nonprofit"))])
    assert relabel(table(("Institute", None)), sectors).tolist() == ["unknown"]


def test_lists_of_different_lengths_teach_nothing():
    assert organisation_sectors([table(("A, B and C", "academia|industry"))]) == {}


@pytest.mark.parametrize("team", TEAM_TYPES)
def test_a_vintage_against_itself_has_no_drift(team):
    some = models(*((f"m{i}", None, None, 2022, t) for i, t in enumerate([*TEAM_TYPES, "unknown"] * 2)))
    result = drift(some, some, 2022, team)
    assert len(set(result.steps["share"])) == 1
    assert (result.relabelled, result.left, result.joined) == (0, 0, 0)

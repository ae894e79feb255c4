"""The same model in two vintages, old labels under the new rule, what is known, and what moved a share in between."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.analysis.models.drift import (
    STEPS,
    drift,
    known_by_year,
    match_models,
    organisation_sectors,
    readings,
    relabel,
    revised_share,
    vintage_summary,
)
from compute_divide.analysis.statistics.estimates import TEAM_TYPES, known_share, period_share
from compute_divide.evidence.models.table import load_models

COMPUTE = "training_compute_flop"


@pytest.fixture(scope="module")
def newest():
    return load_models("2026-08")


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
    alpha, sigma = (models((name, None, None, 2021, "other")) for name in ("PanGu-α", "PanGu-Σ"))
    assert match_models(alpha, sigma).empty


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
    same = drift(old, old, 2022, "industry-only")
    assert (same.relabelled, same.left, same.joined) == (0, 0, 0)


def test_a_vintage_does_not_read_a_year_that_was_not_over():
    table = models(("a", None, None, 2022, "other"), ("b", None, None, 2023, "other"))
    read = readings({"2022-06": table, "2023-12": table, "2024-01": table}, [2022, 2023])
    pairs = sorted(set(zip(read["year"], read["vintage"], strict=True)))
    assert pairs == [(2022, "2023-12"), (2022, "2024-01"), (2023, "2024-01")]


def table(*rows):
    return pd.DataFrame(rows, columns=["organisations", "sectors"])


def test_the_sector_of_an_organisation_is_known_under_its_aliases():
    sectors = organisation_sectors([table(("New York University (NYU)|DeepMind", "academia|industry"))])
    old = table(("NYU", None), ("new york university|Deepmind", None), ("NYU|A start-up", None))
    assert relabel(old, sectors).tolist() == ["academia-only", "collaboration", "unknown"]


def test_what_is_ambiguous_teaches_nothing():
    assert organisation_sectors([table(("A, B and C", "academia|industry"))]) == {}
    two = organisation_sectors([table(("Institute", "academia"), ("Institute", "nonprofit"))])
    assert relabel(table(("Institute", None)), two).tolist() == ["unknown"]


def test_compute_is_known_for_half_of_the_newest_vintage_and_the_years_add_up(newest):
    known = known_share(newest, COMPUTE, "")
    assert (known.k, known.n) == (535, 1050)
    by_year = known_by_year(newest, COMPUTE, first=1950, last=2026)
    dated = newest[newest["year"].between(1950, 2026)]
    assert (by_year["k"].sum(), by_year["n"].sum()) == (dated[COMPUTE].notna().sum(), len(dated))


def test_the_summary_has_a_row_a_vintage_in_order(newest):
    summary = vintage_summary({"2026-08": newest, "2023-03": load_models("2023-03")})
    assert summary["vintage"].tolist() == ["2023-03", "2026-08"]
    assert summary["models"].tolist() == [534, 1050]
    assert summary["compute_known"].tolist() == [166, 535]


def test_three_in_ten_values_of_2023_were_revised_twofold(newest):
    twofold, tenfold = (revised_share(load_models("2023-03"), newest, factor) for factor in (2, 10))
    assert (twofold.value, tenfold.value) == pytest.approx((0.30, 0.14), abs=0.02)
    assert tenfold.n == twofold.n
    assert revised_share(newest, newest, 1.01).k == 0
    with pytest.raises(ValueError, match="above 1"):
        revised_share(newest, newest, 1)

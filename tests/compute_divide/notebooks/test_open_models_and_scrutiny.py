"""The chapters on open models and on scrutiny: known counts."""

from __future__ import annotations

import pytest


def test_open_models_records_the_known_counts_of_base_models(run_chapter):
    results = run_chapter("open-models").results
    assert (results["academic_on_industry"].k, results["academic_on_industry"].n) == (29, 54)
    loose = run_chapter("open-models", non_profits="academia").results["academic_on_industry"]
    assert (loose.k, loose.n) == (31, 58)
    assert results["academic_origin"].k >= results["academic_on_industry"].k


def test_every_vintage_stands_beside_its_own_blind_choice(run_chapter):
    results = run_chapter("open-models", non_profits="academia").results
    shares = {name: results[f"on_industry_{name}"] for name in ("2024_11", "2026_03", "2026_08")}
    assert [(share.k, share.n) for share in shares.values()] == [(31, 58), (92, 155), (10, 29)]
    blind = [round(100 * results[f"blind_{name}"].value) for name in shares]
    assert blind == [48, 51, 44]


def test_the_rise_of_hosted_models_rests_on_one_conference(run_chapter):
    results = run_chapter("open-models", non_profits="academia").results
    lead = results["hosted_lead"]
    assert (lead.label, lead.k, lead.n) == ("COLING", 49, 60)
    assert [round(100 * results[f"hosted_{when}_academia"].value) for when in ("early", "late")] == [3, 42]
    for when in ("early", "late"):
        parts = [results[f"hosted_{when}_{part}"] for part in ("lead", "rest")]
        whole = results[f"hosted_{when}_academia"]
        assert (sum(part.k for part in parts), sum(part.n for part in parts)) == (whole.k, whole.n)


def test_naming_of_hosted_models_grows_where_a_conference_can_be_followed(run_chapter):
    results = run_chapter("open-models").results
    assert results["late_over_early_hosted"].low > 1
    assert results["late_over_early_open"].low < 1 < results["late_over_early_open"].high


def test_scrutiny_is_a_little_more_academic_than_the_rest(run_chapter):
    results = run_chapter("scrutiny").results
    assert 1 < results["odds_late"].low < results["odds_late"].high < 1.5
    assert results["odds_late"].value == pytest.approx(results["odds_late_regression"].value, rel=0.03)
    assert results["odds_low_late"].high < 1
    assert results["academic_scrutiny"].n == results["scrutiny_papers"].value


def test_where_no_paper_is_left_shares_are_of_nothing(run_chapter):
    for slug, key in (("open-models", "named_academia"), ("scrutiny", "academic_scrutiny")):
        nothing = run_chapter(slug, venues=["eccv"], minimum_coverage=1.0)
        assert (nothing.results[key].value, nothing.results[key].n) == (None, 0)
        assert set(nothing.results) == set(run_chapter(slug).results)

"""The chapters on open models and on scrutiny: known counts."""

from __future__ import annotations

import pytest


def test_open_models_records_the_known_counts_of_base_models(run_chapter):
    results = run_chapter("open-models").results
    assert (results["academic_on_industry"].k, results["academic_on_industry"].n) == (31, 58)
    assert (results["academic_on_industry_strict"].k, results["academic_on_industry_strict"].n) == (29, 54)
    assert results["academic_origin"].k >= results["academic_on_industry"].k


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

"""The chapters on open models and on scrutiny: known counts."""

from __future__ import annotations


def test_open_models_records_the_known_counts_of_base_models(run_chapter):
    results = run_chapter("open-models").results
    assert (results["academic_on_industry"].k, results["academic_on_industry"].n) == (29, 54)
    loose = run_chapter("open-models", non_profits="academia").results["academic_on_industry"]
    assert (loose.k, loose.n) == (31, 58)
    assert results["academic_origin"].k >= results["academic_on_industry"].k


def test_the_rise_of_hosted_models_rests_on_one_conference(run_chapter):
    results = run_chapter("open-models", non_profits="academia").results
    lead = results["hosted_lead"]
    assert (lead.label, lead.k, lead.n) == ("COLING", 49, 60)
    assert [round(100 * results[f"hosted_{when}_academia"].value) for when in ("early", "late")] == [3, 42]
    for when in ("early", "late"):
        parts = [results[f"hosted_{when}_{part}"] for part in ("lead", "rest")]
        whole = results[f"hosted_{when}_academia"]
        assert (sum(part.k for part in parts), sum(part.n for part in parts)) == (whole.k, whole.n)


def test_where_no_paper_is_left_shares_are_of_nothing(run_chapter):
    for slug, key in (("open-models", "named_academia"), ("scrutiny", "academic_scrutiny")):
        nothing = run_chapter(slug, venues=["eccv"], minimum_coverage=1.0)
        assert (nothing.results[key].value, nothing.results[key].n) == (None, 0)
        assert set(nothing.results) == set(run_chapter(slug).results)

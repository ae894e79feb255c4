"""The chapters on models under the published and other parameters: known counts."""

from __future__ import annotations

import pytest

from compute_divide.evidence.claims import load_claims

COUNTS = [
    ("2023-03", {"definition": "all"}, (53, 76), (14, 132), (32, 38)),
    ("2023-03", {"definition": "notability-filter"}, (50, 69), (3, 41), (19, 21)),
    ("2023-03", {"definition": "compute-known"}, (13, 20), (6, 73), (15, 20)),
    ("2023-03", {"definition": "notability-filter-compute-known"}, (12, 19), (1, 23), (10, 12)),
    ("2026-08", {"definition": "all"}, (55, 86), (35, 220), (50, 91)),
    ("2026-08", {"definition": "compute-known"}, (29, 42), (22, 155), (33, 60)),
    ("2026-08", {}, (27, 38), (1, 30), (8, 10)),
    ("2026-08", {"definition": "near-record", "record_window": 2}, (16, 26), (3, 75), (19, 26)),
]


@pytest.mark.parametrize(("vintage", "settings", "early", "late", "industry"), COUNTS)
def test_large_scale_models_records_exactly_the_known_counts(run_chapter, vintage, settings, early, late, industry):
    results = run_chapter("large-scale-models", vintage=vintage, **settings).results
    keys = ("academia_share_early", "academia_share_late", "industry_share_year")
    assert [(results[key].k, results[key].n) for key in keys] == [early, late, industry]


def test_the_first_editions_shares_stand_as_those_of_notable_models(run_chapter):
    results = run_chapter("large-scale-models").results
    kept = {key: (results[key].k, results[key].n) for key in ("filter_keeps_early", "filter_keeps_late")}
    assert kept == {"filter_keeps_early": (86, 86), "filter_keeps_late": (216, 220)}
    keys = ("academia_share_early", "academia_share_late", "industry_share_year")
    assert [(results[f"notable_{key}"].k, results[f"notable_{key}"].n) for key in keys] == [
        (55, 86),
        (35, 216),
        (50, 91),
    ]


def test_robustness_tells_the_drift_of_both_years(run_chapter):
    results = run_chapter("robustness").results
    assert (results["first_old"].k, results["first_old"].n) == (32, 38)
    assert (results["first_old_notable"].k, results["first_old_notable"].n) == (20, 22)
    assert (results["first_new"].k, results["first_new"].n) == (50, 91)
    assert (results["second_old"].k, results["second_old"].n) == (49, 55)
    assert (results["second_new"].k, results["second_new"].n) == (81, 98)
    effects = sum(results[f"first_by_{step}"].value for step in ("removal", "relabelling", "addition"))
    assert effects == pytest.approx(100 * (results["first_new"].value - results["first_old"].value))
    assert results["specifications"].value >= 5000
    assert results["falls"].k == results["falls"].n


def test_training_compute_finds_the_growth_that_the_paper_reports(run_chapter):
    doubling = run_chapter("training-compute").results["doubling_time"]
    assert doubling.low < load_claims()["doubling-time"].value < doubling.high
    assert doubling.unit == "months"


def test_training_compute_gives_the_known_gaps_of_december_2023(run_chapter):
    results = run_chapter("training-compute").results
    gaps = [round(results[f"gap_{era}_compared"].value) for era in ("early", "middle", "late")]
    assert gaps == [263, 314, 51]
    assert round(results["gap_middle_compared_notable"].value) == 150


def test_robustness_tells_the_end_of_the_record_with_and_without_the_filter(run_chapter):
    results = run_chapter("robustness").results
    assert (results["second_previous_notable"].k, results["second_previous_notable"].n) == (83, 102)
    assert (results["second_new_filtered"].k, results["second_new_filtered"].n) == (40, 56)

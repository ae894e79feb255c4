"""Chapters under the published and other parameters: known counts."""

from pathlib import Path

import pytest

from compute_divide.estimates.models.revisions import CHANGES

PROJECT = Path(__file__).parents[3]
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
def test_large_scale_models_records_exactly_the_known_counts(
    run_chapter, vintage, settings, early, late, industry
):
    settings = {"records": "as-listed", **settings}
    results = run_chapter("large-scale-models", vintage=vintage, **settings).results
    keys = ("academia_share_early", "academia_share_late", "industry_share_year")
    assert [(results[key].k, results[key].n) for key in keys] == [early, late, industry]


def test_audited_records_leave_universities_alone_none_of_the_largest(run_chapter):
    results = run_chapter("large-scale-models").results
    keys = ("academia_share_early", "academia_share_late", "academia_share_now")
    assert [(results[key].k, results[key].n) for key in keys] == [(26, 38), (0, 30), (0, 30)]
    assert results["checked_late"].high == pytest.approx(7 / 30)
    assert (results["audited_runs"].k, results["audited_runs"].n) == (158, 158)


def test_the_first_editions_shares_stand_as_those_of_notable_models(run_chapter):
    results = run_chapter("large-scale-models", records="as-listed").results
    kept = {
        key: (results[key].k, results[key].n) for key in ("filter_keeps_early", "filter_keeps_late")
    }
    assert kept == {"filter_keeps_early": (86, 86), "filter_keeps_late": (216, 220)}
    keys = ("academia_share_early", "academia_share_late", "industry_share_year")
    notable = [(results[f"notable_{key}"].k, results[f"notable_{key}"].n) for key in keys]
    assert notable == [(55, 86), (35, 216), (50, 91)]


def test_robustness_reads_two_years_in_every_vintage_and_takes_the_difference_apart(run_chapter):
    results = run_chapter("robustness").results
    counts = {
        "first_listed": (16, 17),
        "first_old": (32, 38),
        "first_old_notable": (20, 22),
        "first_new": (50, 91),
        "second.in_2025_02": (49, 55),
        "second.in_2026_03": (83, 102),
        "like_then": (67, 116),
        "like_between": (54, 70),
        "all_between": (81, 98),
        "like_newest": (63, 68),
        "all_newest": (97, 105),
        "year_listed.compute": (40, 106),
        "year_audited.compute": (33, 104),
        "shift_old_notable": (56, 69),
        "shift_new_notable": (152, 286),
        "since_new_notable": (151, 288),
    }
    assert {key: (results[key].k, results[key].n) for key in counts} == counts
    readings = {"shift": ("shift_old", "shift_new"), "since": ("shift_new", "since_new")}
    for key, (before, after) in readings.items():
        effects = sum(results[f"{key}_by.{change.replace(' ', '_')}"].value for change in CHANGES)
        moved = results[f"{after}_notable"].value - results[f"{before}_notable"].value
        assert effects == pytest.approx(100 * moved)
    assert results["specifications"].value >= 5000
    assert results["falls"].k == results["falls"].n


def test_a_young_year_is_no_rule_and_no_correction_beats_none(run_chapter):
    results = run_chapter("robustness").results
    read = [
        results[f"second.in_{name}"]
        for name in ("2024_10", "2024_11", "2024_12", "2025_02", "2025_06", "2026_03")
    ]
    assert [round(100 * share.value) for share in read] == [81, 79, 87, 89, 79, 81]
    ranges = {key: results[f"range_{key}"] for key in ("between", "newest")}
    percent = {
        key: (round(100 * one.low), round(100 * one.high), one.n) for key, one in ranges.items()
    }
    assert percent == {"between": (56, 60, 10), "newest": (91, 94, 4)}
    strengths = ("full", "half", "quarter")
    errors = [results[f"nowcast_error.{strength}"].value for strength in strengths]
    assert results["uncorrected_error"].value < min(errors)
    assert results["nowcasts_better"].value == 0


@pytest.mark.heavy
def test_open_models_records_the_known_counts_of_base_models(run_chapter):
    audited = run_chapter("open-models").results["academic_on_industry"]
    assert (audited.k, audited.n) == (15, 29)
    results = run_chapter("open-models", records="as-listed").results
    assert (results["academic_on_industry"].k, results["academic_on_industry"].n) == (29, 54)
    settings = {"non_profits": "academia", "records": "as-listed"}
    loose = run_chapter("open-models", **settings).results["academic_on_industry"]
    assert (loose.k, loose.n) == (33, 62)
    assert results["academic_origin"].k >= results["academic_on_industry"].k


def test_american_companies_closed_and_chinese_companies_did_not(run_chapter):
    results = run_chapter("diffusion").results
    counts = {
        "american_early": (37, 76),
        "american_last": (6, 58),
        "chinese_last": (21, 28),
        "elsewhere_last": (7, 8),
        "records_since": (12, 12),
    }
    assert {key: (results[key].k, results[key].n) for key in counts} == counts
    listed = run_chapter("diffusion", records="as-listed").results
    assert (listed["american_early"].k, listed["american_early"].n) == (39, 79)


@pytest.mark.heavy
def test_the_rise_of_hosted_models_rests_on_one_conference(run_chapter):
    results = run_chapter("open-models", non_profits="academia").results
    lead = results["hosted_lead"]
    assert (lead.label, lead.k, lead.n) == ("COLING", 49, 60)
    shares = []
    for when in ("early", "late"):
        parts = [results[f"hosted_{when}_{part}"] for part in ("lead", "rest")]
        shares.append(sum(part.k for part in parts) / sum(part.n for part in parts))
    assert [round(100 * share) for share in shares] == [3, 42]


@pytest.mark.heavy
def test_other_counts_of_gpus_change_the_university_in_the_middle(run_chapter):
    middle = {
        count: run_chapter("machines", gpu_count=count).results["median_university"]
        for count in ("checked", "recorded", "theirs")
    }
    assert middle["checked"].low < middle["checked"].value < middle["checked"].high
    assert middle["theirs"].value != middle["checked"].value
    assert middle["theirs"].low is None


def test_years_without_data_have_no_value(run_chapter):
    results = run_chapter("machines", end_year=2010, last_list=2005).results
    assert results["laboratory_most"].value is None
    assert results["top500_last"].value is None
    assert results["universities.checked"].value > 10_000


def test_the_share_of_universities_alone_falls_with_computing(run_chapter):
    results = run_chapter("causes", records="as-listed").results
    fifths = ("least", "second", "third", "fourth", "most")
    shares = [results[f"fifth.{place}"] for place in fifths]
    assert [(one.k, one.n) for one in shares] == [(21, 71), (11, 74), (6, 71), (4, 76), (2, 76)]


@pytest.mark.parametrize("records", ["audited", "as-listed"])
def test_the_fifths_hold_every_model_whose_team_and_computing_are_known(run_chapter, records):
    results = run_chapter("causes", records=records).results
    fifths = ("least", "second", "third", "fourth", "most")
    known = results["known_alone"].k + results["known_rest"].k
    assert sum(results[f"fifth.{place}"].n for place in fifths) == known
    assert sum(results[f"fifth.{place}"].k for place in fifths) == results["known_alone"].k


def test_the_kinds_of_evaluators_and_what_a_test_costs_add_up(run_chapter):
    results = run_chapter("scrutiny").results
    kinds = ("government", "non_profit", "company", "university", "unnamed")
    named = sum(results[f"outside_{kind}"].k for kind in kinds)
    assert named == results["outside_pairs"].value
    assert results["paperbench"].value == round(20 * (400 + 66), -2)
    for percent, odds, sign in (
        ("more_late", "odds.late", 1),
        ("less_tests", "odds_tests.late", -1),
    ):
        ends = [results[percent].low, results[percent].high]
        assert ends == sorted(sign * (end - 1) for end in (results[odds].low, results[odds].high))


def test_years_that_are_not_over_are_read_as_each_snapshot_listed_them(run_chapter):
    results = run_chapter("large-scale-models").results
    read = {key: (results[key].k, results[key].n) for key in results if key.startswith("first.")}
    today = {key: (results[key].k, results[key].n) for key in results if key.startswith("today.")}
    assert read["first.of_2022"] == (1, 22)
    assert read["first.of_2025"] == (6, 93)
    assert today == {"today.of_2024": (15, 98), "today.of_2025": (7, 105)}


def test_late_criteria_explain_part_of_the_fall_to_2024_and_nothing_of_that_to_2025(run_chapter):
    results = run_chapter("large-scale-models").results
    of_2024 = 100 * ((48 / 118 - 15 / 97) - (48 / 115 - 15 / 70))
    of_2025 = 100 * ((48 / 118 - 7 / 103) - (48 / 115 - 4 / 68))
    assert results["late_2024_points"].value == pytest.approx(of_2024)
    assert results["late_2025_points"].value == pytest.approx(of_2025)
    assert of_2025 < 0 < of_2024


def test_records_as_listed_show_their_own_count_of_the_newest_year(run_chapter):
    listed = run_chapter("introduction", records="as-listed").results["academia_end"]
    assert (listed.k, listed.n) == (2, 105)
    prose = (PROJECT / "notebooks" / "introduction.md").read_text("utf-8")
    assert "none** of the" not in prose
    assert "made none of the" not in prose
    assert "{result}`academia_end:counts`" in prose.split("\n## ")[1]

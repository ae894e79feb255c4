"""The chapters on models: their counts under the published and other parameters, and the edge of what is allowed."""

from __future__ import annotations

import re

import pytest

from compute_divide.evidence.claims import load_claims
from compute_divide.figures.show import VEGALITE_MIME

CHAPTERS = ("large-scale-models", "training-compute", "robustness")
COUNTS = [
    ("2023-03", {"definition": "all"}, (53, 76), (14, 132), (32, 38)),
    ("2023-03", {}, (50, 69), (3, 41), (19, 21)),
    ("2023-03", {"definition": "compute-known"}, (13, 20), (6, 73), (15, 20)),
    ("2023-03", {"definition": "notability-filter-compute-known"}, (12, 19), (1, 23), (10, 12)),
    ("2026-08", {"definition": "all"}, (55, 86), (35, 220), (50, 91)),
    ("2026-08", {"definition": "compute-known"}, (29, 42), (22, 155), (33, 60)),
    ("2026-08", {"definition": "top-k-per-year", "top_k": 10}, (27, 38), (1, 30), (8, 10)),
    ("2026-08", {"definition": "near-record", "record_window": 2}, (16, 26), (3, 75), (19, 26)),
]
FUTURE = {"early_first": 2029, "early_last": 2030, "late_first": 2029, "late_last": 2030, "industry_year": 2030}
PAST = {"early_first": 1950, "early_last": 1950, "industry_year": 1951}
EDGES = [
    ("large-scale-models", {"vintage": "2022-06"}),
    ("large-scale-models", {"definition": "near-record", "record_window": 0.0}),
    ("large-scale-models", {"definition": "top-k-per-year", "top_k": 1, **PAST}),
    ("large-scale-models", FUTURE),
    ("training-compute", {"vintage": "2022-06"}),
    ("training-compute", {"vintage": "2023-03", "record_window": 0.0}),
    ("training-compute", {"trend_first": 2024, "trend_last": 2024}),
    ("training-compute", {"trend_first": 1950, "trend_last": 1951}),
    ("robustness", {"record_window": 0.0, "top_k": 1, **PAST}),
    ("robustness", FUTURE),
    ("robustness", {"drift_year": 2030, "old_vintage": "2026-08"}),
    ("robustness", {"drift_year": 1951, "second_drift_year": 2026, "new_vintage": "2022-06"}),
]
EMPTY = re.compile(r"\bnan\b|\bNone\b|\bNaT\b|<NA>")


@pytest.mark.parametrize(("vintage", "settings", "early", "late", "industry"), COUNTS)
def test_large_scale_models_records_exactly_the_known_counts(run_chapter, vintage, settings, early, late, industry):
    results = run_chapter("large-scale-models", vintage=vintage, **settings).results
    assert list(results) == ["academia_share_early", "academia_share_late", "industry_share_year"]
    assert [(result.k, result.n) for result in results.values()] == [early, late, industry]


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


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_result_is_the_same_when_repeated(run_chapter, slug):
    assert run_chapter(slug).results == run_chapter(slug, again=True).results


@pytest.mark.parametrize(("slug", "changes"), EDGES, ids=str)
def test_allowed_parameters_never_break_a_chapter(run_chapter, slug, changes):
    chapter = run_chapter(slug, **changes)
    assert set(chapter.results) == set(run_chapter(slug).results)
    for output in chapter.figures.values():
        figure = output["metadata"][VEGALITE_MIME]
        for text in (figure["title"], figure["alt"], figure["description"], figure["caption"]):
            assert not EMPTY.search(text), text
    for text in chapter.tables:
        assert not EMPTY.search(text), text


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_prose_names_only_what_the_chapter_shows(run_chapter, prose_of, parameters_of, slug):
    chapter, prose = run_chapter(slug), prose_of(slug)
    own = re.sub(rf"\b{slug}:", "", prose)
    results = {name.split(":")[0] for name in re.findall(r"\{result\}`([\w:]+)`", own)}
    assert results
    assert results <= set(chapter.results)
    assert set(re.findall(r"\{param\}`(\w+)`", own)) <= parameters_of(slug)
    tables = {name for text in chapter.tables for name in re.findall(r":name: (\S+)", text)}
    assert set(re.findall(r"\{numref\}`(\S+)`", prose)) <= set(chapter.figures) | tables


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_prose_holds_no_number_typed_by_hand(prose_of, slug):
    """Years of the change of labels and years in the names of periods are dates of events, not findings."""
    text = prose_of(slug).split("---", 2)[2]
    text = re.sub(r"\{when\}`+[^|`]*\|", "", text)  # conditions, not what they show
    text = re.sub(r"\{[\w-]+\}`[^`]*`|```\{when\}.*|\[[^\]]*\]\([^)]*\)", "", text)
    numbers = set(re.findall(r"\d+(?:[.,]\d+)*%?s?", text))
    assert numbers <= {"2023", "2024", "2010s", "2020s", "2022", "95%", "2010", "2020"}, numbers

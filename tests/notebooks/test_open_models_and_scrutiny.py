"""The chapters on open models and on scrutiny: known counts, and the edge of what is allowed."""

from __future__ import annotations

import re

import pytest

from compute_divide.figures.show import VEGALITE_MIME

CHAPTERS = ("open-models", "scrutiny")
OTHER_CHOICES = {"joint_labs": "academia", "non_profits": "other", "flips": ["openai=nonprofit"]}
EDGES = [
    ("open-models", {"texts": ["title"], "venues": ["cvpr"]}),
    ("open-models", {"texts": ["title", "keywords"], "venues": ["ijcai", "neurips"], **OTHER_CHOICES}),
    ("open-models", {"venues": ["colt"], "base_vintage": "2023-12"}),
    ("open-models", {"early_first": 2007, "early_last": 2007, "late_first": 2030, "late_last": 2030}),
    (
        "open-models",
        {"early_first": 2021, "early_last": 2024, "late_first": 2020, "late_last": 2022, "reading": "domain"},
    ),
    ("scrutiny", {"venues": ["colt"], "minimum_coverage": 0.0}),
    ("scrutiny", {"early_first": 1950, "early_last": 1951, "late_first": 2030, "late_last": 2030}),
    (
        "scrutiny",
        {"scrutiny": ["audit"], "parts": ["audit"], "low": ["bandits"], **OTHER_CHOICES},
    ),
    ("scrutiny", {"venues": ["iclr"], "middle_first": 1950, "middle_last": 1950}),
]
EMPTY = re.compile(r"\bnan\b|\bNone\b|\bNaT\b|<NA>")


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


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_result_is_the_same_when_repeated(run_chapter, slug):
    assert run_chapter(slug).results == run_chapter(slug, again=True).results


@pytest.mark.filterwarnings("error")
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
    text = prose_of(slug).split("---", 2)[2]
    text = re.sub(r"\{when\}`+[^|`]*\|", "", text)  # conditions, not what they show
    text = re.sub(r"\{[\w:-]+\}`[^`]*`|```\{when\}.*|\[[^\]]*\]\([^)]*\)", "", text)
    assert set(re.findall(r"\d+(?:[.,]\d+)*%?s?", text)) <= {"95%", "2025"}

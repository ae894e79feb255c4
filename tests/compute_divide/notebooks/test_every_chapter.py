"""Chapters repeat themselves, bear the edge of what is allowed, and name in prose only what they show."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bookpress.check.check import prose_lines, typed_numbers
from bookpress.page.figures.show import VEGALITE_MIME

MODELS, USES = ("large-scale-models", "training-compute", "robustness"), ("open-models", "scrutiny")
CHAPTERS = (*MODELS, *USES, "attention")
NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
OTHERS = {path.stem for path in NOTEBOOKS.glob("*.md")}
"""Chapters, whose results others may quote."""
FUTURE = {"early_first": 2029, "early_last": 2030, "late_first": 2029, "late_last": 2030, "industry_year": 2030}
PAST = {"early_first": 1950, "early_last": 1950, "industry_year": 1951}
OTHER_CHOICES = {"joint_labs": "academia", "non_profits": "academia", "flips": ["openai=nonprofit"]}
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
    ("ledger", {"vintage": "2022-06", "top_k": 1}),
    ("ledger", {"vintage": "2023-03", "minimum_coverage": 1.0}),
    ("open-models", {"texts": ["title"], "venues": ["cvpr"]}),
    ("open-models", {"texts": ["title", "keywords"], "venues": ["ijcai", "neurips"], **OTHER_CHOICES}),
    ("open-models", {"venues": ["colt"], "base_vintage": "2023-12"}),
    ("open-models", {"early_first": 2007, "early_last": 2007, "late_first": 2030, "late_last": 2030}),
    ("open-models", {"early_last": 2024, "late_first": 2020, "late_last": 2022, "reading": "domain"}),
    ("scrutiny", {"venues": ["colt"], "minimum_coverage": 0.0}),
    ("scrutiny", {"early_first": 1950, "early_last": 1951, "late_first": 2030, "late_last": 2030}),
    ("scrutiny", {"scrutiny": ["audit"], "parts": ["audit"], "low": ["bandits"], **OTHER_CHOICES}),
    ("scrutiny", {"venues": ["iclr"], "middle_first": 1950, "middle_last": 1950}),
    ("attention", {"venues": ["emnlp"]}),
    ("attention", {"late_first": 2030, "late_last": 2030, "top": 0.0, **OTHER_CHOICES}),
    ("attention", {"venues": ["colt", "cvpr"], "middle_last": 2017, "minimum_coverage": 0.0, "top": 1.0}),
]
EMPTY = re.compile(r"\bnan\b|\bNone\b|\bNaT\b|<NA>")


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
    results = {name.split(":")[0] for name in re.findall(r"\{result\}`([\w:]+)`", own)} - OTHERS
    assert results
    assert results <= set(chapter.results)
    assert set(re.findall(r"\{param\}`(\w+)`", own)) <= parameters_of(slug)
    tables = {name for text in chapter.tables for name in re.findall(r":name: (\S+)", text)}
    others = [path.read_text(encoding="utf-8") for path in NOTEBOOKS.glob("*.md") if path.stem != slug]
    elsewhere = {name for text in others for name in re.findall(r'name="((?:fig|tab)-\S+)"', text)}
    assert set(re.findall(r"\{numref\}`(\S+)`", prose)) <= set(chapter.figures) | tables | elsewhere


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_prose_holds_no_number_typed_by_hand(prose_of, slug):
    text = prose_of(slug)
    literals = [one for found in re.findall(r"^  literals: (\[.*\])", text, re.MULTILINE) for one in json.loads(found)]
    assert [number for _, line in prose_lines(text) for number in typed_numbers(line, literals)] == []

"""Every value that the book says is allowed: chapters end well, and claim nothing where there is nothing."""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from notebooks.choosing import Values, all_at_once, drawn, one_at_a_time

from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.edition.fingerprint import Fingerprint
from bookpress.elements.base.charts import VEGALITE_MIME
from bookpress.run.cache import Run
from bookpress.run.engine import Engine
from bookpress.run.failures import ChapterError
from bookpress.run.job import Job, job_for, run_job
from sampling import some

PROJECT = Project.at(Path(__file__).parents[3])
CHAPTERS = {chapter.slug: chapter for chapter in discover(PROJECT)}
DRAWS = 20
SEED = 20240104
BROKEN = re.compile(r"\bnan\b|\bNone\b|\bNaT\b|<NA>|\binf\b")
"""What a missing number looks like in a sentence."""

FUTURE = {"early": "2029-2030", "late": "2029-2030", "industry_year": 2030}
PAST = {"early": "1950", "industry_year": 1951}
OTHER_CHOICES = {"joint_labs": "academia", "non_profits": "academia", "flips": ["openai=nonprofit"]}
BEYOND = [
    ("introduction", {"since": 2030}),
    ("robustness", {"known_from": 2030}),
    ("policy", {"since": 2030}),
    *(
        (slug, {"venues": ["eccv"], "minimum_coverage": 1.0})
        for slug in ("open-models", "scrutiny")
    ),
    ("large-scale-models", {"vintage": "2022-06"}),
    ("large-scale-models", {"definition": "near-record", "record_window": 0.0}),
    ("large-scale-models", {"definition": "top-k-per-year", "top_k": 1, **PAST}),
    ("large-scale-models", FUTURE),
    ("training-compute", {"vintage": "2022-06"}),
    ("training-compute", {"vintage": "2023-03", "record_window": 0.0}),
    ("training-compute", {"trend": "2024"}),
    ("training-compute", {"later_first": 2030, "pooled": "1950-1951"}),
    ("training-compute", {"trend": "1950-1951"}),
    ("robustness", {"record_window": 0.0, "top_k": 1, **PAST}),
    ("robustness", FUTURE),
    ("robustness", {"drift_year": 2030, "old_vintage": "2026-08"}),
    ("robustness", {"drift_year": 1951, "second_drift_year": 2026, "new_vintage": "2022-06"}),
    ("ledger", {"vintage": "2022-06", "top_k": 1}),
    ("ledger", {"vintage": "2023-03", "minimum_coverage": 1.0}),
    ("open-models", {"texts": ["title"], "venues": ["cvpr"]}),
    (
        "open-models",
        {"texts": ["title", "keywords"], "venues": ["ijcai", "neurips"], **OTHER_CHOICES},
    ),
    ("open-models", {"venues": ["colt"], "base_vintage": "2023-12"}),
    ("open-models", {"early": "2007", "late": "2030"}),
    ("open-models", {"early": "2019-2024", "late": "2020-2022", "reading": "domain"}),
    ("scrutiny", {"venues": ["colt"], "minimum_coverage": 0.0}),
    ("scrutiny", {"early": "1950-1951", "late": "2030"}),
    ("scrutiny", {"scrutiny": ["audit"], "low": ["bandits"], **OTHER_CHOICES}),
    ("scrutiny", {"venues": ["iclr"], "middle": "1950"}),
    ("research-topics", {"venues": ["eccv"], "minimum_coverage": 1.0}),
    ("research-topics", {"venues": ["language", "colt"]}),
    ("research-topics", {"cited_late": "2030", "top": 0.0, **OTHER_CHOICES}),
    ("research-topics", {"cited_early": "2013-2021", "minimum_coverage": 0.0, "top": 1.0}),
]
"""Years after and before the data, venues without papers, other readings, the rest as published."""

Ending = Callable[[str, Sequence[Values]], list[str]]


@pytest.fixture(scope="module")
def problems(engine: Engine, run_chapter: Callable[..., Any]) -> Ending:
    """Return a function that runs a chapter with each of some choices and tells what is wrong with how it ended."""
    mark = Fingerprint.of(PROJECT)

    @cache
    def usual(slug: str) -> tuple[Values, set[str]]:
        chapter = CHAPTERS[slug]
        values = {one.name: one.default for one in chapter.parameters}
        return values, set(run_chapter(slug).results)

    def of_one(job: Job, changes: Values, keys: set[str]) -> list[str]:
        try:
            run = run_job(job, engine)
        except ChapterError as error:
            return [f"{changes}: {error}"]
        return [f"{changes}: {wrong}" for wrong in (*wrong_with(run), *(keys ^ run.results.keys()))]

    def of_all(slug: str, choices: Sequence[Values]) -> list[str]:
        values, keys = usual(slug)
        # Here and not in the threads: Python 3.11 cannot parse in two of them at once.
        jobs = [job_for(PROJECT, CHAPTERS[slug], values | changes, mark) for changes in choices]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return [
                wrong
                for found in pool.map(of_one, jobs, choices, [keys] * len(jobs))
                for wrong in found
            ]

    return of_all


def wrong_with(run: Run) -> Iterator[str]:
    """Yield what a chapter should not have left: a share of nothing that has a value, a warning, a text with a hole."""
    for key, result in run.results.items():
        if result["n"] == 0 and result["unit"] == "share" and result["value"] is not None:
            yield f"{key} is a share of nothing with the value {result['value']}"
    cells = json.loads(run.notebook)["cells"]
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        if output["output_type"] == "stream":
            yield "".join(output["text"])
        yield from filter(BROKEN.search, texts_of(output))


def texts_of(output: dict[str, Any]) -> Iterator[str]:
    """Yield the texts that the code of a chapter makes for a figure or a table; all others are prose."""
    figure = output.get("metadata", {}).get(VEGALITE_MIME)
    if figure is not None:
        yield figure["description"]
    yield "".join(output.get("data", {}).get("text/markdown", ""))


@pytest.mark.heavy
@pytest.mark.parametrize("slug", some([*CHAPTERS], 2, SEED))
def test_every_result_is_the_same_when_repeated(run_chapter: Callable[..., Any], slug: str) -> None:
    assert run_chapter(slug).results == run_chapter(slug, again=True).results


@pytest.mark.heavy
@pytest.mark.parametrize("slug", some([*CHAPTERS], 2, SEED))
def test_a_chapter_ends_well_at_the_ends_of_what_is_allowed(problems: Ending, slug: str) -> None:
    parameters = CHAPTERS[slug].parameters
    assert problems(slug, [all_at_once(parameters, 0), all_at_once(parameters, -1)]) == []


@pytest.mark.heavy
@pytest.mark.parametrize(("slug", "changes"), some(BEYOND, 4, SEED), ids=str)
def test_a_chapter_ends_well_beyond_its_data(problems: Ending, slug: str, changes: Values) -> None:
    assert problems(slug, [changes]) == []


@pytest.mark.heavy
def test_the_newest_year_is_ranked_wherever_the_charts_begin(
    run_chapter: Callable[..., Any],
) -> None:
    late, published = run_chapter("policy", since=2030).results, run_chapter("policy").results
    for key in (
        "reach_budget",
        "rank_budget",
        "reach_facility",
        "rank_facility",
        "unknown_newest",
        "cost_median",
    ):
        assert late[key] == published[key], key
    assert late["last_first"].value is None


@pytest.mark.long
@pytest.mark.parametrize("slug", CHAPTERS)
def test_a_chapter_ends_well_with_each_value_at_an_end_and_with_values_at_random(
    problems: Ending, slug: str
) -> None:
    parameters, rng = CHAPTERS[slug].parameters, np.random.default_rng(SEED)
    assert (
        problems(
            slug, [*one_at_a_time(parameters), *(drawn(parameters, rng) for _ in range(DRAWS))]
        )
        == []
    )

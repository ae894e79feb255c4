"""Run a chapter as the press does, and keep what it shows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.edition.fingerprint import Fingerprint
from bookpress.elements.base.charts import VEGALITE_MIME, read_chart
from bookpress.run.cache import Run
from bookpress.run.engine import Engine, engine_for
from bookpress.run.job import job_for, run_job
from holdtrue.estimates import read_estimate

PROJECT = Project.at(Path(__file__).parents[3])
CHAPTERS = {chapter.slug: chapter for chapter in discover(PROJECT)}


class Shown:
    """What a chapter showed: its results and statements by key, its figures by name, its tables."""

    def __init__(self, run: Run) -> None:
        self.results = {key: read_estimate(fields) for key, fields in run.results.items()}
        self.statements = run.executed.statements
        self.figures = {}
        self.tables = []
        for cell in json.loads(run.notebook)["cells"]:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if VEGALITE_MIME in data:
                    said = output["metadata"][VEGALITE_MIME]
                    chart = read_chart(data[VEGALITE_MIME], said, cell["metadata"])
                    self.figures[chart.name] = chart
                if "text/markdown" in data:
                    self.tables.append("".join(data["text/markdown"]))


DONE: dict[str, Shown] = {}
"""Chapters that ran already, so that several tests can look at one run."""


@pytest.fixture(scope="session")
def engine() -> Engine:
    return engine_for(PROJECT)


@pytest.fixture(scope="session")
def run_chapter(engine: Engine) -> Callable[..., Shown]:
    """Return a function that runs a chapter with some parameters changed."""
    mark = Fingerprint.of(PROJECT)

    def run(slug: str, *, again: bool = False, **changes: Any) -> Shown:
        key = repr((slug, sorted(changes.items())))
        if key in DONE and not again:
            return DONE[key]
        chapter = CHAPTERS[slug]
        known = {one.name: one for one in chapter.parameters}
        values = {name: one.default for name, one in known.items()}
        values |= {name: known[name].check(value) for name, value in changes.items()}
        DONE[key] = Shown(run_job(job_for(PROJECT, chapter, values, mark), engine))
        return DONE[key]

    return run

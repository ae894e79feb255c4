"""Sphinx's warnings about the staged book, with the author's files and lines."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bookpress.assembly.edition_record import edition_record
from bookpress.assembly.staging import page_files, stage
from bookpress.book.chapters import Chapter
from bookpress.book.project import Project
from bookpress.book.source import build_time
from bookpress.check.problem import Problem
from bookpress.edition.editions import Edition, load_edition
from bookpress.edition.sureness import FILE
from bookpress.errors import PressError
from bookpress.formats import Format
from bookpress.outputs.base.process import make
from bookpress.outputs.html import FORMAT as PAGES
from bookpress.outputs.html.pages import log_of
from bookpress.outputs.html.places import CELL, source_line
from bookpress.run import processes
from bookpress.run.cache import Run
from bookpress.run.notebook import as_file
from bookpress.run.runner import cached_runs

PLACE = re.compile(
    r"^\s*(?P<file>[^\s:]+?)(?:\.(?P<ending>md|ipynb))?(?::(?P<line>\d+))?: "
    r"(?:WARNING|ERROR|CRITICAL): "
)
"""The beginning of a warning by Sphinx."""
DUMMY = Format("dummy", PAGES.module)
"""The builder that does everything except writing."""


def sphinx_warnings(project: Project) -> tuple[list[Problem], list[str]]:
    """Return Sphinx's warnings about the default edition, and the chapters that were not run."""
    edition = load_edition(project, "default")
    cached = cached_runs(project, edition)
    unchecked: list[str] = []
    runs: dict[str, Run] = {}
    for chapter in edition.chapters:
        slug = chapter.slug
        if slug not in cached:
            unchecked.append(slug)
        runs[slug] = cached.get(slug) or _as_written(chapter)
    lines = _warning_lines(project, edition, runs)
    chapters = {chapter.docname: chapter for chapter in edition.chapters}
    unexcused = [line for line in lines if not _excused(line, unchecked)]
    warnings = [_problem(line, chapters, runs) for line in unexcused]
    return list(dict.fromkeys(warnings)), unchecked


def _as_written(chapter: Chapter) -> Run:
    """Return a chapter as it was written, not run."""
    return Run(chapter.slug, "", as_file(chapter.notebook), {}, 0.0)


def _warning_lines(project: Project, edition: Edition, runs: Mapping[str, Run]) -> list[str]:
    """Return the lines of Sphinx's warnings about the staged book."""
    with tempfile.TemporaryDirectory(dir=processes.scratch()) as folder:
        home = Path(folder)
        source = home / "source"
        record = edition_record(project, edition, edition, runs, [PAGES])
        files = {**page_files(project, edition), FILE: b"{}"}
        stage(files, edition, runs, record, source)
        moment = int(build_time(project.root).timestamp())
        try:
            make([DUMMY], home, source, moment)
        except PressError:
            warnings = [line for line in log_of(home) if PLACE.match(line)]
            if warnings:
                return warnings
            raise
    return []


def _excused(warning: str, unchecked: Sequence[str]) -> bool:
    """Whether a warning is about something that is only known once chapters have run."""
    if not unchecked:
        return False
    unknown = [f"the chapter {slug!r} publishes no (result|statement)" for slug in unchecked]
    unknown.append(r"\b(fig|tab)-[a-z0-9-]+")
    return any(re.search(words, warning) for words in unknown)


def _problem(warning: str, chapters: Mapping[str, Chapter], runs: Mapping[str, Run]) -> Problem:
    """Return a warning by Sphinx as a problem, with the line as the author knows it.

    In a chapter, cell and line become a line of its source.
    """
    place = PLACE.match(warning)
    assert place  # noqa: S101 - only such lines are passed
    name = place["file"]
    line = int(place["line"] or 1)
    what = warning[place.end() :].strip()
    is_chapter = name in chapters
    if is_chapter and line >= CELL:
        chapter = chapters[name]
        line = source_line(chapter, runs[chapter.slug], line)
    file = chapters[name].where if is_chapter else f"{name}.md" if place["ending"] else name
    return Problem(file, line, what)

"""Sphinx's warnings about the staged book, with the author's files and lines."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bookpress.assembly.edition_record import edition_record
from bookpress.assembly.ingredients import was_read
from bookpress.assembly.page_files import page_files
from bookpress.assembly.staging import stage
from bookpress.book.chapters import Chapter
from bookpress.book.configuration import configuration
from bookpress.book.project import Project
from bookpress.book.source import build_time
from bookpress.chapter.bindings import bindings_of
from bookpress.chapter.quotes import in_sentence, roles_of
from bookpress.check.problem import Problem
from bookpress.edition.editions import BookAsRead, Edition, load_edition
from bookpress.edition.sureness import FILE
from bookpress.elements.base.registry import elements
from bookpress.errors import PressError, nearest, similar
from bookpress.files import decoded
from bookpress.formats import Format
from bookpress.outputs.base.process import make
from bookpress.outputs.html import FORMAT as PAGES
from bookpress.outputs.html.pages import BROKEN_OFF, log_of
from bookpress.run import processes
from bookpress.run.cache import Run
from bookpress.run.notebook import as_file
from bookpress.run.runner import cached_runs
from holdtrue.number_formats import FORMATS

PLACE = re.compile(
    r"^\s*(?:[\w ]+\.\.\. )?(?P<file>[^:]+?(?:: cell \d+)?)(?:, line |:)?(?P<line>\d*): "
    r"(?:WARNING|ERROR|CRITICAL): "
)
"""The beginning of a warning by Sphinx, which may stand behind what it says that it does.

Of a table of contents it names no line: ``index.md:: WARNING``.
"""
OURS = (
    r"ERROR: (?:no (?:{lacking})\b.*'"
    r"|the chapter '|`.*` (?:is not|contains a|reads the private)|\w+ is the name of a comparison)"
)
"""What roles of the press say of names that do not exist, which is an error in any book."""
LACKING = ("chapter", "page", "format", "figure")
"""What such names are of in any book."""
UNPUBLISHED = re.compile(
    r"the chapter '(?P<slug>[^']+)' publishes no (?P<kind>result|statement) "
    r"(?P<quote>['\"])(?P<key>.+?)(?P=quote)(?=;|$)"
)
NO_CHAPTER = re.compile(r"no chapter '(?P<slug>[^']+)'(?P<key>)")
UNKNOWN = re.compile(
    r"(?:undefined label:|could not find bibtex key|Unknown interpreted text role"
    r"|target not found:) (?P<quote>['\"])(?P<name>[^'\"]+)(?P=quote)"
)
LABEL = re.compile(r"^(?:\(|[ \t]+:?name:[ \t]+)([\w-]+)(?:\)=)?[ \t]*$", re.MULTILINE)
"""A label of a section, a figure or a table."""
WORK = re.compile(r"^@\w+\{[ \t]*([^\s,]+)", re.MULTILINE)
"""The key of a work in BibTeX."""
ROLES = ("cite:p", "cite:t", "doc", "math", "numref", "ref", "term")
"""The roles of Sphinx and of its extensions that a misspelt one may stand for."""
DUMMY = Format("dummy", PAGES.module)
"""The builder that does everything except writing."""


def sphinx_warnings(
    project: Project, chapters: Sequence[Chapter]
) -> tuple[list[Problem], list[str]]:
    """Return Sphinx's warnings about the default edition, and the chapters that were not run.

    A strict book is only built if there are none, so that what was built need not be read again.
    """
    edition = load_edition(project, "default", read=BookAsRead.of(project, chapters))
    if project.settings.strict and was_read(project, edition):
        return [], []
    cached = cached_runs(project, edition)
    unchecked: list[str] = []
    runs: dict[str, Run] = {}
    for chapter in edition.chapters:
        slug = chapter.slug
        if slug not in cached:
            unchecked.append(slug)
        runs[slug] = cached.get(slug) or _as_written(chapter)
    lines = _warning_lines(project, edition, runs)
    not_run = {chapter.slug: chapter for chapter in edition.chapters if chapter.slug in unchecked}
    sure = [_sure(line, not_run) for line in lines]
    warnings = [_problem(line) for line in sure if line]
    return list(dict.fromkeys(warnings)), unchecked


def explained(problem: Problem, pages: Mapping[str, str]) -> Problem:
    """Return a problem of a role with its line and sentence, where Sphinx has its paragraph's.

    An unknown format is named as one.
    """
    name = UNPUBLISHED.match(problem.what) or NO_CHAPTER.match(problem.what)
    text = pages.get(problem.where, "") if name else ""
    if not name or not text:
        return problem
    quoted = f"{name['slug']}:{re.sub(r'[.](?:first|last)$', '', name['key'])}"
    roles = [role for role in roles_of(text) if role.text.startswith(quoted)]
    if not roles:
        return problem
    role = min(roles, key=lambda role: abs(role.line - problem.line))
    what = problem.what
    before, _, how = role.text.rpartition(":")
    is_own = not name["key"] and before == name["slug"] and before in bindings_of(text)
    if is_own and role.kind == "result":
        what = f"no format {how!r}; there are {', '.join(FORMATS)}"
    return problem._replace(line=role.line, what=f"{what}{in_sentence(role.sentence)}")


def known_names(project: Project, pages: Mapping[str, str]) -> list[str]:
    """Return what pages may name: roles, labels, cited works and other pages."""
    names = [*ROLES, *(role for element in elements() for role in element.roles)]
    for page, text in pages.items():
        names += [page, *LABEL.findall(text)]
    for file in configuration(project.root).get("bibtex_bibfiles") or ():
        path = project.root / str(file)
        names += WORK.findall(decoded(path, lenient=True)) if path.is_file() else ()
    return names


def with_nearest(problem: Problem, known: Sequence[str]) -> Problem:
    """Return a problem of a name that does not exist with the one that was probably meant."""
    unknown = UNKNOWN.search(problem.what)
    if not unknown:
        return problem
    by_last_part = {Path(name).name: name for name in known}
    meant = by_last_part.get(similar(Path(unknown["name"]).name, list(by_last_part)), "")
    if meant.endswith(".md"):
        meant = os.path.relpath(meant, Path(problem.where).parent)
    return problem._replace(what=f"{problem.what}; did you mean {meant}?") if meant else problem


def _as_written(chapter: Chapter) -> Run:
    """Return a chapter as it was written, not run."""
    return Run(chapter.slug, "", as_file(chapter.notebook), {}, 0.0)


def _warning_lines(project: Project, edition: Edition, runs: Mapping[str, Run]) -> list[str]:
    """Return the lines of Sphinx's warnings about the staged book.

    If the book is not strict and can be built, these are only those about names of the press.
    """
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
            log = log_of(home)
            warnings = [line for line in log if PLACE.match(line)]
            is_whole = not any(map(BROKEN_OFF.search, log))
            if warnings and is_whole:
                return warnings
            raise
        lacking = "|".join([*LACKING, *project.settings.reported])
        ours = re.compile(OURS.format(lacking=lacking))
        return [line for line in log_of(home) if PLACE.match(line) and ours.search(line)]


def _sure(warning: str, not_run: Mapping[str, Chapter]) -> str:
    """Return a warning, empty if it is about something that is only known once chapters have run.

    What a chapter publishes is known before: it is what its prose quotes.
    """
    if not not_run:
        return warning
    if re.search(r"\b(fig|tab)-[a-z0-9-]+", warning):
        return ""
    name = UNPUBLISHED.search(warning)
    chapter = not_run.get(name["slug"]) if name else None
    if not name or not chapter:
        return warning
    try:
        published = _published(chapter, name["kind"])
    except PressError:  # reported where the chapter is read
        return ""
    if name["key"] in published:
        return ""
    return warning[: name.end()] + nearest(name["key"], published)


def _published(chapter: Chapter, kind: str) -> list[str]:
    """Return the keys of the results or the statements that a chapter publishes."""
    keys = [quote.key for quote in chapter.quotes if quote.kind == kind]
    if kind == "result":
        years = [quote.key for quote in chapter.quotes if quote.kind == "years"]
        keys += [f"{key}.{end}" for key in years for end in ("first", "last")]
    return keys


def _problem(warning: str) -> Problem:
    """Return a warning by Sphinx as a problem."""
    place = PLACE.match(warning)
    assert place  # noqa: S101 - only such lines are passed
    return Problem(place["file"], int(place["line"] or 1), warning[place.end() :].strip())

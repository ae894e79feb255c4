"""Reads the whole book without running anything, and reports what is wrong, with file and line.

Ruff finds undefined names, and Sphinx the rest: it reads the staged book, with the last runs of its
chapters, if there are any.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from bookpress.book.chapters import Chapter, page_slugs
from bookpress.book.discovery import discover
from bookpress.book.documents import builds_unlisted, may_be_written
from bookpress.book.project import FILE, Project, Settings
from bookpress.book.renamed import load_renamed, where
from bookpress.chapter.bindings import module_of
from bookpress.chapter.declarations import declaring, line_in
from bookpress.check.degrees import degrees
from bookpress.check.front_matter import front_matter_faults
from bookpress.check.names import Fault, assigned_again, undefined_names, unknown_names
from bookpress.check.pages import missing_pages, pages_of
from bookpress.check.problem import Problem, in_its_cell, line_in_yaml
from bookpress.check.prose import prose_lines, typed_numbers
from bookpress.check.renamed import table_faults
from bookpress.check.warnings import explained, known_names, sphinx_warnings, with_nearest
from bookpress.cite.book import SETTINGS, load_book
from bookpress.cite.deposit import REMAKE, outdated_files
from bookpress.edition.editions import BookAsRead, load_edition, setting_faults
from bookpress.edition.files import edition_names, file_faults, path_of
from bookpress.elements.contested.register import FILE as REGISTER
from bookpress.elements.contested.register import load_contested
from bookpress.elements.value.reported import reported_faults
from bookpress.errors import PressError, UsageError
from bookpress.files import as_mapping

SHOWN = {"title", "alt", "caption", "description", "label"}
"""Arguments whose text readers see."""


def check(project: Project) -> tuple[list[Problem], list[str]]:
    """Return the problems of a book, and the chapters whose results could not be checked.

    Problems are in the order of the book's files.
    """
    table = where(project)
    try:
        load_renamed(project)
    except UsageError as error:  # without it no chapter can be read
        return list(_of_file(error, table)), []
    try:
        chapters = discover(project)
        pages = pages_of(project, chapters)
    except PressError as error:
        return _contents(project, error), []
    problems, unchecked = _problems(project, chapters, pages)
    by_file = {chapter.where: chapter for chapter in chapters}
    return sorted({in_its_cell(problem, by_file) for problem in problems}), unchecked


def _contents(project: Project, error: PressError) -> list[Problem]:
    """Return what is wrong with ``_toc.yml``: documents that do not exist, or the error."""
    with suppress(PressError):
        if lost := [*_lost(project)]:
            return lost
    return [*_of_file(error, "_toc.yml")]


def _problems(
    project: Project, chapters: Sequence[Chapter], pages: Mapping[str, str]
) -> tuple[list[Problem], list[str]]:
    """Return the problems of chapters and pages that can be found, and what could not be checked.

    Lines are those of the chapters' sources.
    """
    broken = list(_structure(project, chapters))
    for name, slug in page_slugs(pages, chapters).items():
        broken += front_matter_faults(project, name, slug, pages[name])
    faulty = {problem.where for problem in broken}
    sound = [chapter for chapter in chapters if chapter.where not in faulty]
    readable = [chapter for chapter in chapters if _is_readable(chapter)]
    missing = _faults_of_code(readable, sound, project.settings.package)
    known = {(problem.where, problem.line) for problem in broken}
    problems = [*broken, *(Problem(*fault) for fault in missing if fault[:2] not in known)]
    for name, text in pages.items():
        problems += typed(name, text, project.settings) if project.settings.strict else ()
    problems += [*_lost(project), *_deposits(project)]
    problems += _quotes(readable)
    if not problems:
        problems += [
            Problem(degree.page, degree.sentence.line, degree.what)
            for degree in degrees(pages, sound, project.settings)
            if degree.comparisons and not degree.is_strong
        ]
    if broken:  # Sphinx would only repeat these problems
        return problems, []
    for line, fault in table_faults(project, chapters):
        problems.append(Problem(where(project), line, fault))
    warnings, unchecked = sphinx_warnings(project, chapters)
    reported = {problem.without_place for problem in problems}
    new = [explained(each, pages) for each in warnings if each.without_place not in reported]
    names = known_names(project, pages) if new else []
    problems += [with_nearest(each, names) for each in new]
    return problems, unchecked


def _lost(project: Project) -> Iterator[Problem]:
    """Yield the documents that ``_toc.yml`` lists but that do not exist.

    Where an extension may write them, Sphinx says which of them it does not.
    """
    if may_be_written(project):
        return
    for line, file in missing_pages(project):
        yield Problem("_toc.yml", line, f"lists {file}: no such file")


def _faults_of_code(
    readable: Sequence[Chapter], sound: Sequence[Chapter], package: str
) -> Iterator[Fault]:
    """Yield the faults of names in the cells of chapters; `sound` have parameters that are read.

    Cells in another language are left alone.
    """
    python = [chapter for chapter in readable if chapter.is_python]
    yield from undefined_names(python)
    yield from unknown_names(python, package)
    yield from assigned_again([chapter for chapter in sound if chapter.is_python])


def _structure(project: Project, chapters: Sequence[Chapter]) -> Iterator[Problem]:
    """Yield the chapters and editions that cannot be read."""
    broken: list[Problem] = []
    for chapter in chapters:
        if not (chapter.listed or builds_unlisted(project)):
            yield Problem(chapter.where, 1, "not in _toc.yml")
        for part in ("title", "front_matter", "declared"):
            try:
                getattr(chapter, part)
            except PressError as error:
                broken += _problems_in(error, chapter)
    if broken:  # then no edition can be read either
        yield from dict.fromkeys(broken)
        return
    faults = [*setting_faults(project, chapters), *reported_faults(project)]
    yield from (Problem(FILE, 1, fault) for fault in faults)
    try:
        load_contested(project)
    except UsageError as error:
        yield from _of_file(error, f"{project.data.name}/{REGISTER}")
    if not faults:
        yield from _editions(project, chapters)


def _is_readable(chapter: Chapter) -> bool:
    """Return whether a chapter's cells and prose can be read, whatever its parameters are."""
    try:
        _ = chapter.title, chapter.front_matter
    except PressError:
        return False
    return True


def _problems_in(error: PressError, chapter: Chapter) -> Iterator[Problem]:
    """Yield the problems of a chapter in an error: one a line, each with its place, if known."""
    for message in str(error).splitlines():
        fault = message.removeprefix(chapter.where)
        line = 1
        where = chapter.where
        if place := re.match(r":(\d+)(?:: | )", fault):
            line = int(place[1])
        elif place := re.match(r"(: cell \d+), line (\d+): ", fault):
            where += place[1]
            line = int(place[2])
        elif place := re.match(r": line (\d+) of the parameters cell(?:: | )", fault):
            code, _ = declaring(chapter.notebook["cells"])
            line = max(1, line_in(chapter.source, code) + int(place[1]) - 1)
        what = fault[place.end() :] if place else fault.lstrip(": ")
        yield Problem(where, line if place else line_in_yaml(what), what)


def _editions(project: Project, chapters: Sequence[Chapter]) -> Iterator[Problem]:
    """Yield the editions that cannot be read."""
    for file, fault in file_faults(project).items():
        yield Problem(file, 1, fault)
    read = None
    for name in edition_names(project):
        try:
            read = read or BookAsRead.of(project, chapters)
            load_edition(project, name, read=read)
        except PressError as error:
            yield from _of_file(error, path_of(name))


def _of_file(error: PressError, file: str) -> Iterator[Problem]:
    """Yield the problems in an error that are of one file, which their messages may begin with."""
    problems = error.problems if isinstance(error, UsageError) else [str(error)]
    for problem in problems:
        what = problem.removeprefix(file).lstrip(": ")
        yield Problem(file, line_in_yaml(what), what)


def _quotes(chapters: Sequence[Chapter]) -> Iterator[Problem]:
    """Yield the faults of what the prose of chapters quotes."""
    for chapter in chapters:
        try:
            _ = chapter.quotes_cell
        except PressError as error:
            yield from _problems_in(error, chapter)


def _deposits(project: Project) -> Iterator[Problem]:
    """Yield the records for archives and code hosts that contradict the publication settings."""
    fault = f"is not what {SETTINGS} says: run `{REMAKE}`"
    with suppress(PressError):  # faults of the settings are reported elsewhere
        for name in outdated_files(project.root, load_book(project.root)):
            yield Problem(name, 1, fault)


def typed(name: str, text: str, settings: Settings) -> Iterator[Problem]:
    """Yield numbers that were typed by hand, in prose or in texts that cells show."""
    instead = "record it as a result"
    if settings.reported:
        roles = " or ".join(f"{{{role}}}" for role in settings.reported)
        instead += f", or quote what others report by {roles}"
    excused = re.findall(r"^\s+literals: *\[([^\]]*)\]", text, re.MULTILINE)
    literals: list[str] = []
    for listed in excused:
        entries = as_mapping(f"x: [{listed}]", name, "literals")
        literals += entries["x"]
    lines = [*prose_lines(text), *_shown(text)]
    for line, content in lines:
        for number in typed_numbers(content, literals, settings.counted):
            what = f"the number {number} is typed by hand: {instead}"
            yield Problem(name, line, what)


def _shown(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and content of texts in code cells that readers see."""
    with suppress(SyntaxError):
        tree = module_of(text)
        nodes = list(ast.walk(tree))
        for node in nodes:
            if isinstance(node, ast.FormattedValue):
                node.format_spec = None  # a format, not text
        for node in nodes:
            if isinstance(node, ast.keyword) and node.arg in SHOWN:
                yield from _constants(node.value)


def _constants(expression: ast.expr) -> Iterator[tuple[int, str]]:
    """Yield the line and content of texts in an expression."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value

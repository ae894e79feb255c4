"""Read the whole book without running anything of it, and say what is wrong, with file and line.

Ruff finds undefined names, Sphinx the rest: it reads the staged book, with chapters as they were
run before, if they were.
"""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

from bookpress.book.chapters import Chapter, discover
from bookpress.book.project import Project
from bookpress.book.renamed import load_renamed, where
from bookpress.book.source import build_time
from bookpress.chapter.bindings import python_of
from bookpress.chapter.quotes import CELLS, quotes_of
from bookpress.check.degrees import degrees
from bookpress.check.names import assigned_again, undefined_names, unknown_names
from bookpress.check.pages import pages_of
from bookpress.check.prose import prose_lines, typed_numbers
from bookpress.check.renamed import table_faults
from bookpress.cite.deposit import deposit_files
from bookpress.cite.record import SETTINGS, load_book
from bookpress.edition.build import edition_record
from bookpress.edition.editions import Edition, edition_names, file_faults, load_edition
from bookpress.edition.staging import stage
from bookpress.errors import PressError, UsageError, nearest
from bookpress.files import FRONT, as_mapping, front_matter, read
from bookpress.outputs.base.process import make
from bookpress.outputs.base.registry import Format
from bookpress.outputs.html import FORMAT as PAGES
from bookpress.run import processes
from bookpress.run.cache import Run
from bookpress.run.notebook import as_file
from bookpress.run.runner import cached_runs
from bookpress.states.robustness import FILE

ENTRIES = [
    *("abstract", "also", "authors", "data_date", "doi"),
    *("finding", "headline", "keywords", "literals", "needs", "template", "time_limit"),
]
"""What the book's own part of the front matter of a page may hold."""
SHOWN = {"title", "alt", "caption", "description", "label"}
"""Arguments whose text is shown to readers."""
PLACE = re.compile(
    r"^\s*(?P<file>[^\s:]+?)(?:\.(?P<ending>md|ipynb))?(?::(?P<line>\d+))?: "
    r"(?:WARNING|ERROR|CRITICAL): "
)
"""How a warning of Sphinx begins."""
DUMMY = Format("dummy", PAGES.module)
"""All that Jupyter Book does, but for writing."""
CELL = 10_000
"""MyST-NB counts lines within a cell, and cells in tens of thousands."""
DIRECTION = re.compile(
    r"\b(?:rose|ris(?:e|es|en|ing)|f[ae]ll(?:s|en|ing)?|gr[eo]w(?:s|n|ing|th)?"
    r"|shr[aiu]nk\w*|declin\w+|(?:in|de)creas\w+|doubl(?:ed|es|ing)|halv(?:ed|es|ing)"
    r"|widen\w*|narrow(?:s|ed|ing)|more|less|fewer|higher|lower|larger|smaller|greater"
    r"|faster|slower|rarer|most|majority|minority|exceed\w*|twice|times as|only)\b",
    re.IGNORECASE,
)
"""Words by which a sentence says which way, or on which side."""


class Problem(NamedTuple):
    """What is wrong, and where."""

    where: str
    line: int
    what: str

    @property
    def said(self) -> tuple[str, str]:
        """The problem without its line, which two tools may count otherwise."""
        return self.where, self.what

    def __str__(self) -> str:
        return f"{self.where}:{self.line}: {self.what}"


def check(project: Project) -> tuple[list[Problem], list[str]]:
    """Return what is wrong with a book, and the chapters whose result keys are unchecked.

    Problems come in the order of the book's files.
    """
    table = where(project)
    try:
        load_renamed(project)
    except UsageError as error:  # no chapter is known without it
        prefix = f"{table}: "
        faults = [problem.removeprefix(prefix) for problem in error.problems]
        return [Problem(table, 1, fault) for fault in faults], []
    try:
        chapters = discover(project)
        pages = pages_of(project, chapters)
    except PressError as error:
        return [Problem("_toc.yml", 1, str(error))], []
    broken = list(_structure(project, chapters))
    for name, text in pages.items():
        broken += _front_matter(project, name, text)
    faulty = {problem.where for problem in broken}
    sound = [chapter for chapter in chapters if chapter.where not in faulty]
    package = project.settings.package
    missing = [*undefined_names(sound), *unknown_names(sound, package), *assigned_again(sound)]
    problems = [*broken, *starmap(Problem, missing)]
    for name, text in pages.items():
        problems += typed(name, text) if project.settings.strict else ()
    problems += _deposits(project)
    problems += _quotes(sound)
    if not problems:
        problems += [
            Problem(degree.page, degree.sentence.line, degree.what)
            for degree in degrees(pages, sound, project.settings)
            if degree.comparisons and not degree.is_strong
        ]
    if broken:  # Sphinx would only repeat what is wrong already
        return sorted({*problems}), []
    for line, fault in table_faults(project, chapters):
        problems.append(Problem(table, line, fault))
    warnings, unchecked = _warnings(project)
    known = {problem.said for problem in problems}
    problems += [warning for warning in warnings if warning.said not in known]
    return sorted(problems), unchecked


def untested(project: Project) -> list[Problem]:
    """Return the paragraphs that quote results, claim a direction and rest on no statement.

    So do sentences whose words say how much. They are a list, no verdict.
    """
    chapters = discover(project)
    pages = pages_of(project, chapters)
    problems = [
        Problem(degree.page, degree.sentence.line, degree.what)
        for degree in degrees(pages, chapters, project.settings)
        if not degree.comparisons
    ]
    for name, page in pages.items():
        for line, paragraph in paragraphs(page):
            words = _untested_words(paragraph)
            if words:
                what = f"says {words} of a result, and rests on no statement"
                problems.append(Problem(name, line, what))
    return sorted(problems)


def _untested_words(paragraph: str) -> str:
    """Return the words that claim a direction of a result without a statement.

    There are none in other paragraphs.
    """
    if "{result}`" not in paragraph or "{holds}`" in paragraph:
        return ""
    prose = " ".join(content for _, content in prose_lines(paragraph))
    words = dict.fromkeys(DIRECTION.findall(prose))
    return ", ".join(map(repr, words))


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a MyST page, each with its line.

    The lines of its front matter are paragraphs too; cells are left out.
    """
    head = FRONT.match(text)
    front = text[: head.end()] if head else ""
    yield from enumerate(front.splitlines(), 1)
    body = CELLS.sub(_line_breaks, text[len(front) :])
    first_line = front.count("\n") + 1
    for paragraph in re.finditer(r"(?:^.*\S.*\n?)+", body, re.MULTILINE):
        line = first_line + body.count("\n", 0, paragraph.start())
        yield line, paragraph[0].rstrip("\n")


def _line_breaks(cell: re.Match[str]) -> str:
    return "\n" * cell[0].count("\n")


def _structure(project: Project, chapters: Sequence[Chapter]) -> Iterator[Problem]:
    """Yield the chapters and editions that cannot be read."""
    for chapter in chapters:
        if not chapter.listed:
            yield Problem(chapter.where, 1, "not in _toc.yml")
        try:
            _ = chapter.title, chapter.front_matter, chapter.parameters
        except PressError as error:
            message = str(error)
            line = _parameter_line(chapter, message)
            fault = message.removeprefix(f"{chapter.where}: ")
            yield Problem(chapter.where, line, fault)
            return  # no edition can be read either
    for file, fault in file_faults(project).items():
        yield Problem(file, 1, fault)
    for name in edition_names(project):
        try:
            load_edition(project, name)
        except PressError as error:
            yield Problem(f"book/editions/{name}.yml", 1, str(error))


def _parameter_line(chapter: Chapter, message: str) -> int:
    """Return the line of the parameter that a message names.

    It is the first where the message names none.
    """
    parameter = re.search(r"parameter (\w+)", message)
    if parameter:
        for number, line in enumerate(chapter.source.splitlines(), 1):
            if line.startswith(f"{parameter[1]}:"):
                return number
    return 1


def _front_matter(project: Project, name: str, text: str) -> Iterator[Problem]:
    """Yield what is wrong with the book's own part of the front matter of a page."""
    key = project.settings.front_matter
    try:
        own = front_matter(text, name).get(key) or {}
    except UsageError as error:
        message = str(error)
        place = re.search(r"line (\d+): ", message)
        line = int(place[1]) + 1 if place else 1
        yield Problem(name, line, message.removeprefix(f"{name}: "))
        return
    if not isinstance(own, dict):
        yield Problem(name, 1, f"the front matter's `{key}` holds no named entries")
        return
    for entry in own:
        if entry not in ENTRIES:
            suggestion = nearest(entry, ENTRIES)
            fault = f"the front matter's `{key}` has no {entry!r}{suggestion}"
            yield Problem(name, _entry_line(text, entry), fault)
    if "headline" in own:
        yield from _headline(name, text, own)


def _headline(name: str, text: str, own: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the result that stands for a chapter."""
    slug = Path(name).stem
    try:
        quotes = quotes_of(slug, text, own.get("also") or ())
    except UsageError:  # which is reported as what it is
        return
    results = [quote.key for quote in quotes if quote.kind == "result"]
    key = str(own["headline"])
    if key not in results:
        fault = f"the chapter publishes no result {key!r}{nearest(key, results)}"
        yield Problem(name, _entry_line(text, "headline"), f"headline: {fault}")


def _entry_line(text: str, entry: str) -> int:
    """Return the line of an entry of the front matter."""
    lines = [line.strip() for line in text.splitlines()]
    first = next(line for line in lines if line.startswith(f"{entry}:"))
    return lines.index(first) + 1


def _quotes(chapters: Sequence[Chapter]) -> Iterator[Problem]:
    """Yield what is wrong with what the prose of chapters quotes."""
    for chapter in chapters:
        try:
            _ = chapter.quotes_cell
        except PressError as error:
            for place in str(error).splitlines():
                fault = place.removeprefix(f"{chapter.where}:")
                line, _, what = fault.partition(": ")
                yield Problem(chapter.where, int(line), what)


def _deposits(project: Project) -> Iterator[Problem]:
    """Yield the records for archives and code hosts that the publication settings belie."""
    command = f"python -m {deposit_files.__module__}"
    fault = f"is not what {SETTINGS} says: run `{command}`"
    with suppress(PressError):  # what is wrong with the settings is told elsewhere
        book = load_book(project.root)
        for name, text in deposit_files(book).items():
            path = project.root / name
            if path.is_file() and read(path) != text.encode():
                yield Problem(name, 1, fault)


def typed(name: str, text: str) -> Iterator[Problem]:
    """Yield numbers that were typed by hand.

    They stand in the prose of a page, and in the texts that its cells show.
    """
    excused = re.findall(r"^\s+literals: *\[([^\]]*)\]", text, re.MULTILINE)
    literals: list[str] = []
    for listed in excused:
        entries = as_mapping(f"x: [{listed}]", name, "literals")
        literals += entries["x"]
    lines = [*prose_lines(text), *_shown(text)]
    for line, content in lines:
        for number in typed_numbers(content, literals):
            what = f"the number {number} is typed by hand: record it as a result, or quote a claim"
            yield Problem(name, line, what)


def _shown(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and content of the texts that code cells show to readers."""
    with suppress(SyntaxError):
        tree = ast.parse(python_of(text))
        nodes = list(ast.walk(tree))
        for node in nodes:
            if isinstance(node, ast.FormattedValue):
                node.format_spec = None  # says how a value is written: no text
        for node in nodes:
            if isinstance(node, ast.keyword) and node.arg in SHOWN:
                yield from _constants(node.value)


def _constants(expression: ast.expr) -> Iterator[tuple[int, str]]:
    """Yield line and content of the texts in an expression."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _warnings(project: Project) -> tuple[list[Problem], list[str]]:
    """Return what Sphinx warns of in the default edition.

    The second list has the chapters that were not run.
    """
    edition = load_edition(project, "default")
    cached = cached_runs(project, edition)
    unchecked: list[str] = []
    runs: dict[str, Run] = {}
    for chapter in edition.chapters:
        slug = chapter.slug
        if slug not in cached:
            unchecked.append(slug)
        runs[slug] = cached.get(slug) or _as_written(chapter)
    lines = _sphinx_warnings(project, edition, runs)
    chapters = {chapter.docname: chapter for chapter in edition.chapters}
    warnings = [_problem(line, chapters) for line in lines if not _excused(line, unchecked)]
    return list(dict.fromkeys(warnings)), unchecked


def _as_written(chapter: Chapter) -> Run:
    """Return a chapter as it was written, not run."""
    return Run(chapter.slug, "", as_file(chapter.notebook), {}, 0.0)


def _sphinx_warnings(project: Project, edition: Edition, runs: Mapping[str, Run]) -> list[str]:
    """Return the lines by which Sphinx warns when it reads the staged book."""
    with tempfile.TemporaryDirectory(dir=processes.scratch()) as folder:
        home = Path(folder)
        source = home / "source"
        record = edition_record(project, edition, edition, runs, [PAGES])
        stage(project, edition, runs, record, source, {FILE: b"{}"})
        moment = int(build_time(project.root).timestamp())
        try:
            make([DUMMY], home, source, moment)
        except PressError:
            log = home / "sphinx.log"
            text = log.read_text(encoding="utf-8") if log.is_file() else ""
            lines = text.replace(f"{source}/", "").splitlines()
            warnings = [line for line in lines if PLACE.match(line)]
            if warnings:
                return warnings
            raise
    return []


def _excused(warning: str, unchecked: Sequence[str]) -> bool:
    """Whether a warning is about what is only known when chapters have been run."""
    if not unchecked:
        return False
    unknown = [f"the chapter {slug!r} publishes no (result|statement)" for slug in unchecked]
    unknown.append(r"\b(fig|tab)-[a-z0-9-]+")
    return any(re.search(words, warning) for words in unknown)


def _problem(warning: str, chapters: Mapping[str, Chapter]) -> Problem:
    """Return a warning of Sphinx as a problem, with the line as the author knows it.

    Of a chapter, cell and line become a line of its source.
    """
    place = PLACE.match(warning)
    assert place  # noqa: S101 - only such lines are asked
    name = place["file"]
    line = int(place["line"] or 1)
    what = warning[place.end() :].strip()
    is_chapter = name in chapters
    if is_chapter and line >= CELL:
        line = _source_line(chapters[name], line)
    is_page = place["ending"] or is_chapter
    file = f"{name}.md" if is_page else name
    return Problem(file, line, what)


def _source_line(chapter: Chapter, line: int) -> int:
    """Return the line of a chapter's source that MyST-NB counts by cell and line."""
    import jupytext

    notebook = jupytext.myst.myst_to_notebook(chapter.source, add_source_map=True)
    starts: list[int] = notebook.metadata["source_map"]
    number, line_of_cell = divmod(line, CELL)
    cell = min(number, len(starts))
    return starts[cell - 1] + line_of_cell

"""Read the whole book without running anything and say what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bookpress.book.chapters import nearest, toc_files
from bookpress.book.edition_files import edition_names, file_faults
from bookpress.book.editions import load_edition
from bookpress.book.project import Project
from bookpress.check import code
from bookpress.check.names import undefined_names
from bookpress.check.references import reference_faults
from bookpress.check.sources import Book, Page, Problem, doubled
from bookpress.check.typed_numbers import typed_numbers
from bookpress.errors import PressError

ENTRIES = (
    "abstract",
    "authors",
    "data_date",
    "doi",
    "finding",
    "keywords",
    "kicker",
    "literals",
    "template",
    "time_limit",
)
"""What the ``compute_divide`` part of a page's front matter may hold."""


def check(project: Project) -> list[Problem]:
    """Return what is wrong with a book, in the order of its pages.

    Finds files that cannot be read, chapters whose parameters are wrong, cells with undefined names, results quoted
    that no chapter records, unknown parameters, claims, citations, terms, formats, roles and cross-references,
    conditions that are none, links to what is not there, and numbers typed by hand. Nothing is run.

    Parameters
    ----------
    project : Project
        The book.
    """
    try:
        missing = [name for name in toc_files(project) if not (project.root / f"{name}.md").is_file()]
        if missing:
            return [Problem("_toc.yml", 1, f"lists {name}.md: no such file") for name in missing]
        book = Book(project)
    except PressError as error:
        return [Problem("_toc.yml", 1, str(error))]
    problems = [*book.faults, *_structure(book), *doubled(book.pages)]
    for page in book.pages:
        found = [*_cells(page), *_prose(page, book)]
        problems += sorted({str(problem): problem for problem in found}.values())
    return problems


def _structure(book: Book) -> Iterator[Problem]:
    """Yield what is wrong with chapters and editions as such."""
    broken = []
    for page in book.chapters.values():
        assert page.chapter  # noqa: S101 - it is one of the chapters
        if not page.chapter.listed:
            yield Problem(page.where, 1, "not in _toc.yml")
        try:
            _ = page.chapter.title, page.chapter.parameters
        except PressError as error:
            broken.append(str(error))
            if not page.of_kind("fault"):
                what = str(error).removeprefix(f"{page.where}: ")
                yield Problem(page.where, _line_of_parameter(page, what), what)
    yield from (Problem(file, 1, fault) for file, fault in file_faults(book.project).items())
    for name in edition_names(book.project):
        try:
            load_edition(book.project, name)
        except PressError as error:
            if str(error) not in broken:
                yield Problem(f"book/editions/{name}.yml", 1, str(error))


def _line_of_parameter(page: Page, message: str) -> int:
    """Return the line of the parameter that a message names, else of the cell that declares parameters."""
    found = re.search(r"parameter (\w+)", message)
    for item in page.of_kind("cell"):
        if re.search(r"\bparameters\b", item.name):
            lines = enumerate(item.content.split("\n"), item.line)
            name = found[1] if found else ""
            return next((number for number, text in lines if name and text.startswith(name)), item.line)
    return 1


def _cells(page: Page) -> Iterator[Problem]:
    """Yield what is wrong with the code of a page."""
    for found in code.syntax_faults(page.cells):
        yield Problem(page.where, found.line, found.text)
    for found in code.failing_imports(page.cells):
        yield Problem(page.where, found.line, found.text)
    for found in undefined_names(page.cells):
        yield Problem(page.where, found.line, f"the name {found.text!r} is not defined")
    for key in page.keys:
        if key.is_open:
            line = page.cells[key.cell].line + key.line - 1
            yield Problem(page.where, line, "the keys recorded here cannot be checked: write out what they are made of")
    for found in code.shown_texts(page.cells):
        for number in typed_numbers(found.text, page.literals):
            yield Problem(page.where, found.line, _typed(number))


def _prose(page: Page, book: Book) -> Iterator[Problem]:
    """Yield what is wrong with the text of a page."""
    for item in page.items:
        words: list[str] = []
        if item.kind == "text":
            words = [_typed(number) for number in typed_numbers(item.content, page.literals)]
        elif item.kind == "fault":
            words = [item.content]
        elif item.kind == "entry" and item.content not in ENTRIES:
            words = [f"the front matter's `compute_divide` has no {item.content!r}{nearest(item.content, ENTRIES)}"]
        else:
            words = list(reference_faults(item, page, book))
        yield from (Problem(page.where, item.line, what) for what in words)


def _typed(number: str) -> str:
    return f"the number {number} is typed by hand: record it as a result, or quote a claim"

"""Maps Sphinx's messages about a staged notebook to places in the author's file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.myst import cell_lines, with_full_kernel
from bookpress.run.cache import Run
from bookpress.run.failures import BOX
from bookpress.run.notebook import is_injected

RESTRUCTURED = "{eval-rst}"
CELL = 10_000
"""MyST-NB gives a line as this times the cell's number, plus the line within the cell, from two."""

OF_PAGE = re.compile(r"(?P<suffix>\.(?!md\b|rst\b)\w+):(?P<line>\d{5,})(?=: [A-Z]{5,}: )")
"""A line of a notebook, or of a document in a format of the book's own."""


def by_author(message: str, chapters: Sequence[Chapter], runs: Mapping[str, Run]) -> str:
    """Return Sphinx's messages with the authors' files and lines."""
    staged = {f"{chapter.docname}.ipynb": chapter for chapter in chapters}
    names = "|".join(re.escape(name) for name in sorted(staged, key=len, reverse=True))
    place = re.compile(rf"(?<![\w/])(?P<name>{names})(?::(?P<line>\d+))?(?=:)")

    def written(match: re.Match[str]) -> str:
        chapter = staged[match["name"]]
        line = int(match["line"] or 0)
        return f"{chapter.where}{_line(chapter, runs[chapter.slug], line)}"

    return OF_PAGE.sub(_cell_of_page, place.sub(written, message) if staged else message)


def _cell_of_page(match: re.Match[str]) -> str:
    """Return the place in a notebook that has no code to run, and so is staged as it is."""
    number, line_of_cell = divmod(int(match["line"]), CELL)
    return f"{match['suffix']}: cell {number}, line {max(1, line_of_cell - 1)}"


def _line(chapter: Chapter, run: Run, line: int) -> str:
    """Return a line in the form that follows the name of a file."""
    if line < CELL:
        return f":{line}" if line else ""
    if chapter.path.suffix == ".md":
        return f":{source_line(chapter, run, line)}"
    number, line_of_cell = divmod(line, CELL)
    return f": cell {_number(run, number)}, line {max(1, line_of_cell - 1)}"


def source_map(chapter: Chapter, cells: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the number of lines of its source before each staged cell of a chapter.

    Without such a map, MyST-NB reads reStructuredText behind as many empty lines as there are above
    it, counting ten thousand for each cell. It is empty if none is needed, or if the source is
    unusual.
    """
    is_needed = chapter.path.suffix == ".md" and RESTRUCTURED in chapter.source
    starts = cell_lines(chapter.source) if is_needed else None
    if not starts:
        return []
    added = [_is_added(cell) for cell in cells]
    numbers = [number - sum(added[:number]) for number in range(1, len(cells) + 1)]
    return [starts[min(max(1, number), len(starts)) - 1] for number in numbers]


def source_line(chapter: Chapter, run: Run, line: int) -> int:
    """Return the line of a chapter's source for one of MyST-NB's lines."""
    starts = cell_lines(chapter.source) or _lines_by_jupytext(chapter.source)
    number, line_of_cell = divmod(line, CELL)
    cell = min(_number(run, number), len(starts))
    return starts[cell - 1] + line_of_cell


@cache
def _lines_by_jupytext(source: str) -> list[int]:
    import jupytext  # slow, and only needed for unusual notebooks

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has warned when the chapter was read, if at all
        notebook = jupytext.myst.myst_to_notebook(with_full_kernel(source), add_source_map=True)
    lines: list[int] = notebook.metadata["source_map"]
    return lines


def _number(run: Run, number: int) -> int:
    """Return the number of a cell among the author's own."""
    before = run.executed.cells[:number]
    return max(1, number - sum(map(_is_added, before)))


def _is_added(cell: Mapping[str, Any]) -> bool:
    """Return whether the press added a cell: the injected one, or the box about a failure."""
    return is_injected(cell) or "".join(cell["source"]).startswith(BOX)

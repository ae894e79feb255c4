"""A problem of the book, with the place where the author can fix it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bookpress.book.chapters import Chapter
from bookpress.chapter.quotes import CELLS
from bookpress.myst import cell_lines

SENTENCE = re.compile(r" \(in: .*\)$")
"""The end of a message that shows the sentence it is about."""
IN_CELL = re.compile(r": cell \d+$")
"""The end of a place in a notebook."""


class Problem(NamedTuple):
    """What is wrong, and where."""

    where: str
    line: int
    what: str

    @property
    def without_place(self) -> tuple[str, str]:
        """The file and the fault alone, because two tools may count lines differently."""
        return self.where, SENTENCE.sub("", self.what)

    def __str__(self) -> str:
        line = f", line {self.line}" if IN_CELL.search(self.where) else f":{self.line}"
        return f"{self.where}{line}: {self.what}"


def in_its_cell(problem: Problem, chapters: Mapping[str, Chapter]) -> Problem:
    """Return a problem with its cell, if it is in a chapter that has no lines for its author.

    `chapters` are by file. The line is one of the text that the press makes of a notebook.
    """
    chapter = chapters.get(problem.where)
    if chapter is None or chapter.path.suffix == ".md":
        return problem
    starts = cell_lines(chapter.source) or []
    number = bisect_left(starts, problem.line)
    if number == 0:
        return problem
    begin = starts[number - 1]
    before = chapter.source.split("\n")[begin : problem.line - 1]
    above = next((place for place, line in enumerate(before) if line), len(before)) + begin
    for code in _before_code(chapter.source):
        above = code if begin <= code < problem.line else above
    return Problem(f"{chapter.where}: cell {number}", problem.line - above, problem.what)


def _before_code(source: str) -> Iterator[int]:
    """Yield how many lines stand before the code of each cell, in the text of a notebook."""
    for cell in CELLS.finditer(source):
        # an empty line separates options that begin with a colon from the code
        yield source.count("\n", 0, cell.start("code")) + cell["head"].startswith(":")

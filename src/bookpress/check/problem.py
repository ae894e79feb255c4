"""A problem of the book, with the place where the author can fix it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple

from bookpress.book.chapters import Chapter
from bookpress.myst import cell_lines

SENTENCE = re.compile(r" \(in: .*\)$")
"""The end of a message that shows the sentence it is about."""
IN_CELL = re.compile(r": (?:code )?cell \d+$")
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
    before = chapter.source.splitlines()[starts[number - 1] : problem.line - 1]
    first = next((place for place, line in enumerate(before) if line), len(before))
    return Problem(f"{chapter.where}: cell {number}", len(before) - first + 1, problem.what)

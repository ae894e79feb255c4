"""A problem of the book, with the place where the author can fix it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from bookpress.book.chapters import Chapter
from bookpress.myst import TEXT, cell_at

SENTENCE = re.compile(r" \(in: .*\)$")
"""The end of a message that shows the sentence it is about."""
IN_CELL = re.compile(r": cell \d+$")
"""The end of a place in a notebook."""

IN_YAML = re.compile(r"line (\d+)(?:: | could not be read)")
"""The line in a message about YAML."""


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


def line_in_yaml(message: str) -> int:
    """Return the line that a message about YAML names; 1 if it names none."""
    place = IN_YAML.search(message)
    return int(place[1]) if place else 1


def in_its_cell(problem: Problem, chapters: Mapping[str, Chapter]) -> Problem:
    """Return a problem with its cell, if it is in a chapter that has no lines for its author.

    `chapters` are by file. The line is one of the text that the press makes of a notebook.
    """
    chapter = chapters.get(problem.where)
    if chapter is None or chapter.path.suffix == TEXT:
        return problem
    place = cell_at(chapter.source, problem.line)
    if place is None:
        return problem
    number, line = place
    return Problem(f"{chapter.where}: cell {number}", line, problem.what)

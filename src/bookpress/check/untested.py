"""Paragraphs and sentences that say more about a result than a statement has tested."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.check.degrees import degrees
from bookpress.check.pages import pages_of
from bookpress.check.problem import Problem
from bookpress.check.prose import prose_lines
from bookpress.files import FRONT
from bookpress.myst import CELLS

DIRECTION = re.compile(
    r"\b(?:rose|ris(?:e|es|en|ing)|f[ae]ll(?:s|en|ing)?|gr[eo]w(?:s|n|ing|th)?"
    r"|shr[aiu]nk\w*|declin\w+|(?:in|de)creas\w+|doubl(?:ed|es|ing)|halv(?:ed|es|ing)"
    r"|widen\w*|narrow(?:s|ed|ing)|more|less|fewer|higher|lower|larger|smaller|greater"
    r"|faster|slower|rarer|most|majority|minority|exceed\w*|twice|times as|only)\b",
    re.IGNORECASE,
)
"""Words that assert a direction or a side."""


def untested(project: Project) -> list[Problem]:
    """Return paragraphs that quote results and assert a direction, but rest on no statement.

    Also sentences with words of degree and no comparison. These are not errors.
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
    """Return the words in a paragraph that assert a direction of a result without a statement."""
    if "{result}`" not in paragraph or "{holds}`" in paragraph:
        return ""
    prose = " ".join(content for _, content in prose_lines(paragraph))
    words = dict.fromkeys(DIRECTION.findall(prose))
    return ", ".join(map(repr, words))


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a MyST page, each with its line.

    Each line of the front matter is a paragraph too; cells are left out.
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

"""The chapters can be read to their ends: their length, the numbers in their sentences, one phrase."""

import re
from pathlib import Path

import pytest
from tests.readable import NOTEBOOKS, read, without_folds

from bookpress.files import FRONT
from bookpress.myst import CELLS

ROOT = NOTEBOOKS.parent
CHAPTERS = sorted(path.stem for path in NOTEBOOKS.glob("*.md"))
PAGES = [ROOT / "index.md", *sorted((ROOT / "book").glob("*.md")), *sorted(NOTEBOOKS.glob("*.md"))]
HISTORY = {"changes.md", "new-chapter.md"}
"""What tells of earlier editions, and a pattern for new chapters."""


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_is_read_in_nine_minutes_and_is_no_string_of_numbers(chapter: str) -> None:
    reading = read((NOTEBOOKS / f"{chapter}.md").read_text("utf-8"))
    assert reading.minutes <= 9
    assert reading.with_number <= 0.4 * reading.sentences
    assert reading.crowded == []


def test_universities_alone_is_said_forty_times_at_most() -> None:
    said = {
        page.name: len(re.findall("universities alone", text_of(page), re.IGNORECASE))
        for page in PAGES
        if page.name not in HISTORY
    }
    assert sum(said.values()) <= 40, {page: times for page, times in said.items() if times}


def text_of(page: Path) -> str:
    """Return the text of a page and its finding, folded or not, without code, captions, tables."""
    text = CELLS.sub("", page.read_text("utf-8"))
    front = FRONT.match(text)
    finding = re.findall(r"^ *finding: .*", front[0], re.MULTILINE) if front else []
    lines = [line for line in FRONT.sub("", text, count=1).splitlines() if line[:1] != "|"]
    return " ".join([*finding, *lines])


def test_what_is_folded_is_not_counted_and_what_follows_is() -> None:
    page = "# A\n\nRead {result}`a`.\n\n{.fold}\n### How\n\nNot read.\n\n## B\n\nRead.\n"
    assert "Not read" not in without_folds(page)
    reading = read(page)
    assert (reading.sentences, reading.with_number) == (2, 1)


def test_more_than_four_numbers_crowd_a_paragraph() -> None:
    page = "# A\n\nOf {result}`a`, {result}`b` and {result}`c:full`, {claim}`d` are 5 in 2020.\n"
    assert len(read(page).crowded) == 1
    assert read(page.replace(" are 5", "")).crowded == []

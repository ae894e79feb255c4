"""Under other choices each sentence that does not hold is marked, and no other: pages against statements."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup, Tag
from reasons import UNREADABLE

from bookpress.book.chapters import Chapter
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.chapter.quotes import Mark, marks_of
from bookpress.elements.figure.theme import NOTHING_TEXTS
from bookpress.myst import CELLS
from sampling import LONG

pytestmark = pytest.mark.heavy

PROJECT = Project.at(Path(__file__).parents[2])
MANY = 30
BLOCKS = ("p", "li", "td", "dd", "figcaption")
Values = dict[str, Any]


def periods_of(chapter: Chapter) -> dict[str, str]:
    return {
        parameter.name: parameter.default for parameter in chapter.parameters if parameter.is_period
    }


def swapped(chapter: Chapter) -> Values:
    periods = periods_of(chapter)
    pairs = {name: name.replace("late", "early") for name in periods if name.startswith("late")}
    both = {late: early for late, early in pairs.items() if early in periods}
    both |= {early: late for late, early in both.items()}
    return {name: periods[other] for name, other in both.items()}


def single(chapter: Chapter) -> Values:
    return {name: period.split("-")[-1] for name, period in periods_of(chapter).items()}


def unknown(chapter: Chapter) -> Values:
    return dict.fromkeys(periods_of(chapter), "2030")


def first_vintage(chapter: Chapter) -> Values:
    choices = {
        one.name: one.choices
        for one in chapter.parameters
        if one.choices and "2026-08" in one.choices
    }
    return {
        name: min(vintages)
        for name, vintages in choices.items()
        if name == "vintage" or "2022-06" not in vintages
    }


def top_one(chapter: Chapter) -> Values:
    return {one.name: 1 for one in chapter.parameters if one.name == "top_k"}


KINDS = (swapped, single, unknown, first_vintage, top_one)


def editions() -> list[tuple[str, list[str]]]:
    made = [("paper", ["paper"])]
    if not LONG:
        return made
    chapters = list(discover(PROJECT))
    parts = [(kind, [chapter]) for kind in KINDS for chapter in chapters if kind(chapter)]
    draw = np.random.default_rng(14)
    books = [(kind, chapters) for kind in KINDS]
    chosen = [*books, *(parts[i] for i in draw.permutation(len(parts))[: MANY - len(books)])]
    return made + [
        (f"{kind.__name__} {'book' if of is chapters else of[0].slug}", words(kind, of))
        for kind, of in chosen
    ]


def words(kind: Callable[[Chapter], Values], chapters: list[Chapter]) -> list[str]:
    chosen = {f"{one.slug}.{name}": value for one in chapters for name, value in kind(one).items()}
    return [word for name, value in chosen.items() for word in ("-p", f"{name}={value}")]


@pytest.mark.parametrize(
    ("name", "choices"), editions(), ids=lambda one: one if isinstance(one, str) else ""
)
def test_what_does_not_hold_is_marked(
    checkout: Path, run_command: Callable[..., str], name: str, choices: list[str]
) -> None:
    index = Path(run_command(checkout, "build", *choices).split()[-1])
    told = json.loads((index.parents[1] / "statements.json").read_text(encoding="utf-8"))
    standing = {f"{slug}:{key}": one for slug, of in told.items() for key, one in of.items()}
    assert name not in {"paper", "swapped book", "unknown book"} or not all(
        one["holds"] for one in standing.values()
    )
    reasons = [one["because"] for one in standing.values()]
    assert [reason for reason in reasons if UNREADABLE.search(reason)] == []
    pages = [chapter.where.removesuffix(".md") for chapter in discover(PROJECT)]
    wrong = [
        fault for page in [*pages, "book/summary"] for fault in faults(page, index.parent, standing)
    ]
    assert wrong == []


def faults(page: str, html: Path, standing: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    soup = BeautifulSoup((html / f"{page}.html").read_text(encoding="utf-8"), "lxml")
    source = (PROJECT.root / f"{page}.md").read_text(encoding="utf-8")
    marks = list(marks_of(page.rpartition("/")[2], without_empty_figures(source, soup)))
    places = soup.select("article span.holds")
    if len(places) != len(marks):
        yield f"{page}: {len(marks)} marks, {len(places)} places"
        return
    blocks: dict[int, tuple[Tag, list[Mark]]] = {}
    for mark, place in zip(marks, places, strict=True):
        block = place.find_parent(BLOCKS) or place
        blocks.setdefault(id(block), (block, []))[1].append(mark)
    for block, resting in blocks.values():
        note = note_of(block)
        fallen = [
            standing[mark.name]["because"]
            for mark in resting
            if standing[mark.name]["holds"] is not True
            and standing[mark.name]["kind"] != "number"  # which the page shows already
        ]
        for reason in {
            piece for because in fallen for piece in because.split("; ")
        }:  # a note tells each once
            if flat(reason) not in flat(note):
                yield f"{resting[0].page}.md:{resting[0].line}: not marked: {reason}"
        if note and not fallen and "no value" not in note:
            yield f"{resting[0].page}.md:{resting[0].line}: marked, though all holds: {note}"
        turning = [mark for mark in resting if turns(standing[mark.name])]
        waves = bool(block.select(".fallen-sentence"))
        is_prose = block.name != "figcaption" and "standfirst" not in block.get("class", [])
        if is_prose and block.name != "span" and waves != bool(turning):
            yield f"{resting[0].page}.md:{resting[0].line}: {len(turning)} sentences turn, waves: {waves}"


def turns(statement: Mapping[str, Any]) -> bool:
    return statement["holds"] is False and statement["kind"] == "sentence"


def without_empty_figures(source: str, soup: BeautifulSoup) -> str:
    """Return a source without the words of figures that show nothing: the page leaves them out."""
    empty = {
        figure["id"]
        for figure in soup.select("figure.chart-figure")
        if figure.select_one(".figure-title .caption-text").get_text() == NOTHING_TEXTS["title"]
    }
    for cell in CELLS.finditer(source):
        name = re.search(r"^ +name: (\S+)$", cell["head"], re.MULTILINE)
        if name and name[1] in empty:
            lines = "\n" * cell["head"].count("\n")  # so that marks below keep their lines
            source = source.replace(cell["head"], lines)
    return source


def flat(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def note_of(block: Tag) -> str:
    """Return the note that stands before a paragraph, or before a figure, of which the place stands before the note."""
    if block.name != "span" and "fallen" not in block.get("class", []):
        return ""
    note = block.find_next_sibling() if block.name == "span" else block.find_previous_sibling()
    text = note.get_text(" ") if note and "fallen-note" in note.get("class", []) else ""
    return re.sub(r"\s+", " ", text)

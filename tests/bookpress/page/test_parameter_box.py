"""The box of a chapter's choices as a browser shows it: names are whole, nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from book.browsing import CHROMIUM, FLAGS

pytestmark = pytest.mark.book

BROKEN = """() => [...document.querySelectorAll('.parameter-table th code')]
  .filter((name) => name.getClientRects().length > 1).map((name) => name.textContent)"""
CUT_OFF = """() => [...document.querySelectorAll('.parameter-table tbody :is(th, td)')]
  .filter((cell) => cell.getBoundingClientRect().right > cell.closest('article').getBoundingClientRect().right + 1)
  .map((cell) => cell.textContent)"""
LABELS = """() => [...document.querySelectorAll('.parameter-table tbody tr:first-child td')]
  .map((cell) => getComputedStyle(cell, '::before').content)"""


@pytest.fixture(scope="module")
def chapter(
    tmp_path_factory: pytest.TempPathFactory, make_book: Callable[[Path], Any], make_chapter: Callable[..., Any]
) -> Any:
    """Return a book whose chapter has long names and long texts in its box."""
    book = make_book(tmp_path_factory.mktemp("box"))
    made = make_chapter()
    row = {"type": "choice", "unit": "", "help": "rule for which models count as large-scale: " + "all of them; " * 12}
    made["metadata"]["compute_divide"]["parameters"] = [
        {**row, "name": name, "value": value, "default": value, "allowed": f"{value}, compute-or-parameters-known"}
        for name, value in (("second_old_vintage", "2026-08"), ("definition", "notability-filter-compute-known"))
    ]
    book.write_chapter("models", made)
    book.write("book/re-running.md", "# How to re-run this book\n")
    book.write("_toc.yml", f"{(book.root / '_toc.yml').read_text()}      - file: book/re-running\n")
    return book.build()


@pytest.mark.parametrize(("width", "labels"), [(1280, "none"), (375, '"Value"')])
def test_names_are_whole_and_nothing_is_cut_off(chapter: Any, width: int, labels: str) -> None:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto((chapter.html / "notebooks/models.html").as_uri() + "#parameters")
        page.evaluate("document.querySelector('details.parameters').open = true")
        broken, cut, shown = page.evaluate(BROKEN), page.evaluate(CUT_OFF), page.evaluate(LABELS)
        browser.close()
    assert (broken, cut) == ([], [])
    assert shown[0] == labels


def test_the_command_is_explained_on_one_page(chapter: Any) -> None:
    link = chapter.page().select_one(".parameters p a")
    assert (link.text, link["href"]) == ("how to", "../book/re-running.html")

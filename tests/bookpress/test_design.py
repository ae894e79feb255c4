"""Grids, cards and tabs of sphinx-design, which every Jupyter Book has, in our layout."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import FloatRect, Locator, Page, expect
from processes import press, write_files

GRID = """\
# Winds

::::{grid} 1 2 3 3
:::{grid-item-card} North
:link: https://north.example
Cold.
:::
:::{grid-item-card} South
Warm.
:::
:::{grid-item-card} West
Wet.
:::
::::

::::{tab-set}
:::{tab-item} Day
By day.
:::
:::{tab-item} Night
By night.
:::
::::
"""
PLACED = """\
# Placed

```{image} dot.svg
:align: left
```
Words beside.

## After it

```{figure} dot.svg
:align: right

To the right
```
More words.

## In the middle

```{image} dot.svg
:align: center
```
"""
FILES = {
    "_config.yml": "title: Winds\n",
    "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: winds}, {file: placed}]\n",
    "book/settings.yml": "layout: press\n",
    "cover.md": "# Cover\n",
    "winds.md": GRID,
    "placed.md": PLACED,
    "dot.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>',
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = write_files(tmp_path_factory.mktemp("design"), FILES)
    press(home, "build", "--format", "html,epub")
    return home / "_build/editions/default/html"


def opened(page: Page, site: Path, width: int) -> Page:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((site / "winds.html").as_uri())
    return page


@pytest.mark.heavy
@pytest.mark.parametrize(("width", "rows"), [(1280, 1), (600, 2), (375, 3)])
def test_cards_stand_side_by_side_where_there_is_room(
    site: Path, page: Page, width: int, rows: int
) -> None:
    cards = opened(page, site, width).locator(".sd-card")
    tops = cards.evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
    assert len(set(tops)) == rows
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_tab_is_opened_by_its_label_without_a_script(site: Path, page: Page) -> None:
    shown = opened(page, site, 1280)
    expect(shown.get_by_text("By day.")).to_be_visible()
    expect(shown.get_by_text("By night.")).to_be_hidden()
    shown.get_by_text("Night", exact=True).click()
    expect(shown.get_by_text("By night.")).to_be_visible()
    expect(shown.get_by_text("By day.")).to_be_hidden()


def test_other_pages_load_no_style_for_it(site: Path) -> None:
    pages: Any = [html.parse(str(site / f"{name}.html")) for name in ("cover", "winds")]
    loads = [page.xpath("//link[contains(@href, 'design.css')]") for page in pages]
    assert [len(links) for links in loads] == [0, 1]


def test_an_ebook_shows_all_tabs(site: Path) -> None:
    with zipfile.ZipFile(site / "epub/winds.epub") as book:
        page = book.read("EPUB/winds.xhtml").decode()
    assert "By day." in page
    assert "By night." in page
    assert "<input" not in page


@pytest.mark.heavy
@pytest.mark.parametrize(("width", "is_beside"), [(1280, True), (375, False)])
def test_a_picture_stands_where_its_author_places_it(
    site: Path, page: Page, width: int, is_beside: bool
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((site / "placed.html").as_uri())
    left, right, middle = [box(each) for each in page.locator("article img").all()]
    words, more = (box(page.get_by_text(text)) for text in ("Words beside.", "More words."))
    assert (words["y"] < left["y"] + left["height"]) == is_beside
    assert (right["x"] > more["x"] + more["width"] / 2) == is_beside
    assert left["y"] + left["height"] <= box(page.locator("h2").first)["y"]
    article = box(page.locator("article section").first)
    centre = article["x"] + article["width"] / 2
    assert middle["x"] < centre < middle["x"] + middle["width"]


def box(element: Locator) -> FloatRect:
    found = element.bounding_box()
    assert found
    return found

"""A book in a language that is written from right to left, as the press lays it out."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Page, expect
from processes import press, write_files

KERNEL = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
PAGE = f"""{KERNEL}
# ריח הים

```{{code-cell}} python
:tags: [parameters]
waves: int = 3  # גלים
```

הגלים `waves = 3` עולים ויורדים.

```python
print("from the left")
```

:::{{margin}}
הערה בצד
:::

- ראשון

| גל | רוח |
|:--:|-----|
| 1  | 2   |
"""
BOOK = {
    "_config.yml": "title: ים\nsphinx: {config: {language: he}}\n",
    "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: sea}]\n",
    "book/settings.yml": "layout: press\n",
    "cover.md": "# ים\n",
    "sea.md": PAGE,
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = write_files(tmp_path_factory.mktemp("sea"), BOOK)
    press(home, "build", "--format", "html,epub")
    return home / "_build/editions/default/html"


def box(page: Page, selector: str) -> FloatRect:
    found = page.locator(selector).first.bounding_box()
    assert found
    return found


TEXT = """(element) => {
  const ends = [0, 1].map((last) => {
    const range = new Range(), text = element.firstChild, at = last * (text.data.trim().length - 1);
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().x;
  });
  return [...ends, element.getBoundingClientRect().x];
}"""
"""Where the first and the last letter of a text are, and its element."""


@pytest.mark.heavy
def test_our_own_words_are_read_from_the_left_and_nothing_stands_on_them(
    built: Path, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((built / "sea.html").as_uri())
    first, last, _ = page.locator(".to-choices").evaluate(TEXT)
    assert first < last  # not "choice 1"
    page.locator(".to-choices").click()
    title, end, _ = page.locator(".choices-title").evaluate(TEXT)
    close = box(page, ".choices-close")
    assert close["x"] + close["width"] < min(title, end)
    assert box(page, ".choices")["x"] == 0


@pytest.mark.heavy
def test_lines_and_contents_begin_at_the_right_and_code_at_the_left(
    built: Path, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((built / "sea.html").as_uri())
    assert page.locator("html").get_attribute("dir") == "rtl"
    article = box(page, "article")
    assert box(page, "nav.book-contents")["x"] > article["x"] + article["width"]
    aside = box(page, "aside.margin")
    assert aside["x"] + aside["width"] < article["x"]
    for code in page.locator("article :is(pre, code)").all():
        assert code.evaluate("each => getComputedStyle(each).direction") == "ltr"
    alignment = "cells => cells.map((cell) => getComputedStyle(cell).textAlign)"
    assert page.locator("article td").evaluate_all(alignment)[:2] == ["center", "right"]
    heading = "each => getComputedStyle(each).letterSpacing"
    assert page.locator("h1").first.evaluate(heading) == "normal"


def test_nothing_widens_a_page_on_a_phone_and_its_contents_open_at_the_right(
    built: Path, page: Page
) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto((built / "sea.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.locator("#open-contents").press("Space")
    contents = box(page, "nav.book-contents.open")
    assert contents["x"] + contents["width"] == 375
    assert contents["x"] > 0
    page.keyboard.press("Shift+Tab")  # to what it would cover
    expect(page.locator("nav.book-contents.open")).to_have_count(0)


def test_an_ebook_is_read_and_turned_from_the_right(built: Path) -> None:
    with zipfile.ZipFile(next(built.rglob("*.epub"))) as book:
        texts = {name: book.read(name).decode() for name in book.namelist() if "html" in name}
        package = next(name for name in book.namelist() if name.endswith(".opf"))
        assert '<spine page-progression-direction="rtl">' in book.read(package).decode()
    assert texts
    assert all('dir="rtl"' in text.partition("<head")[0] for text in texts.values())


@pytest.mark.heavy
def test_a_book_in_another_language_says_nothing_of_it(tmp_path: Path) -> None:
    settings = "title: Sea\nsphinx: {config: {language: nl}}\n"
    press(write_files(tmp_path, {**BOOK, "_config.yml": settings}), "build")
    page = tmp_path / "_build/editions/default/html/sea.html"
    assert " dir=" not in page.read_text("utf-8").partition("<head>")[0]

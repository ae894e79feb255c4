"""Editions that leave chapters out: what stands in their place reads well, and real faults are still named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GONE = {"slug": "gone", "title": "What is <gone>", "number": 1, "labels": ["fig-gone"]}
EDITION = {
    "id": "abcdef012345",
    "name": "abcdef012345",
    "title": "Some chapters",
    "is_default": False,
    "left_out": [GONE],
    "date": "2026-11-24",
}
PUBLISHED = "../../default/html/notebooks/gone.html"
PAGE = """---
compute_divide:
  finding: "It was {result}`gone:a`."
---

# A page

It doubles every {result}`gone:a`, and {result}`models:late` are academic.

First, {result}`gone:a` and {param}`gone:p`.

Then {result}`gone:b:full` and {when}`gone:a > 1|more|less`. See {numref}`fig-gone`.

- One: {result}`gone:a`, {result}`gone:b`.
- Two: {result}`gone:a`, {result}`gone:b`.

It is {when}`gone:a > 1|more|less`.

Now. {when}`gone:a > 1|Only sometimes.|`

See [there](published:notebooks/gone.html#place), {numref}`fig-gone` and {doc}`notebooks/gone`.

```{when} gone:a > 1
Hidden.
```

```{when} not gone:a > 1
Hidden.
```

```{when} gone:a > 1 or models:late < 0.5
Shown.
```

| a | b |
|---|---|
| {result}`gone:a` | {result}`gone:b` and {result}`gone:a` |

````{findings}
```{finding} gone:a
of all.
```
````

```{chapters}
```
"""


@pytest.fixture(scope="module")
def partial(tmp_path_factory: pytest.TempPathFactory, make_book: Callable[[Path], Any]) -> Any:
    """Return the small book without a chapter that its front page draws on, built."""
    book = make_book(tmp_path_factory.mktemp("partial"))
    book.write("edition.json", json.dumps(EDITION))
    book.write("index.md", PAGE)
    return book.build()


def test_every_use_of_a_chapter_that_is_left_out_reads_well(partial: Any) -> None:
    assert partial.said == ""
    page = partial.page("index")
    assert page.select(".problematic, .standfirst, .findings, .finding") == []
    text = " ".join(page.article.get_text().split())
    assert "It doubles every —, and 16% are academic." in text
    assert page.select_one(".value-left-out")["title"] == "rests on “What is <gone>”, which this edition leaves out"
    assert "It is —. Now. See there, “What is <gone>” and “What is <gone>”." in text
    assert "Shown." in text
    assert "Hidden" not in text
    assert [cell.text.strip() for cell in page.select("td")] == ["—", "— and —"]


def test_paragraphs_that_would_say_nothing_become_one_note(partial: Any) -> None:
    notes = partial.page("index").select(".left-out")
    assert [" ".join(note.text.split()) for note in notes] == [
        "The text here rests on what this edition leaves out: What is <gone>. It stands in the published edition."
    ]
    assert [link["href"] for link in notes[0].select("a")] == [PUBLISHED, "../../default/html/index.html"]


def test_links_lead_to_the_published_edition(partial: Any) -> None:
    links = partial.page("index").article.select("p:not(.left-out) a")
    found = [link["href"] for link in links if "gone" in link["href"]]
    assert found == [f"{PUBLISHED}#place", f"{PUBLISHED}#fig-gone", PUBLISHED]


def test_a_book_with_an_address_is_linked_there(book: Any) -> None:
    settings = (book.root / "book/publication.yml").read_text()
    assert 'base_url: ""' in settings
    book.write("book/publication.yml", settings.replace('base_url: ""', "base_url: https://x.org/b"))
    book.write("edition.json", json.dumps(EDITION))
    book.write("index.md", "# A\n\n[there](published:notebooks/gone.html#place)\n")
    assert book.build().page("index").article.p.a["href"] == "https://x.org/b/notebooks/gone.html#place"


def test_chapters_keep_their_numbers_and_the_banner_names_what_is_missing(partial: Any) -> None:
    chapter = partial.page()
    assert chapter.select_one(".kicker").text == "The divide · Chapter 2"
    assert partial.page("index").select_one(".chapter-number").text == "2"
    assert '"position":2' in str(chapter.select_one('script[type="application/ld+json"]'))
    assert "It leaves out 1 of the 2 chapters: “What is <gone>”." in chapter.select_one(".banner").text


def test_where_few_chapters_are_left_the_banner_names_those(book: Any) -> None:
    more = [{"slug": f"gone{number}", "title": "Gone", "number": number} for number in (3, 4)]
    book.write("edition.json", json.dumps({**EDITION, "left_out": [GONE, *more]}))
    banner = book.build().page().select_one(".banner").text
    assert "It leaves out 3 of the 4 chapters: all but “Who trains large models”." in banner


def test_what_is_wrong_in_the_rest_is_still_named(book: Any) -> None:
    book.write("edition.json", json.dumps(EDITION))
    book.write("index.md", "# A\n\n{result}`models:no` {result}`gon:a` {numref}`fig-nowhere` [x](notebooks/gon.md)\n")
    book.build()
    for fault in ("records no result 'no'", "no chapter 'gon'", "fig-nowhere", "notebooks/gon.md"):
        assert fault in book.said

"""Sentences that rest on statements: nothing shows where they are true, a note where they are not."""

import json
from typing import Any

import nbformat
import pytest
from page.conftest import EDITION, KERNEL, code, figure_cell, result_output

from bookpress.chapter.statements import STATEMENT_MIME

pytestmark = pytest.mark.heavy

TEXT = """# Who trains

Academia made {result}`late` of models. The *fall* is large, and
it is more than chance. {holds}`fell` Industry is the majority. {holds}`most`

- A list: it rose. {holds}`rose`
- Another: {result}`late`.

| What | Whether |
| --- | --- |
| a cell | It can be told. {holds}`told` |

```{otherwise} rose
It did not rise, by {result}`late`.
```

```{otherwise} told
It can be told.
```

The end. {holds}`fell`
"""
INDEX = """# A book

It fell. {holds}`models:fell` Nothing is asked of this. It was {result}`models:nothing` of all.

````{findings}
```{finding} models:late
was made by a minority. {holds}`models:most`
```
````

```{chapters}
```
"""
TRUE = {"fell": True, "most": True, "rose": True, "told": True}
MIXED = {"fell": True, "most": False, "rose": False, "told": None}
NOTE = "Written for the published edition; under your choices "


def chapter(stand: dict[str, bool | None]) -> nbformat.NotebookNode:
    outputs = [
        nbformat.v4.new_output(
            "display_data",
            {
                STATEMENT_MIME: {
                    "key": key,
                    "holds": holds,
                    "because": f"why {key}",
                    "numbers": f"numbers of {key}",
                },
                "text/plain": "a statement",
            },
            metadata={},
        )
        for key, holds in stand.items()
    ]
    outputs += [
        result_output("late", value=0.16, low=0.12, high=0.21),
        result_output("nothing", label="a share"),
    ]
    own = {"finding": "Few are left: {result}`models:late`. {holds}`models:most`"}
    figure = figure_cell(title="Academic teams lost ground {holds}`rose`", legend="")
    cells = [nbformat.v4.new_markdown_cell(TEXT), code("fell(late, early)", [], *outputs), figure]
    return nbformat.v4.new_notebook(cells=cells, metadata={**KERNEL, "compute_divide": own})


def made(book: Any, stand: dict[str, bool | None], **edition: Any) -> Any:
    book.write_chapter("models", chapter(stand))
    book.write("index.md", INDEX)
    if edition:
        book.write("edition.json", json.dumps({**EDITION, **edition}))
    return book.build()


def notes(page: Any) -> list[tuple[str, str]]:
    found = [(note, note.find_next_sibling("p")) for note in page.article.select(".fallen-note")]
    return [
        (" ".join(note.text.split()), " ".join(text.text.split())) for note, text in found if text
    ]


def test_nothing_shows_where_all_is_true(book: Any) -> None:
    made(book, TRUE)
    page = book.page()
    assert notes(page) == []
    assert not page.select(".fallen-sentence")
    assert "it is more than chance. Industry is the majority." in book.text("notebooks/models")
    assert "It did not rise" not in page.text
    places = [place["id"] for place in page.article.select(".holds")]
    assert len(set(places)) == len(places)  # each can be linked to, the first by the plain name
    assert {place.partition("-2")[0] for place in places} == {f"holds-{key}" for key in TRUE}
    assert "WARNING: no value for a share" in book.said  # a published sentence without its number
    assert book.said.count("WARNING") == 1


def test_what_is_not_true_under_other_choices_is_told(book: Any) -> None:
    other = made(book, MIXED, name="other")
    assert other.said == ""
    page = other.page()
    assert notes(page) == [
        (f"{NOTE}this does not hold: why most.", "Few are left: 16%."),
        (
            f"{NOTE}this does not hold: why most.",
            "Academia made 16% of models. The fall is large, and it is more than chance. Industry is the majority.",
        ),
        (f"{NOTE}this does not hold: why rose.", "A list: it rose."),
        (f"{NOTE}this cannot be told: why told.", "It can be told."),
    ]
    sentences = [part.text for part in page.select(".fallen-sentence")]
    assert sentences == [
        "Few are left: 16%.",
        "Industry is the majority.",
        "A list: it rose.",
    ]
    assert "It did not rise, by 16%." in page.text
    assert page.text.count("It can be told.") == 1
    ids = [place["id"] for place in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert "holds-fell" in ids
    figure = page.select_one("figure#fig-shares")
    note = figure.find_previous("p", class_="fallen-note")
    assert note.text == f"{NOTE}this does not hold: why rose."
    assert note.find_next("figure") is figure
    assert note.find_parent("section") is figure.find_parent("section")
    cover = other.page("index")
    [(note, paragraph)] = notes(cover)
    assert note == f"{NOTE}this cannot be told: no value for a share."
    assert paragraph.endswith("It was no value of all.")
    assert cover.select_one(".finding-text").text.strip() == "Numbers of most."
    assert cover.select_one(".chapter-finding").text.strip() == "Numbers of most."
    notebook = json.loads((other.html / "downloads/models.ipynb").read_text("utf-8"))
    text = "".join(notebook["cells"][1]["source"])
    assert "{" not in text
    assert f"> {NOTE}this does not hold: why most.\n\nAcademia made" in text
    assert text.count("> Written") == 3
    assert text.replace(f"> {NOTE}this does not hold: why most.\n\n", "").startswith(
        "# Who trains\n\nAcademia"
    )


def test_a_plain_build_and_the_published_edition_warn_and_a_change_renews_other_pages(
    book: Any,
) -> None:
    made(book, MIXED)
    for name, stands in (
        ("most", "does not hold"),
        ("rose", "does not hold"),
        ("told", "is unknown"),
    ):
        assert f"WARNING: models:{name} {stands}: why {name}" in book.said
    assert "models:fell" not in book.said
    assert len(notes(book.page())) == 4
    book.write("edition.json", json.dumps({**EDITION, "is_default": True}))
    assert "WARNING: models:most does not hold: why most" in book.build().said
    book.write_chapter("models", chapter({**MIXED, "fell": False}))
    book.build()
    assert "this does not hold: why fell" in book.page("index").text

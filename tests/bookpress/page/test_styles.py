"""Where styles stand: what concerns an element of a page stands in its folder, whatever shows it."""

import re
from pathlib import Path

import pytest

from bookpress.elements.base import assets
from bookpress.elements.base.registry import elements
from bookpress.outputs.epub.epub import EBOOK
from bookpress.outputs.pdf.documents import PAPER, style_of_paper

SHARED = [
    assets.HERE / "base.css",
    assets.HERE / "apart.css",
    PAPER / "paper.css",
    EBOOK / "book.css",
]
"""Styles of the page itself: on a screen, outside an edition, on paper, in an e-book."""
OF_THE_PAGE = {
    *("kicker", "standfirst", "headerlink", "highlight", "command", "copy", "hover-tip"),
    *("icon", "js", "needs-js", "visually-hidden"),
    *("apart", "cover", "front", "sheet"),  # kinds of pages
    *("key", "label", "scale", "range", "point"),  # of drawings
    *("counts", "results", "what"),  # of pages outside an edition
}
"""What elements name too, and none of them owns."""


def named_in(style: str) -> set[str]:
    """Return the classes that the selectors of a style name."""
    rules = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    selectors = re.findall(r"([^{}]*)\{", rules)
    return {name for selector in selectors for name in re.findall(r"\.([a-zA-Z][\w-]*)", selector)}


def shown_by(folder: Path) -> set[str]:
    """Return the classes that an element's templates write and its styles name."""
    names: set[str] = set()
    for style in folder.glob("*.css"):
        names |= named_in(style.read_text())
    for template in folder.glob("*.html"):
        for classes in re.findall(r'class="([^"{]*)', template.read_text()):
            names |= set(classes.split())
    return names


@pytest.mark.parametrize("shared", SHARED, ids=lambda path: path.name)
def test_a_style_of_the_page_names_no_element(shared: Path) -> None:
    named = named_in(shared.read_text()) - OF_THE_PAGE
    strangers = {
        name: element.name for element in elements() for name in named & shown_by(element.folder)
    }
    assert not strangers, f"{shared.name} has rules that belong into an element's folder"


def test_paper_and_e_book_take_the_styles_of_the_elements() -> None:
    book = assets.style_of("epub", "body{}")
    paper = style_of_paper()
    assert book.startswith("body{}")
    for element in elements():
        for style, name in ((paper, element.print_style), (book, element.epub_style)):
            if name:
                text = (element.folder / name).read_text()
                assert assets.lean(name, text) in style

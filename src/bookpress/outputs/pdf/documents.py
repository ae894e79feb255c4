"""Documents for printing, of one chapter or the whole book.

They state their edition, date and addresses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from lxml import html
from markupsafe import Markup

from bookpress.elements.base.assets import style_of
from bookpress.outputs.base import page_extraction
from bookpress.outputs.base.front_matter import FrontMatter
from bookpress.outputs.base.media import is_file
from bookpress.outputs.base.page_extraction import Article, Element

PAPER = Path(__file__).parent / "paper"
HEADINGS = ("h4", "h3", "h2", "h1")


def chapter_document(article: Article, front: FrontMatter) -> str:
    """Return the document of one chapter, which is changed in place.

    Links lead to the published book, if there is one.
    """

    def within(_: Article, place: str) -> str | None:
        if place:
            return f"#{place}"
        return None

    page_extraction.relink([article], within, front.address)
    _set_for_paper(article, front.site)
    address = front.address(article.path)
    return front.fill(
        PAPER / "chapter.html", article=article, address=address, style=style_of_paper()
    )


def book_document(
    articles: Sequence[Article], front: FrontMatter, page_of: Mapping[str, int] | None = None
) -> str:
    """Return the document of the whole book.

    `articles` are the cover, then all pages in order; they are changed in place. `page_of` maps
    anchors to the numbers of their pages; a draft has none.
    """

    def within(article: Article, place: str) -> str:
        return f"#{article.anchor}{place}"

    cover, *pages = articles
    for article in articles:
        # the book has one citation of its own
        page_extraction.drop(article.body.find_class("cite-box"))
    page_extraction.relink(articles, within, front.address)
    for article in articles:
        page_extraction.prefix_ids(article)
    figures = page_extraction.figures(articles)
    for article in articles:
        _set_for_paper(article, front.site)
        if article.part:
            _demote(article.body)
    return front.fill(
        PAPER / "book.html",
        style=style_of_paper(),
        cover=cover,
        parts=page_extraction.by_part(pages),
        figures=figures,
        elsewhere=page_extraction.links_elsewhere(front.site),
        page_of=page_of or {},
    )


def style_of_paper() -> Markup:
    """Return the style for paper, which overrides that of the pages."""
    page = (PAPER / "paper.css").read_text("utf-8")
    return Markup(style_of("print", page))  # noqa: S704 (files of ours)


def headings_of(document: str) -> list[str]:
    """Return the headings of a document, in order, each on one line."""
    tree = html.document_fromstring(document)
    headings = tree.iter(*HEADINGS, "h5", "h6")
    texts = [_in_one_line(heading) for heading in headings]
    return [text for text in texts if text]


def _in_one_line(element: Element) -> str:
    return " ".join(element.text_content().split())


def _set_for_paper(article: Article, site: Path) -> None:
    """Make only the picture of a figure a figure in the tags, and give it an absolute address."""
    body = article.body
    body.set("data-page", article.path)
    for element in list(body.iter("figure", "figcaption")):
        element.tag = "div"
    for image in body.iter("img"):
        if is_file(image):
            image.set("data-file", unquote(image.get("src")))
            image.set("src", f"{site.as_uri()}/{image.get('src')}")


def _demote(body: Element) -> None:
    """Lower the headings of an article by one level, because in the book it is below a part."""
    for name in HEADINGS:
        level = int(name[1]) + 1
        for heading in body.iter(name):
            old = heading.get("class", "")
            classes = f"{old} was-{name}"
            heading.set("class", classes.strip())
            heading.tag = f"h{level}"

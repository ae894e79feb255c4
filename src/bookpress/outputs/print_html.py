"""Documents for printing, one chapter or the whole book.

With what they say of themselves: edition, date, addresses.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lxml import html
from markupsafe import Markup

from bookpress.cite.files import FOLDER
from bookpress.cite.record import Citation, load_citation
from bookpress.cite.styles import to_reference
from bookpress.elements.base.templates import environment
from bookpress.outputs import page_extraction
from bookpress.outputs.page_extraction import Article, Element

HERE = Path(__file__).parent
HEADINGS = ("h4", "h3", "h2", "h1")


def chapter_document(article: Article, front: FrontMatter) -> str:
    """Return the document of one chapter, which is changed.

    Links lead to the published book, where there is one.
    """

    def within(_: Article, place: str) -> str | None:
        return f"#{place}" if place else None

    page_extraction.relink([article], within, front.address)
    _set_for_paper(article.body, front.site)
    address = front.address(article.path)
    return front.fill("paper/chapter.html", article=article, address=address)


def book_document(
    articles: Sequence[Article], front: FrontMatter, page_of: Mapping[str, int] | None = None
) -> str:
    """Return the document of the whole book.

    `articles` are the cover, then all pages in order, changed in place. `page_of` is the number of
    the page on which each anchor stands; a draft has none.
    """

    def within(article: Article, place: str) -> str:
        return f"#{article.anchor}{place}"

    cover, *pages = articles
    for article in articles:
        # The book says once how it is cited.
        page_extraction.drop(article.body.find_class("cite-box"))
    page_extraction.relink(articles, within, front.address)
    for article in articles:
        page_extraction.prefix_ids(article)
        _set_for_paper(article.body, front.site)
        if article.part:
            _demote(article.body)
    return front.fill(
        "paper/book.html",
        cover=cover,
        parts=page_extraction.by_part(pages),
        figures=page_extraction.figures(articles),
        page_of=page_of or {},
    )


def headings_of(document: str) -> list[str]:
    """Return the headings of a document in order, each in one line."""
    tree = html.document_fromstring(document)
    headings = tree.iter(*HEADINGS, "h5", "h6")
    texts = [_in_one_line(heading) for heading in headings]
    return [text for text in texts if text]


def _in_one_line(element: Element) -> str:
    return " ".join(element.text_content().split())


def _set_for_paper(body: Element, site: Path) -> None:
    """Let only the picture of a figure be one to a reader of tags, described in full.

    It is named by where it lies.
    """
    for element in list(body.iter("figure", "figcaption")):
        element.tag = "div"
    for fold in body.find_class("tool"):
        for image in fold.getparent().iter("img"):
            description = _in_one_line(fold.find("p"))
            image.set("alt", f"{image.get('alt')} {description}")
    page_extraction.drop(body.find_class("tool"))
    for image in body.iter("img"):
        image.attrib.pop(page_extraction.NARROW, None)
        image.set("src", f"{site.as_uri()}/{image.get('src')}")


def _demote(body: Element) -> None:
    """Lower the headings of an article by one level: in the book it stands below a part."""
    for name in HEADINGS:
        level = int(name[1]) + 1
        for heading in body.iter(name):
            old = heading.get("class", "")
            classes = f"{old} was-{name}"
            heading.set("class", classes.strip())
            heading.tag = f"h{level}"


BOOK = "book"
"""Name of the bibliographic record of the whole book."""


@dataclass(frozen=True)
class FrontMatter:
    """The book as it is cited in this edition, and its pages.

    With the time of the build in UTC and the folder of the finished pages.
    """

    citation: Citation
    built: dt.datetime
    site: Path

    def address(self, path: str, fragment: str = "") -> str | None:
        """Return the public address of a page or file of the site, if the site has one."""
        address = self.citation.site_url
        if address is None:
            return None
        if path != "index.html":
            address += quote(path)
        if fragment:
            address += f"#{quote(fragment)}"
        return address

    def record(self, name: str) -> dict[str, Any]:
        """Return the bibliographic record of a chapter, by its slug, or of the `BOOK`.

        It is its item of CSL-JSON.
        """
        file = self.site / FOLDER / f"{name}.csl.json"
        items: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
        return items[0]

    def fill(self, template: str, **values: Any) -> str:
        """Return a template, named by its path, filled with the facts and what else it needs."""
        citation = self.citation
        edition = citation.edition
        reference = to_reference(citation, "apa")
        facts = {
            "citation": citation,
            "book": citation.book,
            "edition": edition,
            "authors": ", ".join(author.full for author in citation.authors),
            "date": citation.date,
            "state": citation.state,
            "built": self.built,
            "reference": Markup(reference.html),  # noqa: S704 (escaped by the style)
            "differences": edition.changes() if edition else [],
            "fonts": (HERE / "fonts").as_uri(),
            "site": self.site.as_uri(),
        }
        page = environment(HERE).get_template(template)
        return page.render(**facts, **values)


def load_front_matter(source: Path, site: Path, epoch: int) -> FrontMatter:
    """Return the front matter of a staged source whose pages are finished.

    They were built so many seconds after 1970.
    """
    built = dt.datetime.fromtimestamp(epoch, tz=dt.UTC)
    return FrontMatter(load_citation(source), built, site)

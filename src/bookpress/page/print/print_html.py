"""Documents for printing, one chapter or the whole book, and what they say of themselves: edition, date, addresses."""

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

from bookpress.citation.formats import FOLDER
from bookpress.citation.record import Citation, load_citation
from bookpress.citation.styles import to_reference
from bookpress.page.base.templates import TEMPLATES, environment
from bookpress.page.print import page_extraction
from bookpress.page.print.page_extraction import Article, Element

HEADINGS = ("h4", "h3", "h2", "h1")


def chapter_document(article: Article, front: FrontMatter) -> str:
    """Return the document of one chapter, which is changed; links lead to the published book, where there is one."""
    page_extraction.relink(
        [article], lambda _, place: f"#{place}" if place else None, front.address
    )
    _set_for_paper(article.body, front.site)
    return front.fill("paper/chapter.html", article=article, address=front.address(article.path))


def book_document(
    articles: Sequence[Article], front: FrontMatter, page_of: Mapping[str, int] | None = None
) -> str:
    """Return the document of the whole book; `articles` are the cover, then all pages in order, changed in place.

    `page_of` is the number of the page on which each anchor stands; a draft has none.
    """
    cover, *pages = articles
    for article in articles:
        page_extraction.drop(
            article.body.find_class("cite-box")
        )  # the book says once how it is cited
    page_extraction.relink(
        articles, lambda article, place: f"#{article.anchor}{place}", front.address
    )
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
    texts = [
        " ".join(heading.text_content().split()) for heading in tree.iter(*HEADINGS, "h5", "h6")
    ]
    return [text for text in texts if text]


def _set_for_paper(body: Element, site: Path) -> None:
    """Let only the picture of a figure be one to a reader of tags, described in full; name it by where it lies."""
    for element in list(body.iter("figure", "figcaption")):
        element.tag = "div"
    for fold in body.find_class("tool"):
        for image in fold.getparent().iter("img"):
            image.set(
                "alt", f"{image.get('alt')} {' '.join(fold.find('p').text_content().split())}"
            )
    page_extraction.drop(body.find_class("tool"))
    for image in body.iter("img"):
        image.attrib.pop(page_extraction.NARROW, None)
        image.set("src", f"{site.as_uri()}/{image.get('src')}")


def _demote(body: Element) -> None:
    """Lower the headings of an article by one level: in the book it stands below a part."""
    for name in HEADINGS:
        for heading in body.iter(name):
            heading.set("class", f"{heading.get('class', '')} was-{name}".strip())
            heading.tag = f"h{int(name[1]) + 1}"


BOOK = "book"  # name of the bibliographic record of the whole book


@dataclass(frozen=True)
class FrontMatter:
    """The book as it is cited in this edition, the time of the build in UTC, the folder of the finished pages."""

    citation: Citation
    built: dt.datetime
    site: Path

    def address(self, path: str, fragment: str = "") -> str | None:
        """Return the public address of a page or file of the site; none where the site has no address."""
        root = self.citation.site_url
        if root is None:
            return None
        return (
            root
            + ("" if path == "index.html" else quote(path))
            + (f"#{quote(fragment)}" if fragment else "")
        )

    def record(self, name: str) -> dict[str, Any]:
        """Return the bibliographic record of a chapter, by its slug, or of the `BOOK`: its item of CSL-JSON."""
        found: dict[str, Any] = json.loads(
            (self.site / FOLDER / f"{name}.csl.json").read_text("utf-8")
        )[0]
        return found

    def fill(self, template: str, **values: Any) -> str:
        """Return a template, named by its path, filled with the facts and what else it needs."""
        folder, _, name = template.partition("/")
        facts = {
            "citation": self.citation,
            "book": self.citation.book,
            "edition": self.citation.edition,
            "authors": ", ".join(author.full for author in self.citation.authors),
            "date": self.citation.date,
            "state": self.citation.state,
            "built": self.built,
            "reference": Markup(to_reference(self.citation, "apa").html),  # noqa: S704 (escaped by the style)
            "differences": self.citation.edition.changes() if self.citation.edition else [],
            "fonts": (TEMPLATES / "fonts").as_uri(),
            "site": self.site.as_uri(),
        }
        return environment(folder).get_template(name).render(**facts, **values)


def load_front_matter(source: Path, site: Path, epoch: int) -> FrontMatter:
    """Return the front matter of a staged source whose pages are finished, built so many seconds after 1970."""
    return FrontMatter(load_citation(source), dt.datetime.fromtimestamp(epoch, tz=dt.UTC), site)

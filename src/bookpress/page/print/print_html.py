"""Documents for printing: one chapter, or the whole book with title page, imprint, contents and parts."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import html
from markupsafe import Markup

from bookpress.citation.styles import to_reference
from bookpress.page.base.templates import TEMPLATES, environment
from bookpress.page.print import page_extraction as articles
from bookpress.page.print.front_matter import Facts
from bookpress.page.print.page_extraction import Article, Element

FOLDER = TEMPLATES / "paper"
FONTS = TEMPLATES / "fonts"
SHORT_TABLE = 14
"""Rows up to which a table is kept on one page."""
HEADINGS = ("h4", "h3", "h2", "h1")


@dataclass(frozen=True)
class Sheet:
    """An article as the templates take it.

    Parameters
    ----------
    title : str
        Its title.
    body : markupsafe.Markup
        Its HTML.
    key : str
        Its name among the articles of the book, and of the pages it is printed on.
    number : int, optional
        Of a chapter.
    finding : markupsafe.Markup
        The one sentence that says what it found.
    """

    title: str
    body: Markup
    key: str = ""
    number: int | None = None
    finding: Markup = field(default_factory=Markup)

    @property
    def anchor(self) -> str:
        """Where links to the article lead."""
        return anchor_of(self.key, "")


@dataclass(frozen=True)
class Part:
    """A part of the book."""

    title: str
    articles: Sequence[Sheet]


def key_of(path: str) -> str:
    """Return the name of an article within the book.

    Examples
    --------
    >>> key_of("notebooks/hardware.html")
    'notebooks-hardware'
    """
    return path.removesuffix(".html").replace("/", "-")


def anchor_of(key: str, fragment: str) -> str:
    """Return the id that a place of an article has in the book.

    Examples
    --------
    >>> anchor_of("notebooks-hardware", "doubt")
    'notebooks-hardware--doubt'
    """
    return f"{key}--{fragment}"


def chapter_document(article: Article, facts: Facts) -> str:
    """Return the document of one chapter; links to other pages lead to the published book, where there is one.

    Parameters
    ----------
    article : Article
        The chapter; changed in place.
    facts : Facts
        What is known of book and edition.
    """

    def resolve(path: str, fragment: str) -> str | None:
        if path == article.path:
            return f"#{fragment}" if article.has(fragment) else None
        return facts.address(path, fragment)

    articles.relink(article.body, article.path, resolve)
    _set_for_paper(article.body, facts.site)
    sheet = Sheet(article.title, _markup(article.body))
    return _fill("chapter.html", facts, article=sheet, address=facts.address(article.path))


def book_document(found: Sequence[Article], facts: Facts, page_of: Mapping[str, int] | None = None) -> str:
    """Return the document of the whole book.

    Parameters
    ----------
    found : sequence of Article
        The cover, then all pages in order; changed in place.
    facts : Facts
        What is known of book and edition.
    page_of : mapping, optional
        Number of the page on which each anchor stands; a draft has none.
    """
    cover, *pages = found
    at = {article.path: article for article in found}

    def resolve(path: str, fragment: str) -> str | None:
        if path not in at:
            return facts.address(path, fragment)
        return f"#{anchor_of(key_of(path), fragment if at[path].has(fragment) else '')}"

    for article in found:
        articles.drop(article.body.find_class("cite-box"))  # the book says once how it is cited
    for article in found:
        articles.relink(article.body, article.path, resolve)
    for article in found:
        articles.prefix_ids(article.body, anchor_of(key_of(article.path), ""))
        _set_for_paper(article.body, facts.site)
    findings = _findings(cover.body)
    articles.shorten_cover(cover.body)
    for article in pages:
        if article.part:
            _demote(article.body)
    sheets = [_sheet(article, findings) for article in pages]
    parts = [
        Part(title, [sheet for _, sheet in group])
        for title, group in itertools.groupby(zip(pages, sheets, strict=True), lambda pair: pair[0].part)
    ]
    return _fill(
        "book.html",
        facts,
        cover=_sheet(cover, {}),
        parts=parts,
        figures=[figure for article in found for figure in articles.figures(article.body)],
        page_of=page_of or {},
        imprint=list(facts.imprint()),
        reference=Markup(to_reference(facts.citation, "apa").html),  # noqa: S704 (escaped by the style)
        differences=facts.differences(),
        opening=articles.OPENING,
    )


def headings_of(document: str) -> list[str]:
    """Return the headings of a document in order, each in one line.

    Examples
    --------
    >>> headings_of("<h1>The <em>divide</em></h1><p>text</p><h2>Doubt</h2>")
    ['The divide', 'Doubt']
    """
    tree = html.document_fromstring(document)
    texts = [" ".join(heading.text_content().split()) for heading in tree.iter(*HEADINGS, "h5", "h6")]
    return [text for text in texts if text]


def _sheet(article: Article, findings: Mapping[str, Markup]) -> Sheet:
    key = key_of(article.path)
    return Sheet(article.title, _markup(article.body), key, article.number, findings.get(anchor_of(key, ""), Markup()))


def _markup(body: Element) -> Markup:
    return Markup(articles.serialised(body))  # noqa: S704 (the page's own HTML)


def _set_for_paper(body: Element, site: Path) -> None:
    """Name pictures by where they lie, and mark the tables that fit on a page.

    Only the picture of a figure is a figure to a reader of tags, described in full; the rest of it is text.
    """
    for element in list(body.iter("figure", "figcaption")):
        element.tag = "div"
    for fold in body.find_class("figure-description"):
        for image in fold.getparent().iter("img"):
            image.set("alt", f"{image.get('alt')} {' '.join(fold.find('p').text_content().split())}")
    articles.drop(body.find_class("figure-description"))
    for image in body.iter("img"):
        image.attrib.pop(articles.NARROW, None)
        image.set("src", f"{site.as_uri()}/{image.get('src')}")
    for table in body.iter("table"):
        if len(table.findall(".//tr")) <= SHORT_TABLE:
            table.set("class", f"{table.get('class', '')} short-table".strip())


def _demote(body: Element) -> None:
    """Lower the headings of an article by one level: in the book it stands below a part."""
    for name in HEADINGS:
        for heading in body.iter(name):
            heading.set("class", f"{heading.get('class', '')} was-{name}".strip())
            heading.tag = f"h{int(name[1]) + 1}"


def _findings(cover: Element) -> dict[str, Markup]:
    """Return the findings of the chapters, as the cover lists them, by the anchor of the chapter."""
    found = {}
    for entry in cover.find_class("chapter-entry"):
        link = entry.find(".//a[@href]")
        texts = entry.find_class("chapter-finding")
        if link is not None and texts:
            inner = "".join([texts[0].text or "", *(articles.serialised(part, tail=True) for part in texts[0])])
            found[link.get("href").removeprefix("#")] = Markup(inner)  # noqa: S704 (the page's own HTML)
    return found


def _fill(template: str, facts: Facts, **values: Any) -> str:
    """Return a document."""
    return (
        environment("paper")
        .get_template(template)
        .render(
            style=Markup((FOLDER / "paper.css").read_text("utf-8")),  # noqa: S704 (our own style)
            fonts=FONTS.as_uri(),
            site=facts.site.as_uri(),
            book=facts.book,
            edition=facts.edition,
            authors=facts.authors,
            date=facts.citation.date,
            state=facts.citation.state,
            **values,
        )
    )

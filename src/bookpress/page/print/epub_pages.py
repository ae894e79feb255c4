"""The files of the book as an e-book: XHTML pages, pictures, contents, package. Knows nothing of archives."""

from __future__ import annotations

import itertools
import textwrap
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from markupsafe import Markup

from bookpress.citation.styles import to_reference
from bookpress.page.base.templates import TEMPLATES, environment
from bookpress.page.print import page_extraction as articles
from bookpress.page.print.front_matter import Facts, file_stem
from bookpress.page.print.page_extraction import Article, Element
from bookpress.page.print.print_html import key_of

MEDIA_TYPES: Mapping[str, str] = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".woff2": "font/woff2",
    ".css": "text/css",
}
NAMESPACES = {"svg": "http://www.w3.org/2000/svg", "math": "http://www.w3.org/1998/Math/MathML"}
"""Elements of other languages within a page; the package has to tell which page has which."""
SPELLING = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}
"""Attributes of SVG that the parser of HTML writes in small letters."""
FEATURES = ("alternativeText", "longDescription", "readingOrder", "structuralNavigation", "tableOfContents")
COVER_LINE = 12
"""Letters of the title that fit on a line of the cover."""


@dataclass(frozen=True)
class Page:
    """A page of the e-book.

    Parameters
    ----------
    key, title : str
        Its name and its title.
    body : markupsafe.Markup
        XHTML.
    kind : str
        What it is, in the vocabulary of EPUB.
    number : int, optional
        Of a chapter.
    sections : sequence of tuple
        Anchor and title of its sections.
    properties : str
        Other languages in it, as the package has to tell them.
    """

    key: str
    title: str
    body: Markup
    kind: str = ""
    number: int | None = None
    sections: Sequence[tuple[str, str]] = ()
    properties: str = ""

    @property
    def file(self) -> str:
        """Its file."""
        return file_of(self.key)


@dataclass(frozen=True)
class Part:
    """A part of the book."""

    title: str
    pages: Sequence[Page]


def file_of(key: str) -> str:
    """Return the file of a page."""
    return f"{key}.xhtml"


def ebook_files(found: Sequence[Article], facts: Facts) -> dict[str, bytes]:
    """Return the files of the e-book by name, the package first.

    Parameters
    ----------
    found : sequence of Article
        The cover, then all pages in order; changed in place.
    facts : Facts
        What is known of book and edition.
    """
    _prepare(found, facts)
    figures = [
        {"name": figure.name, "title": figure.title, "anchor": figure.anchor, "file": file_of(key_of(article.path))}
        for article in found
        for figure in articles.figures(article.body)
    ]
    files = {name: (facts.site / name).read_bytes() for name in _pictures(found)}
    files |= {f"fonts/{path.name}": path.read_bytes() for path in sorted((TEMPLATES / "fonts").glob("*.woff2"))}
    files["book.css"] = (TEMPLATES / "ebook" / "book.css").read_bytes()
    opening, *texts = [_page(article) for article in found]
    front = [_title_page(facts), opening]
    parts = [
        Part(title, [page for _, page in group])
        for title, group in itertools.groupby(zip(found[1:], texts, strict=True), lambda pair: pair[0].part)
    ]
    pages = [_cover_page(facts), *front, *texts]
    has_math = any("mathml" in page.properties for page in pages)
    made = {
        "package.opf": _fill("package.opf", facts, pages=pages, files=_manifest(files), **_names(facts, has_math)),
        "nav.xhtml": _fill("nav.xhtml", facts, front=front, parts=parts, figures=figures),
        **{page.file: _fill("page.xhtml", facts, page=page) for page in pages},
    }
    for text in made.values():
        etree.fromstring(text.encode())  # not well-formed: an error of ours
    return {**{name: text.encode() for name, text in made.items()}, "cover.png": cover_picture(facts), **files}


def cover_picture(facts: Facts) -> bytes:
    """Return the picture that stands for the book in a library of e-books, as PNG of 1600 by 2400 pixels."""
    import vl_convert

    drawn = _fill(
        "cover.svg",
        facts,
        title=textwrap.wrap(facts.book.title, COVER_LINE),
        subtitle=textwrap.wrap(facts.book.subtitle or "", 36),
    )
    picture: bytes = vl_convert.svg_to_png(drawn)
    return picture


def _prepare(found: Sequence[Article], facts: Facts) -> None:
    """Point links at pages of the e-book; take the pictures for narrow columns; leave out what the title page says."""
    at = {article.path: article for article in found}

    def resolve(path: str, fragment: str) -> str | None:
        if path not in at:
            return facts.address(path, fragment)
        return file_of(key_of(path)) + (f"#{fragment}" if at[path].has(fragment) else "")

    articles.shorten_cover(found[0].body)
    for article in found:
        articles.drop(article.body.find_class("cite-box"))
    for article in found:
        articles.relink(article.body, article.path, resolve)
        for image in article.body.iter("img"):
            if image.get(articles.NARROW):
                values = image.attrib.pop(articles.NARROW).split()
                image.attrib.update(zip(("src", "width", "height"), values, strict=True))


def _pictures(found: Sequence[Article]) -> list[str]:
    """Return the names of the pictures, each once."""
    return sorted({image.get("src") for article in found for image in article.body.iter("img")})


def _manifest(files: Mapping[str, bytes]) -> list[dict[str, str]]:
    return [{"name": name, "media_type": MEDIA_TYPES[Path(name).suffix]} for name in files]


def _page(article: Article) -> Page:
    """Return the page of an article."""
    used = [name for name in NAMESPACES if next(article.body.iter(name), None) is not None]
    return Page(
        key=key_of(article.path),
        title=articles.OPENING if article.path == "index.html" else article.title,
        body=xhtml(article.body),
        kind="chapter" if article.number is not None else "",
        number=article.number,
        sections=list(_sections(article.body)),
        properties=" ".join({"svg": "svg", "math": "mathml"}[name] for name in used),
    )


def _sections(body: Element) -> Iterator[tuple[str, str]]:
    """Yield anchor and title of the sections of an article."""
    for section in body.xpath("./section/section[@id][h2]"):
        yield section.get("id"), " ".join(section.find("h2").text_content().split())


def xhtml(body: Element) -> Markup:
    """Return an article as XHTML, to stand in a page of that namespace.

    Examples
    --------
    >>> from lxml import html
    >>> print(xhtml(html.fragment_fromstring('<p>a<br>b <svg viewbox="0 0 1 1"></svg></p>')))
    <p>a<br/>b <svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"/></p>
    """
    for name, namespace in NAMESPACES.items():
        for element in body.iter(name):
            for part in element.iter():
                for small, right in SPELLING.items():
                    if small in part.attrib:
                        part.set(right, part.attrib.pop(small))
            element.set("xmlns", namespace)
    return Markup(etree.tostring(body, encoding="unicode", with_tail=False))  # noqa: S704 (the page's own text)


def _title_page(facts: Facts) -> Page:
    text = _fill(
        "title.html",
        facts,
        imprint=list(facts.imprint()),
        reference=Markup(to_reference(facts.citation, "apa").html),  # noqa: S704 (escaped by the style)
        differences=facts.differences(),
    )
    return Page("title", facts.book.title, Markup(text), "titlepage")  # noqa: S704 (a template that escapes)


def _cover_page(facts: Facts) -> Page:
    picture = Markup('<section class="cover"><img src="cover.png" alt="Cover: {}"/></section>')
    return Page("cover", "Cover", picture.format(facts.book.full_title), "cover")


def _names(facts: Facts, has_math: bool) -> dict[str, Any]:
    """Return by what the e-book is known, and what it offers to those who cannot see it."""
    book = facts.book
    state = facts.edition.id if facts.edition else f"{book.version} {facts.citation.date}"
    others = [(f"https://doi.org/{facts.citation.doi}", facts.citation.doi), (f"urn:isbn:{book.isbn}", book.isbn)]
    return {
        "identifier": uuid.uuid5(uuid.NAMESPACE_URL, f"{file_stem(book)}:{state}").urn,
        "identifiers": [name for name, known in others if known],
        "modified": f"{facts.built:%Y-%m-%dT%H:%M:%SZ}",
        "features": sorted([*FEATURES, *(["MathML"] if has_math else [])]),
    }


def _fill(template: str, facts: Facts, **values: Any) -> str:
    """Return a file from its template."""
    return (
        environment("ebook")
        .get_template(template)
        .render(
            book=facts.book,
            edition=facts.edition,
            authors=facts.authors,
            date=facts.citation.date,
            state=facts.citation.state,
            **values,
        )
    )

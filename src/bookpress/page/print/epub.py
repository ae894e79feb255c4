"""The book as EPUB 3: XHTML pages, pictures, contents and package, packed so that the same pages give the same bytes.

Run by the press as ``python -m bookpress.page.print.epub``.
"""

from __future__ import annotations

import sys
import textwrap
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import vl_convert
from lxml import etree
from markupsafe import Markup

from bookpress.build.formats import Order, work_on_order
from bookpress.files import archive
from bookpress.page.base.templates import TEMPLATES
from bookpress.page.print import page_extraction
from bookpress.page.print.page_extraction import NARROW, Article, Element, read_articles
from bookpress.page.print.print_html import FrontMatter, load_front_matter

MEDIA_TYPES: Mapping[str, str] = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".woff2": "font/woff2",
    ".css": "text/css",
}
NAMESPACES = {"svg": "http://www.w3.org/2000/svg", "math": "http://www.w3.org/1998/Math/MathML"}
PROPERTIES = {"svg": "svg", "math": "mathml"}
"""What the package has to tell of a page that holds such an element."""
SPELLING = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}
"""Attributes of SVG that the parser of HTML writes in small letters."""


def make(order: Order) -> None:
    """Make the EPUB of the book."""
    site, output = Path(order.pages), Path(order.output)
    front = load_front_matter(Path(order.source), site, order.epoch)
    # The type comes first and is not compressed: https://www.w3.org/TR/epub-33/#sec-zip-container-mime
    container = (TEMPLATES / "ebook" / "container.xml").read_bytes()
    entries = {"mimetype": b"application/epub+zip", "META-INF/container.xml": container}
    entries |= {
        f"EPUB/{name}": content for name, content in epub_files(read_articles(site), front).items()
    }
    made = archive(entries, front.built)
    output.mkdir(parents=True, exist_ok=True)
    (output / f"{front.citation.book.file_stem}.epub").write_bytes(made)


def epub_files(articles: Sequence[Article], front: FrontMatter) -> dict[str, bytes]:
    """Return the files of the e-book by name; `articles` are the cover, then all pages in order, changed in place."""
    _prepare(articles, front)
    book, edition = front.citation.book, front.citation.edition
    pictures = {image.get("src") for article in articles for image in article.body.iter("img")}
    files = {name: (front.site / name).read_bytes() for name in sorted(pictures)}
    files |= {
        f"fonts/{path.name}": path.read_bytes()
        for path in sorted((TEMPLATES / "fonts").glob("*.woff2"))
    }
    files["book.css"] = (TEMPLATES / "ebook" / "book.css").read_bytes()
    texts = {article.path: _text_page(article) for article in articles}
    picture = Markup(
        '<section class="cover"><img src="cover.png" alt="Cover: {}"/></section>'
    ).format(book.full_title)
    title_page = Markup(front.fill("ebook/title.html"))  # noqa: S704 (a template that escapes)
    opening = [_page("title", book.title, title_page, "titlepage"), texts["index.html"]]
    pages = [_page("cover", "Cover", picture, "cover"), opening[0], *texts.values()]
    parts = [
        (part, [texts[one.path] for one in found])
        for part, found in page_extraction.by_part(articles[1:])
    ]
    media_types = {name: MEDIA_TYPES[Path(name).suffix] for name in files}
    state = edition.id if edition else f"{book.version} {front.citation.date}"
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{book.file_stem}:{state}").urn
    figures = page_extraction.figures(articles)
    made = {
        "package.opf": front.fill(
            "ebook/package.opf", pages=pages, files=media_types, identifier=identifier
        ),
        "nav.xhtml": front.fill("ebook/nav.xhtml", front=opening, parts=parts, figures=figures),
        **{page["file"]: front.fill("ebook/page.xhtml", page=page) for page in pages},
    }
    for text in made.values():
        etree.fromstring(text.encode())  # not well-formed: an error of ours
    lines = {
        "title": textwrap.wrap(book.title, 12),
        "subtitle": textwrap.wrap(book.subtitle or "", 36),
    }
    cover = vl_convert.svg_to_png(front.fill("ebook/cover.svg", **lines))
    return {**{name: text.encode() for name, text in made.items()}, "cover.png": cover, **files}


def _prepare(articles: Sequence[Article], front: FrontMatter) -> None:
    """Point links at pages of the e-book; take the pictures for narrow columns; leave out what the title page says."""
    for article in articles:
        page_extraction.drop(article.body.find_class("cite-box"))
        for image in article.body.iterfind(f".//img[@{NARROW}]"):
            image.attrib.update(
                zip(("src", "width", "height"), image.attrib.pop(NARROW).split(), strict=True)
            )
    page_extraction.relink(
        articles,
        lambda article, place: f"{article.key}.xhtml" + (f"#{place}" if place else ""),
        front.address,
    )


def _page(key: str, title: str, body: Markup, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "file": f"{key}.xhtml",
        "title": title,
        "body": body,
        "kind": kind,
        "properties": "",
        **more,
    }


def _text_page(article: Article) -> dict[str, Any]:
    headings = article.body.xpath("./section/section[@id]/h2")
    return _page(
        article.key,
        article.title,
        xhtml(article.body),
        "chapter" if article.number is not None else "",
        number=article.number,
        sections=[
            (heading.getparent().get("id"), " ".join(heading.text_content().split()))
            for heading in headings
        ],
        properties=" ".join(
            PROPERTIES[name]
            for name in NAMESPACES
            if next(article.body.iter(name), None) is not None
        ),
    )


def xhtml(body: Element) -> Markup:
    """Return an article as XHTML, to stand in a page of that namespace."""
    for name, namespace in NAMESPACES.items():
        for element in body.iter(name):
            for part in element.iter():
                for small, right in SPELLING.items():
                    if small in part.attrib:
                        part.set(right, part.attrib.pop(small))
            element.set("xmlns", namespace)
    return Markup(etree.tostring(body, encoding="unicode", with_tail=False))  # noqa: S704 (the page's own text)


if __name__ == "__main__":
    sys.exit(work_on_order(make))

"""The book as EPUB 3: XHTML pages, pictures, contents and package.

The same pages give the same bytes. The press runs the module as
``python -m bookpress.outputs.epub.epub``.
"""

from __future__ import annotations

import mimetypes
import re
import sys
import textwrap
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import vl_convert
from lxml import etree
from markupsafe import Markup

from bookpress.elements.base.assets import style_of
from bookpress.files import archive, printable
from bookpress.outputs.base import page_extraction
from bookpress.outputs.base.front_matter import HERE, FrontMatter, load_front_matter
from bookpress.outputs.base.media import is_file
from bookpress.outputs.base.page_extraction import Article, Element, read_articles
from bookpress.outputs.base.process import Order, work_on_order
from bookpress.outputs.epub.svg import write_as_svg

EBOOK = Path(__file__).parent / "ebook"
MEDIA_TYPES: Mapping[str, str] = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".woff2": "font/woff2",
    ".css": "text/css",
}
NAMESPACES = {"svg": "http://www.w3.org/2000/svg", "math": "http://www.w3.org/1998/Math/MathML"}
PROPERTIES = {"svg": "svg", "math": "mathml"}
"""What the package must declare about a page with such an element."""
COVER = Markup('<section class="cover"><img src="cover.png" alt="Cover: {}"/></section>')
LARGEST = 190
"""The size of the letters of a short title on the cover, of which so many make a line."""
LETTERS = 12
LINES = 5
"""The most lines of such letters that fit."""
SMALLEST = 40
NAMED = re.compile(r"[A-Za-z_][\w.:-]*")
"""An attribute of XML."""
Entry = dict[str, Any]
"""A page of the e-book."""


def make(order: Order) -> None:
    """Make the EPUB of the book."""
    site = Path(order.pages)
    front = load_front_matter(Path(order.source), site, order.epoch)
    # the type must come first, uncompressed:
    # https://www.w3.org/TR/epub-33/#sec-zip-container-mime
    container = (EBOOK / "container.xml").read_bytes()
    entries = {"mimetype": b"application/epub+zip", "META-INF/container.xml": container}
    articles = read_articles(site, "epub", front.citation.book.front_page)
    files = epub_files(articles, front)
    for name, content in files.items():
        entries[f"EPUB/{name}"] = content
    epub = archive(entries, front.built)
    output = Path(order.output)
    output.mkdir(parents=True, exist_ok=True)
    stem = front.citation.book.file_stem
    file = output / f"{stem}.epub"
    file.write_bytes(epub)


def epub_files(articles: Sequence[Article], front: FrontMatter) -> dict[str, bytes]:
    """Return the files of the e-book, by name.

    `articles` are the cover, then all pages in order; they are changed in place.
    """
    page_extraction.relink(articles, _address, front.address)
    files = _static_files(articles, front)
    documents = _documents(articles, list(files), front)
    result: dict[str, bytes] = {}
    for name, text in documents.items():
        result[name] = printable(text).encode()
        etree.fromstring(result[name])  # raises if it is not well-formed, which is our error
    result["cover.png"] = _cover_picture(front)
    return {**result, **files}


def _static_files(articles: Iterable[Article], front: FrontMatter) -> dict[str, bytes]:
    """Return pictures, fonts and style, by name."""
    pictures: set[str] = set()
    for article in articles:
        images = filter(is_file, article.body.iter("img"))
        pictures |= {unquote(image.get("src")) for image in images}
    files = {name: (front.site / name).read_bytes() for name in sorted(pictures)}
    for path in sorted((HERE / "fonts").glob("*.woff2")):
        files[f"fonts/{path.name}"] = path.read_bytes()
    page_style = (EBOOK / "book.css").read_text("utf-8")
    files["book.css"] = style_of("epub", page_style).encode()
    return files


def _documents(
    articles: Sequence[Article], files: Sequence[str], front: FrontMatter
) -> dict[str, str]:
    """Return package, contents and pages, by name."""
    title = front.citation.book.title
    title_text = Markup(front.fill(EBOOK / "title.html"))  # noqa: S704 (a template that escapes)
    title_page = _page("title", title, title_text, "titlepage")
    cover_text = COVER.format(front.citation.book.full_title)
    cover = _page("cover", "Cover", cover_text, "cover")
    texts = {article.path: _text_page(article) for article in articles}
    pages = [cover, title_page, *texts.values()]
    parts = []
    for part, part_articles in page_extraction.by_part(articles[1:]):
        parts.append((part, [texts[article.path] for article in part_articles]))
    package = front.fill(
        EBOOK / "package.opf",
        pages=pages,
        files={quote(name): _media_type(name) for name in files},
        identifier=_identifier(front),
    )
    contents = front.fill(
        EBOOK / "nav.xhtml",
        front=[title_page, texts[articles[0].path]],
        parts=parts,
        figures=page_extraction.figures(articles),
        elsewhere=page_extraction.links_elsewhere(front.site),
    )
    documents = {"package.opf": package, "nav.xhtml": contents}
    for page in pages:
        documents[page["file"]] = front.fill(EBOOK / "page.xhtml", page=page)
    return documents


def _media_type(name: str) -> str:
    """Return the media type of a file, by the ending of its name in whatever case."""
    known = MEDIA_TYPES.get(Path(name).suffix.lower())
    return known or mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"


def _identifier(front: FrontMatter) -> str:
    """Return the identifier of the e-book, which is the same for the same edition."""
    citation = front.citation
    book = citation.book
    state = citation.edition.id if citation.edition else f"{book.version} {citation.date}"
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{book.file_stem}:{state}").urn


def _cover_picture(front: FrontMatter) -> bytes:
    book = front.citation.book
    title, size = _fitted_title(book.title)
    svg = front.fill(
        EBOOK / "cover.svg",
        title=title,
        size=size,
        subtitle=textwrap.wrap(book.subtitle or "", 36),
        author_lines=textwrap.wrap(front.author_names, 40),
    )
    return bytes(vl_convert.svg_to_png(svg))


def _fitted_title(title: str) -> tuple[list[str], int]:
    """Return the lines of a title for the cover, with the largest letters that break no word."""
    for size in range(LARGEST, SMALLEST, -10):
        width = LARGEST * LETTERS // size
        lines = textwrap.wrap(title, width, break_long_words=False)
        is_narrow = all(len(line) <= width for line in lines)
        if is_narrow and len(lines) * size <= LARGEST * LINES:
            return lines, size
    return textwrap.wrap(title, width), size


def _address(article: Article, place: str) -> str:
    """Return the address of an article in the e-book, or of a place in it."""
    page = f"{article.key}.xhtml"
    if place:
        return f"{page}#{place}"
    return page


def _page(key: str, title: str, body: Markup, kind: str, **more: Any) -> Entry:
    return {
        "key": key,
        "file": f"{key}.xhtml",
        "title": title,
        "body": body,
        "kind": kind,
        "properties": "",
        **more,
    }


def _text_page(article: Article) -> Entry:
    sections = []
    for heading in article.body.xpath("./section/section[@id]/h2"):
        title = " ".join(heading.text_content().split())
        section = heading.getparent()
        sections.append((section.get("id"), title))
    names = [name for name in NAMESPACES if next(article.body.iter(name), None) is not None]
    return _page(
        article.key,
        article.title,
        xhtml(article.body),
        "chapter" if article.is_chapter else "",
        number=article.number,
        sections=sections,
        properties=" ".join(PROPERTIES[name] for name in names),
    )


def _write_as_xml(body: Element) -> None:
    """Change what an author's HTML has and XML has not.

    These are attributes without a value, names with signs, ids that are given again, and comments
    with two hyphens.
    """
    remarks = (etree.Comment, etree.ProcessingInstruction)
    etree.strip_elements(body, *remarks, with_tail=False)
    ids: set[str] = set()
    for element in body.iter(etree.Element):
        for name, value in element.attrib.items():
            is_again = name == "id" and value in ids
            if is_again or not NAMED.fullmatch(name):
                del element.attrib[name]
            elif not value:
                element.set(name, "")
        ids.add(element.get("id", ""))


def xhtml(body: Element) -> Markup:
    """Return an article as XHTML, for a page in that namespace."""
    for name, namespace in NAMESPACES.items():
        for element in body.iter(name):
            element.set("xmlns", namespace)
    for drawing in body.iter("svg"):
        write_as_svg(drawing)
    _write_as_xml(body)
    text = etree.tostring(body, encoding="unicode", with_tail=False)
    return Markup(text)  # noqa: S704 (the page's own text)


if __name__ == "__main__":
    sys.exit(work_on_order(make))

"""The text of the finished pages, without what only works on a screen: for PDF and EPUB."""

from __future__ import annotations

import copy
import io
import itertools
import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from lxml import etree, html
from markupsafe import Markup

from bookpress.elements.base.registry import Without, elements
from bookpress.errors import PressError
from bookpress.outputs.base.addresses import (
    from_root,
    is_elsewhere,
    is_unreadable,
    split_address,
)
from bookpress.outputs.base.media import drawn_by_scripts, name_drawn, put_on_paper

DROPPED_TAGS = ("script", "style", "link", "meta", "button", "input", "select", "noscript")
"""Tags that are always removed; each element names further parts of its own."""
SCREEN_ATTRIBUTES = (
    "tabindex",
    "loading",
    "role",
    "aria-label",
    "data-chart",
    "data-name",
    "data-copy",
    "for",
    "srcset",
    "sizes",
)
"""Attributes for scripts, keyboards, screen readers and other sizes of a screen."""
ENTRIES = "//nav[@id='book_contents']/*[self::p[@class='contents-part'] or self::ul]"
"""The titles of parts, and the lists of their pages, in the contents."""
UNNAMED = re.compile(r"[^A-Za-z0-9_-]")
"""What a name in CSS does not contain."""
OF_CHAPTER = b'<body class="chapter">'
OF_THE_BOOK = ("cover", "title", "nav")
"""Pages of an e-book that are not the author's."""
LOST = "\N{REPLACEMENT CHARACTER}"
UNPRINTED = {
    **dict.fromkeys([0x0B, 0x0C], " "),
    **dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0xFFFE, 0xFFFF], LOST),
}
"""Characters that XML does not know, which come from other files by way of the clipboard."""
NAMED_PART = re.compile(r"(?<=url\(#)|(?<=url\([\"']#)")
"""Where the name of another part of a drawing begins."""
POINTING = ("id", "headers", "aria-labelledby", "aria-describedby")

Element = Any  # lxml has no types


@dataclass
class Article:
    """The article of a page: its path on the site, its title, its part and number in the contents.

    A page that is no chapter has no number, nor has a chapter outside of numbered parts.
    """

    path: str
    title: str
    part: str
    number: int | None
    body: Element
    key: str = ""
    """Its name within the book: ``"notebooks-hardware"``, a name in CSS, in PDF and of a file."""

    @property
    def is_chapter(self) -> bool:
        """Whether its page is that of a chapter, as the layout says."""
        return "chapter" in self.body.getroottree().find("body").get("class", "").split()

    @property
    def anchor(self) -> str:
        """The prefix of all ids of the article within the book."""
        return f"{self.key}--"

    @property
    def markup(self) -> Markup:
        """The body as HTML."""
        return _markup(self.body)

    @property
    def finding(self) -> Markup:
        """Its finding as HTML, for use elsewhere; empty if it has none."""
        paragraphs = copy.deepcopy(self.body.find_class("standfirst"))
        for paragraph in paragraphs:
            etree.strip_attributes(paragraph, "id")
        return Markup("").join(map(_markup, paragraphs))

    def has(self, anchor: str) -> bool:
        """Return whether the remaining page has an element with this id."""
        return bool(self.body.xpath(".//*[@id=$anchor]", anchor=anchor))


def _markup(element: Element) -> Markup:
    text = html.tostring(element, encoding="unicode", with_tail=False)
    return Markup(text)  # noqa: S704 (the page's own)


def read_articles(site: Path, form: str, opening: str | None = None) -> list[Article]:
    """Return the articles of a site: the cover, then all pages in the order of the contents.

    Their elements are in a form: ``print`` or ``epub``. `opening` is the heading of the cover, if
    the book has a special one for it after a title page.
    """
    front = _front_page(site)
    articles = [_read_unlisted(site, front, form, opening)]
    part = ""
    for element in _parse(site / front).xpath(ENTRIES):
        if element.tag == "p":
            part = _text(element)
        for link in element.findall("li/a"):
            address = from_root(front, link.get("href"))
            if not is_elsewhere(address):
                path = unquote(address)
                articles.append(_read_listed(site, path, part, link, form))
    taken = {*OF_THE_BOOK}
    for article in articles:
        article.key = _free_key(article.path, taken)
        taken.add(article.key.lower())
    return articles


def read_chapters(site: Path, form: str) -> list[Article]:
    """Return the articles of all chapters, in order; those outside of the contents come last."""
    listed = read_articles(site, form)
    known = {article.path for article in listed}
    pages = {page.relative_to(site).as_posix(): page for page in sorted(site.rglob("*.html"))}
    others = [
        _read_unlisted(site, path, form)
        for path, page in pages.items()
        if path not in known and OF_CHAPTER in page.read_bytes()
    ]
    return [article for article in [*listed, *others] if article.is_chapter]


def links_elsewhere(site: Path) -> list[tuple[str, str]]:
    """Return the words and addresses of the links out of the book that the contents have."""
    contents = _parse(site / _front_page(site)).xpath(ENTRIES)
    links = [link for element in contents for link in element.findall("li/a")]
    return [(_text(link), link.get("href")) for link in links if is_elsewhere(link.get("href"))]


def _free_key(path: str, taken: Container[str]) -> str:
    """Return the key of a page, whatever it is called; no two differ in capitals alone."""
    name = path.removesuffix(".html").replace("/", "-")
    key = UNNAMED.sub(lambda sign: f"_{ord(sign[0]):x}", name)
    while not key[0].isalpha() or key.lower() in taken:
        key = f"page-{key}"
    return key


def _front_page(site: Path) -> str:
    """Return the page that a site opens with: its index, or the target of its redirect."""
    index = _parse(site / "index.html")
    for refresh in index.xpath("//meta[translate(@http-equiv, 'R', 'r') = 'refresh']/@content"):
        _, _, address = refresh.partition("url=")
        return unquote(address)
    return "index.html"


def _read_unlisted(site: Path, path: str, form: str, opening: str | None = None) -> Article:
    """Return the article of a page that is no entry in the contents, such as the cover."""
    body = _article(site, path, form)
    heading = next(body.iter("h1"), None)
    if heading is None:
        return Article(path, opening or PurePosixPath(path).stem, "", None, body)
    if opening:
        heading[:] = []
        heading.text = opening
    return Article(path, _text(heading), "", None, body)


def _read_listed(site: Path, path: str, part: str, link: Element, form: str) -> Article:
    """Return the article that an entry in the contents links to."""
    numbers = link.find_class("contents-number")
    number = int(_text(numbers[0])) if numbers else None
    drop(numbers)
    title = _text(link)
    body = _article(site, path, form)
    return Article(path, title, part, number, body)


def by_part(articles: Iterable[Article]) -> list[tuple[str, list[Article]]]:
    """Return the parts of the book by title, each with its articles."""
    groups = itertools.groupby(articles, lambda article: article.part)
    return [(title, list(group)) for title, group in groups]


def figures(articles: Iterable[Article]) -> list[dict[str, Any]]:
    """Return the figures of articles that have a number, in order, whatever drew them.

    Each has its article, its number, its title and its id.
    """
    return [
        _described(figure, article)
        for article in articles
        for figure in article.body.iter("figure")
        if figure.get("id") and figure.find_class("caption-number")
    ]


def _described(figure: Element, article: Article) -> dict[str, Any]:
    [number, *_] = figure.find_class("caption-number")
    [title, *_] = figure.find_class("caption-text")
    return {
        "article": article,
        "anchor": figure.get("id"),
        "name": _text(number),
        "title": _text(title),
    }


def drop(elements: Iterable[Element]) -> None:
    """Remove elements from the tree; the text after them stays."""
    for element in list(elements):
        element.drop_tree()


def relink(
    articles: Sequence[Article],
    within: Callable[[Article, str], str | None],
    elsewhere: Callable[[str, str], str | None],
) -> None:
    """Change the links of articles to the new addresses.

    A link that leads nowhere loses its address, but not its words. `within` returns the address of
    an article, or of a place in it; `elsewhere` that of another path of the site.
    """
    article_at = {article.path: article for article in articles}
    for article in articles:
        for link in list(article.body.iterfind(".//a[@href]")):
            address = link.get("href")
            if is_elsewhere(address):
                readable = None if is_unreadable(address) else from_root(article.path, address)
                _point(link, readable)
                continue
            link.attrib.pop("download", None)
            parts = split_address(address)
            path = unquote(from_root(article.path, address)) if parts.path else article.path
            place = unquote(parts.fragment)
            target = article_at.get(path)
            if target is None:
                _point(link, elsewhere(path, place))
            else:
                known_place = place if target.has(place) else ""
                _point(link, within(target, known_place))


def _point(link: Element, address: str | None) -> None:
    if address is not None:
        link.set("href", address)
    else:
        link.tag = "span"
        etree.strip_attributes(link, "href", "title", "rel")


def prefix_ids(article: Article) -> None:
    """Add the article's prefix to all of its ids, so that several articles can share a page."""
    for element in article.body.iter(html.etree.Element):
        for name in POINTING:
            ids = element.get(name)
            if ids:
                prefixed = [f"{article.anchor}{id_}" for id_ in ids.split()]
                element.set(name, " ".join(prefixed))
    for part in article.body.xpath(".//svg | .//svg//*"):
        _prefix_named_parts(part, article.anchor)


def _prefix_named_parts(part: Element, prefix: str) -> None:
    """Add a prefix to the ids by which a part of a drawing refers to others."""
    for name, value in part.attrib.items():
        is_part = name in {"href", "xlink:href"} and value.startswith("#") and part.tag != "a"
        named = f"#{prefix}{value[1:]}" if is_part else NAMED_PART.sub(prefix, value)
        part.set(name, named)


def _parse(path: Path) -> Element:
    text = path.read_text("utf-8", errors="replace").translate(UNPRINTED)
    parser = html.HTMLParser(encoding="utf-8")
    return html.parse(io.BytesIO(text.encode()), parser).getroot()


def _text(element: Element) -> str:
    drop(element.find_class("headerlink"))
    return " ".join(element.text_content().split())


def _leave_out(body: Element, left_out: Without) -> None:
    """Remove from an article what an element leaves out."""
    for name in left_out.classes:
        drop(body.find_class(name))
    for place in left_out.places:
        drop(body.xpath(place))
    for wrapper in left_out.wrappers:
        for part in body.xpath(wrapper):
            part.drop_tag()


def _write_boxes(body: Element) -> None:
    """Write the boxes of a list of tasks as their author did: a file has no fields."""
    for box in body.find_class("task-list-item-checkbox"):
        checked = "x" if box.get("checked") is not None else " "
        box.tail = f"[{checked}] {(box.tail or '').lstrip()}"


def _article(site: Path, path: str, form: str) -> Element:
    """Return the article of a page in a form of its elements, ``print`` or ``epub``.

    The paths of pictures are relative to the root of the site.
    """
    body = _parse(site / path).find(".//article")
    if body is None:
        raise PressError(f"{path} has no article")
    drawn = drawn_by_scripts(body)
    _write_boxes(body)
    drop(body.iter(*DROPPED_TAGS))
    name_drawn(drawn)
    for element in elements():
        _leave_out(body, element.on_paper(form))
    put_on_paper(body, site, path)
    etree.strip_attributes(body, *SCREEN_ATTRIBUTES)
    for element in elements():
        change = element.on_paper(form).then
        if change:
            element.find(change)(body)
    for fold in body.xpath(".//details[not(@class='tool')]"):
        fold.set("open", "open")
    return body

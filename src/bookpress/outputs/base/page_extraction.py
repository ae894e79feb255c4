"""The text of the finished pages, without what only works on a screen: for PDF and EPUB."""

from __future__ import annotations

import copy
import itertools
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree, html
from markupsafe import Markup

from bookpress.elements.base.registry import Without, elements
from bookpress.elements.figure.paper import NARROW
from bookpress.errors import PressError

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
)
"""Attributes for scripts, keyboards and screen readers."""
ENTRIES = "//nav[@id='book_contents']/*[self::p[@class='contents-part'] or self::ul]"
"""The titles of parts, and the lists of their pages, in the contents."""
UNNAMED = re.compile(r"[^A-Za-z0-9_-]")
"""What a name in CSS does not contain."""
OF_THE_BOOK = ("cover", "title", "nav")
"""Pages of an e-book that are not the author's."""
SHOWING = "descendant::*[self::img or self::svg or self::picture or self::table or self::iframe]"
ON_SCREEN = "An interactive figure, drawn on the web page of the chapter."
"""What stands on paper for what a script draws."""
PLAYED = "A recording, played on the web page of the chapter."
POINTING = ("id", "for", "headers", "aria-labelledby", "aria-describedby")

Element = Any  # lxml has no types


@dataclass
class Article:
    """The article of a page: its path on the site, its title and its part in the contents.

    A chapter also has a number.
    """

    path: str
    title: str
    part: str
    number: int | None
    body: Element

    @property
    def key(self) -> str:
        """The name of the article within the book: ``"notebooks-hardware"``.

        It is a name in CSS and in PDF too, whatever the page is called.
        """
        name = self.path.removesuffix(".html").replace("/", "-")
        plain = UNNAMED.sub(lambda sign: f"_{ord(sign[0]):x}", name)
        is_free = plain[:1].isalpha() and plain not in OF_THE_BOOK
        return plain if is_free else f"page-{plain}"

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
    articles = [_read_cover(site, front, form, opening)]
    part = ""
    for element in _parse(site / front).xpath(ENTRIES):
        if element.tag == "p":
            part = _text(element)
        for link in element.findall("li/a"):
            path = _from_root(front, unquote(link.get("href")))
            if not urlsplit(path).scheme:  # else it leads to elsewhere
                articles.append(_read_listed(site, path, part, link, form))
    if len(articles) == 1:
        raise PressError("the cover names no page of the book: it has no contents")
    return articles


def _front_page(site: Path) -> str:
    """Return the page that a site opens with: its index, or the target of its redirect."""
    index = _parse(site / "index.html")
    for refresh in index.xpath("//meta[translate(@http-equiv, 'R', 'r') = 'refresh']/@content"):
        _, _, address = refresh.partition("url=")
        return unquote(address)
    return "index.html"


def _read_cover(site: Path, path: str, form: str, opening: str | None) -> Article:
    body = _article(site, path, form)
    headings = [*body.iter("h1")]
    for heading in headings if opening else ():
        heading[:] = []
        heading.text = opening
    title = opening or next(map(_text, headings), "") or path.removesuffix(".html")
    return Article(path, title, "", None, body)


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
            parts = urlsplit(link.get("href"))
            if parts.scheme or parts.netloc:
                continue
            link.attrib.pop("download", None)
            path = article.path
            if parts.path:
                path = _from_root(article.path, unquote(parts.path))
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


def _parse(path: Path) -> Element:
    parser = html.HTMLParser(encoding="utf-8")
    tree = html.parse(str(path), parser)
    return tree.getroot()


def _text(element: Element) -> str:
    drop(element.find_class("headerlink"))
    return " ".join(element.text_content().split())


def _from_root(path: str, address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme:
        return address
    folder = posixpath.dirname(path)
    joined = posixpath.join(folder, parts.path)
    return posixpath.normpath(joined)


def _leave_out(body: Element, left_out: Without) -> None:
    """Remove from an article what an element leaves out."""
    for name in left_out.classes:
        drop(body.find_class(name))
    for place in left_out.places:
        drop(body.xpath(place))
    for wrapper in left_out.wrappers:
        for part in body.xpath(wrapper):
            part.drop_tag()


def _name_pictures(body: Element, site: Path, path: str) -> None:
    """Make the paths of a page's pictures relative to the root of the site, narrow ones too.

    In place of one that is missing, which the check of the pages tells, stands its alternative.
    """
    for picture in list(body.iter("picture")):
        # the parser treats <source> as an element with content
        image = next(picture.iter("img"))
        narrow = next(picture.iter("source"))
        width = narrow.get("width")
        height = narrow.get("height")
        if width and height:  # not an author's own
            file = _from_root(path, narrow.get("srcset"))
            image.set(NARROW, f"{file} {width} {height}")
        image.tail = picture.tail
        picture.getparent().replace(picture, image)
    for image in list(body.iter("img")):
        file = _from_root(path, image.get("src", ""))
        image.set("src", file)
        if urlsplit(file).netloc:
            _link_to(image)
        elif is_file(image) and not (site / unquote(file)).is_file():
            _say_instead(image)


def _link_embedded(body: Element) -> None:
    """Put a link in place of each page or recording within a page: a file must not fetch any."""
    for frame in list(body.iter("iframe", "embed", "object", "video", "audio")):
        sources = [frame.get("src"), frame.get("data"), *frame.xpath("source/@src")]
        address = next(filter(None, sources), "")
        if urlsplit(address).scheme in {"http", "https"}:
            words = html.Element("a", href=address)
            words.text = frame.get("title") or address
        else:
            words = html.Element("span")
            words.text = PLAYED if frame.tag in {"video", "audio"} else ON_SCREEN
        words.tail = frame.tail
        frame.getparent().replace(frame, words)


def is_file(image: Element) -> bool:
    """Return whether a picture is a file of the site, not a data URL."""
    return not urlsplit(image.get("src")).scheme


def _say_instead(image: Element) -> None:
    image.tag = "span"
    image.text = image.get("alt", "")
    etree.strip_attributes(image, "src", "alt", "width", "height", NARROW)


def _link_to(image: Element) -> None:
    """Replace a picture on another host with a link: a saved file must not fetch anything."""
    address = image.get("src")
    link = html.Element("a", href=address)
    link.text = image.get("alt") or address
    link.tail = image.tail
    image.getparent().replace(image, link)


def _drawn_by_scripts(body: Element) -> list[Element]:
    """Return the outputs of cells that have a script, within an output or beside it."""
    return [
        output
        for cell in body.find_class("cell_output")
        if cell.find(".//script") is not None
        for output in cell.find_class("output")
    ]


def _name_drawn(outputs: Iterable[Element]) -> None:
    """Say in each output that shows nothing without its scripts what a reader misses."""
    for output in outputs:
        if not output.xpath(SHOWING) and not output.text_content().strip():
            words = html.Element("p")
            words.text = ON_SCREEN
            output.append(words)


def _article(site: Path, path: str, form: str) -> Element:
    """Return the article of a page in a form of its elements, ``print`` or ``epub``.

    The paths of pictures are relative to the root of the site.
    """
    body = _parse(site / path).find(".//article")
    if body is None:
        raise PressError(f"{path} has no article")
    drawn = _drawn_by_scripts(body)
    drop(body.iter(*DROPPED_TAGS))
    _name_drawn(drawn)
    for element in elements():
        _leave_out(body, element.on_paper(form))
    _name_pictures(body, site, path)
    _link_embedded(body)
    etree.strip_attributes(body, *SCREEN_ATTRIBUTES)
    for element in elements():
        change = element.on_paper(form).then
        if change:
            element.find(change)(body)
    for fold in body.xpath(".//details[not(@class='tool')]"):
        fold.set("open", "open")
    return body

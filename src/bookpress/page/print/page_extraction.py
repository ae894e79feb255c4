"""The text of the finished pages, without what only a screen can use: what PDF and EPUB are made of."""

from __future__ import annotations

import copy
import itertools
import posixpath
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree, html
from markupsafe import Markup

from bookpress.errors import PressError

DROPPED_TAGS = ("script", "style", "link", "meta", "button", "input", "select", "noscript")
DROPPED_CLASSES = (
    "headerlink",
    "code-fold",
    "controls",
    "chapter-end",
    "toctree-wrapper",
    "only-dark",
    "cite-downloads",
    "cite-status",
    "chapter-time",
    "choices-hint",
    "setting",
    "edition-line",
)
DROPPED_PLACES = (
    ".//div[@class='figure-tools']/*[not(summary='Description')]",
    ".//ul[@class='facts'][not(li/time)]",
    ".//ul[@class='facts']/li[not(time)]",
    ".//details[@class='cite-fold'][not(dl[@class='cite-state'])]",
    ".//details[@class='cite-fold' or @class='choices-more']/summary",
    ".//section[not(h1)][div[@class='chapter-list']]",
    ".//div[@class='chapter-list']",
)
"""What only a screen can use, by tag, by class and by what it holds."""
SCREEN_ATTRIBUTES = (
    "tabindex",
    "loading",
    "role",
    "aria-label",
    "data-chart",
    "data-name",
    "data-copy",
)
"""Attributes for scripts and keyboards, and what they call things."""
NARROW = "data-narrow"  # attribute of a picture: file, width and height of the same picture for a narrow column
OPENING = "The question and the findings"  # what the cover is called where there is a title page before it
POINTING = ("id", "for", "headers", "aria-labelledby", "aria-describedby")

Element = Any  # lxml has no types


@dataclass
class Article:
    """The article of one page: its path on the site, its title and part in the contents, the number of a chapter."""

    path: str
    title: str
    part: str
    number: int | None
    body: Element

    @property
    def key(self) -> str:
        """Name of the article within the book: ``"notebooks-hardware"``."""
        return self.path.removesuffix(".html").replace("/", "-")

    @property
    def anchor(self) -> str:
        """Id of the article within the book; that of a place of it begins so."""
        return f"{self.key}--"

    @property
    def markup(self) -> Markup:
        """The body as HTML."""
        return _markup(self.body)

    @property
    def finding(self) -> Markup:
        """Its finding as HTML, to stand elsewhere too; empty without one."""
        found = [copy.deepcopy(one) for one in self.body.find_class("standfirst")]
        for one in found:
            etree.strip_attributes(one, "id")
        return Markup("").join(map(_markup, found))

    def has(self, anchor: str) -> bool:
        """Return whether there is a place of this name in what is left of the page."""
        return bool(self.body.xpath(".//*[@id=$anchor]", anchor=anchor))


def _markup(element: Element) -> Markup:
    return Markup(html.tostring(element, encoding="unicode", with_tail=False))  # noqa: S704 (the page's own)


def read_articles(site: Path) -> list[Article]:
    """Return the articles of a site: the cover, then all pages in the order of the contents."""
    found, part = [Article("index.html", OPENING, "", None, _article(site, "index.html"))], ""
    for heading in found[0].body.iter("h1"):
        heading[:], heading.text = [], OPENING
    for element in _parse(site / "index.html").xpath(
        "//nav[@id='contents']/*[self::p[@class='contents-part'] or self::ul]"
    ):
        part = _text(element) if element.tag == "p" else part
        for link in element.findall("li/a"):
            numbers = link.find_class("contents-number")
            number = int(_text(numbers[0])) if numbers else None
            drop(numbers)
            path = unquote(link.get("href"))
            found.append(Article(path, _text(link), part, number, _article(site, path)))
    if len(found) == 1:
        raise PressError("the cover names no page of the book: it has no contents")
    return found


def by_part(articles: Iterable[Article]) -> list[tuple[str, list[Article]]]:
    """Return the parts of the book by title, each with its articles."""
    return [
        (title, list(group))
        for title, group in itertools.groupby(articles, lambda article: article.part)
    ]


def figures(articles: Iterable[Article]) -> list[dict[str, Any]]:
    """Return the figures of articles in order: the article each stands in, its number, title and id."""
    found = (
        (article, figure)
        for article in articles
        for figure in article.body.find_class("chart-figure")
    )
    parts = {"name": "caption-number", "title": "caption-text"}
    return [
        {"article": article, "anchor": figure.get("id")}
        | {name: _text(figure.find_class(part)[0]) for name, part in parts.items()}
        for article, figure in found
    ]


def drop(elements: Iterable[Element]) -> None:
    """Take elements out of the tree; the text after them stays."""
    for element in list(elements):
        element.drop_tree()


def relink(
    articles: Sequence[Article],
    within: Callable[[Article, str], str | None],
    elsewhere: Callable[[str, str], str | None],
) -> None:
    """Point the links of articles to where the places are; one that leads nowhere loses its address, not its words.

    `within` returns the address of an article, or of a place of it; `elsewhere` that of another path of the site.
    """
    at = {article.path: article for article in articles}
    for article in articles:
        for link in list(article.body.iterfind(".//a[@href]")):
            parts = urlsplit(link.get("href"))
            if parts.scheme or parts.netloc:
                continue
            link.attrib.pop("download", None)
            target = _from_root(article.path, unquote(parts.path)) if parts.path else article.path
            place, known = unquote(parts.fragment), at.get(target)
            address = (
                within(known, place if known.has(place) else "")
                if known
                else elsewhere(target, place)
            )
            if address is not None:
                link.set("href", address)
            else:
                link.tag = "span"
                etree.strip_attributes(link, "href", "title", "rel")


def prefix_ids(article: Article) -> None:
    """Give all ids of an article those they have in the book, so that several articles can share one page."""
    for element in article.body.iter(html.etree.Element):
        for name in POINTING:
            if element.get(name):
                element.set(
                    name, " ".join(f"{article.anchor}{one}" for one in element.get(name).split())
                )


def _parse(path: Path) -> Element:
    return html.parse(str(path), html.HTMLParser(encoding="utf-8")).getroot()


def _text(element: Element) -> str:
    drop(element.find_class("headerlink"))
    return " ".join(element.text_content().split())


def _from_root(path: str, address: str) -> str:
    parts = urlsplit(address)
    return (
        address
        if parts.scheme
        else posixpath.normpath(posixpath.join(posixpath.dirname(path), parts.path))
    )


def _article(site: Path, path: str) -> Element:
    """Return the article of a page without what only a screen can use; pictures are named from the root of the site."""
    body = _parse(site / path).find(".//article")
    if body is None:
        raise PressError(f"{path} has no article")
    drop(body.iter(*DROPPED_TAGS))
    drop(element for name in DROPPED_CLASSES for element in body.find_class(name))
    drop(element for place in DROPPED_PLACES for element in body.xpath(place))
    for around in body.xpath(
        ".//*[@class='figure-tools' or @class='cite-fold' or @class='choices-more']"
    ):
        around.drop_tag()
    for picture in list(body.iter("picture")):
        # The parser takes <source> for an element with content.
        image, narrow = next(picture.iter("img")), next(picture.iter("source"))
        image.set(
            NARROW,
            " ".join(
                [_from_root(path, narrow.get("srcset")), narrow.get("width"), narrow.get("height")]
            ),
        )
        image.tail = picture.tail
        picture.getparent().replace(picture, image)
    for image in body.iter("img"):
        image.set("src", _from_root(path, image.get("src")))
    etree.strip_attributes(body, *SCREEN_ATTRIBUTES)
    for bar in body.find_class("choices"):
        _move_parameters(body, bar)
    for fold in body.xpath(".//details[@class!='tool']"):
        fold.set("open", "open")
    return body


def _move_parameters(body: Element, bar: Element) -> None:
    """Leave the choices of a chapter in one line at its head, and put the table of them to its end."""
    table = bar.find_class("parameters")[0]
    table.tag, table[0].tag, table[0].text = "section", "h2", "Choices behind this chapter"
    table.set("id", bar.attrib.pop("id"))
    bar.tag = "p"
    for part in (
        *bar.find_class("choices-title"),
        *bar.find_class("choice"),
        *bar.iterfind(".//summary"),
    ):
        part.tag = "span"
    references = body.find(".//section[@id='references']")
    if references is not None:
        references.addprevious(table)
    else:
        body.find("section").append(table)

"""The text of the finished pages, without what only a screen can use: what PDF and EPUB are made of.

Reads the pages of a site in their order and takes from each the article; scripts, navigation, folded code and
downloads stay behind.
"""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import html
from markupsafe import Markup

from bookpress.errors import PressError

DROPPED_TAGS = ("script", "style", "link", "meta", "button", "input", "select", "noscript")
DROPPED_CLASSES = (
    "headerlink",
    "figure-tools",
    "code-fold",
    "controls",
    "chapter-end",
    "toctree-wrapper",
    "only-dark",
    "cite-downloads",
    "cite-status",
    "chapter-time",
    "edition-line",
)
"""What only a screen can use, by tag and by class."""
SCREEN_ATTRIBUTES = ("tabindex", "loading", "role", "aria-label", "data-chart", "data-name", "data-copy")
"""Attributes for scripts and keyboards, and what they call things."""
NARROW = "data-narrow"
"""Attribute of a picture: file, width and height of the same picture for a narrow column."""
OPENING = "The question and the findings"
"""What the cover is called where there is a title page before it."""
POINTING = ("for", "headers", "aria-labelledby", "aria-describedby")

Element = Any  # lxml has no types
Resolve = Callable[[str, str], str | None]
"""Takes path and fragment of a page or file of the site; returns the address to use, or None for no link."""


@dataclass
class Article:
    """The article of one page: its path on the site, its title and part in the contents, the number of a chapter."""

    path: str
    title: str
    part: str
    number: int | None
    body: Element

    @property
    def slug(self) -> str:
        """Name of the page, without folder and ending."""
        return posixpath.basename(self.path).removesuffix(".html")

    @property
    def key(self) -> str:
        """Name of the article within the book."""
        return key_of(self.path)

    @property
    def anchor(self) -> str:
        """Id of the article within the book."""
        return anchor_of(self.path, "")

    @property
    def markup(self) -> Markup:
        """The body as HTML."""
        return Markup(html.tostring(self.body, encoding="unicode", with_tail=False))  # noqa: S704 (the page's own)

    def has(self, anchor: str) -> bool:
        """Return whether there is a place of this name in what is left of the page."""
        return bool(self.body.xpath(".//*[@id=$anchor]", anchor=anchor))


def key_of(path: str) -> str:
    """Return the name of a page within the book: ``"notebooks-hardware"``."""
    return path.removesuffix(".html").replace("/", "-")


def anchor_of(path: str, fragment: str) -> str:
    """Return the id that a place of a page has in the book: ``"notebooks-hardware--doubt"``."""
    return f"{key_of(path)}--{fragment}"


def read_articles(site: Path) -> list[Article]:
    """Return the articles of a site: the cover, then all pages in the order of the contents."""
    cover = _parse(site / "index.html")
    found, part = [Article("index.html", _text(cover.find(".//h1")), "", None, _article(site, "index.html"))], ""
    for element in cover.xpath("//nav[@id='contents']/*[self::p[@class='contents-part'] or self::ul]"):
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
    return [(title, list(group)) for title, group in itertools.groupby(articles, lambda article: article.part)]


def figures(articles: Iterable[Article]) -> list[dict[str, Any]]:
    """Return the figures of articles in order: the article each stands in, its number, title and id."""
    return [
        {
            "article": article,
            "name": _text(figure.find_class("caption-number")[0]),
            "title": _text(figure.find_class("caption-text")[0]),
            "anchor": figure.get("id"),
        }
        for article in articles
        for figure in article.body.find_class("chart-figure")
    ]


def drop(elements: Iterable[Element]) -> None:
    """Take elements out of the tree; the text after them stays."""
    for element in list(elements):
        element.drop_tree()


def shorten_cover(cover: Element) -> None:
    """Take from the cover its list of chapters, and call it `OPENING`: a book has a title page and contents."""
    for listing in cover.find_class("chapter-list"):
        around = listing.getparent()
        drop([listing if around.find("h1") is not None else around])
    for heading in cover.iter("h1"):
        heading[:] = []
        heading.text = OPENING


def relink(articles: Sequence[Article], resolve: Resolve) -> None:
    """Point the links within the site elsewhere; a link that leads nowhere loses its anchor, not its words."""
    for article in articles:
        for link in list(article.body.iterfind(".//a[@href]")):
            parts = urlsplit(link.get("href"))
            if parts.scheme or parts.netloc:
                continue
            link.attrib.pop("download", None)
            target = _from_root(article.path, unquote(parts.path)) if parts.path else article.path
            address = resolve(target, unquote(parts.fragment))
            if address is not None:
                link.set("href", address)
            else:
                link.tag = "span"
                _forget(link, "href", "title", "rel")


def prefix_ids(article: Article) -> None:
    """Give all ids of an article those they have in the book, so that several articles can share one page."""
    for element in article.body.iter(html.etree.Element):
        if element.get("id"):
            element.set("id", anchor_of(article.path, element.get("id")))
        for name in POINTING:
            if element.get(name):
                element.set(name, " ".join(anchor_of(article.path, one) for one in element.get(name).split()))


def _parse(path: Path) -> Element:
    return html.parse(str(path), html.HTMLParser(encoding="utf-8")).getroot()


def _text(element: Element) -> str:
    drop(element.find_class("headerlink"))
    return " ".join(element.text_content().split())


def _forget(element: Element, *names: str) -> None:
    for name in names:
        element.attrib.pop(name, None)


def _from_root(path: str, address: str) -> str:
    parts = urlsplit(address)
    return address if parts.scheme else posixpath.normpath(posixpath.join(posixpath.dirname(path), parts.path))


def _article(site: Path, path: str) -> Element:
    """Return the article of a page without what only a screen can use; pictures are named from the root of the site."""
    body = _parse(site / path).find(".//article")
    if body is None:
        raise PressError(f"{path} has no article")
    _keep_descriptions(body)
    drop(body.iter(*DROPPED_TAGS))
    drop(element for name in DROPPED_CLASSES for element in body.find_class(name))
    for picture in list(body.iter("picture")):
        # The parser takes <source> for an element with content.
        image, narrow = next(picture.iter("img")), next(picture.iter("source"))
        image.set(NARROW, " ".join([_from_root(path, narrow.get("srcset")), narrow.get("width"), narrow.get("height")]))
        image.tail = picture.tail
        picture.getparent().replace(picture, image)
    for image in body.iter("img"):
        image.set("src", _from_root(path, image.get("src")))
    for element in body.iter(html.etree.Element):
        _forget(element, *SCREEN_ATTRIBUTES)
    for number in body.find_class("figure-number"):
        number.tag = "span"  # a link to the figure itself
        _forget(number, "href", "title")
    _shorten_facts(body)
    _move_parameters(body)
    _open_state(body)
    for fold in body.iter("details"):
        if fold.get("class") != "figure-description":
            fold.set("open", "open")
    return body


def _keep_descriptions(body: Element) -> None:
    """Take the long description of each figure out of its tools, to stand after the figure's source."""
    for figure in body.find_class("chart-figure"):
        folds = figure.xpath(".//details[summary='Description']")
        tools = figure.find_class("figure-tools")
        if folds and tools:
            folds[0].set("class", "figure-description")
            tools[0].addprevious(folds[0])


def _shorten_facts(body: Element) -> None:
    """Of the facts under a title keep the date of the data: the others are about the screen."""
    for facts in body.find_class("facts"):
        dates = facts.xpath("li[time]")
        if dates:
            line = html.Element("p", {"class": "facts"})
            line.text, line[:] = dates[0].text, list(dates[0])
            facts.addprevious(line)
        facts.drop_tree()


def _move_parameters(body: Element) -> None:
    """Leave the choices of a chapter in one line at its head, and put the table of them to its end."""
    for bar in body.find_class("choices"):
        line = html.Element("p", {"class": "choices"})
        line.append(bar.find("p"))
        line[0].tag = "span"
        drop(line.find_class("choices-hint"))
        for choice in bar.find_class("choice"):
            summary = choice.find("summary")
            summary.tag = "span"
            summary.set("class", choice.get("class"))
            line.append(summary)
        bar.addprevious(line)
        section = html.Element("section", {"class": "parameters", "id": "parameters"})
        heading = html.Element("h2")
        heading.text = "Choices behind this chapter"
        section[:] = [heading, *bar.find_class("parameters")[0][1:]]
        bar.drop_tree()
        references = body.find(".//section[@id='references']")
        if references is not None:
            references.addprevious(section)
        else:
            body.find("section").append(section)


def _open_state(body: Element) -> None:
    """Of the folds about citing keep the one that says in which state the text was read."""
    for fold in body.find_class("cite-fold"):
        state = fold.find("dl[@class='cite-state']")
        if state is not None:
            fold.addprevious(state)
        fold.drop_tree()

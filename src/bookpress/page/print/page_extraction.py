"""The text of the finished pages, without what only a screen can use: what PDF and EPUB are made of.

Reads the pages of a site in their order and takes from each the article; scripts, navigation, folded code and
downloads stay behind. Knows neither Sphinx nor the press.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import html

from bookpress.errors import PressError

DROPPED_TAGS = ("script", "style", "link", "meta", "button", "input", "select", "noscript")
DROPPED_CLASSES = (
    "headerlink",
    "figure-tools",
    "code-fold",
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
"""Attributes that name ids."""

Element = Any  # lxml has no types
Resolve = Callable[[str, str], str | None]
"""Takes path and fragment of a page or file of the site; returns the address to use, or None for no link."""


@dataclass
class Article:
    """The article of one page.

    Parameters
    ----------
    path : str
        Of the page, from the root of the site: ``"notebooks/hardware.html"``.
    title : str
        Its title in the contents.
    part : str
        The part of the book that holds it; empty for the cover.
    number : int or None
        Of a chapter.
    body : lxml.html.HtmlElement
        The article; addresses of pictures are relative to the root of the site.
    """

    path: str
    title: str
    part: str
    number: int | None
    body: Element

    @property
    def slug(self) -> str:
        """Name of the page, without folder and ending."""
        return posixpath.basename(self.path).removesuffix(".html")

    def has(self, anchor: str) -> bool:
        """Return whether there is a place of this name in what is left of the page."""
        return bool(self.body.xpath(".//*[@id=$anchor]", anchor=anchor))


def read_articles(site: Path) -> list[Article]:
    """Return the articles of a site: the cover, then all pages in the order of the contents.

    Parameters
    ----------
    site : pathlib.Path
        Folder of the finished pages.

    Raises
    ------
    PressError
        If a page has no article, or the contents name no page.
    """
    cover = _parse(site / "index.html")
    entries = [("index.html", _text(cover.find(".//h1")), "", None), *_contents(cover)]
    if len(entries) == 1:
        raise PressError("the cover names no page of the book: it has no contents")
    return [Article(path, title, part, number, _article(site, path)) for path, title, part, number in entries]


def _contents(cover: Element) -> list[tuple[str, str, str, int | None]]:
    """Return path, title, part and number of every page that the contents name."""
    found: list[tuple[str, str, str, int | None]] = []
    part = ""
    for element in cover.xpath("//nav[@id='contents']/*[self::p[@class='contents-part'] or self::ul]"):
        if element.tag == "p":
            part = _text(element)
            continue
        for link in element.findall("li/a"):
            numbers = link.find_class("contents-number")
            number = int(_text(numbers[0])) if numbers else None
            drop(numbers)
            found.append((unquote(link.get("href")), _text(link), part, number))
    return found


def drop(elements: Iterable[Element]) -> None:
    """Take elements out of the tree; the text after them stays."""
    for element in list(elements):
        element.drop_tree()


def _parse(path: Path) -> Element:
    return html.parse(str(path), html.HTMLParser(encoding="utf-8")).getroot()


def _text(element: Element) -> str:
    """Return the text of an element, in one line."""
    drop(element.find_class("headerlink"))
    return " ".join(element.text_content().split())


def _article(site: Path, path: str) -> Element:
    """Return the article of a page, tidied."""
    article = _parse(site / path).find(".//article")
    if article is None:
        raise PressError(f"{path} has no article")
    return tidied(article, path)


def tidied(body: Element, path: str) -> Element:
    """Return an article without what only a screen can use, changed in place.

    Parameters
    ----------
    body : lxml.html.HtmlElement
        The article.
    path : str
        Of its page, from the root of the site.
    """
    _keep_descriptions(body)
    drop(body.iter(*DROPPED_TAGS))
    for name in DROPPED_CLASSES:
        drop(body.find_class(name))
    for picture in list(body.iter("picture")):
        # The parser takes <source> for an element with content.
        image, narrow = next(picture.iter("img")), next(picture.iter("source"))
        image.set(NARROW, " ".join([_from_root(path, narrow.get("srcset")), narrow.get("width"), narrow.get("height")]))
        image.tail = picture.tail
        picture.getparent().replace(picture, image)
    for image in body.iter("img"):
        image.set("src", _from_root(path, image.get("src")))
    for element in body.iter():
        if isinstance(element.tag, str):
            for name in SCREEN_ATTRIBUTES:
                element.attrib.pop(name, None)
    for number in body.find_class("figure-number"):
        number.tag = "span"  # a link to the figure itself
        number.attrib.pop("href", None)
        number.attrib.pop("title", None)
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


def _from_root(path: str, address: str) -> str:
    """Return an address relative to a page as one relative to the root of the site.

    Examples
    --------
    >>> _from_root("notebooks/hardware.html", "../figures/a.svg")
    'figures/a.svg'
    """
    parts = urlsplit(address)
    return address if parts.scheme else posixpath.normpath(posixpath.join(posixpath.dirname(path), parts.path))


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
    for box in body.find_class("parameters"):
        summary = box.find("summary")
        summary.tag = "p"
        summary.set("class", "choices")
        box.addprevious(summary)
        section = html.Element("section", {"class": "parameters", "id": "parameters"})
        heading = html.Element("h2")
        heading.text = "Choices behind this chapter"
        section[:] = [heading, *box]
        box.drop_tree()
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


def shorten_cover(cover: Element) -> None:
    """Take from the cover its list of chapters, and call it `OPENING`: a book has a title page and contents."""
    for listing in cover.find_class("chapter-list"):
        around = listing.getparent()
        drop([listing if around.find("h1") is not None else around])
    for heading in cover.iter("h1"):
        heading[:] = []
        heading.text = OPENING


def relink(body: Element, path: str, resolve: Resolve) -> None:
    """Point the links within the site elsewhere; a link that leads nowhere loses its anchor, not its words.

    Parameters
    ----------
    body : lxml.html.HtmlElement
        An article.
    path : str
        Of its page, from the root of the site.
    resolve : callable
        Says where a link leads; links to other hosts are left alone.
    """
    for link in list(body.iter("a")):
        if not link.get("href"):
            continue
        parts = urlsplit(link.get("href"))
        if parts.scheme or parts.netloc:
            continue
        link.attrib.pop("download", None)
        target = _from_root(path, unquote(parts.path)) if parts.path else path
        address = resolve(target, unquote(parts.fragment))
        if address is not None:
            link.set("href", address)
        else:
            link.tag = "span"
            for name in ("href", "title", "rel"):
                link.attrib.pop(name, None)


def prefix_ids(body: Element, prefix: str) -> None:
    """Put a prefix to all ids of an article, so that several articles can share one page."""
    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        if element.get("id"):
            element.set("id", prefix + element.get("id"))
        for name in POINTING:
            if element.get(name):
                element.set(name, " ".join(prefix + one for one in element.get(name).split()))


@dataclass(frozen=True)
class Figure:
    """A figure as lists name it: what it is called, its title, its id."""

    name: str
    title: str
    anchor: str


def figures(body: Element) -> list[Figure]:
    """Return the figures of an article."""
    return [
        Figure(
            name=_text(figure.find_class("caption-number")[0]),
            title=_text(figure.find_class("caption-text")[0]),
            anchor=figure.get("id"),
        )
        for figure in body.find_class("chart-figure")
    ]


def serialised(element: Element, *, tail: bool = False) -> str:
    """Return an element as HTML, with or without the text after it."""
    return str(html.tostring(element, encoding="unicode", with_tail=tail))

"""What an article shows besides words: pictures as files, and links for what no file contains."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree, html

from bookpress.elements.figure.paper import NARROW
from bookpress.outputs.base.addresses import from_root, is_drawn, is_elsewhere, split_address

SHOWING = "descendant::*[self::img or self::svg or self::picture or self::table or self::iframe]"
ON_SCREEN = "An interactive figure, drawn on the web page of the chapter."
"""What stands on paper for what a script draws."""
PLAYED = "A recording, played on the web page of the chapter."
FETCHING = re.compile(r"url\((?!\s*[\"']?(?:#|data:))[^)]*\)")
"""What a style takes from a file."""

Element = Any  # lxml has no types


def put_on_paper(body: Element, site: Path, path: str) -> None:
    """Leave in an article only pictures that are files of the site, named from its root.

    Whatever else it shows becomes a link, or says what a reader misses.
    """
    _draw_embedded(body)
    _name_pictures(body, site, path)
    _fetch_nothing(body)
    _link_embedded(body)


def _name_pictures(body: Element, site: Path, path: str) -> None:
    """Make the paths of a page's pictures relative to the root of the site, narrow ones too.

    In place of one that is missing, attached to a cell or not drawn by browsers, which the build
    tells, stands its alternative, else its name.
    """
    for picture in list(body.iter("picture")):
        # the parser treats <source> as an element with content
        image = next(picture.iter("img"), None)
        narrow = next(picture.iter("source"), picture)
        if image is None:  # then no browser shows it either
            picture.drop_tree()
            continue
        width = narrow.get("width")
        height = narrow.get("height")
        if width and height:  # not an author's own
            file = from_root(path, narrow.get("srcset"))
            image.set(NARROW, f"{file} {width} {height}")
        _replace(picture, image)
    for image in list(body.iter("img")):
        file = from_root(path, image.get("src", ""))
        image.set("src", file)
        if split_address(file).netloc:
            _link_to(image)
        elif not file.startswith("data:"):
            path_of_file = site / unquote(file)
            if not is_drawn(file) or not path_of_file.is_file():
                _say_instead(image, path_of_file.name)


def _replace(element: Element, other: Element) -> None:
    """Put one element in the place of another; the text after it stays."""
    other.tail = element.tail
    element.getparent().replace(element, other)


def _draw_embedded(body: Element) -> None:
    """Make a picture of each drawing that is embedded like a page, as Graphviz draws them."""
    for frame in list(body.iter("object", "embed")):
        address = frame.get("data") or frame.get("src") or ""
        kind = frame.get("type") or mimetypes.guess_type(address)[0] or ""
        if kind.startswith("image/"):
            words = frame.get("aria-label") or frame.text_content()
            _replace(frame, html.Element("img", src=address, alt=" ".join(words.split())))


def _fetch_nothing(body: Element) -> None:
    """Remove what styles and drawings fetch, which only decorates, and which the check names."""
    for element in body.xpath(".//*[contains(@style, 'url')]"):
        element.set("style", FETCHING.sub("none", element.get("style")))
    for image in list(body.iter("image")):
        address = image.get("href") or image.get("xlink:href") or ""
        if split_address(address).netloc:
            image.drop_tree()


def _link_embedded(body: Element) -> None:
    """Put a link in place of each page or recording within a page: a file must not fetch any."""
    for frame in list(body.iter("iframe", "embed", "object", "video", "audio")):
        sources = [frame.get("src"), frame.get("data"), *frame.xpath("source/@src")]
        address = next(filter(None, sources), "")
        if split_address(address).scheme in {"http", "https"}:
            words = html.Element("a", href=address)
            words.text = frame.get("title") or address
        else:
            words = html.Element("span")
            words.text = PLAYED if frame.tag in {"video", "audio"} else ON_SCREEN
        _replace(frame, words)


def is_file(image: Element) -> bool:
    """Return whether a picture is a file of the site, not a data URL."""
    return not is_elsewhere(image.get("src"))


def _say_instead(image: Element, name: str) -> None:
    image.tag = "span"
    image.text = image.get("alt") or name
    etree.strip_attributes(image, "src", "alt", "width", "height", NARROW)


def _link_to(image: Element) -> None:
    """Replace a picture on another host with a link: a saved file must not fetch anything.

    Within a link to somewhere else, such as a badge, it is only words.
    """
    address = image.get("src")
    is_in_link = next(image.iterancestors("a"), None) is not None
    link = html.Element("span") if is_in_link else html.Element("a", href=address)
    link.text = image.get("alt") or address
    _replace(image, link)


def drawn_by_scripts(body: Element) -> list[Element]:
    """Return the outputs of cells that have a script, within an output or beside it."""
    return [
        output
        for cell in body.find_class("cell_output")
        if cell.find(".//script") is not None
        for output in cell.find_class("output")
    ]


def name_drawn(outputs: Iterable[Element]) -> None:
    """Say in each output that shows nothing without its scripts what a reader misses."""
    for output in outputs:
        if not output.xpath(SHOWING) and not output.text_content().strip():
            words = html.Element("p")
            words.text = ON_SCREEN
            output.append(words)

"""Checks of the finished pages: every internal link leads somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import html

FETCHED = {"img", "script", "iframe", "source", "video"}
FETCHING_RELATIONS = {
    "stylesheet",
    "icon",
    "shortcut",
    "preload",
    "prefetch",
    "modulepreload",
    "manifest",
}
CSS_URL = re.compile(r"""(?:url\(|@import)\s*["']?\s*(https?:)?//""")


def check_pages(folder: Path) -> list[str]:
    """Return what is wrong with the pages of a folder, one line a fault."""
    files = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    names = [name for name in files if name.endswith(".html") and not name.startswith("_static/")]
    pages = {
        name: html.parse(str(files[name]), html.HTMLParser(encoding="utf-8")).getroot()
        for name in names
    }
    anchors = {
        name: set(root.xpath("//@id | //a/@name"))
        for name, root in pages.items()
        if root is not None
    }
    problems = [
        f"{name}: fetches from another host"
        for name, path in files.items()
        if name.endswith(".css")
        and CSS_URL.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    for name, root in pages.items():
        if root is None:
            problems.append(f"{name}: the page is empty")
            continue
        links = [link for element in root.iter(*FETCHED, "link") for link in _fetched(element)]
        problems += [
            f"{name}: fetches {link} from another host" for link in links if urlsplit(link).netloc
        ]
        for link in {*links, *root.xpath("//a/@href | //area/@href")}:
            problems += [
                f"{name}: link to {link}: {what}" for what in _broken(name, link, files, anchors)
            ]
    return sorted(set(problems))


def _broken(
    page: str, link: str, files: Collection[str], anchors: Mapping[str, set[str]]
) -> Iterator[str]:
    """Yield what is wrong with a link within the site."""
    parts = urlsplit(link)
    target = (
        posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
        if parts.path
        else page
    )
    if parts.scheme or parts.netloc or target.startswith("../"):
        return
    place = target if target in files else posixpath.normpath(f"{target}/index.html")
    if place not in files:
        yield "there is no such file"
    elif parts.fragment and place in anchors and unquote(parts.fragment) not in anchors[place]:
        yield "there is no such place on the page"


def _fetched(element: Any) -> Iterator[str]:
    if element.tag in FETCHED:
        yield from filter(None, [element.get("src")])
        yield from (part.split()[0] for part in element.get("srcset", "").split(", ") if part)
    if element.tag == "link" and FETCHING_RELATIONS & set(
        (element.get("rel") or "").lower().split()
    ):
        yield element.get("href") or ""

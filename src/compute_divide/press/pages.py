"""Checks of the finished pages: every internal link leads somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import html

FETCHED = {
    "img": ("src", "srcset"),
    "script": ("src",),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src",),
}
FETCHING_RELATIONS = {"stylesheet", "icon", "shortcut", "preload", "prefetch", "modulepreload", "manifest"}
CSS_URL = re.compile(r"""(?:url\(|@import)\s*["']?\s*(https?:)?//""")


def check_pages(folder: Path) -> list[str]:
    """Return what is wrong with the pages of a folder, one line a fault.

    Parameters
    ----------
    folder : pathlib.Path
        The built pages.

    Returns
    -------
    list of str
        Such as ``"notebooks/hardware.html: link to missing page nowhere.html"``; empty when all is well.
    """
    pages = {path.resolve(): html.parse(str(path)).getroot() for path in sorted(folder.rglob("*.html"))}
    anchors = {path: _anchors(root) for path, root in pages.items() if root is not None}
    problems = []
    for path, root in pages.items():
        name = path.relative_to(folder.resolve()).as_posix()
        if root is None:
            problems.append(f"{name}: the page is empty")
            continue
        problems += [f"{name}: {problem}" for problem in _page_problems(path, root, anchors)]
    problems += _stylesheet_problems(folder)
    return sorted(set(problems))


def _anchors(root: Any) -> set[str]:
    """Return the names that a link may point to on a page."""
    return {str(value) for value in root.xpath("//@id | //a/@name")}


def _page_problems(path: Path, root: Any, anchors: dict[Path, set[str]]) -> Iterator[str]:
    for element in root.iter():
        tag = element.tag if isinstance(element.tag, str) else ""
        for link in _fetched(element, tag):
            if _host(link):
                yield f"fetches {link} from another host"
            else:
                yield from _broken(path, link, anchors)
        if tag in {"a", "area"} and element.get("href"):
            yield from _broken(path, element.get("href"), anchors)


def _fetched(element: Any, tag: str) -> Iterator[str]:
    """Yield the addresses that a browser fetches on its own for an element."""
    for attribute in FETCHED.get(tag, ()):
        value = element.get(attribute)
        if value:
            yield from (part.split()[0] for part in value.split(", ")) if attribute == "srcset" else [value]
    if tag == "link" and FETCHING_RELATIONS & set((element.get("rel") or "").lower().split()):
        yield element.get("href") or ""


def _host(link: str) -> bool:
    """Return whether an address names a host of its own."""
    return urlsplit(link).netloc != ""


def _broken(path: Path, link: str, anchors: dict[Path, set[str]]) -> Iterator[str]:
    """Yield what is wrong with a link within the book."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        yield f"link to {link}: there is no such file"
    elif parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]:
        yield f"link to {link}: there is no such place on the page"


def _stylesheet_problems(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.css")):
        if CSS_URL.search(path.read_text(encoding="utf-8", errors="replace")):
            yield f"{path.relative_to(folder).as_posix()}: fetches from another host"

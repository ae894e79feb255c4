"""Checks of the finished pages.

Every internal link leads somewhere, and nothing is fetched from elsewhere.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
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
FETCH = re.compile(r": fetches (?:https?:)?//(?P<host>[^/\s]+)\S* from another host$")
CSS_URL = re.compile(r"""(?:url\(|@import)\s*["']?\s*(https?:)?//""")


def check_pages(folder: Path) -> list[str]:
    """Return what is wrong with the pages of a folder, one line a fault."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path for path in paths}
    pages = _pages(files)
    anchors = {
        name: set(page.xpath("//@id | //a/@name"))
        for name, page in pages.items()
        if page is not None
    }
    problems = _style_sheet_problems(files)
    for name, page in pages.items():
        if page is None:
            problems.append(f"{name}: the page is empty")
            continue
        fetched = [link for element in page.iter(*FETCHED, "link") for link in _fetched(element)]
        elsewhere = [link for link in fetched if urlsplit(link).netloc]
        problems += [f"{name}: fetches {link} from another host" for link in elsewhere]
        for link in {*fetched, *page.xpath("//a/@href | //area/@href")}:
            faults = _broken(name, link, files, anchors)
            problems += [f"{name}: link to {link}: {fault}" for fault in faults]
    return sorted(set(problems))


def split_fetches(problems: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the hosts that pages fetch from, each once with how many do, and the other faults."""
    hosts = Counter(fetch["host"] for fetch in map(FETCH.search, problems) if fetch)
    others = [problem for problem in problems if not FETCH.search(problem)]
    return [f"{host} ({count} times)" for host, count in hosts.most_common()], others


def _pages(files: Mapping[str, Path]) -> dict[str, Any]:
    """Return the pages among files, parsed."""
    parser = html.HTMLParser(encoding="utf-8")
    pages = {}
    for name, path in files.items():
        if name.endswith(".html") and not name.startswith("_static/"):
            pages[name] = html.parse(str(path), parser).getroot()
    return pages


def _style_sheet_problems(files: Mapping[str, Path]) -> list[str]:
    problems = []
    for name, path in files.items():
        if name.endswith(".css"):
            text = path.read_text(encoding="utf-8", errors="replace")
            if CSS_URL.search(text):
                problems.append(f"{name}: fetches from another host")
    return problems


def _broken(
    page: str, link: str, files: Collection[str], anchors: Mapping[str, set[str]]
) -> Iterator[str]:
    """Yield what is wrong with a link within the site."""
    parts = urlsplit(link)
    target = page
    if parts.path:
        joined = posixpath.join(posixpath.dirname(page), unquote(parts.path))
        target = posixpath.normpath(joined)
    if parts.scheme or parts.netloc or target.startswith("../"):
        return
    place = target if target in files else posixpath.normpath(f"{target}/index.html")
    if place not in files:
        yield "there is no such file"
    elif parts.fragment and place in anchors and unquote(parts.fragment) not in anchors[place]:
        yield "there is no such place on the page"


def _fetched(element: Any) -> Iterator[str]:
    """Yield what a browser fetches for an element."""
    if element.tag in FETCHED:
        source = element.get("src")
        if source:
            yield source
        for candidate in element.get("srcset", "").split(", "):
            if candidate:
                yield candidate.split()[0]
    if element.tag == "link":
        relations = (element.get("rel") or "").lower().split()
        if not FETCHING_RELATIONS.isdisjoint(relations):
            yield element.get("href") or ""

"""Checks of the finished pages: internal links lead somewhere, and nothing is fetched elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from lxml import html

from bookpress.outputs.base.addresses import is_drawn, is_elsewhere, is_unreadable, split_address

FETCHED = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src",),
    "track": ("src",),
    "video": ("src", "poster"),
}
"""Attributes of elements for which a browser fetches something."""
FETCHING_RELATIONS = {
    "stylesheet",
    "icon",
    "shortcut",
    "preload",
    "prefetch",
    "modulepreload",
    "manifest",
}
UNDRAWN = "which hardly any browser draws (PNG, JPEG, SVG, GIF and WebP are drawn)"
CSS_URL = re.compile(r"""(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s]+)""")
"""What a style fetches from elsewhere."""
IMPORTED = re.compile(r"""\bimport\b[\w\s{},*$]*\(?\s*["']((?:https?:)?//[^"']+)["']""")
"""What a script in a page imports from elsewhere."""


class PageFault(NamedTuple):
    """A fault of a page, with the host that it fetches from, if that is the fault."""

    page: str
    what: str
    host: str = ""

    def __str__(self) -> str:
        return f"{self.page}: {self.what}"


def check_pages(folder: Path, unchecked: Sequence[re.Pattern[str]] = ()) -> list[PageFault]:
    """Return the faults of the pages in a folder.

    Links that match one of `unchecked` from the root of the site may lead to what comes later.
    """
    paths = [path for path in folder.rglob("*") if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path for path in paths}
    pages = _pages(files)
    anchors = {
        name: {"top", *page.xpath("//@id | //a/@name")}  # what browsers know without an id
        for name, page in pages.items()
        if page is not None
    }
    faults = _style_sheet_faults(files)
    for name, page in pages.items():
        if page is None:
            faults.append(PageFault(name, "the page is empty"))
            continue
        elements = page.iter(*FETCHED, "link")
        fetched = [*chain.from_iterable(map(_fetched, elements)), *_fetched_by_style(page)]
        for link in fetched:
            host = split_address(link).netloc
            if host:
                faults.append(PageFault(name, f"fetches {link} from another host", host))
        undrawn = [link for link in page.xpath("//img/@src") if not is_drawn(link)]
        faults += [PageFault(name, f"shows {link}, {UNDRAWN}") for link in undrawn]
        for link in {*fetched, *page.xpath("//a/@href | //area/@href")}:
            if any(pattern.match(link.lstrip("./#")) for pattern in unchecked):
                continue
            broken = _broken(name, link, files, anchors)
            faults += [PageFault(name, f"link to {link}: {fault}") for fault in broken]
    return sorted(set(faults), key=str)


def hosts_in(faults: Sequence[PageFault]) -> list[str]:
    """Return the hosts that pages fetch from, with how often they do."""
    hosts = Counter(fault.host for fault in faults if fault.host)
    return [f"{host} ({count} times)" for host, count in hosts.most_common()]


def by_fault(faults: Sequence[PageFault]) -> list[str]:
    """Return the other faults of pages, each once with the number of pages."""
    pages: dict[str, list[PageFault]] = {}
    for fault in faults:
        if not fault.host:
            pages.setdefault(fault.what.replace("../", ""), []).append(fault)
    counts = [(same[0], len(same) - 1) for same in pages.values()]
    return [f"{first} (and so on {more} more)" if more else f"{first}" for first, more in counts]


def _pages(files: Mapping[str, Path]) -> dict[str, Any]:
    """Return the parsed pages among files."""
    parser = html.HTMLParser(encoding="utf-8")
    pages = {}
    for name, path in files.items():
        is_page = name.endswith(".html") and not name.startswith("_static/")
        if is_page:
            with path.open("rb") as file:
                pages[name] = html.parse(file, parser).getroot()
    return pages


def _style_sheet_faults(files: Mapping[str, Path]) -> list[PageFault]:
    faults = []
    for name, path in files.items():
        if name.endswith(".css"):
            text = path.read_text(encoding="utf-8", errors="replace")
            if CSS_URL.search(text):
                faults.append(PageFault(name, "fetches from another host"))
    return faults


def _broken(
    page: str, link: str, files: Collection[str], anchors: Mapping[str, set[str]]
) -> Iterator[str]:
    """Yield the faults of a link within the site."""
    parts = split_address(link)
    target = page
    if parts.path:
        joined = posixpath.join(posixpath.dirname(page), unquote(parts.path))
        target = posixpath.normpath(joined)
    if is_unreadable(link):
        yield "this is no address"
    leads_out = is_elsewhere(link) or target == ".." or target.startswith("../")
    if leads_out:
        return
    place = target if target in files else posixpath.normpath(f"{target}/index.html")
    if place not in files:
        yield "there is no such file"
    elif parts.fragment and place in anchors and unquote(parts.fragment) not in anchors[place]:
        yield "there is no such place on the page"


def _fetched_by_style(page: Any) -> Iterator[str]:
    """Yield what the styles within a page fetch from elsewhere."""
    for style in page.xpath("//style/text() | //@style"):
        yield from CSS_URL.findall(style)


def _fetched(element: Any) -> Iterator[str]:
    """Yield what a browser fetches for an element."""
    if element.tag in FETCHED:
        yield from filter(None, map(element.get, FETCHED[element.tag]))
        for candidate in re.split(r",\s+", element.get("srcset", "")):
            yield from candidate.split()[:1]
        if element.tag == "script" and "json" not in element.get("type", ""):
            yield from IMPORTED.findall(element.text or "")
    if element.tag == "link":
        relations = (element.get("rel") or "").lower().split()
        if not FETCHING_RELATIONS.isdisjoint(relations):
            yield element.get("href") or ""

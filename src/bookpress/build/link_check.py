"""Checks of the finished pages: every internal link leads somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
LINKS = ("a", "area")
FETCHING_RELATIONS = {"stylesheet", "icon", "shortcut", "preload", "prefetch", "modulepreload", "manifest"}
CSS_URL = re.compile(r"""(?:url\(|@import)\s*["']?\s*(https?:)?//""")


def check_pages(folder: Path) -> list[str]:
    """Return what is wrong with the pages of a folder, one line a fault."""
    folder = folder.resolve()
    paths = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.relative_to(folder).parts]
    pages = {path: html.parse(str(path), html.HTMLParser(encoding="utf-8")).getroot() for path in paths}
    site = _Site(folder, {path: _anchors(root) for path, root in pages.items() if root is not None})
    problems = list(_stylesheet_problems(folder))
    for path, root in pages.items():
        found = ["the page is empty"] if root is None else site.problems(path, root)
        problems += [f"{path.relative_to(folder).as_posix()}: {problem}" for problem in found]
    return sorted(set(problems))


@dataclass(frozen=True)
class _Site:
    """The pages of a folder, with the names on each that a link may point to."""

    folder: Path
    anchors: Mapping[Path, set[str]]
    targets: dict[tuple[Path, str], Path | None] = field(default_factory=dict)

    def problems(self, path: Path, root: Any) -> Iterator[str]:
        """Yield what is wrong with a page."""
        for element in root.iter(*FETCHED, *LINKS, "link"):
            for link in _fetched(element, element.tag):
                if urlsplit(link).netloc:
                    yield f"fetches {link} from another host"
                else:
                    yield from self._broken(path, link)
            if element.tag in LINKS and element.get("href"):
                yield from self._broken(path, element.get("href"))

    def _broken(self, path: Path, link: str) -> Iterator[str]:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return
        target = self._target(path.parent, unquote(parts.path)) if parts.path else path
        if target is None:
            yield f"link to {link}: there is no such file"
        elif parts.fragment and target in self.anchors and unquote(parts.fragment) not in self.anchors[target]:
            yield f"link to {link}: there is no such place on the page"

    def _target(self, here: Path, address: str) -> Path | None:
        """Return where an address leads from a folder, None where nothing is; each is looked up once.

        What lies outside the site is not looked for.
        """
        if (here, address) not in self.targets:
            target = Path(os.path.normpath(here / address))
            if target.is_dir():
                target /= "index.html"
            is_there = target.is_file() or not target.is_relative_to(self.folder)
            self.targets[here, address] = target if is_there else None
        return self.targets[here, address]


def _anchors(root: Any) -> set[str]:
    return {str(value) for value in root.xpath("//@id | //a/@name")}


def _fetched(element: Any, tag: str) -> Iterator[str]:
    for attribute in FETCHED.get(tag, ()):
        value = element.get(attribute)
        if value:
            yield from (part.split()[0] for part in value.split(", ")) if attribute == "srcset" else [value]
    if tag == "link" and FETCHING_RELATIONS & set((element.get("rel") or "").lower().split()):
        yield element.get("href") or ""


def _stylesheet_problems(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.css")):
        if CSS_URL.search(path.read_text(encoding="utf-8", errors="replace")):
            yield f"{path.relative_to(folder).as_posix()}: fetches from another host"

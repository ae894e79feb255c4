"""Pages are light: what a reader fetches before doing anything, compressed as a web server would."""

from __future__ import annotations

import gzip
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from book.browsing import Site

pytestmark = pytest.mark.book

PAGE_KB, SHARED_KB = 150, 250
PACKED = (".woff2", ".png", ".pdf", ".zip")


def test_pages_and_what_they_share_stay_within_their_weight(site: Site, browser: Browser) -> None:
    fetched: dict[str, set[str]] = {}
    for name in site.pages:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        asked = fetched[name] = set()
        page.on("request", lambda request, asked=asked: asked.add(unquote(urlsplit(request.url).path).lstrip("/")))
        page.goto(site.url(name))
        page.wait_for_load_state("networkidle")
        page.close()
    shared = {path for asked in fetched.values() for path in asked if path.startswith("_static/")}
    assert weight(site, shared) <= SHARED_KB
    for name, asked in fetched.items():
        own = {path for path in asked if not path.startswith("_static/")}
        assert weight(site, own) <= PAGE_KB, (name, sorted(own))


def weight(site: Site, paths: set[str]) -> float:
    """Return the size of files in kB of 1000 bytes, compressed where that helps."""
    contents = {path: (site.root / path).read_bytes() for path in paths}
    sizes = [len(data) if path.endswith(PACKED) else len(gzip.compress(data, 6)) for path, data in contents.items()]
    return sum(sizes) / 1000


def test_nothing_is_shipped_that_no_page_loads(site: Site) -> None:
    names = {path.name for path in (site.root / "_static").rglob("*") if path.is_file()}
    assert not {name for name in names if name.endswith((".map", ".scss")) or "fontawesome" in name or "thebe" in name}

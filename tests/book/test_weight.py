"""Pages are light: what a reader fetches before doing anything, compressed as a web server would."""

import gzip
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from book.browsing import Site

pytestmark = pytest.mark.book

FIRST_KB = 150
PACKED = (".woff2", ".png", ".pdf", ".zip")


def test_no_first_visit_weighs_more_than_its_limit(site: Site, browser: Browser) -> None:
    weights = {}
    for name in site.pages:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        asked: set[str] = set()
        page.on("request", lambda request, asked=asked: asked.add(unquote(urlsplit(request.url).path).lstrip("/")))
        page.goto(site.url(name))
        page.wait_for_load_state("networkidle")
        page.close()
        weights[name] = weight(site, asked)
    assert {name: kb for name, kb in weights.items() if kb > FIRST_KB} == {}


def weight(site: Site, paths: set[str]) -> float:
    contents = {path: (site.root / path).read_bytes() for path in paths}
    sizes = [len(data) if path.endswith(PACKED) else len(gzip.compress(data, 6)) for path, data in contents.items()]
    return sum(sizes) / 1000

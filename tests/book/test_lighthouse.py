"""Pages are light, and Lighthouse marks them high: speed, access, good practice, search engines."""

import gzip
import json
import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from book.browsing import CHECKERS, CHROMIUM, FLAGS, Site
from sampling import some

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
WANTED = 0.95
TRIES = 3
"""Speed is told by a simulated slow phone, but what else the machine does still shows: the best run counts."""


@pytest.mark.quiet
@pytest.mark.parametrize("page", ["index.html", "notebooks/large-scale-models.html"])
def test_marks_are_high(site: Site, page: str, tmp_path: Path) -> None:
    best = dict.fromkeys(CATEGORIES, 0.0)
    for _ in range(TRIES):
        if min(best.values()) < WANTED:
            now = marks(site.url(page), tmp_path / "report.json")
            best = {category: max(mark, now[category]) for category, mark in best.items()}
    assert {category: mark for category, mark in best.items() if mark < WANTED} == {}


def marks(url: str, report: Path) -> dict[str, float]:
    program = CHECKERS / ".bin/lighthouse"
    assert program.exists(), "no Lighthouse: run `make checkers`"
    asked = ("--output=json", f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}")
    flags = f"--chrome-flags={' '.join(['--headless=new', *FLAGS])}"
    command = [str(program), url, "--quiet", *asked, flags, "--no-enable-error-reporting"]
    env = {**os.environ, "CHROME_PATH": str(CHROMIUM)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(report.read_text("utf-8"))["categories"]
    return {category: found[category]["score"] for category in CATEGORIES}


FIRST_KB = 150
PACKED = (".woff2", ".png", ".pdf", ".zip")


def test_no_first_visit_weighs_more_than_its_limit(site: Site, browser: Browser) -> None:
    weights = {}
    for name in some(site.pages, 8, 6):
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

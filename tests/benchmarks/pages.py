"""What a reader on a slow phone waits for on each page of the edition that is built here.

The network of slow 4G and a processor four times slower, as Chromium imitates them; the median of
some visits, each the first. Another program on the machine makes a page look slower than it is.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from tests.benchmarks._measuring import ROOT, Row, tabled

NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}
SLOWER = 4
VISITS = int(os.environ.get("VISITS", "3"))
PHONE = {"width": 375, "height": 812}
PAINT, BLOCKED, SHIFTED = 2.0, 1.0, 0.05
"""Seconds until the largest paint, seconds blocked after it, and shift, at the most."""
WATCH = """
window.paint = 0; window.shift = 0; window.tasks = [];
const watch = (type, use) => new PerformanceObserver((list) => list.getEntries().forEach(use))
  .observe({ type, buffered: true });
watch('largest-contentful-paint', (one) => { window.paint = one.startTime / 1000; });
watch('layout-shift', (one) => { if (!one.hadRecentInput) window.shift += one.value; });
watch('longtask', (one) => window.tasks.push(one.duration));
"""
LIVE = "[...document.querySelectorAll('.chart[data-chart]')].every((one) => one.dataset.state === 'live')"
READ = """async () => {
  for (let to = 0; to < document.documentElement.scrollHeight; to += 600) {
    scrollTo({ top: to, behavior: 'instant' });
    await new Promise((done) => setTimeout(done, 100));
  }
}"""
BLOCKING = "window.tasks.reduce((sum, task) => sum + Math.max(0, task - 50), 0) / 1000"


def visit(browser: Browser, address: str) -> tuple[float, float, float]:
    """Return for a first visit seconds to the largest paint, seconds blocked, and the shift.

    The reader then goes through the page, which brings its charts to life.
    """
    page = browser.new_page(viewport=PHONE)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_timeout(500)
    paint = page.evaluate("window.paint")
    page.evaluate("window.tasks = []")
    page.mouse.move(100, 300)
    page.evaluate(READ)
    page.wait_for_function(LIVE, timeout=60_000)
    blocked, shift = page.evaluate(f"[{BLOCKING}, window.shift]")
    page.close()
    return paint, blocked, shift


def measured(site: Any, browser: Browser) -> Iterator[Row]:
    """Yield two lines a page, and one where anything on it moves."""
    pages = [*site.chapters, "index.html", "book/brief.html", "book/summary.html", "search.html"]
    for name in pages:
        visits = [visit(browser, site.url(name)) for _ in range(VISITS)]
        paints, blocked, shifts = zip(*visits, strict=True)
        yield Row.at_most(f"{name}: largest paint", paints, PAINT)
        if any(blocked):
            yield Row.at_most(f"{name}: blocked once charts come", blocked, BLOCKED)
        shift = statistics.median(shifts)
        if shift > SHIFTED:
            yield Row(f"{name}: shift", f"{shift:.2f}", "", "", f"at most {SHIFTED}", False)


def main() -> str:
    """Measure, print each line as it is there, and return the table."""
    sys.path.insert(0, str(ROOT / "tests"))
    from book.browsing import CHROMIUM, FLAGS, Site, serve

    root = Path(os.environ.get("PAGES", ROOT / "_build/editions/default/html"))
    with serve(root) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        table = tabled(measured(Site(root, address), browser))
        browser.close()
    return table

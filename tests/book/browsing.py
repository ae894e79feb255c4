"""A browser, a server and the pages, for the tests that look at the book."""

import functools
import gzip
import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bookpress.outputs.pdf.pdf import browser_path
from sampling import count

TEXTS = {
    ".css": "text/css",
    ".csv": "text/csv",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
OPEN = """() => {
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  for (const row of document.querySelectorAll('.data-table tbody tr:nth-child(n + 9)')) row.remove();
}"""
"""What is folded is read too, once a reader opens it. Rows of a table are alike: the first ones stand for all."""
RUN = """async (most) => {
  const seen = {};
  const attributes = (one) => [one.tagName, one.getAttribute('class'), one.getAttribute('style')];
  const kind = (one) => one ? [kind(one.parentElement), ...attributes(one)].join() : '';
  const isNew = (one) => (seen[kind(one)] = (seen[kind(one)] ?? 0) + 1) <= most;
  const says = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const texts = [...document.body.querySelectorAll('*')].filter((one) => says(one) && isNew(one));
  const how = { resultTypes: ['violations'], preload: false };
  const found = await axe.run(document, { ...how, rules: { 'color-contrast': { enabled: false } } });
  const colours = await axe.run({ include: texts }, { ...how, runOnly: ['color-contrast'] });
  return [...found.violations, ...colours.violations];
}"""
"""Of colours, which take most of the time, only the first of texts that are styled alike are looked at."""
CHECKERS = Path(__file__).resolve().parents[1] / "checkers/node_modules"
"""Programs of npm that pages are checked with."""
JAVA = ["java", "-Xss8m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar"]
"""Java for programs that run for seconds."""
CHROMIUM = browser_path()
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-component-update",
]
"""A browser that asks nothing of anyone on its own account."""

STRICT = "default-src 'self'; base-uri 'none'; form-action 'self'"
SHIFT = 0.05
"""The most that a page may move while it comes."""
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
WATCH = """new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shift = (window.shift ?? 0) + one.value;
}).observe({ type: "layout-shift", buffered: true })"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium; one per module, since playwright runs once at a time in a process."""
    if CHROMIUM is None:
        pytest.fail(
            "these tests look at the book in Chromium, which is not installed: run `make browser`"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


@functools.cache
def leads_on(path: Path) -> bool:
    """Return whether a page only redirects to another place."""
    return "moved.js" in path.read_text("utf-8")


@dataclass
class Site:
    root: Path
    address: str

    @property
    def pages(self) -> list[str]:
        """Paths of all pages, in order, and of the page of one figure, as an example for all figures."""
        paths = [path for path in self.root.rglob("*.html") if not leads_on(path)]
        every = sorted(path.relative_to(self.root).as_posix() for path in paths)
        figures = [page for page in every if page.startswith("figures/")]
        return [page for page in every if page not in figures[1:]]

    @property
    def chapters(self) -> list[str]:
        return [page for page in self.pages if page.startswith("notebooks/")]

    def url(self, page: str) -> str:
        return f"{self.address}/{page}"


@dataclass
class Heard:
    here: str
    problems: list[str] = field(default_factory=list)

    def listen(self, page: Any) -> None:
        page.on(
            "console",
            lambda said: (
                self.problems.append(f"console: {said.text}") if said.type == "error" else None
            ),
        )
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", self._asked)
        page.on(
            "response",
            lambda got: (
                self.problems.append(f"{got.status}: {got.url}") if got.status >= 400 else None
            ),
        )

    def _failed(self, request: Any) -> None:
        # What a page still asked for when the next one was opened is given up, not failed.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed: {request.url} ({request.failure})")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.here, "data:", "blob:")):
            self.problems.append(f"asked another host: {request.url}")

    def take(self, where: str) -> list[str]:
        said, self.problems = [f"{where}: {problem}" for problem in self.problems], []
        return said


@functools.cache
def packed(path: Path) -> bytes:
    """Return a file as hosts send it; files requested by many pages are compressed once."""
    return gzip.compress(path.read_bytes(), 6)


@contextmanager
def serve(root: Path, policy: str | None = None, pieces: int = 1) -> Iterator[str]:
    """Serve a folder as hosts do, with compressed texts, pages in pieces, and a policy if one is given."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            path = Path(self.translate_path(self.path))
            path = path / "index.html" if path.is_dir() else path
            if path.suffix not in TEXTS or not path.is_file():
                super().do_GET()
                return
            content = packed(path)
            self.send_response(200)
            for name, value in {
                "Type": TEXTS[path.suffix],
                "Encoding": "gzip",
                "Length": str(len(content)),
            }.items():
                self.send_header(f"Content-{name}", value)
            self.end_headers()
            size = -(-len(content) // (pieces if path.suffix == ".html" else 1))
            for at in range(0, len(content), size):
                self.wfile.write(content[at : at + size])
                time.sleep(0.2 * (pieces > 1))

        def end_headers(self) -> None:
            if policy:
                self.send_header("Content-Security-Policy", policy)
            super().end_headers()

        def log_message(self, *args: Any) -> None:
            """Log nothing."""

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(root))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def barriers(page: Page) -> list[str]:
    """Return the violations that axe finds on a page."""
    page.evaluate(OPEN)
    page.evaluate(AXE)
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:120]}"
        for one in page.evaluate(RUN, count(3, 10**9))
    ]


def expect_no_fault(path: Path, browser: Browser) -> None:
    """Check a standalone page with axe and for the width of the screen: light and wide, dark and narrow."""
    for scheme, width in (("light", 1280), ("dark", 375)):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((part) => part.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert barriers(page) == []
        page.close()


def shift(browser: Browser, address: str, width: int) -> float:
    """Return the layout shift of a page, as browsers sum it up, on a slow system until a chart is live."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.add_init_script(WATCH)
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send("Network.emulateNetworkConditions", SLOW)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, wait_until="networkidle", timeout=120_000)
    _read_to_the_first_chart(page)
    found: float = page.evaluate("window.shift ?? 0")
    page.close()
    return found


def _read_to_the_first_chart(page: Page) -> None:
    charts = page.locator(".chart[data-chart]")
    if not charts.count():
        return
    page.mouse.move(200, 300, steps=2)
    while charts.first.evaluate("(box) => box.getBoundingClientRect().top > innerHeight / 2"):
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(100)
    expect(charts.first).to_have_attribute("data-state", "live", timeout=60_000)
    page.wait_for_timeout(500)

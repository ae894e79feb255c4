"""The margin of a page whose text begins without a heading."""

from playwright.sync_api import Page, Route

from bookpress.elements.base import assets

FIGURE = '<figure class="chart-figure" id="fig-a"><span class="caption-number">1</span></figure>'
TEXT = "<p>Words.</p>" * 60
PAGE = f"""<!DOCTYPE html><html><body><article>{FIGURE}{TEXT}</article>
<script src="/mode.js"></script><script src="/margin.js"></script></body></html>"""
SCRIPTS = {name: assets.content(name).decode() for name in ("mode.js", "margin.js")}


def answer(route: Route) -> None:
    script = SCRIPTS.get(route.request.url.rpartition("/")[2])
    kind = "text/html" if script is None else "text/javascript"
    route.fulfill(body=PAGE if script is None else script, content_type=kind)


def test_a_figure_before_any_heading_stays_beside_the_text(page: Page) -> None:
    page.set_viewport_size({"width": 1400, "height": 900})
    page.route("**/*", answer)
    page.goto("http://book.test/")
    page.locator(".margin-notes .rail").wait_for(state="attached", timeout=5000)

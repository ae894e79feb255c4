"""What scripts add to pages of a few lines, which a site serves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from bookpress.elements.base import assets

SCRIPTS = {name: assets.content(name).decode() for name in ("mode.js", "reading.js")}
HEAD = """<!DOCTYPE html><html data-content_root="./" data-shared="tide"><body>"""
LOADED = '<script src="/mode.js"></script><script src="/reading.js"></script></body></html>'
SORTED = """<table class="sortable"><thead><tr><th class="number">10<sup>3</sup> knots</th></tr></thead>
<tbody><tr><td>9</td></tr><tr><td>80</td></tr></tbody></table>"""
FRAME = '<pre class="command"><code data-page="w.html">&lt;iframe src="old.html"&gt;</code></pre>'
SEARCH = '<form class="bar-search" action="search.html"><input name="q"></form>'
CATCH = "void (navigator.clipboard.writeText = async (text) => { window.copied = text; })"


@pytest.fixture
def serve(page: Page) -> Callable[[str], Page]:
    """Return what opens a page with some HTML, under a choice."""

    def opened(body: str) -> Page:
        def answer(route: Route) -> None:
            script = SCRIPTS.get(route.request.url.rpartition("/")[2])
            kind = "text/javascript" if script else "text/html"
            route.fulfill(body=script or HEAD + body + LOADED, content_type=kind)

        page.route("**/*", answer)
        page.goto("http://localhost/winds.html?tide=low")
        return page

    return opened


def test_a_power_in_the_head_of_a_column_stays_one_when_it_sorts(
    serve: Callable[[str], Page],
) -> None:
    page = serve(SORTED)
    head = page.locator(".sortable th")
    expect(head.locator("button sup")).to_have_text("3")
    head.locator("button").click()
    head.locator("button").click()
    expect(page.locator(".sortable td").first).to_have_text("80")


def test_the_code_that_shows_a_figure_elsewhere_is_copied_as_it_is_shown(
    serve: Callable[[str], Page],
) -> None:
    page = serve(FRAME)
    page.evaluate(CATCH)
    page.get_by_role("button", name="Copy").click()
    shown = '<iframe src="http://localhost/w.html">'
    expect(page.locator("code")).to_have_text(shown)
    assert page.evaluate("window.copied") == shown


def test_a_shared_choice_goes_with_a_search(serve: Callable[[str], Page]) -> None:
    page = serve(SEARCH)
    page.locator("input").fill("gales")
    page.keyboard.press("Enter")
    expect(page).to_have_url("http://localhost/search.html?q=gales&tide=low")

"""Rows of a long table that come later are searched as those that a page begins with."""

from playwright.sync_api import Page, Route, expect

from bookpress.elements.base import assets

ROWS = "".join(f"<tr><td>Wind {number}</td><td>east</td></tr>" for number in range(3))
LATER = ROWS.replace("east", "west")
PAGE = f"""<!DOCTYPE html><html><body><main><div>
<table class="searchable contestable" id="winds" data-rows="6">
<thead><tr><th>Name</th><th>Side</th></tr></thead><tbody>{ROWS}</tbody></table>
<p class="later-rows"><a href="all.html" data-rows="rows.js">All rows</a></p></div></main>
<script src="/mode.js"></script><script src="/tables.js"></script></body></html>"""
SERVED = {
    "mode.js": assets.content("mode.js").decode(),
    "tables.js": assets.content("tables.js").decode(),
    "rows.js": f"bookpress.laterRows('winds', `{LATER}`);",
}


def answer(route: Route) -> None:
    script = SERVED.get(route.request.url.rpartition("/")[2])
    if script is None:
        route.fulfill(body=PAGE, content_type="text/html")
    else:
        route.fulfill(body=script, content_type="text/javascript")


def test_the_words_of_buttons_are_not_searched(page: Page) -> None:
    page.route("**/*", answer)
    page.goto("http://book.test/")
    field = page.get_by_label("Show only rows that contain")
    field.fill("west")
    expect(page.locator("tbody tr:visible")).to_have_count(3)
    expect(page.locator("output")).to_have_text("3 of 6 rows")
    expect(page.locator(".contest-row")).to_have_count(6)
    field.fill("test")
    expect(page.locator("output")).to_have_text("0 of 6 rows")

"""No barrier that axe-core can find, in light and dark, wide and narrow, with live charts drawn."""

import itertools

import pytest
from playwright.sync_api import Page

from book.browsing import AXE, Site
from sampling import LONG, some

LEVELS = "(all) => all.map((one) => Number(one.tagName[1]))"
# What is folded is read too, once a reader opens it. Rows of a table are alike: the first ones stand for all.
OPEN = """() => {
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  for (const row of document.querySelectorAll('.data-table tbody tr:nth-child(n + 9)')) row.remove();
}"""
RUN = "axe.run(document, {resultTypes: ['violations'], preload: false}).then((found) => found.violations)"


WAYS = [("light", 1280), ("dark", 375)]
if LONG:
    WAYS += [("dark", 1280), ("light", 375)]


@pytest.mark.parametrize(("scheme", "width"), WAYS)
def test_axe_finds_nothing_and_headings_go_down_one_step_at_a_time(
    site: Site, page: Page, scheme: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    problems = []
    for name in some(site.pages, 4, width):
        page.goto(site.url(name))
        page.evaluate("window.bookpress?.drawAll?.()")
        page.evaluate(OPEN)
        levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all(LEVELS)
        if levels.count(1) != 1 or any(after > before + 1 for before, after in itertools.pairwise([0, *levels])):
            problems.append(f"{name}: headings {levels}")
        page.evaluate(AXE)
        problems += [
            f"{name}: {found['id']} ({found['impact']}): {found['nodes'][0]['html'][:120]}"
            for found in page.evaluate(RUN)
        ]
    assert problems == []

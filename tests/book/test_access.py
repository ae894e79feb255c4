"""No barrier that axe-core can find, in light and dark, wide and narrow, with live charts drawn."""

import itertools

import pytest
from playwright.sync_api import Page

from book.browsing import Site, barriers
from sampling import count, some

pytestmark = pytest.mark.heavy

LEVELS = "(all) => all.map((one) => Number(one.tagName[1]))"

WAYS = [("light", 1280), ("dark", 375), ("dark", 1280), ("light", 375)][: count(2, 4)]


@pytest.mark.parametrize(("scheme", "width"), WAYS)
def test_axe_finds_nothing_and_headings_go_down_one_step_at_a_time(
    site: Site, page: Page, scheme: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    problems = []
    for name in some(site.pages, 3, width):
        page.goto(site.url(name))
        page.evaluate("window.bookpress?.drawAll?.()")
        levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all(LEVELS)
        if levels.count(1) != 1 or any(
            after > before + 1 for before, after in itertools.pairwise([0, *levels])
        ):
            problems.append(f"{name}: headings {levels}")
        problems += [f"{name}: {found}" for found in barriers(page)]
    assert problems == []

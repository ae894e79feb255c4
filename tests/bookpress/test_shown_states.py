"""A state on the page is the page of a build with its values; the published one comes back byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from states import states
from test_states import new_home, press

from book.browsing import AXE, CHROMIUM, FLAGS, Heard, serve
from book.showing import ARTICLE, READ, chapter, differing, read

STRICT = "default-src 'self'; base-uri 'none'; form-action 'self'"
FAULTS = "axe.run(document).then((found) => found.violations.map((one) => one.id + one.nodes[0].html))"
PLACED = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the second book, explored."""
    made = new_home(tmp_path_factory.mktemp("shown") / "book")
    press(made, "explore")
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


@pytest.mark.parametrize("slug", ["planets", "moons"])
def test_each_state_shows_what_a_build_shows_and_goes_without_a_trace(home: Path, page: Page, slug: str) -> None:
    heard = Heard("file:")
    heard.listen(page)
    found = dict(states(home / "_build/editions", slug))
    assert len(found) > 1
    for edition, state in found.items():
        choice = state["choice"]
        press(home, *state["command"].split()[1:])
        shown = read(page, f"{chapter(home, 'default', slug)}?{urlencode(choice)}")
        assert differing(shown, read(page, chapter(home, edition, slug))) == []
        cited = page.locator(".cite-text, .cite-hash").all_text_contents()
        page.goto(chapter(home, "default", slug))
        page.evaluate(READ)
        before = page.evaluate(ARTICLE)
        for name, value in choice.items():
            page.evaluate("([name, value]) => bookpress.choose(name, String(value))", [name, value])
        assert page.evaluate(READ) == shown
        assert page.locator(".cite-text, .cite-hash").all_text_contents() == cited
        page.get_by_role("button", name="Back to the published edition").click()
        expect(page.locator(".state-strip")).to_be_hidden()
        assert page.evaluate(ARTICLE) == before
    assert heard.take(slug) == []


def test_a_reader_chooses_by_keyboard_and_is_told(home: Path, page: Page) -> None:
    page.goto(chapter(home, "default", "planets") + "?utm=1#fig-law")
    page.locator(".choice summary").first.click()
    assert page.locator(".choice .strips svg .point").count() == 3
    page.get_by_role("radio", name="all").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".state-strip")).to_contain_text("Not the published edition. Group: inner.")
    expect(page.locator("body > [role=status]")).to_contain_text("2 statements no longer hold")
    assert page.url.endswith("?utm=1&group=inner#fig-law")
    assert page.evaluate("document.activeElement.value") == "inner"
    page.keyboard.press("ArrowDown")
    expect(page.locator(".state-strip")).to_contain_text("Group: outer.")
    page.go_back()
    expect(page.locator(".state-strip")).to_contain_text("Group: inner.")
    page.go_back()
    expect(page.locator(".state-strip")).to_be_hidden()
    expect(page.get_by_role("radio", name="all")).to_be_checked()


def test_the_newest_choice_wins_and_an_unknown_one_is_said_politely(home: Path, page: Page) -> None:
    page.goto(chapter(home, "default", "planets"))
    page.evaluate("Promise.all(['inner', 'outer', 'inner', 'outer'].map((group) => bookpress.choose('group', group)))")
    expect(page.locator(".choice b").first).to_have_text("outer")
    assert page.evaluate(READ) == read(page, chapter(home, "default", "planets") + "?group=outer")
    before = page.goto(chapter(home, "default", "planets")) and page.evaluate(ARTICLE)
    page.goto(chapter(home, "default", "planets") + "?group=<b>dwarf")
    expect(page.locator(".state-strip")).to_contain_text("Group: <b>dwarf: this is not among the states made")
    assert page.evaluate(ARTICLE) == before
    page.get_by_role("button", name="Close").click()
    assert "group" not in page.url


def test_new_blocks_have_data_tips_and_what_was_published(home: Path, page: Page) -> None:
    page.goto(chapter(home, "default", "planets") + "?group=inner")
    figure = page.locator("#fig-law")
    expect(figure.locator(".chart")).to_have_attribute("data-state", "live")
    figure.get_by_text("Data", exact=True).click()
    rows = figure.locator(".data-table tbody tr")
    expect(rows).to_have_count(4)
    page.locator(".standfirst [data-tip]").hover()
    expect(page.locator("#tip")).to_be_visible()
    page.goto(chapter(home, "default", "moons") + "?moon=Callisto")
    expect(page.locator("p.restated .was").last).to_have_text(" published: 3.6 days")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_under_a_strict_policy_a_state_fits_and_has_no_barrier(home: Path, page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    with serve(home / "_build/editions/default/html", STRICT) as address:
        heard = Heard(address)
        heard.listen(page)
        read(page, f"{address}/notebooks/moons.html?moon=Callisto")
        read(page, f"{address}/notebooks/planets.html?group=inner")
        assert page.evaluate(PLACED)
        assert not [said for said in heard.take(scheme) if "404" not in said]  # a browser asks for an icon on its own
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        page.evaluate(AXE)
        assert page.evaluate(FAULTS) == []


def test_without_scripts_strips_stand_as_a_table_and_no_control_is_dead(home: Path, browser: Browser) -> None:
    plain = browser.new_page(java_script_enabled=False)
    plain.goto(chapter(home, "default", "planets"))
    plain.locator(".choice summary").first.click()
    table = plain.get_by_role("table").first
    expect(table).to_be_visible()
    assert table.locator("tbody th").all_inner_texts() == ["all published", "inner", "outer"]
    assert plain.locator("#parameters :is(input, button, select)").count() == 0
    plain.close()

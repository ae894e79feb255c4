"""A chapter opens with little; its choices come when they are asked for, at what rests on them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from book.browsing import Site, barriers
from sampling import some

FIRST = """() => {
  const shown = (one) => one.checkVisibility() && !one.closest('.opener') && !one.matches('.kicker');
  const text = [...document.querySelectorAll('article section > p, article figure')].find(shown);
  const line = parseFloat(getComputedStyle(text).lineHeight) || 24;
  return text.getBoundingClientRect().top + line;
}"""
"""Where the first line below the opening of a chapter ends."""
ASKED = """() => [...document.querySelectorAll('.choice:not([hidden]) .setting')]
  .map((part) => part.dataset.name)"""
CHAPTER = "notebooks/large-scale-models.html"
IN_LINE = """() => [...document.querySelectorAll('section > p .hangs')]
  .filter((sign) => sign.getBoundingClientRect().left < sign.closest('p').getBoundingClientRect().right - 1)
  .map((sign) => sign.closest('p').textContent)"""
"""The paragraphs in whose lines a sign stands."""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 375, "height": 667}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


@pytest.mark.heavy
def test_the_first_screen_of_a_phone_reaches_the_text_of_every_chapter(
    site: Site, phone: Page
) -> None:
    ends = {}
    for name in site.chapters:
        phone.goto(site.url(name))
        ends[name] = phone.evaluate(FIRST)
    assert len(ends) > 10
    assert {name: end for name, end in ends.items() if end > 667} == {}


@pytest.mark.heavy
def test_no_chapter_takes_longer_than_nine_minutes_to_read(site: Site, page: Page) -> None:
    page.goto(site.url("index.html"))
    minutes = page.locator(".chapter-time").all_inner_texts()
    assert len(minutes) > 10
    assert [time for time in minutes if int(time.removesuffix(" min")) > 9] == []


@pytest.mark.heavy
def test_choices_open_by_key_and_the_focus_comes_back(site: Site, page: Page) -> None:
    page.goto(site.url(CHAPTER))
    opener = page.locator(".to-choices")
    assert opener.inner_text().endswith("choices")
    opener.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Choices behind this chapter")
    expect(panel).to_be_visible()
    assert page.evaluate("document.activeElement.closest('.choices.open') !== null")
    expect(panel.get_by_text("Count as large:")).to_be_visible()
    for _ in range(40):  # the focus stays within
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.choices.open') !== null")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_figure_and_a_paragraph_open_those_choices_that_they_rest_on(
    site: Site, page: Page
) -> None:
    page.goto(site.url(CHAPTER))
    page.locator("#fig-tiles .hangs").click()
    of_figure = page.evaluate(ASKED)
    assert "records" in of_figure
    assert "definition" not in of_figure  # the tiles are the ten largest under any definition
    expect(page.locator(".choices-scope")).to_contain_text(f"rests on {len(of_figure)} of")
    page.get_by_role("button", name="Show all").click()
    every = page.evaluate(ASKED)
    assert len(every) > len(of_figure)
    page.keyboard.press("Escape")
    expect(page.locator("#fig-tiles .hangs")).to_be_focused()
    paragraph = page.locator("section > p > .hangs").first
    wanted = (paragraph.get_attribute("data-choices") or "").split()
    paragraph.press("Space")
    assert page.evaluate(ASKED) == wanted


@pytest.mark.parametrize("width", [375, 1280])
def test_the_sign_of_choices_stands_beside_its_paragraph(
    site: Site, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    ends_in_a_quotable_sentence = "notebooks/remedies.html"
    for name in {ends_in_a_quotable_sentence, *some(site.chapters, 2, width)}:
        page.goto(site.url(name))
        assert page.evaluate(IN_LINE) == [], name


@pytest.mark.heavy
def test_on_a_phone_choices_come_from_below_and_leave_the_text_in_view(
    site: Site, phone: Page
) -> None:
    phone.goto(site.url(CHAPTER))
    link = phone.locator("section > p > .hangs").nth(2)
    link.tap()
    box = phone.locator(".choices.open").bounding_box() or {}
    assert box["y"] + box["height"] == pytest.approx(667, abs=1)
    assert box["y"] > 200
    paragraph = link.locator("xpath=..").bounding_box() or {}
    assert paragraph["y"] < box["y"]
    assert paragraph["y"] + paragraph["height"] > 64
    assert barriers(phone) == []
    phone.get_by_role("button", name="Close").tap()
    expect(phone.locator(".choices.open")).to_have_count(0)


@pytest.mark.parametrize("width", [1200, 1280, 1920])
def test_beside_the_text_choices_leave_it_as_wide_as_it_was(
    site: Site, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site.url(CHAPTER))
    text = page.locator("section > p").nth(1)
    before = text.bounding_box() or {}
    page.locator(".to-choices").click()
    after, panel = text.bounding_box() or {}, page.locator(".choices.open").bounding_box() or {}
    assert after["width"] == before["width"]
    assert after["x"] + after["width"] <= panel["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_choices_stand_as_text_with_the_command(
    site: Site, browser: Browser
) -> None:
    plain = browser.new_page(java_script_enabled=False)
    plain.goto(site.url(CHAPTER))
    plain.locator(".to-choices").click()
    assert plain.url.endswith("#chapter_choices")
    expect(plain.locator("#chapter_choices")).to_be_in_viewport()
    plain.locator(".parameters summary").click()
    expect(plain.locator("#chapter_choices pre.command")).to_contain_text("compute-divide run")
    plain.close()

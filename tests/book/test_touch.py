"""Numbers and charts answer a finger and keys, and a choice that chapters share goes from page to page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from book.browsing import Site, barriers

MARK = """async () => {
  await bookpress.drawAll();
  const box = document.querySelector(".chart[data-name='fig-tiles']");
  const marks = [...box.querySelectorAll('.role-mark path')].filter((one) => one.__data__?.tooltip);
  marks[20].scrollIntoView({ block: 'center', behavior: 'instant' });
  const { x, y, width, height } = marks[20].getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}"""
"""Draws the tiles, and returns the middle of one, where its label is."""
STOPS = 300
"""More stops of the keyboard than a short chapter has."""
NUMBER = "main p > .value-result[data-tip]:visible"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


def test_a_tap_opens_what_a_number_counts_and_another_closes_it(site: Site, phone: Page) -> None:
    phone.goto(site.url("notebooks/machines.html"))
    numbers = phone.locator(NUMBER)
    numbers.nth(0).tap()
    expect(phone.locator("#tip")).to_be_visible()
    phone.wait_for_timeout(300)
    expect(phone.locator("#tip")).to_be_visible()  # it stays once the finger is gone
    numbers.nth(0).tap()
    expect(phone.locator("#tip")).to_have_count(0)
    numbers.nth(1).tap()
    expect(phone.locator("#tip")).to_be_visible()
    phone.locator("h2").first.tap()
    expect(phone.locator("#tip")).to_have_count(0)


def test_a_mark_of_a_chart_answers_a_tap_through_its_label(site: Site, phone: Page) -> None:
    phone.goto(site.url("notebooks/large-scale-models.html"))
    place = phone.evaluate(MARK)
    phone.touchscreen.tap(*place)
    expect(phone.locator("#vg-tooltip-element.visible")).to_be_visible()


def test_names_that_tiles_have_no_room_for_are_listed_below_them(
    site: Site, phone: Page, page: Page
) -> None:
    phone.goto(site.url("notebooks/large-scale-models.html"))
    names = phone.locator("#fig-tiles .tool-names")
    names.locator("summary").tap()
    expect(names.get_by_text("AlexNet")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(site.url("notebooks/large-scale-models.html"))
    expect(page.locator("#fig-tiles .tool-names")).to_be_hidden()


def test_a_thumb_goes_on_to_the_next_chapter_also_with_choices_or_contents_open(
    site: Site, phone: Page
) -> None:
    for opener in ("", ".to-choices", "#open-contents"):
        phone.goto(site.url("notebooks/openalex.html"))
        if opener:
            phone.locator(opener).tap()
            expect(phone.locator(".choices.open, .book-contents.open")).to_be_visible()
            phone.locator("#close-contents:visible, .choices-close:visible").tap()
            expect(phone.locator(".choices.open, .book-contents.open")).to_have_count(0)
        phone.locator(".turn-next").tap()
        phone.wait_for_url("**/book/methods.html")


@pytest.mark.heavy
def test_keys_reach_the_next_chapter_also_after_choices_and_contents_were_open(
    site: Site, page: Page
) -> None:
    for width, opener in (
        (1280, ""),
        (1280, ".to-choices"),
        (375, ".to-choices"),
        (375, "#open-contents"),
    ):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(site.url("notebooks/openalex.html"))
        if opener:
            page.locator(opener).press("Enter")
            expect(page.locator(".choices.open, .book-contents.open")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.locator(opener)).to_be_focused()
        assert tab_to(page, ".turn-next") < STOPS
        page.keyboard.press("Enter")
        page.wait_for_url("**/book/methods.html")


def tab_to(page: Page, selector: str) -> int:
    """Go on by keyboard until an element has the focus; return after how many stops."""
    for stops in range(1, STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return stops
    return STOPS


@pytest.mark.heavy
def test_numbers_of_a_paragraph_are_one_stop_and_arrows_go_between_them(
    site: Site, page: Page
) -> None:
    page.goto(site.url("notebooks/machines.html"))
    paragraph = page.locator("main p", has=page.locator(".value[data-tip] ~ .value[data-tip]"))
    numbers = paragraph.first.locator(".value[data-tip]")
    assert numbers.evaluate_all("(all) => all.filter((one) => one.tabIndex === 0).length") == 1
    numbers.nth(0).focus()
    first = page.locator("#tip").inner_text()
    assert numbers.nth(0).get_attribute("aria-describedby") == "tip"
    page.keyboard.press("ArrowRight")
    assert numbers.nth(1).evaluate("(one) => one === document.activeElement")
    assert page.locator("#tip").inner_text() != first or numbers.count() > 1
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).to_have_count(0)
    assert barriers(page) == []


def test_a_shared_choice_goes_with_the_reader_and_is_said_where_it_changes_nothing(
    site: Site, page: Page
) -> None:
    page.goto(site.url("notebooks/training-compute.html?records=as-listed"))
    expect(page.locator(".state-strip")).to_be_visible()
    page.locator(".turn-next").click()
    page.wait_for_url("**/notebooks/large-scale-models.html?records=as-listed")
    page.locator(".contents-cover a").click()
    page.wait_for_url("**/index.html?records=as-listed")
    expect(page.locator(".banner")).to_contain_text("records as-listed")
    page.goto(site.url("notebooks/training-compute.html"))
    page.locator(".turn-next").click()
    page.wait_for_url("**/notebooks/large-scale-models.html")

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
NUMBER = "main p > .value-result[data-tip]"


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

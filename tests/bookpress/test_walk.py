"""A reader walks through what a choice changes, by key and by button, with the published text beside it."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from book.browsing import barriers
from book.showing import chapter

PLACE = "document.querySelector('.walk-place').textContent"
IN_VIEW = """() => {
  const stops = [...document.querySelectorAll('.stop')];
  const strip = document.querySelector('.state-strip').getBoundingClientRect();
  const box = stops.at(-1).getBoundingClientRect();
  return box.top >= 0 && box.top < strip.top && stops.length > 0;
}"""

FREE = """() => {
  const box = document.querySelector('.turn-next').getBoundingClientRect();
  return box.top > 0 && box.bottom < document.querySelector('.state-strip').getBoundingClientRect().top;
}"""
"""Whether the link stands in view, above the strip."""


@pytest.mark.heavy
@pytest.mark.parametrize("width", [1280, 375])
def test_the_first_step_is_a_sentence_that_turns_and_keys_go_on(
    explored: Path, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    page.goto(chapter(explored, "default", "planets"))
    page.evaluate("bookpress.choose('group', 'inner')")
    page.get_by_role("button", name="1 sentence turns").click()
    expect(page.locator(".walk-place")).to_contain_text("a sentence turns")
    assert page.locator(".stop .fallen-sentence").count() == 1
    assert page.evaluate(IN_VIEW)
    published = page.locator(".walk-beside > div").first
    expect(published).to_contain_text("They are more than the five of antiquity.")
    expect(published).not_to_contain_text("Written for the published edition")
    assert barriers(page) == []
    seen = {page.evaluate(PLACE)}
    for _ in range(int(page.evaluate(PLACE).split()[2].rstrip(":")) - 1):
        page.keyboard.press("n")
        assert page.evaluate(IN_VIEW)
        seen.add(page.evaluate(PLACE))
    page.keyboard.press("n")
    assert page.evaluate(PLACE) in seen  # round
    assert any("a figure" in place for place in seen)
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    expect(page.locator(".state-strip")).to_be_hidden()
    assert page.locator(".stop, .choice-tools").count() == 0


def test_back_stands_beside_the_choice_that_was_made(explored: Path, page: Page) -> None:
    page.goto(chapter(explored, "default", "planets"))
    page.locator(".choice summary").first.click()
    page.get_by_role("radio", name="all").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".state-strip")).to_contain_text("Group: inner.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".walk-place")).to_contain_text("a sentence turns")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Back"
    page.keyboard.press("Enter")
    expect(page.locator(".state-strip")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 375])
def test_the_walk_never_covers_the_link_to_the_next_chapter(
    explored: Path, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    page.goto(chapter(explored, "default", "planets") + "?group=inner")
    page.get_by_role("button", name="1 sentence turns").click()
    expect(page.locator(".walk-place")).to_contain_text("a sentence turns")
    link = page.locator(".turn-next")
    address = link.get_attribute("href") or ""
    link.focus()
    assert page.evaluate(FREE)
    link.click()
    page.wait_for_url(f"**/{address.split('/')[-1]}*")


def test_the_sign_of_the_only_choice_is_seen_in_set_colours_and_says_one(
    explored: Path, page: Page
) -> None:
    page.goto(chapter(explored, "default", "planets"))
    page.emulate_media(forced_colors="active")
    sign = page.locator("p .hangs").first
    with Image.open(BytesIO(sign.screenshot())) as picture:
        assert len(picture.getcolors() or []) > 1  # something is drawn
    sign.click()
    expect(page.locator(".choices-scope")).to_have_text("This paragraph rests on this choice.")


def test_escape_takes_what_is_open_before_the_state(explored: Path, page: Page) -> None:
    page.set_viewport_size({"width": 600, "height": 850})
    page.goto(chapter(explored, "default", "planets") + "?group=inner")
    strip = page.locator(".state-strip")
    expect(strip).to_contain_text("Group: inner")
    page.locator("article .value[data-tip]").first.focus()
    expect(page.locator("#tip")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).to_have_count(0)
    page.locator("#open-contents").click()
    page.keyboard.press("Escape")
    expect(page.locator(".book-contents.open")).to_have_count(0)
    expect(strip).to_be_visible()
    page.keyboard.press("Escape")
    expect(strip).to_be_hidden()


def test_a_state_leaves_room_for_text_where_a_page_is_magnified_fourfold(
    explored: Path, page: Page
) -> None:
    page.set_viewport_size({"width": 320, "height": 256})  # of 1280 and 1024
    page.goto(chapter(explored, "default", "planets") + "?group=inner")
    expect(page.locator(".state-strip")).to_contain_text("Group: inner")
    page.evaluate("scrollTo({ top: 600, behavior: 'instant' })")
    strip, bar = (page.locator(name).bounding_box() for name in (".state-strip", ".bar"))
    assert strip
    assert bar
    assert strip["y"] - max(0, bar["y"] + bar["height"]) > 256 / 2

"""The margin of wide screens: notes at their lines, over nothing, and gone where there is no room."""

import pytest
from playwright.sync_api import Page, expect

from book.browsing import WATCH, Site
from sampling import some

OVERLAPS = """() => {
  const boxes = (selector) => [...document.querySelectorAll(selector)]
    .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const notes = boxes('.margin-notes > *');
  const others = boxes('article p, article figure, article table, article h2, .hangs, .finding-sureness');
  return {
    count: notes.length,
    together: notes.filter((one, at) => notes.slice(at + 1).some((other) => meet(one, other))).length,
    over: notes.filter((one) => others.some((other) => meet(one, other))).length,
    outside: notes.filter((one) => one.right > document.documentElement.clientWidth).length,
  };
}"""


@pytest.mark.parametrize("width", [1200, 1280, 1440, 1920])
def test_notes_lie_over_nothing_and_within_the_screen(site: Site, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    counts = 0
    for name in some(site.chapters, 4, width):
        page.goto(site.url(name))
        page.wait_for_timeout(300)
        found = page.evaluate(OVERLAPS)
        counts += found.pop("count")
        assert found == {"together": 0, "over": 0, "outside": 0}, name
    assert counts > 0


def test_a_note_stands_at_the_line_of_its_number_and_moves_nothing(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.add_init_script(WATCH)
    page.goto(site.url("notebooks/large-scale-models.html"))
    note = page.locator(".margin-notes > .margin-note:has(.note-numbers)").first
    number = page.locator("section > p .value[data-range]").first
    beside, line = note.bounding_box() or {}, number.bounding_box() or {}
    assert abs(beside["y"] - line["y"]) < 12
    assert (number.get_attribute("data-tip") or "").startswith(note.locator("p").last.inner_text())
    assert page.evaluate("window.shift ?? 0") <= 0.005
    number.hover()
    expect(page.locator(".margin-notes > .margin-note.here")).to_have_count(1)


def test_where_there_is_no_margin_and_on_paper_nothing_stands_there(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 1199, "height": 900})
    page.goto(site.url("notebooks/large-scale-models.html"))
    page.wait_for_timeout(300)
    expect(page.locator(".margin-notes > *")).to_have_count(0)
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator(".margin-notes > .margin-note").first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".margin-notes")).to_be_hidden()


@pytest.mark.heavy
@pytest.mark.parametrize("width", [1280, 1920])
def test_a_figure_stays_while_the_paragraphs_behind_it_pass(
    site: Site, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    stays = 0
    for name in site.chapters:
        page.goto(site.url(name))
        page.wait_for_function("document.querySelector('.margin-notes')")
        for rail in page.locator(".rail").all():
            top = rail.evaluate("(one) => one.getBoundingClientRect().top + scrollY")
            figure = rail.locator(".note-figure")
            seen = []
            for way in (20, 100):
                page.evaluate("(to) => scrollTo({ top: to, behavior: 'instant' })", top + way - 90)
                seen.append(figure.evaluate("(one) => one.getBoundingClientRect().top"))
            assert abs(seen[0] - seen[1]) < 2, name
            stays += 1
        if stays > 1:
            return
    assert stays

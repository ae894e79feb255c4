"""What is read stays where it is, whatever comes late; contents, tables, previews and pictures keep to the reader."""

import ast
import keyword
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from book.browsing import SHIFT, WATCH, Site, serve, shift
from sampling import LONG, some

WRAPPED = """() => [...document.querySelectorAll('main td')]
  .filter((cell) => /^[\\d.,%–-]{2,11}$/.test(cell.textContent.trim()) && cell.checkVisibility())
  .filter((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range.getBoundingClientRect().height > 1.8 * parseFloat(getComputedStyle(cell).lineHeight);
  })
  .map((cell) => cell.textContent)"""
CUT = """() => [...document.querySelectorAll('main :is(.pst-scrollable-table-container, pre)')]
  .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
  .map((box) => box.textContent.trim().slice(0, 60))"""
GAP = """(section) => section.querySelector('figure').getBoundingClientRect().top
  - section.querySelector('h2').getBoundingClientRect().bottom"""
SIZE = """(boxes) => boxes.map((box) => box.getBoundingClientRect())
  .map((box) => [box.width, Math.round(box.height)])"""
READ = """() => document.readyState !== 'loading'
  && performance.getEntriesByName('first-contentful-paint').length > 0"""
SETTLED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame(); await frame();
  await document.fonts.ready;
  await frame(); await frame();
  return performance.now();
}"""
SHIFTS = """(() => {
  const seen = [];
  const watch = new PerformanceObserver((list) => seen.push(...list.getEntries()));
  watch.observe({ type: "layout-shift", buffered: true });
  window.shiftsAfter = (begun) => [...seen, ...watch.takeRecords()]
    .filter((shift) => shift.startTime > begun && !shift.hadRecentInput)
    .reduce((sum, shift) => sum + shift.value, 0);
})()"""
IN_VIEW = """(one) => {
  const box = one.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight;
}"""


@pytest.mark.heavy
def test_nothing_moves_while_a_page_comes_in_pieces(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.add_init_script(WATCH)
    with serve(site.root, pieces=10) as address:
        page.goto(f"{address}/book/glossary.html", wait_until="networkidle")
        assert page.evaluate("window.shift ?? 0") <= SHIFT


@pytest.mark.heavy
@pytest.mark.parametrize(("width", "slug"), [(1280, "policy"), (375, "scrutiny")])
def test_nothing_moves_on_a_slow_machine_and_network(
    site: Site, browser: Browser, width: int, slug: str
) -> None:
    names = site.pages if LONG else {f"notebooks/{slug}.html", *some(site.pages, 1, width)}
    shifts = {name: shift(browser, site.url(name), width) for name in sorted(names)}
    assert {name: found for name, found in shifts.items() if found > SHIFT} == {}


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_moves_when_scripts_come_after_the_text(site: Site, page: Page, width: int) -> None:
    held: list[Route] = []
    come = Event()
    page.set_viewport_size({"width": width, "height": 800})
    page.add_init_script(SHIFTS)

    def hold(route: Route) -> None:
        if come.is_set():
            route.continue_()
        else:
            held.append(route)

    page.route("**/*.js*", hold)
    page.route("**/mode.js*", lambda route: route.continue_())
    for name in some(site.chapters, 1, width):
        come.clear()
        page.goto(site.url(name), wait_until="commit")
        page.wait_for_function(READ)
        begun = page.evaluate(SETTLED)
        assert held, name
        come.set()  # a script that is asked for later passes too
        while held:
            held.pop().continue_()
        page.wait_for_load_state()
        expect(page.locator(".quote-button")).not_to_have_count(0)
        page.evaluate(SETTLED)
        assert page.evaluate("(begun) => shiftsAfter(begun)", begun) == 0, name


@pytest.mark.parametrize("width", [375, 1280, 1920])
def test_a_live_chart_is_as_large_as_its_picture(site: Site, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site.url("notebooks/diffusion.html"))
    pictures = page.locator(".still.only-light img").evaluate_all(SIZE)
    page.evaluate("window.bookpress.drawAll()")
    drawn = page.locator(".chart").evaluate_all(SIZE)
    assert [one[0] for one in drawn] == [one[0] for one in pictures]
    assert all(abs(one[1] - other[1]) <= 1 for one, other in zip(drawn, pictures, strict=True))
    assert min(one[0] for one in drawn) == {375: 335, 1280: 672, 1920: 960}[width]


def test_the_contents_follow_the_reader(site: Site, browser: Browser) -> None:
    for script in (True, False):
        page = browser.new_page(viewport={"width": 1280, "height": 700}, java_script_enabled=script)
        page.goto(site.url("notebooks/ledger.html"))
        page.wait_for_timeout(300)
        assert in_view(page, "#book_contents .current > a")
        if script:
            page.locator("#what-it-means").evaluate(
                "(part) => part.scrollIntoView({ behavior: 'instant' })"
            )
            expect(page.locator(".contents-sections [aria-current]")).to_have_text("What it means")
            assert in_view(page, ".contents-sections [aria-current]")
        page.close()


def test_the_contents_stay_at_their_beginning_while_the_chapter_is_in_view(
    site: Site, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(site.url("notebooks/machines.html"))
    assert in_view(page, ".contents-cover a")
    assert in_view(page, "#book_contents .current > a")


def in_view(page: Page, selector: str) -> Any:
    return page.locator(selector).evaluate(IN_VIEW)


def test_numbers_and_dates_of_tables_stay_in_one_line(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    wrapped = {}
    for name in some(site.pages, 6, 3):
        page.goto(site.url(name))
        if found := page.evaluate(WRAPPED):
            wrapped[name] = found
    page.goto(site.url("notebooks/robustness.html"))
    table = page.locator(".pst-scrollable-table-container:has(caption)").first
    table.evaluate("(box) => { box.scrollLeft = box.scrollWidth; }")
    first, caption, box = (
        one.bounding_box() or {}
        for one in (table.locator("tbody td").first, table.locator("caption"), table)
    )
    assert abs(first["x"] - box["x"]) <= 1
    assert box["x"] - 1 <= caption["x"]
    assert caption["x"] + caption["width"] <= box["x"] + box["width"] + 1
    assert wrapped == {}


@pytest.mark.parametrize("width", [375, 1280])
def test_no_table_and_no_code_is_cut_off(site: Site, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    cut = {}
    names = {
        f"{part}.html"
        for part in ("book/choices", "book/re-running", "notebooks/audit", "notebooks/policy")
    }
    for name in sorted({*names, *some(site.pages, 3, width)}):
        page.goto(site.url(name))
        if found := page.evaluate(CUT):
            cut[name] = found
    assert cut == {}


def test_a_wide_table_has_its_long_texts_below_its_rows(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(site.url("notebooks/audit.html"))
    rows = page.locator("#tab-audit-runs tbody tr")
    row = rows.first
    expect(row.locator(".below").first).not_to_be_visible()
    assert max(height for _, height in rows.evaluate_all(SIZE)) < 150
    row.get_by_role("button", name="More on").click()
    expect(row.get_by_role("button", name="Contest the row")).to_be_visible()
    assert row.locator("[data-label='Source']").is_visible()


def test_a_figure_stands_close_to_its_heading_though_code_was_run_between(
    site: Site, page: Page
) -> None:
    page.goto(site.url("notebooks/large-scale-models.html"))
    gap = page.locator("#every-rule-points-the-same-way").evaluate(GAP)
    page.locator("#show-code").check()
    assert 20 < gap < 60 < page.locator("#every-rule-points-the-same-way").evaluate(GAP)


def test_one_switch_shows_all_code(site: Site, browser: Browser) -> None:
    for script in (True, False):
        page = browser.new_page(java_script_enabled=script)
        page.goto(site.url("notebooks/policy.html"))
        assert not page.locator(".code-fold").first.is_visible()
        page.locator("#show-code").check()
        assert all(fold.is_visible() for fold in page.locator(".code-fold").all())
        page.close()


COLOURED = """() => Object.fromEntries([...CSS.highlights].map(([name, ranges]) => [name,
  [...ranges].map((range) => range.startContainer.data.slice(range.startOffset, range.endOffset))]))"""


def test_python_is_coloured_when_its_code_is_shown_and_not_before(site: Site, page: Page) -> None:
    page.goto(site.url("notebooks/policy.html"))
    assert page.evaluate(COLOURED) == {}
    page.locator("#show-code").check()
    page.wait_for_function("() => CSS.highlights.size")
    coloured = page.evaluate(COLOURED)
    assert {"import", "def", "return"} <= {*coloured["code-word"]} <= {*keyword.kwlist}
    assert all(text.startswith("#") for text in coloured["code-comment"])
    for kind in ("code-text", "code-number"):
        assert coloured[kind]
        for text in coloured[kind]:
            ast.parse(text, mode="eval")


def test_code_is_copied_also_where_the_newer_way_is_refused(site: Site, page: Page) -> None:
    page.goto(site.url("book/re-running.html"))
    page.evaluate("void (navigator.clipboard.writeText = async () => { throw new Error(); })")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.get_by_role("searchbox").first.focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_role("searchbox").first).to_have_value("make book")


def test_what_a_sentence_points_at_shows_beside_it(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(site.url("notebooks/policy.html"))
    page.locator("main p a.reference[href*='#fig-']").first.focus()
    tip = page.locator("[role=tooltip]")
    expect(tip).to_contain_text("rents enough computing for")
    page.wait_for_function("document.querySelector('#tip img').naturalWidth > 0")
    page.locator("main p a.reference[href='#id21']").or_(
        page.locator("main p a[data-tip]")
    ).first.hover()
    expect(tip).to_contain_text("20")
    page.close()
    page = browser.new_page(has_touch=True, is_mobile=True, viewport={"width": 375, "height": 800})
    page.goto(site.url("notebooks/policy.html"))
    page.locator("main p a.reference[href*='#fig-']").first.tap()
    expect(page.locator("[role=tooltip]")).to_have_count(0)
    page.close()


def test_every_part_has_one_name_and_the_page_of_choices_is_short(site: Site, page: Page) -> None:
    page.goto(site.url("book/choices.html"))
    assert page.evaluate("document.documentElement.scrollHeight") < 4500
    page.goto(site.url("index.html"))
    named = page.locator(".part-title").all_inner_texts()
    for name in some(site.chapters, 4, 4):
        page.goto(site.url(name))
        assert page.locator(".contents-part").all_inner_texts() == named, name
        assert page.locator(".kicker").inner_text().partition(" · ")[0] in named, name


COVERS = """(svg) => {
  const inside = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')]
    .map((text) => [text, getComputedStyle(text).opacity !== '0', text.getBoundingClientRect()])
    .map(([text, shown, box]) => ({ says: text.textContent, shown, box }))
    .filter(({ says, shown, box }) => says.trim() && shown && box.width > 0);
  const out = (box) => box.left < inside.left - 2 || box.right > inside.right + 2
    || box.top < inside.top - 2 || box.bottom > inside.bottom + 2;
  const covers = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.35 * Math.min(a.height, b.height);
  const pairs = texts.flatMap((one, at) => texts.slice(at + 1).map((other) => [one, other]));
  return [
    ...texts.filter(({ box }) => out(box)).map(({ says }) => `cut off: ${says}`),
    ...pairs.filter(([one, other]) => covers(one.box, other.box)).map(([one, other]) => `${one.says} / ${other.says}`),
  ];
}"""


def test_no_text_of_a_picture_covers_another_or_is_cut_off(site: Site, page: Page) -> None:
    problems = []
    every = sorted((site.root / "figures").rglob("*.svg"))
    pictures = [path for path in every if not path.stem.endswith(("-dark", "-page"))]
    for path in some(pictures, 25, 5):
        page.set_content(
            f"<!doctype html><body style='margin:40px'>{path.read_text(encoding='utf-8')}</body>"
        )
        found = page.locator("svg").first.evaluate(COVERS)
        problems += [f"{path.relative_to(site.root)}: {one}" for one in found]
    assert len(pictures) > 10
    assert problems == []

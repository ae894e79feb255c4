"""Every page in a real browser: it fits, says no error, asks no other host, and works in the ways people open it."""

from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from book.browsing import STRICT, Heard, Site, packed, serve
from sampling import count, some

pytestmark = pytest.mark.heavy

SCROLLS = ".chart, pre, .table-scroll, .pst-scrollable-table-container, .math-block, .visually-hidden, svg"
WIDER = """(scrolls) => [...document.querySelectorAll('main *, header *')]
  .filter((part) => part.getBoundingClientRect().right > innerWidth + 1 && !part.closest(scrolls))
  .slice(0, 3).map((part) => part.tagName + '.' + part.className)"""
KEYS = """(rows, column) => rows.map((row) => row.cells[column])
  .map((cell) => parseFloat((cell.dataset.key ?? cell.textContent).replace(/,/g, '')))
  .filter((key) => !Number.isNaN(key))"""


@pytest.mark.parametrize("width", [1280, 375])
def test_every_page_fits_says_no_error_asks_no_other_host_and_works_under_a_strict_policy(
    site: Site, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    problems = []
    with serve(site.root, STRICT) as strict:
        heard = Heard(strict)
        heard.listen(page)
        for name in some(site.pages, 6, width):
            page.goto(f"{strict}/{name}")
            page.evaluate("window.bookpress?.drawAll?.()")
            page.wait_for_load_state("networkidle")
            size = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            if size[0] > size[1]:
                problems.append(
                    f"{name}: {size[0]} px wide on a screen of {size[1]}: {page.evaluate(WIDER, SCROLLS)}"
                )
            problems += [f"{name}: no alternative"] * page.locator(
                "img:not([alt]), main img[alt='']"
            ).count()
            problems += [f"{name}: stays a picture"] * page.locator(
                ".chart[data-chart]:not([data-state=live])"
            ).count()
            problems += heard.take(name)
    assert len(site.pages) > 10
    assert problems == []


def test_without_scripts_every_figure_shows_its_picture(site: Site, browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    seen = 0
    for name in some(site.chapters, 4, 1):
        page.goto(site.url(name))
        for figure in page.locator("figure.chart-figure").all():
            picture = figure.locator(".only-light img")
            picture.scroll_into_view_if_needed()
            expect(picture).to_be_visible()
            box = picture.bounding_box()
            assert box is not None
            assert box["width"] > 300, name
            assert figure.locator(".only-dark img").is_hidden(), name
            seen += 1
        assert page.locator("#mode").is_hidden(), name
    page.close()
    assert seen > count(3, 10)


def test_pages_opened_as_files_work(site: Site, page: Page) -> None:
    heard = Heard("file:")
    heard.listen(page)
    problems = []
    for name in some(site.pages, 6, 2):
        page.goto((site.root / name).as_uri())
        problems += heard.take(name)
    page.goto((site.root / "notebooks/large-scale-models.html").as_uri())
    _come_near(page)
    expect(page.locator(".chart[data-state=live] svg").first).to_be_visible()
    page.goto((site.root / "search.html").as_uri() + "?q=doubling")
    expect(page.locator("#search-results a").first).to_be_visible()
    problems += heard.take("live")
    assert problems == []


def test_no_page_runs_a_script_that_is_not_a_file_of_the_book(site: Site, page: Page) -> None:
    for path in site.root.rglob("*.html"):
        assert "content=\"script-src 'self' file:; object" in path.read_text("utf-8"), path
    for address in ((site.root / "index.html").as_uri(), site.url("index.html")):
        page.goto(address)
        page.evaluate("""() => {
          const image = document.createElement("p");
          image.innerHTML = "<img src=x onerror='window.ran = 1'>";
          const script = Object.assign(document.createElement("script"), { textContent: "window.ran = 2" });
          document.body.append(image, script);
        }""")
        page.wait_for_function("document.body.lastChild.previousSibling.firstChild.complete")
        assert page.evaluate("window.ran") is None
        page.evaluate(
            "setTimeout(() => { try { window.ran = new Function('return 3')() } catch (e) { window.refused = e.name } })"
        )
        page.wait_for_function("window.refused === 'EvalError'")


def _come_near(page: Page) -> None:
    page.mouse.move(200, 200, steps=2)
    page.locator(".chart").first.scroll_into_view_if_needed()


def test_charts_come_alive_when_a_reader_comes_near_and_are_read_mark_by_mark(
    site: Site, page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.url("notebooks/large-scale-models.html"))
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if url.endswith("vega.js")]
    _come_near(page)
    expect(page.locator(".chart").first).to_have_attribute("data-state", "live")
    expect(page.locator(".chart .still img").first).to_be_hidden()
    assert [url for url in asked if url.endswith("vega.js")]
    chart = page.locator(".chart[data-state=live]").first
    chart.locator("svg").focus()
    ends = []
    for key in ("ArrowLeft", "End"):  # the first way back leads to the last mark
        page.keyboard.press(key)
        ends.append(chart.locator("[aria-live]").inner_text())
    assert ends[0] == ends[1]
    said = []
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        said.append(chart.locator("[aria-live]").inner_text())
        expect(page.locator("#tip")).to_have_text(said[-1])
    assert len(set(said)) == 3
    assert all(":" in text for text in said)
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).to_have_count(0)


def test_a_long_table_sorts_by_the_number_behind_the_cell(site: Site, page: Page) -> None:
    page.goto(site.url("notebooks/large-scale-models.html"))
    page.locator(".tool-data").first.evaluate("(fold) => { fold.open = true; }")
    table = page.locator("table.sortable").first
    header = table.locator("th.number").last
    header.locator("button").press("Enter")
    column = header.evaluate("(cell) => cell.cellIndex")
    rising = table.locator("tbody tr").evaluate_all(KEYS, column)
    assert rising == sorted(rising)
    assert header.get_attribute("aria-sort") == "ascending"
    header.locator("button").press("Enter")
    assert table.locator("tbody tr").evaluate_all(KEYS, column) == sorted(rising, reverse=True)


ALL_ROWS = """(name) => Number(document.getElementById(name).dataset.rows)"""


def test_the_rows_of_a_long_table_come_when_a_reader_asks_for_them(site: Site, page: Page) -> None:
    for address in (
        site.url("notebooks/audit.html"),
        (site.root / "notebooks/audit.html").as_uri(),
    ):
        page.goto(address)
        table = page.locator("#tab-audit-runs")
        rows = page.evaluate(ALL_ROWS, "tab-audit-runs")
        assert table.locator("tbody tr").count() < 30 < rows
        page.locator(".table-search input").last.fill("gpt-4")
        expect(table.locator("tbody tr")).to_have_count(rows)
        row = table.locator("tbody tr:visible").first
        expect(row).to_contain_text("GPT-4")
        row.locator(".card-more").click()
        expect(row.locator(".contest-row")).to_be_visible()
        more = page.locator(".later-rows a").first
        more.focus()
        more.press("Enter")
        every = page.locator("#tab-audit-changes tbody tr")
        expect(every).to_have_count(page.evaluate(ALL_ROWS, "tab-audit-changes"))
        assert page.evaluate("document.activeElement.tagName") == "TR"


def test_without_scripts_a_link_leads_to_all_rows_of_a_long_table(
    site: Site, browser: Browser
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(site.url("notebooks/audit.html"))
    said = page.locator(".later-rows").last.inner_text()
    page.locator(".later-rows a").last.click()
    expect(page).to_have_url(site.url("figures/audit/tab-audit-runs.html"))
    expect(page.locator("tbody tr")).to_have_count(int(said.split(" rows")[0].split()[-1]))
    page.locator(".alone-from a").first.click()
    expect(page).to_have_url(site.url("notebooks/audit.html#tab-audit-runs"))
    page.close()


def test_the_contents_open_and_close_on_a_phone(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(site.url("notebooks/large-scale-models.html"))
    opener = page.locator("#open-contents")
    opener.click()
    expect(page.locator("#book_contents")).to_have_class("book-contents open")
    assert opener.get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.activeElement.id") == "close-contents"
    page.keyboard.press("Escape")
    expect(page.locator("#book_contents")).to_have_class("book-contents")
    assert page.evaluate("document.activeElement.id") == "open-contents"


def test_in_the_dark_the_dark_picture_shows_and_colours_that_a_reader_chose_stay(
    site: Site, browser: Browser
) -> None:
    for script in (True, False):
        page = browser.new_page(color_scheme="dark", java_script_enabled=script)
        page.goto(site.url("notebooks/large-scale-models.html"))
        assert page.locator(".only-dark").first.is_visible()
        assert page.locator(".only-light").first.is_hidden()
        page.close()
    page = browser.new_page()
    page.goto(site.url("index.html"))
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    for _ in range(2):
        page.locator("#mode").click()
    dark = page.evaluate(paper)
    assert dark != light
    page.goto(site.url("notebooks/introduction.html"))
    assert page.evaluate(paper) == dark
    page.close()


@pytest.mark.parametrize(
    ("words", "place"), [("doubling time", "Glossary"), ("vintage", ""), ("who trains", "")]
)
def test_search_finds_and_leads_to_the_place(
    site: Site, page: Page, words: str, place: str
) -> None:
    page.goto(site.url("index.html"))
    page.locator("#search_book").fill(words)
    page.keyboard.press("Enter")
    first = page.locator("#search-results a").first
    expect(first).to_be_visible()
    assert place in page.locator("#search-results li").first.inner_text()
    first.click()
    page.wait_for_load_state()
    assert words.split(maxsplit=1)[0] in page.locator("main").inner_text().lower()
    page.goto(site.url("search.html?q=xylophone"))
    expect(page.locator(".found-count")).to_have_text("No places")


QUESTIONS = {
    "China": {"machines", "diffusion"},
    "H100": {"machines", "causes"},
    "NAIRR": {"remedies"},
    "interpretability": {"scrutiny"},
    "Stanford": {"large-scale-models"},
    "cost of GPT-4": {"policy", "causes", "training-compute"},
    "DeepSeek": {"diffusion"},
    "open source": {"diffusion"},
    "how many GPUs do universities have": {"machines"},
    "GPU shortage": {"training-compute", "machines", "causes"},
    "confidence interval": {"glossary", "robustness"},
    "interpretablity": {"scrutiny"},
    "universitys machines": {"machines"},
}
"""What readers asked, and the pages that answer it."""


def test_search_leads_readers_questions_to_a_page_that_answers_them(site: Site, page: Page) -> None:
    lost = {}
    for question, answers in QUESTIONS.items():
        page.goto(f"{site.url('search.html')}?q={question}")
        expect(page.locator(".found-count")).to_be_visible()
        links = page.locator(".found li a").evaluate_all("(all) => all.map((one) => one.href)")
        first = [urlsplit(link).path.rpartition("/")[2].removesuffix(".html") for link in links[:3]]
        if not answers & {*first}:
            lost[question] = first
    assert lost == {}


def test_search_says_what_it_read_a_mistyped_word_as_and_in_which_chapter(
    site: Site, page: Page
) -> None:
    page.goto(site.url("search.html?q=interpretablity"))
    expect(page.locator(".found-count")).to_contain_text("interpretability")
    expect(page.locator(".found-page").first).to_contain_text("Chapter ")
    found = page.locator(".found-page", has_text="figure")
    expect(found.first).to_be_visible()  # by a label of its chart
    page.goto(site.url("search.html?q=GPU+zeppelin"))
    expect(page.locator(".found-count")).to_contain_text("does not have “zeppelin”")


def test_search_marks_whole_words_and_says_how_many_places_it_shows(site: Site, page: Page) -> None:
    page.goto(site.url("search.html?q=chips"))
    expect(page.locator(".found-count")).to_contain_text("places, of which these are the first 60")
    expect(page.locator(".found li")).to_have_count(60)
    words = page.locator("mark").evaluate_all("(all) => all.map((mark) => mark.textContent)")
    assert {word.lower() for word in words} == {"chip", "chips"}


def test_without_scripts_no_field_of_search_stands_dead(site: Site, browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(site.url("search.html"))
    expect(page.locator("noscript a")).to_be_visible()
    for field in ("#search_book", "#search-words"):
        expect(page.locator(field)).to_be_hidden()
    page.close()


def test_terms_and_numbers_explain_themselves(site: Site, page: Page) -> None:
    page.goto(site.url("notebooks/robustness.html"))
    term = page.locator("a.term").first
    term.focus()
    expect(page.locator("[role=tooltip]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[role=tooltip]")).to_have_count(0)
    number = page.locator(".value-result[data-tip]").first
    number.hover()
    expect(page.locator("[role=tooltip]")).to_have_text(number.get_attribute("data-tip") or "?")


def test_on_paper_pictures_are_light_and_tools_stay_behind(site: Site, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(site.url("notebooks/large-scale-models.html"))
    page.evaluate("window.bookpress.drawAll()")
    page.emulate_media(media="print")
    page.locator(".only-light").first.wait_for()  # it is loaded only now
    for hidden in (".live", ".figure-tools", ".bar", ".book-contents"):
        assert page.locator(hidden).first.is_hidden(), hidden


FIRST_KB = 130
PACKED = (".woff2", ".png", ".pdf", ".zip")


def test_no_first_visit_weighs_more_than_its_limit(site: Site, browser: Browser) -> None:
    weights = {}
    for name in some(site.pages, 5, 6):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        asked: set[str] = set()
        page.on(
            "request",
            lambda request, asked=asked: asked.add(unquote(urlsplit(request.url).path).lstrip("/")),
        )
        page.goto(site.url(name))
        page.wait_for_load_state("networkidle")
        page.close()
        files = [site.root / path for path in asked]
        sizes = [
            file.stat().st_size if file.name.endswith(PACKED) else len(packed(file))
            for file in files
        ]
        weights[name] = sum(sizes) / 1000
    assert {name: kb for name, kb in weights.items() if kb > FIRST_KB} == {}

"""States of the real book on its pages: each shows what a build with its values shows, and goes without a trace."""

import shlex
import shutil
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from reasons import faults
from states import applied, expect_same, misplaced_marks, script, states

from book.browsing import SHIFT, STRICT, WATCH, Heard, barriers, serve
from book.conftest import command, copy_of_checkout, shrink
from book.showing import ARTICLE, READ, chapter, differing, read
from bookpress.assembly.published import build_lock
from bookpress.book.project import Project
from bookpress.chapter.types.allowed import as_text
from bookpress.terminal.progress import Reporter
from sampling import LONG

pytestmark = pytest.mark.heavy

SINGLES, PAIRS = (30, 10) if LONG else (1, 0)
"""States of one choice and of two that are held against builds of their printed commands."""


@pytest.fixture(scope="module")
def explored(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the book, explored: of all of it in the long run, of one chapter otherwise."""
    folder = tmp_path_factory.mktemp("explored") / "book"
    with build_lock(Project.at(checkout), Reporter()):
        if LONG:
            shutil.copytree(checkout, folder, symlinks=True)
        else:
            shrink(copy_of_checkout(folder, checkout), "machines:universities_n", ["machines"])
    command(folder, "explore", "--yes")
    return folder


def _drawn(numbers: list[int]) -> list[int]:
    """Return the places of a seeded sample, by how many choices each state has."""
    order = np.random.default_rng(16).permutation(len(numbers))
    singles = [int(at) for at in order if numbers[at] == 1]
    pairs = [int(at) for at in order if numbers[at] > 1]
    return [*singles[:SINGLES], *pairs[:PAIRS]]


def test_marks_are_the_sentences_whose_comparison_is_false_and_reasons_say_why(
    explored: Path,
) -> None:
    editions = explored / "_build/editions"
    found = {}
    for folder in sorted((editions / "default/html/states").iterdir()):
        slug = folder.name
        page = (editions / f"default/html/notebooks/{slug}.html").read_text("utf-8")
        for name, state in states(editions, slug):
            body = "\n".join(applied(page, state["blocks"]))
            wrong = misplaced_marks(f"<div>{body}</div>", slug, state["fallen"])
            untrue = [reason for holds, reason, _ in state["fallen"].values() if holds is False]
            wrong += [fault for reason in untrue for fault in faults(reason)]
            found[slug, str(state["choice"]), name] = wrong
    assert found
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_states_show_what_builds_show(explored: Path, browser: Browser) -> None:
    editions = explored / "_build/editions"
    slugs = sorted(path.name for path in (editions / "default/html/states").iterdir())
    every = [(slug, name, state) for slug in slugs for name, state in states(editions, slug)]
    listed = [script(editions / f"default/html/states/{slug}/index.js") for slug in slugs]
    shown = [
        row["id"]
        for index in listed
        for rows in (*index["choices"].values(), index["pairs"])
        for row in rows
    ]
    assert {*shown} - {index["published"] for index in listed} == {name for _, name, _ in every}
    drawn = _drawn([len(state["choice"]) for _, _, state in every])
    page, strict = (browser.new_page(viewport={"width": 1280, "height": 900}) for _ in range(2))
    with serve(explored / "_build/editions/default/html", STRICT) as address:
        heard = Heard(address)
        heard.listen(strict)
        for slug, edition, state in (every[at] for at in drawn):
            command(explored, *shlex.split(state["command"])[1:])
            expect_same(editions, slug, edition, state)
            choice = state["choice"]
            asked = {name: as_text(value) for name, value in choice.items()}
            built = read(page, chapter(explored, edition, slug))
            opened = read(page, f"{chapter(explored, 'default', slug)}?{urlencode(asked)}")
            assert differing(opened, built) == [], (slug, choice)
            strict.goto(f"{address}/notebooks/{slug}.html")
            strict.evaluate(READ)
            before = strict.evaluate(ARTICLE)
            for one in asked.items():
                strict.evaluate("([name, value]) => bookpress.choose(name, value)", list(one))
            assert differing(strict.evaluate(READ), built) == [], (slug, choice)
            strict.get_by_role("button", name="Back to the published edition").click()
            expect(strict.locator(".state-strip")).to_be_hidden()
            assert strict.evaluate(ARTICLE) == before, (slug, choice)
        assert heard.take("strict") == []


def test_what_is_shown_stays_where_another_state_cannot_be_loaded(
    explored: Path, page: Page
) -> None:
    strip = page.locator(".state-strip")
    with serve(explored / "_build/editions/default/html") as address:
        page.goto(f"{address}/notebooks/machines.html?gpu_count=recorded")
        expect(strip).to_contain_text("as recorded")
        page.route("**/pack-*.js", lambda route: route.abort())
        page.evaluate("void bookpress.choose('last_list', '2022')")
        expect(strip).to_contain_text("What is shown stays.")
        expect(strip).to_contain_text("as recorded")
        assert page.url.endswith("?gpu_count=recorded")


def test_citing_a_state_on_a_phone_arrives_though_its_charts_come_on_the_way(
    explored: Path, browser: Browser
) -> None:
    phone = browser.new_page(viewport={"width": 375, "height": 760}, has_touch=True, is_mobile=True)
    with serve(explored / "_build/editions/default/html") as address:
        phone.goto(f"{address}/notebooks/machines.html?gpu_count=recorded")
        phone.locator(".state-strip a[href='#cite-this-chapter']").tap()
        expect(phone.locator(".chart[data-state=live]").first).to_be_attached()
        phone.wait_for_function(
            "Math.abs(document.getElementById('cite-this-chapter').getBoundingClientRect().top) < 200"
        )
    phone.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_a_state_fits_has_no_barrier_and_its_charts_take_keys(
    explored: Path, page: Page, scheme: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert read(page, f"{chapter(explored, 'default', 'machines')}?gpu_count=theirs")["charts"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    chart = page.locator(".restated .chart svg").first
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tip")).to_be_visible()
    page.keyboard.press("Escape")
    assert barriers(page) == []


def test_a_page_opened_in_a_state_does_not_move_and_loads_only_what_is_read(
    explored: Path, page: Page
) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.add_init_script(WATCH)
    with serve(explored / "_build/editions/default/html", pieces=10) as address:
        page.goto(f"{address}/notebooks/machines.html?gpu_count=recorded", wait_until="networkidle")
        # All owners on one scale, and the same as areas.
        expect(page.locator(".restated .chart")).to_have_count(2)
        assert page.evaluate("window.shift ?? 0") <= SHIFT
        assert (
            page.evaluate("typeof vegaEmbed") == "undefined"
        )  # what draws charts comes when a reader begins

"""States, as files and on the page: each is the page of a build with its values; the published one comes back whole."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from processes import edit, environment, new_home, press, wait_for
from states import expect_same, record, script, states

from book.browsing import Heard, serve
from book.showing import ARTICLE, READ, chapter, differing, read
from bookpress.chapter.quotes import id_of
from bookpress.files import tree
from sampling import some

EDITIONS = "_build/editions"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, explored: Path) -> Path:
    """Return a copy of the second book, explored."""
    return shutil.copytree(explored, tmp_path_factory.mktemp("states") / "book", symlinks=True)


def test_the_index_lists_every_value_with_the_headline_under_it(home: Path) -> None:
    folder = home / "_build/editions/default/html/states"
    planets, moons = (script(folder / slug / "index.js") for slug in ("planets", "moons"))
    assert planets["published"] == record(home / EDITIONS, "default")["id"]
    assert (planets["headline"], moons["headline"]) == ("exponent", "error")
    fallen = [(row["value"], row["fallen"] > 0) for row in planets["choices"]["group"]]
    assert fallen == [("all", False), ("inner", True), ("outer", True)]
    assert [row["value"] for row in moons["choices"]["power"]] == [1.3, 1.5, 1.7]


@pytest.mark.heavy
def test_every_statement_knows_under_which_choices_it_holds(home: Path) -> None:
    found = json.loads(press(home, "statements", "--robustness", "--json"))
    for slug, of in found.items():
        every = [state for _, state in states(home / EDITIONS, slug)]
        for key, sure in of.items():
            turning = [state["choice"] for state in every if turns(state, key)]
            single = [choice for choice in turning if len(choice) == 1]
            told = [state["choice"] for state in sure["falls"]]
            assert sorted(map(str, told)) == sorted(map(str, single))
            assert sure["holds"] == sure["of"] - len({name for choice in told for name in choice})
    assert found["planets"]["many"]["falls"][0]["choice"] == {"group": "inner"}
    html = home / "_build/editions/default/html"
    page = (html / "notebooks/moons.html").read_text()
    mark = r'<a class="sureness" href="../book/sentences.html#planets-many"[^>]*>falls if the group is inner or outer</a>'
    assert re.search(mark, page)
    assert "planets:many" in press(home, "statements", "--robustness")
    said = press(home, "statements", "inner", "--robustness", code=2)
    assert "--robustness is of the edition 'default' alone" in said


def turns(state: Any, key: str) -> bool:
    holds, _, kind = state["fallen"].get(key, (True, "", ""))
    return holds is False and kind == "sentence"


def test_sentences_are_listed_by_chapter_with_their_numbers_and_are_searched(
    home: Path, page: Page
) -> None:
    found = json.loads(press(home, "statements", "--robustness", "--json"))
    page.goto((home / "_build/editions/default/html/book/sentences.html").as_uri())
    listed = page.locator(".sentences li").evaluate_all("(all) => all.map((one) => one.id)")
    tested = {f"{slug}-{id_of(key)}" for slug, of in found.items() for key in of if of[key]["of"]}
    assert sorted(listed) == sorted(tested)
    assert page.locator(".sentences details[open]").count() == 0
    page.get_by_label("Show only sentences that contain").fill("five antiquity")
    expect(page.locator(".sentences li:visible")).to_have_count(1)
    expect(page.locator(".sentences li:visible")).to_contain_text("falls if the group is inner")
    assert "…" not in page.locator(".sentences").inner_text()
    page.goto(page.url + "#planets-many")
    expect(page.locator("#planets-many")).to_be_visible()


@pytest.mark.heavy
def test_an_edition_built_without_states_has_no_page_of_them(
    tmp_path: Path, explored: Path
) -> None:
    home = new_home(tmp_path / "book", explored)
    press(home, "build")
    html = home / "_build/editions/default/html"
    assert not (html / "book/sentences.html").exists()
    for path in html.rglob("*.html"):
        assert "sureness" not in path.read_text()


@pytest.mark.heavy
def test_what_is_forked_has_one_thread_and_ends_with_whoever_asks(home: Path) -> None:
    asks = """
import sys, threading, psutil
from pathlib import Path
from bookpress.chapter.quotes import id_of
from bookpress.book.project import Project
from bookpress.states.warm import warm_book
edition = Path("_build/editions/default").resolve()
with warm_book(Project.at(Path()), edition / "source", edition / "html"):
    [forked] = [one for one in psutil.Process().children() if one.name() != "sh"]  # which clears up
    print(forked.pid, forked.num_threads(), flush=True)
    sys.stdin.read()
"""
    how: dict[str, Any] = {"cwd": home, "env": environment(home), "text": True}
    with subprocess.Popen(
        [sys.executable, "-c", asks], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **how
    ) as asking:
        assert asking.stdout
        forked, threads = map(int, asking.stdout.readline().split())
        assert threads == 1
        asking.kill()
    wait_for(lambda: not psutil.pid_exists(forked))
    wait_for(lambda: not list((home / "_build").glob("cd-*")))  # nothing is left aside either


@pytest.fixture
def another(tmp_path: Path, explored: Path) -> Path:
    """Return a copy of the explored book that a test may change."""
    return shutil.copytree(explored, tmp_path / "book", symlinks=True)


@pytest.mark.heavy
def test_states_go_with_their_edition_and_the_same_command_goes_on_where_it_was_killed(
    another: Path,
) -> None:
    cache, pages = another / "_build/cache", another / "_build/editions/default/html"
    before = sorted(pages.glob("states/*/*.js"))
    assert [path.name for path in before] == ["index.js", "pack-0.js"] * 2
    press(another, "build")
    assert sorted(pages.glob("states/*/*.js")) == before
    edit(another / "index.md", "Far planets", "The far planets")
    press(another, "build")
    assert "not explored" in press(another, "statements", "--robustness", code=2)
    shutil.rmtree(cache)
    how: dict[str, Any] = {
        "cwd": another,
        "env": environment(another),
        "stderr": subprocess.DEVNULL,
    }
    command = [sys.executable, "-m", "bookpress", "explore", "moons", "--jobs", "1"]
    with subprocess.Popen(command, **how) as exploring:
        wait_for(lambda: len(list(cache.glob("*.json"))) >= 2)
        exploring.kill()
    done = {path: path.stat().st_mtime_ns for path in cache.glob("*.json")}
    assert len(done) < 7
    assert not (pages / "states").exists()
    assert "sureness" not in (pages / "notebooks/moons.html").read_text()
    press(another, "explore", "moons")
    assert {path: path.stat().st_mtime_ns for path in done} == done
    press(another, "explore", "planets")
    assert sorted(pages.glob("states/*/*.js")) == before


@pytest.mark.heavy
def test_a_chapter_that_shows_other_figures_under_a_value_is_refused(another: Path) -> None:
    before = (another / "_build/editions/default/html/index.html").read_bytes()
    edit(
        another / "notebooks/planets.md",
        "\nlaw(planets)",
        "\nlaw(planets) if group != 'inner' else None",
    )
    said = press(another, "explore", "planets", code=1)
    assert "planets group=inner: lacks fig-law" in said
    assert "group=outer: " not in said
    assert (another / "_build/editions/default/html/index.html").read_bytes() == before


@pytest.mark.heavy
def test_states_and_formats_stay_as_long_as_the_edition(another: Path) -> None:
    pages = another / EDITIONS / "default/html"
    before = tree(pages / "states")
    assert before
    press(another, "build", "--format", "html,epub")
    assert tree(pages / "states") == before
    assert list(pages.glob("epub/*.epub"))
    press(another, "statements", "--robustness")
    timings = another / EDITIONS / "default/timings.json"
    before_again = timings.stat().st_mtime_ns
    press(another, "explore")  # there is nothing to do
    assert timings.stat().st_mtime_ns == before_again
    said = json.loads(press(another, "statements", "--json"))
    assert said["planets"]["many"]["overturned"].startswith("It falls if the group is inner")
    press(another, "build")
    press(another, "build", "--force")
    assert tree(pages / "states") == before
    assert list(pages.glob("epub/*.epub"))
    edit(another / "index.md", "Far planets", "All far planets")
    said = press(another, "build", whole=True)
    assert "is built again without its choices (`bookpress explore` makes them) and epub (" in said
    assert not (pages / "epub").exists()
    assert not (pages / "states").exists()


@pytest.mark.heavy
def test_it_says_what_it_would_do_and_asks_before_much(tmp_path: Path, explored: Path) -> None:
    home = new_home(tmp_path / "book", explored)
    assert press(home, "explore", "--dry-run") == ""
    assert not (home / "_build/cache").exists()
    assert "did you mean moons" in press(home, "explore", "moon", code=2)
    edit(home / "orbits/choices.py", '{"by": [-0.2, 0.2]}', "[n / 1000 for n in range(1, 1101)]")
    assert "1,105 runs are more than 1,000: say --yes" in press(home, "explore", code=2)
    assert not (home / "_build/cache").exists()


@pytest.mark.heavy
@pytest.mark.parametrize(("slug", "number"), [("planets", 1), ("moons", 2)])
def test_each_state_shows_what_a_build_shows_and_goes_without_a_trace(
    home: Path, page: Page, slug: str, number: int
) -> None:
    heard = Heard("file:")
    heard.listen(page)
    found = sorted(states(home / EDITIONS, slug), key=lambda one: str(one[1]["choice"]))
    assert len(found) > number
    for edition, state in some(found, number, 0):
        choice = state["choice"]
        press(home, *state["command"].split()[1:])
        expect_same(home / EDITIONS, slug, edition, state)
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
    expect(page.locator("body > [role=status]")).to_contain_text("1 sentence turns")
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
    page.evaluate(
        "Promise.all(['inner', 'outer', 'inner', 'outer'].map((group) => bookpress.choose('group', group)))"
    )
    expect(page.locator(".choice b").first).to_have_text("outer")
    assert page.evaluate(READ) == read(page, chapter(home, "default", "planets") + "?group=outer")
    before = page.goto(chapter(home, "default", "planets")) and page.evaluate(ARTICLE)
    page.goto(chapter(home, "default", "planets") + "?group=<b>dwarf")
    expect(page.locator(".state-strip")).to_contain_text(
        "There is no such value: Group: <b>dwarf. Allowed: all, inner, outer."
    )
    assert page.evaluate(ARTICLE) == before
    page.get_by_role("button", name="Close").click()
    assert "group" not in page.url


@pytest.mark.parametrize("value", ["abc", "1e9", "-1", "1e400", "1.5 or more"])
def test_a_number_that_the_command_would_refuse_has_no_command(
    home: Path, page: Page, value: str
) -> None:
    page.goto(chapter(home, "default", "moons") + f"?power={value}")
    strip = page.locator(".state-strip")
    expect(strip).to_contain_text(f"There is no such value: Power: {value}. Allowed: ")
    expect(strip.locator("pre")).to_have_count(0)
    said = press(home, "build", "-p", f"moons.power={value}", code=2)
    assert strip.inner_text().partition("Allowed: ")[2].partition(". You")[0] in said


def test_a_state_offers_its_own_files_by_command(home: Path, page: Page) -> None:
    page.goto(chapter(home, "default", "planets") + "?group=outer")
    expect(page.locator(".state-strip")).to_contain_text("Group: outer")
    expect(page.locator("#this-chapter .as-published")).to_have_text(
        "These files belong to the published edition. This command makes those of the version "
        "you see: bookpress build -p planets.group=outer"
    )


def test_two_quick_choices_are_taken_together_and_what_is_not_made_has_its_command(
    home: Path, page: Page
) -> None:
    page.goto(chapter(home, "default", "moons") + "?power=1.23")
    expect(page.locator(".state-strip")).to_contain_text("not among the states made")
    expect(page.locator(".state-strip pre code")).to_have_text(
        "bookpress build -p moons.power=1.23"
    )
    page.get_by_role("button", name="Close").click()
    page.evaluate(
        "void Promise.all([bookpress.choose('moon', 'Io'), bookpress.choose('power', '1.3')])"
    )
    strip = page.locator(".state-strip")
    expect(strip).to_contain_text("Power: 1.3. The other choice is as published again.")
    expect(strip.locator("details[open] pre code")).to_have_text(
        "bookpress build -p moons.moon=Io -p moons.power=1.3"
    )


class Withheld:
    """Files that a page asks for and gets when a test says so."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._page = page
        self._asked: list[Route] = []
        self._is_given = False
        page.route(pattern, self._hold)

    def _hold(self, route: Route) -> None:
        if self._is_given:
            route.continue_()
        else:
            self._asked.append(route)

    def wait(self) -> None:
        """Wait until the page asks for one."""
        while not self._asked:
            self._page.wait_for_timeout(50)

    def give(self, answer: Callable[[Route], None] = Route.continue_) -> None:
        """Give what was asked for, and what will be."""
        self._is_given = True
        for route in self._asked:
            answer(route)


def test_who_goes_back_before_a_choice_is_loaded_stays_where_the_address_says(
    home: Path, page: Page
) -> None:
    with serve(home / "_build/editions/default/html") as address:
        page.goto(f"{address}/notebooks/planets.html")
        packs = Withheld(page, "**/pack-*.js")
        page.evaluate("void bookpress.choose('group', 'inner')")
        packs.wait()
        page.go_back()
        with page.expect_response("**/pack-*.js"):
            packs.give()
        page.wait_for_timeout(200)
        expect(page.locator("#chapter_choices")).not_to_have_attribute("aria-busy", "true")
        assert "group" not in page.url
        expect(page.locator(".state-strip")).to_be_hidden()
        expect(page.locator("input[value=all]")).to_be_checked()


def test_a_second_choice_is_not_lost_when_the_first_is_loaded_before_both(
    home: Path, page: Page
) -> None:
    html = home / "_build/editions/default/html"
    index = script(html / "states/moons/index.js")
    index["pairs"] = [{"choice": {"moon": "Io", "power": 1.3}, "pack": 1, "id": "both"}]
    pack = script(html / "states/moons/pack-0.js")
    pack["states"] = {"both": next(iter(pack["states"].values()))}
    answers = {"index": index, "pack-1": pack}

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2].removesuffix(".js")
        body = f"bookpress.state({json.dumps(name)},{json.dumps(answers[name])});\n"
        route.fulfill(body=body, content_type="text/javascript")

    with serve(html) as address:
        page.goto(f"{address}/notebooks/moons.html")
        page.route("**/states/moons/index.js", answer)
        first = Withheld(page, "**/states/moons/pack-0.js")
        page.evaluate("void bookpress.choose('moon', 'Io')")
        first.wait()
        both = Withheld(page, "**/states/moons/pack-1.js")
        page.evaluate("void bookpress.choose('power', '1.3')")
        both.wait()
        with page.expect_response("**/pack-0.js"):
            first.give()
        page.wait_for_timeout(200)
        both.give(answer)
        expect(page.locator(".state-strip")).to_contain_text("Power: 1.3")
        expect(page.locator(".state-strip")).to_contain_text("Moon: Io")


def test_a_chart_that_still_loads_when_a_choice_is_made_is_drawn_after_the_way_back(
    home: Path, page: Page
) -> None:
    with serve(home / "_build/editions/default/html") as address:
        charts = Withheld(page, "**/figures/planets/*.js")
        page.goto(f"{address}/notebooks/planets.html")
        figure = page.locator("#fig-law .chart")
        page.mouse.move(90, 90, steps=2)
        figure.scroll_into_view_if_needed()
        charts.wait()
        page.evaluate("void bookpress.choose('group', 'inner')")
        expect(page.locator("#fig-law .restated-chart")).to_have_count(1)
        page.evaluate("void bookpress.drawAll()")
        charts.give()
        expect(figure).to_have_attribute("data-state", "live")
        page.get_by_role("button", name="Back to the published edition").click()
        expect(page.locator(".state-strip")).to_be_hidden()
        expect(figure).to_have_attribute("data-state", "live")
        assert figure.evaluate("(box) => box.contains(box.view.container())")


def test_new_blocks_have_data_tips_and_what_was_published(home: Path, page: Page) -> None:
    page.goto(chapter(home, "default", "planets") + "?group=inner")
    page.mouse.move(
        90, 90, steps=2
    )  # a reader who begins: until then what lies below the screen is not drawn
    figure = page.locator("#fig-law")
    expect(figure.locator(".chart")).to_have_attribute("data-state", "live")
    figure.get_by_text("Data", exact=True).click()
    rows = figure.locator(".data-table tbody tr")
    expect(rows).to_have_count(4)
    page.locator(".standfirst [data-tip]").hover()
    expect(page.locator("#tip")).to_be_visible()
    page.goto(chapter(home, "default", "moons") + "?moon=Callisto")
    expect(page.locator("p.restated .was").last).to_have_text(" published: 3.6 days")
    assert page.locator(".cite-box .restated, [data-part].restated").count() == 0
    assert page.locator(".cite-box .cite-copy").count() > 0


def test_without_scripts_strips_stand_as_a_table_and_no_control_is_dead(
    home: Path, browser: Browser
) -> None:
    plain = browser.new_page(java_script_enabled=False)
    plain.goto(chapter(home, "default", "planets"))
    plain.locator(".choice summary").first.click()
    table = plain.get_by_role("table").first
    expect(table).to_be_visible()
    assert table.locator("tbody th").all_inner_texts() == ["all published", "inner", "outer"]
    assert plain.locator("#chapter_choices :is(input, button, select)").count() == 0
    expect(plain.locator(".no-scripts")).to_contain_text("shown by a script")
    plain.close()

"""A chapter that moved into another: its names are followed there, and its old addresses lead on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from observed import new_observed
from playwright.sync_api import Browser, Page, expect
from processes import edit, press

from book.browsing import STRICT, barriers, serve
from bookpress.book.project import Project
from bookpress.book.renamed import FILE, Renamed, under_present_names, values_now
from bookpress.edition.editions import Edition

Say = Callable[..., tuple[int, str, str]]
TABLE = """
third:
  moved: first
  results: {total: number, half: second:number}
  statements: {fell: big}
  parameters: {sheet: table, start: years_first, times: second:factor}
  sections: {counts: first}
  dropped: {colour: nothing is drawn any more}
"""


@pytest.fixture
def merged(book: Project) -> Project:
    """Return the tiny book, into the first chapter of which a third one moved."""
    edit(
        book.root / "notebooks/first.md", "Some text.", "Text. {holds}`big = above_value(value, 0)`"
    )
    write(book, TABLE)
    return book


def write(book: Project, table: str) -> None:
    path = book.data / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(table)


# ---- The table ----

WRONG = [
    ("a: {moved: 'B c'}", ": a.moved: 'B c'; allowed: the name of a chapter"),
    ("a: {moved: 3}", ": a.moved: 3 is no text; put it in quotes"),
    ("a: {moved: b, sections: {x: b c}}", ": a.sections: x is 'b c'; allowed: a place on the page"),
    ("a: {moved: b, sections: [x]}", ": a.sections: ['x']; allowed: old names, each with a place"),
    ("a: {sections: {x: y}}", "only a chapter that moved has sections: say where with `moved`"),
    ("a: {move: b}", ": a: no entry 'move'; did you mean moved?"),
    ("a: {figures: {fig-x: b c}}", ": a.figures: fig-x is 'b c'; allowed: a place on the page"),
    ("a: {figures: {x: y}}", ": a.figures: 'x' is not a figure; allowed: fig-name"),
    ("a: {moved: b, figures: {fig-x: y}}", "figures of a chapter that moved go among its sections"),
]


@pytest.mark.parametrize(("table", "message"), WRONG)
def test_a_table_that_is_not_in_order_is_refused_in_one_line(
    said: Say, book: Project, table: str, message: str
) -> None:
    write(book, table)
    code, out, error = said("build")
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert error.startswith(f"error: data/{FILE}")
    assert message in error


@pytest.mark.heavy
@pytest.mark.usefixtures("quick")
def test_names_and_places_that_there_are_not_are_found(said: Say, merged: Project) -> None:
    code, out, error = said("check")
    assert (code, out) == (0, ""), error
    results = {"third": {"total": {}, "lost": {}}}
    facts = {"date": "2026-01-01", "id": "0" * 12, "parameters": {}, "parts": {}}
    released = {**facts, "results": results}
    (merged.data / "released/1.json").write_text(json.dumps({"default": released}))
    write(
        merged,
        "second:\n  moved: first\n"
        "fourth:\n  moved: frist\n  results: {a: number}\n"
        "third:\n  moved: first\n  results: {total: numbr}\n  statements: {fell: bigger}\n"
        "  parameters: {sheet: tables}\n"
        "  sections: {counts: frist, dots: second#secnd, lines: thrid#x}\n",
    )
    _, out, _ = said("check")
    assert out.replace(f"data/{FILE}:", "").splitlines() == [
        "2: second: moved: there still is a chapter of this name",
        "4: fourth: moved: no chapter 'frist'; did you mean first?",
        "6: third: lost: version 1 has this result: say what it is now, or why it is gone",
        "8: third: total: the chapter 'first' publishes no result 'numbr'; did you mean number?",
        "9: third: fell: the chapter 'first' publishes no statement 'bigger'; did you mean big?",
        "10: third: sheet: chapter first has no parameter 'tables'; did you mean table?",
        "11: third: counts: no place 'frist' in 'first'; did you mean first?",
        "11: third: dots: no place 'secnd' in 'second'; did you mean second?",
        "11: third: lines: no chapter 'thrid'; there are: first, second",
    ]
    write(merged, "third: {moved: frist}")
    _, out, _ = said("check")
    assert out == f"data/{FILE}:1: third: moved: no chapter 'frist'; did you mean first?\n"
    write(merged, "third: {moved: first, sections: {counts: frist}}")
    _, out, _ = said("check")
    assert ":1: third: counts: no place 'frist' in 'first'; did you mean first?\n" in out


KEYS = st.sampled_from("abcd")
VALUES = st.dictionaries(KEYS, st.integers(), min_size=1)


@given(
    st.permutations("abcd").map(lambda order: dict(zip("abc", order, strict=False))), VALUES, VALUES
)
def test_what_the_chapter_itself_had_stays_and_the_rest_arrives(
    names: dict[str, str], old: dict[str, int], own: dict[str, int]
) -> None:
    table = Renamed.model_validate({"old": {"moved": "new", "results": names, "parameters": names}})
    for found in (
        under_present_names(table, "results", {"old": old, "new": own}),
        values_now(table, {"old": old, "new": own}),
    ):
        assert found["new"].items() >= own.items()
        assert found["old"] == {key: old[key] for key in old.keys() - names.keys()}
        for key in old.keys() & names.keys() - own.keys():
            assert names[key] in found["new"]
        assert found["new"].keys() == own.keys() | {names[key] for key in old.keys() & names.keys()}


def test_two_chapters_that_came_together_had_the_same_parameter() -> None:
    ends = {"first": "years.first", "last": "years.last"}
    table = Renamed.model_validate(
        {"a": {"moved": "b", "parameters": ends}, "b": {"parameters": ends}}
    )
    used = {"a": {"first": 2010, "last": 2012}, "b": {"first": 2015, "last": 2018}}
    assert values_now(table, used) == {"a": {}, "b": {"years": "2015-2018"}}


# ---- What is asked for ----


def test_values_are_given_by_the_name_of_the_old_chapter(
    said: Say, merged: Project, edition: Callable[..., Edition]
) -> None:
    asked = edition("default", "third.sheet=b", "third.start=2011", "third.times=3")
    assert (
        asked.id
        == edition("default", "first.table=b", "first.years_first=2011", "second.factor=3").id
    )
    assert asked.values["second"]["table"] == "a"
    _, _, error = said("run", "first", "-p", "third.sheet=b")
    assert "note: third.sheet is now first.table\n" in error
    folder = merged.root / "book/editions"
    (folder / "old.yml").write_text("title: x\nparameters: {third: {sheet: b, times: 2}}\n")
    assert edition("old").values["first"]["table"] == "b"
    assert edition("old").values["second"]["factor"] == 2


REFUSED = [
    (("run", "third"), "no chapter 'third' any more: it is now part of first"),
    (("build", "--chapters", "third"), "no chapter 'third' any more: it is now part of first"),
    (("build", "-p", "third.x=1"), "third.x: no chapter 'third' any more: it is now part of first"),
    (("build", "-p", "third.colour=1"), "third.colour: nothing is drawn any more"),
    (("build", "-p", "third.sheet=c"), "third.sheet: c is not allowed; allowed: a, b"),
    (
        ("build", "-p", "third.sheet=b", "-p", "first.table=b"),
        "third.sheet and first.table are one parameter: give only table",
    ),
]


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_what_is_wrong_is_said_in_one_line(
    said: Say, merged: Project, words: tuple[str, ...], message: str
) -> None:
    code, out, error = said(*words)
    assert (code, out, error) == (2, "", f"error: {message}\n")


# ---- What was released, and built ----

RESULT = {"value": 1.0, "low": None, "high": None, "k": None, "n": None, "unit": "count"}


def old_facts(edition: Edition) -> dict[str, Any]:
    """Return an edition as it was when the third chapter still was one."""
    third = {"sheet": "a", "start": 2010, "times": 1.0}
    said = {"total": 4.0, "half": 1.0, "colour": 3.0}
    return {
        "id": "0" * 12,
        "parts": {**edition.parts, "chapters": "x"},
        "parameters": {**edition.values, "third": third},
        "date": "2026-01-01",
        "results": {
            "third": {key: {**RESULT, "value": value, "label": key} for key, value in said.items()}
        },
    }


CHECKED = [
    ("third:total=1", 0, "third:total (now first:number) stands: 1"),
    ("third:total=4", 1, "third:total (now first:number) is revised: it was 4 in 1 (default), and"),
    ("third:half=1", 0, "third:half (now second:number) stands: 1"),
    ("third:colour=3", 1, "third:colour is withdrawn: it was 3 in 1 (default); why: nothing is dr"),
    ("third:never=3", 2, "third:never is not known as 3: no release has such a result"),
]


@pytest.mark.parametrize(("reference", "code", "words"), CHECKED)
def test_a_number_is_looked_for_where_it_is_now(
    said: Say,
    merged: Project,
    edition: Callable[..., Edition],
    reference: str,
    code: int,
    words: str,
) -> None:
    facts = json.dumps({"default": old_facts(edition())}, default=dict)
    (merged.data / "released/1.json").write_text(facts)
    ended, out, error = said("cite", "--check", reference)
    assert (ended, error) == (code, "")
    assert out.startswith(words)


def test_an_older_edition_is_compared_with_the_chapters_of_today(
    said: Say, merged: Project, edition: Callable[..., Edition]
) -> None:
    facts = old_facts(edition())
    folder = merged.editions / ("0" * 12)
    folder.mkdir(parents=True)
    fell = {"holds": False, "because": "then", "marks": []}
    files = {
        "edition": {**facts, "name": "0" * 12, "title": "Old", "command": "x"},
        "results": facts["results"],
        "statements": {"third": {"fell": fell}},
    }
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content, default=dict))
    code, out, error = said("compare", "0" * 12, "default", "--json")
    assert code == 0, error
    found = json.loads(out)
    assert found["parameters"] == []
    values = {
        f"{change['chapter']}:{change['key']}": change["one"] and change["one"]["value"]
        for change in found["results"]
    }
    assert values == {"first:number": 4.0, "second:number": 1.0, "third:colour": 3.0}
    [turn] = found["statements"]
    assert (turn["chapter"], turn["key"]) == ("first", "big")
    assert (turn["one"]["holds"], turn["other"]["holds"]) == (False, True)


# ---- Its addresses ----

COMETS = """
planets:
  figures: {fig-orbits: fig-law, fig-far: moons#near-far}
comets:
  moved: moons
  results: {error: error, fit: planets:exponent}
  parameters: {seen_first: seen.first, seen_last: seen.last, satellite: moon, which: planets:group}
  sections:
    tails: near-far
    far-planets: planets#far-planets
    fig-law: planets#fig-law
    fig-tails: near-far
"""


def new_merged(folder: Path) -> None:
    """Write the second book, into whose chapters one on comets moved, with its states."""
    home = new_observed(folder)
    for name, title in (("planets", "Far planets"), ("moons", "Near & far")):
        with (home / f"notebooks/{name}.md").open("a") as file:
            file.write(f"\n## {title}\n\nText.\n")
    with (home / "data/released/renamed.yml").open("a") as file:
        file.write(COMETS)
    with (home / "book/publication.yml").open("a") as file:
        file.write("\nbase_url: https://example.org/orbits/\n")
    press(home, "explore")


@pytest.fixture(scope="module")
def site(made_once: Callable[..., Path]) -> Path:
    return made_once("merged", new_merged) / "_build/editions/default/html"


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html5lib")


def test_the_page_says_where_all_is_now(site: Path) -> None:
    page = soup(site / "notebooks/comets.html")
    said = " ".join(page.select_one(".moved-to").text.split())  # type: ignore[union-attr]
    assert said == "This chapter is now part of Moons and Planets."
    items = {str(item["id"]): item for item in page.select("li")}
    words = {old: " ".join(item.text.split()) for old, item in items.items()}
    assert words == {
        "tails": "Tails: Near & far, in “Moons”",
        "far-planets": "Far planets, in “Planets”",
        "fig-law": "Figure: Years grow as the distance to the power 1.50, in “Planets”",
        "fig-tails": "Figure: Near & far, in “Moons”",
    }
    links = {old: item.a["href"] for old, item in items.items() if item.a}
    assert links == {
        "tails": "moons.html#near-far",
        "far-planets": "planets.html#far-planets",
        "fig-law": "planets.html#fig-law",
        "fig-tails": "moons.html#near-far",
    }
    assert page.title is not None
    assert page.title.text.startswith("Comets has moved")
    canonical = page.select_one("link[rel=canonical]")
    assert canonical is not None
    assert canonical["href"] == "https://example.org/orbits/notebooks/moons.html"


def test_pages_of_its_figures_lead_on_too(site: Path) -> None:
    law = soup(site / "figures/comets/law.html").select_one(".moved-to a")
    tails = soup(site / "figures/comets/tails.html").select_one(".moved-to a")
    assert law is not None
    assert tails is not None
    assert law["href"] == "../planets/law.html"
    assert tails["href"] == "../../notebooks/moons.html#near-far"


def test_pages_of_figures_that_a_chapter_no_longer_has_lead_on(site: Path) -> None:
    for old, now in {"orbits": "law.html", "far": "../../notebooks/moons.html#near-far"}.items():
        page = soup(site / f"figures/planets/{old}.html")
        link = page.select_one(".moved-to a")
        assert link is not None
        assert link["href"] == now
        assert page.select_one("#its-sections") is None


def test_no_list_of_pages_has_them(site: Path) -> None:
    for name in ("notebooks/comets.html", "figures/comets/law.html"):
        assert '<meta name="robots" content="noindex">' in (site / name).read_text("utf-8")
    lists = ["sitemap.xml", "_static/search-text.js", "index.html", "notebooks/moons.html"]
    for name in lists:
        assert "comets.html" not in (site / name).read_text("utf-8")


LED = [
    ("", "notebooks/moons.html"),
    ("#tails", "notebooks/moons.html#near-far"),
    ("#far-planets", "notebooks/planets.html#far-planets"),
    ("#cite-this-chapter", "notebooks/moons.html#cite-this-chapter"),
    ("#constructor", "notebooks/moons.html#constructor"),
    ("?satellite=Io", "notebooks/moons.html?moon=Io"),
    ("?seen_last=2021&utm=1", "notebooks/moons.html?seen.last=2021&utm=1"),
    ("?satellite=Io#tails", "notebooks/moons.html?moon=Io#near-far"),
    ("?which=inner", "notebooks/planets.html?group=inner"),
    ("?satellite=Io&which=inner#far-planets", "notebooks/planets.html?group=inner#far-planets"),
    ("?constructor=1", "notebooks/moons.html?constructor=1"),
]


@pytest.mark.parametrize(("old", "now"), LED)
def test_with_scripts_an_address_leads_on(site: Path, page: Page, old: str, now: str) -> None:
    page.goto(f"{(site / 'notebooks/comets.html').as_uri()}{old}")
    page.wait_for_url(f"{site.as_uri()}/{now}")


def test_a_state_is_shown_where_it_is_now(site: Path, page: Page) -> None:
    page.goto(f"{(site / 'notebooks/comets.html').as_uri()}?seen_first=2018&seen_last=2021")
    expect(page.locator(".state-strip")).to_contain_text("Seen: 2018 to 2021.")
    page.get_by_role("button", name="Back").click()
    expect(page.locator(".state-strip")).to_be_hidden()
    assert page.url == (site / "notebooks/moons.html").as_uri()


def test_a_strict_host_serves_it_and_a_figure_leads_to_its_page(site: Path, page: Page) -> None:
    with serve(site, STRICT) as address:
        page.goto(f"{address}/notebooks/comets.html#far-planets")
        page.wait_for_url(f"{address}/notebooks/planets.html#far-planets")
        page.goto(f"{address}/figures/comets/law.html")
        page.wait_for_url(f"{address}/figures/planets/law.html")


def test_without_scripts_it_is_read_and_followed(site: Path, browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{(site / 'notebooks/comets.html').as_uri()}#tails")
    expect(page.locator("li:target")).to_have_text("Tails: Near & far, in “Moons”")
    page.locator("li:target a").click()
    page.wait_for_url(f"{(site / 'notebooks/moons.html').as_uri()}#near-far")
    page.close()


@pytest.mark.parametrize("name", ["notebooks/comets.html", "figures/comets/law.html"])
def test_everyone_can_read_it(site: Path, browser: Browser, name: str) -> None:
    browser_page = browser.new_context(viewport={"width": 375, "height": 900}).new_page()
    browser_page.route("**/moved.js*", lambda route: route.fulfill(body=""))  # so that it stays
    with serve(site) as address:
        browser_page.goto(f"{address}/{name}")
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= 375
        assert barriers(browser_page) == []
    browser_page.context.close()

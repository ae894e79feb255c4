"""Periods: one parameter, written alike wherever a parameter is, and a pair of years in the chapter."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from declared import read_parameters
from hypothesis import given
from hypothesis import strategies as st
from observed import new_observed
from playwright.sync_api import Page, expect
from processes import edit, environment, explore, left_over, press
from states import expect_same, states
from test_serving import Served

from book.showing import chapter
from bookpress.book.project import Project
from bookpress.chapter.declarations import Scope
from bookpress.chapter.parameters import Parameter, chapter_schema
from bookpress.chapter.periods import period_text, with_end
from bookpress.edition.editions import Edition, load_edition
from bookpress.elements.base.store import Store
from bookpress.elements.value.roles import value_text
from bookpress.errors import PressError
from bookpress.serve.live import control
from bookpress.states.states import states_of
from bookpress.states.sweeps.grid import read_grid
from bookpress.states.sweeps.sweep import plan_sweep
from holdtrue.estimates import Estimate
from holdtrue.periods import years_of

Say = Callable[..., tuple[int, str, str]]
YEARS = st.integers(1950, 2030)
PAIRS = st.tuples(YEARS, YEARS).map(lambda pair: (min(pair), max(pair)))
CELL = "late: Period = (2018, 2022)  # the late years"


def parameter(cell: str = CELL) -> Parameter:
    return read_parameters(cell, "notebooks/x.md", Scope("tiny_types"))[0]


@given(PAIRS)
def test_what_is_written_is_read_again(years: tuple[int, int]) -> None:
    assert years_of(period_text(years)) == years
    assert re.fullmatch(parameter().schema["pattern"], period_text(years))


@given(PAIRS)
def test_every_way_to_write_a_period_means_the_same(years: tuple[int, int]) -> None:
    known = parameter()
    first, last = years
    text = period_text(years)
    ways = [text, f"{first}-{last}", f" {first}–{last} ", json.dumps(years)]
    assert {known.parse(way) for way in ways} == {text}
    assert {known.check(value) for value in (text, [first, last], years)} == {text}
    assert known.check(known.check(text)) == text
    assert known.in_python(text) == years


@given(YEARS)
def test_a_year_alone_is_a_period_of_it(year: int) -> None:
    known = parameter()
    assert known.parse(str(year)) == known.check(year) == known.check([year, year]) == str(year)
    assert known.in_python(str(year)) == (year, year)


@given(PAIRS, YEARS)
def test_an_end_is_moved_alone(years: tuple[int, int], year: int) -> None:
    text = period_text(years)
    assert years_of(with_end(text, "first", year)) == (year, years[1])
    assert years_of(with_end(text, "last", year)) == (years[0], year)


WRONG = [
    ("2022-2018", "2022-2018 is not allowed: its first year comes after its last"),
    ("1900-2000", "1900-2000 is not allowed: 1900 is outside"),
    ("x", "x is not allowed: 'x' is not a period: give first and last year, such as 2020-2022"),
    ("[2018, 2022, 2023]", "[2018, 2022, 2023] is not a period"),
    ("[2018, true]", "its first year comes after its last"),
    ("null", "null is not allowed"),
    ("2018.5", "2018.5 is not allowed"),
    ("9" * 5000, "is not a period"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_no_period_is_refused_in_one_line(
    said: Say, observed: Project, text: str, message: str
) -> None:
    code, out, error = said("run", "first", "-p", f"late={text}")
    assert (code, out) == (2, "")
    assert error.startswith("error: late: ")
    assert message in error
    assert error.endswith("; allowed: first and last year from 1950 to 2030, as 2020-2022\n")
    assert error.count("\n") == 1
    assert len(error) < 320


@pytest.mark.parametrize("default", ["(2022, 2018)", "(1900, 2000)", "'x'", "(2018,)", "()"])
def test_a_default_that_is_no_period_is_refused(default: str) -> None:
    with pytest.raises(PressError, match=r"parameter late: the default .* is not allowed"):
        parameter(f"late: Period = {default}")


@pytest.fixture
def observed(book: Project) -> Project:
    """Return the tiny book, whose first chapter has a period, and a result and a statement on it."""
    path = book.root / "notebooks/first.md"
    edit(path, "import Factor, Limit, Names, Table, Year", "import Factor, Period, Table, Year")
    edit(path, "years_first: Year", f"{CELL}\nyears_first: Year")
    edit(path, "Some text.", "It took {result}`span` years, {years}`late`. {holds}`span > 0`")
    edit(path, " {holds}`span > 0`", " {holds}`above_value(span, 0)`")
    edit(path, "\nvalue = ", "\nspan = late[1] - late[0] + 1\nvalue = ")
    return book


def test_the_years_between_adjacent_periods_are_none() -> None:
    store = Store()
    page = store.page("notebooks/first")
    page.is_chapter = True
    years = {"gap.first": 2020, "gap.last": 2019}
    page.results = {name: Estimate(year, unit="year") for name, year in years.items()}
    text, _, missing = value_text("years", "first:gap", "value", store)
    assert (text, missing) == ("no value", "the period gap")


@pytest.mark.heavy
def test_a_chapter_is_run_with_it_however_it_is_written(said: Say, observed: Project) -> None:
    ways = ("late=2018-2020", "late=[2018, 2020]", "first.late=2018–2020", "late= 2018-2020")
    found = [said("run", "first", "--json", "-p", way) for way in ways]
    assert {json.loads(out)["first"]["span"]["value"] for _, out, _ in found} == {3.0}
    assert ["nothing has changed" in error for *_, error in found] == [False, True, True, True]
    _, out, _ = said("run", "first", "--json", "-p", "late=2020")
    assert json.loads(out)["first"]["span"]["value"] == 1.0
    values = observed.root.parent / "values.yml"  # a file in the book might be read by a cell
    for text in ("late: 2018-2020", "late: [2018, 2020]"):
        values.write_text(text)
        code, _, error = said("run", "first", "-f", str(values))
        assert (code, "nothing has changed" in error) == (0, True)


def test_it_is_listed_with_what_is_allowed(
    said: Say, observed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")  # so that no cell of the table is folded
    _, out, _ = said("params", "first")
    assert "2018-2022" in out
    assert "first and last year from 1950 to 2030, as 2020-2022" in out
    schema = json.loads(said("params", "first", "--json")[1])["first"]
    assert schema == chapter_schema(load_edition(observed).chapters[0].parameters)
    defaults = {name: one["default"] for name, one in schema["properties"].items()}
    jsonschema.validate({**defaults, "late": "2020"}, schema)
    for wrong in ("20-22", "x", [2018, 2020], 2018, "2018-2020-2022"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**defaults, "late": wrong}, schema)


@pytest.mark.parametrize("written", ["2018-2020", "[2018, 2020]", "'2018-2020'"])
def test_an_edition_has_it_as_text_or_as_list(
    observed: Project, edition: Callable[..., Edition], written: str
) -> None:
    path = observed.root / "book/editions/short.yml"
    path.write_text(f"title: Short\nparameters: {{first: {{late: {written}}}}}\n")
    made = edition("short")
    assert made.values["first"]["late"] == "2018-2020"
    assert edition("default", "late=2018-2020").id == made.id
    again = edition("default", "late=2018-2020").command
    assert again.endswith("build -p late=2018-2020")


def test_it_is_varied_in_a_sweep(observed: Project) -> None:
    def tried(*options: str) -> list[Any]:
        plan = plan_sweep(observed, "first", read_grid(options))
        assert f"-g {options[0]}" in plan.command or "[[" in options[0]
        return [values["late"] for values in plan.sets]

    assert tried("late=2018-2020,2019-2021") == ["2018-2020", "2019-2021"]
    assert tried("late=2018-2020,2019", "factor=1,2") == ["2018-2020"] * 2 + ["2019"] * 2
    assert tried("late=[[2018, 2020], [2019, 2021]]") == ["2018-2020", "2019-2021"]


@pytest.mark.heavy
def test_a_sweep_over_it_has_a_page_and_a_table(said: Say, observed: Project) -> None:
    code, out, error = said("sweep", "first", "-g", "late=2018-2020,2019-2022", "-y")
    assert code == 0, error
    table = Path(out.split()[1]).read_text()
    assert "1,2018-2020,span,3.0" in table
    assert "2019-2022" in Path(out.split()[1]).with_name("index.html").read_text()
    assert "late: x is not allowed" in said("sweep", "first", "-g", "late=2018,x")[2]


def test_a_shell_is_offered_how_it_is_written(
    said: Say, observed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_BOOKPRESS_COMPLETE", "complete_fish")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    offers = {}
    for typed in ("la", "late="):
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", f"bookpress run first -p {typed}")
        offers[typed] = {line.split("\t")[0] for line in said()[1].splitlines()}
    assert offers == {"la": {"late="}, "late=": {"late=2018-2022"}}


def test_either_end_is_explored(observed: Project) -> None:
    default = load_edition(observed)
    found = [state for state in states_of(default, default.chapters[0]) if "late" in state.choice]
    moved = {state.choice["late"]: state.steps for state in found}
    assert moved == dict.fromkeys(("2017-2022", "2018-2021", "2018-2023", "2019-2022"), 1)


def test_main_choices_of_different_kinds_are_explored_together(observed: Project) -> None:
    default = load_edition(observed)
    chapter = default.chapters[0]

    def pairs(*kinds: list[str]) -> list[dict[str, Any]]:
        found = states_of(default, chapter, kinds)
        return [dict(state.choice) for state in found if len(state.choice) > 1]

    assert pairs() == pairs(["late", "table"]) == []
    both = pairs(["late"], ["table"])
    assert len(both) == 4
    assert {"late": "2017-2022", "table": "b"} in both


def test_a_served_page_takes_it_as_text() -> None:
    hint = {"placeholder": "2020-2022", "title": parameter().allowed}
    assert control(parameter()) == {"input": {"type": "text", **hint}, "is_list": False}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, made_once: Callable[..., Path]) -> Path:
    """Return a copy of the second book with a period, explored."""
    made = made_once("observed", lambda folder: explore(new_observed(folder)))
    return shutil.copytree(made, tmp_path_factory.mktemp("periods") / "book", symlinks=True)


@pytest.mark.heavy
def test_its_states_are_what_builds_show(home: Path) -> None:
    editions = home / "_build/editions"
    found = [
        (name, state) for name, state in states(editions, "moons") if "seen" in state["choice"]
    ]
    assert len(found) == 4
    name, state = next(one for one in found if one[1]["choice"]["seen"] == "2018-2021")
    assert state["fallen"]["long"][0] is False
    assert state["command"].endswith("-p moons.seen=2018-2021")
    press(home, *state["command"].split()[1:])
    expect_same(editions, "moons", name, state)


def test_it_is_one_control_on_the_page(home: Path, page: Page) -> None:
    page.goto(chapter(home, "default", "moons"))
    control = page.locator(".choice", has_text="Seen")
    expect(control.locator("b")).to_have_text("2018 to 2022")
    control.locator("summary").click()
    page.get_by_role("radio", name="2018 to 2021").check()
    expect(page.locator(".state-strip")).to_contain_text("Seen: 2018 to 2021.")
    passage = page.locator("p.restated", has_text="It was seen in")
    expect(passage).to_contain_text("2018 to 2021")
    assert page.url.endswith("?seen=2018-2021")


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("text", "span"), [("2019-2021", 3), ("2020", 1), ("2022-2018", "its first year comes after")]
)
def test_papermill_puts_it_into_the_notebook_that_is_taken_away(
    home: Path, tmp_path: Path, text: str, span: Any
) -> None:
    notebook = home / "_build/editions/default/html/downloads/moons.ipynb"
    command = [sys.executable, "-m", "papermill", str(notebook), "out.ipynb", "-p", "seen", text]
    how: dict[str, Any] = {"cwd": tmp_path, "env": environment(home), "text": True}
    done = subprocess.run([*command, "--no-progress-bar"], capture_output=True, **how)
    cells = json.loads((tmp_path / "out.ipynb").read_text())["cells"]
    outputs = [one["data"] for cell in cells for one in cell.get("outputs", []) if "data" in one]
    found = [found for data in outputs for found in data.values() if "key" in found]
    if isinstance(span, int):
        assert [one["value"] for one in found if one["key"] == "span"] == [span]
    else:
        assert done.returncode != 0
        assert span in done.stderr


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    made = Served(home, environment(home))
    assert made.settled()["state"] == "built"
    made.get("__press__/controls")
    yield made
    started = made.family(1)
    made.end()
    assert left_over(started) == []


@pytest.mark.heavy
def test_a_reader_types_it_while_the_book_is_served(served: Served, page: Page) -> None:
    page.goto(f"{served.url}notebooks/moons.html?seen_first=2019")
    field = page.locator(".setting[data-name=seen] input[type=text]")
    expect(field).to_have_value("2019-2022", timeout=120_000)
    page.locator(".choice summary", has_text="Seen").click()
    field.fill("2011-2012")
    field.press("Enter")
    expect(page.locator(".state-strip")).to_contain_text("Seen: 2011-2012", timeout=120_000)
    assert page.url.endswith("?seen=2011-2012")
    field.fill("2012-2011")
    field.press("Enter")
    refused = page.locator(".setting[data-name=seen]").get_by_role("alert")
    expect(refused).to_contain_text("2012-2011 is not allowed: its first year comes after its last")

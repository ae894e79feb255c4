"""Names that were published and are others now: whoever uses an old one gets what it is now, and is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from observed import new_observed
from playwright.sync_api import Page, expect
from processes import edit, explore

from book.showing import chapter as address
from bookpress.assembly.build import build
from bookpress.book.chapters import Chapter
from bookpress.book.project import Project, Settings
from bookpress.book.renamed import (
    FILE,
    NOTHING,
    Name,
    Renamed,
    load_renamed,
    under_present_names,
    values_now,
)
from bookpress.edition.assignments import Assignment, resolve
from bookpress.edition.editions import Edition, load_edition
from bookpress.elements.base.templates import environment
from bookpress.errors import UsageError
from bookpress.files import pretty, sha256
from bookpress.release import released
from bookpress.release.site import PAGES
from bookpress.states.explore import states_to_explore
from bookpress.states.sweeps.grid import read_grid
from bookpress.states.sweeps.sweep import plan_sweep

Say = Callable[..., tuple[int, str, str]]
TABLE = """
first:
  results: {number: amounts.all, half: second:number}
  statements: {grew: 'above_value(amount,0)', fell: big}
  parameters: {years_first: years.first, years_last: years.last, sheet: table, times: second:factor}
  dropped: {gone: it counted what nobody asks for, colour: nothing is drawn any more}
"""
CELL = "years: Period = (2010, 2014)  # which years\n"


@pytest.fixture
def renamed(book: Project) -> Project:
    """Return the tiny book, the names of whose first chapter were others once."""
    path = book.root / "notebooks/first.md"
    edit(path, "import Factor, Limit, Names, Table, Year", "import Factor, Period, Table")
    first, last = (f"years_{end}: Year" for end in ("first", "last"))
    edit(path, f"{first} = 2010  # first year\n{last} = 2014  # last year\n", CELL)
    edit(path, "also: [number]", "also: [amounts.all]")
    edit(path, "number = Estimate", "amount = Estimate")
    edit(path, 'label="the number")\n', 'label="the number")\namounts = {"all": amount}\n')
    marks = "{holds}`big = above_value(amount, 0)` {holds}`above_value(amount, 0)`"
    edit(path, "Some text.", f"Some text. {marks}")
    write(book, TABLE)
    return book


def write(book: Project, table: str) -> None:
    path = book.data / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(table)


# ---- The table ----

WRONG = [
    ("[1]", " is a list: it contains chapters with their old names"),
    (
        "A b: {}",
        ": A b is not the name of a chapter; allowed: letters, digits, hyphens, points and underscores",
    ),
    ("a: [1]", ": a: [1]; allowed: moved, results, statements, parameters, sec"),
    ("a: {reslts: {x: y}}", ": a: no entry 'reslts'; did you mean results?"),
    ("a: {results: [x]}", ": a.results: ['x']; allowed: old names, each with a name or a path"),
    ("a: {results: {x: 3}}", ": a.results: x is 3; allowed: a name or a path such as odds.late"),
    ("a: {results: {x: b c}}", ": a.results: x is 'b c'; allowed: a name or a path"),
    ("a: {statements: {x: import y}}", ": a.statements: x is 'import y'; allowed: a name or a"),
    ("a: {parameters: {x: y.middle}}", "allowed: a name, or an end of a period such as early.fi"),
    ("a: {dropped: {x: ' '}}", ": a.dropped: x is ' '; allowed: why it is gone, in words"),
    ("a: {results: {1: x}}", "1 is no text; put it in quotes"),
    ("a:\n  results: {}\n  results: {}", "not plain YAML: line 3: results is given more than once"),
]


@pytest.mark.parametrize(("table", "message"), WRONG)
def test_a_table_that_is_not_in_order_is_refused_in_one_line(
    said: Say, book: Project, table: str, message: str
) -> None:
    write(book, table)
    code, out, error = said("build")
    assert (code, out) == (2, "")
    assert error.startswith(f"error: data/{FILE}")
    assert message in error
    assert error.count("\n") == 1
    code, out, _ = said("check")
    assert (code, out.count("\n")) == (1, 1)
    line = 3 if "line 3" in message else 1
    assert out.startswith(f"data/{FILE}:{line}: ")


@pytest.mark.heavy
@pytest.mark.usefixtures("quick")
def test_present_names_that_there_are_not_are_found(said: Say, renamed: Project) -> None:
    code, out, error = said("check")
    assert (code, out) == (0, ""), error
    write(
        renamed,
        "first:\n"
        "  results: {a: amount.all, amounts.all: x, b: third:x}\n"
        "  statements: {c: bigger}\n"
        "  parameters:\n    d: year\n    e: table.first\n    factor: table\n"
        "  dropped: {big: too small}\n",
    )
    _, out, _ = said("check")
    assert out.replace(f"data/{FILE}:", "").splitlines() == [
        "2: first: a: the chapter 'first' publishes no result 'amount.all'; did you mean amounts.all?",
        "2: first: amounts.all: the chapter 'first' publishes no result 'x'; there are: amounts.all",
        "2: first: amounts.all: the chapter still publishes a result of this name",
        "2: first: b: no chapter 'third'; there are: first, second",
        "3: first: c: the chapter 'first' publishes no statement 'bigger'; did you mean big?",
        "5: first: d: chapter first has no parameter 'year'; did you mean years?",
        "6: first: e: table is not a period: it has no first year",
        "7: first: factor: the chapter still has a parameter of this name",
        "8: first: big: the chapter still publishes a statement of this name",
    ]


def test_a_name_is_followed_and_one_that_is_gone_says_why(renamed: Project) -> None:
    table = load_renamed(renamed)
    assert table.now("results", Name("first", "number")) == ("first", "amounts.all")
    assert table.now("results", Name("first", "half")) == ("second", "number")
    assert table.now("statements", Name("first", "grew")).key == "above_value(amount, 0)"
    assert table.now("results", Name("first", "other")) == ("first", "other")
    assert table.now("results", Name("second", "number")) == ("second", "number")
    assert table.why_gone(Name("first", "gone")) == "it counted what nobody asks for"
    assert table.why_gone(Name("second", "gone")) == ""
    assert load_renamed(renamed) is table


KEYS = st.sampled_from("abcdef")
RENAMES = st.dictionaries(KEYS, st.sampled_from("uvwxyz"))


@given(RENAMES, st.dictionaries(KEYS, st.integers()))
def test_nothing_is_lost_under_present_names(names: dict[str, str], said: dict[str, int]) -> None:
    table = Renamed.model_validate({"one": {"results": names}})
    found = under_present_names(table, "results", {"one": said, "two": said})
    assert found["two"] == said
    assert set(found["one"]) == {names.get(key, key) for key in said}
    assert set(found["one"].values()) <= set(said.values())
    assert under_present_names(table, "results", found) == found
    assert under_present_names(NOTHING, "results", {"one": said}) == {"one": said}


def test_a_name_that_others_took_over_is_read_as_its_edition_meant_it() -> None:
    """Of old `a` became `b`, of old `b` became `c`: an edition that knows `a` means the old `b`."""
    table = Renamed.model_validate({"one": {"results": {"a": "b", "b": "c"}}})
    old, new = {"one": {"a": 1, "b": 2}}, {"one": {"b": 1, "c": 2}}
    assert under_present_names(table, "results", old) == new
    assert under_present_names(table, "results", new) == new


def test_two_ends_become_a_period_and_one_stays() -> None:
    ends = {"first": "years.first", "last": "years.last", "n_old": "n"}
    table = Renamed.model_validate({"one": {"parameters": ends}})
    values = {"one": {"first": 2010, "last": 2014, "n_old": 3, "x": "y"}, "two": {"first": 1}}
    now = {"one": {"years": "2010-2014", "n": 3, "x": "y"}, "two": {"first": 1}}
    assert values_now(table, values) == values_now(table, now) == now
    assert values_now(table, {"one": {"first": 2010}}) == {"one": {"first": 2010}}


# ---- What is asked for ----

YEARS = st.integers(1945, 2035)
BASE = st.tuples(st.integers(1950, 2030), st.integers(1950, 2030)).map(sorted)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Chapter:
    """Return a chapter with a period that was two parameters."""
    path = tmp_path_factory.mktemp("one") / "notebooks/one.md"
    path.parent.mkdir()
    cell = "```{code-cell} ipython3\n:tags: [parameters]\n\n"
    path.write_text(f"# One\n\n{cell}{CELL}```\n")
    (path.parents[1] / "_config.yml").write_text("title: One\n")
    ends = {"years_first": "years.first", "years_last": "years.last"}
    table = Renamed.model_validate({"one": {"parameters": ends}})
    settings = Settings(parameter_types="tiny_types")
    return Chapter("one", path, "notebooks/one", True, settings, lambda: table)


def value(chapter: Chapter, *asked: Assignment) -> str | None:
    """Return the period of a chapter; nothing where what is asked for is refused."""
    try:
        return str(resolve([chapter], [chapter], asked)["one"]["years"])
    except UsageError as error:
        return None if all("\n" not in problem for problem in error.problems) else str(error)


@given(first=YEARS, last=YEARS, is_text=st.booleans(), is_turned=st.booleans())
def test_an_old_pair_is_the_new_one(
    one: Chapter, first: int, last: int, is_text: bool, is_turned: bool
) -> None:
    given = {"years_first": first, "years_last": last}
    pair = [
        Assignment(None, name, str(year) if is_text else year, is_text)
        for name, year in given.items()
    ]
    new = Assignment(None, "years", f"{first}-{last}", is_text=True)
    assert value(one, *(pair[::-1] if is_turned else pair)) == value(one, new)


@given(base=BASE, year=YEARS, is_first=st.booleans())
def test_an_old_end_leaves_the_other_as_it_is(
    one: Chapter, base: list[int], year: int, is_first: bool
) -> None:
    end = Assignment(None, "years_first" if is_first else "years_last", str(year), is_text=True)
    file = Assignment(None, "years", base)
    made = f"{year}-{base[1]}" if is_first else f"{base[0]}-{year}"
    assert value(one, file, end) == value(one, Assignment(None, "years", made, is_text=True))
    published = f"{year}-2014" if is_first else f"2010-{year}"
    assert value(one, end) == value(one, Assignment(None, "years", published, is_text=True))


ASKED = [
    (("years_first=2012",), "2012-2014", "note: years_first is now the first year of years\n"),
    (
        ("first.years_last=2020",),
        "2010-2020",
        "note: first.years_last is now the last year of years\n",
    ),
    (("years_first=2015", "years_last=2015"), "2015", "note: years_first is now the first"),
]


@pytest.mark.parametrize(("asked", "years", "told"), ASKED)
def test_an_old_name_works_and_the_new_one_is_told(
    said: Say, renamed: Project, asked: tuple[str, ...], years: str, told: str
) -> None:
    options = [word for text in asked for word in ("-p", text)]
    code, old, error = said("run", "first", "--json", *options)
    assert code == 0
    assert error.startswith(told)
    assert error.count("note: ") == len(asked)
    code, new, error = said("run", "first", "--json", "-p", f"years={years}")
    assert (new, "nothing has changed" in error, "note" in error) == (old, True, False)


@pytest.mark.heavy
def test_other_old_names_work_too(said: Say, renamed: Project) -> None:
    _, out, error = said("run", "first", "--json", "-p", "sheet=b")
    assert error.startswith("note: sheet is now table\n")
    assert json.loads(out)["first"]["amounts.all"]["value"] == 2
    _, out, error = said("run", "second", "--json", "-p", "first.times=3")
    assert error.startswith("note: first.times is now second.factor\n")
    assert json.loads(out)["second"]["number"]["value"] == 3
    values = renamed.root / "values.yml"
    values.write_text("years_first: 2012\nsheet: b\n")
    _, out, error = said("run", "first", "--json", "-f", str(values), "-p", "years_last=2013")
    assert error.count("note: ") == 3
    assert json.loads(out)["first"]["amounts.all"]["value"] == 2


def test_a_name_means_in_each_chapter_what_it_is_there(
    renamed: Project, edition: Callable[..., Edition]
) -> None:
    made = edition("default", "years_first=2012")
    assert made.values["first"]["years"] == "2012-2014"
    assert made.values["second"]["years_first"] == 2012
    assert made.command.endswith("build -p years_first=2012 -p first.years=2012-2014")
    assert made.title.endswith("with years_first = 2012, first.years = 2012-2014")
    again = made.command.split(" -p ")[1:]
    assert edition("default", *again).id == made.id


REFUSED = [
    (
        ("years_first=x",),
        "years_first: x is not allowed as the first year of years; allowed: a year",
    ),
    (("years_first=1900",), "a year from 1950 to 2030"),
    (("years_first=2010-2012",), "2010-2012 is not allowed as the first year of years"),
    (("years_first=[2010]",), "is not allowed as the first year of years"),
    (("years_last=2009",), "first: years: 2010-2009 is not allowed: its first year comes after"),
    (("years_first=2012", "years=2010-2014"), "years_first and years are one parameter: give only"),
    (("first.years=2010", "first.years_last=2014"), "are one parameter: give only years"),
    (("sheet=b", "table=b"), "sheet and table are one parameter: give only table"),
    (("sheet=c",), "sheet: c is not allowed; allowed: a, b"),
    (("years_first=2011", "years_first=2012"), "years_first is given more than once: 2011, 2012"),
    (
        ("colour=red",),
        "chapter first has no parameter 'colour' any more: nothing is drawn any more",
    ),
]


@pytest.mark.parametrize(("asked", "message"), REFUSED)
def test_what_is_wrong_under_an_old_name_is_said_in_one_line(
    said: Say, renamed: Project, asked: tuple[str, ...], message: str
) -> None:
    options = [word for text in asked for word in ("-p", text)]
    code, out, error = said("run", "first", *options)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert error.startswith("error: ")
    assert message in error


def test_an_old_edition_file_is_the_new_one(
    said: Say, renamed: Project, edition: Callable[..., Edition]
) -> None:
    folder = renamed.root / "book/editions"
    (folder / "old.yml").write_text(
        "title: x\nparameters: {first: {years_first: 2012, years_last: 2013}, first.sheet: b}\n"
    )
    (folder / "new.yml").write_text("title: x\nparameters: {first: {years: 2012-2013, table: b}}\n")
    assert edition("old").values == edition("new").values
    assert edition("old").id == edition("new").id
    _, _, error = said("run", "first", "--edition", "old", "-p", "first.years_last=2015")
    assert (
        "note: book/editions/old.yml: first.years_first is now the first year of years\n" in error
    )
    assert (
        "nothing has changed" in said("run", "first", "-p", "years=2012-2015", "-p", "table=b")[2]
    )
    (folder / "both.yml").write_text(
        "title: x\nparameters: {first: {years_first: 2012, years: 2012-2013}}\n"
    )
    with pytest.raises(UsageError, match=r"first\.years_first and first\.years are one"):
        edition("both")


@pytest.mark.heavy
def test_an_old_name_is_varied_in_a_sweep(said: Say, renamed: Project) -> None:
    def planned(grid: str, *options: str) -> tuple[list[Any], str]:
        plan = plan_sweep(renamed, "first", read_grid(grid.split()), options)
        again = [word for word in plan.command.split()[3:] if "=" in word]
        assert plan.varied == ["years"]
        return [values["years"] for values in plan.sets], " ".join(again)

    ends = planned("years_last=2013,2014")
    assert ends == (["2010-2013", "2010-2014"], "years=2010-2013,2010-2014")
    both, _ = planned("years_first=2010,2012 years_last=2013,2014")
    assert both == ["2010-2013", "2010-2014", "2012-2013", "2012-2014"]
    with_an_end = planned("years_last=2013,2014", "years_first=2012", "factor=2")
    assert with_an_end == (["2012-2013", "2012-2014"], "years=2012-2013,2012-2014 factor=2")
    code, out, error = said("sweep", "first", "-g", "sheet=a,b", "-y")
    assert (code, error.count("note: sheet is now table\n")) == (0, 1), error
    assert Path(out.split()[1]).read_text().startswith("run,table,key")


def test_an_end_that_is_not_explored_is_that_of_the_published_edition(renamed: Project) -> None:
    published = renamed.root / "book/editions/default.yml"
    published.write_text("title: x\nparameters: {first: {years: 2011-2014}}\n")
    _, states, _ = states_to_explore(renamed, ["first"], read_grid(["years_last=2012,2013"]))
    tried = {state.edition.values["first"]["years"] for state in states}
    assert tried == {"2011-2012", "2011-2013", "2011-2014"}


BOTH = [
    ("-g years_last=2013 -g years=2010-2014", "years_last and years are one parameter"),
    ("-g years_last=2013 -p years=2010-2014", "years and years_last are one parameter"),
    ("-g years_last=2013 -p years_last=2014", "years_last is set with -p and varied with -g"),
    ("-g years_last=x", "years: 2010-x is not allowed: '2010-x' is not a period"),
    ("-g years_last=2009", "years: 2010-2009 is not allowed: its first year comes after its last"),
]


@pytest.mark.parametrize(("words", "message"), BOTH)
def test_what_is_wrong_with_a_sweep_is_said_in_one_line(
    said: Say, renamed: Project, words: str, message: str
) -> None:
    code, out, error = said("sweep", "first", *words.split())
    *notes, wrong = error.splitlines()
    assert (code, out, all(one.startswith("note: ") for one in notes)) == (2, "", True)
    assert wrong.startswith(f"error: {message}")


# ---- What was released ----

RESULT = {"value": 1.0, "low": None, "high": None, "k": None, "n": None, "unit": "count"}


def facts(book: Project, **results: float) -> dict[str, Any]:
    """Return what the ledger tells of an edition that was released under the old names, with these results."""
    now = load_edition(book)
    first = {"table": "a", "factor": 1.0, "years_first": 2010, "years_last": 2014}
    said = {key: {**RESULT, "value": one, "label": "the number"} for key, one in results.items()}
    return {
        "id": "0" * 12,
        "parts": dict(now.parts),
        "parameters": {**now.values, "first": first},
        "date": "2026-01-01",
        "results": {"first": said},
    }


def release(book: Project, **facts: Any) -> None:
    (book.data / "released/1.json").write_text(json.dumps({"default": facts}))


CHECKED = [
    ("first:number=1", 0, "first:number (now first:amounts.all) stands: 1\n"),
    ("first:amounts.all=1", 0, "first:amounts.all stands: 1\n"),
    ("first:half=1", 0, "first:half (now second:number) stands: 1\n"),
    (
        "first:half=4",
        1,
        "first:half (now second:number) is revised: it was 4 in 1 (default), and is 1",
    ),
    (
        "first:number=7",
        2,
        "first:number (now first:amounts.all) is not known as 7: 1 (default): 1; this book gives 1\n",
    ),
    (
        "first:gone=3",
        1,
        "first:gone is withdrawn: it was 3 in 1 (default); why: it counted what nobo",
    ),
    ("first:gone=5", 2, "first:gone is not known as 5: 1 (default): 3"),
    ("first:colour=5", 2, "first:colour is not known as 5: nothing is drawn any more"),
    ("first:never=5", 2, "first:never is not known as 5: no release has such a result"),
]


@pytest.mark.parametrize(("reference", "code", "words"), CHECKED)
def test_a_number_is_looked_for_under_its_present_name(
    said: Say, renamed: Project, reference: str, code: int, words: str
) -> None:
    release(renamed, **facts(renamed, number=1.0, half=4.0, gone=3.0))
    ended, out, error = said("cite", "--check", reference)
    assert (ended, error) == (code, "")
    assert out.startswith(words)


def test_parameters_that_only_have_another_name_are_no_reason(said: Say, renamed: Project) -> None:
    told = facts(renamed, number=4.0)
    release(renamed, **{**told, "parts": {**told["parts"], "chapters": "x"}})
    _, out, _ = said("cite", "--check", "first:number=4")
    assert out.endswith("it was 4 in 1 (default), and is 1; why: code\n")
    told["parameters"]["first"]["years_last"] = 2013
    release(renamed, **told)
    _, out, _ = said("cite", "--check", "first:number=4")
    assert out.endswith("why: parameters (years)\n")


def test_the_page_of_released_results_follows_them(renamed: Project) -> None:
    release(renamed, **facts(renamed, number=1.0, half=4.0, gone=3.0))
    found = released.fates(renamed, released.load_ledger(renamed))
    told = {one.released.name.key: (one.was, one.now) for one in found}
    assert told == {"number": ("1", "1"), "half": ("4", "1"), "gone": ("3", "")}
    template = environment(PAGES).get_template("fates.html")
    book = {"title": "Tiny", "in_html": ""}
    page = BeautifulSoup(template.render(fates=found, up="", book=book), "html5lib")
    changed, stand = page.select("table")
    rows = [" ".join(row.get_text(" ").split()) for row in changed.select("tbody tr")]
    assert "first:half , now second:number" in rows[0]
    assert rows[1].endswith("withdrawn it counted what nobody asks for")
    assert "first:number, now first:amounts.all" in stand.text


def test_the_same_number_under_both_names_is_told_once(renamed: Project) -> None:
    release(renamed, **facts(renamed, number=1.0))
    newer = facts(renamed, **{"amounts.all": 1.0})
    newer["date"] = "2026-02-01"
    newer["parameters"] = load_edition(renamed).values
    (renamed.data / "released/2.json").write_text(json.dumps({"default": newer}, default=dict))
    [fate] = released.fates(renamed, released.load_ledger(renamed))
    assert (fate.released.version, fate.released.name.key, fate.why) == ("1", "number", "")


def old_edition(book: Project) -> str:
    """Write an edition as it was built under the old names; return its id."""
    folder = book.editions / ("0" * 12)
    folder.mkdir(parents=True)
    told = facts(book, number=4.0, half=1.0, gone=3.0)
    marks: list[Any] = []
    files = {
        "edition": {**told, "name": told["id"], "title": "Old", "command": "x"},
        "results": told["results"],
        "statements": {
            "first": {
                "fell": {"holds": False, "because": "then", "marks": marks},
                "grew": {"holds": True, "because": "then", "marks": marks},
            }
        },
    }
    for name, content in files.items():
        (folder / f"{name}.json").write_text(pretty(content))
    return folder.name


def test_an_older_edition_is_compared_under_the_names_of_today(said: Say, renamed: Project) -> None:
    code, out, error = said("compare", old_edition(renamed), "default", "--json")
    assert code == 0, error
    found = json.loads(out)
    assert found["parameters"] == []
    values = {
        f"{one['chapter']}:{one['key']}": [
            side and side["value"] for side in (one["one"], one["other"])
        ]
        for one in found["results"]
    }
    labels = {"second:number"} & values.keys()  # it has another label, or is the same
    assert {key: values[key] for key in values.keys() - labels} == {
        "first:amounts.all": [4.0, 1.0],
        "first:gone": [3.0, None],
    }
    assert [
        (one["key"], one["one"]["holds"], one["other"]["holds"]) for one in found["statements"]
    ] == [("big", False, True)]
    code, out, error = said("compare", "default", "0" * 12)
    assert (code, "amounts.all" in out, "years_first" in out) == (0, True, False), error


def test_old_results_that_were_cited_are_verified_by_their_numbers(
    said: Say, renamed: Project
) -> None:
    told = facts(renamed, number=1.0)
    release(renamed, **told)
    sha = sha256(pretty(told["results"]).encode())
    code, out, _ = said("verify", "0" * 12, sha)
    assert (code, out.endswith("results equal\n")) == (0, True)
    assert said("verify", "0" * 12, "1" * 64)[0] == 1


# ---- Addresses ----


@pytest.mark.heavy
@pytest.mark.usefixtures("quick")
def test_a_page_knows_the_old_names_and_is_made_again_with_them(renamed: Project) -> None:
    write(renamed, "{}")
    page = build(renamed, load_edition(renamed)).folder / "html/notebooks/first.html"
    assert "data-renamed" not in page.read_text()
    assert not build(renamed, load_edition(renamed)).changed
    write(renamed, TABLE)
    built = build(renamed, load_edition(renamed))
    assert (built.changed, built.fresh) == (True, [])
    bar = BeautifulSoup(page.read_text(), "html5lib").select_one("#chapter_choices")
    assert bar is not None
    assert json.loads(str(bar["data-renamed"])) == {
        "years_first": ["years", "first"],
        "years_last": ["years", "last"],
        "sheet": ["table", ""],
    }


@pytest.fixture(scope="module")
def home(made_once: Callable[..., Path]) -> Path:
    """Return the second book with names that were others once, explored."""
    return made_once("observed", lambda folder: explore(new_observed(folder)))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("seen_first=2019", "Seen: 2019 to 2022."),
        ("seen_last=2021&seen_first=2018", "Seen: 2018 to 2021."),
        ("satellite=Io", "Moon: Io."),
        ("satellite=Io&utm=1&constructor=2", "Moon: Io."),
        ("seen_first=2011", "Seen: 2011-2022: this is not among the states"),
        (
            "seen_first=%3Cb%3E",
            "There is no such value: Seen: <b>-2022. Allowed: first and last year",
        ),
    ],
)
def test_an_old_address_shows_the_state_that_it_meant(
    home: Path, page: Page, query: str, shown: str
) -> None:
    page.goto(f"{address(home, 'default', 'moons')}?{query}")
    expect(page.locator(".state-strip")).to_contain_text(shown)
    page.get_by_role("button", name="Back").or_(page.get_by_role("button", name="Close")).click()
    expect(page.locator(".state-strip")).to_be_hidden()
    assert not {"seen", "satellite"} & {
        part.split("_")[0].split("=")[0] for part in page.url.split("?")
    }


def test_an_old_address_of_what_is_published_shows_that(home: Path, page: Page) -> None:
    page.goto(f"{address(home, 'default', 'moons')}?seen_first=2018&seen_last=2022")
    expect(page.locator("html")).not_to_have_class("asked")
    expect(page.locator(".state-strip")).to_be_hidden()


def test_what_is_cited_there_has_the_present_name(home: Path, page: Page) -> None:
    page.goto(f"{address(home, 'default', 'moons')}?seen_first=2019")
    expect(page.locator(".state-strip")).to_contain_text("Seen: 2019 to 2022.")
    [row] = page.locator(".cite-state .cite-differs tbody tr").all()
    assert row.locator("td").all_text_contents() == ["seen", "2019-2022", "2018-2022", "moons"]
    page.locator(".choice summary", has_text="Seen").click()
    page.get_by_role("radio", name="2018 to 2021").check()
    expect(page.locator(".state-strip")).to_contain_text("Seen: 2018 to 2021.")
    assert page.url.endswith("?seen=2018-2021")

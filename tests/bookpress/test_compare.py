"""Comparing editions: what differs, by which parameter, on the terminal, as JSON and as a page."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from processes import add_cell

from bookpress.assembly.build import build
from bookpress.book.project import Project
from bookpress.edition.editions import load_edition
from bookpress.run.runner import RunOptions
from bookpress.states.sweeps.compare import (
    EditionComparison,
    Side,
    compare,
    print_comparison,
    sides,
)


@pytest.fixture
def compared(book: Project) -> Callable[[str, str], EditionComparison]:
    return lambda one, other: compare(*sides(book, (one, other), RunOptions()))


@pytest.mark.heavy
def test_what_differs_is_named_with_its_parameters_and_never_stale(
    book: Project, compared: Callable[..., EditionComparison]
) -> None:
    comparison = compared("default", "other")
    assert [tuple(one.values()) for one in comparison.parameters] == [
        ("first", "table", "a", "b"),
        ("second", "table", "a", "b"),
        ("second", "factor", 1.0, 3.0),
    ]
    changes = [(one.chapter, one.key, one.parameters, one.size) for one in comparison.changes]
    assert changes == [
        ("first", "number", ["table"], ("up", "1")),
        ("second", "number", ["table", "factor"], ("up", "5")),
    ]
    told = json.loads(json.dumps(comparison.as_json()))
    assert [(one["one"]["value"], one["other"]["value"]) for one in told["results"]] == [
        (1.0, 2.0),
        (1.0, 6.0),
    ]
    assert told["editions"][1]["name"] == "other"
    (book.data / "b.csv").write_text("1\n")
    assert [change.chapter for change in compared("default", "other").changes] == ["second"]


def test_an_edition_is_the_same_as_itself(
    compared: Callable[..., EditionComparison], capsys: pytest.CaptureFixture[str]
) -> None:
    comparison = compared("other", "other")
    assert (comparison.changes, comparison.parameters, comparison.same) == ([], [], 2)
    print_comparison(comparison)
    assert "Results that differ: none of 2" in capsys.readouterr().out


def test_other_data_with_the_same_parameters_is_said_to_be_the_cause(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = {
        "value": 1.0,
        "low": None,
        "high": None,
        "k": None,
        "n": None,
        "unit": "",
        "label": "",
    }
    alike = [
        Side(str(value), str(value), "", {"a": {"p": 1}}, {"a": {"r": {**result, "value": value}}})
        for value in (1.0, 2.0)
    ]
    comparison = compare(*alike)
    assert comparison.changes[0].parameters == []
    print_comparison(comparison)
    shown = capsys.readouterr().out
    assert "other data or code" in shown
    assert "× 2" in shown
    assert "+ ×" not in shown, "a factor says the direction itself"
    labels = [
        replace(alike[0], results={"a": {"r": {**result, "label": label}}}) for label in ("x", "y")
    ]
    assert [change.size for change in compare(*labels).changes] == [("level", "only the label")]
    numbers = ({**result, "unit": "count"}, {**result, "value": 2.5})
    [change] = compare(*(replace(alike[0], results={"a": {"r": each}}) for each in numbers)).changes
    assert change.size == ("up", "1.5")
    alike[1] = replace(alike[1], own_rows="models: Mine")
    print_comparison(compare(*alike))
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "own rows" in shown
    assert "Mine" in shown
    assert "other data or code" not in shown


def test_statements_that_changed_side_are_named_with_both_reasons(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def statement(holds: bool | None) -> dict[str, Any]:
        return {
            "holds": holds,
            "because": f"reason {holds}",
            "marks": [{"sentence": "It fell."}] * 2,
        }

    stand = {
        "fell": (True, False),
        "same": (True, True),
        "told": (False, None),
        "gone": (True, ...),
    }
    one, other = (
        Side(
            str(at),
            str(at),
            "",
            {},
            {},
            "",
            {"a": {k: statement(v[at]) for k, v in stand.items() if v[at] is not ...}},
        )
        for at in (0, 1)
    )
    comparison = compare(one, other)
    assert [(turn.key, turn.words, turn.sentences) for turn in comparison.turns] == [
        ("fell", ["holds: reason True", "does not hold: reason False"], ["It fell."]),
        ("told", ["does not hold: reason False", "is unknown: reason None"], ["It fell."]),
        ("gone", ["holds: reason True", "not recorded"], ["It fell."]),
    ]
    assert [turn["key"] for turn in comparison.as_json()["statements"]] == ["fell", "told", "gone"]
    print_comparison(comparison)
    assert "3 statements changed side" in capsys.readouterr().out


OWN = """\
there = Path(os.environ["BOOKPRESS_DATA"], "own", "x.csv").exists()
own = Estimate(float(there), unit="count", label="own")
"""


@pytest.mark.heavy
def test_own_rows_make_another_edition_that_says_so_and_can_be_compared(
    book: Project, compared: Callable[..., EditionComparison]
) -> None:
    settings = book.root / "book" / "settings.yml"
    settings.write_text(f"{settings.read_text()}own: own\n")
    chapter = book.root / "notebooks/first.md"
    add_cell(chapter, OWN.rstrip())
    chapter.write_text(f"{chapter.read_text()}\nRows of my own: {{result}}`own`.\n")
    published = load_edition(book)
    (book.data / "own").mkdir()
    (book.data / "own" / "x.csv").write_text("name,value\nMine & <b>,1\n")
    own = load_edition(book)
    assert (own.is_default, own.id == published.id) == (False, False)
    comparison = compared("default", "default")
    assert [side.id for side in comparison.sides] == [published.id, own.id]
    moved = {
        change.key: [result.value for result in change.results if result]
        for change in comparison.changes
    }
    assert moved == {"own": [0.0, 1.0]}
    pages = build(book, own).folder / "html"
    for page in ("index", "notebooks/first", "notebooks/second", "book/words"):
        assert "with own rows (x: Mine &amp; &lt;b&gt;)" in (pages / f"{page}.html").read_text()
    (book.data / "own" / "x.csv").unlink()
    assert load_edition(book).id == published.id


def test_an_id_is_as_good_as_the_name_of_a_built_edition(
    built: Project, said: Callable[..., tuple[int, str, str]]
) -> None:
    ids = {name: load_edition(built, name).id for name in ("default", "other")}
    code, out, error = said("cite", "--edition", ids["default"])
    assert (code, out) == (0, said("cite")[1]), error
    assert ids["other"] in said("cite", "-e", ids["other"])[1]
    by_id = said("compare", ids["default"], ids["other"], "--json")
    assert by_id[0] == 0, by_id[2]
    assert by_id[1] == said("compare", "default", "other", "--json")[1]
    assert "no edition '0123456789ab'" in said("compare", "0123456789ab", "other")[2]
    assert "no edition '0123456789ab'" in said("cite", "-e", "0123456789ab")[2]


@pytest.mark.heavy
def test_two_states_of_a_chapter_have_two_keys(
    built: Project, said: Callable[..., tuple[int, str, str]]
) -> None:
    before = said("cite", "first", "--format", "bibtex")[1].splitlines()[0]
    (built.data / "a.csv").write_text("3\n")
    build(built, load_edition(built))
    after = said("cite", "first", "--format", "bibtex")[1].splitlines()[0]
    assert before != after
    assert load_edition(built).id in after

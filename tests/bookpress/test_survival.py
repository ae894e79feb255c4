"""How long statements stand along a parameter, and what of a release was revised."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import edit, follow_planets, new_home, press

from bookpress.book.renamed import Renamed
from bookpress.release.reliability import revised_results, turned_statements
from bookpress.release.survival import Reading, Survival, score

LIFE = "above_value(neptune, earth, 100)"
TRUE, FALSE, UNKNOWN = True, False, None
verdicts = st.lists(st.sampled_from([TRUE, FALSE, UNKNOWN]), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the second book with a parameter whose values have an order."""
    made = new_home(tmp_path_factory.mktemp("survival") / "book")
    follow_planets(made)
    return made


def follow(home: Path, *words: str) -> dict[str, Any]:
    found = json.loads(press(home, "statements", "--along", "nearest", *words, "--json"))
    assert isinstance(found, dict)
    return found


@pytest.mark.heavy
def test_each_statement_is_followed_from_the_first_value_to_the_last(home: Path) -> None:
    found = follow(home)
    stood = {
        row["key"]: [(reading["value"], reading["holds"]) for reading in row["readings"]]
        for row in found["by_statement"]
    }
    assert stood == {  # in this order: those that survive least come first
        LIFE: [(4, None), (6, None), (7, None), (8, True)],
        "many": [(4, False), (6, True), (7, True), (8, True)],
        "kepler": [(4, True), (6, True), (7, True), (8, True)],
    }
    life, many, kepler = found["by_statement"]
    assert (life["held"], life["false"], life["unknown"], life["run"], life["turned"]) == (
        1,
        0,
        3,
        1,
        8,
    )
    assert (many["held"], many["false"], many["run"], many["turned"]) == (3, 1, 3, 6)
    assert (kepler["held"], kepler["run"], kepler["turned"]) == (4, 4, None)
    assert many["readings"][0]["because"] == "4 is not above 5"
    assert {name: found[name] for name in ("statements", "held_in_all", "turns")} == {
        "statements": 3,
        "held_in_all": 1,
        "turns": 2,
    }


def test_it_is_printed_with_a_line_for_all(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    printed = press(home, "statements", "--along", "nearest").strip()
    table = printed.splitlines()
    assert " ".join(printed.split()).endswith(
        "1 of 3 statements hold in every reading along nearest, 2 are false in none; "
        "together they turned 2 times"
    )
    [many] = [line for line in table if "planets:many" in line]
    assert [cell.strip() for cell in many.split("│")[2:7]] == [
        "3 of 4",
        "1",
        "0",
        "6, to true",
        "3",
    ]


def test_other_values_hold_for_every_reading(home: Path) -> None:
    outer = follow(home, "-p", "group=outer")
    [many] = [row for row in outer["by_statement"] if row["key"] == "many"]
    assert {reading["because"] for reading in many["readings"]} == {"4 is not above 5"}
    assert (many["held"], many["turned"], many["run"]) == (0, None, 4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--along", "nearst"), "no chapter has a parameter 'nearst'; did you mean nearest?"),
        (
            ("--along", "group"),
            "the parameter group has no closed set of values in an order: "
            "it allows all, inner, outer",
        ),
        (("--along", "power"), "the parameter power has no closed set of values in an order"),
        (("inner", "--along", "nearest"), "--along is of the edition 'default' alone"),
        (("--along", "nearest", "--fallen"), "--fallen and --along give different lists"),
        (("--along", "nearest", "-p", "planets.nearest=6"), "planets.nearest is set with -p and"),
        (("--along", "nearest", "-p", "group=far"), "group: far is not allowed"),
        (("--robustness", "-p", "group=inner"), "it takes no -p"),
    ],
)
def test_what_makes_no_sense_is_refused(home: Path, words: tuple[str, ...], said: str) -> None:
    told = press(home, "statements", *words, code=2)
    assert said in told
    assert len(told.strip().splitlines()) == 1


def test_a_name_that_was_published_is_followed_and_told(home: Path) -> None:
    names = home / "data/released/renamed.yml"
    names.parent.mkdir(exist_ok=True)
    names.write_text("planets: {parameters: {closest: nearest}}\n")
    try:
        told = json.loads(press(home, "statements", "--along", "closest", "--json"))
    finally:
        names.unlink()
    assert told["by_statement"] == follow(home)["by_statement"]


def test_a_reading_that_fails_is_named(home: Path, tmp_path: Path) -> None:
    another = new_home(tmp_path / "book")
    follow_planets(another)
    edit(another / "notebooks/planets.md", "earth = ", "assert nearest != 6\nearth = ")
    told = press(another, "statements", "--along", "nearest", code=1)
    assert "1 of 4 readings failed:\n  planets nearest=6: planets: code cell" in told


def test_statements_take_other_values(home: Path) -> None:
    found = json.loads(press(home, "statements", "-p", "nearest=4", "--fallen", "--json"))
    assert {key: one["holds"] for key, one in found["planets"].items()} == {
        "many": False,
        LIFE: None,
    }


@given(verdicts)
def test_runs_and_turns_are_those_of_groups_of_the_same_verdict(stood: list[bool | None]) -> None:
    survival = Survival("a", "b", [Reading(place, holds, "") for place, holds in enumerate(stood)])
    groups = [list(group) for _, group in groupby(stood)]
    assert survival.run == len(groups[-1])
    assert len(survival.turned) == len(groups) - 1
    assert survival.turned[-1:] == ([len(stood) - len(groups[-1])] if len(groups) > 1 else [])
    assert sum(survival.counts.values()) == len(stood)
    assert survival.holds_in_all == (set(stood) == {True})
    told = score("x", [survival])
    assert (told["held_in_all"], told["false_in_none"]) == (
        set(stood) == {True},
        False not in stood,
    )


def share(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": "share", "label": "a share", **more}


@given(st.floats(0.011, 0.989), st.floats(0.011, 0.989))
def test_a_result_is_revised_where_another_number_is_printed(was: float, now: float) -> None:
    found = revised_results(Renamed({}), {"a": {"b": share(was)}}, {"a": {"b": share(now)}})
    is_revised = f"{100 * was:.0f}" != f"{100 * now:.0f}"
    assert found == {"of": 1, "revised": ["a:b"] if is_revised else [], "dropped": []}


def test_an_interval_alone_revises_nothing_and_a_unit_does() -> None:
    before = {"a": {"b": share(0.16, low=0.1, high=0.2), "c": share(2), "d": share(0.5)}}
    now = {"a": {"b": share(0.164, low=0.12, high=0.22), "c": {**share(2), "unit": "ratio"}}}
    assert revised_results(Renamed({}), before, now) == {
        "of": 3,
        "revised": ["a:c"],
        "dropped": ["a:d"],
    }


def test_names_that_changed_are_followed() -> None:
    table = Renamed.model_validate(
        {
            "a": {
                "results": {"odds_late": "odds.late", "gone_to": "z:here"},
                "statements": {"fell": "fall"},
                "dropped": {"away": "withdrawn"},
            }
        }
    )
    before = {"a": {"odds_late": share(0.2), "gone_to": share(0.3), "away": share(0.4)}}
    now = {"a": {"odds.late": share(0.2)}, "z": {"here": share(0.9)}}
    assert revised_results(table, before, now) == {
        "of": 3,
        "revised": ["z:here"],
        "dropped": ["a:away"],
    }
    statements = turned_statements(table, {"a": {"fell": True, "x": True}}, {"a": {"fall": None}})
    assert statements == {"of": 2, "revised": ["a:fall"], "dropped": ["a:x"]}

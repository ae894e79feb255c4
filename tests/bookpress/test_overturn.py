"""What would overturn a statement, in sentences."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookpress.edition.overturn import answer
from bookpress.edition.sureness import sureness_in_words, together


def sure(**more: Any) -> dict[str, Any]:
    """Return how sure a statement is that two rules and a snapshot leave standing."""
    choices = [
        {"name": name, "noun": noun, "phrase": name, "turns": False, "is_firm": True, "share": 1.0}
        for name, noun in (("definition", "rule"), ("vintage", "snapshot"))
    ]
    return {"holds": 2, "of": 2, "choices": choices, "falls": [], "pairs": [], "open": [], **more}


def fall(words: str, **choice: str) -> dict[str, Any]:
    return {
        "choice": choice,
        "name": " and ".join(choice),
        "given": "",
        "words": words,
        "because": "5% is not 3%",
    }


FEWEST = {
    "value": 11.0,
    "low": None,
    "high": None,
    "k": None,
    "n": 86,
    "unit": "rows",
    "label": "rows whose other label would overturn it (late): GPT-3, BERT, T5, 8 more",
    "period": None,
}
READINGS = {"noun": "snapshot", "of": 12, "held": 9, "false": ["June 2022"], "unknown": 2}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (sure(), "Nothing we tried: it holds under every rule and snapshot we tried."),
        (
            sure(falls=[fall("if every model counts as large", definition="all")]),
            "It falls if every model counts as large.",
        ),
        (
            sure(pairs=[fall("with x: 1 and with y: 2", x="1", y="2")]),
            "No choice alone: it falls with x: 1 and with y: 2.",
        ),
        (
            sure(fragility=FEWEST),
            "Nothing we tried: it holds under every rule and snapshot we tried."
            " 11 of 86 rows need another label for it to fall, first GPT-3, BERT and T5.",
        ),
        (
            sure(survival=READINGS),
            "Nothing we tried: it holds under every rule and snapshot we tried. It is true in 9 of 12 snapshots,"
            " false in June 2022 and without an answer in 2.",
        ),
        (sure(of=0), ""),
    ],
)
def test_an_answer_names_the_smallest_change_of_each_kind(
    statement: dict[str, Any], said: str
) -> None:
    assert answer(statement) == said


def test_a_finding_is_as_fragile_as_its_weakest_statement() -> None:
    weak = {**FEWEST, "value": 3.0, "label": "rows (late): BERT"}
    found = together([sure(fragility=FEWEST), sure(fragility=weak, survival=READINGS)])
    assert "3 of 86 rows need another label for it to fall, first BERT." in answer(found)
    assert "9 of 12 snapshots" in answer(found)


@st.composite
def surenesses(draw: Any) -> dict[str, Any]:
    """Draw how sure a statement is that some of several choices overturn, alone or in pairs."""
    nouns = draw(st.lists(st.sampled_from(["", "", "rule", "period"]), min_size=1, max_size=5))
    turning = [draw(st.booleans()) for _ in nouns]
    names = [f"c{place}" for place in range(len(nouns))]
    choices = [
        {"name": name, "noun": noun, "turns": turns, "is_firm": not turns, "share": 1.0 - turns / 2}
        for name, noun, turns in zip(names, nouns, turning, strict=True)
    ]
    falls = [
        fall(f"if {name}", **{name: "1"})
        for name, turns in zip(names, turning, strict=True)
        if turns
    ]
    steady = [name for name, turns in zip(names, turning, strict=True) if not turns]
    both = len(steady) > 1 and draw(st.booleans())
    pairs = [fall("with both", **dict.fromkeys(steady[:2], "1"))] if both else []
    return sure(choices=choices, falls=falls, pairs=pairs)


@given(st.lists(surenesses(), min_size=1, max_size=3))
def test_nothing_is_said_to_hold_under_every_choice_and_to_fall(
    several: list[dict[str, Any]],
) -> None:
    statement = together(several)
    text = sureness_in_words(statement)
    held, falls, _ = text.partition("falls")
    if falls:
        assert "choice we tried" not in held
    turned = {choice["noun"] for choice in statement["choices"] if not choice["is_firm"]}
    for noun in turned - {""}:
        assert noun not in held.partition("every")[2]


def test_where_some_choices_overturn_it_those_that_do_not_are_counted() -> None:
    choices = [
        {"name": f"c{place}", "noun": "", "turns": not place, "is_firm": bool(place), "share": 1.0}
        for place in range(9)
    ]
    statement = sure(choices=choices, falls=[fall("if c0", c0="1")])
    assert sureness_in_words(statement) == "holds under 8 of 9 choices we tried; falls if c0"

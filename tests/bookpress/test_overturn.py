"""What would overturn a statement, in sentences."""

from typing import Any

import pytest

from bookpress.edition.overturn import answer
from bookpress.edition.sureness import together


def sure(**more: Any) -> dict[str, Any]:
    """Return how sure a statement is that two rules and a snapshot leave standing."""
    choices = [
        {"name": name, "noun": noun, "turns": False, "is_firm": True, "share": 1.0}
        for name, noun in (("definition", "rule"), ("vintage", "snapshot"))
    ]
    return {"holds": 2, "of": 2, "choices": choices, "falls": [], "pairs": [], "open": [], **more}


def fall(words: str, **choice: str) -> dict[str, Any]:
    return {
        "choice": choice,
        "name": " and ".join(choice),
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

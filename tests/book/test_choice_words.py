"""What is said of a choice: one noun phrase with a formatted value, in the panel and in marks."""

import re
from pathlib import Path

import pytest

from choice_words import PROJECT, parameters, sentences

PARAMETERS = dict(parameters())
TITLED = PROJECT.settings.parameters
IN_YEARS = re.compile(r"year|list")
"""Names of numbers that are years, which have no unit."""
FAULTS = {
    "a name of the code": r"\w_\w|notability-|\bUSD\b",
    "a unit twice": r"\$[\d,.]+ (?:USD|dollars)|(\b[a-z]{3,})s? \1\b",
    "a fraction where a percentage belongs": r"[Ss]hare[^:]*: 0\.\d",
    "an imperative": r"falls if we ",
    "one of many": r"\b1 [a-z-]+s\b(?! of| a year)",
    "an article twice": r"\bthe the\b|\bthe (?:a|an)\b|\bis is\b|\bare are\b",
    "white space": r"  | [,.;:]",
}
"""What no editor would let stand."""


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_choice_has_a_noun_phrase_and_a_form_for_its_value(name: str) -> None:
    parameter = PARAMETERS[name]
    assert {name, parameter.name} & TITLED.keys(), "no title in book/settings.yml"
    assert re.match(r"(?!The |A |An )[A-Z]", parameter.label)
    default = parameter.default
    if isinstance(default, int | float) and not parameter.asks_anew:
        years = parameter.schema.get("minimum") == 1950
        assert bool(parameter.unit) != years
    if isinstance(default, str) and not parameter.is_period and parameter.label != "Table of works":
        assert parameter.words(default) != default or re.search("[A-Z ]", default)


def test_all_sentences_of_all_values_read_as_english(tmp_path: Path) -> None:
    said = {line: name for name, each in PARAMETERS.items() for line in sentences(each)}
    tmp_path.joinpath("choices.txt").write_text("\n".join(said), "utf-8")
    assert len(said) > 500
    faults = {
        line: fault
        for line in said
        for fault, pattern in FAULTS.items()
        if re.search(pattern, line.replace("of research groups", ""))
    }
    assert faults == {}


def test_a_choice_is_called_the_same_in_panel_and_mark() -> None:
    price = PARAMETERS["remedies.chip_price"]
    assert f"{price.label}: {price.words(45_000)}" == "Chip price, installed: $45,000"
    assert f"falls {price.condition(22_500)}" == "falls if the chip price is $22,500"
    use = PARAMETERS["remedies.use"]
    assert f"{use.label}: {use.words(0.8)}" == "Share of hours in use: 80%"

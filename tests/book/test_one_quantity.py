"""One quantity has one number: results that say they measure the same agree, or it is explained."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

Results = Mapping[str, Mapping[str, Mapping[str, Any]]]
Numbers = Mapping[float, list[str]]

SAME_WORDS = {
    "computing revised between other pairs of vintages": {
        "training-compute:revised_twofold",
        "robustness:revised_twofold",
        "training-compute:revised_tenfold",
        "robustness:revised_tenfold",
    },
    "all criteria; without the late ones; by the paper's filter": {
        *(f"large-scale-models:part_{year}" for year in (2023, 2024, 2025)),
        *(f"large-scale-models:part_{year}_like" for year in (2023, 2024, 2025)),
        *(f"large-scale-models:part_{year}_paper" for year in (2023, 2025)),
    },
    "a year as it was first read, and as it is read today": {
        *(f"large-scale-models:first.of_{year}" for year in range(2022, 2026)),
        *(f"large-scale-models:today.of_{year}" for year in range(2022, 2026)),
    },
    "one of the largest runs; one of the papers behind them": {
        "large-scale-models:tiles_early",
        "large-scale-models:papers_early",
    },
    "an early and a late period": {
        "large-scale-models:language_wide_early",
        "large-scale-models:language_wide_late",
    },
    "the sums that are compared": {
        "remedies:ten_usd",
        "remedies:hundred_usd",
        "remedies:five_hundred_usd",
    },
    "universities with companies; companies alone, each against universities alone": {
        "research-topics:company_lead_alike",
        "research-topics:mixed_lead_alike",
    },
    "an hour under contract, and an hour of it in which the chip works": {
        "remedies:committed",
        "remedies:committed_used",
    },
    "who built on whom": {
        "open-models:academic_on_industry",
        "open-models:industry_on_academic",
        "open-models:joint_on_academic",
    },
    "the words name the choice that moves each most": {
        "robustness:academia_share_late_swing",
        "robustness:industry_share_swing",
    },
}
"""Why results whose labels have the same words differ, and which do."""
SIZES: dict[tuple[str, str], dict[int, str]] = {
    ("2025", "audited"): {
        104: "all",
        103: "whose team is known",
        71: "whose computing is not known",
        68: "without the late criteria",
        48: "that pass the paper's filter",
        33: "whose own computing is known",
    },
    ("2025", "as listed"): {
        106: "all",
        105: "whose team is known",
        68: "without the late criteria",
    },
    ("2010", "audited"): {10: "whose team is known", 8: "the papers behind them"},
    ("2024", "audited"): {97: "whose team is known", 70: "without the late criteria"},
    ("2024", "as listed"): {98: "whose team is known", 70: "without the late criteria"},
    ("2023", "audited"): {
        118: "whose team is known",
        115: "without the late criteria",
        102: "that pass the paper's filter",
    },
    ("2023", "as listed"): {119: "whose team is known", 116: "without the late criteria"},
}
"""How many notable models of a year shares are taken of, and which of them: see methods.md."""

AUDITED = re.compile(r"; \d+ of \d+ rows audited")
FILLERS = re.compile(r"\b(the|of|in|a|an|to|that|are|is|by|for|and|share)\b|[^\w ]")
NOTABLE = re.compile(r"\bnotable models of (20\d\d)\b(?! to \d)")
LISTED = re.compile(r"\blisted\b(?! for)|\bread in\b")
READ_THEN = re.compile(r"read in (?!August 2026)")


class Quantity(NamedTuple):
    """What a result measures, as far as its unit and label say."""

    unit: str
    words: frozenset[str]


def each(results: Results) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield all results with a value and a label, with their full names; a year is no quantity."""
    for chapter, found in results.items():
        for key, result in found.items():
            is_quantity = result["value"] is not None and result["label"]
            if is_quantity and result["unit"] != "year":
                yield f"{chapter}:{key}", result


def quantity(name: str, result: Mapping[str, Any]) -> Quantity:
    """Return what a result measures; what one member of a dictionary is, its own name says."""
    label = AUDITED.sub(" audited", result["label"].lower())
    member = name.partition(".")[2]
    return Quantity(result["unit"], frozenset([*FILLERS.sub(" ", label).split(), member]))


def differing(results: Results) -> list[Numbers]:
    """Return the quantities that have several numbers, when printed, with the names of each."""
    found: dict[Quantity, dict[float, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, result in each(results):
        printed = float(f"{result['value']:.2g}")
        found[quantity(name, result)][printed].append(name)
    return [numbers for numbers in found.values() if len(numbers) > 1]


def unexplained(results: Results) -> list[list[str]]:
    """Return the names of results that measure the same, differ, and are not explained."""
    several = [sorted(chain.from_iterable(numbers.values())) for numbers in differing(results)]
    return [names for names in several if not any({*names} <= why for why in SAME_WORDS.values())]


def sizes(results: Results) -> dict[tuple[str, str], Numbers]:
    """Return of how many notable models of a year shares are taken, by year and records."""
    found: dict[Any, dict[float, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, result in each(results):
        label = result["label"]
        year = NOTABLE.search(label)
        if not year or READ_THEN.search(label) or result["unit"] != "share":
            continue
        if result["n"] is not None and result["range"] != "quotes":
            records = "as listed" if LISTED.search(label) else "audited"
            found[year[1], records][result["n"]].append(name)
    return found


def test_results_that_measure_the_same_have_the_same_value(
    built_book: Callable[..., Path],
) -> None:
    path = built_book("default") / "results.json"
    results = json.loads(path.read_text("utf-8"))
    assert unexplained(results) == [], "say in the labels how they differ, or explain it here"


def test_shares_of_the_models_of_a_year_are_of_a_number_that_the_methods_explain(
    built_book: Callable[..., Path],
) -> None:
    path = built_book("default") / "results.json"
    found = sizes(json.loads(path.read_text("utf-8")))
    assert {("2025", "audited"), ("2025", "as listed")} <= found.keys()
    for population, numbers in found.items():
        explained = SIZES.get(population, {})
        new = {n: names for n, names in numbers.items() if n not in explained}
        is_one = not explained and len(numbers) == 1
        assert is_one or not new, f"notable models of {population}: {new}"


def test_the_test_finds_two_numbers_for_one_quantity() -> None:
    def result(value: float, label: str, n: int | None = None) -> dict[str, Any]:
        return {"value": value, "label": label, "unit": "share", "n": n, "range": "sampling"}

    label = "notable models of 2025 by companies; 102 of 103 rows audited"
    here = {"x": result(0.91, label, 103)}
    there = {"y": result(0.92, "By companies: notable models of 2025; 99 of 99 rows audited", 99)}
    assert unexplained({"a": here, "b": there}) == [["a:x", "b:y"]]
    assert unexplained({"a": here, "b": {"y": result(0.913, label)}}) == []
    other_records = {"y": result(0.92, "notable models of 2025 by companies", 105)}
    assert unexplained({"a": here, "b": other_records}) == []
    assert sizes({"a": here, "b": there})["2025", "audited"] == {103: ["a:x"], 99: ["b:y"]}

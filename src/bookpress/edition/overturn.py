"""What would overturn a statement, in sentences: a choice, other labels of rows, another snapshot.

All of it comes from one tally (`bookpress.states.tally`): the states of the chapter, those along
the parameter of survival among them, and results of chapters that the settings name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bookpress.edition.sureness import Sureness, holds_under, is_firm, is_tested, what_overturns
from holdtrue import number_formats as numbers
from holdtrue.estimates import read_estimate

QUESTION = "What would overturn this?"
MOST_ROWS = 3
"""The most rows that a sentence names."""


def answer(sure: Sureness) -> str:
    """Return what would overturn a statement; empty if no state tested it."""
    if not is_tested(sure):
        return ""
    return " ".join(filter(None, (_by_choice(sure), besides(sure))))


def besides(sure: Sureness) -> str:
    """Return what is known besides choices: labels of rows, snapshots, many other runs."""
    return " ".join(filter(None, (_by_labels(sure), _by_time(sure), _by_many(sure))))


def _by_choice(sure: Sureness) -> str:
    """Return which choices overturn it, nearest first."""
    if is_firm(sure):
        held = holds_under(sure)
        if held:
            return f"Nothing we tried: it {held}."
        return "Nothing we tried."
    falls = what_overturns(sure)
    if sure["falls"]:
        return f"It {falls}."
    return f"No choice alone: it {falls}."


def _by_labels(sure: Sureness) -> str:
    """Return the fewest rows that must be relabelled to overturn it, and their names."""
    if "fragility" not in sure:
        return ""
    fewest = read_estimate(sure["fragility"])
    if fewest.value is None:
        return "No other labels of rows overturn it."
    verb = "needs" if fewest.value == 1 else "need"
    text = f"{fewest.value:,.0f} of {fewest.n:,} rows {verb} another label for it to fall"
    _, colon, names = fewest.label.rpartition(": ")
    named = names.split(", ")[:MOST_ROWS] if colon else []
    if named:
        return f"{text}, first {numbers.in_list(named)}."
    return f"{text}."


def _by_time(sure: Sureness) -> str:
    """Return for how many values of the parameter of survival it holds."""
    readings: Mapping[str, Any] = sure.get("survival", {})
    if not readings:
        return ""
    noun = f"{readings['noun'] or 'value'}s"
    of = readings["of"]
    if readings["held"] == of:
        return f"It is true in all {of} {noun}."
    words = [f"It is true in {readings['held']} of {of} {noun}"]
    if readings["false"]:
        words.append(f"false in {numbers.in_list(readings['false'])}")
    if readings["unknown"]:
        words.append(f"without an answer in {readings['unknown']}")
    return f"{numbers.in_list(words)}."


def _by_many(sure: Sureness) -> str:
    """Return in how many other runs it holds."""
    if "specifications" not in sure:
        return ""
    counted = read_estimate(sure["specifications"])
    return f"{numbers.full(counted)} {counted.label}."

"""The estimates of one result in a sweep: in order, their range, the choices at its ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bookpress.states.sweeps.sweep import RESULT_COLUMNS, Sweep, column_of
from holdtrue import number_formats as numbers
from holdtrue.estimates import read_estimate

ESTIMATE = ("value", "low", "high")
"""The columns of an estimate and its interval."""


@dataclass(frozen=True)
class Curve:
    """The estimates of one result in a sweep, smallest first.

    `missing` combinations have none. ``usual`` is the row of the values that the sweep started
    from, if it has one.
    """

    key: str
    label: str
    rows: list[dict[str, Any]]
    missing: int
    usual: dict[str, Any] | None
    unit: str

    @classmethod
    def of(cls, sweep: Sweep, key: str) -> Curve:
        """Return the curve of a result that has a value in some combination."""
        of_key = [row for row in sweep.rows if row["key"] == key]
        rows = [row for row in of_key if row["value"] is not None]
        rows.sort(key=lambda row: (row["value"], row["run"]))
        plan = sweep.plan
        usual_rows = [row for row in rows if plan.sets[row["run"] - 1] == plan.usual]
        usual = usual_rows[0] if usual_rows else None
        named = usual or rows[0]
        return cls(
            key=key,
            label=named["label"] or key,
            rows=rows,
            missing=len(sweep.runs) - len(rows),
            usual=usual,
            unit=rows[0]["unit"],
        )

    @property
    def is_large(self) -> bool:
        """Whether its numbers are written as powers of ten."""
        has_own_word = self.unit not in numbers.UNITS
        if not has_own_word:
            return False
        return any(numbers.is_large(row["value"]) for row in self.rows)

    @property
    def varies(self) -> bool:
        """Whether any choice changes the estimate or its interval."""
        estimates = [[row[name] for name in ESTIMATE] for row in self.rows]
        return any(estimate != estimates[0] for estimate in estimates)


def curves_of(sweep: Sweep) -> list[Curve]:
    """Return the curve of each result to draw."""
    return [Curve.of(sweep, key) for key in sweep.keys]


def in_words(row: Mapping[str, Any], how: str = "full") -> str:
    """Return the result in a row of a sweep's table, in words."""
    fields = {name: row[name] for name in RESULT_COLUMNS[1:]}
    return numbers.write(read_estimate(fields), how)


def spoken(name: str) -> str:
    """Return the name of a parameter in words."""
    return name.replace("_", " ")


def spread(curve: Curve, varied: Iterable[str]) -> str:
    """Return in sentences the range of the estimate, and what led to its ends."""
    first = curve.rows[0]
    last = curve.rows[-1]
    count = len(curve.rows)
    if count == 1:
        text = f"One combination gives a value: {in_words(first)}."
    elif first["value"] == last["value"]:
        text = f"All {count} combinations give {in_words(first, 'value')}."
    else:
        names = list(varied)
        least = _with_choices(first, names)
        most = _with_choices(last, names)
        text = f"Over {count} combinations the estimate goes from {least} to {most}."
    if curve.usual:
        text += f" The values the sweep started from give {in_words(curve.usual)}."
    text += _other_labels(curve)
    text += _missing(curve)
    return text


def _with_choices(row: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return a result in words, with the choices that led to it."""
    choices = []
    for name in names:
        value = numbers.setting(row[column_of(name)])
        choices.append(f"{spoken(name)} {value}")
    result = in_words(row)
    listed = ", ".join(choices)
    return f"{result} with {listed}"


def _other_labels(curve: Curve) -> str:
    """Return a sentence on what else some combinations measure; empty if nothing."""
    labels = dict.fromkeys(row["label"] for row in curve.rows)
    others = [label for label in labels if label not in {"", curve.label}]
    if not others:
        return ""
    number = len(others) - 1
    more = f" and {number} more" if number else ""
    return f" Not all combinations measure quite the same: also “{others[0]}”{more}."


def _missing(curve: Curve) -> str:
    """Return a sentence on combinations without a value; empty if all have one."""
    if not curve.missing:
        return ""
    give = "combinations give" if curve.missing > 1 else "combination gives"
    return f" {curve.missing} {give} no value."


def from_to(curve: Curve) -> str:
    """Return the range of a curve in words."""
    first = curve.rows[0]
    last = curve.rows[-1]
    low = numbers.number(first["value"], curve.unit)
    high = numbers.number(last["value"], curve.unit)
    words = f"{low} to {high}"
    if low == high:
        words = f"always {low}"
    return numbers.with_unit(words, curve.unit)

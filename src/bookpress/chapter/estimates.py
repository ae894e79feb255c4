"""Estimates: values with their intervals and counts, and how a notebook carries them.

An estimate that a chapter's prose quotes is a *result* of the chapter. The executed notebook
carries it as an output with its own MIME type, no matter what runs it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import field
from numbers import Real
from typing import Any, Literal, Self

from pydantic import ConfigDict, TypeAdapter, ValidationError, field_validator, model_validator
from pydantic.dataclasses import dataclass

from bookpress.chapter.counted import MakeRows
from bookpress.errors import short
from bookpress.files import printable

RESULT_MIME = "application/vnd.bookpress.result+json"
FIELDS = ("value", "low", "high", "range", "k", "n", "unit", "label")
"""The fields of an estimate that an output carries."""
Range = Literal["sampling", "simulation", "assumptions", "quotes", "bounds"]
"""What the range of an estimate is.

*sampling*: a 95% interval, within which chance could move the value. *simulation*: from the 5th to
the 95th percentile of a simulation. *assumptions*: from a cautious to a favourable one. *quotes*:
from the lowest to the highest. *bounds*: if all unknown rows went one way, or the other.
"""


class ResultError(Exception):
    """A result or a statement that cannot be published or read."""


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Estimate:
    """A value, its interval, and what it rests on.

    Parameters
    ----------
    value : float or None
        The value in its unit; None if it does not exist, as for a share of nothing. NaN counts as
        None.
    low, high : float, optional
        The ends of its range.
    k : int, optional
        How many were counted; with `n` it gives a share.
    n : int, optional
        The total, or the number of observations.
    unit : str
        The unit: ``"share"`` (0 to 1), ``"ratio"``, ``"odds ratio"``, ``"count"``, ``"points"``
        (percentage points), ``"year"`` (a calendar year), ``"years"``, ``"months"``, ``"USD"``,
        or any other word.
    label : str
        What is estimated, in a few self-contained words.
    period : tuple of int, optional
        First and last calendar year, which order two estimates in a statement on a rise or fall.
    range : str, optional
        What kind of range that is, one of `Range`; None without a range, and if that is not
        recorded, as in files from before there was the field.
    rows : callable, optional
        Returns the rows that `k` and `n` count, see `bookpress.chapter.counted`.

    Raises
    ------
    ValidationError
        If a field has the wrong type, a number is infinite, or the interval ends before it begins.

    Examples
    --------
    >>> Estimate(0.64, 0.53, 0.73, k=55, n=86, unit="share", range="sampling").k
    55
    >>> Estimate(float("nan")).value is None
    True
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    k: int | None = None
    n: int | None = None
    unit: str = ""
    label: str = ""
    period: tuple[int, int] | None = None
    range: Range | None = None
    rows: MakeRows | None = field(default=None, compare=False, repr=False)

    @field_validator("value", "low", "high")
    @classmethod
    def _finite(cls, number: float | None) -> float | None:
        """Refuse infinities and turn NaN into None: JSON has neither."""
        if number is not None and math.isinf(number):
            raise ValueError("an estimate is finite, or None")
        if number is None or math.isnan(number):
            return None
        return number

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        """Refuse swapped ends, by which a comparison would hold that does not."""
        low = self.low
        high = self.high
        if low is None or high is None:
            object.__setattr__(self, "range", None)
        elif low > high and not math.isclose(low, high):
            raise ValueError(f"its range begins at {low} and ends at {high}")
        return self

    def row(self, name: str = "share") -> dict[str, Any]:
        """Return the estimate as the cells of a table row.

        Parameters
        ----------
        name : str
            The name of the column with the value.

        Returns
        -------
        dict
            The value under that name, and ``low``, ``high``, ``k`` and ``n``.

        Examples
        --------
        >>> Estimate(0.64, 0.53, 0.73, k=55, n=86).row()
        {'share': 0.64, 'low': 0.53, 'high': 0.73, 'k': 55, 'n': 86}
        """
        return {name: self.value, "low": self.low, "high": self.high, "k": self.k, "n": self.n}

    @property
    def width(self) -> float | None:
        """The width of the interval, in the estimate's unit; None without an interval."""
        if self.low is None or self.high is None:
            return None
        return self.high - self.low

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the estimate as in ``results.json``."""
        return {name: getattr(self, name) for name in FIELDS}


_ESTIMATE = TypeAdapter(Estimate)


def read_estimate(fields: Mapping[str, Any]) -> Estimate:
    """Return an estimate read from JSON, with every field validated."""
    return _ESTIMATE.validate_python(dict(fields))


def as_estimate(name: str, given: Any) -> Estimate:
    """Return the value of a chapter's name as an estimate.

    A plain number is a count without an interval.
    """
    if isinstance(given, Estimate):
        return given
    is_number = isinstance(given, Real) and not isinstance(given, bool)
    try:
        if is_number:
            return Estimate(float(given), unit="count", label=name.replace("_", " "))
    except ValidationError:
        pass
    raise ResultError(
        f"{short(repr(given))} is neither an estimate nor a finite number; "
        "give one: Estimate(0.4, 0.3, 0.5, n=9, unit='share')"
    )


def result_output(key: str, estimate: Estimate) -> dict[str, Any]:
    """Return the notebook output that carries a result."""
    value = "no value"
    if estimate.value is not None:
        value = f"{estimate.value:.4g}"
    result = {"key": key, **estimate.fields}
    return {RESULT_MIME: result, "text/plain": f"{key} = {value}"}


def harvest(outputs: Iterable[Mapping[str, Any]]) -> dict[str, Estimate]:
    """Return the results in notebook outputs, by key, in order."""
    results = published(outputs, RESULT_MIME)
    return {key: read_estimate(fields) for key, fields in results.items()}


def outputs_of(cells: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the outputs of the cells of an executed notebook, as JSON, in order."""
    outputs: list[dict[str, Any]] = []
    for cell in cells:
        outputs += cell.get("outputs", [])
    return outputs


def published(outputs: Iterable[Mapping[str, Any]], mime: str) -> dict[str, dict[str, Any]]:
    """Return the content of outputs with a MIME type, by key, in order."""
    facts: dict[str, dict[str, Any]] = {}
    for output in outputs:
        payload = output.get("data", {}).get(mime)
        if payload is None:
            continue
        fields = printable(dict(payload))
        key = fields.pop("key")
        if key in facts:
            raise ResultError(f"the key {key!r} is published twice")
        facts[key] = fields
    return facts


def results_file(results: Mapping[str, Any]) -> bytes:
    """Return the file of a chapter's results that readers download; citations give its hash."""
    fields = {}
    for key, result in results.items():
        estimate = result if isinstance(result, Estimate) else read_estimate(result)
        fields[key] = estimate.fields
    text = json.dumps(fields, ensure_ascii=False, indent=1) + "\n"
    return text.encode()

"""Results: the estimates that a chapter records, carried in its notebook as outputs of a MIME type, whoever runs it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from bookpress.errors import short

RESULT_MIME = "application/vnd.bookpress.result+json"


class ResultError(Exception):
    """A result that cannot be recorded or read."""


class Result(BaseModel):
    """An estimate that a chapter recorded; None where a part does not apply."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)

    value: float | None
    low: float | None = None
    high: float | None = None
    k: int | None = None
    n: int | None = None
    unit: str = ""
    label: str = ""

    @field_validator("value", "low", "high")
    @classmethod
    def _finite(cls, number: float | None) -> float | None:
        """Refuse infinities and turn NaN into None: JSON knows neither."""
        if number is not None and math.isinf(number):
            raise ValueError("a result is finite, or None")
        return None if number is None or math.isnan(number) else number


def record(key: str, estimate: Any, *, label: str | None = None) -> None:
    """Record an estimate, or a plain number, under a key, as an output of the cell that calls this.

    Parameters
    ----------
    key : str
        Name of the result within the chapter: letters, digits and underscores, such as ``"academia_share_early"``.
    estimate : estimate or float
        Anything with the attributes of `Result`; a number is one without an interval.
    label : str, optional
        What it says, when the estimate's own label is not good enough.

    Raises
    ------
    ResultError
        If the key is not an identifier, or this is no estimate and no finite number.
    """
    from IPython.display import display

    check_key(key)
    try:
        is_number = isinstance(estimate, Real) and not isinstance(estimate, bool)
        parts = (
            {"value": estimate, "unit": "count", "label": key.replace("_", " ")}
            if is_number
            else estimate
        )
        result = Result.model_validate(parts)
    except ValueError as error:
        raise ResultError(
            f"the result {key!r} cannot be recorded: {short(repr(estimate))} is no estimate and no finite number; give "
            "one, or its parts: from bookpress.book.results import Result; Result(value=0.4, low=0.3, high=0.5, n=9)"
        ) from error
    if label is not None:
        result = result.model_copy(update={"label": label})
    shown = "no value" if result.value is None else f"{result.value:.4g}"
    display(
        {RESULT_MIME: {"key": key, **result.model_dump()}, "text/plain": f"{key} = {shown}"},
        raw=True,
    )


def harvest(outputs: Iterable[Mapping[str, Any]]) -> dict[str, Result]:
    """Return the results among outputs of the notebook format, by key, in the order they were recorded."""
    return {
        key: Result.model_validate(fields) for key, fields in recorded(outputs, RESULT_MIME).items()
    }


def recorded(outputs: Iterable[Mapping[str, Any]], mime: str) -> dict[str, dict[str, Any]]:
    """Return what outputs of a MIME type hold, by key, in the order of the outputs."""
    found: dict[str, dict[str, Any]] = {}
    for payload in (output.get("data", {}).get(mime) for output in outputs):
        if payload is not None:
            fields = dict(payload)
            key = fields.pop("key")
            if key in found:
                raise ResultError(f"the key {key!r} is recorded twice")
            found[key] = fields
    return found


def results_file(results: Mapping[str, Any]) -> bytes:
    """Return the file of a chapter's results, as readers download it and citations give its hash."""
    found = {key: Result.model_validate(result).model_dump() for key, result in results.items()}
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def check_key(key: str) -> None:
    """Refuse a key that is no name."""
    if not key.isidentifier():
        raise ResultError(f"the key {key!r} is not a name of letters, digits and underscores")

"""How a notebook carries the estimates that its prose quotes.

An estimate that a chapter's prose quotes is a *result* of the chapter. The executed notebook
carries it as an output with its own MIME type, no matter what runs it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from numbers import Integral, Real
from typing import Any

from bookpress.errors import short
from bookpress.files import printable
from holdtrue.estimates import Estimate, ResultError, read_estimate

RESULT_MIME = "application/vnd.bookpress.result+json"


def as_estimate(name: str, given: Any) -> Estimate:
    """Return the value of a chapter's name as an estimate.

    A plain number has no interval; a whole one is a count, any other has no unit.
    """
    if isinstance(given, Estimate):
        return given
    if isinstance(given, Real) and not isinstance(given, bool):
        unit = "count" if isinstance(given, Integral) else ""
        with suppress(ResultError, OverflowError):
            return Estimate(float(given), unit=unit, label=name.replace("_", " "))
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

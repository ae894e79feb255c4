"""The calls of chapters that are not yet written in the language of today; goes with the last of them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from bookpress.chapter.estimates import ResultError, as_estimate, result_output
from bookpress.chapter.statements import STATEMENT_MIME, WORDS, Comparison, joined


def record(key: str, estimate: Any, *, label: str | None = None) -> None:
    """Record an estimate, or a plain number, under a key, as an output of the cell that calls this."""
    from IPython.display import display

    _check_key(key)
    found = as_estimate(key, estimate)
    display(result_output(key, found if label is None else replace(found, label=label)), raw=True)


def statement(key: str, *comparisons: Comparison) -> None:
    """Record a statement under a key, as an output of the cell that calls this."""
    from IPython.display import display

    _check_key(key)
    if not comparisons or not all(isinstance(one, Comparison) for one in comparisons):
        raise ResultError(
            f"the statement {key!r} rests on no comparison: give it one, such as below(late, early)"
        )
    joint = joined(comparisons)
    text = f"{key} {WORDS[joint.holds]}: {joint.because}"
    display({STATEMENT_MIME: {"key": key, **asdict(joint)}, "text/plain": text}, raw=True)


def _check_key(key: str) -> None:
    if not key.isidentifier():
        raise ResultError(f"the key {key!r} is not a name of letters, digits and underscores")

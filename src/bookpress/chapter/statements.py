"""Statements: what sentences rest on, as notebook outputs, and the note shown where one fails.

Notebooks carry them as they carry results; `harvest` reads back whether each holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from bookpress.chapter.estimates import published
from holdtrue.comparisons.base import WORDS, Comparison

STATEMENT_MIME = "application/vnd.bookpress.statement+json"
_BETWEEN_REASONS = re.compile(r"; (?![^()]*\))")
"""A semicolon outside brackets; those in "40% (12 to 77; 2 of 5)" belong to one reason."""


def statement_output(key: str, joint: Comparison) -> dict[str, Any]:
    """Return the notebook output that carries a statement."""
    verdict = WORDS[joint.holds]
    statement = {"key": key, **asdict(joint)}
    return {STATEMENT_MIME: statement, "text/plain": f"{key} {verdict}: {joint.because}"}


def harvest(outputs: Iterable[Mapping[str, Any]]) -> dict[str, Comparison]:
    """Return the statements in notebook outputs, by key, in order."""
    statements = published(outputs, STATEMENT_MIME)
    return {key: Comparison(**fields) for key, fields in statements.items()}


def note(fallen: Iterable[Comparison]) -> str:
    """Return the note before a paragraph whose statements do not hold or are unknown.

    Examples
    --------
    >>> reasons = ["0 of 2 is not 40% (12 to 77; 2 of 5)", "1 of 3 is not 40% (12 to 77; 2 of 5)"]
    >>> note([Comparison(False, f"1 is not 2; {reason}") for reason in reasons]).partition(": ")[2]
    '1 is not 2; 0 of 2 is not 40% (12 to 77; 2 of 5); 1 of 3 is not 40% (12 to 77; 2 of 5).'
    """
    reasons: dict[str, list[str]] = {}
    for comparison in fallen:
        alike = reasons.setdefault(_verdict(comparison), [])
        alike += _BETWEEN_REASONS.split(comparison.because)
    clauses = []
    for verdict, listed in reasons.items():
        without_repeats = "; ".join(dict.fromkeys(listed))
        clauses.append(f"{verdict}: {without_repeats}")
    return f"Written for the published edition; under your choices {', and '.join(clauses)}."


def _verdict(comparison: Comparison) -> str:
    """Return the verdict on a comparison that does not hold, in the words of a note."""
    if comparison.kind == "question":
        return "the question is another one"
    if comparison.holds is False:
        return "this does not hold"
    return "this cannot be told"

"""Statements: what a sentence rests on, as outputs of a notebook, and the note where it falls.

They travel as results do; `harvest` reads back whether each holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from bookpress.chapter.comparisons.base import Comparison, Kind
from bookpress.chapter.estimates import published

STATEMENT_MIME = "application/vnd.bookpress.statement+json"
WORDS = {True: "holds", False: "does not hold", None: "is unknown"}
"""How a statement stands, in words."""


def statement_output(key: str, joint: Comparison) -> dict[str, Any]:
    """Return the output of a notebook that carries a statement."""
    verdict = WORDS[joint.holds]
    statement = {"key": key, **asdict(joint)}
    return {STATEMENT_MIME: statement, "text/plain": f"{key} {verdict}: {joint.because}"}


def joined(comparisons: Iterable[Comparison]) -> Comparison:
    """Return several comparisons as one, with the reasons of those that decide it.

    Where the question is another one, nothing else counts; a number that moves counts least.
    """
    comparisons = list(comparisons)
    verdicts = {comparison.holds for comparison in comparisons}
    holds = next(verdict for verdict in (False, None, True) if verdict in verdicts)
    deciding, kind = _deciding(comparisons, holds)
    reasons = dict.fromkeys(comparison.because for comparison in deciding)
    compared = dict.fromkeys(comparison.numbers for comparison in comparisons)
    return Comparison(holds, "; ".join(reasons), "; ".join(compared), kind)


def _deciding(
    comparisons: Iterable[Comparison], holds: bool | None
) -> tuple[list[Comparison], Kind]:
    """Return the comparisons that decide how all of them stand, and what gives way."""
    if holds is True:
        return [*comparisons], "claim"
    untrue = [comparison for comparison in comparisons if comparison.holds is not True]
    others = [comparison for comparison in untrue if comparison.kind == "question"]
    if others:
        return others, "question"
    alike = [comparison for comparison in untrue if comparison.holds is holds]
    claims = [comparison for comparison in alike if comparison.kind == "claim"]
    if claims:
        return (claims, "claim")
    return (alike, "number")


def harvest(outputs: Iterable[Mapping[str, Any]]) -> dict[str, Comparison]:
    """Return the statements among outputs of the notebook format, by key, in their order."""
    statements = published(outputs, STATEMENT_MIME)
    return {key: Comparison(**fields) for key, fields in statements.items()}


def note(fallen: Iterable[Comparison]) -> str:
    """Return what stands before a paragraph whose statements do not hold, or cannot be told."""
    reasons: dict[str, list[str]] = {}
    for comparison in fallen:
        alike = reasons.setdefault(_verdict(comparison), [])
        alike += comparison.because.split("; ")
    clauses = []
    for verdict, listed in reasons.items():
        without_repeats = "; ".join(dict.fromkeys(listed))
        clauses.append(f"{verdict}: {without_repeats}")
    return f"Written for the published edition; under your choices {', and '.join(clauses)}."


def _verdict(comparison: Comparison) -> str:
    """Return how a comparison that does not hold stands, in the words of a note."""
    if comparison.kind == "question":
        return "the question is another one"
    if comparison.holds is False:
        return "this does not hold"
    return "this cannot be told"

"""Several comparisons as one."""

from __future__ import annotations

from collections.abc import Iterable

from holdtrue.comparisons.base import Comparison, Kind


def joined(comparisons: Iterable[Comparison]) -> Comparison:
    """Return several comparisons as one, with the reasons of those that decide it.

    If one asks another question, nothing else counts; a number that moves counts least.
    """
    comparisons = list(comparisons)
    verdicts = {comparison.holds for comparison in comparisons}
    holds = next(verdict for verdict in (False, None, True) if verdict in verdicts)
    deciding, kind = _deciding(comparisons, holds)
    reasons = dict.fromkeys(comparison.because.removesuffix(".") for comparison in deciding)
    compared = dict.fromkeys(comparison.numbers for comparison in comparisons)
    return Comparison(holds, "; ".join(reasons), "; ".join(compared), kind)


def _deciding(
    comparisons: Iterable[Comparison], holds: bool | None
) -> tuple[list[Comparison], Kind]:
    """Return the comparisons that decide the joint verdict, and what gives way."""
    if holds is True:
        return [*comparisons], "sentence"
    untrue = [comparison for comparison in comparisons if comparison.holds is not True]
    others = [comparison for comparison in untrue if comparison.kind == "question"]
    if others:
        return others, "question"
    alike = [comparison for comparison in untrue if comparison.holds is holds]
    turning = [comparison for comparison in alike if comparison.kind == "sentence"]
    if turning:
        return (turning, "sentence")
    return (alike, "number")

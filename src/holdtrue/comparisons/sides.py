"""Comparisons of whole intervals: on which side of another an interval lies, and how near."""

from __future__ import annotations

from functools import partial
from typing import Any

from holdtrue import number_formats as numbers
from holdtrue.comparisons.base import (
    Comparison,
    Given,
    compare,
    comparison,
    labels,
    point,
    read_given,
)
from holdtrue.estimates import Estimate


@comparison("below", "chance")
def below(first: Given, other: Given, *others: Given) -> Comparison:
    """Compare: the interval of one lies below those of all others.

    Parameters
    ----------
    first : Estimate, reported value or number
        What is said to be smaller.
    other, *others : Estimate, reported value or number
        What it is compared with.

    Returns
    -------
    Comparison
        Whether its upper end lies below all their lower ends; unknown without an interval.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> late = Estimate(0.16, 0.12, 0.22, unit="share", period=(2022, 2024), range="sampling")
    >>> early = Estimate(0.64, 0.53, 0.73, unit="share", period=(2012, 2014), range="sampling")
    >>> comparison = below(late, early)
    >>> comparison.holds, comparison.because
    (True, '16% (12 to 22) is below 64% (53 to 73)')
    """
    return compare(is_below, partial(say_side, "below"), first, other, *others)


@comparison("above", "chance")
def above(first: Given, other: Given, *others: Given) -> Comparison:
    """Compare: the interval of one lies above those of all others.

    Parameters
    ----------
    first : Estimate, reported value or number
        What is said to be larger.
    other, *others : Estimate, reported value or number
        What it is compared with.

    Returns
    -------
    Comparison
        Whether its lower end lies above all their upper ends; unknown without an interval.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share", range="sampling")
    >>> above(share, 0.5, 0.1).holds, above(share, 0.6).holds
    (True, False)
    >>> above(Estimate(0.64, unit="share"), 0.5).because
    'no interval for one of the two'
    """
    return compare(is_above, partial(say_side, "above"), first, other, *others)


@comparison("chance")
def apart(first: Given, other: Given) -> Comparison:
    """Compare: two intervals have no value in common.

    Parameters
    ----------
    first, other : Estimate, reported value or number
        The two.

    Returns
    -------
    Comparison
        Whether one ends before the other begins; unknown without an interval.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share", range="sampling")
    >>> apart(share, 0.8).holds, apart(share, 0.6).holds
    (True, False)
    """
    return compare(_are_apart, _overlap, first, other)


@comparison("majority", "chance")
def majority(share: Given) -> Comparison:
    """Compare: the interval of a share lies above a half.

    Parameters
    ----------
    share : Estimate, reported value or number
        A share from 0 to 1.

    Returns
    -------
    Comparison
        Whether its lower end lies above a half; unknown without an interval.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> majority(Estimate(0.64, 0.53, 0.73, unit="share", range="sampling")).holds
    True
    >>> majority(Estimate(0.64, 0.46, 0.79, unit="share", range="sampling")).holds
    False
    """
    return above(share, 0.5)


@comparison("minority", "chance")
def minority(share: Given) -> Comparison:
    """Compare: the interval of a share lies below a half.

    Parameters
    ----------
    share : Estimate, reported value or number
        A share from 0 to 1.

    Returns
    -------
    Comparison
        Whether its upper end lies below a half; unknown without an interval.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> minority(Estimate(0.16, 0.12, 0.22, unit="share", range="sampling")).holds
    True
    >>> minority(Estimate(0.16, 0.01, 0.58, unit="share", range="sampling")).holds
    False
    """
    return below(share, 0.5)


@comparison()
def within(first: Given, value: Given) -> Comparison:
    """Compare: a reported value, or a number, lies within a range of any kind.

    Parameters
    ----------
    first : Estimate, reported value or number
        What has the interval.
    value : Estimate, reported value or number
        What has the value; its own interval is not read.

    Returns
    -------
    Comparison
        Whether the value lies between both ends, or is one of them; unknown without an interval.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share", range="sampling")
    >>> within(share, 0.6).holds, within(share, 0.8).holds
    (True, False)
    """

    def lies_within(first: Any, second: Any) -> bool:
        return bool(first.low <= second.low and second.high <= first.high)

    return compare(lies_within, _within, first, point(value), by_chance=False)


@comparison("about", "chance")
def about(first: Given, number: Given, by: float) -> Comparison:
    """Compare: an interval lies no further than `by`, in its own unit, from a number.

    Parameters
    ----------
    first : Estimate, reported value or number
        What has the interval.
    number : Estimate, reported value or number
        What it is said to be about.
    by : float
        How far its ends may lie from that.

    Returns
    -------
    Comparison
        Whether both ends lie no further away; unknown without an interval.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> share = Estimate(0.64, 0.59, 0.69, unit="share", range="sampling")
    >>> about(share, 0.6, by=0.1).holds, about(share, 0.6, by=0.05).holds
    (True, False)
    """
    return compare(partial(lies_about, by), partial(say_about, by), first, number)


@comparison("counts")
def counts(share: Any, k: int, of: int | None = None) -> Comparison:
    """Compare: a share, or a number of observations, counts exactly so many.

    The sentence gives `k` and `of` in words.

    Parameters
    ----------
    share : Estimate, reported value or number
        A share with `k` counted, or an estimate that rests on `k` observations.
    k : int
        The count that the sentence gives.
    of : int, optional
        The total, if the sentence gives one.

    Returns
    -------
    Comparison
        Whether the counts are these; unknown without counts, or if a share is one of nothing.

    Raises
    ------
    ResultError
        If it is not an estimate, a reported value or a number.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> share = Estimate(0.64, k=55, n=86, unit="share")
    >>> counts(share, 55, of=86).holds, counts(share, 86).holds
    (True, False)
    >>> counts(Estimate(3.1, n=86), 86).holds
    True
    >>> counts(share, 86).because
    '55 of 86, and the sentence says 86'
    """
    estimate = read_given(share)
    counted = estimate.k
    if counted is None:
        counted = estimate.n
    if estimate.k is not None and estimate.n == 0:
        return Comparison(None, "there is nothing to count", labels([estimate]), "number")
    wanted = f"{k:,}"
    if of is not None:
        wanted += f" of {of:,}"
    has_total = of is None or estimate.n is not None
    is_unknown = counted is None or not has_total
    agrees = counted == k and of in {None, estimate.n}
    holds = None if is_unknown else agrees
    says = "as the sentence says" if holds else f"and the sentence says {wanted}"
    because = f"{numbers.counts(estimate)}, {says}"
    return Comparison(holds, because, labels([estimate]), "number")


def lies_about(by: float, first: Any, number: Any) -> bool:
    """Return whether a range lies near a number."""
    is_high_enough = number.low - by <= first.low
    return bool(is_high_enough and first.high <= number.high + by)


def is_below(first: Any, *others: Any) -> bool:
    """Return whether a range ends before all others begin."""
    return all(first.high < other.low for other in others)


def is_above(first: Any, *others: Any) -> bool:
    """Return whether a range begins after all others end."""
    return all(first.low > other.high for other in others)


def _are_apart(first: Any, second: Any) -> bool:
    return bool(first.high < second.low or second.high < first.low)


def say_side(word: str, holds: bool, first: Estimate, *others: Estimate) -> str:
    """Say whether an interval lies on one side, ``above`` or ``below``, of others."""
    if holds:
        bounds = [other for other in others if other.low == other.high]
        facing = [_facing_end(word, first)] if bounds else []
        text, *texts = numbers.distinct_texts(first, *others, *facing)[: len(others) + 1]
        return f"{text} is {word} {numbers.in_list(texts)}"
    lies = is_below if word == "below" else is_above
    reasons = [_not_on_side(word, first, other) for other in others if not lies(first, other)]
    return ", and ".join(reasons)


def _not_on_side(word: str, first: Estimate, other: Estimate) -> str:
    """Say why an interval does not lie on one side of another one."""
    if first.value == other.value:
        return f"both are {numbers.write(first)}"
    text, other_text = numbers.distinct_texts(first, other)
    value = float(first.value or 0)
    bound = float(other.value or 0)
    on_side = value < bound if word == "below" else value > bound
    if not on_side:
        return f"{text} is not {word} {other_text}"
    across = "above" if word == "below" else "below"
    if other.low == other.high:
        facing = _facing_end(word, first)
        text, other_text, _ = numbers.distinct_texts(first, other, facing)
        return f"{text} is {word} {other_text}, but the {_noun(first)} reaches {across} it"
    return f"{text} is {word} {other_text}, but the {_noun(first, other)}s overlap"


def _noun(*results: Estimate) -> str:
    """Return what ranges are called: intervals only where chance could move the value."""
    kinds = {result.range for result in results}
    return "interval" if kinds <= {"sampling", None} else "range"


def _facing_end(word: str, estimate: Estimate) -> Estimate:
    """Return the end of an interval that decides whether it lies below or above a number."""
    end = estimate.high if word == "below" else estimate.low
    return Estimate(end, unit=estimate.unit)


def _overlap(holds: bool, first: Estimate, second: Estimate) -> str:
    """Say whether two intervals overlap."""
    text, other = numbers.distinct_texts(first, second)
    if text == other:
        return f"both are {text}"
    verb = "do not overlap" if holds else "overlap"
    return f"{text} and {other} {verb}"


def _within(holds: bool, first: Estimate, value: Estimate) -> str:
    """Say whether a value lies within an interval."""
    text, other = numbers.distinct_texts(first, value)
    return f"{other} lies {'within' if holds else 'outside'} the {_noun(first)} of {text}"


def say_about(by: float, holds: bool, first: Estimate, number: Estimate) -> str:
    """Say whether an interval lies near a number."""
    if by == 0:
        text, other = numbers.distinct_texts(first, number)
        if holds:
            return f"{first.label}: {text}" if first.label else f"it is {text}"
        if first.label:
            return f"{first.label}: {text}, not {other}"
        return f"{text} is not {other}"
    text, other = numbers.distinct_texts(first, number, *_furthest(by, first, number))[:2]
    margin = numbers.in_points(by) if first.unit == "share" else f"{by:,.10g}"
    if holds:
        return f"{text} is within {margin} of {other}"
    return f"{text} is more than {margin} from {other}"


def _furthest(by: float, first: Estimate, number: Estimate) -> list[Estimate]:
    """Return the end of an interval that is furthest from a number, and how far it may reach."""
    below = float(number.low or 0) - float(first.low or 0)
    above = float(first.high or 0) - float(number.high or 0)
    end = first.high
    limit = float(number.high or 0) + by
    if below > above:
        end = first.low
        limit = float(number.low or 0) - by
    return [Estimate(end, unit=first.unit), Estimate(limit, unit=first.unit)]

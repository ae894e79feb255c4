"""Comparisons of whole intervals: on which side of another one an interval lies, and how near."""

from __future__ import annotations

from typing import Any

from bookpress.chapter import number_formats as numbers
from bookpress.chapter.comparisons.base import (
    Comparison,
    Given,
    compare,
    labels,
    point,
    read_given,
)


def below(one: Given, other: Given, *others: Given) -> Comparison:
    """Compare: the interval of one lies below those of all others.

    Parameters
    ----------
    one : Estimate, claim or number
        What is said to be smaller.
    other, *others : Estimate, claim or number
        What it is held against.

    Returns
    -------
    Comparison
        Whether its upper end lies below all their lower ends; unknown without an interval.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> from bookpress.chapter.estimates import Estimate
    >>> late = Estimate(0.16, 0.12, 0.22, unit="share", period=(2022, 2024))
    >>> early = Estimate(0.64, 0.53, 0.73, unit="share", period=(2012, 2014))
    >>> comparison = below(late, early)
    >>> comparison.holds, comparison.because
    (True, '16% (12 to 22) against 64% (53 to 73)')
    """
    return compare(_is_below, one, other, *others)


def above(one: Given, other: Given, *others: Given) -> Comparison:
    """Compare: the interval of one lies above those of all others.

    Parameters
    ----------
    one : Estimate, claim or number
        What is said to be larger.
    other, *others : Estimate, claim or number
        What it is held against.

    Returns
    -------
    Comparison
        Whether its lower end lies above all their upper ends; unknown without an interval.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> from bookpress.chapter.estimates import Estimate
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> above(share, 0.5, 0.1).holds, above(share, 0.6).holds
    (True, False)
    >>> above(Estimate(0.64, unit="share"), 0.5).because
    'no interval for one of the two'
    """
    return compare(_is_above, one, other, *others)


def apart(one: Given, other: Given) -> Comparison:
    """Compare: two intervals have no value in common.

    Parameters
    ----------
    one, other : Estimate, claim or number
        The two.

    Returns
    -------
    Comparison
        Whether one ends before the other begins; unknown without an interval.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> from bookpress.chapter.estimates import Estimate
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> apart(share, 0.8).holds, apart(share, 0.6).holds
    (True, False)
    """
    return compare(_are_apart, one, other)


def majority(share: Given) -> Comparison:
    """Compare: the interval of a share lies above a half.

    Parameters
    ----------
    share : Estimate, claim or number
        A share from 0 to 1.

    Returns
    -------
    Comparison
        Whether its lower end lies above a half; unknown without an interval.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> from bookpress.chapter.estimates import Estimate
    >>> majority(Estimate(0.64, 0.53, 0.73, unit="share")).holds
    True
    >>> majority(Estimate(0.64, 0.46, 0.79, unit="share")).holds
    False
    """
    return above(share, 0.5)


def minority(share: Given) -> Comparison:
    """Compare: the interval of a share lies below a half.

    Parameters
    ----------
    share : Estimate, claim or number
        A share from 0 to 1.

    Returns
    -------
    Comparison
        Whether its upper end lies below a half; unknown without an interval.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> from bookpress.chapter.estimates import Estimate
    >>> minority(Estimate(0.16, 0.12, 0.22, unit="share")).holds
    True
    >>> minority(Estimate(0.16, 0.01, 0.58, unit="share")).holds
    False
    """
    return below(share, 0.5)


def within(one: Given, claim: Given) -> Comparison:
    """Compare: the value of a claim, or a number, lies within an interval.

    Parameters
    ----------
    one : Estimate, claim or number
        What has the interval.
    claim : Estimate, claim or number
        What has the value; its own interval is not read.

    Returns
    -------
    Comparison
        Whether the value lies between both ends, or is one of them; unknown without an interval.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> from bookpress.chapter.estimates import Estimate
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> within(share, 0.6).holds, within(share, 0.8).holds
    (True, False)
    """

    def lies_within(first: Any, second: Any) -> bool:
        return bool(first.low <= second.low and second.high <= first.high)

    return compare(lies_within, one, point(claim))


def about(one: Given, number: Given, by: float) -> Comparison:
    """Compare: an interval lies no further than `by`, in its own unit, from a number.

    Parameters
    ----------
    one : Estimate, claim or number
        What has the interval.
    number : Estimate, claim or number
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
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> from bookpress.chapter.estimates import Estimate
    >>> share = Estimate(0.64, 0.59, 0.69, unit="share")
    >>> about(share, 0.6, by=0.1).holds, about(share, 0.6, by=0.05).holds
    (True, False)
    """

    def lies_about(first: Any, second: Any) -> bool:
        is_high_enough = second.low - by <= first.low
        return bool(is_high_enough and first.high <= second.high + by)

    return compare(lies_about, one, number)


def counts(share: Any, k: int, of: int | None = None) -> Comparison:
    """Compare: a share, or a number of observations, counts exactly so many.

    A sentence says in words what `k` and `of` are.

    Parameters
    ----------
    share : Estimate, claim or number
        A share, of which `k` were counted, or what rests on `k` observations.
    k : int
        How many the sentence says.
    of : int, optional
        Of how many, where the sentence says so.

    Returns
    -------
    Comparison
        Whether the counts are these; unknown without counts.

    Raises
    ------
    ResultError
        If it is no estimate, no claim and no number.

    Examples
    --------
    >>> from bookpress.chapter.estimates import Estimate
    >>> share = Estimate(0.64, k=55, n=86, unit="share")
    >>> counts(share, 55, of=86).holds, counts(share, 86).holds
    (True, False)
    >>> counts(Estimate(3.1, n=86), 86).holds
    True
    >>> counts(share, 86).because
    '55 of 86 where the text says 86'
    """
    estimate = read_given(share)
    counted = estimate.k
    if counted is None:
        counted = estimate.n
    wanted = f"{k:,}"
    if of is not None:
        wanted += f" of {of:,}"
    because = f"{numbers.counts(estimate)} where the text says {wanted}"
    has_total = of is None or estimate.n is not None
    is_unknown = counted is None or not has_total
    agrees = counted == k and of in {None, estimate.n}
    holds = None if is_unknown else agrees
    return Comparison(holds, because, labels([estimate]))


def _is_below(first: Any, *others: Any) -> bool:
    return all(first.high < other.low for other in others)


def _is_above(first: Any, *others: Any) -> bool:
    return all(first.low > other.high for other in others)


def _are_apart(first: Any, second: Any) -> bool:
    return bool(first.high < second.low or second.high < first.low)

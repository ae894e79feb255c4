"""Comparisons by the interval of a difference, or of a ratio.

Two intervals may overlap although their difference is not due to chance, so a difference is tested
by its own interval. That is computed from the two intervals by the method of Newcombe (1998) and of
Zou and Donner (2008), which assumes that they are independent. For shares, points and years it is
the difference; for any other unit, whose values are above 0, it is the ratio, by the same method on
the logarithmic scale. For resampled values this is an approximation.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from holdtrue import number_formats as numbers
from holdtrue.comparisons.base import (
    Comparison,
    Given,
    comparison,
    in_one_unit,
    labels,
    lack_of,
    point,
    refuse_other_ranges,
)
from holdtrue.estimates import Estimate, ResultError

DIFFERENCE_UNITS = {"share", "points", "year"}
"""Units for which the difference is taken, and not the ratio."""
Ends = tuple[float, float, float]
"""A value, and the ends of its interval."""


class _Gap(NamedTuple):
    """The interval of a difference or of a ratio."""

    low: float
    high: float
    is_ratio: bool
    unit: str

    @property
    def none(self) -> float:
        """The gap between equal values: a difference of 0, or a ratio of 1."""
        return 1.0 if self.is_ratio else 0.0

    @property
    def holds_none(self) -> bool:
        """Whether the two may be equal."""
        return self.low <= self.none <= self.high

    @property
    def words(self) -> str:
        """The interval in words."""
        if self.is_ratio:
            low = numbers.number(self.low, "ratio")
            high = _upper(self.high)
            if low == high:
                return f"the ratio is {low}"
            return f"the ratio is between {low} and {high}"
        scale = 100 if self.unit == "share" else 1
        unit = "year" if self.unit == "year" else "points"
        low = _signed(scale * self.low)
        high = _signed(scale * self.high)
        return f"the difference is between {low} and {high} {unit.removesuffix('s')}s"


def square_and_add(first: Ends, other: Ends) -> Ends:
    """Return the difference of two values, and the ends of its interval.

    Notes
    -----
    Newcombe (1998), method 10, for shares with Wilson intervals; Zou and Donner (2008) for any
    other: each end is as far from the difference as the hypotenuse of the distances at which the
    intervals of the two end.
    """
    value, low, high = first
    other_value, other_low, other_high = other
    difference = value - other_value
    down = math.hypot(value - low, other_high - other_value)
    up = math.hypot(high - value, other_value - other_low)
    return difference, difference - down, difference + up


@comparison("chance")
def differ(first: Given, other: Given) -> Comparison:
    """Compare: two estimates differ by more than chance explains.

    Parameters
    ----------
    first, other : Estimate, reported value or number
        The two.

    Returns
    -------
    Comparison
        Whether the interval of their difference, or of their ratio, does not contain equality;
        unknown without an interval.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Notes
    -----
    The interval is that of Newcombe (1998), on the logarithmic scale unless the unit is share,
    points or year.

    Examples
    --------
    >>> early = Estimate(0.174, 0.110, 0.264, k=16, n=92, unit="share", range="sampling")
    >>> late = Estimate(0.080, 0.050, 0.126, k=16, n=200, unit="share", range="sampling")
    >>> differ(late, early).holds, differ(late, early).because
    (True, 'the difference is between −18.9 and −1.5 points')
    >>> differ(early, 0.2).holds
    False
    """
    gap = _gap(first, other)
    if isinstance(gap, Comparison):
        return gap
    return Comparison(not gap.holds_none, gap.words, _compared(first, other))


@comparison("chance")
def undecided(first: Given, other: Given) -> Comparison:
    """Compare: which of two estimates is larger cannot be determined.

    That says nothing about how near they are; `indistinguishable` does.

    Parameters
    ----------
    first, other : Estimate, reported value or number
        The two.

    Returns
    -------
    Comparison
        Whether the interval of their difference, or of their ratio, contains equality; unknown
        without an interval.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Notes
    -----
    The interval is that of Newcombe (1998), on the logarithmic scale unless the unit is share,
    points or year.

    Examples
    --------
    >>> few = Estimate(0.6, 0.23, 0.88, k=3, n=5, unit="share", range="sampling")
    >>> undecided(few, 0.5).holds, undecided(few, 0.1).holds
    (True, False)
    """
    gap = _gap(first, other)
    if isinstance(gap, Comparison):
        return gap
    return Comparison(gap.holds_none, gap.words, _compared(first, other))


@comparison("alike", "chance")
def indistinguishable(first: Given, other: Given, within: float) -> Comparison:
    """Compare: two estimates are alike, up to a margin that the sentence names.

    Parameters
    ----------
    first, other : Estimate, reported value or number
        The two.
    within : float
        The margin: for shares a share (0.05 is five percentage points), for points and years a
        number of them, for any other unit a factor (1.25 is a quarter more or less).

    Returns
    -------
    Comparison
        Whether the interval of their difference, or of their ratio, contains equality and lies
        within the margin. Unknown if it contains equality and is wider, which decides nothing, or
        if there is no interval; false if it does not contain equality.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, the units differ, or the
        margin is invalid.

    Notes
    -----
    The interval is that of Newcombe (1998), on the logarithmic scale unless the unit is share,
    points or year.

    Examples
    --------
    >>> first = Estimate(0.64, 0.62, 0.66, unit="share", range="sampling")
    >>> other = Estimate(0.63, 0.61, 0.65, unit="share", range="sampling")
    >>> indistinguishable(first, other, within=0.05).holds
    True
    >>> few = Estimate(0.6, 0.23, 0.88, k=3, n=5, unit="share", range="sampling")
    >>> indistinguishable(few, other, within=0.05).because
    'cannot tell: the difference is between −40.1 and 25.1 points'
    """
    gap = _gap(first, other)
    if isinstance(gap, Comparison):
        return gap
    least, most = _margin(gap, within)
    compared = _compared(first, other)
    if not gap.holds_none:
        return Comparison(False, gap.words, compared)
    is_within = least <= gap.low and gap.high <= most
    if is_within:
        return Comparison(True, gap.words, compared)
    return Comparison(None, f"cannot tell: {gap.words}", compared)


@comparison("times", "chance")
def times_as_large(first: Given, other: Given, at_least: float) -> Comparison:
    """Compare: one estimate is at least so many times another.

    Parameters
    ----------
    first : Estimate, reported value or number
        What is said to be larger.
    other : Estimate, reported value or number
        What it is compared with.
    at_least : float
        How many times.

    Returns
    -------
    Comparison
        Whether the whole interval of their ratio is at least that; unknown without an interval, or
        if one of the two is not above 0.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Notes
    -----
    The interval is that of Zou and Donner (2008), on the logarithmic scale.

    Examples
    --------
    >>> late = Estimate(0.64, 0.53, 0.73, unit="share", range="sampling")
    >>> early = Estimate(0.16, 0.12, 0.22, unit="share", range="sampling")
    >>> times_as_large(late, early, at_least=2).because
    'the ratio is between 2.8 and 5.5, at least 2'
    >>> times_as_large(late, early, at_least=4).holds
    False
    """
    gap = _gap(first, other, as_ratio=True)
    if isinstance(gap, Comparison):
        return gap
    because = f"{gap.words}, at least {at_least:g}"
    if gap.low < at_least:
        because = f"{gap.words}, not at least {at_least:g}"
    return Comparison(gap.low >= at_least, because, _compared(first, other))


@comparison("times")
def times_as_large_value(first: Given, other: Given, at_least: float) -> Comparison:
    """Compare: one value is at least so many times another.

    Parameters
    ----------
    first : Estimate, reported value or number
        What is said to be larger.
    other : Estimate, reported value or number
        What it is compared with.
    at_least : float
        How many times.

    Returns
    -------
    Comparison
        Whether the ratio of their values is at least that; unknown without a value, or if one
        of the two is not above 0.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> times_as_large_value(0.5, 0.2, at_least=2).holds
    True
    """
    return times_as_large(point(first), point(other), at_least)


def ends_of(result: Estimate) -> Ends | None:
    """Return the value of an estimate and the ends of its interval; None if one is missing."""
    if result.value is None or result.low is None or result.high is None:
        return None
    return result.value, result.low, result.high


def _gap(given: Given, other_given: Given, *, as_ratio: bool = False) -> _Gap | Comparison:
    """Return the interval of a difference or a ratio; without one, an unknown comparison."""
    first, second = results = in_one_unit([given, other_given])
    first_ends = ends_of(first)
    second_ends = ends_of(second)
    refuse_other_ranges(results)
    if first_ends is None or second_ends is None:
        return Comparison(None, lack_of(results), labels(results))
    if first.unit in DIFFERENCE_UNITS and not as_ratio:
        _, low, high = square_and_add(first_ends, second_ends)
        return _Gap(low, high, is_ratio=False, unit=first.unit)
    if min(first_ends[0], second_ends[0]) <= 0:
        reason = f"no ratio of {numbers.ranged(first)} to {numbers.ranged(second)}"
        return Comparison(None, reason, labels(results))
    _, low, high = square_and_add(_logarithms(first_ends), _logarithms(second_ends))
    return _Gap(math.exp(low), math.exp(high), is_ratio=True, unit=first.unit)


def _logarithms(ends: Ends) -> Ends:
    """Return the logarithms of a value and of the ends of its interval; of 0, minus infinity."""
    value, low, high = ends
    low_log = math.log(low) if low > 0 else -math.inf
    return math.log(value), low_log, math.log(high)


def _margin(gap: _Gap, within: float) -> tuple[float, float]:
    """Return the ends of a margin."""
    if gap.is_ratio:
        if within <= 1:
            raise ResultError(
                f"within={within:g} is not a margin for a ratio: give a factor above 1"
            )
        return 1 / within, within
    is_share = gap.unit == "share"
    is_no_margin = within <= 0 or (is_share and within >= 1)
    if is_no_margin:
        allowed = "between 0 and 1, such as 0.05" if is_share else "above 0"
        problem = f"within={within:g} is not a margin for a {gap.unit}"
        raise ResultError(f"{problem}: give one {allowed}")
    return -within, within


def _compared(first: Given, other: Given) -> str:
    return labels(in_one_unit([first, other]))


def _signed(number: float) -> str:
    return f"{number:.1f}".replace("-", "−").replace("−0.0", "0.0")


def _upper(ratio: float) -> str:
    if math.isinf(ratio):
        return "no bound"
    return numbers.number(ratio, "ratio")

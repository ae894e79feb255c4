"""Comparisons of an earlier and a later estimate, unknown if the periods are not in order."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from holdtrue import number_formats as numbers
from holdtrue.comparisons.base import Comparison, Given, comparison
from holdtrue.comparisons.sides import above, below
from holdtrue.comparisons.values import above_value, below_value
from holdtrue.estimates import ResultError
from holdtrue.periods import years_of

Period = Any
"""A year, a first and a last year, or anything else with an order, such as a release."""
_Years = tuple[Any, Any]


@comparison("chance")
def rose(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: the interval of a later estimate lies above that of an earlier one.

    Parameters
    ----------
    late, early : Estimate, reported value or number
        The later and the earlier estimate.
    late_period, early_period : int, tuple or str, optional
        What time each is from: a year, a first and a last year, or a release; by default the
        attribute ``period``.

    Returns
    -------
    Comparison
        Whether the later lower end lies above the earlier upper end; unknown without an
        interval, and if the later period does not follow the earlier one, because the words would
        be false.

    Raises
    ------
    ResultError
        If something cannot be compared, or its period is neither known nor given.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> late = Estimate(0.16, 0.12, 0.22, unit="share", period=(2022, 2024), range="sampling")
    >>> early = Estimate(0.64, 0.53, 0.73, unit="share", period=(2012, 2014), range="sampling")
    >>> rose(early, late, 2024, 2014).holds, rose(late, early).holds
    (True, False)
    >>> rose(early, late).because
    '2012 to 2014 does not follow 2022 to 2024'
    """
    return _in_order(above(late, early), (early, early_period), (late, late_period))


@comparison("chance")
def fell(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: the interval of a later estimate lies below that of an earlier one.

    Parameters
    ----------
    late, early : Estimate, reported value or number
        The later and the earlier estimate.
    late_period, early_period : int, tuple or str, optional
        What time each is from: a year, a first and a last year, or a release; by default the
        attribute ``period``.

    Returns
    -------
    Comparison
        Whether the later upper end lies below the earlier lower end; unknown without an
        interval, and if the later period does not follow the earlier one, because the words would
        be false.

    Raises
    ------
    ResultError
        If something cannot be compared, or its period is neither known nor given.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> late = Estimate(0.16, 0.12, 0.22, unit="share", period=(2022, 2024), range="sampling")
    >>> early = Estimate(0.64, 0.53, 0.73, unit="share", period=(2012, 2014), range="sampling")
    >>> fell(late, early).holds, fell(0.7, early, late_period=2020).holds
    (True, False)
    """
    return _in_order(below(late, early), (early, early_period), (late, late_period))


@comparison()
def rose_value(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: a later value is larger than an earlier one.

    Parameters
    ----------
    late, early : Estimate, reported value or number
        The later and the earlier value.
    late_period, early_period : int, tuple or str, optional
        What time each is from: a year, a first and a last year, or a release; by default the
        attribute ``period``.

    Returns
    -------
    Comparison
        Whether the later value is larger; unknown without a value, and if the later period does
        not follow the earlier one, because the words would be false.

    Raises
    ------
    ResultError
        If something cannot be compared, or its period is neither known nor given.

    Examples
    --------
    >>> rose_value(0.6, 0.5, late_period=2024, early_period=2014).holds
    True
    """
    return _in_order(above_value(late, early), (early, early_period), (late, late_period))


@comparison()
def fell_value(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: a later value is smaller than an earlier one.

    Parameters
    ----------
    late, early : Estimate, reported value or number
        The later and the earlier value.
    late_period, early_period : int, tuple or str, optional
        What time each is from: a year, a first and a last year, or a release; by default the
        attribute ``period``.

    Returns
    -------
    Comparison
        Whether the later value is smaller; unknown without a value, and if the later period does
        not follow the earlier one, because the words would be false.

    Raises
    ------
    ResultError
        If something cannot be compared, or its period is neither known nor given.

    Examples
    --------
    >>> fell_value(0.5, 0.6, late_period=2024, early_period=2014).holds
    True
    """
    return _in_order(below_value(late, early), (early, early_period), (late, late_period))


def _in_order(
    comparison: Comparison, early: tuple[Given, Period], late: tuple[Given, Period]
) -> Comparison:
    """Return a comparison of an earlier and a later estimate, unknown if they are not in order."""
    fault = _disorder(_years(*early), _years(*late))
    if fault:
        return Comparison(None, fault, comparison.numbers, "question")
    return comparison


def _years(given: Given, period: Period) -> _Years:
    """Return the first and last year stated for an estimate, or those of its own period."""
    known = period
    if known is None:
        known = getattr(given, "period", None)
    if known is None:
        raise ResultError(
            "the periods of the two are unknown: "
            "for estimates without a period, give late_period= and early_period="
        )
    if isinstance(known, tuple | list):
        first, last = known
        return first, last
    with suppress(ValueError):
        first, last = years_of(known)
        if first != last:  # a single year may have to be compared with a release
            return first, last
    return known, known


def _disorder(early: _Years, late: _Years) -> str:
    """Return why one period does not follow another; empty if it does."""
    early_text = numbers.period(*early)
    late_text = numbers.period(*late)
    if None in (*early, *late):
        return "a period is not known"
    if early[0] > early[1]:
        return f"{early_text} ends before it begins"
    if late[0] > late[1]:
        return f"{late_text} ends before it begins"
    if early == late:
        return f"both are of {early_text}"
    if late[1] < early[0]:
        return f"{late_text} does not follow {early_text}"
    if late[0] <= early[1]:
        return f"{early_text} overlaps with {late_text}"
    return ""

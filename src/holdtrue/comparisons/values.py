"""Comparisons of values alone, which say nothing about chance."""

from __future__ import annotations

from holdtrue.comparisons.base import Comparison, Given, comparison, point
from holdtrue.comparisons.sides import about, above, below, majority, minority


@comparison("below")
def below_value(first: Given, other: Given, *others: Given) -> Comparison:
    """Compare: one value is smaller than all others.

    Parameters
    ----------
    first : Estimate, reported value or number
        What is said to be smaller.
    other, *others : Estimate, reported value or number
        What it is compared with.

    Returns
    -------
    Comparison
        Whether its value is the smallest; unknown without a value.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share", range="sampling")
    >>> below_value(share, 0.7).holds, below(share, 0.7).holds
    (True, False)
    """
    return below(point(first), point(other), *map(point, others))


@comparison("above")
def above_value(first: Given, other: Given, *others: Given) -> Comparison:
    """Compare: one value is larger than all others.

    Parameters
    ----------
    first : Estimate, reported value or number
        What is said to be larger.
    other, *others : Estimate, reported value or number
        What it is compared with.

    Returns
    -------
    Comparison
        Whether its value is the largest; unknown without a value.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share", range="sampling")
    >>> above_value(share, 0.6).holds, above(share, 0.6).holds
    (True, False)
    """
    return above(point(first), point(other), *map(point, others))


@comparison("majority")
def majority_value(share: Given) -> Comparison:
    """Compare: a share is more than a half.

    Parameters
    ----------
    share : Estimate, reported value or number
        A share from 0 to 1.

    Returns
    -------
    Comparison
        Whether its value is more than a half; unknown without a value.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> majority_value(Estimate(0.64, 0.46, 0.79, unit="share", range="sampling")).holds
    True
    >>> majority_value(0.5).holds
    False
    """
    return majority(point(share))


@comparison("minority")
def minority_value(share: Given) -> Comparison:
    """Compare: a share is less than a half.

    Parameters
    ----------
    share : Estimate, reported value or number
        A share from 0 to 1.

    Returns
    -------
    Comparison
        Whether its value is less than a half; unknown without a value.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> minority_value(Estimate(0.16, 0.01, 0.58, unit="share", range="sampling")).holds
    True
    >>> minority_value(Estimate(None, unit="share")).holds is None
    True
    """
    return minority(point(share))


@comparison("about")
def about_value(first: Given, number: Given, by: float) -> Comparison:
    """Compare: a value lies no further than `by`, in its own unit, from a number.

    Parameters
    ----------
    first : Estimate, reported value or number
        What has the value.
    number : Estimate, reported value or number
        What it is said to be about.
    by : float
        How far it may lie from that.

    Returns
    -------
    Comparison
        Whether the value lies no further away; unknown without a value.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share", range="sampling")
    >>> about_value(share, 0.6, by=0.05).holds, about(share, 0.6, by=0.05).holds
    (True, False)
    """
    return about(point(first), point(number), by)

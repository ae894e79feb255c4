"""Comparisons of whole ranges that are no matter of chance: of assumptions, quotes, bounds.

A range over assumptions says how far the choice of assumptions moves a
value, one of quotes what one may be asked to pay. Sentences on these say "in every case", "whatever
the quote", and nothing about chance.
"""

from __future__ import annotations

from functools import partial

from holdtrue.comparisons.base import Comparison, Given, compare, comparison
from holdtrue.comparisons.sides import is_above, is_below, lies_about, say_about, say_side


@comparison("below")
def below_throughout(first: Given, other: Given, *others: Given) -> Comparison:
    """Compare: the whole range of one lies below those of all others.

    Parameters
    ----------
    first : Estimate, reported value or number
        What is said to be smaller in every case.
    other, *others : Estimate, reported value or number
        What it is compared with.

    Returns
    -------
    Comparison
        Whether its highest value lies below all their lowest; unknown without a range.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> price = Estimate(3.8, 2.7, 6.2, unit="USD", label="rent", range="quotes")
    >>> below_throughout(price, 7).because
    '$3.80 ($2.70 to $6.20) is below $7.00'
    """
    return compare(is_below, partial(say_side, "below"), first, other, *others, by_chance=False)


@comparison("above")
def above_throughout(first: Given, other: Given, *others: Given) -> Comparison:
    """Compare: the whole range of one lies above those of all others.

    Parameters
    ----------
    first : Estimate, reported value or number
        What is said to be larger in every case.
    other, *others : Estimate, reported value or number
        What it is compared with.

    Returns
    -------
    Comparison
        Whether its lowest value lies above all their highest; unknown without a range.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> price = Estimate(3.8, 2.7, 6.2, unit="USD", label="rent", range="quotes")
    >>> above_throughout(price, 3).because
    '$3.80 ($2.70 to $6.20) is above $3.00, but the range reaches below it'
    """
    return compare(is_above, partial(say_side, "above"), first, other, *others, by_chance=False)


@comparison("about")
def about_throughout(first: Given, number: Given, by: float) -> Comparison:
    """Compare: a whole range lies no further than `by`, in its own unit, from a number.

    Parameters
    ----------
    first : Estimate, reported value or number
        What has the range.
    number : Estimate, reported value or number
        What it is said to be about in every case.
    by : float
        How far its ends may lie from that.

    Returns
    -------
    Comparison
        Whether both ends lie no further away; unknown without a range.

    Raises
    ------
    ResultError
        If something is not an estimate, a reported value or a number, or the units differ.

    Examples
    --------
    >>> from holdtrue.estimates import Estimate
    >>> price = Estimate(3.8, 2.7, 6.2, unit="USD", label="rent", range="quotes")
    >>> about_throughout(price, 4, by=2.5).holds
    True
    """
    holds = partial(lies_about, by)
    return compare(holds, partial(say_about, by), first, number, by_chance=False)

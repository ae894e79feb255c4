"""What a sentence says about one value, about each of several, and about the verdict on a claim."""

from __future__ import annotations

import datetime as dt
import numbers
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sized
from typing import Any

import pandas as pd

from compute_divide.estimates.claims.verdicts import Check, Verdict
from compute_divide.estimates.comparisons.names import if_any, listing
from holdtrue.comparisons.base import Comparison, Kind
from holdtrue.number_formats import spoken


def equals(actual: Any, expected: Any, what: str, *, among: Sized | None = None) -> Comparison:
    """Compare: a fact equals what the sentence says.

    Parameters
    ----------
    actual : object
        The fact: a text, a number, a list, a date; None and NaN are unknown.
    expected : object
        What the sentence says.
    what : str
        The subject of the reason, read before "is".
    among : sized, optional
        What it was taken from; if it is empty the comparison is unknown.

    Returns
    -------
    Comparison
        Whether both are equal, with the fact as the reason.

    Examples
    --------
    >>> equals("V100", "V100", "the commonest chip").because, equals(None, 3, "the number").holds
    ('the commonest chip is V100', None)
    """
    is_missing = actual is None or (pd.api.types.is_scalar(actual) and pd.isna(actual))
    if is_missing:
        return Comparison(None, f"{what} is not known")
    is_number = isinstance(actual, numbers.Number) and not isinstance(actual, bool)
    kind: Kind = "number" if is_number else "sentence"
    because = f"{what} {_verb(what)} {_said(actual)}"
    return Comparison(if_any(among, actual == expected), because, kind=kind)


def _verb(what: str) -> str:
    """Return "is", or "are" after a plural such as "the years" or "the numbers of chips"."""
    noun = re.split(" of | by ", what)[0]
    is_plural = noun.endswith("s") and not noun.endswith("ss") and not noun.startswith("what ")
    if is_plural:
        return "are"
    return "is"


def _said(actual: Any) -> str:
    """Return a fact in words: the items of a list, the entries of a dictionary."""
    if isinstance(actual, Mapping):
        return ", ".join(f"{name}: {_item(item)}" for name, item in actual.items())
    items = [*actual] if isinstance(actual, list | tuple | set) else [actual]
    return listing(map(_item, items))


def _item(item: Any) -> str:
    """Return an item of a fact in words: a pair of years as a period, a large number by thousands.

    Years are not written as large numbers, and whole numbers, such as the year of an estimate, get
    no decimals.
    """
    if isinstance(item, float) and item.is_integer():
        return _item(int(item))
    if item is None:
        return "not known"
    if isinstance(item, dt.date):
        return spoken(item.isoformat()[:10])  # a time of day says nothing here
    if isinstance(item, tuple):
        return " to ".join(map(str, item))
    is_large = isinstance(item, numbers.Integral) and abs(int(item)) >= 10_000
    if is_large:
        return f"{item:,}"
    return spoken(str(item))


def one_of(actual: Any, *allowed: Any, what: str = "it") -> Comparison:
    """Compare: a choice is one of those for which the sentence was written.

    Parameters
    ----------
    actual : object
        The choice; None is unknown.
    *allowed : object
        The choices for which the sentence was written.
    what : str
        The subject of the reason, read before "is".

    Returns
    -------
    Comparison
        Whether it is among them, with the choice as the reason.

    Examples
    --------
    >>> one_of("all", "top-k-per-year", what="the definition").because
    'the definition is all'
    """
    holds = None if actual is None else actual in allowed
    return Comparison(holds, f"{what} is {_said(actual)}")


def every_above(values: Iterable[float | None], bound: float | None) -> Comparison:
    """Compare: every value lies above a number.

    Parameters
    ----------
    values : iterable of float
        The values; missing ones are left out.
    bound : float
        The number, in the unit of the values; None and NaN are unknown.

    Returns
    -------
    Comparison
        Whether the smallest does; unknown without any.

    Examples
    --------
    >>> every_above([0.3, 0.4], 0.2).holds, every_above([], 0.2).holds
    (True, None)
    """
    known = pd.Series([*values], dtype=float).dropna()
    return _extreme_against(bound, known.min(), operator.gt, "the least is", "above")


def every_below(values: Iterable[float | None], bound: float | None) -> Comparison:
    """Compare: every value lies below a number.

    Parameters
    ----------
    values : iterable of float
        The values; missing ones are left out.
    bound : float
        The number, in the unit of the values; None and NaN are unknown.

    Returns
    -------
    Comparison
        Whether the largest does; unknown without any.

    Examples
    --------
    >>> every_below([0.3, 0.4], 0.5).holds, every_below([0.3, 0.6], 0.5).because
    (True, 'the most is 0.6, not below 0.5')
    """
    known = pd.Series([*values], dtype=float).dropna()
    return _extreme_against(bound, known.max(), operator.lt, "the most is", "below")


def later(first: Any, other: Any) -> Comparison:
    """Compare: the first of two is the later one.

    Parameters
    ----------
    first, other : object
        Two years, dates, or names of vintages; None is unknown.

    Returns
    -------
    Comparison
        Whether the first is the later one.

    Raises
    ------
    TypeError
        If the two cannot be compared.

    Examples
    --------
    >>> later("2026-08", "2023-03").holds, later(2020, 2022).because
    (True, '2020 is not later than 2022')
    """
    if first is None or other is None:
        return Comparison(None, "one of the two is not known")
    is_later = bool(first > other)
    negation = "" if is_later else "not "
    because = f"{_item(first)} is {negation}later than {_item(other)}"
    return Comparison(is_later, because)


def judged(check: Check, verdict: Verdict) -> Comparison:
    """Compare: a claim gets the verdict in the sentence.

    Parameters
    ----------
    check : Check
        The claim, with our estimates.
    verdict : str
        One of `VERDICTS`.

    Returns
    -------
    Comparison
        Whether it does, with the verdict and its reason.

    Examples
    --------
    >>> judged(Check("hao-sector", why="No list tells it."), "agrees").because
    'the verdict is “cannot be tested”. No list tells it.'
    """
    because = f"the verdict is “{check.verdict}”. {check.reason}"
    return Comparison(check.verdict == verdict, because)


def _extreme_against(
    bound: float | None,
    extreme: float,
    holds: Callable[[float, float], bool],
    what: str,
    side: str,
) -> Comparison:
    """Compare the least or the largest of some values, NaN if there are none, with a number."""
    if pd.isna(extreme) or bound is None or pd.isna(bound):
        return Comparison(None, "there is nothing to compare")
    verdict = holds(extreme, bound)
    negation = "" if verdict else "not "
    because = f"{what} {_rounded(extreme, 4)}, {negation}{side} {_rounded(bound, 6)}"
    return Comparison(verdict, because)


def _rounded(value: float, digits: int) -> str:
    """Write a number whose unit is not known, with as many significant digits."""
    return f"{float(f'{value:.{digits}g}'):,.10g}".replace("-", "−")

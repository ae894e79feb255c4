"""Comparisons of this book's own: what a sentence says of names, labels and counts.

Each holds, does not, or is unknown, with a reason that reads after "this does not hold:". Names
come as texts, or as rows that have a column ``model``.
"""

from __future__ import annotations

import numbers
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from typing import Any

import pandas as pd

from bookpress.chapter.comparisons.base import Comparison, Kind
from bookpress.chapter.estimates import Estimate
from bookpress.chapter.number_formats import number, ranged, with_unit
from compute_divide.analysis.claims.verdicts import Check, Verdict

MOST_SHOWN = 8
"""Names that a reason lists."""

Names = Iterable[str] | pd.DataFrame


def only(found: Names, *names: str, what: str = "it", among: Sized | None = None) -> Comparison:
    """Compare: what was found is just these names, in any order.

    Parameters
    ----------
    found : iterable of str, or pandas.DataFrame
        Names, or rows with a column ``model``; repeated ones count once.
    *names : str
        The names that the sentence gives; none where it says that there is none.
    what : str
        What was found, to be read before "is".
    among : sized, optional
        Out of what was chosen; without any of it the comparison is unknown.

    Returns
    -------
    Comparison
        Whether both are the same, with what was found as the reason.

    Raises
    ------
    KeyError
        If rows have no column ``model``.

    Examples
    --------
    >>> only(["LUKE", "LUKE"], "LUKE").holds, only([], "LUKE").holds
    (True, False)
    >>> only([], "LUKE", among=[]).holds is None
    True
    """
    known = names_of(found)
    holds = set(known) == set(names)
    return Comparison(_if_any(among, holds), f"{what} is {_listing(known)}")


def ordered(found: Names, *names: str, among: Sized | None = None) -> Comparison:
    """Compare: what was found begins with these names, in this order.

    Parameters
    ----------
    found : iterable of str, or pandas.DataFrame
        Names, or rows with a column ``model``, in their order.
    *names : str
        The first names that the sentence gives.
    among : sized, optional
        Out of what was chosen; without any of it the comparison is unknown.

    Returns
    -------
    Comparison
        Whether they begin alike, with what was found as the reason.

    Raises
    ------
    KeyError
        If rows have no column ``model``.

    Examples
    --------
    >>> ordered(["Google", "OpenAI", "Meta"], "Google", "OpenAI").holds, ordered([], "Google").holds
    (True, False)
    """
    known = names_of(found)
    first = known[: len(names)]
    holds = first == [*names]
    return Comparison(_if_any(among, holds), f"it is {_listing(known)}")


def listed(found: Names, *names: str, among: Sized | None = None) -> Comparison:
    """Compare: all these names are among what was found.

    Parameters
    ----------
    found : iterable of str, or pandas.DataFrame
        Names, or rows with a column ``model``.
    *names : str
        The names that the sentence gives.
    among : sized, optional
        Out of what was chosen; without any of it the comparison is unknown.

    Returns
    -------
    Comparison
        Whether none is missing, with those that are as the reason.

    Raises
    ------
    KeyError
        If rows have no column ``model``.

    Examples
    --------
    >>> listed(["AlexNet", "VGG16"], "AlexNet").holds, listed(["VGG16"], "AlexNet").because
    (True, 'not listed: AlexNet')
    """
    known = set(names_of(found))
    missing = [name for name in names if name not in known]
    because = f"listed: {_listing(names)}"
    if missing:
        because = f"not listed: {_listing(missing)}"
    return Comparison(_if_any(among, not missing), because)


def unlisted(found: Names, *names: str, among: Sized | None = None) -> Comparison:
    """Compare: none of these names is among what was found.

    Parameters
    ----------
    found : iterable of str, or pandas.DataFrame
        Names, or rows with a column ``model``.
    *names : str
        The names that the sentence gives.
    among : sized, optional
        Out of what was chosen; without any of it the comparison is unknown.

    Returns
    -------
    Comparison
        Whether all are missing, with those that are not as the reason.

    Raises
    ------
    KeyError
        If rows have no column ``model``.

    Examples
    --------
    >>> unlisted(["VGG16"], "Apertus 70B").holds, unlisted(["VGG16"], "VGG16").because
    (True, 'listed: VGG16')
    """
    known = set(names_of(found))
    there = [name for name in names if name in known]
    because = f"not listed: {_listing(names)}"
    if there:
        because = f"listed: {_listing(there)}"
    return Comparison(_if_any(among, not there), because)


def equals(
    found: Any, expected: Any, what: str = "it", *, among: Sized | None = None
) -> Comparison:
    """Compare: a fact is what the sentence says.

    Parameters
    ----------
    found : object
        The fact: a text, a number, a list, a date; None and NaN are unknown.
    expected : object
        What the sentence says.
    what : str
        What the fact is, to be read before "is".
    among : sized, optional
        Out of what it was taken; without any of it the comparison is unknown.

    Returns
    -------
    Comparison
        Whether both are equal, with the fact as the reason.

    Examples
    --------
    >>> equals("V100", "V100", "the commonest").holds, equals(None, 3).holds
    (True, None)
    """
    is_missing = found is None or (pd.api.types.is_scalar(found) and pd.isna(found))
    if is_missing:
        return Comparison(None, f"{what} is not known")
    is_number = isinstance(found, numbers.Number) and not isinstance(found, bool)
    kind: Kind = "number" if is_number else "claim"
    because = f"{what} {_verb(what)} {_said(found)}"
    return Comparison(_if_any(among, found == expected), because, kind=kind)


def _verb(what: str) -> str:
    """Return "is", or "are" for what is plural, as "the years" or "the numbers of chips"."""
    noun = what.partition(" of ")[0]
    is_plural = noun.endswith("s") and not noun.endswith("ss")
    if is_plural:
        return "are"
    return "is"


def _said(found: Any) -> str:
    """Return a fact in words: the items of a list, the entries of a dictionary."""
    if isinstance(found, Mapping):
        return _listing(f"{name}: {_item(item)}" for name, item in found.items())
    items = [*found] if isinstance(found, list | tuple | set) else [found]
    return _listing(map(_item, items))


def _item(item: Any) -> str:
    """Return an item of a fact in words: a pair of years as a period, a large number by thousands.

    Years are no large numbers, and a whole number has no decimals (a year of an estimate).
    """
    if isinstance(item, float) and item.is_integer():
        return _item(int(item))
    if item is None:
        return "not known"
    if isinstance(item, tuple):
        return " to ".join(map(str, item))
    is_large = isinstance(item, int) and abs(item) >= 10_000
    if is_large:
        return f"{item:,}"
    return str(item)


def one_of(found: Any, *allowed: Any, what: str = "it") -> Comparison:
    """Compare: a choice is one of those that the sentence is written for.

    Parameters
    ----------
    found : object
        The choice; None is unknown.
    *allowed : object
        Those that the sentence is written for.
    what : str
        What is chosen, to be read before "is".

    Returns
    -------
    Comparison
        Whether it is among them, with the choice as the reason.

    Examples
    --------
    >>> one_of("all", "top-k-per-year", what="the definition").because
    'the definition is all'
    """
    holds = None if found is None else found in allowed
    return Comparison(holds, f"{what} is {_said(found)}")


def labelled(rows: pd.DataFrame, column: str, labels: Mapping[str, Any]) -> Comparison:
    """Compare: rows of these names have these labels.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``model``.
    column : str
        The column of the labels.
    labels : mapping of str to object
        The label that the sentence gives to each name.

    Returns
    -------
    Comparison
        Whether every row of these names has its label; unknown where a name is not listed or has no
        label.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"model": ["LUKE"], "team_type": ["academia-only"]})
    >>> labelled(rows, "team_type", {"LUKE": "academia-only"}).holds
    True
    >>> labelled(rows, "team_type", {"BERT": "industry-only"}).because
    'BERT is not listed'
    """
    answers: list[bool | None] = []
    reasons = []
    for name, label in labels.items():
        values = rows.loc[rows["model"] == name, column].dropna()
        if values.empty:
            answers.append(None)
            reasons.append(f"{name} is not listed")
        else:
            answers.append((values == label).all())
            texts = [str(value).replace("|", " and ") for value in values.unique()]
            reasons.append(f"{name} is {_listing(texts)}")
    return _together(answers, reasons)


def _together(answers: Sequence[bool | None], reasons: Sequence[str]) -> Comparison:
    """Return parts as one comparison, with the reasons of those that decide it."""
    holds = _all_hold(answers)
    deciding = [
        reason
        for answer, reason in zip(answers, reasons, strict=True)
        if holds is True or (None if answer is None else bool(answer)) is holds
    ]
    return Comparison(holds, "; ".join(deciding))


def _all_hold(answers: Sequence[bool | None]) -> bool | None:
    """Return whether all parts hold: one that does not decides, else one that is unknown."""
    if any(answer is not None and not answer for answer in answers):
        return False
    return None if None in answers else True


def made_by(rows: pd.DataFrame, team_type: str, *names: str) -> Comparison:
    """Compare: models of these names were made by a type of team.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with the columns ``model`` and ``team_type``.
    team_type : str
        The type of team that the sentence gives.
    *names : str
        The models; without any, all rows.

    Returns
    -------
    Comparison
        Whether all were; unknown where a model is not listed, or there are no rows.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"model": ["LUKE"], "team_type": ["academia-only"]})
    >>> made_by(rows, "academia-only", "LUKE").holds, made_by(rows, "industry-only").holds
    (True, False)
    """
    if names:
        return labelled(rows, "team_type", dict.fromkeys(names, team_type))
    of_team = int((rows["team_type"] == team_type).sum())
    holds = of_team == len(rows) if len(rows) else None
    return Comparison(holds, f"{of_team} of {len(rows)} are {team_type}")


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


def narrower(estimate: Estimate, width: float) -> Comparison:
    """Compare: the interval of an estimate is narrower than so much.

    Parameters
    ----------
    estimate : Estimate
        The estimate.
    width : float
        The width, in its unit.

    Returns
    -------
    Comparison
        Whether it is; unknown without an interval.

    Examples
    --------
    >>> narrower(Estimate(0.5, 0.4, 0.6, unit="share"), 0.3).holds
    True
    """
    if estimate.width is None:
        name = estimate.label or "it"
        return Comparison(None, f"no interval for {name}")
    holds = estimate.width < width
    negation = "" if holds else "not "
    limit = with_unit(number(width, estimate.unit), estimate.unit)
    if estimate.unit == "share":
        limit = f"{100 * width:g} points"
    because = f"the interval of {ranged(estimate)} is {negation}narrower than {limit}"
    return Comparison(holds, because)


def later(one: Any, other: Any) -> Comparison:
    """Compare: something is later than something else.

    Parameters
    ----------
    one, other : object
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
    (True, '2020 does not follow 2022')
    """
    if one is None or other is None:
        return Comparison(None, "one of the two is not known")
    follows = bool(one > other)
    verb = "follows" if follows else "does not follow"
    return Comparison(follows, f"{one} {verb} {other}")


def judged(check: Check, verdict: Verdict) -> Comparison:
    """Compare: a claim has the verdict that the sentence gives it.

    Parameters
    ----------
    check : Check
        The claim, held against our estimates.
    verdict : str
        One of `VERDICTS`.

    Returns
    -------
    Comparison
        Whether it has, with the verdict and its reason.

    Examples
    --------
    >>> judged(Check("hao-sector", why="No list tells it."), "agrees").because
    'the verdict is “cannot be tested”. No list tells it.'
    """
    because = f"the verdict is “{check.verdict}”. {check.reason}"
    return Comparison(check.verdict == verdict, because)


def names_of(found: Names) -> list[str]:
    """Return names, each once, in their order; of rows those of the column ``model``."""
    names = found["model"] if isinstance(found, pd.DataFrame) else found
    texts = [str(name) for name in names]
    return [*dict.fromkeys(texts)]


def _if_any(among: Sized | None, holds: bool) -> bool | None:
    """Return whether a comparison holds: None where nothing was there to choose from."""
    is_empty = among is not None and len(among) == 0
    return None if is_empty else holds


def _listing(names: Iterable[Any]) -> str:
    """Return the first names, joined, and how many more there are."""
    texts = [str(name) for name in names]
    shown = ", ".join(texts[:MOST_SHOWN])
    if len(texts) > MOST_SHOWN:
        return f"{shown} and {len(texts) - MOST_SHOWN} more"
    return shown or "none"


def _extreme_against(
    bound: float | None,
    extreme: float,
    holds: Callable[[float, float], bool],
    what: str,
    side: str,
) -> Comparison:
    """Hold the least or the largest of some values, NaN where there are none, against a number."""
    if pd.isna(extreme) or bound is None or pd.isna(bound):
        return Comparison(None, "there is nothing to compare")
    verdict = holds(extreme, bound)
    negation = "" if verdict else "not "
    return Comparison(verdict, f"{what} {extreme:.4g}, {negation}{side} {bound:g}")

"""Statements: comparisons of estimates that sentences rest on, carried as outputs of a notebook as results are.

A sentence carries the comparison it rests on; `harvest` reads back whether it holds. A comparison reads intervals,
that is it asks for more than chance; one with ``_value`` in its name reads the values alone. What it compares may be
estimates, claims (which have a value and no interval) and plain numbers. Without a value, or without the interval that
it reads, it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, SupportsFloat

from bookpress.chapter import number_formats as numbers
from bookpress.chapter.estimates import Estimate, ResultError, published

STATEMENT_MIME = "application/vnd.bookpress.statement+json"
WORDS = {True: "holds", False: "does not hold", None: "is unknown"}
"""How a statement stands, in words."""


Given = Any  # what can be compared: an `Estimate`, a number, or a claim, which has a value and no interval
Period = Any  # a year, its first and last year, or whatever else has an order, such as a vintage


@dataclass(frozen=True)
class Comparison:
    """Whether something holds (None: unknown) and why, in numbers.

    The comparisons of this module return one, and so does a function of a book's own package where none of them says
    it: ``Comparison(last <= 3, f"up to {last} a year")``.

    Parameters
    ----------
    holds : bool or None
        Whether it holds.
    because : str
        The reason, to be read after "this does not hold:".
    numbers : str
        What was compared, each with its label, to be read where the sentence cannot stand; by default the reason.
    """

    holds: bool | None
    because: str
    numbers: str = ""

    def __post_init__(self) -> None:
        holds = None if self.holds is None else bool(self.holds)  # numpy's truth is no JSON
        object.__setattr__(self, "holds", holds)
        object.__setattr__(self, "numbers", self.numbers or self.because)


def below(one: Given, other: Given, *others: Given) -> Comparison:
    """Compare: the interval of one lies below those of all others.

    Examples
    --------
    >>> late = Estimate(value=0.16, low=0.12, high=0.22, unit="share")
    >>> found = below(late, Estimate(value=0.64, low=0.53, high=0.73, unit="share"))
    >>> found.holds, found.because
    (True, '16% (12 to 22) against 64% (53 to 73)')
    """
    return _compare(lambda a, *rest: all(a.high < b.low for b in rest), one, other, *others)


def above(one: Given, other: Given, *others: Given) -> Comparison:
    """Compare: the interval of one lies above those of all others."""
    return _compare(lambda a, *rest: all(a.low > b.high for b in rest), one, other, *others)


def apart(one: Given, other: Given) -> Comparison:
    """Compare: two intervals have no value in common."""
    return _compare(lambda a, b: a.high < b.low or b.high < a.low, one, other)


def overlap(one: Given, other: Given) -> Comparison:
    """Compare: two intervals have a value in common."""
    return _compare(lambda a, b: a.low <= b.high and b.low <= a.high, one, other)


def majority(share: Given) -> Comparison:
    """Compare: the interval of a share lies above a half."""
    return above(share, 0.5)


def minority(share: Given) -> Comparison:
    """Compare: the interval of a share lies below a half."""
    return below(share, 0.5)


def within(one: Given, claim: Given) -> Comparison:
    """Compare: the value of a claim, or a number, lies within an interval."""
    return overlap(one, _point(claim))


def about(one: Given, number: Given, by: float) -> Comparison:
    """Compare: an interval lies no further than `by`, in its own unit, from a number."""
    return _compare(lambda a, b: b.low - by <= a.low and a.high <= b.high + by, one, number)


def rose(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: the interval of a later estimate lies above that of an earlier one.

    Parameters
    ----------
    late, early : estimate
        The two.
    late_period, early_period : int, tuple or str, optional
        Of what time they are: a year, first and last year, a vintage; by default their attribute ``period``. Where the
        first does not follow the second the comparison is unknown, for its words would be false.
    """
    return _in_order(above(late, early), (early, early_period), (late, late_period))


def fell(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: the interval of a later estimate lies below that of an earlier one; see `rose`."""
    return _in_order(below(late, early), (early, early_period), (late, late_period))


def counts(share: Any, k: int, of: int | None = None) -> Comparison:
    """Compare: a share, or a number of observations, counts exactly so many, as a sentence says in words."""
    found = _read(share)
    counted = found.n if found.k is None else found.k
    wanted = f"{k:,} of {of:,}" if of is not None else f"{k:,}"
    lacks = counted is None or (of is not None and found.n is None)
    because = f"{numbers.counts(found)} where the text says {wanted}"
    return Comparison(
        None if lacks else counted == k and of in {None, found.n}, because, _labelled([found])
    )


def below_value(one: Given, other: Given, *others: Given) -> Comparison:
    """Compare: one value is smaller than all others."""
    return below(_point(one), _point(other), *map(_point, others))


def above_value(one: Given, other: Given, *others: Given) -> Comparison:
    """Compare: one value is larger than all others."""
    return above(_point(one), _point(other), *map(_point, others))


def majority_value(share: Given) -> Comparison:
    """Compare: a share is more than a half."""
    return majority(_point(share))


def minority_value(share: Given) -> Comparison:
    """Compare: a share is less than a half."""
    return minority(_point(share))


def about_value(one: Given, number: Given, by: float) -> Comparison:
    """Compare: a value lies no further than `by`, in its own unit, from a number."""
    return about(_point(one), _point(number), by)


def rose_value(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: a later value is larger than an earlier one; see `rose`."""
    return _in_order(above_value(late, early), (early, early_period), (late, late_period))


def fell_value(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: a later value is smaller than an earlier one; see `rose`."""
    return _in_order(below_value(late, early), (early, early_period), (late, late_period))


def statement_output(key: str, joint: Comparison) -> dict[str, Any]:
    """Return the output of a notebook that carries a statement."""
    text = f"{key} {WORDS[joint.holds]}: {joint.because}"
    return {STATEMENT_MIME: {"key": key, **asdict(joint)}, "text/plain": text}


def joined(comparisons: Iterable[Comparison]) -> Comparison:
    """Return several comparisons as one, with the reasons of those that decide it."""
    every = list(comparisons)
    found = {one.holds for one in every}
    holds = next(truth for truth in (False, None, True) if truth in found)
    reasons = dict.fromkeys(one.because for one in every if one.holds is holds)
    return Comparison(
        holds, "; ".join(reasons), "; ".join(dict.fromkeys(one.numbers for one in every))
    )


def harvest(outputs: Iterable[Mapping[str, Any]]) -> dict[str, Comparison]:
    """Return the statements among outputs of the notebook format, by key, in the order they were published."""
    return {key: Comparison(**fields) for key, fields in published(outputs, STATEMENT_MIME).items()}


def note(fallen: Iterable[Comparison]) -> str:
    """Return what stands before a paragraph whose statements do not hold, or cannot be told."""
    kinds: dict[bool | None, list[str]] = {}
    for one in fallen:
        kinds.setdefault(one.holds, []).append(one.because)
    words = {False: "this does not hold", None: "this cannot be told"}
    told = (
        f"{words[holds]}: {'; '.join(dict.fromkeys('; '.join(reasons).split('; ')))}"
        for holds, reasons in kinds.items()
    )
    return f"Written for the published edition; under your choices {', and '.join(told)}."


def _compare(holds: Callable[..., bool], *given: Given) -> Comparison:
    """Return a comparison of what is given; unknown where a value, or an interval, is missing."""
    unit = next((unit for one in given if (unit := getattr(one, "unit", ""))), "count")
    results = [replace(result, unit=result.unit or unit) for result in map(_read, given)]
    units = list(dict.fromkeys(result.unit for result in results if result.unit))
    if len(units) > 1:
        raise ResultError(f"what is in {units[0]} cannot be compared with what is in {units[1]}")
    lacking = [
        f"{numbers.NO_VALUE if result.value is None else numbers.NO_INTERVAL} for {result.label or 'one of the two'}"
        for result in results
        if None in (result.value, result.low, result.high)
    ]
    first, *rest = map(numbers.ranged, results)
    because = ", ".join(lacking) or f"{first} against {' and '.join(rest)}"
    return Comparison(None if lacking else holds(*results), because, _labelled(results))


def _read(given: Any) -> Estimate:
    """Return an estimate, a claim or a number as a result; the latter two are their own intervals."""
    if isinstance(given, Estimate):
        return given
    try:
        if isinstance(given, SupportsFloat):
            return Estimate(value=float(given), low=float(given), high=float(given))
        label = getattr(given, "label", "") or getattr(given, "statement", "")
        return Estimate(
            value=given.value, low=given.value, high=given.value, unit=given.unit, label=label
        )
    except (AttributeError, ValueError) as error:
        raise ResultError(
            f"{given!r} cannot be compared: give an estimate, a claim or a number"
        ) from error


def _point(given: Given) -> Estimate:
    """Return what is given without its interval."""
    result = _read(given)
    return replace(result, low=result.value, high=result.value)


def _labelled(results: Iterable[Estimate]) -> str:
    return "; ".join(f"{one.label}: {numbers.ranged(one)}" for one in results if one.label)


def _in_order(comparison: Comparison, *sides: tuple[Given, Period]) -> Comparison:
    """Return a comparison of an earlier and a later side; unknown where their periods make its words false."""
    periods = [getattr(one, "period", None) if period is None else period for one, period in sides]
    if None in periods:
        raise ResultError(
            "of what time are the two? where estimates have no period, give late_period= and early_period="
        )
    early, late = (period if isinstance(period, tuple) else (period, period) for period in periods)
    told, telling = (numbers.period(*ends) for ends in (early, late))
    if None in (*early, *late):
        because = "a period is not known"
    elif early[0] > early[1] or late[0] > late[1]:
        because = f"{told if early[0] > early[1] else telling} ends before it begins"
    elif early == late:
        because = f"both are of {told}"
    elif late[1] < early[0]:
        because = f"{telling} does not follow {told}"
    elif late[0] <= early[1]:
        because = f"{told} overlaps with {telling}"
    else:
        return comparison
    return Comparison(None, because, comparison.numbers)

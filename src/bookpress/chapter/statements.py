"""Statements: comparisons of estimates that sentences rest on.

They are carried as outputs of a notebook, as results are; `harvest` reads back whether each holds.
A comparison reads intervals, that is it asks for more than chance; one with ``_value`` in its name
reads the values alone. What it compares may be estimates, claims (which have a value and no
interval) and plain numbers. Without a value, or without the interval that it reads, it is unknown.
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
Given = Any
"""What can be compared: an `Estimate`, a number, or a claim, which has a value and no interval."""
Period = Any
"""A year, its first and last year, or whatever else has an order, such as a vintage."""
_Years = tuple[Any, Any]


@dataclass(frozen=True)
class Comparison:
    """Whether something holds (None: unknown) and why, in numbers.

    The comparisons of this module return one, and so does a function of a book's own package where
    none of them says it.

    Parameters
    ----------
    holds : bool or None
        Whether it holds.
    because : str
        The reason, to be read after "this does not hold:".
    numbers : str
        What was compared, each with its label, to be read where the sentence cannot stand; by
        default the reason.

    Examples
    --------
    >>> last = 4
    >>> Comparison(last <= 3, f"up to {last} a year").holds
    False
    """

    holds: bool | None
    because: str
    numbers: str = ""

    def __post_init__(self) -> None:
        if self.holds is not None:
            holds = bool(self.holds)  # numpy's truth is no JSON
            object.__setattr__(self, "holds", holds)
        object.__setattr__(self, "numbers", self.numbers or self.because)


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
    >>> late = Estimate(0.16, 0.12, 0.22, unit="share", period=(2022, 2024))
    >>> early = Estimate(0.64, 0.53, 0.73, unit="share", period=(2012, 2014))
    >>> comparison = below(late, early)
    >>> comparison.holds, comparison.because
    (True, '16% (12 to 22) against 64% (53 to 73)')
    """
    return _compare(_is_below, one, other, *others)


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
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> above(share, 0.5, 0.1).holds, above(share, 0.6).holds
    (True, False)
    >>> above(Estimate(0.64, unit="share"), 0.5).because
    'no interval for one of the two'
    """
    return _compare(_is_above, one, other, *others)


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
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> apart(share, 0.8).holds, apart(share, 0.6).holds
    (True, False)
    """
    return _compare(_are_apart, one, other)


def overlap(one: Given, other: Given) -> Comparison:
    """Compare: two intervals have a value in common.

    Parameters
    ----------
    one, other : Estimate, claim or number
        The two.

    Returns
    -------
    Comparison
        Whether neither ends before the other begins; unknown without an interval.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> overlap(share, 0.6).holds, overlap(share, 0.8).holds
    (True, False)
    """
    return _compare(_have_overlap, one, other)


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
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> within(share, 0.6).holds, within(share, 0.8).holds
    (True, False)
    """
    return overlap(one, _point(claim))


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
    >>> share = Estimate(0.64, 0.59, 0.69, unit="share")
    >>> about(share, 0.6, by=0.1).holds, about(share, 0.6, by=0.05).holds
    (True, False)
    """

    def lies_about(first: Any, second: Any) -> bool:
        is_high_enough = second.low - by <= first.low
        return bool(is_high_enough and first.high <= second.high + by)

    return _compare(lies_about, one, number)


def rose(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: the interval of a later estimate lies above that of an earlier one.

    Parameters
    ----------
    late, early : Estimate, claim or number
        The later and the earlier estimate.
    late_period, early_period : int, tuple or str, optional
        Of what time they are: a year, first and last year, a vintage; by default their attribute
        ``period``.

    Returns
    -------
    Comparison
        Whether the later lower end lies above the earlier upper end; unknown without an
        interval, and where the later period does not follow the earlier one, for its words would
        be false.

    Raises
    ------
    ResultError
        If something cannot be compared, or its period is neither known nor given.

    Examples
    --------
    >>> late = Estimate(0.16, 0.12, 0.22, unit="share", period=(2022, 2024))
    >>> early = Estimate(0.64, 0.53, 0.73, unit="share", period=(2012, 2014))
    >>> rose(early, late, 2024, 2014).holds, rose(late, early).holds
    (True, False)
    >>> rose(early, late).because
    '2012 to 2014 does not follow 2022 to 2024'
    """
    return _in_order(above(late, early), (early, early_period), (late, late_period))


def fell(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: the interval of a later estimate lies below that of an earlier one.

    Parameters
    ----------
    late, early : Estimate, claim or number
        The later and the earlier estimate.
    late_period, early_period : int, tuple or str, optional
        Of what time they are: a year, first and last year, a vintage; by default their attribute
        ``period``.

    Returns
    -------
    Comparison
        Whether the later upper end lies below the earlier lower end; unknown without an
        interval, and where the later period does not follow the earlier one, for its words would
        be false.

    Raises
    ------
    ResultError
        If something cannot be compared, or its period is neither known nor given.

    Examples
    --------
    >>> late = Estimate(0.16, 0.12, 0.22, unit="share", period=(2022, 2024))
    >>> early = Estimate(0.64, 0.53, 0.73, unit="share", period=(2012, 2014))
    >>> fell(late, early).holds, fell(0.7, early, late_period=2020).holds
    (True, False)
    """
    return _in_order(below(late, early), (early, early_period), (late, late_period))


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
    >>> share = Estimate(0.64, k=55, n=86, unit="share")
    >>> counts(share, 55, of=86).holds, counts(share, 86).holds
    (True, False)
    >>> counts(Estimate(3.1, n=86), 86).holds
    True
    >>> counts(share, 86).because
    '55 of 86 where the text says 86'
    """
    estimate = _read(share)
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
    return Comparison(holds, because, _labelled([estimate]))


def below_value(one: Given, other: Given, *others: Given) -> Comparison:
    """Compare: one value is smaller than all others.

    Parameters
    ----------
    one : Estimate, claim or number
        What is said to be smaller.
    other, *others : Estimate, claim or number
        What it is held against.

    Returns
    -------
    Comparison
        Whether its value is the smallest; unknown without a value.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> below_value(share, 0.7).holds, below(share, 0.7).holds
    (True, False)
    """
    return below(_point(one), _point(other), *map(_point, others))


def above_value(one: Given, other: Given, *others: Given) -> Comparison:
    """Compare: one value is larger than all others.

    Parameters
    ----------
    one : Estimate, claim or number
        What is said to be larger.
    other, *others : Estimate, claim or number
        What it is held against.

    Returns
    -------
    Comparison
        Whether its value is the largest; unknown without a value.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> above_value(share, 0.6).holds, above(share, 0.6).holds
    (True, False)
    """
    return above(_point(one), _point(other), *map(_point, others))


def majority_value(share: Given) -> Comparison:
    """Compare: a share is more than a half.

    Parameters
    ----------
    share : Estimate, claim or number
        A share from 0 to 1.

    Returns
    -------
    Comparison
        Whether its value is more than a half; unknown without a value.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> majority_value(Estimate(0.64, 0.46, 0.79, unit="share")).holds
    True
    >>> majority_value(0.5).holds
    False
    """
    return majority(_point(share))


def minority_value(share: Given) -> Comparison:
    """Compare: a share is less than a half.

    Parameters
    ----------
    share : Estimate, claim or number
        A share from 0 to 1.

    Returns
    -------
    Comparison
        Whether its value is less than a half; unknown without a value.

    Raises
    ------
    ResultError
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> minority_value(Estimate(0.16, 0.01, 0.58, unit="share")).holds
    True
    >>> minority_value(Estimate(None, unit="share")).holds is None
    True
    """
    return minority(_point(share))


def about_value(one: Given, number: Given, by: float) -> Comparison:
    """Compare: a value lies no further than `by`, in its own unit, from a number.

    Parameters
    ----------
    one : Estimate, claim or number
        What has the value.
    number : Estimate, claim or number
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
        If something is no estimate, no claim and no number, or has another unit.

    Examples
    --------
    >>> share = Estimate(0.64, 0.53, 0.73, unit="share")
    >>> about_value(share, 0.6, by=0.05).holds, about(share, 0.6, by=0.05).holds
    (True, False)
    """
    return about(_point(one), _point(number), by)


def rose_value(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: a later value is larger than an earlier one.

    Parameters
    ----------
    late, early : Estimate, claim or number
        The later and the earlier value.
    late_period, early_period : int, tuple or str, optional
        Of what time they are: a year, first and last year, a vintage; by default their attribute
        ``period``.

    Returns
    -------
    Comparison
        Whether the later value is larger; unknown without a value, and where the later period does
        not follow the earlier one, for its words would be false.

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


def fell_value(
    late: Given, early: Given, late_period: Period = None, early_period: Period = None
) -> Comparison:
    """Compare: a later value is smaller than an earlier one.

    Parameters
    ----------
    late, early : Estimate, claim or number
        The later and the earlier value.
    late_period, early_period : int, tuple or str, optional
        Of what time they are: a year, first and last year, a vintage; by default their attribute
        ``period``.

    Returns
    -------
    Comparison
        Whether the later value is smaller; unknown without a value, and where the later period does
        not follow the earlier one, for its words would be false.

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


def statement_output(key: str, joint: Comparison) -> dict[str, Any]:
    """Return the output of a notebook that carries a statement."""
    verdict = WORDS[joint.holds]
    statement = {"key": key, **asdict(joint)}
    return {STATEMENT_MIME: statement, "text/plain": f"{key} {verdict}: {joint.because}"}


def joined(comparisons: Iterable[Comparison]) -> Comparison:
    """Return several comparisons as one, with the reasons of those that decide it."""
    comparisons = list(comparisons)
    verdicts = {comparison.holds for comparison in comparisons}
    holds = next(verdict for verdict in (False, None, True) if verdict in verdicts)
    deciding = [comparison for comparison in comparisons if comparison.holds is holds]
    reasons = dict.fromkeys(comparison.because for comparison in deciding)
    compared = dict.fromkeys(comparison.numbers for comparison in comparisons)
    return Comparison(holds, "; ".join(reasons), "; ".join(compared))


def harvest(outputs: Iterable[Mapping[str, Any]]) -> dict[str, Comparison]:
    """Return the statements among outputs of the notebook format, by key, in their order."""
    statements = published(outputs, STATEMENT_MIME)
    return {key: Comparison(**fields) for key, fields in statements.items()}


def note(fallen: Iterable[Comparison]) -> str:
    """Return what stands before a paragraph whose statements do not hold, or cannot be told."""
    reasons: dict[bool | None, list[str]] = {}
    for comparison in fallen:
        alike = reasons.setdefault(comparison.holds, [])
        alike += comparison.because.split("; ")
    words = {False: "this does not hold", None: "this cannot be told"}
    clauses = []
    for holds, listed in reasons.items():
        without_repeats = "; ".join(dict.fromkeys(listed))
        clauses.append(f"{words[holds]}: {without_repeats}")
    return f"Written for the published edition; under your choices {', and '.join(clauses)}."


def _is_below(first: Any, *others: Any) -> bool:
    return all(first.high < other.low for other in others)


def _is_above(first: Any, *others: Any) -> bool:
    return all(first.low > other.high for other in others)


def _are_apart(first: Any, second: Any) -> bool:
    return bool(first.high < second.low or second.high < first.low)


def _have_overlap(first: Any, second: Any) -> bool:
    return bool(first.low <= second.high and second.low <= first.high)


def _compare(holds: Callable[..., bool], *given: Given) -> Comparison:
    """Return a comparison of what is given; unknown where a value, or an interval, is missing."""
    results = _in_one_unit(given)
    lacking = [_lack(result) for result in results if _has_lack(result)]
    if lacking:
        return Comparison(None, ", ".join(lacking), _labelled(results))
    first, *others = map(numbers.ranged, results)
    because = f"{first} against {' and '.join(others)}"
    return Comparison(holds(*results), because, _labelled(results))


def _in_one_unit(given: Iterable[Given]) -> list[Estimate]:
    """Return what is given as results; what has no unit has that of the others."""
    given = list(given)
    stated = [unit for one in given if (unit := getattr(one, "unit", ""))]
    default = stated[0] if stated else "count"
    estimates = map(_read, given)
    results = [replace(estimate, unit=estimate.unit or default) for estimate in estimates]
    distinct = dict.fromkeys(result.unit for result in results)
    units = list(distinct)
    if len(units) > 1:
        raise ResultError(f"what is in {units[0]} cannot be compared with what is in {units[1]}")
    return results


def _has_lack(result: Estimate) -> bool:
    return None in (result.value, result.low, result.high)


def _lack(result: Estimate) -> str:
    """Return what a result without a value, or without an interval, lacks."""
    name = result.label or "one of the two"
    if result.value is None:
        return f"{numbers.NO_VALUE} for {name}"
    return f"{numbers.NO_INTERVAL} for {name}"


def _read(given: Any) -> Estimate:
    """Return an estimate, a claim or a number as a result.

    The latter two are their own intervals.
    """
    if isinstance(given, Estimate):
        return given
    try:
        if isinstance(given, SupportsFloat):
            number = float(given)
            return Estimate(value=number, low=number, high=number)
        label = getattr(given, "label", "")
        if not label:
            label = getattr(given, "statement", "")
        value = given.value
        return Estimate(value=value, low=value, high=value, unit=given.unit, label=label)
    except (AttributeError, ValueError) as error:
        raise ResultError(
            f"{given!r} cannot be compared: give an estimate, a claim or a number"
        ) from error


def _point(given: Given) -> Estimate:
    """Return what is given without its interval."""
    result = _read(given)
    return replace(result, low=result.value, high=result.value)


def _labelled(results: Iterable[Estimate]) -> str:
    labelled = [result for result in results if result.label]
    texts = [f"{result.label}: {numbers.ranged(result)}" for result in labelled]
    return "; ".join(texts)


def _in_order(
    comparison: Comparison, early: tuple[Given, Period], late: tuple[Given, Period]
) -> Comparison:
    """Return a comparison of an earlier and a later side.

    It is unknown where their periods make its words false.
    """
    fault = _disorder(_years(*early), _years(*late))
    if fault:
        return Comparison(None, fault, comparison.numbers)
    return comparison


def _years(given: Given, period: Period) -> _Years:
    """Return first and last year of what is given, or of the period that is stated for it."""
    known = period
    if known is None:
        known = getattr(given, "period", None)
    if known is None:
        raise ResultError(
            "of what time are the two? "
            "where estimates have no period, give late_period= and early_period="
        )
    if isinstance(known, tuple):
        return known
    return (known, known)


def _disorder(early: _Years, late: _Years) -> str:
    """Return why one period does not follow another; empty where it does."""
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

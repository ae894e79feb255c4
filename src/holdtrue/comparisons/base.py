"""What a comparison is, and how estimates, reported values and numbers are read for one."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, SupportsFloat, TypeVar

from holdtrue import number_formats as numbers
from holdtrue.estimates import Estimate, ResultError

Kind = Literal["sentence", "number", "question"]
"""What gives way if a comparison does not hold.

The sentence: it would be false. The number: the sentence quotes it, and stays true with
another. The question: the sentence was written for another choice, and is about something else.
"""
_Sides = Literal["above", "below", "majority", "minority", "about"]
_Others = Literal["counts", "times", "alike", "every", "only", "nothing", "equals", "chance"]
Form = _Sides | _Others
"""What a comparison can prove.

*alike*: alike within a margin; *every*: each of several numbers; *only* (without names) and
*nothing*: that there is none; *chance*: that chance does not explain it, or could.
"""
WORDS = {True: "holds", False: "does not hold", None: "is unknown"}
"""The verdicts in words."""
Given = Any
"""What can be compared: an `Estimate`, a number, or a reported value, which has no interval."""


@dataclass(frozen=True)
class Comparison:
    """Whether something holds (None: unknown) and why, in numbers.

    The comparisons of the press return one. So does a function of a book's own package, for what
    none of these expresses.

    Parameters
    ----------
    holds : bool or None
        Whether it holds.
    because : str
        The reason, to be read after "this does not hold:".
    numbers : str
        What was compared, each with its label, shown in place of a sentence that is hidden; by
        default the reason.
    kind : str
        What gives way if it does not hold, one of `Kind`. The press treats a number that no
        sentence quotes as the sentence, and a comparison of parameters alone as a question.

    Examples
    --------
    >>> last = 4
    >>> Comparison(last <= 3, f"up to {last} a year").holds
    False
    """

    holds: bool | None
    because: str
    numbers: str = ""
    kind: Kind = "sentence"

    def __post_init__(self) -> None:
        if self.holds is not None:
            holds = bool(self.holds)  # numpy's booleans are not JSON
            object.__setattr__(self, "holds", holds)
        object.__setattr__(self, "numbers", self.numbers or self.because)

    def _repr_html_(self) -> str:
        return html.escape(f"{WORDS[self.holds]}: {self.because}")

    @property
    def turns(self) -> bool:
        """Whether it makes the sentence that rests on it false."""
        return self.holds is False and self.kind == "sentence"

    @property
    def number_moves(self) -> bool:
        """Whether the sentence stays true, with the new number that it quotes."""
        return self.holds is False and self.kind == "number"


Compared = TypeVar("Compared", bound=Callable[..., Comparison])
COMPARISONS: dict[str, Callable[..., Comparison]] = {}
"""The comparisons that are in scope of every sentence, by name: each says so itself."""
READ_AS: dict[str, Sequence[Form]] = {}
"""As what `check` reads a comparison, by name: a book names those of its own in its settings."""


def comparison(*forms: Form) -> Callable[[Compared], Compared]:
    """Put a comparison in scope of sentences; `forms` are what it says of shares, times, margins.

    Examples
    --------
    >>> READ_AS["majority"]
    ('majority', 'chance')
    """

    def put(compared: Compared) -> Compared:
        COMPARISONS[compared.__name__] = compared
        READ_AS[compared.__name__] = forms
        return compared

    return put


def compare(
    holds: Callable[..., bool], reason: Callable[..., str], *given: Given, by_chance: bool = True
) -> Comparison:
    """Return a comparison of the given values; unknown if a value, or a range, is missing.

    `reason` is called with the verdict and with what was compared. A comparison argues with chance
    unless it says that it does not.
    """
    results = in_one_unit(given)
    if by_chance:
        refuse_other_ranges(results)
    lack = lack_of(results)
    if lack:
        return Comparison(None, lack, labels(results))
    verdict = holds(*results)
    return Comparison(verdict, reason(verdict, *results), labels(results))


def in_one_unit(given: Iterable[Given]) -> list[Estimate]:
    """Return the given values as estimates; one without a unit takes that of the others."""
    given = list(given)
    stated = [unit for value in given if (unit := getattr(value, "unit", ""))]
    default = stated[0] if stated else "count"
    estimates = map(read_given, given)
    results = [replace(estimate, unit=estimate.unit or default) for estimate in estimates]
    distinct = dict.fromkeys(result.unit for result in results)
    units = list(distinct)
    if len(units) > 1:
        raise ResultError(f"what is in {units[0]} cannot be compared with what is in {units[1]}")
    return results


def refuse_other_ranges(results: Iterable[Estimate]) -> None:
    """Refuse what cannot be argued about with chance: ranges that are no 95% intervals."""
    for result in results:
        if result.width and result.range != "sampling":
            name = result.label or numbers.write(result)
            kind = "no recorded kind" if result.range is None else f"the kind {result.range!r}"
            raise ResultError(
                f"the range of {name!r} is of {kind}, which says nothing about chance: use a "
                "comparison ending in _throughout or _value, or give range='sampling' if it is a "
                "95% interval"
            )


def lack_of(results: Iterable[Estimate]) -> str:
    """Return which values and intervals are missing; empty if none is."""
    lacking = [result for result in results if None in (result.value, result.low, result.high)]
    return ", ".join(_lack(result) for result in lacking)


def _lack(result: Estimate) -> str:
    """Return what an estimate lacks: its value or its interval."""
    name = result.label or "one of the two"
    if result.value is None:
        return f"{numbers.NO_VALUE} for {name}"
    return f"{numbers.NO_INTERVAL} for {name}"


def read_given(given: Any) -> Estimate:
    """Return an estimate, a reported value or a number as an estimate.

    Either of the last two is its own interval. None is an estimate without a value.
    """
    if given is None:
        return Estimate(None)
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
            f"{given!r} cannot be compared: "
            "give an estimate, a number, or what has a value and a unit"
        ) from error


def point(given: Given) -> Estimate:
    """Return an estimate reduced to its value."""
    result = read_given(given)
    return replace(result, low=result.value, high=result.value)


def labels(results: Iterable[Estimate]) -> str:
    """Return what was compared, each with its label; unlabelled values are left out."""
    labelled = [result for result in results if result.label]
    texts = [f"{result.label}: {numbers.ranged(result)}" for result in labelled]
    return "; ".join(texts)

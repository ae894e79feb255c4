"""Statements: comparisons of estimates that sentences rest on, carried as outputs of a notebook as results are.

A chapter compares and calls `statement`; `harvest` reads back whether it holds. A comparison reads intervals, that is
it asks for more than chance; one with ``_value`` in its name reads the values alone. What it compares may be estimates,
claims (which have a value and no interval) and plain numbers. Without a value, or without the interval that it reads,
it is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, SupportsFloat

from bookpress.book import number_formats as numbers
from bookpress.book.results import Result, ResultError, check_key, recorded

STATEMENT_MIME = "application/vnd.bookpress.statement+json"
WORDS = {
    True: "holds",
    False: "does not hold",
    None: "is unknown",
}  # how a statement stands, in words


Given = Any  # what can be compared: an estimate (see `Result`), a claim, which has no ``low`` and ``high``, or a number
Period = Any  # a year, a pair of the first and the last, or whatever else has an order, such as the name of a vintage


@dataclass(frozen=True)
class Comparison:
    """Whether something holds (None: unknown) and why, in numbers.

    Make one yourself where no comparison of this module says it: ``Comparison(last <= 3, f"up to {last} a year")``.

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
    >>> late = Result(value=0.16, low=0.12, high=0.22, unit="share")
    >>> found = below(late, Result(value=0.64, low=0.53, high=0.73, unit="share"))
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


def statement(key: str, *comparisons: Comparison) -> None:
    """Record a statement under a key, as an output of the cell that calls this.

    Parameters
    ----------
    key : str
        Name of the statement within the chapter, as ``{holds}`` names it in prose.
    *comparisons : Comparison
        What the sentence says. It holds where all of them do, does not where one does not, else it is unknown.

    Raises
    ------
    ResultError
        If the key is no name, or there is no comparison.
    """
    from IPython.display import display

    check_key(key)
    if not comparisons or not all(isinstance(one, Comparison) for one in comparisons):
        raise ResultError(
            f"the statement {key!r} rests on no comparison: give it one, such as below(late, early)"
        )
    joint = joined(comparisons)
    text = f"{key} {WORDS[joint.holds]}: {joint.because}"
    display({STATEMENT_MIME: {"key": key, **asdict(joint)}, "text/plain": text}, raw=True)


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
    """Return the statements among outputs of the notebook format, by key, in the order they were recorded."""
    return {key: Comparison(**fields) for key, fields in recorded(outputs, STATEMENT_MIME).items()}


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
    results = [
        result.model_copy(update={"unit": result.unit or unit}) for result in map(_read, given)
    ]
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


def _read(given: Any) -> Result:
    """Return an estimate, a claim or a number as a result; the latter two are their own intervals."""
    try:
        if isinstance(given, SupportsFloat):
            return Result(value=float(given), low=float(given), high=float(given))
        if hasattr(given, "low"):
            return Result.model_validate(given)
        label = getattr(given, "label", "") or getattr(given, "statement", "")
        return Result(
            value=given.value, low=given.value, high=given.value, unit=given.unit, label=label
        )
    except (AttributeError, ValueError) as error:
        raise ResultError(
            f"{given!r} cannot be compared: give an estimate, a claim or a number"
        ) from error


def _point(given: Given) -> Result:
    """Return what is given without its interval."""
    result = _read(given)
    return result.model_copy(update={"low": result.value, "high": result.value})


def _labelled(results: Iterable[Result]) -> str:
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


_MARK = re.compile(r"\{{1,2}holds\}{1,2}`([^`\n]+)`(?!`)|\bholds=\"([\w:-]+)\"")
TITLE = "The title of a figure."
"""What stands for a sentence where a figure rests on a statement: its title is made in code."""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BEFORE = re.compile(r"\n\s*\n|^[ \t]*(?:[-*+]|\d+\.|[\w-]+:)[ \t]+[\"']?|\|", re.MULTILINE)
"""What a paragraph begins after: an empty line, the sign of a list item, the name of an entry, the edge of a cell."""
SENTENCE_END = re.compile(
    r"[.!?][”’)\"*]*\s+(?=[A-Z“‘(*…{\[]|$)"
)  # what lies between two sentences
_PLAIN = (
    (r"^(?:`{3,}|:{3,}).*$", ""),
    (r"\{(?:term|ref|doc)\}`([^`<]+?)\s*(?:<[^`>]*>)?`", r"\1"),
    (r"\{cite:[a-z]+\}`[^`]*`|\{holds\}`[^`]*`", ""),
    (r"\{[\w:-]+\}(`+).*?\1", "…"),  # a value, which differs between editions
    (r"\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"[*`]", ""),
)


class Mark(NamedTuple):
    """A sentence that rests on a statement: page, line, the statement's full name, the sentence without values."""

    page: str
    line: int
    name: str
    sentence: str


def full_name(name: str, docname: str) -> str:
    """Return a name with its chapter: that of the page where none is given."""
    return name if ":" in name else f"{docname.rsplit('/', 1)[-1]}:{name}"


def anchor(name: str, docname: str) -> str:
    """Return the id of a place that rests on a statement."""
    chapter, _, key = name.partition(":")
    return f"holds-{key}" if docname.rsplit("/", 1)[-1] == chapter else f"holds-{chapter}-{key}"


def marks_of(docname: str, text: str) -> Iterator[Mark]:
    r"""Yield the marks of a page in their order, but for those in comments.

    Examples
    --------
    >>> [mark] = marks_of("notebooks/models", "# Who\n\n*One*. It {term}`fell`\nto {result}`late`. {holds}`fell`")
    >>> mark.line, mark.name, mark.sentence
    (4, 'models:fell', 'It fell to ….')
    """
    text = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text)
    last = 0
    for mark in _MARK.finditer(text):
        ends = [found.end() for found in _BEFORE.finditer(text, last, mark.start())]
        sentence = plain(text[max([last, *ends]) : mark.start()])
        last = mark.end()
        name = full_name((mark[1] or mark[2]).strip(), docname)
        yield Mark(
            docname, text.count("\n", 0, mark.start()) + 1, name, TITLE if mark[2] else sentence
        )


def plain(text: str) -> str:
    """Return the last sentence of Markdown without its markup; of values nothing is told but that they are there."""
    for markup, words in _PLAIN:
        text = re.sub(markup, words, text, flags=re.MULTILINE)
    return SENTENCE_END.split(" ".join(text.split()))[-1]

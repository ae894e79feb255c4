"""Results and values in words: how an estimate reads in prose, unit by unit.

Nothing here depends on Sphinx.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from holdtrue.estimates import Estimate

NO_VALUE = "no value"
NO_INTERVAL = "no interval"
NO_COUNTS = "no counts"
RANGES = {
    "sampling": "95% interval",
    "simulation": "5th to 95th percentile",
    "assumptions": "range over the assumptions",
    "quotes": "lowest to highest",
    "bounds": "bounds for unknown rows",
    None: "range of a kind not recorded",
}
"""What the kinds of ranges are called before their ends."""
EQUALITY = {"ratio": 1.0, "odds ratio": 1.0, "points": 0.0}
"""The value of a unit that stands for no difference."""
MOST_DIGITS = 3
"""The most extra digits used to make two values look different."""
FEW = 10
"""A share of fewer than this many is never written without its counts."""
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Writer = Callable[[float, int], str]
"""Writes a number without its unit, with extra digits beyond the usual."""


class FormatError(ValueError):
    """A format that does not exist."""


def _plain(value: float, decimals: int) -> str:
    """Write a number with thousands separators and a true minus."""
    return f"{value:,.{decimals}f}".replace("-", "−")


def _significant(value: float, extra: int) -> str:
    """Write two significant digits below ten, and whole numbers from there on."""
    rounded = f"{abs(value):.{1 + extra}e}"
    size = float(rounded)  # 9.96 is written 10, not 10.0
    if size == 0 or size >= 10:
        return _plain(value, extra)
    magnitude = math.floor(math.log10(size))
    decimals = max(1 - magnitude, 1)
    return _plain(value, decimals + extra)


def _percent(value: float, extra: int) -> str:
    """Write a share as a whole percentage.

    A share that would round to 0% or 100% gets the digits that show it is neither.
    """
    percent = 100 * value
    edge = min(abs(percent), abs(100 - percent))
    decimals = _visible(edge, extra) if edge else 0
    return f"{_plain(percent, decimals)}%"


def _points(value: float, extra: int) -> str:
    """Write percentage points with one decimal below ten, and whole from there on.

    Points that would round to zero get the digits that show they are not.
    """
    size = round(abs(value), 1 + extra)
    if size >= 10 or value == 0:
        return _plain(value, extra)
    return _plain(value, _visible(value, 1 + extra))


def _visible(value: float, decimals: int) -> int:
    """Return with how many decimals a number does not look like zero: three at most."""
    while value and decimals < 3 and round(value, decimals) == 0:
        decimals += 1
    return decimals


def power(value: float, extra: int = 0) -> str:
    """Write a number as a power of ten: 3.0 × 10²³."""
    if value == 0:
        return "0"
    decimals = 1 + extra
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    raised = str(int(exponent)).translate(_SUPERSCRIPT)
    return f"{mantissa} × 10{raised}".replace("-", "−")


def _whole(value: float, extra: int) -> str:
    if float(value).is_integer():
        return _plain(value, 0)
    return _significant(value, extra)


def _dollars(value: float, extra: int) -> str:
    """Write US dollars: large amounts in millions or billions, small ones with cents."""
    if value < 0:
        return f"−{_dollars(-value, extra)}"
    for size, word in ((1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            amount = _whole(value / size, extra)
            return f"${amount}{word}"
    decimals = extra if abs(value) >= 100 else 2
    return f"${_plain(value, decimals)}"


def _year(value: float, _extra: int) -> str:
    return str(round(value))


UNITS: dict[str, tuple[Writer, str]] = {
    "year": (_year, ""),
    "share": (_percent, ""),
    "ratio": (_significant, ""),
    "odds ratio": (_significant, ""),
    "count": (_whole, ""),
    "points": (_points, "percentage points"),
    "USD": (_dollars, ""),
}
"""How the numbers of a unit are written, and the word that follows.

Any other unit is its own word.
"""
LARGE = 1e12
"""From here on, numbers with a unit of their own are written as powers of ten."""
SMALL = 1e-4
"""Those between this and zero are, too."""


def is_large(value: float) -> bool:
    """Return whether a number is written as a power of ten, unless its unit says how."""
    return abs(value) >= LARGE


def _other(value: float, extra: int) -> str:
    """Write a number whose unit is its own word."""
    if is_large(value) or 0 < abs(value) < SMALL:
        return power(value, extra)
    return _whole(value, extra)


def number(value: float | None, unit: str, *, extra: int = 0) -> str:
    """Write one number without its unit, with extra digits beyond the usual."""
    if value is None:
        return NO_VALUE
    write_number, _ = UNITS.get(unit, (_other, ""))
    return write_number(value, extra)


def word(unit: str) -> str:
    """Return the word that follows a number of a unit; empty if none does."""
    _, word_of_unit = UNITS.get(unit, (_other, unit))
    return word_of_unit


def with_unit(text: str, unit: str) -> str:
    """Put the unit after a number or a range."""
    named = word(unit)
    if text == "1":  # "1 order of magnitude", "1 s"
        head, of, rest = named.partition(" of ")
        named = (head.removesuffix("s") or head) + of + rest
    if named and text != NO_VALUE:
        return f"{text} {named}"
    return text


def exact(value: float, unit: str) -> str:
    """Write a number with its unit and all its digits, as what somebody has chosen.

    Examples
    --------
    >>> exact(0.125, "share"), exact(1_250_000, "USD"), exact(1, "chips"), exact(10_000, "chips")
    ('12.5%', '$1.25 million', '1 chip', '10,000 chips')
    """
    if unit == "share":
        return f"{100 * value:.12g}%"
    if unit == "USD" and abs(value) >= 1e9:
        return f"${value / 1e9:.12g} billion"
    if unit == "USD" and abs(value) >= 1e6:
        return f"${value / 1e6:.12g} million"
    is_rounded = unit in {"USD", "year"} or is_large(value) or 0 < abs(value) < SMALL
    text = number(value, unit) if is_rounded else f"{value:,.12g}".replace("-", "−")
    return with_unit(text, unit)


def _digits(result: Estimate, extra: int = 0) -> int:
    """Return with how many extra digits a range that excludes equality is seen to exclude it."""
    equality = EQUALITY.get(result.unit)
    if equality is None or result.low is None or result.high is None:
        return extra
    if result.low <= equality <= result.high:
        return extra
    for digits in range(extra, MOST_DIGITS):
        ends = [number(end, result.unit, extra=digits) for end in (result.low, result.high)]
        if number(equality, result.unit, extra=digits) not in ends:
            return digits
    return MOST_DIGITS


def _ends(result: Estimate, extra: int = 0) -> str:
    """Write the ends of a range without the unit.

    Ends that would look alike get one more digit.
    """
    low = number(result.low, result.unit, extra=extra)
    high = number(result.high, result.unit, extra=extra)
    look_alike = low == high and result.low != result.high
    if look_alike:
        low = number(result.low, result.unit, extra=extra + 1)
        high = number(result.high, result.unit, extra=extra + 1)
    if low == high:
        return low
    return f"{low} to {high}"


def interval(result: Estimate, *, extra: int = 0) -> str:
    """Write the range of a result, with the unit once.

    Ends that would look alike get one more digit, and those that would look like equality more.
    """
    if result.low is None or result.high is None:
        return NO_INTERVAL
    return with_unit(_ends(result, _digits(result, extra)), result.unit)


def named_interval(result: Estimate, *, extra: int = 0) -> str:
    """Write the range of a result after what kind of range it is.

    Examples
    --------
    >>> named_interval(Estimate(3.8, 2.7, 6.2, unit="USD", range="quotes"))
    'lowest to highest $2.70 to $6.20'
    """
    if not _has_interval(result):
        return NO_INTERVAL
    return f"{RANGES[result.range]} {interval(result, extra=extra)}"


def counts(result: Estimate) -> str:
    """Write the counts of a share (``55 of 86``), else the number of observations (``n = 86``)."""
    if result.n is None:
        return NO_COUNTS
    if result.k is None:
        return f"n = {result.n:,}"
    return f"{result.k:,} of {result.n:,}"


def full(result: Estimate) -> str:
    """Write a result with its range, named, and counts."""
    parts = []
    if _has_interval(result):
        parts.append(named_interval(result))
    if result.n is not None:
        parts.append(counts(result))
    return _with_parts(write(result), parts)


def ranged(result: Estimate, extra: int = 0) -> str:
    """Write a result with the bare ends of its range in brackets.

    A share of few has its counts there too. All numbers get `extra` digits.
    """
    parts = []
    has_ends = _has_interval(result) and result.low != result.high
    if has_ends:
        extra = _digits(result, extra)
        parts.append(_ends(result, extra).replace("%", ""))
    are_few = result.k is not None and (result.n or 0) < FEW
    if are_few:
        parts.append(counts(result))
    return _with_parts(_value(result.value, result.unit, extra), parts)


_WHOLE = re.compile(r"\.0+$")


def distinct_texts(*results: Estimate) -> list[str]:
    """Write results with as many digits as make different values look different.

    Examples
    --------
    >>> distinct_texts(Estimate(0.284, unit="share"), Estimate(0.281, unit="share"))
    ['28.4%', '28.1%']
    """
    for extra in range(MOST_DIGITS):
        values = {
            result.value: number(result.value, result.unit, extra=extra) for result in results
        }
        shown = {_WHOLE.sub("", text) for text in values.values()}
        if len(shown) == len(values):
            return [ranged(result, extra) for result in results]
    return [ranged(result, MOST_DIGITS) for result in results]


def _has_interval(result: Estimate) -> bool:
    return result.low is not None and result.high is not None


def _with_parts(text: str, parts: list[str]) -> str:
    """Add more about a result in brackets."""
    more = "; ".join(parts)
    if more:
        return f"{text} ({more})"
    return text


def _value(value: float | None, unit: str, extra: int = 0) -> str:
    return with_unit(number(value, unit, extra=extra), unit)


def _count(count: int | None) -> str:
    if count is None:
        return NO_COUNTS
    return f"{count:,}"


FORMATS: dict[str, Callable[[Estimate], str]] = {
    "value": lambda result: _value(result.value, result.unit),
    "precise": lambda result: _value(result.value, result.unit, 1),
    "number": lambda result: number(result.value, result.unit),
    "interval": interval,
    "ranged": ranged,
    "full": full,
    "counts": counts,
    "n": lambda result: _count(result.n),
    "k": lambda result: _count(result.k),
    "low": lambda result: _value(result.low, result.unit),
    "high": lambda result: _value(result.high, result.unit),
    "label": lambda result: result.label,
    "of": lambda result: of(result.k, result.n),
    "words": lambda result: in_words(result.value),
    "k:words": lambda result: in_words(result.k),
    "n:words": lambda result: in_words(result.n),
}


def write(result: Estimate, how: str = "value") -> str:
    """Write a result for prose in one of `FORMATS`, or its value by a format of Python.

    Raises
    ------
    FormatError
        If there is no such format.

    Examples
    --------
    >>> write(Estimate(0.4567, unit="share"), ".1%"), write(Estimate(1234.5), ",.2f")
    ('45.7%', '1,234.50')
    """
    if how in FORMATS:
        return FORMATS[how](result)
    if not is_specification(how):
        formats = ", ".join(FORMATS)
        raise FormatError(f"no format {how!r}; there are {formats}")
    if result.value is None:
        return NO_VALUE
    value = int(result.value) if how[-1] in "bcdoxX" else result.value
    return format(value, how).replace("-", "−")


def period(first: int | None, last: int | None, joint: str = " to ") -> str:
    """Write a period of years; a single year is written once."""
    ends = [NO_VALUE if year is None else str(year) for year in (first, last)]
    return joint.join(dict.fromkeys(ends))


def with_capital(text: str) -> str:
    """Return a text with its first letter capitalised, otherwise unchanged."""
    return text[:1].upper() + text[1:]


_SPECIFICATION = re.compile(
    r"(?:.?[<>=^])?[-+ ]?z?#?0?(?P<width>\d{0,2})[,_]?(?:\.\d{1,2})?[bcdeEfFgGnoxX%]?"
)
"""The formats of numbers that Python has, up to 99 characters wide."""


def is_specification(how: str) -> bool:
    """Return whether a text is a format of Python for a number.

    Examples
    --------
    >>> is_specification(".3f"), is_specification(",.0f"), is_specification("fall")
    (True, True, False)
    """
    return bool(how) and bool(_SPECIFICATION.fullmatch(how))


_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])(-(?P<day>0[1-9]|[12]\d|3[01]))?")


def spoken(text: str) -> str:
    """Return a month or a day as people write it; any other text unchanged.

    Parameters
    ----------
    text : str
        A month or a day as in data, ``"2026-08"`` or ``"2026-08-09"``, or any other text.

    Returns
    -------
    str
        Such as ``"August 2026"``.

    Examples
    --------
    >>> spoken("2026-08"), spoken("2026-08-09"), spoken("median")
    ('August 2026', '9 August 2026', 'median')
    """
    date = _DATE.fullmatch(text)
    if not date:
        return text
    month = f"{calendar.month_name[int(date['month'])]} {date['year']}"
    if date["day"]:
        return f"{int(date['day'])} {month}"
    return month


def setting(value: Any) -> str:
    """Write the value of a parameter for people.

    Examples
    --------
    >>> setting(["icml", "iclr"]), setting([]), setting(None)
    ('icml, iclr', 'none', 'none')
    >>> setting(True), setting(2.0), setting("2026-08")
    ('yes', '2', '2026-08')
    """
    if isinstance(value, list):
        return ", ".join(map(setting, value)) or "none"
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, float):
        return f"{value:,.10g}"
    return str(value)


def in_points(share: float) -> str:
    """Write a difference of shares.

    Examples
    --------
    >>> in_points(0.01), in_points(0.025)
    ('1 point', '2.5 points')
    """
    points = f"{100 * share:.3g}"
    if points == "1":
        return f"{points} point"
    return f"{points} points"


def in_list(texts: Sequence[str]) -> str:
    """Write texts as a list in a sentence.

    Examples
    --------
    >>> in_list(["19%", "12%", "3%"]), in_list(["19%"])
    ('19%, 12% and 3%', '19%')
    """
    *first, last = texts
    if not first:
        return last
    return f"{', '.join(first)} and {last}"


SPELLED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
"""The numbers that prose spells out."""


def spelled(digits: str) -> str:
    """Return a number from 1 to 10 as prose spells it out; empty for anything else.

    Examples
    --------
    >>> spelled("10"), spelled("11"), spelled("2026-08")
    ('ten', '', '')
    """
    by_digits = {str(place): word for place, word in enumerate(SPELLED, 1)}
    return by_digits.get(digits, "")


def in_words(number: float | None) -> str:
    """Write a whole number up to ten as prose spells it; any other in digits.

    Examples
    --------
    >>> in_words(6), in_words(11), in_words(0)
    ('six', '11', 'no')
    """
    if number is None:
        return NO_COUNTS
    text = _significant(number, 0) if number % 1 else f"{number:,.0f}"
    return spelled(text) or {"0": "no"}.get(text, text)


def of(k: int | None, n: int | None) -> str:
    """Write counts as prose says them; in digits if one has no word.

    Examples
    --------
    >>> of(6, 8), of(6, 38), of(0, 8), of(8, 8)
    ('six of eight', '6 of 38', 'none of eight', 'all eight')
    """
    if k is None or n is None:
        return NO_COUNTS
    if k == n > 2:
        return f"all {in_words(n)}"
    if k == 0 < n:
        return f"none of {in_words(n)}"
    if max(k, n) > len(SPELLED):
        return f"{k:,} of {n:,}"
    return f"{in_words(k)} of {in_words(n)}"


def difference(first: float, second: float, unit: str) -> str:
    """Write how far two values are apart.

    Shares differ by points, counts by a number, others by a percentage or a factor.
    """
    apart = abs(second - first)
    if unit == "share":
        return f"{number(100 * apart, 'points')} points"
    if unit == "year":
        years = round(apart)
        if years == 1:
            return f"{years} year"
        return f"{years} years"
    is_absolute = first <= 0 or second <= 0 or unit == "count"
    if is_absolute:
        return _value(apart, unit)
    if 0.5 < second / first < 2:
        return number(apart / first, "share")
    ratio = max(first, second) / min(first, second)
    factor = number(ratio, "ratio")
    if second > first:
        return f"× {factor}"
    return f"÷ {factor}"

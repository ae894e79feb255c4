"""Dates as raw files write them, each with the precision it really has."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from compute_divide.evidence.store.raw_csv import Findings, Row, clean

Precision = Literal["day", "month", "year", "placeholder"]
"""``placeholder``: 1 January or 31 December, which mostly stand for "some time in this year"."""

PRECISIONS: tuple[str, ...] = get_args(Precision)
"""The precisions, as texts."""

Order = Literal["day-first", "month-first"]
"""How a date such as 03/04/2019 is meant."""


@dataclass(frozen=True)
class Dated:
    """A date and how precisely it is known; the first day of the month or year where only that is known."""

    day: dt.date
    precision: Precision


_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$")
_ISO_MONTH = re.compile(r"^(\d{4})-(\d{1,2})$")
_SLASHES = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?: .*)?$")
_MONTH = re.compile(r"^(\d{1,2})/(\d{4})$")
_YEAR = re.compile(r"^(\d{4})$")


def parse_date(text: str, order: Order = "day-first") -> Dated | None:
    """Return the date that a text states, or None when it states none.

    Parameters
    ----------
    text : str
        ``2019-11-25`` (a time may follow), ``25/11/2019``, ``11/2019``, ``2019-11`` or ``2019``.
    order : {"day-first", "month-first"}
        How slashes are read. Where only the other order makes a date, that one is taken.

    Examples
    --------
    >>> parse_date("25/11/2019")
    Dated(day=datetime.date(2019, 11, 25), precision='day')
    >>> parse_date("09/1973")
    Dated(day=datetime.date(1973, 9, 1), precision='month')
    >>> parse_date("2023-12-31").precision
    'placeholder'
    >>> parse_date("soon") is None
    True
    """
    text = text.strip()
    for pattern, build in _FORMS:
        match = pattern.match(text)
        if match:
            return build([int(group) for group in match.groups()], order)
    return None


def date_order(texts: Iterable[str]) -> tuple[Order, bool]:
    """Return how the dates of a file are to be read, and whether the file itself shows it.

    A date such as 25/11/2019 is only possible with the day first, 11/25/2019 only with the month first. The majority
    decides; where nothing does, the day comes first, as in the files of 2022 and 2023.

    Examples
    --------
    >>> date_order(["25/11/2019", "01/02/2003"])
    ('day-first', True)
    >>> date_order(["2019-11-25"])
    ('day-first', False)
    """
    day_first = month_first = 0
    for text in texts:
        match = _SLASHES.match(text.strip())
        if match:
            day_first += int(match[1]) > 12
            month_first += int(match[2]) > 12
    return ("month-first" if month_first > day_first else "day-first"), bool(day_first or month_first)


def read_date(row: Row, column: str | None, what: str, findings: Findings, order: Order = "day-first") -> Dated | None:
    """Return the date in a cell, None where there is none that can be read; findings note all that is not a plain day.

    Parameters
    ----------
    row : Row
        The record.
    column : str or None
        Header of the cell; None where the file has no such column.
    what : str
        Our name of the column, for the notes.
    findings : Findings
        Gets a note of blank and unreadable cells, and of dates that are less precise than a day.
    order : {"day-first", "month-first"}
        How slashes are read.

    Examples
    --------
    >>> read_date(Row("file.csv", 2, {"Date": "2020-05"}), "Date", "released", Findings()).day.isoformat()
    '2020-05-01'
    """
    text = clean(row.cells[column]) if column else ""
    found = parse_date(text, order)
    if found is None:
        kind = f"{what}: not a date, left missing" if text else f"{what}: blank"
        findings.add(kind, f"row {row.number}" + (f": {text[:40]!r}" if text else ""))
        return None
    if found.precision != "day":
        findings.add(f"{what}: precision {found.precision}", f"row {row.number}: {text}")
    if against_order(text, order):
        findings.add(f"{what}: not {order}, so read the other way", f"row {row.number}: {text}")
    return found


def against_order(text: str, order: Order) -> bool:
    """Return whether a date with slashes is only possible against the order of its file.

    Examples
    --------
    >>> against_order("3/17/2014", "day-first"), against_order("17/3/2014", "day-first")
    (True, False)
    """
    match = _SLASHES.match(text.strip())
    if not match:
        return False
    return int(match[2] if order == "day-first" else match[1]) > 12


def _date(year: int, month: int, day: int, precision: Precision) -> Dated | None:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return None
    if precision == "day" and (month, day) in {(1, 1), (12, 31)}:
        precision = "placeholder"
    return Dated(found, precision)


def _iso(numbers: list[int], _: Order) -> Dated | None:
    return _date(numbers[0], numbers[1], numbers[2], "day")


def _slashes(numbers: list[int], order: Order) -> Dated | None:
    first, second, year = numbers
    readings = [(second, first), (first, second)]
    if order == "month-first":
        readings.reverse()
    month, day = readings[0]
    return _date(year, month, day, "day") or _date(year, *readings[1], "day")


def _iso_month(numbers: list[int], _: Order) -> Dated | None:
    return _date(numbers[0], numbers[1], 1, "month")


def _month(numbers: list[int], _: Order) -> Dated | None:
    return _date(numbers[1], numbers[0], 1, "month")


def _year(numbers: list[int], _: Order) -> Dated | None:
    return _date(numbers[0], 1, 1, "year")


_FORMS: tuple[tuple[re.Pattern[str], Callable[[list[int], Order], Dated | None]], ...] = (
    (_ISO, _iso),
    (_ISO_MONTH, _iso_month),
    (_SLASHES, _slashes),
    (_MONTH, _month),
    (_YEAR, _year),
)

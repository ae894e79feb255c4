"""Dates in raw files: what is written, and their precision."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from compute_divide.sources.store.raw_csv import Findings, Row

PRECISIONS = ("day", "month", "year", "placeholder")
"""``placeholder``: 1 January or 31 December, which mostly stand for "some time in this year"."""
Order = Literal["day-first", "month-first"]
"""The meaning of a date such as 03/04/2019."""


@dataclass(frozen=True)
class Dated:
    """A date and its precision.

    It is the first day of the month or year if only that is known.
    """

    day: dt.date
    precision: str


SLASHES = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: .*)?")
_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2}))?"),
    re.compile(r"(?P<month>\d{1,2})/(?P<year>\d{4})"),
)


def parse_date(text: str, order: Order = "day-first") -> Dated | None:
    """Return the date stated in a text, else None.

    If slashes are only a date against the order, that date is taken.
    """
    text = text.strip()
    if match := SLASHES.fullmatch(text):
        first, second, year = map(int, match.groups())
        by_day = _dated(year, second, first)
        by_month = _dated(year, first, second)
        if order == "day-first":
            return by_day or by_month
        return by_month or by_day
    for form in _FORMS:
        if match := form.fullmatch(text):
            stated = match.groupdict()
            numbers = {part: int(digits) for part, digits in stated.items() if digits}
            return _dated(**numbers)
    return None


def _dated(year: int, month: int | None = None, day: int | None = None) -> Dated | None:
    try:
        date = dt.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    if month is None:
        return Dated(date, "year")
    if day is None:
        return Dated(date, "month")
    return Dated(date, "placeholder" if (month, day) in {(1, 1), (12, 31)} else "day")


def read_date(
    row: Row, column: str, what: str, findings: Findings, order: Order = "day-first"
) -> Dated | None:
    """Return the date in a cell, None if it has no readable date.

    Findings note everything that is not a plain day.
    """
    text = row[column]
    place = f"row {row.number}"
    if not text:
        findings.add(f"{what}: blank", place)
        return None
    dated = parse_date(text, order)
    if dated is None:
        shown = f"{place}: {text[:40]!r}"
        findings.add(f"{what}: not a date, left missing", shown)
        return None
    if dated.precision != "day":
        findings.add(f"{what}: precision {dated.precision}", f"{place}: {text}")
    match = SLASHES.fullmatch(text)
    month = 2 if order == "day-first" else 1
    if match and int(match[month]) > 12:
        findings.add(f"{what}: not {order}, so read the other way", f"{place}: {text}")
    return dated

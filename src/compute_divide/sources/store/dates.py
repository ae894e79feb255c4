"""Dates in raw files: the order in which a column writes them, and their precision."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from compute_divide.sources.store.files import EvidenceError
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


STRAYS = 0.01
"""The largest share of dates, among those with a number above 12, that contradict the order.

Such dates are typos in a list that otherwise has one order.
"""


def date_order(rows: Sequence[Row], column: str, stated: Order | None = None) -> Order:
    """Return the order of the dates in a column, as they show it or as `stated`.

    Raise EvidenceError if they show no order and none is stated, two orders, or another than
    stated.
    """
    by_order = _by_order(rows, column)
    shown = {name: by_order[name] for name in get_args(Order)}
    ambiguous = by_order["either"]
    order: Order = "day-first"
    if len(shown["month-first"]) > len(shown["day-first"]):
        order = "month-first"
    if shown[order]:
        if ambiguous:
            _refuse_disorder(shown, order, column)
        if stated not in {None, order}:
            raise EvidenceError(
                f"{shown[order][0].file}: --dates {stated} is not what "
                f"{_dates(shown[order], column)} show, which are {order}"
            )
        return order
    if ambiguous and stated is None:
        raise EvidenceError(
            f"{ambiguous[0].file}: {_dates(ambiguous, column)} can be read day first or month "
            "first, and no date of the file shows which: state it by --dates day-first or "
            "--dates month-first"
        )
    return stated or order


def _by_order(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    """Return the rows whose dates have slashes, by the order that they show, or ``either``."""
    by_order: dict[str, list[Row]] = {"day-first": [], "month-first": [], "either": []}
    for row in rows:
        if match := SLASHES.fullmatch(row[column]):
            first = int(match[1])
            second = int(match[2])
            if first > 12 >= second:
                by_order["day-first"].append(row)
            elif second > 12 >= first:
                by_order["month-first"].append(row)
            elif first != second:
                by_order["either"].append(row)
    return by_order


def _refuse_disorder(shown: Mapping[str, Sequence[Row]], order: Order, column: str) -> None:
    other = "month-first" if order == "day-first" else "day-first"
    file = shown[order][0].file
    is_mixed = len(shown[other]) > STRAYS * len([*shown[order], *shown[other]])
    if is_mixed:
        raise EvidenceError(
            f"{file}: {_dates(shown[order], column)} have the {order.removesuffix('-first')} "
            f"first, {_dates(shown[other], column)} the {other.removesuffix('-first')}, so that "
            "the others can be read either way: write all in one order, such as 2019-11-25"
        )


def _dates(rows: Sequence[Row], column: str) -> str:
    dates = "date" if len(rows) == 1 else "dates"
    return f"{len(rows):,} {dates} ({rows[0][column]!r} in row {rows[0].number})"


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

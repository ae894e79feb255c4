"""The order in which a column of a raw file writes its dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from compute_divide.sources.store.dates import SLASHES, Order
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import Row

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

"""Periods of years, as comparisons read them and prose writes them."""

from __future__ import annotations

import re
import reprlib
from typing import Any, SupportsIndex

_TEXT = re.compile(r"(?P<first>\d{4})(?:[-–](?P<last>\d{4}))?")

Years = tuple[int, int]
"""The first and the last year, both included."""


def years_of(given: Any) -> Years:
    """Return the first and last year of a period, however it is written, or of a year.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> years_of("2020-2022"), years_of([2020, 2022]), years_of(2022)
    ((2020, 2022), (2020, 2022), (2022, 2022))
    """
    text = _TEXT.fullmatch(given.strip()) if isinstance(given, str) else None
    if text:
        first_year = text["first"]
        last_year = text["last"] or first_year
        return int(first_year), int(last_year)
    if isinstance(given, SupportsIndex) and not isinstance(given, bool):
        return int(given), int(given)
    if isinstance(given, tuple | list) and len(given) == 2:
        first, last = given
        if isinstance(first, SupportsIndex) and isinstance(last, SupportsIndex):
            return int(first), int(last)
    raise ValueError(
        f"{reprlib.repr(given)} is not a period: give first and last year, such as 2020-2022"
    )

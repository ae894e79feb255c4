"""Several periods of years at once: joined, side by side, or in words."""

from __future__ import annotations

from collections.abc import Iterable

from bookpress.chapter.periods import Years, years_of
from compute_divide.analysis.statistics.estimates import span


def joint_period(*periods: Years | int) -> Years:
    """Return the period from the first to the last year of several, all years between included.

    Parameters
    ----------
    *periods : tuple of int, or int
        Each its first and last year, or a year; at least one.

    Returns
    -------
    tuple of int
        The earliest first and the latest last year.

    Raises
    ------
    ValueError
        If there is none, or one is no period.

    Examples
    --------
    >>> joint_period((2013, 2016), (2020, 2025))
    (2013, 2025)
    """
    spans = [years_of(period) for period in periods]
    first = min(start for start, _ in spans)
    last = max(end for _, end in spans)
    return first, last


def year_spans(years: Iterable[int]) -> str:
    """Return years in words, those that follow each other as one period.

    Parameters
    ----------
    years : iterable of int
        Calendar years in any order; repeated ones count once.

    Returns
    -------
    str
        Such as "2019 to 2021, 2024"; of no years "none".

    Examples
    --------
    >>> year_spans([2024, 2019, 2020, 2021]), year_spans([])
    ('2019 to 2021, 2024', 'none')
    """
    distinct = {int(year) for year in years}
    periods: list[list[int]] = []
    for year in sorted(distinct):
        if periods and year == periods[-1][1] + 1:
            periods[-1][1] = year
        else:
            periods.append([year, year])
    words = [span((first, last)) for first, last in periods]
    return ", ".join(words) or "none"

"""Periods of years: rows in a period, joined periods, and periods in words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from holdtrue.periods import Years, years_of


def in_years(rows: pd.DataFrame, period: Years | int) -> pd.DataFrame:
    """Return the rows of a period.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``year``; a row without a year is in no period.
    period : tuple of int, or int
        First and last year, both included, or a year. A period that ends before it starts has no
        rows.

    Returns
    -------
    pandas.DataFrame
        These rows, unchanged.

    Raises
    ------
    ValueError
        If the period is invalid.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2012, None]})
    >>> len(in_years(rows, (2010, 2012))), len(in_years(rows, 2012))
    (2, 1)
    """
    return rows[are_in_years(rows, period)]


def are_in_years(rows: pd.DataFrame, period: Years | int) -> npt.NDArray[np.bool_]:
    """Return which rows are of a period, as `in_years` has it."""
    first, last = years_of(period)
    years = rows["year"].to_numpy(dtype=float, na_value=np.nan)
    return (first <= years) & (years <= last)


def span(period: Years | int, joint: str = " to ") -> str:
    """Return a period in words.

    Parameters
    ----------
    period : tuple of int, or int
        First and last year, or a year.
    joint : str
        The text between the two years.

    Returns
    -------
    str
        Such as "2010 to 2014"; only the year if the period is a single year.

    Raises
    ------
    ValueError
        If the period is invalid.

    Examples
    --------
    >>> span((2010, 2014)), span((2022, 2022)), span((2010, 2014), "–")
    ('2010 to 2014', '2022', '2010–2014')
    """
    distinct = dict.fromkeys(years_of(period))
    return joint.join(str(year) for year in distinct)


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
        If there is none, or one is invalid.

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
    """Return years in words, consecutive ones as a period.

    Parameters
    ----------
    years : iterable of int
        Calendar years in any order; repeated ones count once.

    Returns
    -------
    str
        Such as "2019 to 2021, 2024"; "none" without years.

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

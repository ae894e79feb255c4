"""Shares where some are unknown: worst-case bounds, which hold whatever the unknown ones are."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import ACADEMIA, UNKNOWN


def academic_bounds(
    rows: pd.DataFrame, by: Sequence[str] = ("venue", "year"), number: str | None = None
) -> pd.DataFrame:
    """Return the share of universities alone in each group, and how far unknown teams let it move.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``team_type``, in which ``unknown`` is a team that is not known.
    by : sequence of str
        The columns that tell groups apart.
    number : str, optional
        The column that says how many works a row stands for; by default each stands for one.

    Returns
    -------
    pandas.DataFrame
        One row a group, sorted by `by`: ``k`` of universities, of ``known`` teams, of ``n`` in
        all; ``share`` among the known (missing where there are none), ``lowest`` and ``highest``.
        Groups of no works do not occur.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The bounds are those of Manski (1989). The lowest holds where every unknown team includes a
    company, the highest where none does. They are no intervals: chance is not in them.

    Examples
    --------
    >>> teams = ["academia-only", "industry-only", "unknown", "unknown"]
    >>> bounds = academic_bounds(pd.DataFrame({"year": 2020, "team_type": teams}), ["year"])
    >>> bounds[["k", "known", "n", "share", "lowest", "highest"]].values.tolist()
    [[1.0, 2.0, 4.0, 0.5, 0.25, 0.75]]
    """
    works = pd.Series(1, rows.index)
    if number is not None:
        works = rows[number].astype(int)
    teams = rows["team_type"]
    academic = works.where(teams == ACADEMIA, 0)
    known = works.where(teams != UNKNOWN, 0)
    columns = pd.DataFrame({"k": academic, "known": known, "n": works})
    keys = [rows[key] for key in by]
    sums = columns.groupby(keys, observed=True).sum().reset_index()
    groups = sums[sums["n"] > 0].copy()
    unknown = groups["n"] - groups["known"]
    has_known = groups["known"] > 0
    groups["share"] = groups["k"] / groups["known"].where(has_known)
    groups["lowest"] = groups["k"] / groups["n"]
    groups["highest"] = (groups["k"] + unknown) / groups["n"]
    return groups


def bounded_share(flags: pd.Series, label: str) -> Estimate:
    """Return the share of rows of which something is true, with the bounds that unknown ones leave.

    Parameters
    ----------
    flags : pandas.Series
        Whether it is true of each row; missing where that is not known.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The share among the known, whose number is `n`. Its interval is no matter of chance: the
        share would be as low if it were false of every row that is not known, and as high if it
        were true of each. Without a value where nothing is known, and without bounds where there
        are no rows.

    Notes
    -----
    Manski (1989).

    Examples
    --------
    >>> teams = pd.Series(["academia-only", "industry-only", "unknown", "unknown"])
    >>> is_academic = teams.eq("academia-only").where(teams.ne("unknown"))
    >>> share = bounded_share(is_academic, "works of universities alone")
    >>> share.value, share.low, share.high, share.n
    (0.5, 0.25, 0.75, 2)
    """
    n = len(flags)
    if n == 0:
        return Estimate(None, k=0, n=0, label=label, unit="share")
    known = int(flags.notna().sum())
    k = int(flags.eq(True).sum())
    share = k / known if known else None
    lowest = k / n
    highest = (k + n - known) / n
    return Estimate(share, lowest, highest, k, known, "share", label)


def belonging_bounds(rows: pd.DataFrame, flag: pd.Series[bool], label: str) -> Estimate:
    """Return a share of rows of one team type, with bounds for those that may be of another.

    Parameters
    ----------
    rows : pandas.DataFrame
        Models of one team type from `with_records`, with ``team_checked``.
    flag : pandas.Series
        The mask on the index of the rows that is true of those that are counted.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The share that is counted. It would be as low as its interval says if of the rows whose
        authors could not be checked all that are counted were of another team type, and as high if
        all that are not counted were. Without a value where there are no rows.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    Bounds in the manner of Manski (1989); chance is not in them.

    Examples
    --------
    >>> rows = pd.DataFrame({"team_checked": [True, True, False, False]})
    >>> share = belonging_bounds(rows, pd.Series([True, False, True, False]), "systems")
    >>> round(share.low, 2), share.value, round(share.high, 2)
    (0.33, 0.5, 0.67)
    """
    n = len(rows)
    if n == 0:
        return Estimate(None, k=0, n=0, unit="share", label=label)
    is_counted = flag.reindex(rows.index).astype(bool)
    is_checked = rows["team_checked"].astype(bool)
    k = int(is_counted.sum())
    doubtful = int((is_counted & ~is_checked).sum())
    others = int((~is_counted & ~is_checked).sum())
    low = (k - doubtful) / (n - doubtful) if n > doubtful else 0.0
    high = k / (n - others) if n > others else 1.0
    return Estimate(k / n, low, high, k, n, "share", label)

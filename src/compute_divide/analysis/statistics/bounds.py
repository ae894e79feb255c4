"""Shares where some are unknown: worst-case bounds, which hold whatever the unknown ones are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.teams import ACADEMIA, UNKNOWN


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


def bounded_share(
    flags: pd.Series, label: str, is_checked: pd.Series[bool] | None = None
) -> Estimate:
    """Return the share of rows of which something is true, with the bounds that unknown ones leave.

    Parameters
    ----------
    flags : pandas.Series
        Whether it is true of each row; missing where that is not known.
    label : str
        What is estimated, in a few words that stand alone.
    is_checked : pandas.Series, optional
        Of which rows a source confirms what is listed, on the same index. The share is then that
        of all rows as listed, and the bounds count the others as not known.

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
    >>> is_open = pd.Series([True, False, False, True])
    >>> share = bounded_share(is_open, "open weights", pd.Series([True, True, False, True]))
    >>> share.low, share.value, share.high, share.n
    (0.5, 0.5, 0.75, 4)
    """
    if is_checked is not None:
        listed = bounded_share(flags, label)
        bounds = bounded_share(flags.where(is_checked), label)
        return replace(listed, low=bounds.low, high=bounds.high)
    n = len(flags)
    if n == 0:
        return Estimate(None, k=0, n=0, label=label, unit="share")
    known = int(flags.notna().sum())
    k = int(flags.eq(True).sum())
    share = k / known if known else None
    lowest = k / n
    highest = (k + n - known) / n
    return Estimate(share, lowest, highest, k, known, "share", label)


def belonging_bounds(
    share: Estimate, belongs: pd.Series, counts: pd.Series, label: str
) -> Estimate:
    """Return a share of rows of one kind, with bounds for rows of which little is certain.

    Parameters
    ----------
    share : Estimate
        The share as it is counted.
    belongs : pandas.Series
        Whether each row is of the kind; missing where nobody could check it.
    counts : pandas.Series
        Whether each row is one of those that the share counts, on the same index; missing where
        nobody could check it.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The share that is counted. Whatever the rows are that could not be checked, the share of
        all that are of the kind is no lower and no higher than its interval says. Without an
        interval where no row can be of the kind.

    Notes
    -----
    Bounds in the manner of Manski (1989); chance is not in them.

    Examples
    --------
    >>> from compute_divide.analysis.statistics.shares import (counted_share)
    >>> share = counted_share(2, 4, "systems on a company's model")
    >>> belongs = pd.Series([True, True, None, None, False])
    >>> counts = pd.Series([True, False, True, None, True])
    >>> bounds = belonging_bounds(share, belongs, counts, "the same, bounded")
    >>> round(bounds.low, 2), bounds.value, round(bounds.high, 2)
    (0.33, 0.5, 0.75)
    """
    is_of_kind = belongs.eq(True)
    may_be = belongs.isna()
    is_counted = counts.eq(True)
    may_count = counts.isna() | is_counted
    in_all = int(is_of_kind.sum())
    against = int((may_be & ~is_counted).sum())
    in_favour = int((may_be & may_count).sum())
    low = _ratio(int((is_of_kind & is_counted).sum()), in_all + against)
    high = _ratio(int((is_of_kind & may_count).sum()) + in_favour, in_all + in_favour)
    return Estimate(share.value, low, high, share.k, share.n, "share", label)


def _ratio(k: int, n: int) -> float | None:
    return k / n if n else None

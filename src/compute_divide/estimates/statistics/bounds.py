"""Shares with unknown cases: worst-case bounds, which are true whatever the unknown cases are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from compute_divide.estimates.statistics.teams import ACADEMIA, UNKNOWN
from holdtrue.estimates import Estimate


def academic_bounds(
    rows: pd.DataFrame, by: Sequence[str] = ("venue", "year"), number: str | None = None
) -> pd.DataFrame:
    """Return the share of universities alone in each group, with bounds for the unknown teams.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``team_type``, which is ``unknown`` for teams that are not known.
    by : sequence of str
        The columns that tell groups apart.
    number : str, optional
        The column with the number of works that a row represents; by default one each.

    Returns
    -------
    pandas.DataFrame
        One row per group, sorted by `by`: ``k`` by universities, out of ``known`` teams, out of
        ``n`` in all; ``share`` among the known (missing if there are none), ``lowest`` and
        ``highest``. Groups without works are left out.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The bounds are those of Manski (1989): the lowest if every unknown team includes a company, the
    highest if none does. They are not confidence intervals: chance plays no part in them.

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
    """Return the share of rows for which something is true, with bounds for the unknown rows.

    Parameters
    ----------
    flags : pandas.Series
        Whether it is true of each row; missing if that is not known.
    label : str
        What is estimated, in a few self-contained words.
    is_checked : pandas.Series, optional
        Whether a source confirms each row, on the same index. The share is then among all rows as
        listed, and the bounds treat unconfirmed rows as unknown.

    Returns
    -------
    Estimate
        The share among the known, whose number is `n`. Its interval is not about chance: its low
        end is the share if it were false of every unknown row, its high end the share if it were
        true of each. Without a value if nothing is known, and without bounds if there are no rows.

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
    return Estimate(share, lowest, highest, k, known, "share", label, range="bounds")


def belonging_bounds(
    share: Estimate, belongs: pd.Series, counts: pd.Series, label: str
) -> Estimate:
    """Return a share of rows of one kind, with bounds for rows that could not be checked.

    Parameters
    ----------
    share : Estimate
        The share as counted.
    belongs : pandas.Series
        Whether each row is of the kind; missing if nobody could check it.
    counts : pandas.Series
        Whether the share counts each row, on the same index; missing if nobody could check it.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        The share as counted. Whatever the unchecked rows are, the share among all rows of the kind
        lies within its interval. Without an interval if no row can be of the kind.

    Notes
    -----
    Bounds in the manner of Manski (1989); chance plays no part in them.

    Examples
    --------
    >>> from compute_divide.estimates.statistics.shares import counted_share
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
    return Estimate(share.value, low, high, share.k, share.n, "share", label, range="bounds")


def _ratio(k: int, n: int) -> float | None:
    return k / n if n else None

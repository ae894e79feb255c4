"""Shares of rows, of totals and of groups, and differences of two shares, with their intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from compute_divide.estimates.statistics import counted
from compute_divide.estimates.statistics.numbers import NORMAL_975, Floats
from compute_divide.estimates.statistics.resampling import draw_weights, percentile_interval
from holdtrue.comparisons.differences import ends_of, square_and_add
from holdtrue.estimates import Estimate


def wilson_interval(k: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return the shares k of n with the ends of their 95% Wilson intervals; NaN where n is 0."""
    count = np.asarray(k, dtype=float)
    total = np.asarray(n, dtype=float)
    z = NORMAL_975
    with np.errstate(invalid="ignore", divide="ignore"):
        share = count / total
        middle = share + z**2 / (2 * total)
        variance = share * (1 - share) / total
        correction = z**2 / (4 * total**2)
        half = z * np.sqrt(variance + correction)
        scale = 1 + z**2 / total
        low = (middle - half) / scale
        high = (middle + half) / scale
    # Rounding may move a bound just past a share of 0 or 1.
    return share, np.clip(low, 0, share), np.clip(high, share, 1)


def wilson_share(k: int, n: int, label: str) -> Estimate:
    """Return the share k of n with its 95% Wilson score interval.

    Parameters
    ----------
    k, n : int
        How many of how many.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        The share with its interval and counts; without a value if `n` is 0.

    Raises
    ------
    ValueError
        If `k` is not between 0 and `n`.

    Notes
    -----
    The score interval of Wilson [1]_: unlike the normal approximation, it stays within 0 and 1 and
    keeps its coverage for small totals.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> share = wilson_share(55, 86, "academic share")
    >>> round(share.value, 2), round(share.low, 2), round(share.high, 2)
    (0.64, 0.53, 0.73)
    >>> wilson_share(0, 0, "academic share").value is None
    True
    """
    if not 0 <= k <= n:
        raise ValueError(f"a share needs 0 <= k <= n, not k = {k} of n = {n} ({label})")
    if n == 0:
        return Estimate(None, k=0, n=0, label=label, unit="share")
    interval = wilson_interval(k, n)
    share, low, high = map(float, interval)
    return Estimate(share, low, high, int(k), int(n), "share", label, range="sampling")


def with_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Return counts with the share that each row gives, and its 95% Wilson interval.

    Parameters
    ----------
    counts : pandas.DataFrame
        Rows with the counts ``k`` of ``n``.

    Returns
    -------
    pandas.DataFrame
        The rows with ``share`` (0 to 1) and the ends ``low`` and ``high`` of its interval; missing
        where ``n`` is 0.

    Raises
    ------
    KeyError
        If a count is missing.

    Notes
    -----
    The interval is the score interval of Wilson (1927), see `wilson_share`.

    Examples
    --------
    >>> counts = pd.DataFrame({"year": [2010, 2011], "k": [55, 0], "n": [86, 0]})
    >>> with_shares(counts).round(2).iloc[0].tolist()
    [2010.0, 55.0, 86.0, 0.64, 0.53, 0.73]
    """
    share, low, high = wilson_interval(counts["k"], counts["n"])
    return counts.assign(share=share, low=low, high=high)


def flag_share(
    rows: pd.DataFrame,
    flag: str | pd.Series[bool],
    label: str,
    *,
    weights: str | None = None,
    mean_over: str | None = None,
) -> Estimate:
    """Return the share of rows for which something is true.

    With weights it is their part of a total; as a mean, every group counts as one.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows; all count in the total.
    flag : str or pandas.Series
        The column, or the mask on the index of the rows, that is true for the rows to count; a row
        whose flag is missing is in the total only.
    label : str
        What is estimated, in a few self-contained words. For rows from `with_records` it also says
        how many of them were audited.
    weights : str, optional
        The column of the sizes of the rows, without missing ones, such as the speed of machines:
        the share is then a share of the sum of sizes.
    mean_over : str, optional
        The column of groups, such as conferences: the share is then the mean of their shares.

    Returns
    -------
    Estimate
        The share, with its 95% interval and counts; without a value if there are no rows. `n`
        counts rows; for a mean it counts groups, and fewer than three groups give no value.

    Raises
    ------
    KeyError
        If there is no such column.
    ValueError
        If both weights and groups are given.

    Notes
    -----
    The interval is the score interval of Wilson (1927), see `wilson_share`. For a weighted share it
    is the percentile interval of a bootstrap that draws rows (Davison and Hinkley 1997, section
    5.3): it shows how much the share rests on a few large rows. For a mean it is the interval of
    Student (1908) for independent groups, cut at 0 and 1.

    Examples
    --------
    >>> rows = pd.DataFrame({"open": [True, False, True, True], "chips": [30, 30, 20, 20]})
    >>> share = flag_share(rows, "open", "models with open weights")
    >>> share.value, share.k, share.n
    (0.75, 3, 4)
    >>> flag_share(rows, "open", "chips of models with open weights", weights="chips").value
    0.7
    >>> papers = pd.DataFrame({"venue": ["acl", "icml", "icml", "naacl"], "industry": True})
    >>> flag_share(papers, "industry", "mean over conferences", mean_over="venue").n
    3
    """
    if weights and mean_over:
        raise ValueError(f"a share has weights ({weights}) or is a mean over {mean_over}, not both")
    flags = rows[flag] if isinstance(flag, str) else flag.reindex(rows.index)
    mask = flags.eq(True).fillna(False).astype(bool)
    words = label + audited_words(rows, np.ones(len(rows), dtype=bool))
    if weights:
        return _weighted(rows[weights].to_numpy(dtype=float), mask.to_numpy(), words)
    if mean_over:
        of_groups = mask.astype("float64").groupby(rows[mean_over], observed=True)
        return _mean(of_groups.mean(), words)
    share = wilson_share(int(mask.sum()), len(rows), words)
    return replace(share, rows=counted.of_flag(rows, mask))


def _weighted(sizes: Floats, inside: npt.NDArray[np.bool_], label: str) -> Estimate:
    """Return the part of the sum of sizes that belongs to the rows inside."""
    k = int(inside.sum())
    n = len(sizes)
    if n == 0:
        return Estimate(None, k=k, n=n, unit="share", label=label)
    of_inside = sizes[inside]
    share = float(of_inside.sum() / sizes.sum())
    draws = draw_weights(np.arange(n))
    parts = draws[:, inside] @ of_inside
    low, high = percentile_interval(parts / (draws @ sizes))
    return Estimate(share, low, high, k, n, "share", label, range="sampling")


def _mean(shares: pd.Series[float], label: str) -> Estimate:
    """Return the mean of shares; two shares would say nothing about others."""
    n = len(shares)
    if n < 3:
        return Estimate(None, n=n, unit="share", label=label)
    from scipy.special import stdtrit

    mean = float(shares.mean())
    error = shares.std() / np.sqrt(n)
    half = float(stdtrit(n - 1, 0.975) * error)
    low = max(0.0, mean - half)
    high = min(1.0, mean + half)
    return Estimate(mean, low, high, None, n, "share", label, range="sampling")


def counted_share(k: int, n: int, label: str) -> Estimate:
    """Return a share of a whole that was counted in full, which needs no interval.

    Parameters
    ----------
    k, n : int
        How many of how many.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        The share with its counts; without a value if `n` is 0.

    Examples
    --------
    >>> counted_share(3, 4, "rows that the filter keeps").value
    0.75
    """
    share = k / n if n else None
    return Estimate(share, k=k, n=n, unit="share", label=label)


def counted_flags(flags: pd.Series[bool], label: str) -> Estimate:
    """Return the share for which something is true in a whole that was counted in full.

    Parameters
    ----------
    flags : pandas.Series
        Whether it is true, for each member of the whole.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        The share with its counts, without an interval; without a value if there are no members.

    Examples
    --------
    >>> steps = pd.Series([1.5, 2.5, 3.0])
    >>> counted_flags(steps.gt(2), "steps that more than doubled").k
    2
    """
    return counted_share(int(flags.sum()), len(flags), label)


def newcombe_difference(first: Estimate, other: Estimate, label: str) -> Estimate:
    """Return the difference of two shares, with an interval derived from their Wilson intervals.

    Parameters
    ----------
    first, other : Estimate
        The two shares; the second is subtracted from the first.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        The difference in percentage points, with its 95% interval and the total of both; without a
        value if a share has no value or no interval.

    Notes
    -----
    Newcombe (1998), method 10: the interval keeps its coverage where shares are near 0 or 1 and
    totals are small.

    Examples
    --------
    >>> gap = newcombe_difference(wilson_share(56, 70, "one"), wilson_share(48, 80, "other"), "gap")
    >>> round(gap.value), round(gap.low, 1), round(gap.high, 1), gap.n
    (20, 5.2, 33.4, 150)
    """
    ends = ends_of(first)
    other_ends = ends_of(other)
    if ends is None or other_ends is None:
        return Estimate(None, n=0, unit="points", label=label)
    difference, low, high = square_and_add(ends, other_ends)
    n = (first.n or 0) + (other.n or 0)
    return Estimate(
        100 * difference, 100 * low, 100 * high, n=n, unit="points", label=label, range="sampling"
    )


def known_share(rows: pd.DataFrame, column: str, label: str) -> Estimate:
    """Return the share of rows for which a column is known.

    This is the coverage of everything that rests on that column.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows; all count in the total.
    column : str
        The column that may be missing.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        The share, with its 95% Wilson interval and counts; without a value if there are no rows.

    Raises
    ------
    KeyError
        If there is no such column.

    Notes
    -----
    The interval is the score interval of Wilson (1927), see `wilson_share`.

    Examples
    --------
    >>> models = pd.DataFrame({"chips": [8, None]})
    >>> known_share(models, "chips", "models whose chips are known").value
    0.5
    """
    known = rows[column].notna()
    share = wilson_share(int(known.sum()), len(rows), label)
    return replace(share, rows=counted.of_flag(rows, known))


def known_by_year(models: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the share of each year's models with a known value in a column, with its interval."""
    rows = []
    for year, of_year in models.groupby("year"):
        share = known_share(of_year, column, "")
        rows.append({"year": year, **share.row()})
    return pd.DataFrame(rows, columns=["year", "share", "low", "high", "k", "n"])


def audited_words(rows: pd.DataFrame, are_counted: npt.NDArray[np.bool_]) -> str:
    """Return how many of the counted rows were audited, in words; empty if none has a mark."""
    n = are_counted.sum()
    if "audit" not in rows or not n:
        return ""
    are_audited = rows["audit"].notna().to_numpy()
    return f"; {(are_audited & are_counted).sum()} of {n} rows audited"

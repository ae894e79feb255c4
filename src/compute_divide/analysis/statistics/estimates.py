"""Estimates, and shares of team types with Wilson score intervals.

A row whose team type is not known (``unknown``, or missing) is in neither count nor total; all
others are in the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from bookpress.chapter.comparisons.differences import ends_of, square_and_add
from bookpress.chapter.estimates import Estimate
from bookpress.chapter.periods import Years, years_of
from compute_divide.analysis.statistics import counted

Floats = npt.NDArray[np.float64]

ACADEMIA = "academia-only"
INDUSTRY = "industry-only"
TEAM_TYPES = (ACADEMIA, "collaboration", INDUSTRY, "other")
"""Team types that count in a total, in the order in which they are shown."""
UNKNOWN = "unknown"
COMPUTE = "training_compute_flop"
"""Column of the training compute of a model, in FLOP."""


def wilson_interval(k: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return the shares k of n with the ends of their 95% Wilson intervals; NaN where n is 0."""
    count = np.asarray(k, dtype=float)
    total = np.asarray(n, dtype=float)
    z = NormalDist().inv_cdf(0.975)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = count / total
        middle = share + z**2 / (2 * total)
        variance = share * (1 - share) / total
        correction = z**2 / (4 * total**2)
        half = z * np.sqrt(variance + correction)
        scale = 1 + z**2 / total
        low = (middle - half) / scale
        high = (middle + half) / scale
    # Rounding may leave a bound a hair on the wrong side of a share of 0 or 1.
    return share, np.clip(low, 0, share), np.clip(high, share, 1)


def wilson_share(k: int, n: int, label: str) -> Estimate:
    """Return the share k of n with its 95% Wilson score interval.

    Parameters
    ----------
    k, n : int
        How many of how many.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The share with its interval and counts; without a value where `n` is 0.

    Raises
    ------
    ValueError
        If `k` is not between 0 and `n`.

    Notes
    -----
    The score interval of Wilson [1]_: unlike the normal approximation it stays within 0 and 1 and
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
    return Estimate(share, low, high, int(k), int(n), "share", label)


def flag_share(rows: pd.DataFrame, flag: str | pd.Series[bool], label: str) -> Estimate:
    """Return the share of rows of which something is true.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows; all count in the total.
    flag : str or pandas.Series
        The column, or the mask on the index of the rows, that is true of those that are counted.
    label : str
        What is estimated, in a few words that stand alone. Of rows from `with_records` it also says
        how many of them were audited.

    Returns
    -------
    Estimate
        The share, with its 95% Wilson interval and counts; without a value where there are no rows.

    Raises
    ------
    KeyError
        If there is no such column.

    Notes
    -----
    The interval is the score interval of Wilson (1927), see `wilson_share`.

    Examples
    --------
    >>> rows = pd.DataFrame({"open": [True, False, True, True]})
    >>> share = flag_share(rows, "open", "models with open weights")
    >>> share.value, share.k, share.n
    (0.75, 3, 4)
    """
    mask = rows[flag] if isinstance(flag, str) else flag.reindex(rows.index)
    k = int(mask.sum())
    share = wilson_share(k, len(rows), label + _audited(rows))
    return replace(share, rows=counted.of_flag(rows, mask))


def counted_share(k: int, n: int, label: str) -> Estimate:
    """Return a share of a whole that is counted in full, which has no interval.

    Parameters
    ----------
    k, n : int
        How many of how many.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The share with its counts; without a value where `n` is 0.

    Examples
    --------
    >>> counted_share(3, 4, "rows that the filter keeps").value
    0.75
    """
    share = k / n if n else None
    return Estimate(share, k=k, n=n, unit="share", label=label)


def number_of(
    count: float | None, label: str, unit: str = "count", *, n: int | None = None
) -> Estimate:
    """Return a number without an interval as an estimate.

    Parameters
    ----------
    count : float
        The number; None or NaN where it is not known.
    label : str
        What it is, in a few words that stand alone.
    unit : str
        Its unit, see `Estimate`.
    n : int, optional
        The number of observations it rests on.

    Returns
    -------
    Estimate
        The number.

    Examples
    --------
    >>> number_of(12, "vintages").unit, number_of(float("nan"), "hours", "hours").value
    ('count', None)
    """
    value = None if pd.isna(count) else count
    return Estimate(value, n=n, unit=unit, label=label)


def ratio(
    over: Estimate | float | None,
    under: Estimate | float | None,
    label: str,
    *,
    n: int | None = None,
) -> Estimate:
    """Return how many times one value is another.

    Parameters
    ----------
    over, under : Estimate or float
        The two; of estimates the values are taken. None and NaN are unknown.
    label : str
        What is estimated, in a few words that stand alone.
    n : int, optional
        The number of observations it rests on.

    Returns
    -------
    Estimate
        The ratio, without an interval; without a value where one of the two is unknown, or the
        second is 0.

    Examples
    --------
    >>> ratio(6.0, 3.0, "large over small").value, ratio(6.0, None, "large over small").value
    (2.0, None)
    """
    first = over.value if isinstance(over, Estimate) else over
    second = under.value if isinstance(under, Estimate) else under
    if first is None or not second:
        return Estimate(None, n=n, unit="ratio", label=label)
    return Estimate(first / second, n=n, unit="ratio", label=label)


def significant(estimate: Estimate, digits: int = 3) -> Estimate:
    """Return an estimate with no more digits than its sources know.

    Parameters
    ----------
    estimate : Estimate
        The estimate.
    digits : int
        How many significant digits its value and the ends of its interval keep.

    Returns
    -------
    Estimate
        The same, rounded; what is missing stays so.

    Raises
    ------
    ValueError
        If that is no digit at all.

    Examples
    --------
    >>> rounded = significant(Estimate(123_456, 98_765, 200_001, unit="count"))
    >>> rounded.value, rounded.low, rounded.high
    (123000.0, 98800.0, 200000.0)
    """
    if digits < 1:
        raise ValueError(f"at least one digit is kept, not {digits}")
    value = _rounded(estimate.value, digits)
    low = _rounded(estimate.low, digits)
    high = _rounded(estimate.high, digits)
    return replace(estimate, value=value, low=low, high=high)


def _rounded(number: float | None, digits: int) -> float | None:
    """Return a number with so many significant digits."""
    if number is None:
        return None
    return float(f"{number:.{digits - 1}e}")


def newcombe_difference(one: Estimate, other: Estimate, label: str) -> Estimate:
    """Return the difference of two shares, with an interval made of their Wilson intervals.

    Parameters
    ----------
    one, other : Estimate
        The two shares; the other is taken from the one.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The difference in percentage points, with its 95% interval and the total of both; without a
        value where a share has none, or no interval.

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
    first = ends_of(one)
    second = ends_of(other)
    if first is None or second is None:
        return Estimate(None, n=0, unit="points", label=label)
    difference, low, high = square_and_add(first, second)
    n = (one.n or 0) + (other.n or 0)
    return Estimate(100 * difference, 100 * low, 100 * high, n=n, unit="points", label=label)


def mean_share(shares: pd.Series, label: str) -> Estimate:
    """Return the mean of the shares of several places, each of which counts as one.

    Parameters
    ----------
    shares : pandas.Series
        A share, 0 to 1, of each place, such as a conference.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The mean, with its 95% interval, cut at 0 and 1, and the number of places. Without a value
        where there are fewer than three: two tell nothing of others.

    Notes
    -----
    The interval is that of Student (1908) for the mean of independent places, which need not be
    alike.

    Examples
    --------
    >>> shares = pd.Series([0.3, 0.4, 0.5])
    >>> found = mean_share(shares, "papers with industry, mean over conferences")
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2), found.n
    (0.4, 0.15, 0.65, 3)
    """
    n = len(shares)
    if n < 3:
        return Estimate(None, n=n, unit="share", label=label)
    from scipy.special import stdtrit

    mean = float(shares.mean())
    error = shares.std() / np.sqrt(n)
    half = float(stdtrit(n - 1, 0.975) * error)
    low = max(0.0, mean - half)
    high = min(1.0, mean + half)
    return Estimate(mean, low, high, None, n, "share", label)


def known_teams(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose team type is known.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``team_type``.

    Returns
    -------
    pandas.DataFrame
        Those of one of `TEAM_TYPES`, unchanged.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> len(known_teams(pd.DataFrame({"team_type": ["academia-only", "unknown", None]})))
    1
    """
    is_known = rows["team_type"].isin(TEAM_TYPES)
    return rows[is_known]


def known_share(rows: pd.DataFrame, column: str, label: str) -> Estimate:
    """Return the share of rows for which a column is known.

    It is the coverage of everything that rests on that column.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows; all count in the total.
    column : str
        The column that may be missing.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The share, with its 95% Wilson interval and counts; without a value where there are no rows.

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


def team_share(rows: pd.DataFrame, team_type: str, label: str) -> Estimate:
    """Return the share of a team type among the rows whose team type is known.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``team_type``.
    team_type : str
        One of `TEAM_TYPES`.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The share, with its 95% Wilson interval and counts; without a value where no team type is
        known.

    Raises
    ------
    ValueError
        If the team type is another.

    Notes
    -----
    The interval is the score interval of Wilson (1927), see `wilson_share`.

    Examples
    --------
    >>> rows = pd.DataFrame({"team_type": ["academia-only", "industry-only", "unknown"]})
    >>> team_share(rows, "academia-only", "models by universities alone").n
    2
    """
    _check_team(team_type)
    teams = rows["team_type"]
    k = (teams == team_type).sum()
    n = teams.isin(TEAM_TYPES).sum()
    share = wilson_share(int(k), int(n), label)
    return replace(share, rows=counted.of_teams(rows, team_type, TEAM_TYPES))


def period_share(
    rows: pd.DataFrame, team_type: str, period: Years | int, label: str | None = None
) -> Estimate:
    """Return the share of a team type in the rows of a period.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with the columns ``year`` and ``team_type``.
    team_type : str
        One of `TEAM_TYPES`.
    period : tuple of int, or int
        First and last year, both included, or a year.
    label : str, optional
        What is estimated; by default team and years. Of rows from `with_records` it also says how
        many of them were audited.

    Returns
    -------
    Estimate
        The `team_share`, with its period.

    Raises
    ------
    ValueError
        If the team type is another, or the period is none.

    Notes
    -----
    The interval is the score interval of Wilson (1927), see `wilson_share`.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2011], "team_type": ["academia-only", "industry-only"]})
    >>> period_share(rows, "academia-only", (2010, 2011)).label
    'academia-only, 2010 to 2011'
    """
    of_period = in_years(rows, period)
    words = label or f"{team_type}, {span(period)}"
    share = team_share(of_period, team_type, words + _audited(known_teams(of_period)))
    return replace(share, period=years_of(period))


def _audited(rows: pd.DataFrame) -> str:
    """Return how many of the rows were audited, in words; nothing where that is not asked."""
    if "audit" not in rows or not len(rows):
        return ""
    return f"; {rows['audit'].notna().sum()} of {len(rows)} rows audited"


def in_years(rows: pd.DataFrame, period: Years | int) -> pd.DataFrame:
    """Return the rows of a period.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``year``; a row without a year is in no period.
    period : tuple of int, or int
        First and last year, both included, or a year. One that ends before it starts has no rows.

    Returns
    -------
    pandas.DataFrame
        These rows, unchanged.

    Raises
    ------
    ValueError
        If the period is none.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2012, None]})
    >>> len(in_years(rows, (2010, 2012))), len(in_years(rows, 2012))
    (2, 1)
    """
    first, last = years_of(period)
    years = rows["year"].to_numpy(dtype=float, na_value=np.nan)
    return rows[(first <= years) & (years <= last)]


def span(period: Years | int, joint: str = " to ") -> str:
    """Return a period in words.

    Parameters
    ----------
    period : tuple of int, or int
        First and last year, or a year.
    joint : str
        What stands between the two.

    Returns
    -------
    str
        Such as "2010 to 2014"; of a period that is a single year, this year.

    Raises
    ------
    ValueError
        If the period is none.

    Examples
    --------
    >>> span((2010, 2014)), span((2022, 2022)), span((2010, 2014), "–")
    ('2010 to 2014', '2022', '2010–2014')
    """
    distinct = dict.fromkeys(years_of(period))
    return joint.join(str(year) for year in distinct)


def shares_by(
    rows: pd.DataFrame, keys: Sequence[str] = ("year",), team_types: Iterable[str] = TEAM_TYPES
) -> pd.DataFrame:
    """Return the shares of team types, group by group.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with ``team_type`` and the keys; one that lacks a key is in no group.
    keys : sequence of str
        The columns that make a group.
    team_types : iterable of str
        The team types that are wanted, of `TEAM_TYPES`; the totals always hold all of these.

    Returns
    -------
    pandas.DataFrame
        One row a group and team type, sorted by the keys, team types in the order given: the keys,
        ``team_type``, ``k`` of ``n``, their ``share`` (0 to 1), and the ends ``low`` and ``high``
        of its 95% Wilson interval. A group without any known team type does not occur.

    Raises
    ------
    ValueError
        If a team type is another.

    Notes
    -----
    The interval is the score interval of Wilson (1927), see `wilson_share`.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2010], "team_type": ["academia-only", "industry-only"]})
    >>> shares_by(rows, team_types=["academia-only"])[["year", "k", "n", "share"]].values.tolist()
    [[2010.0, 1.0, 2.0, 0.5]]
    """
    wanted = list(team_types)
    for team_type in wanted:
        _check_team(team_type)
    teams = known_teams(rows[[*keys, "team_type"]])
    known = teams.dropna(subset=list(keys))
    flags = pd.DataFrame({team: known["team_type"] == team for team in TEAM_TYPES})
    groups = [known[key] for key in keys]
    counts = flags.groupby(groups, observed=True).sum()
    totals = counts.sum(axis=1).to_numpy()
    index = counts.index.repeat(len(wanted))
    shares = index.to_frame(index=False)
    shares["team_type"] = np.tile(wanted, len(counts))
    shares["k"] = counts[wanted].to_numpy().ravel()
    shares["n"] = totals.repeat(len(wanted))
    share, low, high = wilson_interval(shares["k"], shares["n"])
    shares = shares.assign(share=share, low=low, high=high)
    return shares[[*keys, "team_type", "k", "n", "share", "low", "high"]]


def _check_team(team_type: str) -> None:
    if team_type not in TEAM_TYPES:
        allowed = ", ".join(TEAM_TYPES)
        raise ValueError(f"{team_type!r} is not a team type; allowed: {allowed}")

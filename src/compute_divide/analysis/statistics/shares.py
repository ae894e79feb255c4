"""Shares of team types, with Wilson score intervals.

One rule holds everywhere: a row whose team type is not known (``unknown``, or missing) leaves both the count and the
total. The total includes collaborations and teams of other kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from compute_divide.analysis.statistics.estimate import Estimate

TEAM_TYPES = ("academia-only", "collaboration", "industry-only", "other")
"""Team types that count in a total, in the order in which they are shown."""

UNKNOWN = "unknown"
"""Team type of a row whose label is blank."""


def wilson_share(k: int, n: int, label: str, *, level: float = 0.95) -> Estimate:
    """Return the share k of n with its Wilson score interval.

    Parameters
    ----------
    k, n : int
        Count and total, 0 <= k <= n.
    label : str
        What is estimated.
    level : float, default 0.95
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Estimate
        A share from 0 to 1; value and bounds are None when `n` is 0.

    Raises
    ------
    ValueError
        If k and n are no count and total, or level is no probability.

    Notes
    -----
    The interval is Wilson's (1927), as `statsmodels.stats.proportion.proportion_confint` computes it. Unlike the normal
    approximation it stays within 0 and 1 and keeps its coverage for the small totals met here.

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
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not at {level}")
    if n == 0:
        return Estimate(None, k=0, n=0, unit="share", label=label)
    low, high = proportion_confint(k, n, alpha=1 - level, method="wilson")
    share = k / n
    # Rounding may leave a bound a hair on the wrong side of a share of 0 or 1.
    return Estimate(
        share, float(np.clip(low, 0, share)), float(np.clip(high, share, 1)), int(k), int(n), "share", label
    )


def known_teams(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose team type is known."""
    return rows[rows["team_type"].isin(TEAM_TYPES)]


def team_share(rows: pd.DataFrame, team_type: str, label: str) -> Estimate:
    """Return the share of one team type among the rows whose team type is known.

    Parameters
    ----------
    rows : pandas.DataFrame
        Models or papers, with a column ``team_type``.
    team_type : str
        One of `TEAM_TYPES`.
    label : str
        What is estimated.

    Examples
    --------
    >>> rows = pd.DataFrame({"team_type": ["academia-only", "industry-only", "unknown"]})
    >>> team_share(rows, "academia-only", "academic share").n
    2
    """
    _check_team(team_type)
    known = known_teams(rows)
    return wilson_share(int((known["team_type"] == team_type).sum()), len(known), label)


def period_share(rows: pd.DataFrame, team_type: str, first: int, last: int, label: str | None = None) -> Estimate:
    """Return the share of one team type over the years first to last, both included.

    Parameters
    ----------
    rows : pandas.DataFrame
        Models or papers, with columns ``year`` and ``team_type``.
    team_type : str
        One of `TEAM_TYPES`.
    first, last : int
        Years of the period.
    label : str, optional
        What is estimated; by default the team type and the years.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2011, 2020], "team_type": ["academia-only", "industry-only", "other"]})
    >>> period_share(rows, "academia-only", 2010, 2014).value
    0.5
    """
    return team_share(in_years(rows, first, last), team_type, label or f"{team_type}, {span(first, last)}")


def in_years(rows: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return the rows of the years first to last, both included; a row without a year is in none.

    A period that ends before it starts has no rows: chapters join years that a reader may choose freely with those of
    the data.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2011, None]})
    >>> len(in_years(rows, 2010, 2014)), len(in_years(rows, 2014, 2010))
    (2, 0)
    """
    return rows[rows["year"].between(first, last).fillna(False).astype(bool)]


def span(first: int, last: int, joint: str = " to ") -> str:
    """Return a period as text; of one that is a single year, this year.

    Examples
    --------
    >>> span(2010, 2014), span(2010, 2014, "–"), span(2022, 2022)
    ('2010 to 2014', '2010–2014', '2022')
    """
    return str(first) if first == last else f"{first}{joint}{last}"


def until(periods: Sequence[tuple[int, int]], last: int) -> list[tuple[int, int]]:
    """Return the periods as far as they reach up to a last year: later ones are left out, one that passes it is cut.

    Examples
    --------
    >>> until([(2012, 2017), (2021, 2023), (2024, 2025)], 2022)
    [(2012, 2017), (2021, 2022)]
    """
    return [(first, min(end, last)) for first, end in periods if first <= last]


def shares_by(
    rows: pd.DataFrame, keys: Sequence[str] = ("year",), team_types: Iterable[str] = TEAM_TYPES
) -> pd.DataFrame:
    """Return the share of each team type in each group, one row for a group and team type.

    Parameters
    ----------
    rows : pandas.DataFrame
        Models or papers, with ``team_type`` and the key columns.
    keys : sequence of str, default ("year",)
        Columns that make a group. A row that lacks one of them is in no group.
    team_types : iterable of str
        The team types to report; the totals always hold all of `TEAM_TYPES`.

    Returns
    -------
    pandas.DataFrame
        The keys, then ``team_type``, ``k``, ``n``, ``share``, ``low``, ``high``; sorted by the keys, team types in the
        order given. Groups without any known team type do not occur.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2010], "team_type": ["academia-only", "industry-only"]})
    >>> shares_by(rows, team_types=["academia-only"])[["year", "k", "n", "share"]].values.tolist()
    [[2010.0, 1.0, 2.0, 0.5]]
    """
    wanted = list(team_types)
    for team_type in wanted:
        _check_team(team_type)
    known = known_teams(rows).dropna(subset=list(keys))
    groups = known.groupby(list(keys), observed=True).size().reset_index(name="n")
    counts = known.groupby([*keys, "team_type"], observed=True).size().reset_index(name="k")
    shares = groups.merge(pd.DataFrame({"team_type": wanted}), how="cross").merge(counts, how="left")
    shares["k"] = shares["k"].fillna(0).astype(int)
    low, high = proportion_confint(shares["k"].to_numpy(), shares["n"].to_numpy(), method="wilson")
    shares["share"] = shares["k"] / shares["n"]
    shares["low"] = np.clip(low, 0, shares["share"])
    shares["high"] = np.clip(high, shares["share"], 1)
    return shares[[*keys, "team_type", "k", "n", "share", "low", "high"]]


def period_shares(
    rows: pd.DataFrame, periods: Sequence[tuple[int, int]], team_types: Iterable[str] = TEAM_TYPES
) -> pd.DataFrame:
    """Return the share of each team type in each period, with columns as in `shares_by`; the key is ``period``.

    A period without any known team type keeps its rows, with a total of 0 and no share.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2012, 2020], "team_type": ["academia-only", "other", "industry-only"]})
    >>> period_shares(rows, [(2010, 2014), (2020, 2022)], ["academia-only"])["share"].tolist()
    [0.5, 0.0]
    """
    teams = list(team_types)
    parts = [shares_by(in_years(rows, *years).assign(period=span(*years)), ["period"], teams) for years in periods]
    every = pd.MultiIndex.from_product([[span(*years) for years in periods], teams], names=["period", "team_type"])
    shares = pd.concat(parts).set_index(["period", "team_type"]).reindex(every).reset_index()
    return shares.fillna({"k": 0, "n": 0}).astype({"k": int, "n": int})


def _check_team(team_type: str) -> None:
    """Raise `ValueError` for a team type that is not in the closed set."""
    if team_type not in TEAM_TYPES:
        raise ValueError(f"{team_type!r} is not a team type; allowed: {', '.join(TEAM_TYPES)}")

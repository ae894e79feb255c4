"""Types of teams: universities alone, companies alone, both together, others; and their shares.

A row whose team type is unknown (``unknown``, or missing) is in neither count nor total; all others
are in the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from compute_divide.estimates.statistics import counted
from compute_divide.estimates.statistics.periods import are_in_years, span
from compute_divide.estimates.statistics.shares import audited_words, wilson_share, with_shares
from holdtrue.estimates import Estimate
from holdtrue.periods import Years, years_of

ACADEMIA = "academia-only"
JOINT = "collaboration"
INDUSTRY = "industry-only"
SIDES = (ACADEMIA, JOINT, INDUSTRY)
"""Team types with a university or a company."""
TEAM_TYPES = (*SIDES, "other")
"""Team types that count in a total, in the order in which they are shown."""
UNKNOWN = "unknown"
TEAM_NAMES = {
    ACADEMIA: "universities alone",
    JOINT: "universities with companies",
    INDUSTRY: "companies alone",
    "other": "other",
    UNKNOWN: "unknown",
}
"""The name of each team type for readers."""


def known_teams(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose team type is known.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``team_type``.

    Returns
    -------
    pandas.DataFrame
        The rows whose team type is one of `TEAM_TYPES`, unchanged.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> len(known_teams(pd.DataFrame({"team_type": ["academia-only", "unknown", None]})))
    1
    """
    return rows[_have_known_teams(rows)]


def takes_part(models: pd.DataFrame, sector: str) -> pd.Series[bool]:
    """Return whether a university, or a company, is among the makers of each model.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with the columns ``team_type`` and ``sectors``, from `with_records`.
    sector : str
        ``"academia"`` or ``"industry"``.

    Returns
    -------
    pandas.Series of bool
        True where the ``|``-joined sectors of the makers include the sector, whoever else took
        part, or where no more is known than a team type that includes it.

    Raises
    ------
    ValueError
        If the sector is another.

    Examples
    --------
    >>> elmo = {"team_type": ["other"], "sectors": ["nonprofit|academia"]}
    >>> takes_part(pd.DataFrame(elmo), "academia").tolist()
    [True]
    """
    alone = f"{sector}-only"
    if alone not in SIDES:
        raise ValueError(f"sector: {sector!r} is not one of academia, industry")
    is_maker = models["sectors"].str.contains(sector, na=False)
    return is_maker | models["team_type"].isin([alone, JOINT])


def team_share(rows: pd.DataFrame, team_type: str, label: str) -> Estimate:
    """Return the share of a team type among the rows whose team type is known.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``team_type``.
    team_type : str
        One of `TEAM_TYPES`.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        The share, with its 95% Wilson interval and counts; without a value if no team type is
        known.

    Raises
    ------
    ValueError
        If the team type is unknown.

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
    share = _share_of_known(rows, _have_known_teams(rows), team_type, label)
    every_row = np.ones(len(rows), dtype=bool)
    return replace(share, rows=counted.of_teams(rows, every_row, team_type, TEAM_TYPES))


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
        What is estimated; by default team and years. For rows from `with_records` it also says how
        many of them were audited.

    Returns
    -------
    Estimate
        The `team_share`, with its period.

    Raises
    ------
    ValueError
        If the team type is unknown, or the period is invalid.

    Notes
    -----
    The interval is the score interval of Wilson (1927), see `wilson_share`.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2011], "team_type": ["academia-only", "industry-only"]})
    >>> period_share(rows, "academia-only", (2010, 2011)).label
    'universities alone, 2010 to 2011'
    """
    _check_team(team_type)
    of_period = are_in_years(rows, period)
    words = label or f"{TEAM_NAMES[team_type]}, {span(period)}"
    are_known = of_period & _have_known_teams(rows)
    share = _share_of_known(rows, are_known, team_type, words + audited_words(rows, are_known))
    listed = counted.of_teams(rows, of_period, team_type, TEAM_TYPES)
    return replace(share, period=years_of(period), rows=listed)


def _share_of_known(
    rows: pd.DataFrame, are_known: npt.NDArray[np.bool_], team_type: str, label: str
) -> Estimate:
    """Return the share of a team type among rows of known teams, none of which has to be copied."""
    k = (_are_of(rows, team_type) & are_known).sum()
    return wilson_share(int(k), int(are_known.sum()), label)


def _have_known_teams(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows have a team type that counts in a total."""
    are_known = np.zeros(len(rows), dtype=bool)
    for team_type in TEAM_TYPES:
        are_known |= _are_of(rows, team_type)
    return are_known


def _are_of(rows: pd.DataFrame, team_type: str) -> npt.NDArray[np.bool_]:
    """Return which rows are of a team type."""
    teams = rows["team_type"].to_numpy(dtype=object, na_value=UNKNOWN)
    return np.asarray(teams == team_type)


def shares_by(
    rows: pd.DataFrame, keys: Sequence[str] = ("year",), team_types: Iterable[str] = TEAM_TYPES
) -> pd.DataFrame:
    """Return the shares of team types, group by group.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with ``team_type`` and the keys; a row without a key is in no group.
    keys : sequence of str
        The columns that make a group.
    team_types : iterable of str
        The wanted team types, out of `TEAM_TYPES`; the totals always include all of these.

    Returns
    -------
    pandas.DataFrame
        One row per group and team type, sorted by the keys, team types in the order given: the
        keys, ``team_type``, ``k`` of ``n``, their ``share`` (0 to 1), and the ends ``low`` and
        ``high`` of its 95% Wilson interval. A group without any known team type is left out.

    Raises
    ------
    ValueError
        If a team type is unknown.

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
    return with_shares(shares)[[*keys, "team_type", "k", "n", "share", "low", "high"]]


def _check_team(team_type: str) -> None:
    """Raise a `ValueError` that names the allowed types if the team type is unknown."""
    if team_type not in TEAM_TYPES:
        allowed = ", ".join(TEAM_TYPES)
        raise ValueError(f"{team_type!r} is not a team type; allowed: {allowed}")

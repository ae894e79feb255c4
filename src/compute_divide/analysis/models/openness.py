"""Who releases weights and code, how much of that is unknown, and how long others wait for a model as large.

The database records one access label a model for its weights and one for its training code. A blank label means that
nobody has looked, or nobody could tell: it is neither open nor closed. Shares are therefore given among the known, with
the bounds that the unknown leave: all of them closed, or all of them open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.shares import UNKNOWN, in_years, span, wilson_share

OPEN, SERVED, UNRELEASED = "open", "served", "unreleased"
ACCESS_GROUPS = (OPEN, SERVED, UNRELEASED, UNKNOWN)
"""Ways to reach a model, most open first: download it, use it through a service, not at all, not known."""

ACCESS = {
    "Open weights (unrestricted)": OPEN,
    "Open weights (restricted use)": OPEN,
    "Open weights (non-commercial)": OPEN,
    "Open source": OPEN,
    "Open (restricted use)": OPEN,
    "Open (non-commercial)": OPEN,
    "Fully open-source": OPEN,
    "Permissive license": OPEN,
    "API access": SERVED,
    "Hosted access (no API)": SERVED,
    "Unreleased": UNRELEASED,
}
"""Every access label of the database, of weights and of code, and the group it belongs to."""

DAYS_PER_MONTH = 365.25 / 12
TOLERANCE = 2.0
"""Factor by which a compute value may be off: between two vintages three in ten values changed by more."""


def access_groups(labels: pd.Series) -> pd.Series:
    """Return the access group of each label; a missing label is unknown.

    Parameters
    ----------
    labels : pandas.Series
        Labels as the database has them.

    Returns
    -------
    pandas.Series
        Values of `ACCESS_GROUPS`.

    Raises
    ------
    ValueError
        If a label is not in `ACCESS`, so that a new one is noticed.

    Examples
    --------
    >>> access_groups(pd.Series(["API access", "Open source", None])).tolist()
    ['served', 'open', 'unknown']
    """
    strange = sorted(set(labels.dropna()) - set(ACCESS))
    if strange:
        raise ValueError(f"unknown access labels: {', '.join(map(repr, strange))}; known: {', '.join(ACCESS)}")
    return labels.map(ACCESS).astype(object).where(labels.notna(), UNKNOWN)


def group_share(models: pd.DataFrame, column: str, group: str, label: str) -> Estimate:
    """Return the share of one access group among the models whose access is known.

    Parameters
    ----------
    models : pandas.DataFrame
        With the column.
    column : str
        ``"openness"`` for weights, ``"code_openness"`` for training code.
    group : str
        One of `ACCESS_GROUPS`. For `UNKNOWN` it is the share among all models.
    label : str
        What is estimated.

    Examples
    --------
    >>> models = pd.DataFrame({"openness": ["Unreleased", "Open weights (unrestricted)", None]})
    >>> group_share(models, "openness", "open", "open weights").value
    0.5
    >>> round(group_share(models, "openness", "unknown", "not known").value, 2)
    0.33
    """
    _check_group(group)
    groups = access_groups(models[column])
    if group != UNKNOWN:
        groups = groups[groups != UNKNOWN]
    return wilson_share(int((groups == group).sum()), len(groups), label)


def group_bounds(models: pd.DataFrame, column: str, group: str, label: str) -> Estimate:
    """Return the share of a group with the bounds that the models of unknown access leave.

    Parameters
    ----------
    models, column, group, label
        As in `group_share`; not for `UNKNOWN`.

    Returns
    -------
    Estimate
        The share among the known; ``low`` if no unknown model belonged to the group, ``high`` if all of them did. These
        are bounds of what could be, not a confidence interval. ``n`` is the number of all models.

    Examples
    --------
    >>> models = pd.DataFrame({"openness": ["Unreleased", "Open weights (unrestricted)", None, None]})
    >>> bounds = group_bounds(models, "openness", "open", "open weights")
    >>> bounds.low, bounds.value, bounds.high
    (0.25, 0.5, 0.75)
    """
    if group == UNKNOWN:
        raise ValueError("the share of the unknown has no bounds: it is known")
    share = group_share(models, column, group, label)
    n, known, k = len(models), share.n or 0, share.k or 0
    if n == 0:
        return share
    return Estimate(share.value, k / n, (k + n - known) / n, k, n, "share", label)


def shares_by_access(models: pd.DataFrame, column: str, keys: Sequence[str] = ("year",)) -> pd.DataFrame:
    """Return the shares of the access groups in each group of models.

    Parameters
    ----------
    models : pandas.DataFrame
        With the column and the keys.
    column : str
        ``"openness"`` or ``"code_openness"``.
    keys : sequence of str
        Columns that make a group; a model that lacks one is in none.

    Returns
    -------
    pandas.DataFrame
        The keys, then ``access`` (all of `ACCESS_GROUPS` but the unknown), ``k``, ``n`` (known), ``share``, ``low``,
        ``high`` (Wilson), ``bound_low``, ``bound_high`` (left by the unknown), ``unknown`` (count).

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020, 2020], "openness": ["Unreleased", None]})
    >>> shares_by_access(models, "openness")[["year", "access", "n", "unknown", "bound_high"]].values.tolist()[0]
    [2020, 'open', 1, 1, 0.5]
    """
    rows = []
    for values, own in models.dropna(subset=list(keys)).groupby(list(keys), observed=True):
        for group in ACCESS_GROUPS[:-1]:
            share = group_share(own, column, group, group)
            bounds = group_bounds(own, column, group, group)
            rows.append(
                {
                    **dict(zip(keys, values, strict=True)),
                    "access": group,
                    "k": share.k,
                    "n": share.n,
                    "share": share.value,
                    "low": share.low,
                    "high": share.high,
                    "bound_low": bounds.low,
                    "bound_high": bounds.high,
                    "unknown": len(own) - (share.n or 0),
                }
            )
    columns = [*keys, "access", "k", "n", "share", "low", "high", "bound_low", "bound_high", "unknown"]
    return pd.DataFrame(rows, columns=columns)


def count_access(models: pd.DataFrame, column: str, periods: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Return how many models of each team type and period can be reached in which way, the unknown included.

    Returns
    -------
    pandas.DataFrame
        ``team_type``, ``period``, ``access``, ``models``; groups without any model do not occur.

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020], "team_type": ["other"], "openness": ["API access"]})
    >>> count_access(models, "openness", [(2019, 2020)]).values.tolist()
    [['other', '2019 to 2020', 'served', 1]]
    """
    parts = [in_years(models, *years).assign(period=span(*years)) for years in periods]
    counted = pd.concat(parts, ignore_index=True)
    counted["access"] = access_groups(counted[column])
    return counted.groupby(["team_type", "period", "access"]).size().reset_index(name="models")


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a group of models trails the largest models at a date.

    Parameters
    ----------
    at : pandas.Timestamp
        The date.
    months : float or None
        Months since the first model larger than the largest of the group; 0 where there is none; None where the group
        is still empty.
    own, passed_by : str or None
        The largest model of the group, and the first model that passed it.
    own_flop : float or None
        Training compute of the largest model of the group, FLOP.
    """

    at: pd.Timestamp
    months: float | None
    own: str | None = None
    own_flop: float | None = None
    passed_by: str | None = None


def dated_compute(models: pd.DataFrame) -> pd.DataFrame:
    """Return the models that can be placed in time and size: a date of day or month precision, and compute.

    Parameters
    ----------
    models : pandas.DataFrame
        With ``published``, ``date_precision`` and ``training_compute_flop``.
    """
    placed = models[models["date_precision"].isin(["day", "month"]) & models["training_compute_flop"].gt(0)]
    return placed.assign(published=pd.to_datetime(placed["published"])).sort_values("published", kind="stable")


def lag_at(placed: pd.DataFrame, follows: pd.Series, at: pd.Timestamp, tolerance: float = 1.0) -> Lag:
    """Return how long, at a date, models of others have existed that are larger than the largest of a group.

    Parameters
    ----------
    placed : pandas.DataFrame
        From `dated_compute`.
    follows : pandas.Series
        True for the models of the group, on the index of `placed`.
    at : pandas.Timestamp
        Only models up to this date count.
    tolerance : float, default 1
        Another model passes the group when its compute is more than this many times the group's largest.

    Returns
    -------
    Lag
        Months since the group was first passed. It grows by a month a month and falls when the group catches up.

    Notes
    -----
    The measure compares training compute, not quality, and knows only models whose compute is known: an unseen model of
    the group would shorten the lag, an unseen one of the others lengthen it.
    """
    if tolerance <= 0:
        raise ValueError(f"a tolerance is a factor above zero, not {tolerance}")
    known = placed[placed["published"] <= at]
    inside = follows.loc[known.index]
    group, others = known[inside], known[~inside]
    if group.empty:
        return Lag(at, None)
    own = group.iloc[int(group["training_compute_flop"].to_numpy().argmax())]
    name, flop = str(own["model"]), float(own["training_compute_flop"])
    larger = others[others["training_compute_flop"] > flop * tolerance]
    if larger.empty:
        return Lag(at, 0.0, name, flop)
    first = larger.iloc[0]
    return Lag(at, (at - first["published"]).days / DAYS_PER_MONTH, name, flop, str(first["model"]))


def lag_by_month(placed: pd.DataFrame, follows: pd.Series, first_year: int, end: pd.Timestamp) -> pd.DataFrame:
    """Return the lag of a group at the end of each month.

    Parameters
    ----------
    placed, follows
        As in `lag_at`.
    first_year : int
        The first month is January of this year.
    end : pandas.Timestamp
        The last month is the one before the date, or that of the date where it ends a month.

    Returns
    -------
    pandas.DataFrame
        ``date``, ``months``, ``own``, ``own_flop``, ``passed_by``.
    """
    dates = pd.date_range(f"{first_year}-01-31", end, freq="ME")
    lags = [lag_at(placed, follows, date) for date in dates]
    return pd.DataFrame(
        [(lag.at, lag.months, lag.own, lag.own_flop, lag.passed_by) for lag in lags],
        columns=["date", "months", "own", "own_flop", "passed_by"],
    ).astype({"date": "datetime64[us]"})


def lag_estimate(placed: pd.DataFrame, follows: pd.Series, at: pd.Timestamp, label: str) -> Estimate:
    """Return the lag at a date, with its range when compute values may be off by a factor of `TOLERANCE`.

    Returns
    -------
    Estimate
        In months. ``low`` counts the group as passed only by models more than `TOLERANCE` times as large, ``high``
        already by models more than half as large: a range, not a confidence interval. ``n`` is the number of models of
        the group.
    """
    value, low, high = (lag_at(placed, follows, at, factor).months for factor in (1.0, TOLERANCE, 1 / TOLERANCE))
    in_group = int((follows.loc[placed.index] & (placed["published"] <= at)).sum())
    return Estimate(value, low, high, None, in_group, "months", label)


def access_changes(older: pd.DataFrame, newer: pd.DataFrame) -> pd.DataFrame:
    """Return how the recorded access of the models that two vintages share has changed.

    Parameters
    ----------
    older, newer : pandas.DataFrame
        With ``model`` and ``openness``; models are matched by name, and a name that several models of a vintage share
        is left out.

    Returns
    -------
    pandas.DataFrame
        ``before``, ``after`` (access groups) and ``models`` (count), all pairs that occur.

    Notes
    -----
    A change may be a later release, a withdrawal, or a correction of the record: the database does not say which.
    """
    before, after = (
        access_groups(models.drop_duplicates("model", keep=False).set_index("model")["openness"]).rename(when)
        for models, when in ((older, "before"), (newer, "after"))
    )
    pairs = pd.concat([before, after], axis=1, join="inner")
    return pairs.groupby(["before", "after"]).size().reset_index(name="models")


def _check_group(group: str) -> None:
    """Raise `ValueError` for an access group that does not exist."""
    if group not in ACCESS_GROUPS:
        raise ValueError(f"{group!r} is not an access group; allowed: {', '.join(ACCESS_GROUPS)}")

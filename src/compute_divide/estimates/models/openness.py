"""Who releases weights and code, how much of that is unknown, and how long others wait.

A blank label means that nobody looked, or that nobody could tell: it counts as neither open nor
closed, and shares are among the known.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.teams import UNKNOWN
from holdtrue.estimates import Estimate

OPEN = "open"
SERVED = "served"
UNRELEASED = "unreleased"

ACCESS = {
    "Open weights (unrestricted)": OPEN,
    "Open weights (restricted use)": OPEN,
    "Open weights (non-commercial)": OPEN,
    "Open source": OPEN,
    "Open (restricted use)": OPEN,
    "Open (non-commercial)": OPEN,
    "Fully open-source": OPEN,
    "Permissive license": OPEN,
    "Weights available": OPEN,
    "API access": SERVED,
    "Hosted access (no API)": SERVED,
    "Unreleased": UNRELEASED,
}
"""Every access label in the database, for weights and for code, and its group."""

RUNGS = (
    "nothing",
    "a service of its own",
    "an interface for programs",
    "weights",
    "weights and training code",
)
"""What others can use of a model, from least to most.

No list that we saw covers fine-tuning through a service.
"""

DATA_ACCESS = ("Direct external data access", "External data access")
"""Indicators of the transparency index for outside access to training data.

The first is from 2023 and 2024, the second from 2025.
"""

DAYS_PER_MONTH = 365.25 / 12
"""Days of an average month."""
TOLERANCE = 2.0
"""Factor by which a compute value may be wrong.

Between two vintages three in ten values changed by more.
"""


def access_groups(labels: pd.Series) -> pd.Series:
    """Return the access group of each label; a missing label is unknown.

    A label that is not in `ACCESS` raises a ValueError.
    """
    strange = sorted(set(labels.dropna()) - set(ACCESS))
    if strange:
        quoted = ", ".join(map(repr, strange))
        known = ", ".join(ACCESS)
        raise ValueError(f"unknown access labels: {quoted}; known: {known}")
    groups = labels.map(ACCESS).astype(object)
    return groups.where(labels.notna(), UNKNOWN)


def with_access(models: pd.DataFrame) -> pd.DataFrame:
    """Return models with what others can use of each.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``openness`` and ``code_openness``, as `cd.data.models` returns them.

    Returns
    -------
    pandas.DataFrame
        The same with ``weights`` and ``training_code``: ``"open"``, ``"served"`` (through a service
        only) or ``"unreleased"``, missing if that is not known; and ``rung``: 0 if nothing can be
        had, 1 and 2 for a service (2 for one with an interface for programs), 3 for the weights, 4
        for weights and training code.

    Raises
    ------
    ValueError
        If a label is not in `ACCESS`.

    Examples
    --------
    >>> models = pd.DataFrame({"openness": ["API access", "Open source"], "code_openness": None})
    >>> with_access(models)[["weights", "rung"]].values.tolist()
    [['served', 2.0], ['open', 3.0]]
    """
    weights = access_groups(models["openness"])
    code = access_groups(models["code_openness"])
    known_weights = weights.where(weights != UNKNOWN)
    known_code = code.where(code != UNKNOWN)
    return models.assign(weights=known_weights, training_code=known_code, rung=rungs(models))


_PLACES = {UNRELEASED: 0.0, SERVED: 2.0, OPEN: 3.0}


def rungs(models: pd.DataFrame) -> pd.Series[float]:
    """Return the place in `RUNGS` of each model; NaN if not known."""
    weights = access_groups(models["openness"])
    code = access_groups(models["code_openness"])
    places = weights.map(_PLACES).astype(float)
    has_no_interface = models["openness"] == "Hosted access (no API)"
    has_both = (weights == OPEN) & (code == OPEN)
    return places - has_no_interface + has_both


def access_ladder(makers: Mapping[str, pd.DataFrame], transparency: pd.DataFrame) -> pd.DataFrame:
    """Return, by maker and year, the rung that at least half of the models with known access reach.

    The models of each maker come from `with_access`. Columns: ``group``, ``year``, ``rung`` (a
    place in `RUNGS`), ``models`` (with known access) and ``data``: whether the transparency index
    of that year lists outside access to training data, missing if it did not ask.
    """
    parts = [models.assign(group=name) for name, models in makers.items()]
    every = pd.concat(parts)
    known = every.dropna(subset=["rung", "year"]).astype({"year": int})
    of_year = known.groupby(["group", "year"], sort=False)["rung"]
    reached = of_year.quantile(0.5, interpolation="higher").to_frame()
    ladder = reached.assign(models=of_year.size()).reset_index()
    data = _data_access(transparency)
    of_makers = data[data["group"].isin(list(makers))]
    both = ladder.merge(of_makers, how="outer", on=["group", "year"])
    order = both["group"].map(list(makers).index)
    in_order = both.assign(place=order).sort_values(["place", "year"], ignore_index=True)
    return in_order.drop(columns="place").fillna({"models": 0})


def _data_access(transparency: pd.DataFrame) -> pd.DataFrame:
    """Return whether outsiders can see the training data.

    There is a row for each ``group`` (a developer) and ``year``.
    """
    is_asked = transparency["indicator"].isin(DATA_ACCESS)
    asked = transparency[is_asked].fillna("")
    rows = []
    columns = (asked["edition"], asked["developers"], asked["disclosed"])
    for edition, developers, disclosed in zip(*columns, strict=True):
        year = int(edition[:4])
        disclosing = disclosed.split("|")
        rows += [(name, year, name in disclosing) for name in developers.split("|")]
    return pd.DataFrame(rows, columns=["group", "year", "data"])


def dated_compute(models: pd.DataFrame) -> pd.DataFrame:
    """Return the models with known date and training compute, by date.

    Parameters
    ----------
    models : pandas.DataFrame
        Models, as `cd.data.models` returns them.

    Returns
    -------
    pandas.DataFrame
        The models whose date is known to the day or the month, and whose training compute is known;
        the oldest first.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> from compute_divide.sources.models.table import load_models
    >>> dated_compute(load_models("2026-08"))["published"].is_monotonic_increasing
    True
    """
    has_date = models["date_precision"].isin(["day", "month"])
    has_compute = models[COMPUTE].gt(0)
    placed = models[has_date & has_compute]
    dates = pd.to_datetime(placed["published"])
    dated = placed.assign(published=dates)
    return dated.sort_values("published", kind="stable")


def months_behind(
    placed: pd.DataFrame, follows: pd.Series, at: pd.Timestamp, tolerance: float = 1.0
) -> float | None:
    """Return for how long others' models have been larger than the largest model of a group.

    It is 0 if none is larger by the factor `tolerance`, and None before the first of the group.
    """
    until = placed[placed["published"] <= at]
    in_group = follows.loc[until.index].astype(bool)
    if not in_group.any():
        return None
    largest = until.loc[in_group, COMPUTE].max()
    larger = until[~in_group & until[COMPUTE].gt(largest * tolerance)]
    if larger.empty:
        return 0.0
    waited = at - larger["published"].iloc[0]
    return float(waited.days / DAYS_PER_MONTH)


def lag_estimate(
    placed: pd.DataFrame, follows: pd.Series, at: pd.Timestamp, label: str
) -> Estimate:
    """Return the lag of a group at a date.

    Parameters
    ----------
    placed : pandas.DataFrame
        Models by date, from `dated_compute`.
    follows : pandas.Series
        Which of them belong to the group: a mask on their index.
    at : pandas.Timestamp
        The date.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        For how many months other makers' models have been larger than the largest of the group (0
        if none is, without a value before its first), with the number of its models up to the date.
        ``low`` and ``high`` assume sizes that are wrong by the factor `TOLERANCE`.

    Raises
    ------
    KeyError
        If a column is missing, or the mask lacks a model.

    Notes
    -----
    Size is training compute and not quality. An unseen model of the group would shorten the lag, an
    unseen model of the others would lengthen it.

    Examples
    --------
    >>> days = pd.to_datetime(["2020-01-01", "2021-01-01"])
    >>> placed = pd.DataFrame({"model": ["GPT", "BLOOM"], "published": days, COMPUTE: [3e23, 1e23]})
    >>> at = pd.Timestamp("2021-07-01")
    >>> lag = lag_estimate(placed, placed["model"] == "BLOOM", at, "lag of BLOOM")
    >>> round(lag.value), lag.n, lag.unit
    (18, 1, 'months')
    """
    value = months_behind(placed, follows, at)
    low = months_behind(placed, follows, at, TOLERANCE)
    high = months_behind(placed, follows, at, 1 / TOLERANCE)
    in_group = follows.loc[placed.index]
    until = placed["published"] <= at
    n = int((in_group & until).sum())
    return Estimate(value, low, high, None, n, "months", label, range="assumptions")

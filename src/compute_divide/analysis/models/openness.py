"""Who releases weights and code, how much of that is unknown, and how long others wait for a model as large.

A blank label means that nobody looked, or could tell: it is neither open nor closed, and shares are of the known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import (
    COMPUTE,
    UNKNOWN,
    wilson_share,
)

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
    "Weights available": OPEN,
    "API access": SERVED,
    "Hosted access (no API)": SERVED,
    "Unreleased": UNRELEASED,
}
"""Every access label of the database, of weights and of code, and the group it belongs to."""

RUNGS = (
    "nothing",
    "a service of its own",
    "an interface for programs",
    "weights",
    "weights and training code",
)
"""What others can get at of a model, in rising order; fine-tuning through a service is in no list that we saw."""

LABORATORIES = {
    "OpenAI": ["OpenAI"],
    "Anthropic": ["Anthropic"],
    "Google": [
        f"Google{part}" for part in ("", " AI", " Brain", " Cloud", " DeepMind", " Research")
    ]
    + ["DeepMind"],
    "xAI": ["xAI"],
    "Microsoft": ["Microsoft", "Microsoft Research", "Microsoft Research Asia"],
    "Alibaba": ["Alibaba", "Alibaba DAMO Academy"],
    "Mistral": ["Mistral AI"],
    "Meta": ["Meta AI", "Facebook", "Facebook AI", "Facebook AI Research"],
    "NVIDIA": ["NVIDIA"],
    "DeepSeek": ["DeepSeek"],
    "IBM": ["IBM"],
    "Hugging Face": ["Hugging Face"],
}
"""Laboratories by the names of the transparency index, and how the models database writes each."""

DATA_ACCESS = ("Direct external data access", "External data access")
"""Indicators of the transparency index (2023 and 2024; 2025) that somebody outside can get at training data."""

DAYS_PER_MONTH = 365.25 / 12
TOLERANCE = 2.0  # factor by which a compute value may be off: between two vintages three in ten values changed by more


def access_groups(labels: pd.Series) -> pd.Series:
    """Return the access group of each label; a missing one is unknown, and one that is not in `ACCESS` a ValueError."""
    strange = sorted(set(labels.dropna()) - set(ACCESS))
    if strange:
        raise ValueError(
            f"unknown access labels: {', '.join(map(repr, strange))}; known: {', '.join(ACCESS)}"
        )
    return labels.map(ACCESS).astype(object).where(labels.notna(), UNKNOWN)


def group_share(models: pd.DataFrame, column: str, group: str, label: str) -> Estimate:
    """Return the share of one of `ACCESS_GROUPS` among the models whose access is known (of `UNKNOWN`, among all).

    The column is ``"openness"`` for weights, ``"code_openness"`` for training code.
    """
    groups = access_groups(models[column])
    total = len(groups) if group == UNKNOWN else int((groups != UNKNOWN).sum())
    return wilson_share(int((groups == group).sum()), total, label)


def with_access(models: pd.DataFrame) -> pd.DataFrame:
    """Return models with what others can get at of each.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with the columns ``openness`` and ``code_openness``, as `load_models` returns them.

    Returns
    -------
    pandas.DataFrame
        The same with ``weights`` and ``training_code``: ``"open"``, ``"served"`` (through a service only) or
        ``"unreleased"``, missing where that is not known; and ``rung``: 0 where nothing can be had, 1 and 2 for a
        service (2 for one with an interface for programs), 3 for the weights, 4 for weights and training code.

    Raises
    ------
    ValueError
        If a label is not in `ACCESS`.

    Examples
    --------
    >>> models = pd.DataFrame({"openness": ["API access", "Open source"], "code_openness": [None, None]})
    >>> with_access(models)[["weights", "rung"]].values.tolist()
    [['served', 2.0], ['open', 3.0]]
    """
    columns = {"weights": "openness", "training_code": "code_openness"}
    groups = {name: access_groups(models[column]) for name, column in columns.items()}
    known = {name: group.where(group != UNKNOWN) for name, group in groups.items()}
    return models.assign(**known, rung=rungs(models))


def by_organisations(models: pd.DataFrame, organisations: Iterable[str]) -> pd.Series[bool]:
    """Tell which models one of some organisations has made, alone or with others.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with a column ``organisations``, names with bars between them.
    organisations : iterable of str
        Names, written as the models database writes them; see `LABORATORIES`.

    Returns
    -------
    pandas.Series
        Whether one of them is among the makers, a mask on the index of the models.

    Examples
    --------
    >>> models = pd.DataFrame({"organisations": ["DeepMind|Google", "OpenAI", None]})
    >>> by_organisations(models, ["DeepMind", "Google DeepMind"]).tolist()
    [True, False, False]
    """
    names = set(organisations)
    makers = models["organisations"].fillna("").str.split("|")
    return makers.map(lambda found: not names.isdisjoint(found)).astype(bool)


def rungs(models: pd.DataFrame) -> pd.Series[float]:
    """Return the place in `RUNGS` of what others can get at of each model; none where that is not known."""
    groups = access_groups(models["openness"])
    hosted = models["openness"] == "Hosted access (no API)"
    places = groups.map({UNRELEASED: 0.0, SERVED: 2.0, OPEN: 3.0}).astype(float)
    return places - hosted + ((groups == OPEN) & (access_groups(models["code_openness"]) == OPEN))


def access_ladder(makers: Mapping[str, pd.DataFrame], transparency: pd.DataFrame) -> pd.DataFrame:
    """Return, by maker and year, the rung that at least half of the models of known access reach.

    The models of each maker are those of `with_access`. Columns: ``group``, ``year``, ``rung`` (a place in `RUNGS`),
    ``models`` (of known access) and ``data``: whether the transparency index of that year knows somebody outside who
    can get at training data, none where it did not ask.
    """
    every = pd.concat([models.assign(group=name) for name, models in makers.items()])
    known = every.dropna(subset=["rung", "year"]).astype({"year": int})
    rungs_of = known.groupby(["group", "year"], sort=False)["rung"]
    reached = rungs_of.quantile(0.5, interpolation="higher").to_frame()
    table = reached.assign(models=rungs_of.size()).reset_index()
    told = _data_access(transparency).query("group in @makers")
    both = table.merge(told, how="outer", on=["group", "year"])
    placed = both.assign(place=both["group"].map(list(makers).index))
    ordered = placed.sort_values(["place", "year"], ignore_index=True)
    return ordered.drop(columns="place").fillna({"models": 0})


def _data_access(transparency: pd.DataFrame) -> pd.DataFrame:
    """Return whether somebody outside can get at the training data, by ``group`` (a developer) and ``year``."""
    asked = transparency[transparency["indicator"].isin(DATA_ACCESS)].fillna("")
    rows = [
        (name, int(edition[:4]), name in disclosed.split("|"))
        for edition, developers, disclosed in zip(
            asked["edition"], asked["developers"], asked["disclosed"], strict=True
        )
        for name in developers.split("|")
    ]
    return pd.DataFrame(rows, columns=["group", "year", "data"])


def dated_compute(models: pd.DataFrame) -> pd.DataFrame:
    """Return the models that can be placed in time and size, by date.

    Parameters
    ----------
    models : pandas.DataFrame
        Models, as `load_models` returns them.

    Returns
    -------
    pandas.DataFrame
        Those whose date is known to the day or the month, and whose training compute is known; the oldest first.

    Examples
    --------
    >>> from compute_divide.evidence.models.table import load_models
    >>> dated_compute(load_models("2026-08"))["published"].is_monotonic_increasing
    True
    """
    placed = models[models["date_precision"].isin(["day", "month"]) & models[COMPUTE].gt(0)]
    dated = placed.assign(published=pd.to_datetime(placed["published"]))
    return dated.sort_values("published", kind="stable")


def lags(
    placed: pd.DataFrame, follows: pd.Series, dates: Iterable[pd.Timestamp], tolerance: float = 1.0
) -> pd.DataFrame:
    """Return how long, at some dates, models of others have existed that are larger than the largest of a group.

    Parameters
    ----------
    placed : pandas.DataFrame
        Models by date, from `dated_compute`.
    follows : pandas.Series
        Which of them are of the group: a mask on their index.
    dates : iterable of pandas.Timestamp
        The dates; of each the models up to it count.
    tolerance : float
        By how many times a model has to be larger.

    Returns
    -------
    pandas.DataFrame
        A row a date: ``date``, ``months`` (0 where no model of others is larger, none before the first of the group),
        ``own`` (the largest of the group), ``own_flop`` (its training compute in FLOP), ``passed_by`` (what first
        exceeded it).

    Notes
    -----
    Size is training compute and not quality. A model of the group that nobody saw would shorten the lag, one of the
    others lengthen it.

    Examples
    --------
    >>> days = pd.to_datetime(["2020-01-01", "2021-01-01"])
    >>> placed = pd.DataFrame({"model": ["GPT", "BLOOM"], "published": days, COMPUTE: [3e23, 1e23]})
    >>> found = lags(placed, placed["model"] == "BLOOM", [pd.Timestamp("2021-07-01")])
    >>> found["passed_by"][0], round(found["months"][0])
    ('GPT', 18)
    """
    when, flop, name = (placed[column].to_numpy() for column in ("published", COMPUTE, "model"))
    inside = follows.loc[placed.index].to_numpy(dtype=bool)
    rows: list[tuple[object, ...]] = []
    for date in dates:
        known = int(np.searchsorted(when, date.to_datetime64(), side="right"))
        if not inside[:known].any():
            rows.append((date, None, None, None, None))
            continue
        own = int(np.where(inside[:known], flop[:known], -1).argmax())
        larger = ~inside[:known] & (flop[:known] > flop[own] * tolerance)
        first = int(larger.argmax())
        since = (date - when[first]).days / DAYS_PER_MONTH if larger.any() else 0.0
        passed_by = str(name[first]) if larger.any() else None
        rows.append((date, since, str(name[own]), float(flop[own]), passed_by))
    table = pd.DataFrame(rows, columns=["date", "months", "own", "own_flop", "passed_by"])
    return table.astype({"date": "datetime64[us]"})


def lag_estimate(
    placed: pd.DataFrame, follows: pd.Series, at: pd.Timestamp, label: str
) -> Estimate:
    """Return the lag of a group at a date.

    Parameters
    ----------
    placed : pandas.DataFrame
        Models by date, from `dated_compute`.
    follows : pandas.Series
        Which of them are of the group: a mask on their index.
    at : pandas.Timestamp
        The date.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The `lags` in months, with the number of models of the group up to the date. ``low`` and ``high`` allow for
        sizes that are off by the factor `TOLERANCE`: a range, not a confidence interval.

    Examples
    --------
    >>> days = pd.to_datetime(["2020-01-01", "2021-01-01"])
    >>> placed = pd.DataFrame({"model": ["GPT", "BLOOM"], "published": days, COMPUTE: [3e23, 1e23]})
    >>> lag = lag_estimate(placed, placed["model"] == "BLOOM", pd.Timestamp("2021-07-01"), "lag of BLOOM")
    >>> round(lag.value), lag.n, lag.unit
    (18, 1, 'months')
    """
    value, low, high = (
        lags(placed, follows, [at], by)["months"][0] for by in (1.0, TOLERANCE, 1 / TOLERANCE)
    )
    in_group = int((follows.loc[placed.index] & (placed["published"] <= at)).sum())
    return Estimate(value, low, high, None, in_group, "months", label)

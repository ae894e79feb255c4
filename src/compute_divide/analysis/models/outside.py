"""What outsiders can inspect: how old the capability of the best open model is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.models.openness import DAYS_PER_MONTH, OPEN, access_groups
from compute_divide.analysis.statistics.estimates import UNKNOWN, Floats
from compute_divide.analysis.statistics.resampling import SEED, percentile_interval

DRAWS = 500
Z90 = 1.644854  # half-width of a 90% interval in standard deviations


def by_release(capability: pd.DataFrame, *, unknown: bool = False) -> pd.DataFrame:
    """Return models with an index of capability by day of release, with what each was when it came out.

    Parameters
    ----------
    capability : pandas.DataFrame
        The models, as `load_capability` returns them.
    unknown : bool
        Whether models of unknown access are taken for open ones.

    Returns
    -------
    pandas.DataFrame
        The same, the oldest first, with three flags: ``inside`` (the weights can be downloaded), ``frontier`` (more
        capable than every earlier model) and ``record`` (more capable than every earlier one on its own side).

    Examples
    --------
    >>> days = pd.to_datetime(["2024-02-01", "2024-01-01"])
    >>> access = ["Open weights (unrestricted)", "API access"]
    >>> found = pd.DataFrame({"model": ["B", "A"], "released": days, "openness": access, "index": [1.0, 2.0]})
    >>> by_release(found)[["model", "inside", "frontier", "record"]].values.tolist()
    [['A', False, True, True], ['B', True, False, True]]
    """
    groups = access_groups(capability["openness"])
    models = capability.assign(inside=(groups == OPEN) | (unknown & (groups == UNKNOWN)))
    models = models.sort_values(["released", "model"], ignore_index=True)
    before = models["index"].cummax().shift(fill_value=-np.inf)
    on_side = models.groupby("inside")["index"].transform(
        lambda index: index.cummax().shift(fill_value=-np.inf)
    )
    return models.assign(frontier=models["index"] > before, record=models["index"] > on_side)


def month_ends(models: pd.DataFrame, first_year: int) -> pd.DatetimeIndex:
    """Return the ends of the months on which open models can be held against closed ones.

    Parameters
    ----------
    models : pandas.DataFrame
        Models, from `by_release`.
    first_year : int
        The calendar year to begin with.

    Returns
    -------
    pandas.DatetimeIndex
        The last days of the months from its January to the newest model; none before the first open model.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-02-10", "2024-04-30"])
    >>> models = pd.DataFrame({"released": days, "inside": [True, False]})
    >>> month_ends(models, 2024).strftime("%d %B").tolist()
    ['29 February', '31 March', '30 April']
    """
    months = pd.date_range(f"{first_year}-01-31", models["released"].max(), freq="ME")
    return pd.DatetimeIndex(months[months >= models.loc[models["inside"], "released"].min()])


def age_of_capability(models: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Return at some dates how long closed models had been as capable as the best open one.

    Parameters
    ----------
    models : pandas.DataFrame
        Models, from `by_release`.
    dates : pandas.DatetimeIndex
        The dates, none before the first open model.

    Returns
    -------
    pandas.DataFrame
        A row a date: ``date``, ``months`` (0 where no closed model was as capable), ``own`` (the best open model).

    Examples
    --------
    >>> from compute_divide.evidence.outside import load_capability
    >>> days = pd.DatetimeIndex(["2024-07-23"])
    >>> age_of_capability(by_release(load_capability()), days)["own"].tolist()
    ['Llama 3.1-405B']
    """
    months, own = _ages(models, models["index"].to_numpy(dtype=float), dates)
    names = models["model"].to_numpy(dtype=object)[own]
    return pd.DataFrame({"date": dates.astype("datetime64[us]"), "months": months, "own": names})


def mean_age(models: pd.DataFrame, dates: pd.DatetimeIndex, label: str) -> Estimate:
    """Return the mean of `age_of_capability` over some dates.

    Parameters
    ----------
    models : pandas.DataFrame
        Models, from `by_release`, with the interval ``low`` to ``high`` of each index.
    dates : pandas.DatetimeIndex
        The dates, none before the first open model.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The mean in months, with the number of open models; without a value where there is no date, or no model on one
        of the two sides.

    Notes
    -----
    The 95% interval is that of a parametric bootstrap (Efron and Tibshirani 1993, section 6.5) and holds the errors of
    the index alone: each model's index is drawn anew from its own interval, which Epoch's documentation gives for
    others of its estimates as one of 90%.

    Examples
    --------
    >>> from compute_divide.evidence.outside import load_capability
    >>> days = pd.DatetimeIndex(["2024-07-23"])
    >>> mean_age(by_release(load_capability()), days, "age of what could be had that day").unit
    'months'
    """
    n = int(models["inside"].sum())
    if len(dates) == 0 or n in {0, len(models)}:
        return Estimate(None, n=n, unit="months", label=label)
    value = float(_ages(models, models["index"].to_numpy(dtype=float), dates)[0].mean())
    low, high = percentile_interval(_ages(models, _draws(models), dates)[0].mean(axis=1))
    return Estimate(value, low, high, n=n, unit="months", label=label)


def _draws(models: pd.DataFrame) -> Floats:
    """Return the index of all models as it could have come out: a row a draw; models that fix the scale do not move."""
    errors = ((models["high"] - models["low"]) / (2 * Z90)).fillna(0.0).to_numpy(dtype=float)
    noise = np.random.default_rng(SEED).standard_normal((DRAWS, len(models)))
    return np.asarray(models["index"].to_numpy(dtype=float) + noise * errors)


def _ages(
    models: pd.DataFrame, index: Floats, dates: pd.DatetimeIndex
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return the months since closed models reached the best open one, and the place of that one; a row an index."""
    inside, released = models["inside"].to_numpy(dtype=bool), models["released"].to_numpy()
    best = np.maximum.accumulate(np.where(inside, index, -np.inf), axis=-1)
    others = np.maximum.accumulate(np.where(inside, -np.inf, index), axis=-1)
    known = np.searchsorted(released, dates.to_numpy(), side="right") - 1
    record = best[..., known, np.newaxis]
    first, own = ((line[..., np.newaxis, :] < record).sum(axis=-1) for line in (others, best))
    months = (
        (dates.to_numpy() - released[np.minimum(first, len(models) - 1)])
        / np.timedelta64(1, "D")
        / DAYS_PER_MONTH
    )
    return np.where(first <= known, months, 0.0), own

"""What outsiders can inspect: how long ago closed models were as capable as the best open one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from compute_divide.estimates.models.openness import DAYS_PER_MONTH, OPEN, access_groups
from compute_divide.estimates.statistics.numbers import Floats
from compute_divide.estimates.statistics.resampling import SEED, percentile_interval
from compute_divide.estimates.statistics.teams import UNKNOWN
from holdtrue.estimates import Estimate

DRAWS = 500
"""The number of bootstrap draws."""
Z90 = 1.644854
"""Half-width of a 90% interval in standard deviations."""


class CapabilityIndex:
    """Models by day of release, with a capability index whose error is given by intervals.

    Parameters
    ----------
    capability : pandas.DataFrame
        The models, as `cd.data.capability` returns them, with the interval ``low`` to ``high`` of
        each ``index``.
    unknown_is_open : bool
        Whether models of unknown access count as open.

    Attributes
    ----------
    models : pandas.DataFrame
        The same, the oldest first, with three flags for what each was on its release: ``inside``
        (the weights can be downloaded), ``frontier`` (more capable than every earlier model) and
        ``record`` (more capable than every earlier one on its own side).

    Raises
    ------
    KeyError
        If a column is missing.
    ValueError
        If a label of access is not in `ACCESS`.

    Notes
    -----
    Errors of the index follow from a parametric bootstrap (Efron and Tibshirani 1993, section 6.5):
    each model's index is drawn from its own interval, which we take to be a 90% interval, as
    Epoch's documentation says of its other estimates.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-02-01", "2024-01-01"])
    >>> models = pd.DataFrame({"model": ["B", "A"], "released": days, "index": [1.0, 2.0]})
    >>> models["openness"] = ["Open weights (unrestricted)", "API access"]
    >>> ranked = CapabilityIndex(models).models
    >>> ranked[["model", "inside", "frontier", "record"]].values.tolist()
    [['A', False, True, True], ['B', True, False, True]]
    """

    def __init__(self, capability: pd.DataFrame, *, unknown_is_open: bool = False) -> None:
        groups = access_groups(capability["openness"])
        taken_for_open = [OPEN, UNKNOWN] if unknown_is_open else [OPEN]
        models = capability.assign(inside=groups.isin(taken_for_open))
        models = models.sort_values(["released", "model"], ignore_index=True)
        index = models["index"]
        best_of_all = _best_before(index)
        best_of_side = models.groupby("inside")["index"].transform(_best_before)
        self.models = models.assign(frontier=index > best_of_all, record=index > best_of_side)

    def month_ends(self, first_year: int, last_month: str | None = None) -> pd.DatetimeIndex:
        """Return the ends of months from a year on, as long as there is an open model.

        Parameters
        ----------
        first_year : int
            The calendar year to begin with.
        last_month : str, optional
            The last month, such as ``"2025-10"``; by default the last one that was over when the
            newest model was released.

        Returns
        -------
        pandas.DatetimeIndex
            The last days of the months, none before the first open model or after the newest model.

        Examples
        --------
        >>> import compute_divide as cd
        >>> ends = CapabilityIndex(cd.data.capability()).month_ends(2024, "2024-03")
        >>> ends.strftime("%Y-%m-%d").tolist()
        ['2024-01-31', '2024-02-29', '2024-03-31']
        """
        released = self.models["released"]
        first_open = released[self.models["inside"]].min()
        last_day = released.max()
        if last_month is not None:
            last_day = min(last_day, pd.Period(last_month, "M").end_time)
        ends = pd.date_range(f"{first_year}-01-31", last_day, freq="ME")
        return pd.DatetimeIndex(ends[ends >= first_open])

    def mean_age(self, dates: pd.DatetimeIndex, label: str) -> Estimate:
        """Return how long closed models had been as capable as the best open one: a mean of dates.

        Parameters
        ----------
        dates : pandas.DatetimeIndex
            The dates, none before the first open model.
        label : str
            What is estimated, in a few self-contained words.

        Returns
        -------
        Estimate
            The mean in months, with the number of open models; without a value if there is no date,
            or no model on one of the two sides. The 95% interval reflects only the errors of the
            index.

        Examples
        --------
        >>> import compute_divide as cd
        >>> days = pd.DatetimeIndex(["2024-07-23"])
        >>> CapabilityIndex(cd.data.capability()).mean_age(days, "age of the best that day").unit
        'months'
        """
        n = int(self.models["inside"].sum())
        has_one_side = len(dates) == 0 or n in {0, len(self.models)}
        if has_one_side:
            return Estimate(None, n=n, unit="months", label=label)
        index = self.models["index"].to_numpy(dtype=float)
        ages = _ages(self.models, index, dates)
        drawn_ages = _ages(self.models, _draws(self.models), dates)
        low, high = percentile_interval(drawn_ages.mean(axis=1))
        return Estimate(
            float(ages.mean()), low, high, n=n, unit="months", label=label, range="sampling"
        )

    def record_chance(self, theirs: pd.Series[bool], since: pd.Timestamp, label: str) -> Estimate:
        """Return how likely the record among open models is theirs, given the error of the index.

        Parameters
        ----------
        theirs : pandas.Series
            Which models are theirs: a mask on the index of the models.
        since : pandas.Timestamp
            The first day of release on which a record counts.
        label : str
            What is estimated, in a few self-contained words.

        Returns
        -------
        Estimate
            The share of draws in which one of their open models is more capable than every earlier
            open one, without an interval; without a value if they released none since that day.

        Raises
        ------
        KeyError
            If the mask lacks a model.

        Examples
        --------
        >>> import compute_divide as cd
        >>> index = CapabilityIndex(cd.data.capability())
        >>> is_meta = index.models["organisations"] == "Meta AI"
        >>> day = pd.Timestamp("2024-07-23")
        >>> index.record_chance(is_meta, day, "a record of Meta").value > 0.5
        True
        """
        inside = self.models["inside"].to_numpy(dtype=bool)
        drawn = _draws(self.models)[:, inside]
        best_before = np.maximum.accumulate(drawn, axis=1)[:, :-1]
        is_record = drawn[:, 1:] > best_before
        counts = theirs.loc[self.models.index] & self.models["released"].ge(since)
        is_theirs = counts.to_numpy(dtype=bool)[inside][1:]
        if not is_theirs.any():
            return Estimate(None, n=0, unit="share", label=label)
        k = int(is_record[:, is_theirs].any(axis=1).sum())
        return Estimate(k / DRAWS, k=k, n=DRAWS, unit="share", label=label)


def _best_before(index: pd.Series) -> pd.Series:
    """Return the largest of all earlier values."""
    return index.cummax().shift(fill_value=-np.inf)


def _draws(models: pd.DataFrame) -> Floats:
    """Return random draws of the index of all models, one row per draw.

    The models that fix the scale do not move.
    """
    width = models["high"] - models["low"]
    errors = (width / (2 * Z90)).fillna(0.0).to_numpy(dtype=float)
    generator = np.random.default_rng(SEED)
    noise = generator.standard_normal((DRAWS, len(models)))
    index = models["index"].to_numpy(dtype=float)
    return np.asarray(index + noise * errors)


def _ages(models: pd.DataFrame, index: Floats, dates: pd.DatetimeIndex) -> Floats:
    """Return the months since closed models reached the best open one.

    There is a row for each draw and a column for each date.
    """
    inside = models["inside"].to_numpy(dtype=bool)
    released = models["released"].to_numpy()
    days = dates.to_numpy()
    best_open = np.maximum.accumulate(np.where(inside, index, -np.inf), axis=-1)
    best_closed = np.maximum.accumulate(np.where(inside, -np.inf, index), axis=-1)
    newest = np.searchsorted(released, days, side="right") - 1
    record = best_open[..., newest]
    first = _places(best_closed, record)
    # Past the newest model if no model is as capable.
    reached = released[np.minimum(first, len(models) - 1)]
    waited = (days - reached) / np.timedelta64(1, "D")
    return np.where(first <= newest, waited / DAYS_PER_MONTH, 0.0)


def _places(best: Floats, record: Floats) -> npt.NDArray[np.intp]:
    """Return the place of the first model of a side that is as capable as each record."""
    below = best[..., np.newaxis, :] < record[..., np.newaxis]
    return np.asarray(below.sum(axis=-1))

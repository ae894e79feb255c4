"""The running record of training compute, and which models come near it."""

from __future__ import annotations

import numpy as np
import pandas as pd

COMPUTE = "training_compute_flop"


def running_record(models: pd.DataFrame, value: str = COMPUTE) -> pd.Series[float]:
    """Return, for each model, the largest value of all models up to and including its own date.

    Parameters
    ----------
    models : pandas.DataFrame
        All models since the first, before any filter; ``published`` and the column `value`.
    value : str
        Column of the values, in FLOP by default.

    Returns
    -------
    pandas.Series
        On the index of `models`; missing where the date is missing or no value is known by then.

    Examples
    --------
    >>> models = pd.DataFrame({
    ...     "published": pd.to_datetime(["2012-01-01", "2011-01-01", "2013-01-01"]),
    ...     COMPUTE: [1e18, 1e17, 1e16],
    ... })
    >>> running_record(models).tolist()
    [1e+18, 1e+17, 1e+18]
    """
    by_date = models.groupby("published")[value].max().sort_index().cummax().ffill()
    return models["published"].map(by_date).astype(float)


def near_record(models: pd.DataFrame, window: float, value: str = COMPUTE) -> pd.Series[bool]:
    """Tell which models lie within some orders of magnitude of the running record.

    Parameters
    ----------
    models : pandas.DataFrame
        All models since the first, before any filter.
    window : float
        Orders of magnitude, at least 0; with 0 only the records themselves remain.
    value : str
        Column of the values.

    Examples
    --------
    >>> models = pd.DataFrame({"published": pd.to_datetime(["2012-01-01", "2013-01-01"]), COMPUTE: [1e18, 1e16]})
    >>> near_record(models, 2).tolist(), near_record(models, 1).tolist()
    ([True, True], [True, False])
    """
    # In logarithms, with a hair of tolerance, so that exactly 10^window below the record is still within.
    below = running_record(models, value).map(np.log10) - models[value].astype(float).map(np.log10)
    return below <= window + 1e-9


def record_holders(models: pd.DataFrame, value: str = COMPUTE) -> pd.DataFrame:
    """Return the models that set a new record when they came out, in the order of their dates.

    Of several on one day the largest holds the record.

    Examples
    --------
    >>> models = pd.DataFrame({"published": pd.to_datetime(["2012-01-01", "2013-01-01"]), COMPUTE: [1e18, 1e16]})
    >>> len(record_holders(models))
    1
    """
    dated = models.dropna(subset=["published", value]).sort_values(
        ["published", value], ascending=[True, False], kind="stable"
    )
    before = dated[value].cummax().shift(fill_value=-np.inf)
    return dated[dated[value] > before]

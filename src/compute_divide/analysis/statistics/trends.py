"""Growth over time: log-linear trends, as a factor a year and as a doubling time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.regression.linear_model import OLS

from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.records import COMPUTE
from compute_divide.analysis.statistics.resampling import (
    MIN_CLUSTERS,
    REPLICATES,
    SEED,
    Floats,
    clusters,
    draw_weights,
    percentile_interval,
)

_DAYS = 365.25
_MIN_POINTS = 3


@dataclass(frozen=True, slots=True)
class Trend:
    """A log-linear trend: log10(value) = intercept + slope * (year - origin).

    Parameters
    ----------
    slope : float or None
        Orders of magnitude a year; None where there are too few points.
    intercept : float or None
        Logarithm of the value at the origin.
    origin : float
        Year at which the intercept holds.
    doubling : Estimate
        Doubling time in months. A bound is None where the trend could as well not grow at all.
    factor : Estimate
        Growth as a factor a year.
    spread : float or None
        Standard deviation of the residuals, in orders of magnitude.
    n : int
        Number of models.
    """

    slope: float | None
    intercept: float | None
    origin: float
    doubling: Estimate
    factor: Estimate
    spread: float | None
    n: int

    def at(self, years: npt.ArrayLike) -> Floats:
        """Return the trend's value at (fractional) years."""
        if self.slope is None or self.intercept is None:
            return np.full(np.shape(years), np.nan)
        return np.asarray(10 ** (self.intercept + self.slope * (np.asarray(years, dtype=float) - self.origin)))


def fractional_years(dates: pd.Series[pd.Timestamp]) -> pd.Series[float]:
    """Return dates as years with a fraction: 2 July 2020 as about 2020.5.

    Examples
    --------
    >>> fractional_years(pd.Series(pd.to_datetime(["2020-01-01", "2020-07-02"]))).round(2).tolist()
    [2020.0, 2020.5]
    """
    stamps = pd.to_datetime(dates)
    return stamps.dt.year + (stamps.dt.day_of_year - 1) / _DAYS


def growth(
    models: pd.DataFrame,
    label: str,
    value: str = COMPUTE,
    *,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> Trend:
    """Return the log-linear growth of a quantity over publication dates.

    Parameters
    ----------
    models : pandas.DataFrame
        ``published``, ``link`` and the column `value`; rows that lack date or value are left out.
    label : str
        What grows, such as "training compute, 2010 to 2025".
    value : str
        Column of the positive values.
    replicates, seed : int
        Of the bootstrap; see `compute_divide.analysis.statistics.resampling`.

    Returns
    -------
    Trend
        With 95% percentile intervals from a bootstrap that draws papers, not models. Fewer than three models have
        no trend, fewer than five papers no interval.

    Notes
    -----
    Ordinary least squares on log10, by `statsmodels.regression.linear_model.OLS`; each bootstrap sample is the same fit
    with weights, in closed form.

    Examples
    --------
    >>> dates = pd.to_datetime([f"{year}-01-01" for year in range(2010, 2020)])
    >>> models = pd.DataFrame({"published": dates, COMPUTE: [4.0**i for i in range(10)], "link": None})
    >>> trend = growth(models, "compute")
    >>> round(trend.doubling.value, 1), round(trend.factor.value, 1)
    (6.0, 4.0)
    """
    known = models.dropna(subset=["published", value])
    known = known[known[value] > 0]
    years: Floats = np.asarray(fractional_years(known["published"]), dtype=np.float64)
    logs: Floats = np.log10(known[value].to_numpy(dtype=float))
    if len(known) < _MIN_POINTS or np.ptp(years) == 0:
        nothing = Estimate(None, n=len(known), unit="months", label=f"doubling time of {label}")
        factor = Estimate(None, n=len(known), unit="ratio", label=f"growth a year of {label}")
        return Trend(None, None, 0.0, nothing, factor, None, len(known))
    origin = float(years.mean())
    offsets: Floats = np.asarray(years - origin)
    fit = OLS(logs, np.column_stack([np.ones_like(years), offsets])).fit()
    intercept, slope = map(float, fit.params)
    groups = clusters(known)
    slopes = None
    if groups.max() + 1 >= MIN_CLUSTERS:
        slopes = percentile_interval(
            weighted_slopes(offsets, logs, draw_weights(groups, replicates=replicates, seed=seed))
        )
    return Trend(
        slope,
        intercept,
        origin,
        _doubling(slope, slopes, len(known), f"doubling time of {label}"),
        _factor(slope, slopes, len(known), f"growth a year of {label}"),
        float(np.sqrt(fit.mse_resid)),
        len(known),
    )


def weighted_slopes(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Return the slope of the weighted least-squares line for each row of weights.

    Parameters
    ----------
    x, y : array of float, shape (n,)
        The points.
    weights : array of float, shape (replicates, n)
        One row a fit.

    Returns
    -------
    array of float, shape (replicates,)
        NaN where a row puts all weight on one x.

    Examples
    --------
    >>> weighted_slopes(np.array([0.0, 1.0]), np.array([1.0, 3.0]), np.ones((1, 2))).tolist()
    [2.0]
    """
    total, sum_x, sum_y, sum_xx, sum_xy = (weights @ column for column in (np.ones_like(x), x, y, x * x, x * y))
    spread = total * sum_xx - sum_x**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(spread > 1e-9, (total * sum_xy - sum_x * sum_y) / spread, np.nan))


def _doubling(slope: float, bounds: tuple[float, float] | None, n: int, label: str) -> Estimate:
    """Return the doubling time in months; a slope that is not positive has none."""

    def months(rate: float) -> float | None:
        return 12 * float(np.log10(2)) / rate if rate > 0 else None

    if bounds is None:
        return Estimate(months(slope), n=n, unit="months", label=label)
    return Estimate(months(slope), months(bounds[1]), months(bounds[0]), n=n, unit="months", label=label)


def _factor(slope: float, bounds: tuple[float, float] | None, n: int, label: str) -> Estimate:
    """Return the growth as a factor a year."""
    low, high = (None, None) if bounds is None else (10 ** bounds[0], 10 ** bounds[1])
    return Estimate(10**slope, low, high, n=n, unit="ratio", label=label)

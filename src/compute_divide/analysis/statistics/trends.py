"""Growth over time: log-linear trends, the running record, and the year in which the trend of a share breaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.association import NORMAL_975, Fit, fit_logistic
from compute_divide.analysis.statistics.estimates import COMPUTE, Floats
from compute_divide.analysis.statistics.resampling import (
    MIN_CLUSTERS,
    SEED,
    clusters,
    draw_weights,
    percentile_interval,
)


@dataclass(frozen=True, slots=True)
class Trend:
    """A log-linear trend: log10(value) = intercept + slope * (year - origin)."""

    slope: float | None
    intercept: float | None
    origin: float
    doubling: Estimate
    factor: Estimate
    n: int
    draws: Floats | None = field(
        default=None, compare=False, repr=False
    )  # slopes in samples that draw papers

    def at(self, years: npt.ArrayLike) -> Floats:
        """Return the trend's value at (fractional) years."""
        if self.slope is None or self.intercept is None:
            return np.full(np.shape(years), np.nan)
        return np.asarray(
            10 ** (self.intercept + self.slope * (np.asarray(years, dtype=float) - self.origin))
        )


def fractional_years(dates: pd.Series[pd.Timestamp]) -> pd.Series[float]:
    """Return dates as years with a fraction: 2 July 2020 as about 2020.5."""
    stamps = pd.to_datetime(dates)
    return stamps.dt.year + (stamps.dt.day_of_year - 1) / 365.25


def growth(models: pd.DataFrame, label: str, value: str = COMPUTE, seed: int = SEED) -> Trend:
    """Return the log-linear growth of the positive values of a column over publication dates.

    Parameters
    ----------
    models : pandas.DataFrame
        Rows with the columns ``published`` (date), ``link`` (of the paper) and the values.
    label : str
        What grows, in a few words that stand alone.
    value : str
        The column of the values; by default the training compute in FLOP.
    seed : int
        The seed of the bootstrap.

    Returns
    -------
    Trend
        Its ``doubling`` (in months) and ``factor`` (a year) are estimates. Fewer than three models have no trend, fewer
        than five papers no interval; values that do not grow have no doubling time.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    Ordinary least squares on log10. The 95% percentile intervals are those of a cluster bootstrap (Davison and Hinkley
    1997, sections 3.8 and 5.3): it draws papers, not models, for models of one paper are not independent.

    Examples
    --------
    >>> dates = pd.to_datetime([f"{year}-01-01" for year in range(2010, 2020)])
    >>> models = pd.DataFrame({"published": dates, COMPUTE: [4.0**i for i in range(10)], "link": None})
    >>> trend = growth(models, "compute")
    >>> round(trend.doubling.value, 1), round(trend.factor.value, 1)
    (6.0, 4.0)
    """
    known = models.loc[
        models[value].gt(0) & models["published"].notna(), ["published", "link", value]
    ]
    years: Floats = np.asarray(fractional_years(known["published"]), dtype=np.float64)
    logs: Floats = np.log10(known[value].to_numpy(dtype=float))
    n, names = len(known), (f"doubling time of {label}", f"growth a year of {label}")
    if n < 3 or np.ptp(years) == 0:
        nothing, factor = (
            Estimate(None, n=n, unit=unit, label=name)
            for unit, name in zip(("months", "ratio"), names, strict=True)
        )
        return Trend(None, None, 0.0, nothing, factor, n)
    origin = float(years.mean())
    offsets: Floats = np.asarray(years - origin)
    slope = float(weighted_slopes(offsets, logs, np.ones((1, n)))[0])
    groups = clusters(known)
    low, high, draws = None, None, None
    if groups.max() + 1 >= MIN_CLUSTERS:
        draws = weighted_slopes(offsets, logs, draw_weights(groups, seed=seed))
        low, high = percentile_interval(draws)
    return Trend(
        slope,
        float(logs.mean()),
        origin,
        Estimate(_months(slope), _months(high), _months(low), n=n, unit="months", label=names[0]),
        Estimate(10**slope, low and 10**low, high and 10**high, n=n, unit="ratio", label=names[1]),
        n,
        draws,
    )


def widening(over: pd.DataFrame, under: pd.DataFrame, label: str) -> Estimate:
    """Return the factor a year by which the distance of two log-linear trends grows; above 1 it widens.

    Parameters
    ----------
    over, under : pandas.DataFrame
        The rows of both sides, as `growth` takes them, with their training compute in FLOP.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The ratio of both factors a year. It has no value where a side has fewer than three models, and no interval
        where one has fewer than five papers.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The 95% percentile interval is that of the bootstrap of `growth`, with the papers of both sides drawn independently.

    Examples
    --------
    >>> dates = pd.to_datetime([f"{year}-01-01" for year in range(2010, 2020)])
    >>> over = pd.DataFrame({"published": dates, COMPUTE: [4.0**i for i in range(10)], "link": None})
    >>> under = over.assign(**{COMPUTE: [2.0**i for i in range(10)]})
    >>> round(widening(over, under, "over against under").value, 1)
    2.0
    """
    # Two seeds, so that sides of the same number of papers are drawn independently.
    one, other = growth(over, label), growth(under, label, seed=SEED + 1)
    if one.slope is None or other.slope is None:
        return Estimate(None, n=one.n + other.n, unit="ratio", label=label)
    low, high = None, None
    if one.draws is not None and other.draws is not None:
        low, high = percentile_interval(10 ** (one.draws - other.draws))
    return Estimate(
        10 ** (one.slope - other.slope), low, high, n=one.n + other.n, unit="ratio", label=label
    )


def weighted_slopes(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Return the slope of the weighted least-squares line for each row of weights; NaN where all weight is on one x."""
    total, sum_x, sum_y, sum_xx, sum_xy = (
        weights @ np.column_stack([np.ones_like(x), x, y, x * x, x * y])
    ).T
    spread = total * sum_xx - sum_x**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(
            np.where(spread > 1e-9, (total * sum_xy - sum_x * sum_y) / spread, np.nan)
        )


def _months(rate: float | None) -> float | None:
    """Return the doubling time in months of a slope; one that is not positive has none."""
    return 12 * float(np.log10(2)) / rate if rate is not None and rate > 0 else None


def running_record(models: pd.DataFrame) -> pd.Series[float]:
    """Return, for each model, the largest training compute of all models up to and including its own date."""
    by_date = models.groupby("published")[COMPUTE].max().sort_index().cummax().ffill()
    return models["published"].map(by_date).astype(float)


def near_record(models: pd.DataFrame, window: float) -> pd.Series[bool]:
    """Tell which models lie within some orders of magnitude of the running record; with 0 the records alone remain."""
    # In logarithms, with a hair of tolerance, so that exactly 10^window below the record is still within.
    below = running_record(models).map(np.log10) - models[COMPUTE].astype(float).map(np.log10)
    return below <= window + 1e-9


def record_holders(models: pd.DataFrame) -> pd.DataFrame:
    """Return the models that set a new record of training compute when they came out.

    Parameters
    ----------
    models : pandas.DataFrame
        Rows with the columns ``published`` (date) and the training compute in FLOP; rows without either do not count.

    Returns
    -------
    pandas.DataFrame
        These rows by date; of several on one day the largest, and none that only equals the record.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> dates = pd.to_datetime(["2014-09-04", "2012-09-30", "2013-12-20"])
    >>> models = pd.DataFrame({"model": ["VGG16", "AlexNet", "DQN"], "published": dates})
    >>> record_holders(models.assign(**{COMPUTE: [1.2e19, 4.7e17, 2.3e15]}))["model"].tolist()
    ['AlexNet', 'VGG16']
    """
    dated = models.dropna(subset=["published", COMPUTE]).sort_values(
        ["published", COMPUTE], ascending=[True, False], kind="stable"
    )
    return dated[dated[COMPUTE] > dated[COMPUTE].cummax().shift(fill_value=-np.inf)]


class Break(NamedTuple):
    """A trend with one break: its year, and the factor a year before and after it."""

    year: Estimate
    before: Estimate
    after: Estimate


def trend_break(counts: pd.DataFrame, label: str) -> Break:
    """Return where the course of a share turns, conferences with different levels taken together.

    Parameters
    ----------
    counts : pandas.DataFrame
        A row for each ``venue`` and ``year``: ``k`` of ``n``.
    label : str
        What the share is of, in a few words that stand alone.

    Returns
    -------
    Break
        ``year``, the calendar year of the break, and ``before`` and ``after``, the factors a year on the odds, each
        with its 95% interval. Without values where there are fewer than six years.

    Notes
    -----
    The logit of the share is a level for each venue plus a line over the years that may change its slope once: a
    "broken stick" [1]_. Profile likelihood finds the year. Deviances are divided by the Pearson dispersion of the best
    fit, for shares of venue-years vary more than binomial counts; the interval of the year holds those within the 95%
    point of chi-squared of the least.

    References
    ----------
    .. [1] Hinkley, D. V. (1971). Inference in two-phase regression. Journal of the American Statistical Association 66,
       736-743.

    Examples
    --------
    >>> ks = [10, 20, 30, 40, 50, 40, 30, 20, 10]
    >>> counts = pd.DataFrame({"venue": "icml", "year": range(2010, 2019), "k": ks, "n": 100})
    >>> found = trend_break(counts, "papers with a company author")
    >>> round(found.year.value), found.before.value > 1 > found.after.value
    (2014, True)
    """
    rows = counts[counts["n"] > 0]
    years, n = rows["year"].to_numpy(dtype=float), len(rows)
    name, odds = f"break in the trend of {label}", f"factor a year on the odds of {label}"
    if len(np.unique(years)) < 6:
        factor = Estimate(None, n=n, unit="odds ratio", label=odds)
        return Break(Estimate(None, n=n, unit="year", label=name), factor, factor)
    candidates = np.arange(years.min() + 1, years.max() - 1 + 0.05, 0.1)
    levels, (k, totals) = (
        pd.get_dummies(rows["venue"]).to_numpy(dtype=float),
        rows[["k", "n"]].to_numpy(dtype=float).T,
    )
    designs = np.array(
        [np.column_stack([years - 2015, np.maximum(years - at, 0), levels]) for at in candidates]
    )
    deviances = fit_logistic(designs, k, totals).deviance
    place = int(deviances.argmin())
    best, fit = float(candidates[place]), fit_logistic(designs[place], k, totals)
    pearson = float(
        ((k - totals * fit.chance) ** 2 / (totals * fit.chance * (1 - fit.chance))).sum()
    )
    dispersion = max(pearson / max(n - designs.shape[2] - 1, 1), 1.0)
    inside = candidates[deviances <= deviances.min() + dispersion * NORMAL_975**2]
    return Break(
        year=Estimate(best, float(inside.min()), float(inside.max()), n=n, unit="year", label=name),
        before=_factor(fit, [1, 0], dispersion, f"{odds}, before the break", n),
        after=_factor(fit, [1, 1], dispersion, f"{odds}, after the break", n),
    )


def _factor(fit: Fit, weights: list[int], dispersion: float, label: str, n: int) -> Estimate:
    """Return the factor a year on the odds that a combination of the slopes makes."""
    slopes = np.asarray(weights, dtype=float)
    slope = float(slopes @ fit.slopes[:2])
    spread = 1.959964 * float(np.sqrt(slopes @ fit.covariance[:2, :2] @ slopes * dispersion))
    low, value, high = (float(np.exp(slope + shift)) for shift in (-spread, 0.0, spread))
    return Estimate(value, low, high, n=n, unit="odds ratio", label=label)

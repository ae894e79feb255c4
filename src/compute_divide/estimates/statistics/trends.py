"""Growth over time: log-linear trends, the running record, the break in the trend of a share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from compute_divide.estimates.statistics.association import Fit, fit_logistic
from compute_divide.estimates.statistics.numbers import COMPUTE, NORMAL_975, Floats
from compute_divide.estimates.statistics.resampling import (
    MIN_CLUSTERS,
    SEED,
    clusters,
    draw_weights,
    percentile_interval,
)
from holdtrue.estimates import Estimate

LARGEST_LOG_ODDS = 20.0
"""The largest change of log-odds in a year that counts can show: beyond it a fit has no limit."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A log-linear trend: log10(value) = intercept + slope * (year - origin)."""

    slope: float | None
    intercept: float | None
    origin: float
    doubling: Estimate
    factor: Estimate
    n: int
    draws: Floats | None = field(default=None, compare=False, repr=False)
    """The slopes in samples that draw papers."""

    def at(self, years: npt.ArrayLike) -> Floats:
        """Return the trend's value at (fractional) years."""
        if self.slope is None or self.intercept is None:
            return np.full(np.shape(years), np.nan)
        offsets = np.asarray(years, dtype=float) - self.origin
        logs = self.intercept + self.slope * offsets
        return np.asarray(10**logs)


def fractional_years(dates: pd.Series[pd.Timestamp]) -> pd.Series[float]:
    """Return dates as years with a fraction: 2 July 2020 as about 2020.5."""
    stamps = pd.to_datetime(dates)
    days = stamps.dt.day_of_year - 1
    return stamps.dt.year + days / 365.25


def growth(
    models: pd.DataFrame, label: str, value: str = COMPUTE, *, over: pd.DataFrame | None = None
) -> Trend:
    """Return the log-linear growth of the positive values of a column over publication dates.

    For two sides it is the growth of their ratio: above 1 a year the trends move apart.

    Parameters
    ----------
    models : pandas.DataFrame
        Rows with the columns ``published`` (date), ``link`` (of the paper) and the values.
    label : str
        What grows, in a few self-contained words.
    value : str
        The column of the values; by default the training compute in FLOP.
    over : pandas.DataFrame, optional
        The rows of another side: the result is then the growth of the ratio of both trends.

    Returns
    -------
    Trend
        Its ``doubling`` (in months) and ``factor`` (a year) are estimates. On either side, fewer
        than three models give no trend and fewer than five papers no interval; values that do not
        grow have no doubling time.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    Ordinary least squares on log10. The 95% percentile intervals are those of a cluster bootstrap
    (Davison and Hinkley 1997, sections 3.8 and 5.3): it draws papers, not models, because models of
    one paper are not independent; both sides are drawn independently.

    Examples
    --------
    >>> dates = pd.to_datetime([f"{year}-01-01" for year in range(2010, 2020)])
    >>> models = pd.DataFrame({"published": dates, "link": None})
    >>> models[COMPUTE] = [4.0**i for i in range(10)]
    >>> trend = growth(models, "compute")
    >>> round(trend.doubling.value, 1), round(trend.factor.value, 1)
    (6.0, 4.0)
    >>> slower = models.assign(**{COMPUTE: [2.0**i for i in range(10)]})
    >>> round(growth(models, "the ratio of both", over=slower).factor.value, 1)
    2.0
    """
    trend = _trend(models, label, value, SEED)
    if over is None:
        return trend
    # A different seed, so that sides with the same number of papers are drawn independently.
    return _ratio(trend, _trend(over, label, value, SEED + 1), label)


def _trend(models: pd.DataFrame, label: str, value: str, seed: int) -> Trend:
    """Return the trend of one side, with bootstrap draws from a seed."""
    is_known = models[value].gt(0) & models["published"].notna()
    known = models.loc[is_known, ["published", "link", value]]
    n = len(known)
    years: Floats = np.asarray(fractional_years(known["published"]), dtype=np.float64)
    logs: Floats = np.log10(known[value].to_numpy(dtype=float))
    has_no_span = n < 3 or np.ptp(years) == 0
    if has_no_span:
        return _no_trend(n, label)
    origin = float(years.mean())
    offsets: Floats = np.asarray(years - origin)
    slopes = weighted_slopes(offsets, logs, np.ones((1, n)))
    slope = float(slopes[0])
    papers = clusters(known)
    low = high = draws = None
    if papers.max() + 1 >= MIN_CLUSTERS:
        weights = draw_weights(papers, seed=seed)
        draws = weighted_slopes(offsets, logs, weights)
        low, high = percentile_interval(draws)
    doubling, factor = _growth_estimates(slope, low, high, n, label)
    return Trend(slope, float(logs.mean()), origin, doubling, factor, n, draws)


def _ratio(first: Trend, other: Trend, label: str) -> Trend:
    """Return the trend of the ratio of two sides."""
    n = first.n + other.n
    if first.slope is None or other.slope is None:
        return _no_trend(n, label)
    slope = first.slope - other.slope
    intercept = float(np.log10(first.at(first.origin) / other.at(first.origin)))
    low = high = draws = None
    if first.draws is not None and other.draws is not None:
        draws = first.draws - other.draws
        # The interval belongs to the factor, as for any ratio.
        low, high = np.log10(percentile_interval(10**draws)).tolist()
    doubling, factor = _growth_estimates(slope, low, high, n, label)
    return Trend(slope, intercept, first.origin, doubling, factor, n, draws)


def _no_trend(n: int, label: str) -> Trend:
    """Return what too few models tell: nothing but their number."""
    doubling, factor = _growth_estimates(None, None, None, n, label)
    return Trend(None, None, 0.0, doubling, factor, n)


def _growth_estimates(
    slope: float | None, low: float | None, high: float | None, n: int, label: str
) -> tuple[Estimate, Estimate]:
    """Return the doubling time in months and the yearly factor of a slope, with its interval."""
    shortest = _months(high)
    longest = _months(low)
    time = f"doubling time of {label}"
    doubling = Estimate(
        _months(slope), shortest, longest, n=n, unit="months", label=time, range="sampling"
    )
    value = _yearly(slope)
    least = _yearly(low)
    most = _yearly(high)
    factor = Estimate(
        value, least, most, n=n, unit="ratio", label=f"growth a year of {label}", range="sampling"
    )
    return doubling, factor


def _yearly(rate: float | None) -> float | None:
    """Return the yearly factor of a slope."""
    return None if rate is None else 10**rate


def weighted_slopes(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Return the slope of the weighted least-squares line for each row of weights.

    It is NaN if all weight is on one x.
    """
    moments = [np.ones_like(x), x, y, x * x, x * y]
    sums = weights @ np.column_stack(moments)
    total, sum_x, sum_y, sum_xx, sum_xy = sums.T
    spread = total * sum_xx - sum_x**2
    shared = total * sum_xy - sum_x * sum_y
    with np.errstate(invalid="ignore", divide="ignore"):
        slopes = np.where(spread > 1e-9, shared / spread, np.nan)
    return np.asarray(slopes)


def _months(rate: float | None) -> float | None:
    """Return the doubling time in months of a slope; None unless the slope is positive."""
    if rate is None or not rate > 0:
        return None
    return 12 * float(np.log10(2)) / rate


def running_record(models: pd.DataFrame) -> pd.Series[float]:
    """Return, for each model, the largest training compute of all models up to its own date."""
    of_day = models.groupby("published")[COMPUTE].max()
    by_date = of_day.sort_index().cummax().ffill()
    records = models["published"].map(by_date)
    return records.astype(float)


def near_record(models: pd.DataFrame, window: float) -> pd.Series[bool]:
    """Return which models lie within some orders of magnitude of the running record.

    With a window of 0 only the records remain.
    """
    record = running_record(models).map(np.log10)
    own = models[COMPUTE].astype(float).map(np.log10)
    # A small tolerance, so that exactly 10^window below the record is still within.
    return record - own <= window + 1e-9


def record_holders(
    models: pd.DataFrame, value: str = COMPUTE, day: str = "published"
) -> pd.DataFrame:
    """Return the models, or other rows, that set a record on their day.

    Parameters
    ----------
    models : pandas.DataFrame
        Rows with both columns; rows without either value do not count.
    value : str
        The column of the record, by default the training compute in FLOP.
    day : str
        The column of the date.

    Returns
    -------
    pandas.DataFrame
        These rows by date; the largest if several share a day; none that only equals the record.

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
    known = models.dropna(subset=[day, value])
    # The largest on a day comes first.
    dated = known.sort_values([day, value], ascending=[True, False], kind="stable")
    earlier = dated[value].cummax().shift(fill_value=-np.inf)
    return dated[dated[value] > earlier]


class Break(NamedTuple):
    """A trend with one break: its year, and the yearly factors before and after it.

    `edge` says which end of the tried years the interval of the year reaches: ``"first"``,
    ``"last"``, ``"both"`` or ``"none"``. The break may also lie beyond such an end.
    """

    year: Estimate
    before: Estimate
    after: Estimate
    edge: str = "none"


def trend_break(counts: pd.DataFrame, label: str) -> Break:
    """Return the year in which the trend of a share turns, across conferences of different levels.

    Parameters
    ----------
    counts : pandas.DataFrame
        A row for each ``venue`` and ``year``: ``k`` of ``n``.
    label : str
        What the share measures, in a few self-contained words.

    Returns
    -------
    Break
        ``year``, the calendar year of the break, and ``before`` and ``after``, the yearly factors
        on the odds, each with its 95% interval. Without values if there are fewer than six years;
        a factor has none where the counts on its side of the break do not limit it.
        ``edge`` is ``"first"``, ``"last"`` or ``"both"`` if the interval of the year reaches an end
        of the tried years, which begin a year after the first of the counts and end a year before
        the last; the label of the year says so too.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The logit of the share is a level for each venue plus a line over the years that may change its
    slope once: a "broken stick" [1]_. Profile likelihood finds the year. Deviances are divided by
    the Pearson dispersion of the best fit, because shares of venue-years vary more than binomial
    counts; the interval contains the years within the 95% point of chi-squared of the best one.

    References
    ----------
    .. [1] Hinkley, D. V. (1971). Inference in two-phase regression. Journal of the American
       Statistical Association 66, 736-743.

    Examples
    --------
    >>> ks = [10, 20, 30, 40, 50, 40, 30, 20, 10]
    >>> counts = pd.DataFrame({"venue": "icml", "year": range(2010, 2019), "k": ks, "n": 100})
    >>> turn = trend_break(counts, "papers with a company author")
    >>> round(turn.year.value), turn.before.value > 1 > turn.after.value, turn.edge
    (2014, True, 'none')
    """
    rows = counts[counts["n"] > 0]
    years = rows["year"].to_numpy(dtype=float)
    n = len(rows)
    name = f"break in the trend of {label}"
    odds = f"factor a year on the odds of {label}"
    if len(np.unique(years)) < 6:
        year = Estimate(None, n=n, unit="year", label=name)
        factor = Estimate(None, n=n, unit="odds ratio", label=odds)
        return Break(year, factor, factor)
    k = rows["k"].to_numpy(dtype=float)
    totals = rows["n"].to_numpy(dtype=float)
    levels = pd.get_dummies(rows["venue"]).to_numpy(dtype=float)
    first = years.min() + 1
    last = years.max() - 1
    candidates = np.arange(first, last + 0.05, 0.1)
    designs = np.array([_broken_line(years, candidate, levels) for candidate in candidates])
    deviances = fit_logistic(designs, k, totals).deviance
    best = int(deviances.argmin())
    fit = fit_logistic(designs[best], k, totals)
    dispersion = _dispersion(fit, k, totals, n - designs.shape[2] - 1)
    within = deviances.min() + dispersion * NORMAL_975**2
    likely = candidates[deviances <= within]
    earliest = float(likely.min())
    latest = float(likely.max())
    edge = _edge(likely, candidates)
    if edge != "none":
        name += f", at the edge of the years tried, {first:.0f} to {last:.0f}"
    year = Estimate(
        float(candidates[best]), earliest, latest, n=n, unit="year", label=name, range="sampling"
    )
    before = _factor(fit, [1, 0], dispersion, f"{odds}, before the break", n)
    after = _factor(fit, [1, 1], dispersion, f"{odds}, after the break", n)
    return Break(year, before, after, edge)


def _edge(likely: Floats, tried: Floats) -> str:
    """Return which ends of the tried years are among the likely ones."""
    ends = {"first": likely[0] == tried[0], "last": likely[-1] == tried[-1]}
    if all(ends.values()):
        return "both"
    return next((end for end, reached in ends.items() if reached), "none")


def _broken_line(years: Floats, at: float, levels: Floats) -> Floats:
    """Return the design of a line that may turn at a year, with a level for each venue."""
    since_start = years - 2015
    since_break = np.maximum(years - at, 0)
    return np.column_stack([since_start, since_break, levels])


def _dispersion(fit: Fit, k: Floats, totals: Floats, freedom: int) -> float:
    """Return the Pearson dispersion of a fit, at least 1."""
    expected = totals * fit.chance
    variance = expected * (1 - fit.chance)
    squares = (k - expected) ** 2 / variance
    pearson = float(squares.sum())
    return max(pearson / max(freedom, 1), 1.0)


def _factor(fit: Fit, weights: list[int], dispersion: float, label: str, n: int) -> Estimate:
    """Return the yearly factor on the odds that follows from a combination of the slopes.

    Without a value where the counts say nothing about it, as all lie on one side.
    """
    combination = np.asarray(weights, dtype=float)
    slope = float(combination @ fit.slopes[:2])
    variance = combination @ fit.covariance[:2, :2] @ combination * dispersion
    half = NORMAL_975 * float(np.sqrt(variance))
    if abs(slope) + half > LARGEST_LOG_ODDS:
        return Estimate(None, n=n, unit="odds ratio", label=label)
    low = float(np.exp(slope - half))
    value = float(np.exp(slope))
    high = float(np.exp(slope + half))
    return Estimate(value, low, high, n=n, unit="odds ratio", label=label, range="sampling")

"""Association of two yes-or-no facts within strata: pooled odds ratios, and a regression check.

Venues and years differ in everything: papers are compared within one venue and year, and only then
pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from compute_divide.estimates.statistics.numbers import NORMAL_975, Floats
from holdtrue.estimates import Estimate

CELLS = ["both", "only_exposed", "only_outcome", "neither"]
MOST_ROUNDS = 100
"""The most rounds of a fit."""
SETTLED = 1e-8
"""The tolerance on the deviance at which a fit has converged."""
TINY = 1e-12
"""The value at which a share without cases is fitted."""


@dataclass(frozen=True, slots=True)
class Association:
    """The association of an outcome with an exposure within strata."""

    odds_ratio: Estimate
    strata: pd.DataFrame

    @property
    def exposed(self) -> int:
        """The number of exposed rows in the strata that count."""
        return int(self.strata[["both", "only_exposed"]].to_numpy().sum())

    @property
    def regression(self) -> Estimate:
        """The same odds ratio from a logistic regression on the counts, as a check.

        It has an effect for each stratum.
        """
        if self.odds_ratio.value is None:
            return self.odds_ratio
        both, only_exposed, only_outcome, neither = self.strata[CELLS].to_numpy(dtype=float).T
        k = np.append(both, only_outcome)
        n = np.append(both + only_exposed, only_outcome + neither)
        strata = len(both)
        is_exposed = np.repeat([1.0, 0.0], strata)
        in_stratum = np.tile(np.eye(strata), (2, 1))
        design = np.column_stack([is_exposed, in_stratum])
        fit = fit_logistic(design, k, n)
        slope = fit.slopes[0]
        half = NORMAL_975 * np.sqrt(fit.covariance[0, 0])
        value = _finite(np.exp(slope))
        low = _finite(np.exp(slope - half))
        high = _finite(np.exp(slope + half))
        rows = self.odds_ratio.n
        label = f"{self.odds_ratio.label}, logistic regression"
        return Estimate(value, low, high, n=rows, unit="odds ratio", label=label, range="sampling")


class Fit(NamedTuple):
    """A logistic regression, or many along the first axis."""

    slopes: Floats
    covariance: Floats
    chance: Floats
    deviance: Floats


def fit_logistic(design: Floats, k: Floats, n: Floats) -> Fit:
    """Return the logistic regression of counts k of n on the columns of a design, or of many.

    Iterated weighted least squares until no deviance moves, as in `statsmodels`, which takes longer
    to import than most chapters take to run; a test compares the two.
    """
    from scipy.special import expit, logit

    share = k / n
    start = (share + 0.5) / 2
    chance = np.broadcast_to(start, design.shape[:-1])
    deviance = np.asarray(np.inf)
    for _ in range(MOST_ROUNDS):
        spread = chance * (1 - chance)
        roots = np.sqrt(n * spread)
        weighted = roots[..., np.newaxis] * design
        inverse = np.asarray(np.linalg.pinv(weighted), dtype=np.float64)
        aim = roots * (logit(chance) + (share - chance) / spread)
        slopes = _times(inverse, aim)
        chance = np.clip(expit(_times(design, slopes)), TINY, 1 - TINY)
        before = deviance
        deviance = _deviance(chance, k, n)
        has_settled = np.all(np.abs(deviance - before) <= SETTLED)
        if has_settled:
            break
    covariance = inverse @ inverse.swapaxes(-1, -2)
    return Fit(slopes, covariance, chance, deviance)


def _times(matrices: Floats, vectors: Floats) -> Floats:
    """Return the product of each matrix with its vector."""
    columns = vectors[..., np.newaxis]
    products: Floats = matrices @ columns
    return products[..., 0]


def _deviance(chance: Floats, k: Floats, n: Floats) -> Floats:
    """Return the deviance of counts k of n from chances, summed along the last axis."""
    from scipy.special import xlogy

    others = n - k
    inside = xlogy(k, k / (n * chance))
    outside = xlogy(others, others / (n * (1 - chance)))
    parts = inside + outside
    return np.asarray(2 * parts.sum(axis=-1))


def association(
    rows: pd.DataFrame, exposure: str, outcome: str, strata: Sequence[str], label: str
) -> Association:
    """Return the odds ratio of an outcome by an exposure, pooled over comparable strata.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows.
    exposure, outcome : str
        Two columns of true and false.
    strata : sequence of str
        The columns within whose values rows are compared, such as ``["venue", "year"]``.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Association
        ``odds_ratio``, with its 95% interval and the rows that it rests on, and ``strata``, the
        counts of each informative stratum. The odds ratio has no value if there is none, or if it
        would be zero or infinite, as when an outcome never occurs among the exposed.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The estimator of Mantel and Haenszel [1]_ with the variance of Robins, Breslow and Greenland
    [2]_.

    References
    ----------
    .. [1] Mantel, N. and Haenszel, W. (1959). Statistical aspects of the analysis of data from
       retrospective studies of disease. Journal of the National Cancer Institute 22, 719-748.
    .. [2] Robins, J., Breslow, N. and Greenland, S. (1986). Estimators of the Mantel-Haenszel
       variance consistent in both sparse data and large-strata limiting models. Biometrics 42,
       311-323.

    Examples
    --------
    >>> rows = pd.DataFrame({"venue": "icml", "topic": [True] * 4 + [False] * 4})
    >>> rows["academic"] = [True, False, False, False, True, True, True, False]
    >>> odds = association(rows, "topic", "academic", ["venue"], "odds of universities alone")
    >>> round(odds.odds_ratio.value, 3), odds.odds_ratio.n
    (0.111, 8)
    """
    tables = _tables(rows, exposure, outcome, strata)
    cells = tables[CELLS].to_numpy(dtype=float)
    speaking = _both_vary(cells)
    counted = cells[speaking]
    n = int(counted.sum())
    a, b, c, d = counted.T
    odds_ratio = Estimate(None, n=n, unit="odds ratio", label=label)
    is_finite = (a * d).any() and (b * c).any()
    if is_finite:
        value, low, high = _pooled(a, b, c, d)
        ends = (_finite(low), _finite(high))
        odds_ratio = Estimate(
            _finite(value), *ends, n=n, unit="odds ratio", label=label, range="sampling"
        )
    places = np.flatnonzero(speaking)
    return Association(odds_ratio, tables.take(places))


def _both_vary(cells: Floats) -> npt.NDArray[np.bool_]:
    """Return in which tables both facts vary: no row and no column of such a table is empty."""
    both, only_exposed, only_outcome, neither = cells.T
    exposed = both + only_exposed
    unexposed = only_outcome + neither
    with_outcome = both + only_outcome
    without = only_exposed + neither
    margins = np.array([exposed, unexposed, with_outcome, without])
    return np.asarray((margins > 0).all(axis=0))


def _tables(rows: pd.DataFrame, exposure: str, outcome: str, strata: Sequence[str]) -> pd.DataFrame:
    """Return the two-by-two counts, one row per stratum."""
    groups = rows.groupby(list(strata), observed=True)
    place = groups.ngroup().to_numpy()
    keys = groups.size().reset_index()[list(strata)]
    is_unexposed = ~rows[exposure].to_numpy(dtype=bool)
    is_without = ~rows[outcome].to_numpy(dtype=bool)
    # The place of a row's cell in `CELLS`.
    cell = 2 * is_unexposed + is_without
    counts = np.bincount(4 * place + cell, minlength=4 * len(keys))
    by_cell = counts.reshape(-1, 4).T
    columns = dict(zip(CELLS, by_cell, strict=True))
    return keys.assign(**columns)


def _pooled(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray
) -> tuple[float, float, float]:
    """Return the pooled odds ratio of tables and the ends of its 95% interval.

    They are as in `statsmodels`; a test compares the two.
    """
    n = a + b + c + d
    agree = (a + d) / n
    differ = (b + c) / n
    up = a * d / n
    down = b * c / n
    above = up.sum()
    below = down.sum()
    first = (agree @ up) / above**2
    second = (agree @ down + differ @ up) / (above * below)
    third = (differ @ down) / below**2
    error = np.sqrt((first + second + third) / 2)
    log = np.log(above / below)
    half = NORMAL_975 * error
    return above / below, np.exp(log - half), np.exp(log + half)


def _finite(value: float) -> float | None:
    if np.isfinite(value):
        return float(value)
    return None

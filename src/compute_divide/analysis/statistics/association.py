"""Association of two yes-or-no facts within strata: pooled odds ratios, and a regression check.

Venues and years differ in everything: papers are compared within one venue and year, and only then pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import Floats

CELLS = ["both", "only_exposed", "only_outcome", "neither"]
NORMAL_975 = 1.959963984540054
MOST_ROUNDS, SETTLED = 100, 1e-8  # of a fit, and by how much its deviance may still move
TINY = 1e-12  # a share of nothing is fitted as this


@dataclass(frozen=True, slots=True)
class Association:
    """The association of an outcome with an exposure within strata."""

    odds_ratio: Estimate
    strata: pd.DataFrame

    @property
    def exposed(self) -> int:
        """Rows with the exposure in the strata that count."""
        return int(self.strata[["both", "only_exposed"]].to_numpy().sum())

    @property
    def regression(self) -> Estimate:
        """The same odds ratio from a logistic regression on the counts, with an effect for each stratum: the check."""
        if self.odds_ratio.value is None:
            return self.odds_ratio
        both, only_exposed, only_outcome, neither = self.strata[CELLS].to_numpy(dtype=float).T
        size, n = len(both), np.append(both + only_exposed, only_outcome + neither)
        design = np.column_stack([np.repeat([1.0, 0.0], size), np.tile(np.eye(size), (2, 1))])
        fit = fit_logistic(design, np.append(both, only_outcome), n)
        half = NORMAL_975 * np.sqrt(fit.covariance[0, 0])
        value, low, high = (_finite(np.exp(fit.slopes[0] + shift)) for shift in (0.0, -half, half))
        label = f"{self.odds_ratio.label}, logistic regression"
        return Estimate(value, low, high, n=self.odds_ratio.n, unit="odds ratio", label=label)


class Fit(NamedTuple):
    """A logistic regression, or many along the first axis."""

    slopes: Floats
    covariance: Floats
    chance: Floats
    deviance: Floats


def fit_logistic(design: Floats, k: Floats, n: Floats) -> Fit:
    """Return the logistic regression of counts k of n on the columns of a design, or of many designs at once.

    Iterated weighted least squares until no deviance moves, as in `statsmodels`, which takes longer to import than most
    chapters to run; a test holds the two together.
    """
    from scipy.special import expit, logit, xlogy

    chance, deviance = np.broadcast_to((k / n + 0.5) / 2, design.shape[:-1]), np.asarray(np.inf)
    for _ in range(MOST_ROUNDS):
        spread = chance * (1 - chance)
        roots = np.sqrt(n * spread)
        inverse = np.linalg.pinv(roots[..., np.newaxis] * design)
        aim = roots * (logit(chance) + (k / n - chance) / spread)
        slopes = (inverse @ aim[..., np.newaxis])[..., 0]
        chance = np.clip(expit((design @ slopes[..., np.newaxis])[..., 0]), TINY, 1 - TINY)
        parts = xlogy(k, k / (n * chance)) + xlogy(n - k, (n - k) / (n * (1 - chance)))
        before, deviance = deviance, 2 * parts.sum(axis=-1)
        if np.all(np.abs(deviance - before) <= SETTLED):
            break
    return Fit(slopes, inverse @ inverse.swapaxes(-1, -2), chance, deviance)


def association(
    rows: pd.DataFrame, exposure: str, outcome: str, strata: Sequence[str], label: str
) -> Association:
    """Return the odds ratio of an outcome by an exposure, pooled over strata within which rows are comparable.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows.
    exposure, outcome : str
        Two columns of true and false.
    strata : sequence of str
        The columns within whose values rows are compared, such as ``["venue", "year"]``.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Association
        ``odds_ratio``, with its 95% interval and the rows that it rests on, and ``strata``, the counts of each stratum
        that says anything. The odds ratio has no value where none does, and where it would be zero or without bound, as
        when an outcome never occurs among the exposed.

    Notes
    -----
    The estimator of Mantel and Haenszel [1]_ with the variance of Robins, Breslow and Greenland [2]_.

    References
    ----------
    .. [1] Mantel, N. and Haenszel, W. (1959). Statistical aspects of the analysis of data from retrospective studies of
       disease. Journal of the National Cancer Institute 22, 719-748.
    .. [2] Robins, J., Breslow, N. and Greenland, S. (1986). Estimators of the Mantel-Haenszel variance consistent in
       both sparse data and large-strata limiting models. Biometrics 42, 311-323.

    Examples
    --------
    >>> rows = pd.DataFrame({"venue": "icml", "topic": [True] * 4 + [False] * 4})
    >>> rows["academic"] = [True, False, False, False, True, True, True, False]
    >>> found = association(rows, "topic", "academic", ["venue"], "odds of academia alone")
    >>> round(found.odds_ratio.value, 3), found.odds_ratio.n
    (0.111, 8)
    """
    tables = _tables(rows, exposure, outcome, strata)
    cells = tables[CELLS].to_numpy(dtype=float)
    # Each fact must vary: no row and no column of a stratum's table is empty.
    speaking = (cells @ [[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]] > 0).all(axis=1)
    a, b, c, d = cells[speaking].T
    pooled = Estimate(None, n=int(cells[speaking].sum()), unit="odds ratio", label=label)
    if (a * d).any() and (b * c).any():
        value, low, high = (_finite(bound) for bound in _pooled(a, b, c, d))
        pooled = Estimate(value, low, high, n=pooled.n, unit="odds ratio", label=label)
    return Association(pooled, tables.take(np.flatnonzero(speaking)))


def _tables(rows: pd.DataFrame, exposure: str, outcome: str, strata: Sequence[str]) -> pd.DataFrame:
    """Return the two-by-two counts of each stratum, one row a stratum."""
    groups = rows.groupby(list(strata), observed=True)
    place = groups.ngroup().to_numpy()
    cell = 2 * (~rows[exposure].to_numpy(dtype=bool)) + ~rows[outcome].to_numpy(dtype=bool)
    keys = groups.size().reset_index()[list(strata)]
    counts = np.bincount(4 * place + cell, minlength=4 * len(keys)).reshape(-1, 4)
    return keys.assign(**dict(zip(CELLS, counts.T, strict=True)))


def _pooled(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray
) -> tuple[float, float, float]:
    """Return the pooled odds ratio of tables and its 95% interval, as in `statsmodels`; a test holds both together."""
    n = a + b + c + d
    agree, differ = (a + d) / n, (b + c) / n
    up, down = a * d / n, b * c / n
    above, below = up.sum(), down.sum()
    variance = (
        (agree @ up) / above**2
        + (agree @ down + differ @ up) / (above * below)
        + (differ @ down) / below**2
    )
    log, spread = np.log(above / below), NORMAL_975 * np.sqrt(variance / 2)
    return above / below, np.exp(log - spread), np.exp(log + spread)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

"""Association of two yes-or-no facts within strata: pooled odds ratios, whether they are alike, and a regression check.

Venues and years differ in everything, so that pooling their papers would compare venues, not topics. Every estimate
here compares papers of one venue and year with each other, and only then pools.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.contingency_tables import StratifiedTable

from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.shares import in_years, span

_CELLS = ["both", "only_exposed", "only_outcome", "neither"]


@dataclass(frozen=True, slots=True)
class Association:
    """The association of an outcome with an exposure within strata.

    Parameters
    ----------
    odds_ratio : Estimate
        Mantel-Haenszel odds ratio with its 95% interval; `n` is the number of rows in the strata that count.
    regression : Estimate
        The same from a logistic regression with an effect for each stratum: the check.
    homogeneity : float or None
        p-value of the test that all strata have one odds ratio (Breslow-Day with Tarone's correction); None for fewer
        than two strata.
    strata : pandas.DataFrame
        One row a stratum: its keys, the counts ``both``, ``only_exposed``, ``only_outcome``, ``neither``, and the
        ``odds_ratio`` with ``low`` and ``high`` (with half a paper added to every cell).
    empty : int
        Strata that say nothing, for one of the facts does not vary in them; they are left out.
    """

    odds_ratio: Estimate
    regression: Estimate
    homogeneity: float | None
    strata: pd.DataFrame
    empty: int


def association(rows: pd.DataFrame, exposure: str, outcome: str, strata: Sequence[str], label: str) -> Association:
    """Return the odds ratio of an outcome by an exposure, pooled over strata.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row an observation; the columns of exposure and outcome hold true and false.
    exposure, outcome : str
        Columns of the two facts.
    strata : sequence of str
        Columns that make a stratum.
    label : str
        What the odds ratio says.

    Returns
    -------
    Association
        With estimates of value None where no stratum says anything, and where the pooled odds ratio would be zero or
        without bound, as when an outcome never occurs among the exposed.

    Notes
    -----
    Mantel & Haenszel (1959) with the variance of Robins, Breslow & Greenland (1986), and the test of Breslow & Day
    (1980) with Tarone's (1985) correction, by `statsmodels.stats.contingency_tables.StratifiedTable`.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {
    ...         "venue": ["icml"] * 8 + ["iclr"] * 8,
    ...         "llm": [True, True, True, True, False, False, False, False] * 2,
    ...         "company": [True, True, True, False, True, False, False, False] + [True, True, False, False] * 2,
    ...     }
    ... )
    >>> association(rows, "llm", "company", ["venue"], "odds of a company author").odds_ratio.value
    2.6
    """
    tables = stratum_tables(rows, exposure, outcome, strata)
    speaking = tables[_says_something(tables)]
    count = int(speaking[_CELLS].to_numpy().sum())
    if not _bounded(speaking):
        nothing = Estimate(None, n=count, unit="odds ratio", label=label)
        return Association(nothing, nothing, None, _with_odds(speaking), len(tables) - len(speaking))
    pooled = StratifiedTable([cells.reshape(2, 2) for cells in speaking[_CELLS].to_numpy(dtype=float)])
    low, high = pooled.oddsratio_pooled_confint()
    value = _estimate(pooled.oddsratio_pooled, low, high, count, label)
    with np.errstate(invalid="ignore", divide="ignore"):  # strata whose odds are all alike have no test
        homogeneity = _finite(pooled.test_equal_odds(adjust=True).pvalue) if len(speaking) > 1 else None
    return Association(
        odds_ratio=value,
        regression=_logistic(speaking, label, count),
        homogeneity=homogeneity,
        strata=_with_odds(speaking),
        empty=len(tables) - len(speaking),
    )


def odds_by_period(
    rows: pd.DataFrame,
    exposure: str,
    outcome: str,
    periods: Sequence[tuple[int, int]],
    label: str,
    strata: Sequence[str] = ("venue", "year"),
) -> pd.DataFrame:
    """Return the pooled odds ratio of each period, one row a period.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row an observation, with ``year``.
    exposure, outcome : str
        Columns of the two facts.
    periods : sequence of (int, int)
        First and last years, both included.
    label : str
        What the odds ratio says.
    strata : sequence of str
        Columns that make a stratum.

    Returns
    -------
    pandas.DataFrame
        ``period``, ``odds_ratio``, ``low``, ``high``, ``regression`` (the check), ``homogeneity`` (p-value), ``strata``
        (how many), ``n`` (rows in them), ``exposed`` (of these); missing values where a period has no estimate.

    Examples
    --------
    >>> rows = pd.DataFrame({"venue": "icml", "year": 2013, "a": [True, False] * 4, "b": [True] * 3 + [False] * 5})
    >>> odds_by_period(rows, "a", "b", [(2013, 2013)], "odds")[["period", "n", "exposed"]].to_numpy().tolist()
    [['2013', 8, 4]]
    """
    found = []
    for first, last in periods:
        result = association(in_years(rows, first, last), exposure, outcome, strata, label)
        estimate = result.odds_ratio
        found.append(
            {
                "period": span(first, last),
                "odds_ratio": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "regression": result.regression.value,
                "homogeneity": result.homogeneity,
                "strata": len(result.strata),
                "n": estimate.n,
                "exposed": int(result.strata[["both", "only_exposed"]].to_numpy().sum()),
            }
        )
    return pd.DataFrame(found)


def stratum_tables(rows: pd.DataFrame, exposure: str, outcome: str, strata: Sequence[str]) -> pd.DataFrame:
    """Return the two-by-two counts of each stratum, one row a stratum."""
    exposed, positive = rows[exposure].astype(bool), rows[outcome].astype(bool)
    cells = pd.DataFrame(
        {
            "both": exposed & positive,
            "only_exposed": exposed & ~positive,
            "only_outcome": ~exposed & positive,
            "neither": ~exposed & ~positive,
        }
    )
    return cells.groupby([rows[key] for key in strata], observed=True).sum().reset_index()


def _says_something(tables: pd.DataFrame) -> pd.Series:
    """Tell which strata hold both values of both facts."""
    exposed = tables["both"] + tables["only_exposed"]
    bare = tables["only_outcome"] + tables["neither"]
    positive = tables["both"] + tables["only_outcome"]
    negative = tables["only_exposed"] + tables["neither"]
    return (exposed > 0) & (bare > 0) & (positive > 0) & (negative > 0)


def _bounded(tables: pd.DataFrame) -> bool:
    """Tell whether the pooled odds ratio is a number above zero."""
    for_it = (tables["both"] * tables["neither"]).sum()
    against = (tables["only_exposed"] * tables["only_outcome"]).sum()
    return bool(for_it > 0 and against > 0)


def _with_odds(tables: pd.DataFrame) -> pd.DataFrame:
    """Return strata with their own odds ratios: half a count in every cell, and the interval of Woolf (1955)."""
    a, b, c, d = (tables[cell].to_numpy(dtype=float) + 0.5 for cell in _CELLS)
    logs, spread = np.log(a * d / (b * c)), 1.959964 * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return tables.assign(odds_ratio=np.exp(logs), low=np.exp(logs - spread), high=np.exp(logs + spread))


def _logistic(tables: pd.DataFrame, label: str, count: int) -> Estimate:
    """Return the odds ratio from a logistic regression on the counts, with one effect a stratum."""
    successes = np.concatenate([tables["both"], tables["only_outcome"]]).astype(float)
    failures = np.concatenate([tables["only_exposed"], tables["neither"]]).astype(float)
    size = len(tables)
    design = np.column_stack([np.repeat([1.0, 0.0], size), np.tile(np.eye(size), (2, 1))])
    with warnings.catch_warnings():  # one stratum is fitted exactly, which is no fault here
        warnings.simplefilter("ignore")
        fit = GLM(np.column_stack([successes, failures]), design, family=families.Binomial()).fit()
    low, high = fit.conf_int()[0]
    value, low, high = (float(np.exp(bound)) for bound in (fit.params[0], low, high))
    return _estimate(value, low, high, count, f"{label}, logistic regression")


def _estimate(value: float, low: float, high: float, count: int, label: str) -> Estimate:
    """Return an odds ratio as an estimate."""
    return Estimate(_finite(value), _finite(low), _finite(high), n=count, unit="odds ratio", label=label)


def _finite(value: float) -> float | None:
    """Return a number, or None where it is none."""
    return float(value) if np.isfinite(value) else None

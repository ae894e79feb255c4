"""How much one kind of team has of a quantity, against another: ratios of geometric means and of medians."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

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
from compute_divide.analysis.statistics.shares import in_years, span

INDUSTRY, ACADEMIA = "industry-only", "academia-only"


def geometric_mean_ratio(
    rows: pd.DataFrame,
    label: str,
    value: str = COMPUTE,
    *,
    over: str = INDUSTRY,
    under: str = ACADEMIA,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> Estimate:
    """Return the ratio of the geometric means of two team types.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``team_type``, ``link`` and the column `value`; rows without a positive value are left out.
    label : str
        What is compared.
    value : str
        Column of the values, in any unit.
    over, under : str
        Team types of the numerator and the denominator.
    replicates, seed : int
        Of the bootstrap.

    Returns
    -------
    Estimate
        A ratio with `n` the number of models of both team types, and a 95% percentile interval from a bootstrap that
        draws papers within each team type. Without a model on either side there is no value; with fewer than five
        papers on either side no interval.

    Examples
    --------
    >>> rows = pd.DataFrame({"team_type": [INDUSTRY, ACADEMIA], COMPUTE: [1e22, 1e20], "link": None})
    >>> round(geometric_mean_ratio(rows, "compute").value)
    100
    """
    return _ratio(rows, label, value, (over, under), _weighted_means, replicates, seed)


def median_ratio(
    rows: pd.DataFrame,
    label: str,
    value: str = COMPUTE,
    *,
    over: str = INDUSTRY,
    under: str = ACADEMIA,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> Estimate:
    """Return the ratio of the medians of two team types; parameters and result as in `geometric_mean_ratio`.

    Examples
    --------
    >>> rows = pd.DataFrame({"team_type": [INDUSTRY] * 3 + [ACADEMIA], COMPUTE: [1.0, 8.0, 9.0, 2.0], "link": None})
    >>> round(median_ratio(rows, "chips").value, 3)
    4.0
    """
    return _ratio(rows, label, value, (over, under), _weighted_medians, replicates, seed)


def geometric_mean(
    rows: pd.DataFrame,
    label: str,
    value: str = COMPUTE,
    *,
    unit: str = "FLOP",
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> Estimate:
    """Return the geometric mean of the positive values of a column, with a bootstrap interval.

    Examples
    --------
    >>> geometric_mean(pd.DataFrame({COMPUTE: [1e20, 1e22], "link": None}), "compute").value
    1e+21
    """
    centre, draws = _log_centres(rows, value, _weighted_means, replicates, seed)
    n = int((rows[value] > 0).sum())
    if centre is None:
        return Estimate(None, n=n, unit=unit, label=label)
    low, high = (None, None) if draws is None else (10**bound for bound in percentile_interval(draws))
    return Estimate(float(f"{10**centre:.12g}"), low, high, n=n, unit=unit, label=label)


def median(
    rows: pd.DataFrame, label: str, value: str, *, unit: str, replicates: int = REPLICATES, seed: int = SEED
) -> Estimate:
    """Return the median of the positive values of a column, with a bootstrap interval that draws papers.

    Examples
    --------
    >>> median(pd.DataFrame({"chips": [1, 8, 64], "link": None}), "chips", "chips", unit="chips").value
    8.0
    """
    known = rows[rows[value] > 0]
    if known.empty:
        return Estimate(None, n=0, unit=unit, label=label)
    values = known[value].to_numpy(dtype=float)
    centre = float(np.median(values))
    groups = clusters(known)
    if groups.max() + 1 < MIN_CLUSTERS:
        return Estimate(centre, n=len(known), unit=unit, label=label)
    draws = _weighted_medians(values, draw_weights(groups, replicates=replicates, seed=seed))
    low, high = percentile_interval(draws)
    return Estimate(centre, low, high, n=len(known), unit=unit, label=label)


def ratios_by_period(
    rows: pd.DataFrame,
    periods: Sequence[tuple[int, int]],
    what: str,
    value: str = COMPUTE,
    *,
    over: str = INDUSTRY,
    under: str = ACADEMIA,
    seed: int = SEED,
) -> pd.DataFrame:
    """Return the ratio of geometric means in each period.

    Returns
    -------
    pandas.DataFrame
        ``period``, ``first``, ``last``, ``ratio``, ``low``, ``high``, ``n_over``, ``n_under``; bounds and ratio are
        missing where they do not exist.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": 2012, "team_type": [INDUSTRY, ACADEMIA], COMPUTE: [1e22, 1e20], "link": None})
    >>> ratios_by_period(rows, [(2012, 2017)], "compute")[["period", "n_over", "n_under"]].values.tolist()
    [['2012 to 2017', 1, 1]]
    """
    table = []
    for first, last in periods:
        part = in_years(rows, first, last)
        ratio = geometric_mean_ratio(part, f"{what}, {span(first, last)}", value, over=over, under=under, seed=seed)
        counts = part[part[value] > 0]["team_type"].value_counts()
        table.append(
            {
                "period": span(first, last),
                "first": first,
                "last": last,
                "ratio": ratio.value,
                "low": ratio.low,
                "high": ratio.high,
                "n_over": int(counts.get(over, 0)),
                "n_under": int(counts.get(under, 0)),
            }
        )
    return pd.DataFrame(table)


Centres = Callable[[Floats, Floats], Floats]


def _ratio(
    rows: pd.DataFrame, label: str, value: str, teams: tuple[str, str], centres: Centres, replicates: int, seed: int
) -> Estimate:
    """Return the ratio of two centres; each side is resampled by itself."""
    sides = [rows[rows["team_type"] == team] for team in teams]
    n = sum(int((side[value] > 0).sum()) for side in sides)
    # Two seeds, so that the draws of the sides are independent.
    found = [_log_centres(side, value, centres, replicates, seed + place) for place, side in enumerate(sides)]
    (over, over_draws), (under, under_draws) = found
    if over is None or under is None:
        return Estimate(None, n=n, unit="ratio", label=label)
    if over_draws is None or under_draws is None:
        return Estimate(10 ** (over - under), n=n, unit="ratio", label=label)
    low, high = percentile_interval(over_draws - under_draws)
    return Estimate(10 ** (over - under), 10**low, 10**high, n=n, unit="ratio", label=label)


def _log_centres(
    rows: pd.DataFrame, value: str, centres: Centres, replicates: int, seed: int
) -> tuple[float | None, Floats | None]:
    """Return the centre of the logarithms of the positive values; with enough papers, its bootstrap draws too."""
    known = rows[rows[value] > 0]
    if known.empty:
        return None, None
    logs = np.log10(known[value].to_numpy(dtype=float))
    centre = float(centres(logs, np.ones((1, len(logs))))[0])
    groups = clusters(known)
    if groups.max() + 1 < MIN_CLUSTERS:
        return centre, None
    return centre, centres(logs, draw_weights(groups, replicates=replicates, seed=seed))


def _weighted_means(values: Floats, weights: Floats) -> Floats:
    """Return the mean of the values under each row of weights."""
    return np.asarray(weights @ values / weights.sum(axis=1))


def _weighted_medians(values: Floats, weights: Floats) -> Floats:
    """Return the median of the values under each row of whole weights, as if each value stood there that often."""
    order = np.argsort(values, kind="stable")
    sorted_values, cumulative = values[order], np.cumsum(weights[:, order], axis=1)
    total = cumulative[:, -1:]
    # The middle one, or the mean of the middle two.
    lower = (cumulative < np.floor((total + 1) / 2)).sum(axis=1)
    upper = (cumulative < np.floor(total / 2 + 1)).sum(axis=1)
    return np.asarray((sorted_values[lower] + sorted_values[upper]) / 2)

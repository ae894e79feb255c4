"""Means, medians and their ratios, with bootstrap intervals that draw papers.

Models of one paper are not independent. A draw is a weight for each model, which turns most
statistics into products of matrices.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from compute_divide.estimates.statistics.numbers import Floats
from holdtrue.estimates import Estimate

REPLICATES = 2000
SEED = 20240104
"""The seed: the date of the paper's first version; any fixed number would do."""
MIN_CLUSTERS = 5
"""The fewest independent papers for an interval: with fewer, resampling means nothing."""


def clusters(rows: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Return the number of the paper of each row.

    Rows with the same link share a number; each row without a link has its own.
    """
    keys: list[object] = []
    for place, link in enumerate(rows["link"].tolist()):
        if isinstance(link, str):
            address = link.strip().rstrip("/")
            keys.append(address.casefold())
        else:
            keys.append(place)
    numbers, _ = pd.factorize(np.array(keys, dtype=object))
    return numbers


def draw_weights(groups: npt.NDArray[np.intp], *, seed: int = SEED) -> Floats:
    """Return how often each row occurs in each bootstrap sample of its clusters.

    There is one row per sample; the same seed gives the same samples.
    """
    if len(groups) == 0:
        return np.zeros((REPLICATES, 0))
    draws = _draws(int(groups.max()) + 1, seed)
    return draws[:, groups].astype(float)


@lru_cache(maxsize=128)
def _draws(count: int, seed: int) -> npt.NDArray[np.int16]:
    """Return how often each of a number of papers occurs in each sample.

    A bootstrap spends most of its time on drawing, and many have the same number of papers.
    """
    generator = np.random.default_rng(seed)
    chances = np.full(count, 1 / count)
    draws = generator.multinomial(count, chances, size=REPLICATES)
    return draws.astype(np.int16)


def percentile_interval(values: Floats) -> tuple[float, float]:
    """Return the 95% percentile interval of bootstrap values.

    NaN, from samples without rows, is left out.
    """
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def median(rows: pd.DataFrame, label: str, value: str, *, unit: str) -> Estimate:
    """Return the median of the positive values of a column.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with the columns ``link`` (of the paper) and the values.
    label : str
        What is estimated, in a few self-contained words.
    value : str
        The column of the values.
    unit : str
        The unit of the values, see `Estimate`.

    Returns
    -------
    Estimate
        The median, with the number of positive values; without an interval if there are fewer than
        five papers.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The 95% percentile interval is that of a cluster bootstrap (Davison and Hinkley 1997, section
    3.8), which draws papers.

    Examples
    --------
    >>> rows = pd.DataFrame({"chips": [1, 4, 64, None], "link": None})
    >>> middle = median(rows, "number of chips", "chips", unit="chips")
    >>> middle.value, middle.low, middle.n
    (4.0, None, 3)
    """
    known = rows[rows[value] > 0]
    n = len(known)
    if n == 0:
        return Estimate(None, n=0, unit=unit, label=label)
    values = known[value].to_numpy(dtype=float)
    middle = float(np.median(values))
    papers = clusters(known)
    if papers.max() + 1 < MIN_CLUSTERS:
        return Estimate(middle, n=n, unit=unit, label=label)
    draws = _weighted_medians(values, draw_weights(papers))
    low, high = percentile_interval(draws)
    return Estimate(middle, low, high, n=n, unit=unit, label=label, range="sampling")


def _weighted_medians(values: Floats, weights: Floats) -> Floats:
    """Return the median of the values under each row of whole weights.

    Each value counts as often as its weight says.
    """
    order = np.argsort(values, kind="stable")
    sorted_values = values[order]
    cumulative = np.cumsum(weights[:, order], axis=1)
    total = cumulative[:, -1:]
    # The middle one, or the mean of the middle two.
    first_half = np.floor((total + 1) / 2)
    second_half = np.floor(total / 2 + 1)
    lower = (cumulative < first_half).sum(axis=1)
    upper = (cumulative < second_half).sum(axis=1)
    middle = (sorted_values[lower] + sorted_values[upper]) / 2
    return np.asarray(middle)

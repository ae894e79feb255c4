"""Bootstrap intervals that respect papers: what was published together is drawn together.

Several models of one paper are not independent, so the unit that is drawn is the paper (the link), not the model. A
draw is held as a weight for each model, which turns most statistics into products of matrices.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

REPLICATES = 2000
SEED = 20240104
"""The date of the paper's first version; any fixed number would do."""
MIN_CLUSTERS = 5
"""With fewer independent papers an interval by resampling means nothing, and none is given."""


def clusters(rows: pd.DataFrame, link: str = "link") -> npt.NDArray[np.intp]:
    """Return the number of the paper of each row: rows that share a link share it; a row without a link stands alone.

    Examples
    --------
    >>> clusters(pd.DataFrame({"link": ["http://a/", "http://A", None, None]})).tolist()
    [0, 0, 1, 2]
    """
    keys = rows[link].astype("str").str.strip().str.rstrip("/").str.casefold().to_numpy(dtype=object)
    alone = np.flatnonzero(rows[link].isna())
    keys[alone] = [f"row {place}" for place in alone]
    return pd.factorize(keys)[0]


def draw_weights(groups: npt.NDArray[np.intp], *, replicates: int = REPLICATES, seed: int = SEED) -> Floats:
    """Return how often each row occurs in each bootstrap sample of its clusters.

    Parameters
    ----------
    groups : array of int
        Number of the cluster of each row, from 0.
    replicates : int
        How many samples.
    seed : int
        Of the generator; the same seed gives the same samples.

    Returns
    -------
    array of float, shape (replicates, rows)
        Whole numbers.

    Examples
    --------
    >>> weights = draw_weights(np.array([0, 0, 1]), replicates=3)
    >>> weights.shape, bool((weights[:, 0] == weights[:, 1]).all())
    ((3, 3), True)
    """
    if len(groups) == 0:
        return np.zeros((replicates, 0))
    count = int(groups.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=replicates)
    return drawn[:, groups].astype(float)


def percentile_interval(values: Floats, level: float = 0.95) -> tuple[float, float]:
    """Return the percentile interval of bootstrap values; those of a sample of nothing (NaN) are left out.

    Examples
    --------
    >>> low, high = percentile_interval(np.arange(1001.0))
    >>> round(low), round(high)
    (25, 975)
    """
    tail = 100 * (1 - level) / 2
    low, high = np.nanpercentile(values, [tail, 100 - tail])
    return float(low), float(high)

"""Whose companies share: models by the countries of their makers, year by year."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.models.openness import OPEN
from compute_divide.analysis.statistics.estimates import wilson_interval


def made_in(models: pd.DataFrame, *countries: str, alone: bool = False) -> pd.Series[bool]:
    """Tell which models have a maker in some countries.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with a column ``countries``, those of the makers with bars between them.
    *countries : str
        Names of countries, written as the models database writes them.
    alone : bool
        Whether no maker may be in another country.

    Returns
    -------
    pandas.Series
        A mask on the index of the models; false where no country is known.

    Raises
    ------
    KeyError
        If there is no such column.

    Examples
    --------
    >>> models = pd.DataFrame({"countries": ["China|China", "China|France", "France", None]})
    >>> made_in(models, "China").tolist(), made_in(models, "China", alone=True).tolist()
    ([True, True, False, False], [True, False, False, False])
    """
    wanted = set(countries)
    listed = models["countries"].fillna("").str.split("|").map(set)
    if alone:
        is_there = listed.map(wanted.issuperset)
    else:
        is_there = listed.map(lambda names: not wanted.isdisjoint(names))
    return is_there.astype(bool)


def open_bounds(models: pd.DataFrame, label: str) -> Estimate:
    """Return the share of models with open weights, with bounds that unknown access leaves.

    Parameters
    ----------
    models : pandas.DataFrame
        Models of `with_access`.
    label : str
        What is estimated, in a few words that stand alone.

    Returns
    -------
    Estimate
        The share among models of known access, whose number is `n`. It would be as low as its
        interval says if no model of unknown access were open, and as high if all were. Without a
        value where no access is known, and without bounds where there are no models.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    Bounds in the manner of Manski (1989); chance is not in them.

    Examples
    --------
    >>> models = pd.DataFrame({"weights": ["open", "served", "served", None]})
    >>> share = open_bounds(models, "models with open weights")
    >>> round(share.value, 2), share.low, share.high, share.n
    (0.33, 0.25, 0.5, 3)
    """
    total = len(models)
    if total == 0:
        return Estimate(None, k=0, n=0, unit="share", label=label)
    known = int(models["weights"].notna().sum())
    k = int(models["weights"].eq(OPEN).sum())
    share = k / known if known else None
    highest = (k + total - known) / total
    return Estimate(share, k / total, highest, k, known, "share", label)


def opened_by_year(groups: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many models of each group and year have open weights.

    Parameters
    ----------
    groups : mapping of str to pandas.DataFrame
        Models of `with_access`, by what their makers are called.

    Returns
    -------
    pandas.DataFrame
        A row a ``group`` and ``year`` with a model of known access: ``k`` open ones of ``n`` whose
        access is known, their ``share`` with its 95% Wilson interval ``low`` to ``high``, and
        ``unknown``, the number of models whose access is not known.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> models = pd.DataFrame({"year": 2025, "weights": ["open", "served", None]})
    >>> opened_by_year({"American": models})[["year", "k", "n", "share", "unknown"]].values.tolist()
    [[2025.0, 1.0, 2.0, 0.5, 1.0]]
    """
    named = [models.assign(group=name) for name, models in groups.items()]
    every = pd.concat(named).dropna(subset=["year"]).astype({"year": int})
    known = every["weights"].notna()
    flags = every.assign(k=every["weights"].eq(OPEN), n=known, unknown=~known)
    sums = flags.groupby(["group", "year"], sort=False)[["k", "n", "unknown"]].sum()
    counted = sums[sums["n"] > 0].reset_index()
    share, low, high = wilson_interval(counted["k"], counted["n"])
    shares = counted.assign(share=share, low=low, high=high)
    order = shares["group"].map(list(groups).index)
    in_order = shares.assign(place=order).sort_values(["place", "year"], ignore_index=True)
    return in_order.drop(columns="place")

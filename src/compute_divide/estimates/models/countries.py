"""Models by the countries of their makers, and which of them are shared, year by year."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from compute_divide.estimates.models.openness import OPEN
from compute_divide.estimates.statistics.shares import with_shares


def made_in(models: pd.DataFrame, *countries: str, alone: bool = False) -> pd.Series[bool]:
    """Return which models have a maker in some countries.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``countries``, the countries of their makers with a bar between them.
    *countries : str
        The countries, by the names that the database gives them.
    alone : bool
        Whether all its makers must be there. A model without a known country is not in any.

    Returns
    -------
    pandas.Series of bool
        Whether a model has such a maker, on the index of the models.

    Raises
    ------
    KeyError
        If the column is missing.

    Examples
    --------
    >>> models = pd.DataFrame({"countries": ["China", "China|France", "France", None]})
    >>> made_in(models, "China").tolist(), made_in(models, "China", alone=True).tolist()
    ([True, True, False, False], [True, False, False, False])
    """
    listed = models["countries"].fillna("").str.split("|")
    theirs = set(countries)
    if alone:
        return listed.map(theirs.issuperset).astype(bool)
    return ~listed.map(theirs.isdisjoint).astype(bool)


def opened_by_year(groups: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many models of each group and year have open weights.

    Parameters
    ----------
    groups : mapping of str to pandas.DataFrame
        Models of `with_access`, by the name of the group.

    Returns
    -------
    pandas.DataFrame
        One row per ``group`` and ``year`` with a model of known access: ``k`` open ones of ``n``
        whose access is known, their ``share`` with its 95% Wilson interval ``low`` to ``high``, and
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
    shares = with_shares(counted)
    order = shares["group"].map(list(groups).index)
    in_order = shares.assign(place=order).sort_values(["place", "year"], ignore_index=True)
    return in_order.drop(columns="place")

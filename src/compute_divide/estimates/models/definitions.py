"""What counts as a large-scale model: named rules.

The paper does not define it in any text that we could read.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from compute_divide.choices.models import DEFINITIONS
from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.trends import near_record

_PAPER_CRITERIA = r"(?:^|\|)(?:sota improvement|historical significance|highly cited)(?:\||$)"
"""The criteria that the paper keeps: those that do not by themselves favour industry."""


def names_paper_criterion(models: pd.DataFrame) -> pd.Series[bool]:
    """Return which models the database lists by a criterion that the paper keeps.

    These are a state-of-the-art advance, historical significance and high citation.
    """
    criteria = models["notability"].astype("str")
    names_one = criteria.str.contains(_PAPER_CRITERIA, case=False, na=False)
    return names_one.astype(bool)


def editors_choice(models: pd.DataFrame) -> pd.Series[bool]:
    """Return which models are listed only for their cost or at the discretion of the editors.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``notability``: the criteria that a model meets, joined by ``|``.

    Returns
    -------
    pandas.Series
        True if every criterion is ``training cost`` or ``discretionary``; false if none is given.
        These two criteria came late, so that a series without such models compares like with like.

    Raises
    ------
    KeyError
        If there is no such column.

    Examples
    --------
    >>> models = pd.DataFrame({"notability": ["discretionary", "highly cited|training cost", None]})
    >>> editors_choice(models).tolist()
    [True, False, False]
    """
    criteria = models["notability"].astype("str")
    is_choice = criteria.str.fullmatch(r"(?:(?:training cost|discretionary)\|?)+")
    return is_choice.fillna(False).astype(bool)


def size_known(models: pd.DataFrame) -> pd.Series[bool]:
    """Return the models whose training compute or number of parameters is known, as a mask."""
    return models[COMPUTE].notna() | models["parameters"].notna()


def largest_of_year(models: pd.DataFrame, top_k: int) -> pd.Series[bool]:
    """Return which models are among the largest of their year by training compute.

    The first in the table wins a tie; false if year or training compute is not known.
    """
    compute = models.groupby("year")[COMPUTE]
    rank = compute.rank(method="first", ascending=False)
    is_large = (rank <= top_k).fillna(False)
    return is_large.astype(bool)


def _every(models: pd.DataFrame) -> pd.Series[bool]:
    return pd.Series(True, index=models.index)


def _compute_known(models: pd.DataFrame) -> pd.Series[bool]:
    return models[COMPUTE].notna()


def _criterion_and_compute_known(models: pd.DataFrame) -> pd.Series[bool]:
    return names_paper_criterion(models) & _compute_known(models)


RULES: dict[str, Callable[[pd.DataFrame], pd.Series[bool]]] = {
    "all": _every,
    "notability-filter": names_paper_criterion,
    "compute-known": _compute_known,
    "notability-filter-compute-known": _criterion_and_compute_known,
    "compute-or-parameters-known": size_known,
}
"""The rule of each of `DEFINITIONS` that needs no size: from all models to a mask."""


def is_large_scale(
    models: pd.DataFrame, definition: str, *, top_k: int = 10, record_window: float = 2.0
) -> pd.Series[bool]:
    """Return which models are large-scale under a definition."""
    if definition not in DEFINITIONS:
        allowed = ", ".join(DEFINITIONS)
        raise ValueError(f"{definition!r} is not a definition of large-scale; allowed: {allowed}")
    if definition == "top-k-per-year":
        return largest_of_year(models, top_k)
    if definition == "near-record":
        return near_record(models, record_window)
    return RULES[definition](models)


def large_scale(
    models: pd.DataFrame, definition: str, *, top_k: int = 10, record_window: float = 2.0
) -> pd.DataFrame:
    """Return the models that are large-scale under a definition.

    Parameters
    ----------
    models : pandas.DataFrame
        Models of one vintage, from `cd.data.models`.
    definition : str
        One of `DEFINITIONS`.
    top_k : int
        How many models of each year count, under ``"top-k-per-year"``.
    record_window : float
        How far below the largest model up to its date a model may lie, in orders of magnitude,
        under ``"near-record"``.

    Returns
    -------
    pandas.DataFrame
        These models.

    Raises
    ------
    ValueError
        If the definition is unknown.

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020, 2020], "training_compute_flop": [1e23, 1e24]})
    >>> len(large_scale(models, "top-k-per-year", top_k=1))
    1
    """
    is_large = is_large_scale(models, definition, top_k=top_k, record_window=record_window)
    return models[is_large]

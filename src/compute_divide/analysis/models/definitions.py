"""What counts as a large-scale model: named rules.

The paper does not define "large-scale" in anything that we could read. Each rule here is one sensible reading; a
chapter takes one of them as a parameter, and the robustness chapter holds all of them side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from compute_divide.analysis.models.meanings import MEANINGS
from compute_divide.analysis.statistics.records import COMPUTE, near_record

PAPER_CRITERIA = ("sota improvement", "historical significance", "highly cited")
"""Notability criteria that the paper keeps: those that do not favour industry by themselves."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers that some rules need.

    Parameters
    ----------
    top_k : int
        How many models of each year, for ``top-k-per-year``.
    record_window : float
        Orders of magnitude below the record, for ``near-record``.
    """

    top_k: int = 10
    record_window: float = 2.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A definition of large-scale: what it means, and which models satisfy it.

    Parameters
    ----------
    meaning : str
        One phrase, for readers.
    select : callable
        Takes all models of a vintage and the sizes; returns a mask on their index.
    """

    meaning: str
    select: Callable[[pd.DataFrame, Sizes], pd.Series[bool]]


def names_paper_criterion(models: pd.DataFrame) -> pd.Series[bool]:
    """Tell which models the database lists for a state-of-the-art advance, historical significance or high citation.

    Examples
    --------
    >>> models = pd.DataFrame({"notability": ["training cost|highly cited", "training cost", None]})
    >>> names_paper_criterion(models).tolist()
    [True, False, False]
    """
    criteria = models["notability"].fillna("").str.lower().str.split("|")
    return criteria.map(lambda named: any(criterion in PAPER_CRITERIA for criterion in named)).astype(bool)


def compute_known(models: pd.DataFrame) -> pd.Series[bool]:
    """Tell for which models the training compute is known."""
    return models[COMPUTE].notna()


def size_known(models: pd.DataFrame) -> pd.Series[bool]:
    """Tell for which models the training compute or the number of parameters is known."""
    return compute_known(models) | models["parameters"].notna()


def largest_of_year(models: pd.DataFrame, top_k: int) -> pd.Series[bool]:
    """Tell which models are among the k largest by training compute of their calendar year.

    A year with fewer known values gives all it has; of equal values the first in the table comes first.

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2010, 2010, 2011], COMPUTE: [1e15, 1e16, None]})
    >>> largest_of_year(models, 1).tolist()
    [False, True, False]
    """
    rank = models.groupby("year")[COMPUTE].rank(method="first", ascending=False)
    return (rank <= top_k).fillna(False).astype(bool)


DEFINITIONS: dict[str, Rule] = {
    "all": Rule(
        MEANINGS["all"],
        lambda models, _: pd.Series(True, index=models.index),
    ),
    "notability-filter": Rule(
        MEANINGS["notability-filter"],
        lambda models, _: names_paper_criterion(models),
    ),
    "compute-known": Rule(
        MEANINGS["compute-known"],
        lambda models, _: compute_known(models),
    ),
    "notability-filter-compute-known": Rule(
        MEANINGS["notability-filter-compute-known"],
        lambda models, _: names_paper_criterion(models) & compute_known(models),
    ),
    "compute-or-parameters-known": Rule(
        MEANINGS["compute-or-parameters-known"],
        lambda models, _: size_known(models),
    ),
    "top-k-per-year": Rule(
        MEANINGS["top-k-per-year"],
        lambda models, sizes: largest_of_year(models, sizes.top_k),
    ),
    "near-record": Rule(
        MEANINGS["near-record"],
        lambda models, sizes: near_record(models, sizes.record_window),
    ),
}
"""The closed set of definitions of large-scale, by name."""


def is_large_scale(
    models: pd.DataFrame, definition: str, *, top_k: int = 10, record_window: float = 2.0
) -> pd.Series[bool]:
    """Tell which models are large-scale under a definition.

    Parameters
    ----------
    models : pandas.DataFrame
        All models of a vintage, before any filter: some rules compare a model with all others.
    definition : str
        A key of `DEFINITIONS`.
    top_k : int, default 10
        How many models of each year, for ``top-k-per-year``.
    record_window : float, default 2
        Orders of magnitude below the record, for ``near-record``.

    Raises
    ------
    ValueError
        If there is no such definition, or a size is out of range; the message says what is allowed.
    """
    rule = DEFINITIONS.get(definition)
    if rule is None:
        raise ValueError(f"{definition!r} is not a definition of large-scale; allowed: {', '.join(DEFINITIONS)}")
    if top_k < 1:
        raise ValueError(f"top_k must be at least 1, not {top_k}")
    if record_window < 0:
        raise ValueError(f"record_window must be at least 0 orders of magnitude, not {record_window}")
    return rule.select(models, Sizes(top_k, record_window))


def large_scale(models: pd.DataFrame, definition: str, *, top_k: int = 10, record_window: float = 2.0) -> pd.DataFrame:
    """Return the models that are large-scale under a definition; the parameters are those of `is_large_scale`.

    Examples
    --------
    >>> models = pd.DataFrame({"model": ["a", "b"], COMPUTE: [1e20, None]})
    >>> large_scale(models, "compute-known")["model"].tolist()
    ['a']
    """
    return models[is_large_scale(models, definition, top_k=top_k, record_window=record_window)]

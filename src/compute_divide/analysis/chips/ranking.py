"""Where a training run of a given compute would rank among the models of each year, and what these would cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from compute_divide.analysis.chips.budget import check_finite, run_cost
from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.shares import TEAM_TYPES, wilson_share

ALL_TEAMS = "all"
"""Group that holds the models of every team type, unknown ones included."""


def reach(models: pd.DataFrame, flop: float, groups: Sequence[str] = (ALL_TEAMS, *TEAM_TYPES)) -> pd.DataFrame:
    """Return, for each year and team type, how many models a run of the given compute would match or exceed.

    Parameters
    ----------
    models : pandas.DataFrame
        With ``year``, ``team_type`` and ``training_compute_flop``. Models without compute or year do not rank.
    flop : float
        Training compute of the run, FLOP.
    groups : sequence of str
        Team types, and `ALL_TEAMS` for all models of a year.

    Returns
    -------
    pandas.DataFrame
        One row a year and group: ``year``, ``group``, ``n`` (models with known compute), ``within`` (those that needed
        no more than the run), ``rank`` (where the run would stand, 1 for the largest of all), ``share`` within reach
        with its Wilson interval ``low``, ``high``, and ``unknown`` (models of that year and group whose compute is not
        known).

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020, 2020], "team_type": ["industry-only", "academia-only"],
    ...                        "training_compute_flop": [1e23, 1e20]})
    >>> reach(models, 1e22, ["all"])[["n", "within", "rank", "share"]].values.tolist()
    [[2.0, 1.0, 2.0, 0.5]]
    """
    check_finite(flop=flop)
    rows = []
    for group in groups:
        members = models if group == ALL_TEAMS else models[models["team_type"] == group]
        rows += [_rank_row(group, year, own, flop) for year, own in _by_year(members)]
    columns = ["year", "group", "n", "within", "rank", "share", "low", "high", "unknown"]
    return pd.DataFrame(rows, columns=columns)


def _rank_row(group: str, year: int, own: pd.DataFrame, flop: float) -> dict[str, object]:
    """Return one row of `reach`."""
    compute = own["training_compute_flop"].dropna()
    within = int((compute <= flop).sum())
    share = wilson_share(within, len(compute), f"{group}, {year}")
    return {
        "year": year,
        "group": group,
        "n": len(compute),
        "within": within,
        "rank": len(compute) - within + 1,
        "share": share.value,
        "low": share.low,
        "high": share.high,
        "unknown": len(own) - len(compute),
    }


def _by_year(models: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    """Return the models of each year, oldest first; models without a year are left out."""
    years = models["year"].dropna().astype(int)
    return [(year, models[models["year"].eq(year).fillna(False)]) for year in sorted(set(years.tolist()))]


def reach_share(models: pd.DataFrame, flop: float, first: int, last: int, label: str) -> Estimate:
    """Return the share of the models of the years first to last that a run of the given compute could have trained.

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020, 2021], "training_compute_flop": [1e23, 1e20]})
    >>> reach_share(models, 1e22, 2020, 2021, "within reach").value
    0.5
    """
    compute = models.loc[models["year"].between(first, last).fillna(False), "training_compute_flop"].dropna()
    return wilson_share(int((compute <= flop).sum()), len(compute), label)


def rank_in(ranks: pd.DataFrame, year: int, label: str) -> Estimate:
    """Return where the run would stand among all models of a year; no value where none has a known compute.

    Parameters
    ----------
    ranks : pandas.DataFrame
        From `reach`.
    year : int
        The year.
    label : str
        What is estimated.

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020], "team_type": ["other"], "training_compute_flop": [1e23]})
    >>> ranks = reach(models, 1e22)
    >>> rank_in(ranks, 2020, "rank").value, rank_in(ranks, 2021, "rank").n
    (2, 0)
    """
    known = _of_all(ranks, year, "n")
    rank = _of_all(ranks, year, "rank") if known else None
    return Estimate(rank, n=known, unit="count", label=label)


def unknown_share(ranks: pd.DataFrame, year: int, label: str) -> Estimate:
    """Return the share of all models of a year whose compute is not known.

    Parameters
    ----------
    ranks, year, label
        As in `rank_in`.

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020, 2020], "team_type": "other", "training_compute_flop": [1e23, None]})
    >>> unknown_share(reach(models, 1e22), 2020, "unknown").value
    0.5
    """
    unknown = _of_all(ranks, year, "unknown")
    return wilson_share(unknown, unknown + _of_all(ranks, year, "n"), label)


def _of_all(ranks: pd.DataFrame, year: int, column: str) -> int:
    """Return what `reach` counted over all models of a year; 0 for a year without models."""
    return int(ranks.loc[(ranks["group"] == ALL_TEAMS) & (ranks["year"] == year), column].sum())


def last_year_in_reach(ranks: pd.DataFrame, group: str = ALL_TEAMS, rank: int = 1) -> int | None:
    """Return the last year in which the run would have ranked at least as high as `rank`; None where it never did.

    Parameters
    ----------
    ranks : pandas.DataFrame
        From `reach`.
    group : str
        Team type or `ALL_TEAMS`.
    rank : int, default 1
        1 asks for the last year in which the run would have been the largest.
    """
    years = ranks.loc[(ranks["group"] == group) & (ranks["n"] > 0) & (ranks["rank"] <= rank), "year"]
    return None if years.empty else int(years.max())


def cost_by_year(
    models: pd.DataFrame, price: float, peak: float, utilisation: float, quantiles: Sequence[float] = (0.5, 0.9, 1.0)
) -> pd.DataFrame:
    """Return what it would cost, at one price, to repeat the compute of the models of each year.

    Parameters
    ----------
    models : pandas.DataFrame
        With ``year`` and ``training_compute_flop``.
    price, peak, utilisation : float
        As in `run_cost`.
    quantiles : sequence of float
        Which models of a year: 0.5 is the median one, 1 the largest.

    Returns
    -------
    pandas.DataFrame
        One row a year and quantile: ``year``, ``quantile``, ``flop``, ``usd``, ``n``. Quantiles are taken on the
        logarithm of compute.
    """
    rows = []
    for year, own in _by_year(models[models["training_compute_flop"] > 0]):
        logs = np.log10(own["training_compute_flop"].to_numpy(float))
        for quantile in quantiles:
            flop = float(10 ** np.quantile(logs, quantile))
            usd = run_cost(flop, price, peak, utilisation)
            rows.append({"year": year, "quantile": quantile, "flop": flop, "usd": usd, "n": len(own)})
    return pd.DataFrame(rows, columns=["year", "quantile", "flop", "usd", "n"])

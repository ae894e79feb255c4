"""What the models database holds and what it lacks: counts by vintage, and how often a field is known."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.shares import wilson_share


def vintage_summary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row a vintage: how many models it holds, and for how many the key fields are known.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Models tables by vintage.

    Returns
    -------
    pandas.DataFrame
        Columns ``vintage``, ``models``, ``notable``, ``newest`` (date of the newest model), and the counts
        ``team_known``, ``compute_known``, ``parameters_known``, ``hardware_known``; vintages in ascending order.
    """
    rows = []
    for vintage in sorted(tables):
        models = tables[vintage]
        rows.append(
            {
                "vintage": vintage,
                "models": len(models),
                "notable": int((models["scope"] == "notable").sum()),
                "newest": models["published"].max(),
                "team_known": int((models["team_type"] != "unknown").sum()),
                "compute_known": int(models["training_compute_flop"].notna().sum()),
                "parameters_known": int(models["parameters"].notna().sum()),
                "hardware_known": int(models["training_hardware"].notna().sum()),
            }
        )
    return pd.DataFrame(rows)


def share_known(models: pd.DataFrame, column: str, label: str) -> Estimate:
    """Return the share of models for which a column is known, with its Wilson interval.

    Examples
    --------
    >>> table = pd.DataFrame({"training_compute_flop": [1e20, None]})
    >>> share_known(table, "training_compute_flop", "compute known").value
    0.5
    """
    return wilson_share(int(models[column].notna().sum()), len(models), label)


def known_by_year(models: pd.DataFrame, column: str, *, first: int, last: int) -> pd.DataFrame:
    """Return the share of each year's models for which a column is known.

    Parameters
    ----------
    models : pandas.DataFrame
        A models table.
    column : str
        The field in question.
    first, last : int
        Years, both included.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``value``, ``low``, ``high``, ``k``, ``n``; years without a model are left out.
    """
    within = models[models["year"].between(first, last)]
    rows = []
    for year in sorted({int(year) for year in within["year"]}):
        estimate = share_known(within[within["year"] == year], column, "")
        rows.append(
            {
                "year": year,
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "k": estimate.k,
                "n": estimate.n,
            }
        )
    return pd.DataFrame(rows, columns=["year", "value", "low", "high", "k", "n"])


def known_by_team(models: pd.DataFrame, column: str) -> dict[str, Estimate]:
    """Return the share of models for which a column is known, by team type.

    Missing values that differ by team type bias every comparison of those that are known.
    """
    return {
        str(team): share_known(group, column, f"{column} known, {team}") for team, group in models.groupby("team_type")
    }

"""Our estimates of what related work reports, as near to its measure as our evidence comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from compute_divide.analysis.models.definitions import large_scale
from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.shares import known_teams, team_share, wilson_share
from compute_divide.analysis.statistics.trends import growth


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Our estimate beside a figure of related work.

    Parameters
    ----------
    related : str
        Id of the figure in ``data/related.yml``.
    estimate : Estimate
        Ours.
    measure : str
        What ours measures, where it is not the same.
    """

    related: str
    estimate: Estimate
    measure: str


def notable_of_year(models: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the notable models of a calendar year whose team type is known."""
    return known_teams(models[(models["scope"] == "notable") & (models["year"] == year)])


def count_of(models: pd.DataFrame, year: int, team: str) -> Estimate:
    """Return how many notable models of a year one team type made, of how many; none where there is no model."""
    rows = notable_of_year(models, year)
    count = int((rows["team_type"] == team).sum()) if len(rows) else None
    return Estimate(count, n=len(rows), unit="count", label=f"{team} notable models, {year}")


def with_industry(models: pd.DataFrame, year: int, top_k: int) -> Estimate:
    """Return the share of a year's largest models in which industry had a part, alone or with others."""
    rows = known_teams(large_scale(models, "top-k-per-year", top_k=top_k))
    rows = rows[rows["year"] == year]
    part = rows["team_type"].isin(["industry-only", "collaboration"])
    return wilson_share(int(part.sum()), len(rows), f"{top_k} largest models with industry, {year}")


def models_counterparts(models: pd.DataFrame, *, top_k: int = 10) -> list[Counterpart]:
    """Return our counterparts of related figures that the models database can give.

    Parameters
    ----------
    models : pandas.DataFrame
        All models of a vintage.
    top_k : int, default 10
        How many models of each year stand for "the biggest".
    """
    largest = "the largest" if top_k == 1 else f"{top_k} largest"
    found = [
        Counterpart(
            f"ahmed-biggest-{year}", with_industry(models, year, top_k), f"{largest} of the year, with industry"
        )
        for year in (2010, 2021)
    ]
    counts: Mapping[str, tuple[int, str]] = {
        "ai-index-2022-industry": (2022, "industry-only"),
        "ai-index-2022-academia": (2022, "academia-only"),
        "ai-index-2023-industry": (2023, "industry-only"),
        "ai-index-2023-academia": (2023, "academia-only"),
        "ai-index-2023-collaboration": (2023, "collaboration"),
        "ai-index-2024-academia": (2024, "academia-only"),
    }
    found += [Counterpart(name, count_of(models, *what), "notable models") for name, what in counts.items()]
    for year in (2024, 2025):
        share = team_share(notable_of_year(models, year), "industry-only", f"industry-only notable models, {year}")
        found.append(Counterpart(f"ai-index-{year}-industry", share, "notable models, industry alone"))
    return found + _doublings(models)


def _doublings(models: pd.DataFrame) -> list[Counterpart]:
    """Return our doubling times over the periods of Sevilla et al."""
    year = models["year"]
    large = large_scale(models, "near-record", record_window=1.0)
    periods = {
        "sevilla-doubling-before-2010": (models[year < 2010], "all models with compute, before 2010"),
        "sevilla-doubling-after-2010": (models[year.between(2010, 2021)], "all models with compute, 2010 to 2021"),
        "sevilla-doubling-large-scale": (
            large[large["year"].between(2015, 2021)],
            "within one order of magnitude of the record, 2015 to 2021",
        ),
    }
    return [Counterpart(name, growth(rows, measure).doubling, measure) for name, (rows, measure) in periods.items()]


def index_by_vintage(tables: Mapping[str, pd.DataFrame], years: list[int]) -> pd.DataFrame:
    """Return how a year's notable models are counted in each vintage that is late enough to hold it.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Models tables by vintage.
    years : list of int
        Calendar years.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``vintage``, ``industry``, ``academia``, ``collaboration``, ``n``, ``share`` (industry alone).
    """
    rows = []
    for year in years:
        for vintage in sorted(tables):
            counted = notable_of_year(tables[vintage], year)
            if int(vintage[:4]) < year or counted.empty:
                continue
            teams = counted["team_type"].value_counts()
            industry = int(teams.get("industry-only", 0))
            rows.append(
                {
                    "year": year,
                    "vintage": vintage,
                    "industry": industry,
                    "academia": int(teams.get("academia-only", 0)),
                    "collaboration": int(teams.get("collaboration", 0)),
                    "n": len(counted),
                    "share": industry / len(counted),
                }
            )
    return pd.DataFrame(rows, columns=["year", "vintage", "industry", "academia", "collaboration", "n", "share"])


def industry_reading(counted: pd.DataFrame, label: str) -> Estimate:
    """Return industry's share of a year's notable models as the last of some vintages counts it.

    Parameters
    ----------
    counted : pandas.DataFrame
        Rows of `index_by_vintage`, of one year; without any, there is no value.
    label : str
        What is estimated.

    Examples
    --------
    >>> tables = {"2025-02": pd.DataFrame({"scope": "notable", "year": [2024, 2024], "team_type": "industry-only"})}
    >>> counted = index_by_vintage(tables, [2024])
    >>> industry_reading(counted, "2024").value, industry_reading(counted.head(0), "2024").n
    (1.0, 0)
    """
    newest = counted.tail(1)
    return wilson_share(int(newest["industry"].sum()), int(newest["n"].sum()), label)

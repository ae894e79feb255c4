"""Hold a claim against our estimates: the paper's get a verdict, figures of related work stand beside ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from compute_divide.analysis.models.definitions import large_scale
from compute_divide.analysis.statistics.estimates import Estimate, known_teams, team_share, wilson_share
from compute_divide.analysis.statistics.trends import growth

Verdict = Literal["agrees", "differs", "cannot be tested"]


@dataclass(frozen=True, slots=True)
class Check:
    """One claim, tested."""

    claim: str
    verdict: Verdict
    reason: str
    paper_vintage: Estimate | None = None
    edition_vintage: Estimate | None = None
    agreeing: int = 0
    tried: int = 0


def check_value(
    claim: str,
    value: float,
    primary: Estimate,
    others: Sequence[Estimate],
    *,
    edition: Estimate | None = None,
    measure: str,
) -> Check:
    """Test a claimed value against our estimate of the same thing.

    The claim agrees when its value lies within the interval of the primary estimate: the one that follows what is
    known of the paper's method. The other estimates use other definitions; how many of them agree is told beside the
    verdict, since with many definitions some would agree by luck.
    """
    agreeing = sum(_holds(value, estimate) for estimate in others)
    if primary.value is None or primary.low is None:
        return Check(claim, "cannot be tested", f"No estimate: {measure}.", primary, edition, agreeing, len(others))
    inside = _holds(value, primary)
    side = "within" if inside else ("below" if value < primary.low else "above")
    reason = f"The claimed value lies {side} the interval of our estimate ({measure})."
    return Check(claim, "agrees" if inside else "differs", reason, primary, edition, agreeing, len(others))


def _holds(value: float, estimate: Estimate) -> bool:
    return estimate.low is not None and estimate.high is not None and estimate.low <= value <= estimate.high


def check_direction(
    claim: str, estimate: Estimate, null: float, *, expected: Literal["above", "below"], measure: str
) -> Check:
    """Test a claim that names a direction only: the whole interval must lie on the claimed side of a null value.

    Examples
    --------
    >>> check_direction("x", Estimate(3.0, 2.0, 4.0), 1.0, expected="above", measure="odds ratio").verdict
    'agrees'
    """
    if estimate.low is None or estimate.high is None:
        return Check(claim, "cannot be tested", f"No interval: {measure}.", None, estimate)
    above, below = estimate.low > null, estimate.high < null
    if not above and not below:
        reason = f"The interval of {measure} includes {null:g}: too wide to tell."
        return Check(claim, "cannot be tested", reason, None, estimate)
    agrees, found = above == (expected == "above"), "above" if above else "below"
    reason = f"The whole interval of {measure} lies {found} {null:g}, {'as' if agrees else 'not as'} claimed."
    return Check(claim, "agrees" if agrees else "differs", reason, None, estimate)


def cannot_test(claim: str, reason: str) -> Check:
    """Return the verdict for a claim that the evidence cannot speak to, with the reason."""
    return Check(claim, "cannot be tested", reason)


# --- related work ---


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Our estimate beside a figure of related work: its id in ``data/related.yml``, ours, and what ours measures."""

    related: str
    estimate: Estimate
    measure: str


def models_counterparts(models: pd.DataFrame, *, top_k: int = 10) -> list[Counterpart]:
    """Return our estimates of what related work reports, as near to its measure as the models database comes.

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
    counts = [(2022, "industry"), (2022, "academia"), (2023, "industry"), (2023, "academia"), (2023, "collaboration")]
    for year, team in [*counts, (2024, "academia")]:
        team_type = team if team == "collaboration" else f"{team}-only"
        found.append(Counterpart(f"ai-index-{year}-{team}", count_of(models, year, team_type), "notable models"))
    for year in (2024, 2025):
        share = team_share(_notable(models, year), "industry-only", f"industry-only notable models, {year}")
        found.append(Counterpart(f"ai-index-{year}-industry", share, "notable models, industry alone"))
    years, near = models["year"], large_scale(models, "near-record", record_window=1.0)
    periods: dict[str, tuple[pd.DataFrame, str]] = {
        "before-2010": (models[years < 2010], "all models with compute, before 2010"),
        "after-2010": (models[years.between(2010, 2021)], "all models with compute, 2010 to 2021"),
        "large-scale": (
            near[near["year"].between(2015, 2021)],
            "within one order of magnitude of the record, 2015 to 2021",
        ),
    }
    return found + [
        Counterpart(f"sevilla-doubling-{name}", growth(rows, measure).doubling, measure)
        for name, (rows, measure) in periods.items()
    ]


def _notable(models: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the notable models of a calendar year whose team type is known."""
    return known_teams(models[(models["scope"] == "notable") & (models["year"] == year)])


def count_of(models: pd.DataFrame, year: int, team: str) -> Estimate:
    """Return how many notable models of a year one team type made, of how many; none where there is no model."""
    rows = _notable(models, year)
    count = int((rows["team_type"] == team).sum()) if len(rows) else None
    return Estimate(count, n=len(rows), unit="count", label=f"{team} notable models, {year}")


def with_industry(models: pd.DataFrame, year: int, top_k: int) -> Estimate:
    """Return the share of a year's largest models in which industry had a part, alone or with others."""
    rows = known_teams(large_scale(models, "top-k-per-year", top_k=top_k))
    teams = rows.loc[rows["year"] == year, "team_type"]
    part = int(teams.isin(["industry-only", "collaboration"]).sum())
    return wilson_share(part, len(teams), f"{top_k} largest models with industry, {year}")


def index_by_vintage(tables: Mapping[str, pd.DataFrame], years: Sequence[int]) -> pd.DataFrame:
    """Return how a year's notable models are counted in each vintage that is late enough to hold it.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Models tables by vintage.
    years : sequence of int
        Calendar years.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``vintage``, ``industry``, ``academia``, ``collaboration``, ``n``, ``share`` (industry alone).
    """
    rows = []
    for year in years:
        for vintage in sorted(tables):
            teams = _notable(tables[vintage], year)["team_type"].value_counts()
            if int(vintage[:4]) >= year and len(teams):
                industry, academia = int(teams.get("industry-only", 0)), int(teams.get("academia-only", 0))
                both, n = int(teams.get("collaboration", 0)), int(teams.sum())
                rows.append((year, vintage, industry, academia, both, n, industry / n))
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

"""The claims of the paper that the models database can speak to, each held against our own estimate."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from compute_divide.analysis.claims.verdicts import Check, cannot_test, check_value
from compute_divide.analysis.models.definitions import DEFINITIONS, large_scale
from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.shares import in_years, period_share, span
from compute_divide.analysis.statistics.trends import growth


@dataclass(frozen=True, slots=True)
class Periods:
    """The years that stand for the paper's periods, which it does not define.

    Parameters
    ----------
    early, late : tuple of int
        First and last year, both included, of the early 2010s and the early 2020s.
    year : int
        The year of the paper's newest share.
    """

    early: tuple[int, int]
    late: tuple[int, int]
    year: int


def share_claims(periods: Periods) -> dict[str, tuple[str, int, int]]:
    """Return what each claim about shares measures: team type, first and last year.

    Examples
    --------
    >>> share_claims(Periods((2010, 2014), (2020, 2022), 2022))["academia-share-late"]
    ('academia-only', 2020, 2022)
    """
    return {
        "academia-share-early": ("academia-only", *periods.early),
        "academia-share-late": ("academia-only", *periods.late),
        "industry-share-2022": ("industry-only", periods.year, periods.year),
    }


def check_shares(
    claimed: Mapping[str, float],
    paper: pd.DataFrame,
    edition: pd.DataFrame,
    periods: Periods,
    *,
    definition: str,
    top_k: int,
    record_window: float,
) -> list[Check]:
    """Hold the three claims about shares of large-scale models against ours.

    Parameters
    ----------
    claimed : mapping of str to float
        Value by claim id, as shares.
    paper, edition : pandas.DataFrame
        All models of the paper's vintage and of the edition's vintage.
    periods : Periods
        Years of the periods.
    definition : str
        The definition closest to the paper's; the verdict rests on it.
    top_k, record_window
        Sizes of the definitions that need them.

    Returns
    -------
    list of Check
        One a claim. The other definitions are tried too and counted.
    """
    sizes = {"top_k": top_k, "record_window": record_window}
    checks = []
    for claim, (team, first, last) in share_claims(periods).items():

        def share(models: pd.DataFrame, rule: str, team: str = team, first: int = first, last: int = last) -> Estimate:
            chosen = large_scale(models, rule, top_k=int(sizes["top_k"]), record_window=sizes["record_window"])
            return period_share(chosen, team, first, last)

        checks.append(
            check_value(
                claim,
                claimed[claim],
                share(paper, definition),
                [share(paper, rule) for rule in DEFINITIONS],
                edition=share(edition, definition),
                measure=f"share of {team} teams, {span(first, last)}, {definition}",
            )
        )
    return checks


def check_doubling(
    claimed: float,
    paper: pd.DataFrame,
    edition: pd.DataFrame,
    *,
    first: int,
    paper_last: int,
    edition_last: int,
    definition: str,
    top_k: int,
    record_window: float,
) -> Check:
    """Hold the claimed doubling time of training compute, in months, against the trend of the models since a year.

    Parameters
    ----------
    claimed : float
        Months.
    paper, edition : pandas.DataFrame
        All models of the two vintages.
    first, paper_last, edition_last : int
        First year of the trend, and its last whole year in either vintage.
    definition : str
        The definition the verdict rests on; every other is tried and counted.
    top_k, record_window
        Sizes of the definitions that need them.
    """

    def doubling(models: pd.DataFrame, rule: str, last: int) -> Estimate:
        chosen = large_scale(models, rule, top_k=top_k, record_window=record_window)
        return growth(in_years(chosen, first, last), f"training compute, {span(first, last)}").doubling

    return check_value(
        "doubling-time",
        claimed,
        doubling(paper, definition, paper_last),
        [doubling(paper, rule, paper_last) for rule in DEFINITIONS],
        edition=doubling(edition, definition, edition_last),
        measure=f"doubling time, {span(first, paper_last)}, {definition}",
    )


def check_at_least(claim: str, value: float, count: int, measure: str) -> Check:
    """Hold a claim of the form "over so many" against a count of ours.

    The claim agrees when ours is at least the claimed number and less than a tenth above it: "over 530" would be an
    odd way to put 700.

    Examples
    --------
    >>> check_at_least("models-n-supplement", 530, 534, "models of 2023-03").verdict
    'agrees'
    """
    estimate = Estimate(count, n=count, unit="count", label=measure)
    verdict: Literal["agrees", "differs"] = "agrees" if value <= count < 1.1 * value else "differs"
    return Check(claim, verdict, f"We count {count:,} ({measure}).", estimate)


def check_bracketed(claim: str, value: float, counts: Mapping[str, int]) -> Check:
    """Say between which vintages a claimed size of the database lies; the vintage itself is not among ours.

    Parameters
    ----------
    claim : str
        Id of the claim.
    value : float
        Number of models.
    counts : mapping of str to int
        Models by vintage, oldest first.

    Examples
    --------
    >>> check_bracketed("models-n-main", 650, {"2023-03": 534, "2023-11": 817}).reason
    'No vintage of ours has this size: 2023-03 holds 534 models, 2023-11 already 817.'
    """
    names = list(counts)
    for earlier, later in itertools.pairwise(names):
        if counts[earlier] < value <= counts[later]:
            return cannot_test(
                claim,
                f"No vintage of ours has this size: {earlier} holds {counts[earlier]:,} models, "
                f"{later} already {counts[later]:,}.",
            )
    return cannot_test(claim, "No two vintages of ours lie on either side of this size.")

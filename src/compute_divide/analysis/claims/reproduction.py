"""The claims of the paper that our evidence can speak to, each held against our own estimate."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack

import pandas as pd

from compute_divide.analysis.chips.hardware import PEAK, chip_peaks, same_year_ratio, with_peaks
from compute_divide.analysis.claims.verdicts import Check, cannot_test, check_direction, check_value
from compute_divide.analysis.models.definitions import RULES, large_scale
from compute_divide.analysis.models.open_models import late_over_early, with_naming
from compute_divide.analysis.models.openness import group_share
from compute_divide.analysis.papers.papers import VENUE_YEAR, about, having
from compute_divide.analysis.statistics.association import association
from compute_divide.analysis.statistics.estimates import ACADEMIA, INDUSTRY, Estimate, in_years, period_share, span
from compute_divide.analysis.statistics.resampling import geometric_mean_ratio
from compute_divide.analysis.statistics.trends import growth


class Sizes(TypedDict):
    """Sizes that two of the definitions need; see `compute_divide.analysis.models.definitions.is_large_scale`."""

    top_k: int
    record_window: float


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


def check_shares(
    claimed: Mapping[str, float],
    paper: pd.DataFrame,
    edition: pd.DataFrame,
    periods: Periods,
    *,
    definition: str,
    **sizes: Unpack[Sizes],
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
        The definition closest to the paper's; the verdict rests on it. The others are tried too and counted.
    top_k, record_window
        Sizes of the definitions that need them.
    """
    claims = {
        "academia-share-early": (ACADEMIA, *periods.early),
        "academia-share-late": (ACADEMIA, *periods.late),
        "industry-share-2022": (INDUSTRY, periods.year, periods.year),
    }
    chosen = {rule: large_scale(paper, rule, **sizes) for rule in RULES}
    newer = large_scale(edition, definition, **sizes)
    return [
        check_value(
            claim,
            claimed[claim],
            period_share(chosen[definition], *whose),
            [period_share(models, *whose) for models in chosen.values()],
            edition=period_share(newer, *whose),
            measure=f"share of {whose[0]} teams, {span(*whose[1:])}, {definition}",
        )
        for claim, whose in claims.items()
    ]


def check_doubling(
    claimed: float,
    paper: pd.DataFrame,
    edition: pd.DataFrame,
    *,
    first: int,
    paper_last: int,
    edition_last: int,
    definition: str,
    **sizes: Unpack[Sizes],
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
        chosen = in_years(large_scale(models, rule, **sizes), first, last)
        return growth(chosen, f"training compute, {span(first, last)}").doubling

    ours = {rule: doubling(paper, rule, paper_last) for rule in RULES}
    return check_value(
        "doubling-time",
        claimed,
        ours[definition],
        list(ours.values()),
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
    """Say between which vintages (oldest first) a claimed size of the database lies; itself it is not among ours.

    Examples
    --------
    >>> check_bracketed("models-n-main", 650, {"2023-03": 534, "2023-11": 817}).reason
    'No vintage of ours has this size: 2023-03 holds 534 models, 2023-11 already 817.'
    """
    for (earlier, fewer), (later, more) in itertools.pairwise(counts.items()):
        if fewer < value <= more:
            sizes = f"{earlier} holds {fewer:,} models, {later} already {more:,}"
            return cannot_test(claim, f"No vintage of ours has this size: {sizes}.")
    return cannot_test(claim, "No two vintages of ours lie on either side of this size.")


def check_topics(papers: pd.DataFrame, low: Sequence[str]) -> list[Check]:
    """Hold the two claims about topics against the odds of a company author, within venue and year.

    Parameters
    ----------
    papers : pandas.DataFrame
        From `compute_divide.analysis.papers.papers.with_teams`, of the venues and years in question.
    low : sequence of str
        The low-compute topics or groups to compare with, matched in titles. A paper of both counts with the first.
    """
    claims = {
        "academic-only-rare": (["language-models", "foundation-models"], "language and foundation models"),
        "thematic-composition": (["compute-intensive"], "compute-intensive topics"),
    }
    checks = []
    for claim, (topics, label) in claims.items():
        exposed = about(papers, topics)
        rows = papers.assign(exposed=exposed)[exposed | about(papers, low)].dropna(subset=["industry"])
        odds = association(rows, "exposed", "industry", VENUE_YEAR, label).odds_ratio
        measure = f"the odds ratio of a company author, {label.removesuffix(' topics')} against low-compute,"
        checks.append(check_direction(claim, odds, 1, expected="above", measure=measure))
    return checks


def check_adoption(papers: pd.DataFrame, early: tuple[int, int], late: tuple[int, int], texts: Sequence[str]) -> Check:
    """Hold the claim that academia increasingly builds on industry's open models against the papers that name them.

    Parameters
    ----------
    papers : pandas.DataFrame
        From `compute_divide.analysis.papers.papers.with_teams`.
    early, late : tuple of int
        First and last years of the two periods, both included.
    texts : sequence of str
        Where to look; papers that lack one of these texts do not count.

    Returns
    -------
    Check
        By the odds ratio of naming, late over early, among academic-only papers within the same conference.
    """
    rows = having(papers[papers["team_type"] == ACADEMIA], texts)
    what = f"naming an open model of industry, {span(*late)} over {span(*early)}"
    odds = late_over_early(with_naming(rows, texts), "names_open", early, late, f"odds of {what}").odds_ratio
    measure = f"the odds ratio of {what}, within conferences,"
    return check_direction("adopts-open-models", odds, 1, expected="above", measure=measure)


def check_release(models: pd.DataFrame, first: int, last: int) -> Check:
    """Hold the claim that industry releases less against the shares of models whose weights can be downloaded.

    Parameters
    ----------
    models : pandas.DataFrame
        A models table that records openness.
    first, last : int
        Years, both included.
    """
    rows = in_years(models, first, last)
    industry, academia = (
        group_share(rows[rows["team_type"] == team], "openness", "open", f"{team}, open weights")
        for team in (INDUSTRY, ACADEMIA)
    )
    if industry.low is None or academia.low is None:
        return cannot_test("less-release", "This vintage does not record the openness of enough models.")
    measure = f"industry's share of open-weights models, {span(first, last)}, against the lower bound of academia's,"
    return check_direction("less-release", industry, academia.low, expected="below", measure=measure)


def check_hardware(
    claimed: float, models: pd.DataFrame, chips: pd.DataFrame, starts: Sequence[int], last: int
) -> Check:
    """Hold the claimed ratio of hardware power against the peak speed of chips.

    The verdict rests on the ratio pooled over all years, the reading closest to the claim. Ratios of later years and
    the one among models of the same year are tried as well, and show how much of the pooled one is an effect of eras.

    Parameters
    ----------
    claimed : float
        The ratio.
    models : pandas.DataFrame
        A models table that names chips.
    chips : pandas.DataFrame
        The list of chips.
    starts : sequence of int
        First years of the periods, the pooled one first.
    last : int
        Last year of all of them.
    """
    placed = with_peaks(models, chip_peaks(chips))
    ratios = [
        geometric_mean_ratio(in_years(placed, first, last), f"peak of the chip, {span(first, last)}", PEAK)
        for first in starts
    ]
    same = same_year_ratio(in_years(placed, starts[0], last), "peak of the chip, models of the same year")
    measure = f"peak of one chip, industry over academia, pooled over {span(starts[0], last)}"
    return check_value("hardware-ratio", claimed, ratios[0], [*ratios, same], edition=None, measure=measure)

"""The claims of the paper that conference papers, chips and the openness of models can speak to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import Table2x2

from compute_divide.analysis.association import association
from compute_divide.analysis.estimate import Estimate
from compute_divide.analysis.hardware import PEAK, chip_peaks, same_year_ratio, with_peaks
from compute_divide.analysis.openness import group_share
from compute_divide.analysis.paper_topics import about, having, matched, model_names
from compute_divide.analysis.ratios import geometric_mean_ratio
from compute_divide.analysis.shares import in_years, span, wilson_share
from compute_divide.analysis.verdicts import Check, cannot_test, check_direction, check_value

STRATA = ["venue", "year"]


def topic_odds(papers: pd.DataFrame, topics: Sequence[str], low: Sequence[str], label: str) -> Estimate:
    """Return the odds of a company author on some topics against low-compute ones, within venue and year.

    Parameters
    ----------
    papers : pandas.DataFrame
        From `compute_divide.analysis.papers.with_teams`.
    topics, low : sequence of str
        Topics or groups of ``data/topics.yml``; matched in titles. A paper of both counts with the first.
    label : str
        What is estimated.
    """
    exposed = about(papers, topics)
    rows = papers.assign(exposed=exposed)[exposed | about(papers, low)].dropna(subset=["industry"])
    return association(rows.astype({"industry": bool}), "exposed", "industry", STRATA, label).odds_ratio


def check_topics(papers: pd.DataFrame, low: Sequence[str]) -> list[Check]:
    """Hold the two claims about topics against the odds of a company author.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers of the venues and years in question.
    low : sequence of str
        The low-compute topics or groups to compare with.
    """
    rare = topic_odds(papers, ["language-models", "foundation-models"], low, "language and foundation models")
    themes = topic_odds(papers, ["compute-intensive"], low, "compute-intensive topics")
    measure = "the odds ratio of a company author, {} against low-compute,"
    return [
        check_direction(
            "academic-only-rare", rare, 1, expected="above", measure=measure.format("language and foundation models")
        ),
        check_direction(
            "thematic-composition", themes, 1, expected="above", measure=measure.format("compute-intensive")
        ),
    ]


def naming_share(papers: pd.DataFrame, first: int, last: int, texts: Sequence[str]) -> Estimate:
    """Return the share of academic-only papers that name an open model made by industry alone.

    Parameters
    ----------
    papers : pandas.DataFrame
        From `compute_divide.analysis.papers.with_teams`.
    first, last : int
        Years, both included.
    texts : sequence of str
        Where to look; papers that lack one of these texts do not count.
    """
    rows = having(in_years(papers, first, last), texts)
    rows = rows[rows["team_type"] == "academia-only"]
    named = matched(rows, model_names(teams=["industry-only"], access=["open"]), texts, "models")
    label = f"academic-only papers naming an open model of industry, {span(first, last)}"
    return wilson_share(int(named.sum()), len(rows), label)


def check_rise(claim: str, early: Estimate, late: Estimate, measure: str) -> Check:
    """Hold a claim of a rise against an early and a late share: the odds ratio of late over early must lie above 1.

    Parameters
    ----------
    claim : str
        Id of the claim.
    early, late : Estimate
        Shares, with their counts.
    measure : str
        What the shares are.

    Examples
    --------
    >>> check_rise("x", Estimate(0.1, k=10, n=100), Estimate(0.4, k=40, n=100), "a share").verdict
    'agrees'
    """
    if not (early.n and late.n and early.k and late.k):
        return cannot_test(claim, f"Too few to compare: {measure}.")
    table = Table2x2(np.array([[late.k, late.n - late.k], [early.k, early.n - early.k]]))
    low, high = map(float, table.oddsratio_confint())
    odds = Estimate(float(table.oddsratio), low, high, n=early.n + late.n, unit="odds ratio", label=measure)
    return check_direction(claim, odds, 1, expected="above", measure=f"the odds ratio, late over early, of {measure}")


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
    open_ = {
        team: group_share(rows[rows["team_type"] == team], "openness", "open", f"{team}, open weights")
        for team in ("industry-only", "academia-only")
    }
    industry, academia = open_["industry-only"], open_["academia-only"]
    if None in (industry.low, industry.high, academia.low, academia.high):
        return cannot_test("less-release", "This vintage does not record the openness of enough models.")
    return check_direction(
        "less-release",
        industry,
        academia.low or 0.0,
        expected="below",
        measure=f"industry's share of open-weights models, {span(first, last)}, against the lower bound of academia's,",
    )


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

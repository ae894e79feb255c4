"""The claims of the paper that conference papers, chips and the openness of models can speak to."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from compute_divide.analysis.chips.hardware import PEAK, chip_peaks, same_year_ratio, with_peaks
from compute_divide.analysis.claims.verdicts import Check, cannot_test, check_direction, check_value
from compute_divide.analysis.models.open_models import late_over_early, with_naming
from compute_divide.analysis.models.openness import group_share
from compute_divide.analysis.papers.paper_topics import about, having
from compute_divide.analysis.statistics.association import association
from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.ratios import geometric_mean_ratio
from compute_divide.analysis.statistics.shares import in_years, span

STRATA = ["venue", "year"]


def topic_odds(papers: pd.DataFrame, topics: Sequence[str], low: Sequence[str], label: str) -> Estimate:
    """Return the odds of a company author on some topics against low-compute ones, within venue and year.

    Parameters
    ----------
    papers : pandas.DataFrame
        From `compute_divide.analysis.papers.papers.with_teams`.
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
    rows = having(papers[papers["team_type"] == "academia-only"], texts)
    label = f"odds of naming an open model of industry, {span(*late)} over {span(*early)}"
    odds = late_over_early(with_naming(rows, texts), "names_open", early, late, label).odds_ratio
    measure = (
        f"the odds ratio of naming an open model of industry, {span(*late)} over {span(*early)}, within conferences,"
    )
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

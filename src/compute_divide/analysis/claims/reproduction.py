"""The claims of the paper that our evidence can speak to, each held against our own estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypedDict, Unpack

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.chips.hardware import PEAK, chip_peaks, same_year_ratio, with_peaks
from compute_divide.analysis.claims.verdicts import (
    Check,
    check_direction,
    check_value,
    side_outcome,
)
from compute_divide.analysis.models.definitions import RULES, large_scale
from compute_divide.analysis.models.open_models import late_over_early, with_naming
from compute_divide.analysis.models.openness import group_share
from compute_divide.analysis.papers.papers import VENUE_YEAR, about, having
from compute_divide.analysis.statistics.association import association
from compute_divide.analysis.statistics.estimates import (
    ACADEMIA,
    INDUSTRY,
    in_years,
    newcombe_difference,
    period_share,
    span,
    team_share,
)
from compute_divide.analysis.statistics.resampling import geometric_mean_ratio
from compute_divide.analysis.statistics.trends import growth
from compute_divide.choices import DEFINITIONS


class Sizes(TypedDict):
    """Sizes that two of the definitions need."""

    top_k: int
    record_window: float


class Periods(NamedTuple):
    """First and last years of the paper's periods, which it does not define, and the year of its newest share."""

    early: tuple[int, int]
    late: tuple[int, int]
    year: int


Spans = tuple[tuple[int, int], tuple[int, int]]

LANGUAGE = [
    "language-models",
    "foundation-models",
]  # topics of papers on language and foundation models


def check_shares(
    claimed: Mapping[str, float],
    paper: pd.DataFrame,
    edition: pd.DataFrame,
    periods: Periods,
    *,
    definition: str,
    **sizes: Unpack[Sizes],
) -> list[Check]:
    """Hold the three claims about shares of large-scale models, by id, against ours on two vintages.

    The verdicts rest on one definition; the others are tried and counted. The largest runs of each year stand beside.
    """
    claims = {
        "academia-share-early": (ACADEMIA, periods.early),
        "academia-share-late": (ACADEMIA, periods.late),
        "industry-share-2022": (INDUSTRY, (periods.year, periods.year)),
    }
    chosen = {rule: large_scale(paper, rule, **sizes) for rule in RULES}
    newer, largest = (
        large_scale(edition, rule, **sizes) for rule in (definition, "top-k-per-year")
    )
    return [
        check_value(
            claim,
            claimed[claim],
            period_share(chosen[definition], *whose),
            period_share(newer, *whose),
            measure=f"share of {whose[0]} teams, {span(whose[1])}, {definition}",
            others=[period_share(models, *whose) for models in chosen.values()],
            beside=period_share(largest, *whose),
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

    The verdict rests on one definition; every other is tried and counted.
    """

    def doubling(models: pd.DataFrame, rule: str, last: int) -> Estimate:
        chosen = in_years(large_scale(models, rule, **sizes), (first, last))
        return growth(
            chosen, f"training compute, {span((first, last))}, {DEFINITIONS[rule]}"
        ).doubling

    ours = {rule: doubling(paper, rule, paper_last) for rule in RULES}
    return check_value(
        "doubling-time",
        claimed,
        ours[definition],
        doubling(edition, definition, edition_last),
        measure=f"doubling time since {first}, {definition}",
        others=list(ours.values()),
    )


RARE = 0.25  # below which share we read "rare", which the paper does not define


def check_rare(
    then: tuple[pd.DataFrame, tuple[int, int]],
    now: tuple[pd.DataFrame, tuple[int, int]],
    papers: pd.DataFrame,
) -> Check:
    """Hold the claim that academic-only teams have become rare in foundation models against who makes and who writes.

    `then` and `now` are models and years; the academic share of their notable language models, and of the papers about
    language and foundation models, has to lie below `RARE`.
    """

    def made(models: pd.DataFrame, years: tuple[int, int]) -> Estimate:
        language = models["domain"].fillna("").str.contains("Language") & (
            models["scope"] == "notable"
        )
        return period_share(
            models[language], ACADEMIA, years, f"academia-only, language models, {span(years)}"
        )

    writers = team_share(
        papers[about(papers, LANGUAGE)], ACADEMIA, "academia-only papers on language models"
    )
    return check_direction(
        "academic-only-rare",
        made(*then),
        made(*now),
        RARE,
        expected="below",
        measure=f"academia's share of notable language models, against {RARE:.0%}",
        also={"academia's share of the papers about them": side_outcome(writers, RARE, "below")},
    )


def check_topics(papers: pd.DataFrame, last: int, low: Sequence[str]) -> Check:
    """Hold the claim that topics differ against the odds of a company author, within venue and year.

    `last` is the last year of the claim's time, `low` the topics to compare with; a paper of both counts with ours.
    """
    exposed = about(papers, ["compute-intensive"])
    rows = papers.assign(exposed=exposed)[exposed | about(papers, low)].dropna(subset=["industry"])
    then, now = (
        association(
            part,
            "exposed",
            "industry",
            VENUE_YEAR,
            f"compute-intensive against low-compute topics{until}",
        )
        for part, until in ((rows[rows["year"] <= last], f", to {last}"), (rows, ""))
    )
    measure = "the odds ratio of a company author, compute-intensive against low-compute topics"
    return check_direction(
        "thematic-composition",
        then.odds_ratio,
        now.odds_ratio,
        1,
        expected="above",
        measure=measure,
    )


def check_adoption(papers: pd.DataFrame, then: Spans, now: Spans, texts: Sequence[str]) -> Check:
    """Hold the claim that academia increasingly builds on industry's open models against the papers that name them.

    `then` and `now` are an early and a late period each: up to the claim's time, and up to now.
    """
    rows = with_naming(having(papers[papers["team_type"] == ACADEMIA], texts), texts)
    before, after = (
        late_over_early(
            rows,
            "names_open",
            early,
            late,
            f"naming an open model, {span(late)} over {span(early)}",
        )
        for early, late in (then, now)
    )
    measure = (
        "the odds ratio of naming an open model of industry, late over early, within conferences"
    )
    return check_direction(
        "adopts-open-models",
        before.odds_ratio,
        after.odds_ratio,
        1,
        expected="above",
        measure=measure,
    )


def check_release(then: tuple[pd.DataFrame, int], now: tuple[pd.DataFrame, int]) -> Check:
    """Hold the claim that industry releases less against the shares of models whose weights can be downloaded.

    `then` and `now` are models of a vintage that records openness, and the last of the three years that are read.
    """

    def difference(models: pd.DataFrame, last: int) -> Estimate:
        rows = in_years(models, (last - 2, last))
        industry, academia = (
            group_share(
                rows[rows["team_type"] == team], "openness", "open", f"{team}, open weights"
            )
            for team in (INDUSTRY, ACADEMIA)
        )
        return newcombe_difference(
            industry, academia, f"open weights, industry less academia, to {last}"
        )

    measure = "industry's share of open weights less academia's"
    return check_direction(
        "less-release", difference(*then), difference(*now), 0, expected="below", measure=measure
    )


def check_hardware(
    claimed: float,
    then: pd.DataFrame,
    now: pd.DataFrame,
    chips: pd.DataFrame,
    starts: Sequence[int],
    last: int,
) -> Check:
    """Hold the claimed ratio of hardware power against the peak speed of chips.

    The verdict rests on the ratio pooled over all years, the reading closest to the claim, and on the one among models
    of the same year. Of the first years in `starts` the pooled one comes first; the others are counted.
    """
    peaks, years = chip_peaks(chips), span((starts[0], last))
    old, new = (with_peaks(models, peaks) for models in (then, now))

    def ratio(placed: pd.DataFrame, first: int) -> Estimate:
        return geometric_mean_ratio(
            in_years(placed, (first, last)), f"peak of the chip, {span((first, last))}", PEAK
        )

    same = same_year_ratio(
        in_years(new, (starts[0], last)), "peak of the chip, models of the same year"
    )
    return check_value(
        "hardware-ratio",
        claimed,
        ratio(old, starts[0]),
        ratio(new, starts[0]),
        measure=f"peak of one chip, industry over academia, pooled over {years}",
        others=[ratio(old, first) for first in starts],
        also={"among models of the same year": same},
    )

"""Types of the parameters that choose years and periods: each says what its choice does in the chapter that has it.

Chapters that do the same with a period share its types, so that one choice reaches all of them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from compute_divide.evidence.parameters import Year, YearCount, ends_of

# --- single years ---

NotableSince = Annotated[
    Year,
    Field(
        description="first year of the chart of who makes notable models; its shares are those that the newest whole "
        "year is compared with"
    ),
]
"""Where the chart of the introduction begins."""

KnownSince = Annotated[
    Year, Field(description="first year of the chart of what is known about the models of each year")
]
"""Where the chart of the chapter on evidence begins."""

RankedSince = Annotated[
    Year, Field(description="earliest year whose notable models are ranked against the run and priced")
]
"""Where the rankings of the chapter on policy begin."""

LagSince = Annotated[
    Year, Field(description="first year of the line that shows how long academia's largest model has been surpassed")
]
"""Where the line of academia's lag begins."""

IndustryYear = Annotated[
    Year, Field(description="the one year for which industry's share of the large-scale models is given")
]
"""The year of industry's share."""

DriftYear = Annotated[
    Year, Field(description="year of publication whose models are followed from old_vintage to new_vintage")
]
"""The year whose reading is followed from one vintage to another."""

SecondDriftYear = Annotated[
    Year,
    Field(description="a later year of publication whose models are followed from second_old_vintage to new_vintage"),
]
"""A second such year, with an old vintage of its own."""

LaterSince = Annotated[
    Year,
    Field(
        description="first year of the shorter pooled period, which ends with pooled_last; models from before it count "
        "as old"
    ),
]
"""Start of the second of three periods over which chips are pooled."""

LatestSince = Annotated[
    Year, Field(description="first year of the shortest pooled period, which ends with pooled_last")
]
"""Start of the third of three periods over which chips are pooled."""

LeadYearBefore = Annotated[
    Year, Field(description="first of three years in which academia's share at lead_venue is told: before the rise")
]
"""A year before companies' share of papers rose."""

LeadYearBetween = Annotated[
    Year, Field(description="second of three years in which academia's share at lead_venue is told: about the turn")
]
"""A year about the turn."""

LeadYearAfter = Annotated[
    Year, Field(description="third of three years in which academia's share at lead_venue is told: after the turn")
]
"""A year after the turn."""

# --- numbers of years ---

RecentYears = Annotated[
    YearCount, Field(description="how many of the newest years, the last one included, count as recent")
]
"""How much of a vintage is recent."""

NewestPaperYears = Annotated[
    YearCount, Field(description="how many of the newest years that have papers are compared with the models")
]
"""How many years of papers stand for the present."""

# --- periods ---

EarlyFirst, EarlyLast = ends_of(
    "the early period, whose academic share of large-scale models the late one is held against"
)
LateFirst, LateLast = ends_of(
    "the late period, whose academic share of large-scale models is held against the early one"
)

AccessEarlyFirst, AccessEarlyLast = ends_of("the early period, in which access to models is counted for comparison")
AccessLateFirst, AccessLateLast = ends_of("the late period, in which access to models is counted")

LanguageEarlyFirst, LanguageEarlyLast = ends_of("the early period, in which makers of language models are counted")
LanguageLateFirst, LanguageLateLast = ends_of(
    "the late period, in which makers of language models are counted and set beside authors of papers"
)

NamingEarlyFirst, NamingEarlyLast = ends_of(
    "the early period, in which papers that name pre-trained models are counted"
)
NamingLateFirst, NamingLateLast = ends_of(
    "the late period, in which papers that name pre-trained models are counted again"
)

TopicsEarlyFirst, TopicsEarlyLast = ends_of("the early period of three, in which companies' pull to topics is measured")
TopicsMiddleFirst, TopicsMiddleLast = ends_of(
    "the middle period of three, in which companies' pull to topics is measured"
)
TopicsLateFirst, TopicsLateLast = ends_of("the late period of three, in which companies' pull to topics is measured")

ScrutinyEarlyFirst, ScrutinyEarlyLast = ends_of("the early period of three, in which authors of scrutiny are counted")
ScrutinyMiddleFirst, ScrutinyMiddleLast = ends_of(
    "the middle period of three, in which authors of scrutiny are counted"
)
ScrutinyLateFirst, ScrutinyLateLast = ends_of("the late period of three, in which authors of scrutiny are counted")

PooledFirst, PooledLast = ends_of("the longest period over which the chips of models are pooled")
TrendFirst, TrendLast = ends_of("the trend of training compute; it ends no later than the whole years of the vintage")
PapersFirst, PapersLast = ends_of("the papers that are read for the topic")

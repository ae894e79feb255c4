"""Types of the parameters of the chapters on conference papers.

The closed sets (venues, topics, judgement calls) are read from the evidence when they are needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from compute_divide.evidence.papers.choices import (
    JOINT_LABS,
    NON_PROFITS,
    READINGS,
    flips_of,
    topic_names,
    venues,
)
from compute_divide.evidence.parameters import OneOf
from compute_divide.evidence.store.paths import EvidenceError

Venue = Annotated[str, OneOf(venues, "a venue of the papers table")]
"""A venue; the set is read from the evidence."""

Venues = Annotated[
    list[Venue], Field(min_length=1, description="conferences whose papers count; which years they cover differs")
]
"""Venues, at least one."""

LeadVenue = Annotated[
    Venue, Field(description="the one conference whose share of academic papers is told for three years")
]
"""The conference that stands as the example."""

TopicName = Annotated[str, OneOf(topic_names, "a topic or a group of topics")]
"""A topic or a group of topics of ``data/topics.yml``."""

TopicGroups = Annotated[
    list[TopicName], Field(min_length=1, description="topics or groups of topics, by their names in data/topics.yml")
]
"""Topics or groups, at least one."""

PaperTopics = Annotated[
    TopicGroups, Field(description="topics or groups of topics that make a paper one on language or foundation models")
]
"""What a paper on the topic is about."""

IntensiveTopics = Annotated[
    TopicGroups, Field(description="topics or groups of topics that count as compute-intensive")
]
"""Topics to which companies may be drawn."""

LowTopics = Annotated[
    TopicGroups,
    Field(description="topics or groups of topics that count as low-compute: what the others are compared with"),
]
"""Topics that need little computing."""

ScrutinyTopics = Annotated[
    TopicGroups,
    Field(
        description="topics or groups of topics that count as scrutiny: work that tests, explains, attacks or audits"
    ),
]
"""What counts as scrutiny."""

ScrutinyParts = Annotated[
    TopicGroups, Field(description="topics or groups of topics that are counted one by one as kinds of scrutiny")
]
"""Kinds of scrutiny."""

InfluentialTopics = Annotated[
    TopicGroups,
    Field(description="topics or groups of topics on which the influential models are: scrutiny of them is told apart"),
]
"""Where the models are that should be checked."""

Text = Literal["title", "keywords", "abstract"]

Texts = Annotated[
    list[Text],
    Field(
        min_length=1, description="texts in which a term counts; all papers have a title, some keywords or an abstract"
    ),
]
"""Texts that are searched, at least one."""

NamingTexts = Annotated[
    Texts,
    Field(description="texts in which names of pre-trained models are looked for; a paper that lacks one drops out"),
]
"""Texts that are searched for names of models, at least one."""

Reading = Annotated[
    str,
    OneOf(lambda: list(READINGS), "a reading"),
    Field(
        description="how it is read where authors work: "
        + "; ".join(f"{name} = {what}" for name, what in READINGS.items()),
        json_schema_extra={"meanings": READINGS},
    ),
]
"""By affiliations or by e-mail domains."""

JointLabs = Annotated[
    str,
    OneOf(lambda: list(JOINT_LABS), "a way to count joint laboratories"),
    Field(description="how a joint laboratory of a university and a company counts; mixed is both"),
]
"""How joint laboratories count."""

NonProfits = Annotated[
    str,
    OneOf(lambda: list(NON_PROFITS), "a way to count non-profits"),
    Field(
        description="how government and non-profit research counts: "
        + "; ".join(f"{name} = {what}" for name, what in NON_PROFITS.items()),
        json_schema_extra={"meanings": NON_PROFITS},
    ),
]
"""How government and non-profit research counts."""

MinimumCoverage = Annotated[
    float,
    Field(
        ge=0,
        le=1,
        description="least share of a venue-year's accepted papers whose team type must be known",
        json_schema_extra={"unit": "share of papers"},
    ),
]
"""Least coverage of a venue-year."""


def _valid(flips: list[str]) -> list[str]:
    try:
        flips_of(flips)
    except EvidenceError as error:
        raise PydanticCustomError("flip", "{problem}", {"problem": str(error)}) from error
    return flips


Flips = Annotated[
    list[str],
    AfterValidator(_valid),
    Field(
        description="judgement calls to decide otherwise, each as call=sector: openai=nonprofit, bare-name=unknown; "
        "the calls are named in data/organisations.csv",
    ),
]
"""Judgement calls that are flipped."""

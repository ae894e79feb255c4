"""Papers: conferences, topics, the texts that are searched, and tables of works."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from compute_divide.choices.kinds import OneOf
from compute_divide.sources.papers.profiles import (
    topic_label,
    topic_names,
    venue_label,
    venue_names,
)
from compute_divide.sources.store.files import works_names

Venue = Annotated[str, OneOf(venue_names, named=venue_label)]
"""A conference of the papers table, or the conferences on one field as a group."""
Venues = Annotated[list[Venue], Field(min_length=1)]
"""Conferences, at least one."""
Topic = Annotated[str, OneOf(topic_names, named=topic_label)]
"""A topic, or a group of topics, of ``data/topics.yml``."""
Topics = Annotated[list[Topic], Field(min_length=1)]
"""Topics, at least one."""
Text = Literal["title", "keywords", "abstract"]
"""A text of a paper."""
Texts = Annotated[list[Text], Field(min_length=1)]
"""Texts of a paper, at least one."""

Works = Annotated[str, OneOf(works_names)]
"""A table of OpenAlex works."""
WORKS_READINGS = {
    "types": "the types that OpenAlex gives institutions",
    "ids": "the types of institutions, with a list of those that are companies whatever their type",
    "rules": "our rules on the affiliation strings",
}
WorksReading = Annotated[str, OneOf(WORKS_READINGS)]
"""How employers are inferred from OpenAlex."""

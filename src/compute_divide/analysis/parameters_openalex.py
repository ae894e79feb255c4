"""Types of the parameters of the chapter on OpenAlex."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from compute_divide.evidence.openalex.names import works_names
from compute_divide.evidence.parameters import OneOf

READINGS = {
    "types": "the types that OpenAlex gives institutions",
    "ids": "the types of institutions, with a list of those that are companies whatever their type",
    "rules": "our rules on the affiliation strings",
}
"""Readings of a work's affiliations, and what each rests on."""

OpenAlexWorks = Annotated[
    str,
    OneOf(works_names, "a table of OpenAlex works"),
    Field(description="table of OpenAlex works; compute-divide data refresh openalex records makes another one"),
]
"""A table of works; the set is read from the evidence."""

WorksReading = Annotated[
    str,
    OneOf(lambda: list(READINGS), "a reading of affiliations"),
    Field(
        description="how it is read where authors work: "
        + "; ".join(f"{name} = {what}" for name, what in READINGS.items()),
        json_schema_extra={"meanings": READINGS},
    ),
]
"""By institution types, company ids, or our rules."""

SnapshotWorks = Annotated[
    int,
    Field(ge=1, le=5000, description="works in the snapshot", json_schema_extra={"unit": "million works"}),
]
"""Works of the snapshot, in millions."""

SnapshotSize = Annotated[
    int,
    Field(ge=1, le=10_000, description="size of the snapshot in one format", json_schema_extra={"unit": "GB"}),
]
"""Bytes of the snapshot, in gigabytes."""

JsonLinesSize = Annotated[SnapshotSize, Field(description="size of the snapshot as compressed JSON lines")]
"""Bytes of the snapshot as it is published for programs that read lines."""

ParquetSize = Annotated[SnapshotSize, Field(description="size of the snapshot as Parquet")]
"""Bytes of the snapshot in columns."""

Workers = Annotated[int, Field(ge=1, le=10_000, description="cores that count at the same time")]
"""Workers of the plan."""

LinkSpeed = Annotated[
    int,
    Field(
        ge=1,
        le=100_000,
        description="how fast the snapshot reaches the workers together",
        json_schema_extra={"unit": "MB/s"},
    ),
]
"""Speed of the link, in megabytes a second."""

CoreHourPrice = Annotated[
    float,
    Field(
        ge=0,
        le=100,
        description="what an hour of one core costs; an assumption, put in your own",
        json_schema_extra={"unit": "USD"},
    ),
]
"""Price of a core for an hour, in US dollars."""

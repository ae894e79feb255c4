"""Types of the parameters that choose an analysis: definitions of large-scale and their sizes.

The set of definitions is closed; the JSON Schema of the type carries the meaning of each under ``meanings``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from compute_divide.analysis.models.meanings import MEANINGS
from compute_divide.evidence.parameters import OneOf

Definition = Annotated[
    str,
    OneOf(lambda: list(MEANINGS), "a definition of large-scale"),
    Field(
        description="rule for which models count as large-scale: "
        + "; ".join(f"{name} = {meaning}" for name, meaning in MEANINGS.items()),
        json_schema_extra={"meanings": MEANINGS},
    ),
]
"""A definition of large-scale, by name."""

TopK = Annotated[
    int,
    Field(
        ge=1,
        le=1000,
        description="how many models of each year count, under top-k-per-year",
        json_schema_extra={"unit": "models"},
    ),
]
"""How many of the largest models of each year count."""

RecordWindow = Annotated[
    float,
    Field(
        ge=0,
        le=30,
        description="how far below the record of its date a model may lie, under near-record",
        json_schema_extra={"unit": "orders of magnitude"},
    ),
]
"""Distance from the running record, in orders of magnitude."""

LargestCount = Annotated[TopK, Field(description="how many models of each year count as its largest")]
"""How many models are set against all others of their year."""

TrendWindow = Annotated[
    RecordWindow,
    Field(description="how far below the record of its date a model may lie to count in the trend near the record"),
]
"""Which models kept pace with the record."""

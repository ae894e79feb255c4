"""Types of the parameters: what each may be, in which unit, and where its name does not say it to a reader, a title.

What a choice means, its chapter says behind it.

Closed sets that depend on the evidence are read when they are needed. Nothing heavy is imported: parameters are listed
often, and without the data.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from compute_divide.evidence.papers.profiles import JOINT_LABS, NON_PROFITS, READINGS, flips_of, topic_names, venues
from compute_divide.evidence.store.files import EvidenceError, read_bytes, vintages, works_names


@dataclass(frozen=True)
class OneOf:
    """A closed set of texts: names with their meanings, or what a function returns when it is asked.

    Examples
    --------
    >>> from pydantic import TypeAdapter
    >>> TypeAdapter(Annotated[str, OneOf(lambda: ["red", "blue"])]).json_schema()["enum"]
    ['red', 'blue']
    """

    choices: Mapping[str, str] | Callable[[], Sequence[str]]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check membership after the text itself was checked."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Publish the set as an ``enum``, and the meanings."""
        meanings = {"meanings": dict(self.choices)} if isinstance(self.choices, Mapping) else {}
        return {**handler(schema), "enum": self._allowed(), **meanings}

    def _allowed(self) -> list[str]:
        return list(self.choices() if callable(self.choices) else self.choices)

    def _check(self, text: str) -> str:
        if text not in self._allowed():
            raise ValueError("there is none of this name")
        return text


# --- numbers; `explore`: what a reader may turn to on the page, as values, or by steps or times the published one ---

Year = Annotated[int, Field(ge=1950, le=2030, json_schema_extra={"explore": {"by": [-2, -1, 1, 2]}})]  # a calendar year
Years = Annotated[int, Field(ge=1, le=50, json_schema_extra={"explore": [1, 2, 3, 5]})]  # how many calendar years
Months = Annotated[int, Field(ge=1, le=36, json_schema_extra={"unit": "months", "explore": [1, 3, 6, 12]})]
"""How many months a run lasts."""

Count = Annotated[
    int, Field(ge=1, le=1000, title="Largest models of a year", json_schema_extra={"explore": [5, 10, 20, 50]})
]
"""How many of something that is picked one by one."""

Amount = Annotated[int, Field(ge=1, le=100_000, json_schema_extra={"explore": {"times": [0.5, 2]}})]
"""How much of something that comes in bulk."""

ChipCount = Annotated[
    int, Field(ge=1, le=10_000_000, json_schema_extra={"unit": "chips", "explore": {"times": [0.1, 10]}})
]
"""How many chips a facility has."""

Money = Annotated[
    int, Field(ge=100, le=1_000_000_000_000, json_schema_extra={"unit": "USD", "explore": {"times": [0.1, 10, 100]}})
]
"""A budget."""

Price = Annotated[float, Field(ge=0, le=100, json_schema_extra={"unit": "USD", "explore": {"times": [0.5, 2]}})]
"""The price of an hour."""

Share = Annotated[float, Field(ge=0, le=1, json_schema_extra={"explore": {"by": [-0.05, 0.05]}})]  # a part of a whole
Utilisation = Annotated[
    float, Field(ge=0.05, le=0.9, json_schema_extra={"unit": "share of peak", "explore": [0.2, 0.3, 0.4, 0.5]})
]
"""The part of a chip's peak speed that a run reaches."""

Magnitudes = Annotated[
    float, Field(ge=0, le=30, json_schema_extra={"unit": "orders of magnitude", "explore": [1.0, 1.5, 2.0, 3.0]})
]
"""A distance on a logarithmic scale."""

# --- machines ---

GPU_COUNTS = {
    "checked": "by speed, after our corrections",
    "recorded": "by speed, as recorded",
    "theirs": "by price, as the source counts",
}
"""Counts of the GPUs of universities, and what each rests on."""

GpuCount = Annotated[
    str, OneOf(GPU_COUNTS), Field(title="University GPUs are counted")
]  # how the GPUs of universities are counted

# --- models ---

DEFINITIONS: dict[str, str] = {
    "all": "every model of the vintage",
    "notability-filter": "notable: listed for a state-of-the-art advance, historical significance or high citation "
    "(the paper's filter)",
    "compute-known": "training compute is known",
    "notability-filter-compute-known": "notable by the paper's filter, and training compute is known",
    "compute-or-parameters-known": "training compute or the number of parameters is known",
    "top-k-per-year": "among the largest by training compute of its calendar year",
    "near-record": "training compute near the largest of any model up to its date",
}
"""The definitions of large-scale, and what a model is or has that counts."""

FIRST_WITH_HARDWARE = "2023-12"
"""The first vintage that records number of chips and openness for more than a handful of models."""


def vintages_with_hardware() -> list[str]:
    """Return the vintages that record hardware and openness, oldest first."""
    return [vintage for vintage in vintages() if vintage >= FIRST_WITH_HARDWARE]


Vintage = Annotated[str, OneOf(vintages)]  # a vintage of the models database
HardwareVintage = Annotated[str, OneOf(vintages_with_hardware)]
"""A vintage that records hardware, openness and base models."""

Definition = Annotated[str, OneOf(DEFINITIONS), Field(title="Large means")]  # a definition of large-scale

# --- chips ---

FORMATS = {
    "training": "16 bits on tensor cores where listed, else the faster of plain 16 and 32 bits",
    "tensor-16": "16 bits on tensor cores only; chips without them drop out",
    "fp32": "plain 32 bits only; tensor processing units drop out",
}
"""Rules for the number format in which the peak of a chip is taken."""

QUOTES = {"lowest": "lowest quoted", "median": "median quoted", "highest": "highest quoted"}
"""Which of the quoted prices to pay, and how a figure says it."""


def rentable_chips() -> list[str]:
    """Return the chips with a dated on-demand price and a known peak speed, in alphabetical order."""
    prices, chips = (
        csv.DictReader(io.StringIO(read_bytes(f"hardware/{name}.csv").decode("utf-8"))) for name in ("prices", "chips")
    )
    priced = {row["chip"] for row in prices if row["usd_per_chip_hour"] and row["date"]}
    fast = [row for row in chips if row["tensor_fp16_flop_s"] or row["fp16_flop_s"] or row["fp32_flop_s"]]
    return sorted(priced & {name for row in fast for name in (row["chip"], *row["aliases"].split("|"))})


NumberFormat = Annotated[
    str, OneOf(FORMATS), Field(title="Peak speed is taken at")
]  # a rule for the number format of a chip's peak
Chip = Annotated[str, OneOf(rentable_chips)]
"""A chip to rent or own: with a dated on-demand price and a known peak speed."""

Quote = Annotated[str, OneOf(QUOTES), Field(title="Price paid")]  # which of the quoted prices to pay

# --- papers ---


def _valid(flips: list[str]) -> list[str]:
    try:
        flips_of(flips)
    except EvidenceError as error:
        raise ValueError(str(error)) from error
    return flips


Venue = Annotated[str, OneOf(venues)]  # a conference of the papers table
Venues = Annotated[list[Venue], Field(min_length=1, title="Conferences")]  # conferences, at least one
Topics = Annotated[list[Annotated[str, OneOf(topic_names)]], Field(min_length=1)]
"""Topics or groups of topics of ``data/topics.yml``, at least one."""

Texts = Annotated[list[Literal["title", "keywords", "abstract"]], Field(min_length=1, title="Terms are looked for in")]
"""Texts of a paper that are searched, at least one."""

Reading = Annotated[str, OneOf(READINGS), Field(title="Authors are placed")]
JointLabs = Annotated[
    str, OneOf(lambda: list(JOINT_LABS)), Field(title="Joint laboratories count as")
]  # how joint laboratories count
NonProfits = Annotated[
    str, OneOf(NON_PROFITS), Field(title="Government and non-profits count as")
]  # how government and non-profit research counts
Flips = Annotated[
    list[Annotated[str, Field(examples=["openai=nonprofit"])]],
    AfterValidator(_valid),
    Field(title="Judgement calls decided otherwise"),
]
"""Judgement calls on organisations that are decided otherwise, each as ``call=sector``."""

# --- OpenAlex ---

WORKS_READINGS = {
    "types": "the types that OpenAlex gives institutions",
    "ids": "the types of institutions, with a list of those that are companies whatever their type",
    "rules": "our rules on the affiliation strings",
}
"""Readings of a work's affiliations, and what each rests on."""

Works = Annotated[str, OneOf(works_names)]  # a table of OpenAlex works
WorksReading = Annotated[
    str, OneOf(WORKS_READINGS), Field(title="Institutions are told apart by")
]  # how it is read where the authors of a work of OpenAlex work

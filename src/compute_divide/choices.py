"""Types of the parameters: what each may be, its unit, its title.

What a choice means, its chapter says behind it.
Sets that depend on the evidence are read when they are needed; nothing heavy is imported:
parameters are listed often.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bookpress.chapter.periods import period_type
from compute_divide.evidence.papers.profiles import (
    JOINT_LABS,
    NON_PROFITS,
    READINGS,
    flips_of,
    topic_label,
    topic_names,
    venue_name,
    venues,
)
from compute_divide.evidence.store.files import (
    EvidenceError,
    last_whole_year,
    read_bytes,
    vintages,
    works_names,
)


@dataclass(frozen=True)
class OneOf:
    """A closed set of texts: names with their meanings, or what a function returns when asked."""

    choices: Mapping[str, str] | Callable[[], Sequence[str]]
    noun: str = ""
    """What one of them is: the book says of a finding under every what it holds."""
    beyond: Sequence[str] = ()
    """Those that are none of what the noun names."""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """What is so under one of them, where its meaning does not say so well enough."""
    named: Callable[[str], str] | None = None
    """How one of them is written for readers, where its own name is a short form."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check membership after the text itself was checked."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish the set as an ``enum``, the meanings, and how readers know each."""
        published = {**handler(schema), "enum": self._allowed()}
        if self.named:
            published["names"] = {choice: self.named(choice) for choice in self._allowed()}
        if isinstance(self.choices, Mapping):
            published["meanings"] = dict(self.choices)
        for name in ("noun", "beyond", "conditions"):
            if getattr(self, name):
                published[name] = getattr(self, name)
        return published

    def _allowed(self) -> list[str]:
        if callable(self.choices):
            return list(self.choices())
        return list(self.choices)

    def _check(self, text: str) -> str:
        if text not in self._allowed():
            raise ValueError("there is none of this name")
        return text


def _number(
    least: float,
    most: float,
    explore: list[float] | dict[str, Any],
    unit: str = "",
    title: str | None = None,
) -> Any:
    """Return the bounds of a number, and what a reader may turn to on the page.

    That is values, or steps or times from ours.
    """
    extra: Any = {"explore": explore}
    if unit:
        extra["unit"] = unit
    return Field(ge=least, le=most, title=title, json_schema_extra=extra)


def _whole_years() -> dict[str, Any]:
    """Return what is explored of years: none of which the evidence does not hold the whole."""
    newest = vintages()[-1]
    return {"by": [-2, -1, 1, 2], "to": last_whole_year(newest)}


def _recorded(schema: dict[str, Any]) -> None:
    schema["explore"] = _whole_years()
    schema["question"] = True


# --- numbers ---

Year = Annotated[int, Field(ge=1950, le=2030, json_schema_extra=_recorded)]
"""A calendar year."""
Period = period_type(1950, 2030, explore=_whole_years)
"""The first and the last calendar year."""

PLACED_YEARS = [*range(2006, 2019), 2021, 2022, 2024]
"""Years whose NeurIPS papers have affiliations."""
_placed = {"by": [-2, -1, 1, 2], "of": PLACED_YEARS}
PlacedYear = Annotated[
    int, Field(ge=1950, le=2030, json_schema_extra={"explore": _placed, "question": True})
]
"""A calendar year, explored within `PLACED_YEARS`."""
_lists = [2010, 2014, 2018, 2022, 2026]
ListYear = Annotated[
    int, Field(ge=1950, le=2030, json_schema_extra={"explore": _lists, "question": True})
]
"""A calendar year with a June list of the TOP500."""
Years = Annotated[int, _number(1, 50, [1, 2, 3, 5])]
"""How many calendar years."""
Months = Annotated[int, _number(1, 36, [1, 3, 6, 12], "months")]
"""How long a run lasts."""

_largest = _number(1, 1000, [5, 10, 20, 50], title="Models that count as a year's largest")
Count = Annotated[int, _largest]
"""How many models of a year are picked."""
Amount = Annotated[int, _number(1, 100_000, {"times": [0.5, 2]})]
"""A number of something that comes in bulk."""
ChipCount = Annotated[int, _number(1, 10_000_000, {"times": [0.1, 10]}, "chips")]
Money = Annotated[int, _number(100, 1_000_000_000_000, {"times": [0.1, 10, 100]}, "USD")]
"""A budget."""
ChipPrice = Annotated[
    int,
    _number(1_000, 1_000_000, {"times": [0.5, 1.4]}, "USD", title="Price of a chip installed"),
]
"""The price of a chip installed."""
Kilowatts = Annotated[float, _number(0.1, 10, [0.8, 1.9], "kW", title="Power for one chip")]
PowerPrice = Annotated[float, _number(0, 2, [0.1, 0.2], "USD", title="Price of a kilowatt-hour")]

Share = Annotated[float, _number(0, 1, {"by": [-0.05, 0.05]})]
"""A part of a whole."""
Portion = Annotated[float, _number(0.05, 1, {"by": [-0.05, 0.05]})]
"""A part of a whole that cannot be nothing."""
_of_peak = _number(
    0.05, 0.9, [0.2, 0.3, 0.4, 0.5], "share of peak", title="Share of peak speed that is reached"
)
Utilisation = Annotated[float, _of_peak]
"""The share of a chip's peak speed that is reached."""
_near = _number(
    0, 30, [1.0, 1.5, 2.0, 3.0], "orders of magnitude", title="Near the record means within"
)
Magnitudes = Annotated[float, _near]
"""A distance on a logarithmic scale."""

# --- machines ---

OwnersYear = Annotated[Year, Field(title="Owners are compared at the end of")]
"""A year at whose end owners of chips are compared."""
FirstList = Annotated[ListYear, Field(title="First TOP500 list, June")]
"""The older list of the TOP500 that is compared."""
LastList = Annotated[ListYear, Field(title="Last TOP500 list, June")]
"""The newer list of the TOP500 that is compared."""
GroupChips = Annotated[ChipCount, Field(title="A research group's GPUs")]
FacilityChips = Annotated[ChipCount, Field(title="Chips of the facility")]
MachineShare = Annotated[Portion, Field(title="Share of the money for the machine")]
"""The share of a sum that buys the machine."""
TimeInUse = Annotated[Portion, Field(title="Share of hours in use")]
"""The share of a machine's hours in which it works for somebody."""
Salary = Annotated[Money, Field(title="Cost of one member of staff, a year")]
Grant = Annotated[Money, Field(title="Research grant")]
ServiceYears = Annotated[Years, Field(title="Years that the machine runs")]
"""How long a machine runs."""
FirstYear = Annotated[Year, Field(title="First year shown")]
"""The first year of a figure."""

GPU_COUNTS = {
    "checked": "by speed, after our corrections",
    "recorded": "by speed, as recorded",
    "theirs": "by price, as the source counts",
}
GpuCount = Annotated[str, OneOf(GPU_COUNTS), Field(title="University GPUs are counted")]

# --- models ---

DEFINITIONS: dict[str, str] = {
    "all": "every model of the vintage",
    "notability-filter": (
        "notable: listed for a state-of-the-art advance, historical significance "
        "or high citation (the paper's filter)"
    ),
    "compute-known": "training compute is known",
    "notability-filter-compute-known": (
        "notable by the paper's filter, and training compute is known"
    ),
    "compute-or-parameters-known": "training compute or the number of parameters is known",
    "top-k-per-year": "among the largest by training compute of its calendar year",
    "near-record": "training compute near the largest of any model up to its date",
}
"""The definitions of large-scale, and what a model is or has that counts."""


RECORDS = {
    "audited": "as the audit found them, where it looked",
    "as-listed": "as the database lists them",
}
"""Which records of models count."""
DUAL_AFFILIATIONS = {
    "collaboration": "makes the team one of both sides",
    "apart": "makes no such team: the other authors decide",
}
"""What an author with posts at a university and at a company makes of a team."""
Records = Annotated[str, OneOf(RECORDS, "reading of the records"), Field(title="Models count")]
"""Which records of models count."""
DualAffiliation = Annotated[
    str, OneOf(DUAL_AFFILIATIONS), Field(title="An author with posts on both sides")
]
"""What an author with two posts makes of a team."""
Vintage = Annotated[str, OneOf(vintages, "snapshot"), Field(title="Snapshot of the database")]
"""A vintage of the models database."""
_with_hardware = OneOf(partial(vintages, with_hardware=True), "snapshot")
HardwareVintage = Annotated[str, _with_hardware, Field(title="Snapshot that records chips")]
"""A vintage that records chips."""
_conditions = {
    "all": "every model counts as large",
    "notability-filter": "large means notable by the paper's filter",
}
_definition = OneOf(DEFINITIONS, "rule", ["all"], _conditions)
Definition = Annotated[str, _definition, Field(title="Large means")]
"""A definition of large-scale."""

# --- chips ---

FORMATS = {
    "training": "16 bits on tensor cores where listed, else the faster of plain 16 and 32 bits",
    "tensor-16": "16 bits on tensor cores only; chips without them drop out",
    "fp32": "plain 32 bits only; tensor processing units drop out",
}
QUOTES = {"lowest": "lowest quoted", "median": "median quoted", "highest": "highest quoted"}


def rentable_chips() -> list[str]:
    """Return the chips with a dated on-demand price and a known peak speed, by name."""
    priced = set()
    for row in _rows("prices"):
        if row["usd_per_chip_hour"] and row["date"]:
            priced.add(row["chip"])
    fast = set()
    for row in _rows("chips"):
        if row["tensor_fp16_flop_s"] or row["fp16_flop_s"] or row["fp32_flop_s"]:
            fast |= {row["chip"], *row["aliases"].split("|")}
    return sorted(priced & fast)


def _rows(table: str) -> csv.DictReader[str]:
    """Return the rows of a table on hardware."""
    text = read_bytes(f"hardware/{table}.csv").decode("utf-8")
    return csv.DictReader(io.StringIO(text))


NumberFormat = Annotated[str, OneOf(FORMATS), Field(title="Peak speed is taken at")]
Chip = Annotated[str, OneOf(rentable_chips), Field(title="Chip to rent")]
"""A chip to rent or own."""
Quote = Annotated[str, OneOf(QUOTES), Field(title="Price paid")]

# --- papers ---


def _valid(flips: list[str]) -> list[str]:
    try:
        flips_of(flips)
    except EvidenceError as error:
        raise ValueError(str(error)) from error
    return flips


Venue = Annotated[str, OneOf(venues, named=venue_name), Field(title="Conference to follow")]
"""A conference of the papers table."""
Venues = Annotated[list[Venue], Field(min_length=1, title="Conferences")]
"""Conferences, at least one."""
CitedVenues = Annotated[Venues, Field(title="Conferences for citations")]
ModelVenues = Annotated[Venues, Field(title="Conferences for papers on models")]
Coverage = Annotated[Share, Field(title="Least share of papers with known teams")]
"""The least part of a conference and year whose teams are known."""
MostCited = Annotated[Share, Field(title="Most cited share")]
Topic = Annotated[str, OneOf(topic_names, named=topic_label)]
"""A topic, or a group of topics, of ``data/topics.yml``."""
Topics = Annotated[list[Topic], Field(min_length=1)]
"""Topics, at least one."""
ScrutinyTopics = Annotated[Topics, Field(title="Papers that check models")]
"""Topics that count as scrutiny."""
MethodTopics = Annotated[Topics, Field(title="Scrutiny that presents a method")]
"""Topics of scrutiny whose papers often present a method."""
TestTopics = Annotated[Topics, Field(title="Scrutiny of finished models")]
"""Topics of scrutiny that examine finished models."""
Kinds = Annotated[Topics, Field(title="Kinds of scrutiny")]
"""Topics that are counted one by one."""
InfluentialTopics = Annotated[Topics, Field(title="Topics of the most used models")]
"""Topics on which the influential models are."""
LowComputeTopics = Annotated[Topics, Field(title="Topics that need little computing")]
"""Topics that count as low-compute."""
IntensiveTopics = Annotated[Topics, Field(title="Topics that need much computing")]
"""Topics that count as compute-intensive."""
ModelTopics = Annotated[Topics, Field(title="Topics of papers on models")]
"""Topics of the papers that are about models."""
Text = Literal["title", "keywords", "abstract"]
"""A text of a paper."""
Texts = Annotated[list[Text], Field(min_length=1, title="Terms are looked for in")]
"""Texts of a paper, at least one."""
NamingTexts = Annotated[Texts, Field(title="Names of models are looked for in")]
Reading = Annotated[str, OneOf(READINGS), Field(title="Authors are placed")]
"""How it is read where authors work."""
_sides = {"mixed": "both sides", "academia": "universities", "industry": "companies"}
_joint_labs = OneOf(lambda: list(JOINT_LABS), named=_sides.__getitem__)
JointLabs = Annotated[str, _joint_labs, Field(title="Joint laboratories count as")]
"""How a joint laboratory of a university and a company counts."""
NonProfits = Annotated[str, OneOf(NON_PROFITS), Field(title="Government and non-profits count as")]
"""How government and non-profit research counts."""
_Flip = Annotated[str, Field(examples=["openai=nonprofit"])]
_judgements = Field(title="Judgement calls decided otherwise")
Flips = Annotated[list[_Flip], AfterValidator(_valid), _judgements]
"""Judgement calls that are decided otherwise: ``call=sector``."""

# --- OpenAlex ---

WORKS_READINGS = {
    "types": "the types that OpenAlex gives institutions",
    "ids": "the types of institutions, with a list of those that are companies whatever their type",
    "rules": "our rules on the affiliation strings",
}
Works = Annotated[str, OneOf(works_names), Field(title="Table of works")]
"""A table of OpenAlex works."""
WorksReading = Annotated[str, OneOf(WORKS_READINGS), Field(title="Institutions are told apart by")]
SnapshotWorks = Annotated[Amount, Field(title="Works in the snapshot")]
LinesSize = Annotated[Amount, Field(title="Size of the snapshot as JSON lines")]
ParquetSize = Annotated[Amount, Field(title="Size of the snapshot as Parquet")]

# --- what chapters ask of periods, years and snapshots ---


def _period(title: str) -> Any:
    return Annotated[Period, Field(title=title)]


EarlyPeriod = _period("Early period")
MiddlePeriod = _period("Middle period")
LatePeriod = _period("Late period")
LatestPeriod = _period("Latest period")
EarlyLanguage = _period("Language models, early period")
LateLanguage = _period("Language models, late period")
EarlyCited = _period("Citations, early period")
MiddleCited = _period("Citations, middle period")
LateCited = _period("Citations, late period")
TrendYears = _period("Fit the trends over")
PooledYears = _period("Pool the chips of models over")
FifthsYears = _period("Sort into fifths the models of")
ModelYears = _period("Read papers on models of")
CompaniesYear = Annotated[Year, Field(title="Give companies' share for")]
OldChipsYear = Annotated[Year, Field(title="Count chips as old before")]
CostsYear = Annotated[Year, Field(title="Compare the costliest runs since")]
CapabilityYear = Annotated[Year, Field(title="Compare capability since")]
FollowedYear = Annotated[Year, Field(title="Follow the models of")]
OtherFollowedYear = Annotated[Year, Field(title="Follow as well the models of")]
YearBefore = Annotated[PlacedYear, Field(title="Follow it before the rise, in")]
YearBetween = Annotated[PlacedYear, Field(title="Follow it about the turn, in")]
YearAfter = Annotated[PlacedYear, Field(title="Follow it after the turn, in")]
RecentYears = Annotated[Years, Field(title="Newest years that count as recent")]
ComparedYears = Annotated[Years, Field(title="Newest years compared")]
PaperVintage = Annotated[Vintage, Field(title="Snapshot of the paper's time")]
EarlierVintage = Annotated[Vintage, Field(title="Earlier snapshot")]
LaterVintage = Annotated[Vintage, Field(title="Later snapshot")]
SettledVintage = Annotated[Vintage, Field(title="Snapshot once the years were filled up")]
ComparedVintage = Annotated[Vintage, Field(title="Compare with the snapshot of")]
ComparedAccess = Annotated[HardwareVintage, Field(title="Compare with the snapshot of")]
AccessVintage = Annotated[HardwareVintage, Field(title="Snapshot that records access")]
BaseVintage = Annotated[HardwareVintage, Field(title="Snapshot that names base models")]

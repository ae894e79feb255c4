"""Types of the parameters: what each may be, its unit, its title.

What a choice means, its chapter says behind it.
Sets that depend on the evidence are read when they are needed; nothing heavy is imported:
parameters are listed often.
"""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from bookpress.chapter.periods import period_type
from compute_divide.choice_kinds import Ask, OneOf, number_of, recorded, whole_years
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
    read_bytes,
    vintages,
    works_names,
)


def _asked(kind: Any, title: str, ask: str = "") -> Any:
    """Return a choice with its title, and what the panel asks, with a verb; else the title is."""
    return Annotated[kind, Field(title=title), Ask(ask or title)]


# --- numbers ---

Year = Annotated[int, Field(ge=1950, le=2030, json_schema_extra=recorded)]
"""A calendar year."""
Period = period_type(1950, 2030, explore=whole_years)
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
Years = Annotated[int, number_of(1, 50, [1, 2, 3, 5])]
"""How many calendar years."""
Months = Annotated[int, number_of(1, 36, [1, 3, 6, 12], "months")]
"""How long a run lasts."""

_largest = number_of(1, 1000, [5, 10, 20, 50], title="Models that count as a year's largest")
Count = Annotated[int, _largest, Ask("Count as a year's largest")]
"""How many models of a year are picked."""
Amount = Annotated[int, number_of(1, 100_000, {"times": [0.5, 2]})]
"""A number of something that comes in bulk."""
ChipCount = Annotated[int, number_of(1, 10_000_000, {"times": [0.1, 10]}, "chips")]
Money = Annotated[int, number_of(100, 1_000_000_000_000, {"times": [0.1, 10, 100]}, "USD")]
"""A budget."""
ChipPrice = Annotated[
    int,
    number_of(1_000, 1_000_000, {"times": [0.5, 1.4]}, "USD", title="Price of a chip installed"),
    Ask("Pay for a chip, installed"),
]
"""The price of a chip installed."""
Kilowatts = Annotated[
    float,
    number_of(0.1, 10, [0.8, 1.9], "kW", title="Power for one chip"),
    Ask("Power each chip with"),
]
PowerPrice = Annotated[
    float,
    number_of(0, 2, [0.1, 0.2], "USD", title="Price of a kilowatt-hour"),
    Ask("Pay for a kilowatt-hour"),
]

Share = Annotated[float, number_of(0, 1, {"by": [-0.05, 0.05]})]
"""A part of a whole."""
Portion = Annotated[float, number_of(0.05, 1, {"by": [-0.05, 0.05]})]
"""A part of a whole that cannot be nothing."""
_of_peak = number_of(
    0.05, 0.9, [0.2, 0.3, 0.4, 0.5], "share of peak", title="Share of peak speed that is reached"
)
Utilisation = Annotated[float, _of_peak, Ask("Reach of the peak speed")]
"""The share of a chip's peak speed that is reached."""
_near = number_of(
    0, 30, [1.0, 1.5, 2.0, 3.0], "orders of magnitude", title="Near the record means within"
)
Magnitudes = Annotated[float, _near, Ask("Count as near the record within")]
"""A distance on a logarithmic scale."""

# --- machines ---

OwnersYear = _asked(Year, "Owners are compared at the end of", "Compare owners at the end of")
"""A year at whose end owners of chips are compared."""
FirstList = _asked(ListYear, "First TOP500 list, June", "Start with the June TOP500 list of")
"""The older list of the TOP500 that is compared."""
LastList = _asked(ListYear, "Last TOP500 list, June", "End with the June TOP500 list of")
"""The newer list of the TOP500 that is compared."""
GroupChips = _asked(ChipCount, "A research group's GPUs", "Give a research group")
FacilityChips = _asked(ChipCount, "Chips of the facility", "Give the facility")
MachineShare = _asked(Portion, "Share of the money for the machine", "Spend on the machine")
"""The share of a sum that buys the machine."""
TimeInUse = _asked(Portion, "Share of hours in use", "Use the machine for")
"""The share of a machine's hours in which it works for somebody."""
Salary = _asked(Money, "Cost of one member of staff, a year", "Pay a member of staff, a year")
Grant = _asked(Money, "Research grant", "Take a grant of")
ServiceYears = _asked(Years, "Years that the machine runs", "Run the machine for")
"""How long a machine runs."""
FirstYear = _asked(Year, "First year shown", "Show the years from")
"""The first year of a figure."""

GPU_COUNTS = {
    "checked": "by speed, after our corrections",
    "recorded": "by speed, as recorded",
    "theirs": "by price, as the source counts",
}
GpuCount = _asked(
    Annotated[str, OneOf(GPU_COUNTS)], "University GPUs are counted", "Count university GPUs"
)

# --- models ---

DEFINITIONS: dict[str, str] = {
    "all": "every model of the snapshot",
    "notability-filter": (
        "notable models: listed for a state-of-the-art advance, historical significance "
        "or high citation (the paper's filter)"
    ),
    "compute-known": "models whose training compute is known",
    "notability-filter-compute-known": (
        "notable models, by the paper's filter, whose training compute is known"
    ),
    "compute-or-parameters-known": (
        "models whose training compute or number of parameters is known"
    ),
    "top-k-per-year": "the largest of each year by training compute",
    "near-record": "models near the largest training compute up to their date",
}
"""The definitions of large-scale, and which models count."""


RECORDS = {
    "audited": "as the audit found them, where it looked",
    "as-listed": "as the database lists them",
}
"""Which records of models count."""
DUAL_AFFILIATIONS = {
    "collaboration": "make the team one of both sides",
    "apart": "leave the team to the other authors",
}
"""What an author with posts at a university and at a company makes of a team."""
Records = _asked(
    Annotated[str, OneOf(RECORDS, "reading of the records")], "Models count", "Count models"
)
"""Which records of models count."""
DualAffiliation = _asked(
    Annotated[str, OneOf(DUAL_AFFILIATIONS)],
    "An author with posts on both sides",
    "Let an author with two posts",
)
"""What an author with two posts makes of a team."""
Vintage = _asked(
    Annotated[str, OneOf(vintages, "snapshot")], "Snapshot of the database", "Read the database of"
)
"""A vintage of the models database."""
_with_hardware = OneOf(partial(vintages, with_hardware=True), "snapshot")
HardwareVintage = _asked(
    Annotated[str, _with_hardware], "Snapshot that records chips", "Read chips from the database of"
)
"""A vintage that records chips."""
_conditions = {
    "all": "every model counts as large",
    "notability-filter": "large means notable by the paper's filter",
}
_definition = OneOf(DEFINITIONS, "rule", ["all"], _conditions)
Definition = _asked(Annotated[str, _definition], "Large means", "Count as large")
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


NumberFormat = _asked(
    Annotated[str, OneOf(FORMATS)], "Peak speed is taken at", "Take peak speed at"
)
Chip = _asked(Annotated[str, OneOf(rentable_chips)], "Chip to rent", "Rent")
"""A chip to rent or own."""
Quote = _asked(Annotated[str, OneOf(QUOTES)], "Price paid", "Pay the price")

# --- papers ---


def _valid(flips: list[str]) -> list[str]:
    try:
        flips_of(flips)
    except EvidenceError as error:
        raise ValueError(str(error)) from error
    return flips


Venue = Annotated[
    str,
    OneOf(venues, named=venue_name),
    Field(title="Conference to follow"),
    Ask("Follow the conference"),
]
"""A conference of the papers table."""
Venues = Annotated[list[Venue], Field(min_length=1, title="Conferences")]
"""Conferences, at least one."""
CitedVenues = _asked(Venues, "Conferences for citations", "Count citations at")
ModelVenues = _asked(Venues, "Conferences for papers on models", "Read papers on models at")
Coverage = _asked(
    Share, "Least share of papers with known teams", "Leave out years known for less than"
)
"""The least part of a conference and year whose teams are known."""
MostCited = _asked(Share, "Most cited share", "Call most cited the first")
Topic = Annotated[str, OneOf(topic_names, named=topic_label)]
"""A topic, or a group of topics, of ``data/topics.yml``."""
Topics = Annotated[list[Topic], Field(min_length=1)]
"""Topics, at least one."""
ScrutinyTopics = _asked(Topics, "Papers that check models", "Count as checking models papers on")
"""Topics that count as scrutiny."""
MethodTopics = _asked(Topics, "Scrutiny that presents a method", "Count as methods")
"""Topics of scrutiny whose papers often present a method."""
TestTopics = _asked(Topics, "Scrutiny of finished models", "Count as tests of models")
"""Topics of scrutiny that examine finished models."""
Kinds = _asked(Topics, "Kinds of scrutiny", "Tell apart papers on")
"""Topics that are counted one by one."""
InfluentialTopics = _asked(
    Topics, "Topics of the most used models", "Take the most used models from"
)
"""Topics on which the influential models are."""
LowComputeTopics = _asked(
    Topics, "Topics that need little computing", "Count as needing little computing"
)
"""Topics that count as low-compute."""
IntensiveTopics = _asked(
    Topics, "Topics that need much computing", "Count as needing much computing"
)
"""Topics that count as compute-intensive."""
ModelTopics = _asked(Topics, "Topics of papers on models", "Count as papers on models those on")
"""Topics of the papers that are about models."""
Text = Literal["title", "keywords", "abstract"]
"""A text of a paper."""
Texts = Annotated[
    list[Text], Field(min_length=1, title="Terms are looked for in"), Ask("Look for terms in")
]
"""Texts of a paper, at least one."""
NamingTexts = _asked(Texts, "Names of models are looked for in", "Look for names of models in")
Reading = _asked(Annotated[str, OneOf(READINGS)], "Authors are placed", "Place authors")
"""How it is read where authors work."""
_sides = {"mixed": "both sides", "academia": "universities", "industry": "companies"}
_joint_labs = OneOf(lambda: list(JOINT_LABS), named=_sides.__getitem__)
JointLabs = _asked(
    Annotated[str, _joint_labs], "Joint laboratories count as", "Count joint laboratories as"
)
"""How a joint laboratory of a university and a company counts."""
NonProfits = _asked(
    Annotated[str, OneOf(NON_PROFITS)],
    "Government and non-profits count as",
    "Count government and non-profits as",
)
"""How government and non-profit research counts."""
_Flip = Annotated[str, Field(examples=["openai=nonprofit"])]
_judgements = Field(title="Judgement calls decided otherwise")
Flips = Annotated[list[_Flip], AfterValidator(_valid), _judgements, Ask("Decide otherwise")]
"""Judgement calls that are decided otherwise: ``call=sector``."""

# --- OpenAlex ---

WORKS_READINGS = {
    "types": "the types that OpenAlex gives institutions",
    "ids": "the types of institutions, with a list of those that are companies whatever their type",
    "rules": "our rules on the affiliation strings",
}
Works = _asked(Annotated[str, OneOf(works_names)], "Table of works", "Read the table of works")
"""A table of OpenAlex works."""
WorksReading = _asked(
    Annotated[str, OneOf(WORKS_READINGS)],
    "Institutions are told apart by",
    "Tell institutions apart by",
)
SnapshotWorks = _asked(Amount, "Works in the snapshot", "Take the snapshot to have works")
LinesSize = _asked(
    Amount, "Size of the snapshot as JSON lines", "Take the snapshot as JSON lines to be"
)
ParquetSize = _asked(
    Amount, "Size of the snapshot as Parquet", "Take the snapshot as Parquet to be"
)

# --- what chapters ask of periods, years and snapshots ---


def _period(title: str, ask: str = "") -> Any:
    """Return a period with its title, and what the panel asks."""
    return _asked(Period, title, ask)


EarlyPeriod = _period("Early period", "Start with the years")
MiddlePeriod = _period("Middle period", "Put in the middle the years")
LatePeriod = _period("Late period", "Compare with the years")
LatestPeriod = _period("Latest period", "End with the years")
EarlyLanguage = _period("Language models, early period", "Start for language models with")
LateLanguage = _period("Language models, late period", "End for language models with")
EarlyCited = _period("Citations, early period", "Start for citations with")
MiddleCited = _period("Citations, middle period", "Put in the middle for citations the years")
LateCited = _period("Citations, late period", "End for citations with")
TrendYears = _period("Fit the trends over")
PooledYears = _period("Pool the chips of models over")
FifthsYears = _period("Sort into fifths the models of")
ModelYears = _period("Read papers on models of")
CompaniesYear = _asked(Year, "Give companies' share for")
OldChipsYear = _asked(Year, "Count chips as old before")
CostsYear = _asked(Year, "Compare the costliest runs since")
CapabilityYear = _asked(Year, "Compare capability since")
FollowedYear = _asked(Year, "Follow the models of")
OtherFollowedYear = _asked(Year, "Follow as well the models of")
YearBefore = _asked(PlacedYear, "Follow it before the rise, in")
YearBetween = _asked(PlacedYear, "Follow it about the turn, in")
YearAfter = _asked(PlacedYear, "Follow it after the turn, in")
RecentYears = _asked(Years, "Newest years that count as recent", "Count as recent the newest years")
ComparedYears = _asked(Years, "Newest years compared", "Compare the newest years")
PaperVintage = _asked(
    Vintage, "Snapshot of the paper's time", "Read for the paper's time the database of"
)
EarlierVintage = _asked(Vintage, "Earlier snapshot", "Read first the database of")
LaterVintage = _asked(Vintage, "Later snapshot", "Read then the database of")
SettledVintage = _asked(
    Vintage,
    "Snapshot once the years were filled up",
    "Read filled-up years from",
)
ComparedVintage = _asked(Vintage, "Compare with the snapshot of", "Compare with the database of")
ComparedAccess = _asked(
    HardwareVintage, "Compare with the snapshot of", "Compare with the database of"
)
AccessVintage = _asked(
    HardwareVintage, "Snapshot that records access", "Read access from the database of"
)
BaseVintage = _asked(
    HardwareVintage, "Snapshot that names base models", "Read base models from the database of"
)

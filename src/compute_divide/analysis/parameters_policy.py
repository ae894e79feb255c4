"""Types of the parameters of the chapters on hardware, diffusion and policy.

The vintages that record hardware and openness are fewer than all: those who began to record them came in late 2023. The
chips that a budget can rent are read from the evidence: those with a dated price and a known peak.
"""

from __future__ import annotations

import csv
import io
from typing import Annotated

from pydantic import Field

from compute_divide.evidence.parameters import OneOf, vintages
from compute_divide.evidence.store.paths import read_bytes

FIRST_WITH_HARDWARE = "2023-12"
"""The first vintage that records number of chips and openness for more than a handful of models."""

FORMATS = {
    "training": "16 bits on tensor cores where listed, else the faster of plain 16 and 32 bits",
    "tensor-16": "16 bits on tensor cores only; chips without them drop out",
    "fp32": "plain 32 bits only; tensor processing units drop out",
}
"""Rules for the number format in which the peak of a chip is taken, by name."""

QUOTES = {"lowest": "lowest quoted", "median": "median quoted", "highest": "highest quoted"}
"""Which of the quoted prices to pay."""


def vintages_with_hardware() -> list[str]:
    """Return the vintages that record hardware and openness, oldest first.

    Examples
    --------
    >>> "2023-03" in vintages_with_hardware(), "2026-08" in vintages_with_hardware()
    (False, True)
    """
    return [vintage for vintage in vintages() if vintage >= FIRST_WITH_HARDWARE]


def rentable_chips() -> list[str]:
    """Return the chips with a dated on-demand price and a known peak speed, in alphabetical order.

    Examples
    --------
    >>> "NVIDIA H100 SXM5 80GB" in rentable_chips()
    True
    """
    priced = {row["chip"] for row in _rows("hardware/prices.csv") if row["usd_per_chip_hour"] and row["date"]}
    rates = ("tensor_fp16_flop_s", "fp16_flop_s", "fp32_flop_s")
    fast = {
        name
        for row in _rows("hardware/chips.csv")
        if any(row[rate] for rate in rates)
        for name in (row["chip"], *row["aliases"].split("|"))
    }
    return sorted(priced & fast)


def _rows(name: str) -> csv.DictReader[str]:
    # Not pandas: listing parameters must stay quick.
    return csv.DictReader(io.StringIO(read_bytes(name).decode("utf-8")))


HardwareVintage = Annotated[
    str,
    OneOf(vintages_with_hardware, "a vintage that records hardware"),
    Field(description="dated snapshot of the models database, one that records chips and openness"),
]
"""A vintage that records hardware and openness."""

NumberFormat = Annotated[
    str,
    OneOf(lambda: list(FORMATS), "a rule for number formats"),
    Field(
        description="in which number format the peak of a chip is taken: "
        + "; ".join(f"{name} = {meaning}" for name, meaning in FORMATS.items()),
        json_schema_extra={"meanings": FORMATS},
    ),
]
"""A rule for the number format of a chip's peak."""

ChipName = Annotated[
    str,
    OneOf(rentable_chips, "a chip with a dated price and a known peak"),
    Field(description="chip to rent or own"),
]
"""A chip with a dated on-demand price and a known peak speed; the set is read from the evidence."""

Quote = Annotated[
    str,
    OneOf(lambda: list(QUOTES), "a quoted price"),
    Field(description="which of the on-demand prices quoted for the chip in the newest year to pay"),
]
"""Which of the quoted prices to pay."""

Budget = Annotated[
    int,
    Field(ge=100, le=1_000_000_000_000, description="money for one training run", json_schema_extra={"unit": "USD"}),
]
"""Money for one training run."""

Utilisation = Annotated[
    float,
    Field(
        ge=0.05,
        le=0.9,
        description="share of the chips' peak speed that the run reaches",
        json_schema_extra={"unit": "share of peak"},
    ),
]
"""Share of the peak speed that a run reaches."""

Months = Annotated[
    int,
    Field(ge=1, le=36, description="how long the run lasts", json_schema_extra={"unit": "months"}),
]
"""Duration of a run."""

ChipCount = Annotated[
    int,
    Field(ge=1, le=10_000_000, description="chips of the facility", json_schema_extra={"unit": "chips"}),
]
"""Chips of a facility."""

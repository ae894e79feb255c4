"""Chips, machines and what they cost."""

from __future__ import annotations

import csv
import io
from typing import Annotated

from pydantic import Field

from compute_divide.choices.kinds import OneOf, number_within
from compute_divide.sources.store.files import read_bytes

_lists = [2010, 2014, 2018, 2022, 2026]
ListYear = Annotated[
    int, Field(ge=1950, le=2030, json_schema_extra={"explore": _lists, "question": True})
]
"""A calendar year with a June list of the TOP500."""
GPU_COUNTS = {
    "checked": "by speed, after our corrections",
    "recorded": "by speed, as recorded",
    "theirs": "by price, as the source counts",
}
GpuCount = Annotated[str, OneOf(GPU_COUNTS)]
"""How the GPUs of universities are counted."""
ENTERED = {
    "entry": "with GPUs",
    "accelerated": "with GPUs, Xeon Phi or other accelerators",
    "first_list": "with GPUs, from the first list that has them",
    "plain": "without accelerators",
}
Entered = Annotated[str, OneOf(ENTERED)]
"""Which machines of universities count as entering the TOP500."""
Window = Annotated[int, number_within(1, 3, [1, 2, 3], "years")]
"""The years after a machine's entry that are averaged."""
ChipCount = Annotated[int, number_within(1, 10_000_000, {"times": [0.1, 10]}, "chips")]
"""The chips of a machine."""
ChipPrice = Annotated[int, number_within(1_000, 1_000_000, {"times": [0.5, 1.4]}, "USD")]
"""The price of a chip installed."""
Kilowatts = Annotated[float, number_within(0.1, 10, [0.8, 1.9], "kW")]
"""The power at the meter for one chip."""
PowerPrice = Annotated[float, number_within(0, 2, [0.1, 0.2], "USD")]
"""The price of a kilowatt-hour."""
Utilisation = Annotated[float, number_within(0.05, 0.9, [0.2, 0.3, 0.4, 0.5], "share")]
"""The share of a chip's peak speed that is reached."""

FORMATS = {
    "training": "16 bits on tensor cores where listed, else the faster of plain 16 and 32 bits",
    "tensor-16": "16 bits on tensor cores only (leaves out chips without them)",
    "fp32": "plain 32 bits only (leaves out tensor processing units)",
}
NumberFormat = Annotated[str, OneOf(FORMATS)]
"""The number format in which the peak of a chip is taken."""
QUOTES = {
    "lowest": "the lowest quoted",
    "median": "the median quoted",
    "highest": "the highest quoted",
}
Quote = Annotated[str, OneOf(QUOTES)]
"""Which of the quoted prices for a chip is paid."""


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


Chip = Annotated[str, OneOf(rentable_chips)]
"""A chip to rent or own."""

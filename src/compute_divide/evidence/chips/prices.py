"""Dated prices of chips (Epoch AI): bought, or rented by the hour in a cloud, on demand or with a commitment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from compute_divide.evidence.models.dates import PRECISIONS, read_date
from compute_divide.evidence.models.epoch import CREDIT, LICENCE, URL
from compute_divide.evidence.store.columns import date, flag, number, one_of, schema, text, whole
from compute_divide.evidence.store.raw_csv import Bounds, Findings, Row, clean, joined, need, read_raw, split_list
from compute_divide.evidence.store.raw_csv import number as read_number
from compute_divide.evidence.store.sidecars import SetAside, Sidecar
from compute_divide.evidence.store.tables import read_table, write_table

_PRICES = {
    "usd_per_chip_hour": "Price per chip-hour (on-demand)",
    "usd_per_chip_hour_1y": "Price per chip-hour (1-year CUD)",
    "usd_per_chip_hour_3y": "Price per chip-hour (3-year CUD)",
    "usd_purchase": "Price (hardware purchase)",
}

_ESTIMATED = ("not a real sale price", "estimated tpu purchase price", "times for h100 are extrapolated")
"""What the notes of the source say where a price was not observed."""

SCHEMA = schema(
    "prices of one chip at one date from one seller",
    date=date(),
    date_precision=one_of(PRECISIONS),
    chip=text(nullable=False),
    manufacturer=text(),
    kind=one_of(["cloud", "purchase"], nullable=False),
    vendor=text(),
    location=text(),
    offer=text(),
    chips_in_offer=whole(1),
    **{name: number() for name in _PRICES},
    estimated=flag(),
    source=text(),
)
"""Schema of ``hardware/prices.csv``. Dollars of the day; a purchase price is for one chip, also when sold as a system.
``_1y`` and ``_3y`` are prices an hour with a commitment of one and of three years."""

TABLES = {"hardware/prices.csv": SCHEMA}
"""Our tables and their schemas, for the catalogue."""


def load_prices() -> pd.DataFrame:
    """Return the dated prices, with the columns of `SCHEMA`.

    Examples
    --------
    >>> load_prices()["kind"].value_counts().to_dict()
    {'cloud': 468, 'purchase': 122}
    """
    return read_table("hardware/prices.csv", SCHEMA)


def derive_prices(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of prices; see `compute_divide.evidence.catalogue.Derive`."""
    file = read_raw(raw / "models" / "epoch_hardware_prices_2025-06-20.csv")
    plain = ("Price source", "Price date", "Hardware model", "Manufacturer", "Vendor", "Location", "Notes")
    need(file, [*plain, "Cloud GPU description", "Number of GPUs", *_PRICES.values()])
    findings = Findings()
    records = [(row, _price(row, findings)) for row in file.rows]
    priceless = [f"row {row.number}" for row, record in records if record is None]
    table = pd.DataFrame([record for _, record in records if record], columns=list(SCHEMA.columns)).replace("", None)
    sidecar = write_table(
        table,
        "hardware/prices.csv",
        SCHEMA,
        description="dated prices of chips, bought or rented by the hour",
        sources=[file.source("Epoch AI, hardware prices", CREDIT, LICENCE, "2025-06-20", URL)],
        derived_by="compute_divide.evidence.chips.prices.derive_prices",
        set_aside=[SetAside(reason="no price", rows=len(priceless), examples=priceless[:3])] if priceless else [],
        notes=findings.notes(),
        folder=folder,
    )
    return [sidecar]


def _price(row: Row, findings: Findings) -> dict[str, Any] | None:
    """Return a price in our schema, None for a row without any."""
    prices = {ours: read_number(row, theirs, ours, Bounds(), findings) for ours, theirs in _PRICES.items()}
    if all(price is None for price in prices.values()):
        return None
    day = read_date(row, "Price date", "date", findings)
    note = clean(row.cells["Notes"]).casefold()
    return {
        "date": day.day.isoformat() if day else None,
        "date_precision": day.precision if day else None,
        "chip": clean(row.cells["Hardware model"]),
        "manufacturer": clean(row.cells["Manufacturer"]),
        "kind": "cloud" if prices["usd_purchase"] is None else "purchase",
        "vendor": clean(row.cells["Vendor"]),
        "location": joined(split_list(row.cells["Location"])),
        "offer": clean(row.cells["Cloud GPU description"]),
        "chips_in_offer": read_number(row, "Number of GPUs", "chips_in_offer", Bounds(whole=True), findings),
        **prices,
        "estimated": any(words in note for words in _ESTIMATED),
        "source": clean(row.cells["Price source"]),
    }

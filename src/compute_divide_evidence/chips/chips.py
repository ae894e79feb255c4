"""Derive the tables of chips, of the trends of GPUs and of prices (Epoch AI)."""

from __future__ import annotations

from pathlib import Path

from compute_divide.sources.chips.chips import (
    CHIP_FIELDS,
    CHIPS,
    PRICE_FIELDS,
    PRICE_HEADERS,
    PRICES,
    TREND_FIELDS,
    TRENDS,
)
from compute_divide.sources.store.files import Sidecar
from compute_divide.sources.store.raw_csv import (
    Findings,
    Row,
    parse_number,
)
from compute_divide_evidence.models.table import epoch
from compute_divide_evidence.store.raw_csv import read_raw
from compute_divide_evidence.store.writing import DerivedTable, read_rows


def derive_hardware(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the tables of chips and of graphics processors.

    See `compute_divide_evidence.catalogue.Derive`.
    """
    chips = epoch(
        "models/epoch_ml_hardware_2026-07-19.csv",
        "Epoch AI, Machine Learning Hardware",
        "2026-07-19",
    )
    trends = epoch(
        "models/epoch_gpu_trends_2023-03-02.csv",
        "Epoch AI, Trends in GPU price-performance",
        "2023-03-02",
    )
    mixed = (
        "left out, because they mix number formats: "
        "Max performance, ML OP/s, Price-performance, Energy efficiency"
    )
    return [
        DerivedTable(CHIPS, folder).derive(raw, chips, CHIP_FIELDS, [mixed]),
        DerivedTable(TRENDS, folder).derive(raw, trends, TREND_FIELDS),
    ]


def derive_prices(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of prices; see `compute_divide_evidence.catalogue.Derive`."""
    origin = epoch(
        "models/epoch_hardware_prices_2025-06-20.csv", "Epoch AI, hardware prices", "2025-06-20"
    )
    file = read_raw(raw / origin.path)
    findings = Findings()
    aside = Findings()
    priced = []
    for row in file.rows:
        if _is_priced(row):
            priced.append(row)
        else:
            aside.add("no price", f"row {row.number}")
    rows = read_rows(priced, PRICE_FIELDS, findings)
    source = file.source(origin)
    return [DerivedTable(PRICES, folder).write(rows, [source], aside.groups(), findings.notes())]


def _is_priced(row: Row) -> bool:
    prices = (parse_number(row[header]) for header in PRICE_HEADERS.values())
    return any(price is not None for price in prices)

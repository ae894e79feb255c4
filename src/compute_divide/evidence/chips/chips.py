"""Chips that models are trained on (Epoch AI): performance with every number format in its own column, price, date.

The source also has columns that mix number formats ("Max performance", "ML OP/s", "Price-performance"): FP32 for old
chips, FP8 or FP4 for new ones. They overstate growth and are left out.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from compute_divide.evidence.models.table import CREDIT, LICENCE, URL
from compute_divide.evidence.store.files import Origin, Sidecar
from compute_divide.evidence.store.raw_csv import Bounds, Findings, Labels, Row, joined, parse_number, same
from compute_divide.evidence.store.raw_csv import number as read_number
from compute_divide.evidence.store.tables import (
    Field,
    as_count,
    as_date,
    as_label,
    as_list,
    as_number,
    as_text,
    derive_table,
    flag,
    number,
    one_of,
    read_table,
    schema_of,
    text,
    whole,
)

KINDS = Labels(
    "kind of chip",
    same("GPU", "TPU", "XPU-R", "XPU", "NPU", "GPGPU", "ASIC", "LPU", "DCU (GPGPU)", "Hybrid CPU", "Other"),
)

FORMATS = {
    "fp64_flop_s": "FP64 (double precision) performance (FLOP/s)",
    "fp32_flop_s": "FP32 (single precision) performance (FLOP/s)",
    "tf32_flop_s": "TF32 (TensorFloat-32) performance (FLOP/s)",
    "fp16_flop_s": "FP16 (half precision) performance (FLOP/s)",
    "tensor_fp16_flop_s": "Tensor-FP16/BF16 performance (FLOP/s)",
    "fp8_flop_s": "FP8 performance (FLOP/s)",
    "fp4_flop_s": "FP4 performance (FLOP/s)",
    "int16_op_s": "INT16 performance (OP/s)",
    "int8_op_s": "INT8 performance (OP/s)",
    "int4_op_s": "INT4 performance (OP/s)",
}
"""Our columns of peak performance by number format, dense, and the headers of the source."""

_FIGURES = {
    "price_usd": "Release price (USD)",
    **FORMATS,
    "memory_bytes": "Memory (bytes)",
    "memory_bandwidth_byte_s": "Memory bandwidth (byte/s)",
    "tdp_w": "TDP (W)",
    "process_nm": "Process size (nm)",
}

ALIASES = {
    "AMD Radeon Instinct MI250X": ("AMD Instinct MI250X",),
    "Google TPU v3": ("Google TPU V3",),
    "Google TPU v4": ("Google TPU V4",),
    "Huawei Ascend 910": ("Ascend (昇腾) 910",),
    "Huawei Ascend 910B": ("Ascend (昇腾) 910B",),
    "NVIDIA A800 PCIe 80 GB": ("NVIDIA A800 PCIe",),
    "NVIDIA A800 SXM": ("NVIDIA A800",),
    "NVIDIA B200": ("NVIDIA B200 GPUs",),
    "NVIDIA GeForce GTX 1080 Ti": ("NVIDIA Geforce GTX1080 Ti",),
    "NVIDIA GeForce GTX TITAN X": ("NVIDIA GTX Titan X",),
    "NVIDIA GeForce GTX Titan Black": ("NVIDIA GTX Titan Black", "NVIDIA GeForce GTX TITAN BLACK"),
    "NVIDIA GeForce RTX 2080 Ti 11GB": ("NVIDIA GeForce RTX 2080 Ti",),
    "NVIDIA H100 SXM5 80GB": ("NVIDIA H100 SXM5", "Nvidia H100 80G"),
    "NVIDIA H200 SXM": ("NVIDIA H200",),
    "NVIDIA H800 SXM5": ("NVIDIA H800",),
    # the same processor, with another cooling or memory
    "NVIDIA Tesla C2050": ("NVIDIA Tesla C2075",),
    "NVIDIA Tesla K20c": ("NVIDIA Tesla K20m",),
    "NVIDIA Tesla K40s": ("NVIDIA Tesla K40c", "NVIDIA Tesla K40m"),
    "NVIDIA Tesla P100 PCIe 16GB": ("NVIDIA Tesla P100 PCIe 16 GB",),
    "NVIDIA Tesla V100 SXM2": ("NVIDIA Tesla V100 SMX2",),
}
"""Other names that models, clusters and prices use for a chip of the list."""

CHIP_FIELDS = {
    "chip": as_text("Hardware name", nullable=False),
    "aliases": Field(text(), lambda row, _, __: joined(ALIASES.get(row["Hardware name"], ()))),
    "manufacturer": as_text("Manufacturer"),
    "kind": as_label("Type", KINDS),
    **as_date("released", "Release date"),
    **{ours: as_number(theirs) for ours, theirs in _FIGURES.items()},
    "datasheet": as_text("Link to datasheet"),
    "price_source": as_text("Source for the price"),
}
CHIPS = schema_of(CHIP_FIELDS)
"""Schema of ``hardware/chips.csv``. Operations a second, without sparsity; price in dollars at release."""


def _memory(row: Row, name: str, findings: Findings) -> float | None:
    megabytes = read_number(row, "memory_size_in_MB", name, Bounds(), findings)
    return None if megabytes is None else megabytes * 1e6


TREND_FIELDS = {
    "chip": as_text("product", nullable=False),
    **as_date("released", "date"),
    "year": as_number("year", Bounds(1990, 2030, whole=True), whole(1990, 2030)),
    "fp64_flop_s": as_number("FP64_flops"),
    "fp32_flop_s": as_number("FP32_flops"),
    "fp16_flop_s": as_number("FP16_flops"),
    "price_usd_2020": as_number("real_price_2020"),
    "tdp_w": as_number("TDP_in_W"),
    "memory_bytes": Field(number(), _memory),
    "process_nm": as_number("process_size_in_nm"),
}
TRENDS = schema_of(TREND_FIELDS)
"""Schema of ``hardware/gpu_trends.csv``. Prices in dollars of 2020; 415 of 1,948 products have one."""

TABLES = {"hardware/chips.csv": CHIPS, "hardware/gpu_trends.csv": TRENDS}


def load_chips() -> pd.DataFrame:
    """Return the chips, with the columns of `CHIPS`."""
    return read_table("hardware/chips.csv", CHIPS)


def load_gpu_trends() -> pd.DataFrame:
    """Return graphics processors of 2005 to 2021, with the columns of `TRENDS`."""
    return read_table("hardware/gpu_trends.csv", TRENDS)


def derive_hardware(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the tables of chips and of graphics processors; see `compute_divide.evidence.catalogue.Derive`."""
    chips = derive_table(
        raw,
        folder,
        _epoch("epoch_ml_hardware_2026-07-19.csv", "Epoch AI, Machine Learning Hardware", "2026-07-19"),
        "hardware/chips.csv",
        CHIP_FIELDS,
        description="chips: peak performance by number format, price, release date, power, memory",
        derived_by="compute_divide.evidence.chips.chips.derive_hardware",
        notes=[
            "left out, because they mix number formats: Max performance, ML OP/s, Price-performance, Energy efficiency"
        ],
    )
    trends = derive_table(
        raw,
        folder,
        _epoch("epoch_gpu_trends_2023-03-02.csv", "Epoch AI, Trends in GPU price-performance", "2023-03-02"),
        "hardware/gpu_trends.csv",
        TREND_FIELDS,
        description="graphics processors of 2005 to 2021: performance, price in dollars of 2020",
        derived_by="compute_divide.evidence.chips.chips.derive_hardware",
    )
    return [chips, trends]


def _epoch(file: str, title: str, snapshot: str) -> Origin:
    return Origin(f"models/{file}", title, snapshot, CREDIT, LICENCE, URL)


# --- prices ---

_PRICES = {
    "usd_per_chip_hour": "Price per chip-hour (on-demand)",
    "usd_per_chip_hour_1y": "Price per chip-hour (1-year CUD)",
    "usd_per_chip_hour_3y": "Price per chip-hour (3-year CUD)",
    "usd_purchase": "Price (hardware purchase)",
}

_ESTIMATED = ("not a real sale price", "estimated tpu purchase price", "times for h100 are extrapolated")
"""What the notes of the source say where a price was not observed."""

PRICE_FIELDS = {
    **as_date("date", "Price date"),
    "chip": as_text("Hardware model", nullable=False),
    "manufacturer": as_text("Manufacturer"),
    "kind": Field(
        one_of(["cloud", "purchase"], nullable=False),
        lambda row, _, __: "cloud" if parse_number(row[_PRICES["usd_purchase"]]) is None else "purchase",
    ),
    "vendor": as_text("Vendor"),
    "location": as_list("Location"),
    "offer": as_text("Cloud GPU description"),
    "chips_in_offer": as_count("Number of GPUs"),
    **{ours: as_number(theirs) for ours, theirs in _PRICES.items()},
    "estimated": Field(flag(), lambda row, _, __: any(words in row["Notes"].casefold() for words in _ESTIMATED)),
    "source": as_text("Price source"),
}
PRICES = schema_of(PRICE_FIELDS)
"""Schema of ``hardware/prices.csv``. Dollars of the day; a purchase price is for one chip, also when sold as a system.
``_1y`` and ``_3y`` are prices an hour with a commitment of one and of three years."""

PRICE_TABLES = {"hardware/prices.csv": PRICES}


def load_prices() -> pd.DataFrame:
    """Return the dated prices, with the columns of `PRICES`."""
    return read_table("hardware/prices.csv", PRICES)


def derive_prices(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of prices; see `compute_divide.evidence.catalogue.Derive`."""
    sidecar = derive_table(
        raw,
        folder,
        _epoch("epoch_hardware_prices_2025-06-20.csv", "Epoch AI, hardware prices", "2025-06-20"),
        "hardware/prices.csv",
        PRICE_FIELDS,
        description="dated prices of chips, bought or rented by the hour",
        derived_by="compute_divide.evidence.chips.chips.derive_prices",
        keep=lambda row: any(parse_number(row[header]) is not None for header in _PRICES.values()),
        without="no price",
    )
    return [sidecar]

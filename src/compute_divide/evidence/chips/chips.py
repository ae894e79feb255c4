"""Chips that models are trained on (Epoch AI): performance with every number format in its own column, price, date.

The source also has columns that mix number formats ("Max performance", "ML OP/s", "Price-performance"): FP32 for old
chips, FP8 or FP4 for new ones. They overstate growth and are left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from compute_divide.evidence.models.table import CREDIT, LICENCE, URL
from compute_divide.evidence.store.files import Origin, Sidecar
from compute_divide.evidence.store.raw_csv import (
    PRECISIONS,
    Bounds,
    Findings,
    Labels,
    Row,
    joined,
    read_dated,
    same,
    split_list,
)
from compute_divide.evidence.store.raw_csv import number as read_number
from compute_divide.evidence.store.tables import (
    date,
    derive_table,
    flag,
    number,
    one_of,
    read_table,
    schema,
    text,
    whole,
)

KINDS = Labels(
    "kind of chip",
    same("GPU", "TPU", "XPU-R", "XPU", "NPU", "GPGPU", "ASIC", "LPU", "DCU (GPGPU)", "Hybrid CPU", "Other"),
)
"""Kinds of chips."""

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

CHIPS = schema(
    chip=text(nullable=False),
    aliases=text(),
    manufacturer=text(),
    kind=one_of(KINDS.ours),
    released=date(),
    released_precision=one_of(PRECISIONS),
    **{name: number() for name in _FIGURES},
    datasheet=text(),
    price_source=text(),
)
"""Schema of ``hardware/chips.csv``. Operations a second, without sparsity; price in dollars at release."""

TRENDS = schema(
    chip=text(nullable=False),
    released=date(),
    released_precision=one_of(PRECISIONS),
    year=whole(1990, 2030),
    fp64_flop_s=number(),
    fp32_flop_s=number(),
    fp16_flop_s=number(),
    price_usd_2020=number(),
    tdp_w=number(),
    memory_bytes=number(),
    process_nm=number(),
)
"""Schema of ``hardware/gpu_trends.csv``. Prices in dollars of 2020; 415 of 1,948 products have one."""

_TREND_FIGURES = {
    "fp64_flop_s": "FP64_flops",
    "fp32_flop_s": "FP32_flops",
    "fp16_flop_s": "FP16_flops",
    "price_usd_2020": "real_price_2020",
    "tdp_w": "TDP_in_W",
    "process_nm": "process_size_in_nm",
}

TABLES = {"hardware/chips.csv": CHIPS, "hardware/gpu_trends.csv": TRENDS}
"""Our tables and their schemas, for the catalogue."""


def load_chips() -> pd.DataFrame:
    """Return the chips, with the columns of `CHIPS`.

    Examples
    --------
    >>> chips = load_chips().set_index("chip")
    >>> f"{chips.loc['NVIDIA H100 SXM5 80GB', 'tensor_fp16_flop_s']:.3g}"
    '9.89e+14'
    """
    return read_table("hardware/chips.csv", CHIPS)


def load_gpu_trends() -> pd.DataFrame:
    """Return graphics processors of 2005 to 2021, with the columns of `TRENDS`.

    Examples
    --------
    >>> int(load_gpu_trends()["price_usd_2020"].notna().sum())
    415
    """
    return read_table("hardware/gpu_trends.csv", TRENDS)


def derive_hardware(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the tables of chips and of graphics processors; see `compute_divide.evidence.catalogue.Derive`."""
    chips = derive_table(
        raw,
        folder,
        _epoch("epoch_ml_hardware_2026-07-19.csv", "Epoch AI, Machine Learning Hardware", "2026-07-19"),
        _chip,
        "hardware/chips.csv",
        CHIPS,
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
        _product,
        "hardware/gpu_trends.csv",
        TRENDS,
        description="graphics processors of 2005 to 2021: performance, price in dollars of 2020",
        derived_by="compute_divide.evidence.chips.chips.derive_hardware",
    )
    return [chips, trends]


def _epoch(file: str, title: str, snapshot: str) -> Origin:
    return Origin(f"models/{file}", title, snapshot, CREDIT, LICENCE, URL)


def _chip(row: Row, findings: Findings) -> dict[str, Any]:
    name, kind = row["Hardware name"], row["Type"]
    return {
        "chip": name,
        "aliases": joined(ALIASES.get(name, ())),
        "manufacturer": row["Manufacturer"],
        "kind": KINDS.canonical(kind, row.place(name)) if kind else "",
        **read_dated(row, "Release date", "released", findings),
        **{ours: read_number(row, theirs, ours, Bounds(), findings) for ours, theirs in _FIGURES.items()},
        "datasheet": row["Link to datasheet"],
        "price_source": row["Source for the price"],
    }


def _product(row: Row, findings: Findings) -> dict[str, Any]:
    megabytes = read_number(row, "memory_size_in_MB", "memory_bytes", Bounds(), findings)
    return {
        "chip": row["product"],
        **read_dated(row, "date", "released", findings),
        "year": read_number(row, "year", "year", Bounds(1990, 2030, whole=True), findings),
        **{ours: read_number(row, theirs, ours, Bounds(), findings) for ours, theirs in _TREND_FIGURES.items()},
        "memory_bytes": None if megabytes is None else megabytes * 1e6,
    }


# --- prices ---

_PRICES = {
    "usd_per_chip_hour": "Price per chip-hour (on-demand)",
    "usd_per_chip_hour_1y": "Price per chip-hour (1-year CUD)",
    "usd_per_chip_hour_3y": "Price per chip-hour (3-year CUD)",
    "usd_purchase": "Price (hardware purchase)",
}

_ESTIMATED = ("not a real sale price", "estimated tpu purchase price", "times for h100 are extrapolated")
"""What the notes of the source say where a price was not observed."""

PRICES = schema(
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

PRICE_TABLES = {"hardware/prices.csv": PRICES}
"""Our tables and their schemas, for the catalogue."""


def load_prices() -> pd.DataFrame:
    """Return the dated prices, with the columns of `PRICES`.

    Examples
    --------
    >>> load_prices()["kind"].value_counts().to_dict()
    {'cloud': 468, 'purchase': 122}
    """
    return read_table("hardware/prices.csv", PRICES)


def derive_prices(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of prices; see `compute_divide.evidence.catalogue.Derive`."""
    sidecar = derive_table(
        raw,
        folder,
        _epoch("epoch_hardware_prices_2025-06-20.csv", "Epoch AI, hardware prices", "2025-06-20"),
        _price,
        "hardware/prices.csv",
        PRICES,
        description="dated prices of chips, bought or rented by the hour",
        derived_by="compute_divide.evidence.chips.chips.derive_prices",
        without="no price",
    )
    return [sidecar]


def _price(row: Row, findings: Findings) -> dict[str, Any] | None:
    """Return a price in our schema, None for a row without any."""
    prices = {ours: read_number(row, theirs, ours, Bounds(), findings) for ours, theirs in _PRICES.items()}
    if all(price is None for price in prices.values()):
        return None
    note = row["Notes"].casefold()
    return {
        **read_dated(row, "Price date", "date", findings),
        "chip": row["Hardware model"],
        "manufacturer": row["Manufacturer"],
        "kind": "cloud" if prices["usd_purchase"] is None else "purchase",
        "vendor": row["Vendor"],
        "location": joined(split_list(row.cells["Location"])),
        "offer": row["Cloud GPU description"],
        "chips_in_offer": read_number(row, "Number of GPUs", "chips_in_offer", Bounds(whole=True), findings),
        **prices,
        "estimated": any(words in note for words in _ESTIMATED),
        "source": row["Price source"],
    }

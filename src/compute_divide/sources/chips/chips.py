"""Chips that models are trained on (Epoch AI): performance, price, date.

Performance in each number format has its own column. The source also has columns that mix formats
("Max performance", "ML OP/s", "Price-performance"): FP32 for old chips, FP8 or FP4 for new ones.
They overstate growth and are left out.
"""

from __future__ import annotations

import pandas as pd

from compute_divide.sources.audit.machines import load_audited_chips
from compute_divide.sources.store import tables
from compute_divide.sources.store.raw_csv import (
    Bounds,
    Findings,
    Labels,
    Row,
    joined,
    parse_number,
    read_number,
    same,
)

KINDS = Labels(
    "kind of chip",
    same(
        "GPU",
        "TPU",
        "XPU-R",
        "XPU",
        "NPU",
        "GPGPU",
        "ASIC",
        "LPU",
        "DCU (GPGPU)",
        "Hybrid CPU",
        "Other",
    ),
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
    # the same processor, with different cooling or memory
    "NVIDIA Tesla C2050": ("NVIDIA Tesla C2075",),
    "NVIDIA Tesla K20c": ("NVIDIA Tesla K20m",),
    "NVIDIA Tesla K40s": ("NVIDIA Tesla K40c", "NVIDIA Tesla K40m"),
    "NVIDIA Tesla P100 PCIe 16GB": ("NVIDIA Tesla P100 PCIe 16 GB",),
    "NVIDIA Tesla V100 SXM2": ("NVIDIA Tesla V100 SMX2",),
}
"""Other names that models, clusters and prices use for listed chips."""


def _aliases(row: Row, _: str, __: Findings) -> str:
    return joined(ALIASES.get(row["Hardware name"], ()))


CHIP_FIELDS = {
    "chip": tables.as_text("Hardware name", nullable=False),
    "aliases": tables.Field(tables.text(), _aliases),
    "manufacturer": tables.as_text("Manufacturer"),
    "kind": tables.as_label("Type", KINDS),
    **tables.as_date("released", "Release date"),
    **{ours: tables.as_number(theirs) for ours, theirs in _FIGURES.items()},
    "datasheet": tables.as_text("Link to datasheet"),
    "price_source": tables.as_text("Source for the price"),
}
DERIVED_BY = "compute_divide.sources.chips.chips.derive_hardware"
CHIPS = tables.EvidenceTable(
    "hardware/chips.csv",
    tables.schema_of(CHIP_FIELDS),
    "chips: peak performance by number format, price, release date, power, memory",
    DERIVED_BY,
)
"""Operations a second, without sparsity; price in dollars at release."""


def load_chips() -> pd.DataFrame:
    """Return the chips: performance by number format, price, release date, and audited peak.

    Returns
    -------
    pandas.DataFrame
        The columns of `CHIPS` (operations a second, without sparsity; price in dollars at release),
        and of the audit ``audited_flop_s``, the dense 16-bit peak of the data sheet in FLOP/s, and
        ``audited_matrix``, whether matrix engines make it; missing where no data sheet was seen.

    Raises
    ------
    EvidenceError
        If a file is damaged or not there.

    Examples
    --------
    >>> chips = load_chips().set_index("chip")
    >>> float(chips.loc["NVIDIA RTX A6000", "audited_flop_s"])
    154800000000000.0
    """
    listed = CHIPS.read()
    audited = load_audited_chips().set_index("chip")
    peaks = listed["chip"].map(audited["peak_tflop_s"] * 1e12)
    matrix = listed["chip"].map(audited["matrix"]).where(peaks.notna())
    return listed.assign(audited_flop_s=peaks, audited_matrix=matrix.astype("boolean"))


def _memory(row: Row, name: str, findings: Findings) -> float | None:
    megabytes = read_number(row, "memory_size_in_MB", name, Bounds(), findings)
    if megabytes is None:
        return None
    return megabytes * 1e6


TREND_FIELDS = {
    "chip": tables.as_text("product", nullable=False),
    **tables.as_date("released", "date"),
    "year": tables.as_number("year", Bounds(1990, 2030, whole=True), tables.whole(1990, 2030)),
    "fp64_flop_s": tables.as_number("FP64_flops"),
    "fp32_flop_s": tables.as_number("FP32_flops"),
    "fp16_flop_s": tables.as_number("FP16_flops"),
    "price_usd_2020": tables.as_number("real_price_2020"),
    "tdp_w": tables.as_number("TDP_in_W"),
    "memory_bytes": tables.Field(tables.number(), _memory),
    "process_nm": tables.as_number("process_size_in_nm"),
}
TRENDS = tables.EvidenceTable(
    "hardware/gpu_trends.csv",
    tables.schema_of(TREND_FIELDS),
    "graphics processors of 2005 to 2021: performance, price in dollars of 2020",
    DERIVED_BY,
)
"""Prices in dollars of 2020; 415 of 1,948 products have one."""
load_gpu_trends = TRENDS.read

TABLES = (CHIPS, TRENDS)


PRICE_HEADERS = {
    "usd_per_chip_hour": "Price per chip-hour (on-demand)",
    "usd_per_chip_hour_1y": "Price per chip-hour (1-year CUD)",
    "usd_per_chip_hour_3y": "Price per chip-hour (3-year CUD)",
    "usd_purchase": "Price (hardware purchase)",
}

_ESTIMATED = (
    "not a real sale price",
    "estimated tpu purchase price",
    "times for h100 are extrapolated",
)
"""The source's notes on prices that were not observed."""


def _kind(row: Row, _: str, __: Findings) -> str:
    price = parse_number(row[PRICE_HEADERS["usd_purchase"]])
    return "cloud" if price is None else "purchase"


def _estimated(row: Row, _: str, __: Findings) -> bool:
    notes = row["Notes"].casefold()
    return any(words in notes for words in _ESTIMATED)


PRICE_FIELDS = {
    **tables.as_date("date", "Price date"),
    "chip": tables.as_text("Hardware model", nullable=False),
    "manufacturer": tables.as_text("Manufacturer"),
    "kind": tables.Field(tables.one_of(["cloud", "purchase"], nullable=False), _kind),
    "vendor": tables.as_text("Vendor"),
    "location": tables.as_list("Location"),
    "offer": tables.as_text("Cloud GPU description"),
    "chips_in_offer": tables.as_count("Number of GPUs"),
    **{ours: tables.as_number(theirs) for ours, theirs in PRICE_HEADERS.items()},
    "estimated": tables.Field(tables.flag(), _estimated),
    "source": tables.as_text("Price source"),
}
PRICES = tables.EvidenceTable(
    "hardware/prices.csv",
    tables.schema_of(PRICE_FIELDS),
    "dated prices of chips, bought or rented by the hour",
    "compute_divide.sources.chips.chips.derive_prices",
)
"""Dollars of the day; a purchase price is for one chip, also when sold as a system. ``_1y`` and
``_3y`` are prices an hour with a commitment of one and of three years."""
load_prices = PRICES.read

"""GPUs that 167 universities of the United States own: how many of each kind, and how unequally they are spread.

The source states no licence, so only sums over universities and quantiles are kept, no university by itself. Its
numbers were collected by language models; `CHECKS_FILE` holds what was found when 30 of its rows, the 20 largest and
every fifteenth after them, and one found by a search, were held against their own notes.
"""

from __future__ import annotations

import csv
import io
import math
from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from compute_divide.evidence.chips.chips import load_chips
from compute_divide.evidence.store.files import EvidenceError, Origin, SetAside, Sidecar, read_bytes
from compute_divide.evidence.store.raw_csv import Bounds, Findings, Labels, RawTable, read_raw, same
from compute_divide.evidence.store.raw_csv import number as read_number
from compute_divide.evidence.store.tables import number, one_of, read_table, schema, text, whole, write_table

CHECKS_FILE = "gpu_checks.csv"
"""Kept by hand: a line for each checked row of the source, or for each number of it that its notes contradict."""

GPUS = {
    "H100_SXM": "NVIDIA H100 SXM5 80GB",
    "H100_PCIe": "NVIDIA H100 PCIe",
    "H200": "NVIDIA H200 SXM",
    "A100_80GB": "NVIDIA A100 SXM4 80 GB",
    "A100_40GB": "NVIDIA A100 SXM4 40 GB",
    "B200": "NVIDIA B200",
    "A40": "NVIDIA A40 PCIe",
    "RTX_A6000": "NVIDIA RTX A6000",
    "L40S": "NVIDIA L40",
    "V100": "NVIDIA V100",
    "P100": "NVIDIA P100",
    "GH200": "NVIDIA GH200",
    "A10": "NVIDIA A10 PCIe",
}
"""Kinds of the source and the chips of our list whose speed they are given: L40 stands in for L40S, which the list
lacks. B100, the source's last kind, is owned by none of its universities."""

VERDICTS = Labels("verdict on a row", same("agrees", "estimated", "disagrees"))
"""``estimated``: the notes say the same, and that it is a guess."""

UNCHECKED = "unchecked"
LEVEL = 0.95
_QUANTILES = [step / 20 for step in range(21)]

ORIGIN = Origin(
    "compute/gpus_per_student_master_2026-01-05.csv",
    "GPUs per Student, master table",
    "2026-01-05",
    "GPUs per Student",
    "none stated; only sums and quantiles are kept",
    "https://github.com/Fchaubard/GPUsPerStudent.org",
)

KINDS = schema(
    gpu=one_of(list(GPUS), nullable=False),
    chip=text(nullable=False),
    recorded=whole(nullable=False),
    checked=whole(nullable=False),
    universities=whole(nullable=False),
)
"""Schema of ``compute/university_gpus.csv``: how many of a kind all universities together own, as recorded and after
our checks, and how many universities have any."""

SIZES = schema(
    quantile=number(0, 1, nullable=False),
    checked=number(nullable=False),
    low=number(),
    high=number(),
    recorded=number(nullable=False),
    theirs=number(nullable=False),
    held=number(0, 1, nullable=False),
)
"""Schema of ``compute/university_sizes.csv``: quantiles of the H100 equivalents of a university, by speed in 16 bits
after our checks (with an interval from order statistics) and as recorded, and by price as the source counts. ``held``
is the share of the sum (after our checks) that universities at or above the quantile hold."""

CHECKS = schema(
    verdict=one_of([*VERDICTS.ours, UNCHECKED], nullable=False),
    universities=whole(nullable=False),
    searched=whole(nullable=False),
    without=whole(nullable=False),
    corrections=whole(nullable=False),
    checked=number(nullable=False),
    recorded=number(nullable=False),
    theirs=number(nullable=False),
)
"""Schema of ``compute/university_checks.csv``: the universities by verdict, how many of them were found by a search and
not by their rank, how many have no GPU on record, and the sums of their H100 equivalents by the three counts of
`SIZES`."""

TABLES = {
    "compute/university_gpus.csv": KINDS,
    "compute/university_sizes.csv": SIZES,
    "compute/university_checks.csv": CHECKS,
}
"""Our tables and their schemas, for the catalogue."""


def load_university_gpus() -> pd.DataFrame:
    """Return the GPUs of all universities by kind, with the columns of `KINDS`.

    Examples
    --------
    >>> load_university_gpus().set_index("gpu").loc["V100", "recorded"]
    np.int64(9168)
    """
    return read_table("compute/university_gpus.csv", KINDS)


def load_university_sizes() -> pd.DataFrame:
    """Return quantiles of the H100 equivalents of a university, with the columns of `SIZES`.

    Examples
    --------
    >>> load_university_sizes()["quantile"].tolist()[:3]
    [0.0, 0.05, 0.1]
    """
    return read_table("compute/university_sizes.csv", SIZES)


def load_university_checks() -> pd.DataFrame:
    """Return what the check by hand found, with the columns of `CHECKS`.

    Examples
    --------
    >>> load_university_checks().set_index("verdict")["universities"].to_dict()
    {'agrees': 11, 'estimated': 8, 'disagrees': 12, 'unchecked': 136}
    """
    return read_table("compute/university_checks.csv", CHECKS)


def derive_universities(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the three tables; see `compute_divide.evidence.catalogue.Derive`."""
    file, findings = read_raw(raw / ORIGIN.path), Findings()
    recorded = pd.DataFrame(
        {
            gpu: [read_number(row, gpu, gpu, Bounds(positive=False, whole=True), findings) for row in file.rows]
            for gpu in GPUS
        },
        index=[row.number for row in file.rows],
    ).astype(int)
    if any(row["B100"] != "0" for row in file.rows):
        raise EvidenceError(f"{file.file} counts B100, for which the list of chips has no speed")
    theirs = pd.Series(
        [read_number(row, "h100_equivalent", "h100_equivalent", Bounds(positive=False), findings) for row in file.rows],
        index=recorded.index,
    )
    checks = _checks(recorded, file)
    checked = recorded.copy()
    for check in checks:
        if check["gpu"]:
            checked.loc[check["row"], check["gpu"]] = check["checked"]
    speeds = _equivalents()
    sums = {"checked": checked @ speeds, "recorded": recorded @ speeds, "theirs": theirs}
    tables: dict[str, tuple[str, list[dict[str, Any]]]] = {
        "gpus": ("GPUs that 167 US universities own, by kind, as recorded and as checked", _kinds(recorded, checked)),
        "sizes": ("quantiles of the H100 equivalents of a US university", _sizes(sums)),
        "checks": ("rows held against their own notes, by verdict", _verdicts(checks, sums)),
    }
    return [
        write_table(
            rows,
            f"compute/university_{name}.csv",
            TABLES[f"compute/university_{name}.csv"],
            description=description,
            sources=[file.source(ORIGIN)],
            derived_by="compute_divide.evidence.chips.universities.derive_universities",
            set_aside=[SetAside(reason="universities counted in sums and quantiles", rows=len(file.rows) - len(rows))],
            notes=[f"corrections and their reasons: data/{CHECKS_FILE}", *findings.notes()],
            folder=folder,
        )
        for name, (description, rows) in tables.items()
    ]


def _equivalents() -> pd.Series[float]:
    """Return the speed of each kind in 16 bits over that of the H100, on tensor cores where the list has this."""
    chips = load_chips().set_index("chip")
    speed = chips["tensor_fp16_flop_s"].fillna(chips["fp16_flop_s"])
    return pd.Series({gpu: speed[chip] / speed[GPUS["H100_SXM"]] for gpu, chip in GPUS.items()})


def _checks(recorded: pd.DataFrame, file: RawTable) -> list[dict[str, Any]]:
    """Return the lines of the file of checks; one that quotes another number than the source has stops all."""
    lines: list[dict[str, Any]] = []
    for line in csv.DictReader(io.StringIO(read_bytes(CHECKS_FILE).decode())):
        place, row = f"data/{CHECKS_FILE}, row {line['row']}", int(line["row"])
        if row not in recorded.index:
            raise EvidenceError(f"{place}: {file.file} has no such row")
        gpu = line["gpu"]
        if gpu and (gpu not in GPUS or recorded.loc[row, gpu] != int(line["recorded"])):
            raise EvidenceError(f"{place}: {file.file} does not record {line['recorded']} of {gpu}")
        verdict = VERDICTS.canonical(line["verdict"], place)
        checked = int(line["checked"]) if gpu else 0
        lines.append(
            {"row": row, "search": line["chosen"] == "search", "verdict": verdict, "gpu": gpu, "checked": checked}
        )
    return lines


def _kinds(recorded: pd.DataFrame, checked: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "gpu": gpu,
            "chip": chip,
            "recorded": int(recorded[gpu].sum()),
            "checked": int(checked[gpu].sum()),
            "universities": int(checked[gpu].gt(0).sum()),
        }
        for gpu, chip in GPUS.items()
    ]


def _sizes(sums: dict[str, pd.Series[float]]) -> list[dict[str, Any]]:
    ordered = {name: np.sort(values.to_numpy(dtype=float)) for name, values in sums.items()}
    sizes, n = ordered["checked"], len(ordered["checked"])
    rows = []
    for quantile in _QUANTILES:
        place = max(math.ceil(quantile * n), 1) - 1
        below = list(accumulate(math.comb(n, k) * quantile**k * (1 - quantile) ** (n - k) for k in range(n + 1)))
        low, high = (bisect_left(below, side) for side in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        inside = 0 < quantile < 1 and low >= 1 and high + 1 <= n
        rows.append(
            {
                "quantile": quantile,
                **{name: round(float(values[place]), 3) for name, values in ordered.items()},
                "low": round(float(sizes[low - 1]), 3) if inside else None,
                "high": round(float(sizes[high]), 3) if inside else None,
                "held": round(float(sizes[place:].sum() / sizes.sum()), 6),
            }
        )
    return rows


def _verdicts(checks: list[dict[str, Any]], sums: dict[str, pd.Series[float]]) -> list[dict[str, Any]]:
    verdict = pd.Series(UNCHECKED, index=sums["recorded"].index)
    searched = pd.Series(False, index=verdict.index)
    for check in checks:
        verdict[check["row"]], searched[check["row"]] = check["verdict"], check["search"]
    corrected = Counter(check["verdict"] for check in checks if check["gpu"])
    return [
        {
            "verdict": each,
            "universities": int(rows.sum()),
            "searched": int(searched[rows].sum()),
            "without": int(sums["recorded"][rows].eq(0).sum()),
            "corrections": corrected[each],
            **{name: round(float(values[rows].sum()), 3) for name, values in sums.items()},
        }
        for each in [*VERDICTS.ours, UNCHECKED]
        if (rows := verdict == each).any()
    ]

"""Derive the GPUs of universities: sums and quantiles, and what checks of its rows found.

The source states no licence, so only sums over universities and quantiles are kept, and no single
university. Language models collected its numbers; `CHECKS_FILE` has the findings from checking 31
of its rows against their own notes: the 20 largest and every fifteenth after them, which make 30,
and one found by a search.
"""

from __future__ import annotations

import io
import math
from bisect import bisect_left
from itertools import accumulate
from pathlib import Path

import numpy as np
import pandas as pd

from compute_divide.sources.audit.machines import load_audited_chips
from compute_divide.sources.chips.chips import load_chips
from compute_divide.sources.chips.universities import (
    CHECKS,
    GPUS,
    KINDS,
    REASONS,
    SIZES,
    UNCHECKED,
    VERDICTS,
)
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import EvidenceError, SetAside, Sidecar, read_bytes
from compute_divide.sources.store.raw_csv import Bounds, Findings
from compute_divide_evidence.store.raw_csv import Origin, RawTable, read_raw
from compute_divide_evidence.store.writing import DerivedTable, read_rows

CHECKS_FILE = "gpu_checks.csv"
"""Maintained by hand: a line for each checked row of the source, or for each number in it that its
notes contradict."""
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


def derive_universities(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the three tables; see `compute_divide_evidence.catalogue.Derive`."""
    file = read_raw(raw / ORIGIN.path)
    findings = Findings()
    counts = _counts(file, findings)
    recorded = counts[list(GPUS)].astype(int)
    checks = _checks(recorded, file.file)
    checked = _corrected(recorded, checks)
    worth = _worth()
    equivalents = {
        "checked": checked @ worth,
        "recorded": recorded @ worth,
        "theirs": counts["theirs"],
    }
    sums = pd.DataFrame(equivalents)
    sizes = [_at(quantile, sums) for quantile in _QUANTILES]
    derived = {
        KINDS: _kinds(recorded, checked),
        SIZES: pd.DataFrame(sizes),
        CHECKS: _verdicts(checks, sums),
    }
    source = file.source(ORIGIN)
    notes = [f"corrections and their reasons: data/{CHECKS_FILE}", *findings.notes()]
    sidecars = []
    for table, rows in derived.items():
        counted = len(counts) - len(rows)
        aside = SetAside(reason="universities counted in sums and quantiles", rows=counted)
        sidecars.append(DerivedTable(table, folder).write(rows, [source], [aside], notes))
    return sidecars


def _counts(file: RawTable, findings: Findings) -> pd.DataFrame:
    """Return the GPUs of each kind that a university has, and the equivalents that it is given."""
    whole = Bounds(positive=False, whole=True)
    fields = {gpu: tables.as_number(gpu, whole) for gpu in [*GPUS, "B100"]}
    fields["theirs"] = tables.as_number("h100_equivalent", Bounds(positive=False))
    rows = read_rows(file.rows, fields, findings)
    numbers = [row.number for row in file.rows]
    counts = pd.DataFrame(rows, index=numbers)
    if counts["B100"].any():
        raise EvidenceError(f"{file.file} counts B100, for which the list of chips has no speed")
    return counts


def _corrected(recorded: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    checked = recorded.copy()
    corrections = checks[checks["gpu"] != ""]
    for line in corrections.to_dict("records"):
        row = line["row"]
        gpu = line["gpu"]
        checked.loc[row, gpu] = int(line["checked"])
    return checked


def _worth() -> pd.Series:
    """Return the H100 equivalents of each kind by 16-bit speed, from data sheets first."""
    chips = load_chips().set_index("chip")
    listed = chips["tensor_fp16_flop_s"].fillna(chips["fp16_flop_s"])
    of_sheets = load_audited_chips().set_index("chip")["peak_tflop_s"] * 1e12
    speed = of_sheets.combine_first(listed)
    unit = speed[GPUS["H100_SXM"]]
    return pd.Series({gpu: speed[chip] / unit for gpu, chip in GPUS.items()})


def _kinds(recorded: pd.DataFrame, checked: pd.DataFrame) -> pd.DataFrame:
    having = checked.gt(0)
    columns = {
        "chip": GPUS,
        "recorded": recorded.sum(),
        "checked": checked.sum(),
        "universities": having.sum(),
    }
    kinds = pd.DataFrame(columns)
    return kinds.rename_axis("gpu").reset_index()


def _checks(recorded: pd.DataFrame, file: str) -> pd.DataFrame:
    """Return the lines of the file of checks.

    A line that quotes another number than the source stops the derivation.
    """
    content = io.BytesIO(read_bytes(CHECKS_FILE))
    texts = pd.read_csv(content, dtype=str, keep_default_na=False)
    lines = texts.astype({"row": int})
    for line in lines.to_dict("records"):
        row = line["row"]
        gpu = line["gpu"]
        place = f"data/{CHECKS_FILE}, row {row}"
        VERDICTS.canonical(line["verdict"], place)
        if row not in recorded.index:
            raise EvidenceError(f"{place}: {file} has no such row")
        if not gpu:
            continue
        number = line["recorded"]
        is_unrecorded = gpu not in GPUS or recorded.loc[row, gpu] != int(number)
        if is_unrecorded:
            raise EvidenceError(f"{place}: {file} does not record {number} of {gpu}")
    return lines


def _at(quantile: float, sums: pd.DataFrame) -> dict[str, float | None]:
    """Return the values of the university at a quantile, with an interval from order statistics."""
    ordered = {name: np.sort(values.to_numpy(dtype=float)) for name, values in sums.items()}
    n = len(sums)
    rank = max(math.ceil(quantile * n), 1)
    place = rank - 1
    sizes = ordered["checked"]
    held = sizes[place:].sum() / sizes.sum()
    low, high = _interval(quantile, sizes)

    def size(name: str) -> float:
        return round(float(ordered[name][place]), 3)

    return {
        "quantile": quantile,
        "checked": size("checked"),
        "low": low,
        "high": high,
        "recorded": size("recorded"),
        "theirs": size("theirs"),
        "held": round(float(held), 6),
    }


def _interval(quantile: float, ordered: np.ndarray) -> tuple[float | None, float | None]:
    """Return the order statistics between which a quantile lies; None if there are too few."""
    n = len(ordered)
    chances = (math.comb(n, k) * quantile**k * (1 - quantile) ** (n - k) for k in range(n + 1))
    below = list(accumulate(chances))
    low = bisect_left(below, (1 - LEVEL) / 2)
    high = bisect_left(below, (1 + LEVEL) / 2)
    if low < 1 or high >= n:
        return None, None
    return round(float(ordered[low - 1]), 3), round(float(ordered[high]), 3)


def _verdicts(checks: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Return the universities by verdict."""
    rows = checks.drop_duplicates("row").set_index("row")
    searched = rows["chosen"].eq("search")
    every = sums.assign(
        verdict=rows["verdict"].reindex(sums.index, fill_value=UNCHECKED),
        searched=searched.reindex(sums.index, fill_value=False),
        without=sums["recorded"].eq(0),
    )
    order = [*VERDICTS.ours, UNCHECKED]
    counted = ["searched", "without", *sums]
    verdicts = every.groupby("verdict")[counted].sum().reindex(order)
    verdicts.insert(0, "universities", every["verdict"].value_counts())
    corrected = checks[checks["gpu"] != ""]
    corrections = corrected["verdict"].value_counts()
    verdicts.insert(3, "corrections", corrections.reindex(order, fill_value=0))
    for place, (name, words) in enumerate(REASONS.items(), start=4):
        of_reason = checks[checks["reason"].str.contains(words)]
        universities = of_reason.groupby("verdict")["row"].nunique()
        verdicts.insert(place, name, universities.reindex(order, fill_value=0))
    return verdicts.round(3).rename_axis("verdict").reset_index()

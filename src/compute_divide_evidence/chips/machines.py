"""Derive who owns machines: the TOP500 lists, owners of AI chips, laboratories, and rental prices.

The TOP500 states no licence, so only sums over its machines are kept, by list, segment, country and
accelerator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from compute_divide.sources.chips.machines import (
    LABORATORIES,
    LABORATORY_FIELDS,
    OWNED,
    OWNED_FIELDS,
    RANKS,
    RENTAL,
    RENTAL_FIELDS,
    SEGMENTS,
    TOP500,
)
from compute_divide.sources.store import raw_csv
from compute_divide.sources.store.files import EvidenceError, SetAside, Sidecar, Source
from compute_divide.sources.store.raw_csv import Bounds, Findings, Row
from compute_divide_evidence.store.raw_csv import Origin, RawTable, read_raw
from compute_divide_evidence.store.writing import DerivedTable, read_rows

_COUNTRIES = {
    "Czech Republic": "Czechia",
    "Korea, South": "South Korea",
    "Slovak Republic": "Slovakia",
}

_LIST = re.compile(r"top500_(\d{4}-\d{2})_(academic|other)\.csv")


def _top500(raw: Path, folder: Path) -> Sidecar:
    machines: list[dict[str, Any]] = []
    sources: list[Source] = []
    for month, file, source in read_top500(raw):
        machines += [{"list": f"{month}-01", **_machine(row)} for row in file.rows]
        sources.append(source)
    table = pd.DataFrame(machines)
    _check_lists(table)
    sums = _sums(table)
    alike = len(table) - len(sums)
    aside = SetAside(reason="machines counted in the row of others like them", rows=alike)
    note = "accelerated is missing for the two lists of 2010, which have no such column"
    return DerivedTable(TOP500, folder).write(sums, sources, [aside], [note])


def read_top500(raw: Path) -> Iterator[tuple[str, RawTable, Source]]:
    """Yield the month and the rows of each half of a list, the earliest first."""
    for path in sorted((raw / "compute" / "top500").glob("*.csv")):
        match = _LIST.fullmatch(path.name)
        if not match:
            raise EvidenceError(
                f"{path.name} is not named like a half of a TOP500 list, "
                "top500_2020-06_academic.csv"
            )
        month, half = match.groups()
        file = read_raw(path)
        yield month, file, file.source(_half_of_list(path.name, month, half))


def _half_of_list(file: str, month: str, half: str) -> Origin:
    return Origin(
        f"compute/top500/{file}",
        f"TOP500 list of {month}, {half} segments",
        month,
        "TOP500.org, as split in AcademicSystemsTOP500",
        "none stated; only sums are kept",
        "https://github.com/trecakov/AcademicSystemsTOP500",
    )


def _sums(machines: pd.DataFrame) -> pd.DataFrame:
    with_squares = machines.assign(squares=machines["rmax"] ** 2)
    cells = with_squares.groupby(["list", "segment", "country", "accelerated"], dropna=False)
    sums = cells.agg(
        machines=("rmax", "size"),
        rmax_tflop_s=("rmax", "sum"),
        rmax_squares=("squares", "sum"),
        largest_tflop_s=("rmax", "max"),
    )
    return sums.round(3).reset_index()


def _machine(row: Row) -> dict[str, Any]:
    """Return a machine, its speed in TFLOP/s.

    Lists up to 2016 give GFLOP/s under a header that names no unit.
    """
    country = row["Country"]
    speeds = (name for name in row.cells if name.casefold().startswith("rmax"))
    header = next(speeds, "Rmax")
    speed = raw_csv.read_number(row, header, "Rmax", Bounds(), Findings())
    if speed is None:
        raise EvidenceError(f"{row.place()}: {row[header]!r} is not a speed")
    return {
        "rank": row["Rank"],
        "segment": SEGMENTS.canonical(row["Segment"], row.place(country)),
        "country": _COUNTRIES.get(country, country),
        "accelerated": _accelerated(row),
        "rmax": speed if "TFlop/s" in header else speed / 1000,
    }


def _accelerated(row: Row) -> bool | None:
    accelerator = accelerator_of(row)
    return None if accelerator is None else accelerator != "None"


def accelerator_of(row: Row) -> str | None:
    """Return the accelerator of a machine, "None" if it has none; None in lists that name none."""
    for header in ("Accelerator/Co-Processor", "Accelerator"):
        if header in row.cells:
            return row[header]
    return None


def _check_lists(table: pd.DataFrame) -> None:
    """Raise an error if a list lacks a rank, or if its unit must have changed.

    The unit has changed when the fastest machine slows down, or becomes ten times as fast.
    """
    lists = table.groupby("list")
    for day, ranks in lists["rank"]:
        if sorted(ranks) != RANKS:
            raise EvidenceError(
                f"the TOP500 list of {day} does not have each rank from 1 to 500 once, in two files"
            )
    fastest = lists["rmax"].max()
    for (before, slower), (after, faster) in pairwise(fastest.items()):
        if not 0.99 < faster / slower < 10:
            speeds = f"{after} makes {faster:g} TFLOP/s, that of {before} {slower:g}"
            raise EvidenceError(
                f"the fastest machine of {speeds}: the unit of a list must have changed"
            )


_OWNER_FILES = {
    "nvidia_owners_cumulative_totals": "Nvidia chips by owner",
    "nvidia_owners_cumulative_by_chip": "Nvidia chips by owner and kind",
    "nvidia_owners_OTHER_cumulative_totals": "Nvidia chips of other owners",
    "tpu_owners_cumulative_totals": "Google TPUs",
    "amd_owners_cumulative_totals": "AMD chips by owner",
    "coreweave_owners_cumulative_totals": "Nvidia chips of CoreWeave",
    "trainium_owners_cumulative_totals": "Trainium chips of Amazon",
    "trainium_owners_cumulative_by_chip": "Trainium chips of Amazon by kind",
    "named_other_owners_cumulative_totals": "Nvidia chips of xAI",
}


def derive_machines(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the four tables; see `compute_divide_evidence.catalogue.Derive`."""
    owners = _owners(raw, folder)
    laboratories = DerivedTable(LABORATORIES, folder).derive(raw, _USED, LABORATORY_FIELDS)
    note = "list prices, not transactions"
    prices = DerivedTable(RENTAL, folder).derive(raw, _RENTED, RENTAL_FIELDS, [note])
    return [_top500(raw, folder), owners, laboratories, prices]


_USED = Origin(
    "compute/epoch_lab_compute_year_end_2026-09-03.csv",
    "Epoch AI, computing that AI laboratories use",
    "2026-09-03",
    "Epoch AI, AI Compute Users",
    "none seen",
    "https://github.com/epoch-research/ai-compute-users",
)
_RENTED = Origin(
    "compute/gpu_rental_list_prices_2026-09.csv",
    "GPU Price Index, archived public rate cards",
    "2026-09",
    "GPU Price Index",
    "none found; medians over providers are kept",
    "https://github.com/henryzhangpku/gpu-price-index",
)


def _owners(raw: Path, folder: Path) -> Sidecar:
    rows: list[dict[str, Any]] = []
    sources: list[Source] = []
    findings = Findings()
    for stem, title in _OWNER_FILES.items():
        origin = Origin(
            f"compute/epoch_{stem}_2026-04-22.csv",
            f"Epoch AI, {title}",
            "2026-04-22",
            "Epoch AI, AI Chip Owners",
            "MIT (code)",
            "https://github.com/epoch-research/ai-chip-counts",
        )
        file = read_raw(raw / origin.path)
        rows += read_rows(file.rows, OWNED_FIELDS, findings)
        sources.append(file.source(origin))
    notes = ["every series starts at zero", *findings.notes()]
    return DerivedTable(OWNED, folder).write(rows, sources, notes=notes)

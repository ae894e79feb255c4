"""Who has machines: the TOP500 lists, owners of AI chips, laboratories that use them, and what an hour of one costs.

The TOP500 states no licence, so only sums over its machines are kept, by list, segment, country and accelerator.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from compute_divide.evidence.store import raw_csv, tables
from compute_divide.evidence.store.files import EvidenceError, Origin, SetAside, Sidecar, Source
from compute_divide.evidence.store.raw_csv import (
    Bounds,
    Findings,
    Labels,
    Row,
    marked,
    read_raw,
    same,
)

DERIVED_BY = "compute_divide.evidence.chips.machines.derive_machines"

SEGMENTS = Labels(
    "segment of the TOP500",
    same("academic", "research", "government", "industry", "vendor", "classified", "others"),
)
"""Segments of the TOP500; the national laboratories are in ``research``."""

_COUNTRIES = {
    "Czech Republic": "Czechia",
    "Korea, South": "South Korea",
    "Slovak Republic": "Slovakia",
}

_LIST = re.compile(r"top500_(\d{4}-\d{2})_(academic|other)\.csv")
_RANKS = sorted(map(str, range(1, 501)))

TOP500 = tables.Table(
    "compute/top500.csv",
    tables.schema(
        list=tables.date(),
        segment=tables.one_of(SEGMENTS.ours, nullable=False),
        country=tables.text(nullable=False),
        accelerated=tables.flag(),
        machines=tables.whole(1, len(_RANKS), nullable=False),
        **{
            name: tables.number(nullable=False)
            for name in ("rmax_tflop_s", "rmax_squares", "largest_tflop_s")
        },
    ),
    "machines of the TOP500 and their speed by list, segment, country and accelerator",
    DERIVED_BY,
)
"""The machines of a list that share segment, country and whether they have an accelerator (missing where the list does
not say). Speeds are those of the HPL benchmark, in 64 bits; the sum of squares tells how far a share rests on few."""
load_top500 = TOP500.read


def _top500(raw: Path, folder: Path) -> Sidecar:
    machines: list[dict[str, Any]] = []
    sources: list[Source] = []
    for path in sorted((raw / "compute" / "top500").glob("*.csv")):
        match = _LIST.fullmatch(path.name)
        if not match:
            raise EvidenceError(
                f"{path.name} is not named like a half of a TOP500 list, top500_2020-06_academic.csv"
            )
        file, title = read_raw(path), f"TOP500 list of {match[1]}, {match[2]} segments"
        machines += [{"list": f"{match[1]}-01", **_machine(row)} for row in file.rows]
        credit, licence = (
            "TOP500.org, as split in AcademicSystemsTOP500",
            "none stated; only sums are kept",
        )
        url = "https://github.com/trecakov/AcademicSystemsTOP500"
        sources.append(
            file.source(
                Origin(f"compute/top500/{path.name}", title, match[1], credit, licence, url)
            )
        )
    table = pd.DataFrame(machines)
    _check_lists(table)
    cells = (
        table.assign(squares=table["rmax"] ** 2)
        .groupby(["list", "segment", "country", "accelerated"], dropna=False)
        .agg(
            machines=("rmax", "size"),
            rmax_tflop_s=("rmax", "sum"),
            rmax_squares=("squares", "sum"),
            largest_tflop_s=("rmax", "max"),
        )
        .round(3)
        .reset_index()
    )
    alike = SetAside(
        reason="machines counted in the row of others like them", rows=len(table) - len(cells)
    )
    note = "accelerated is missing for the two lists of 2010, which have no such column"
    return TOP500.write(cells, folder, sources, [alike], [note])


def _machine(row: Row) -> dict[str, Any]:
    """Return a machine, its speed in TFLOP/s: lists up to 2016 give GFLOP/s under a header that names no unit."""
    country, header = (
        row["Country"],
        next((name for name in row.cells if name.casefold().startswith("rmax")), "Rmax"),
    )
    speed = raw_csv.read_number(row, header, "Rmax", Bounds(), Findings())
    if speed is None:
        raise EvidenceError(f"{row.place()}: {row[header]!r} is not a speed")
    named = [
        row[header] for header in ("Accelerator/Co-Processor", "Accelerator") if header in row.cells
    ]
    return {
        "rank": row["Rank"],
        "segment": SEGMENTS.canonical(row["Segment"], row.place(country)),
        "country": _COUNTRIES.get(country, country),
        "accelerated": named[0] != "None" if named else None,
        "rmax": speed if "TFlop/s" in header else speed / 1000,
    }


def _check_lists(table: pd.DataFrame) -> None:
    """Raise where a list lacks a rank, or its fastest machine slows down, or speeds up tenfold: the unit changed."""
    for day, ranks in table.groupby("list")["rank"]:
        if sorted(ranks) != _RANKS:
            raise EvidenceError(
                f"the TOP500 list of {day} does not hold each rank from 1 to 500 once, in two files"
            )
    fastest = table.groupby("list")["rmax"].max()
    for (before, slower), (after, faster) in pairwise(fastest.items()):
        if not 0.99 < faster / slower < 10:
            raise EvidenceError(
                f"the fastest machine of {after} makes {faster:g} TFLOP/s, that of {before} {slower:g}: "
                "the unit of a list must have changed"
            )


OWNERS = Labels(
    "owner of chips",
    same("Microsoft", "Meta", "Amazon", "Google", "Oracle", "China", "CoreWeave", "Other"),
)
"""Owners; ``China`` is all of a country, ``Other`` all whom the source does not name."""

DESIGNERS = Labels("designer of chips", same("Nvidia", "Google", "AMD"))
KINDS = Labels(
    "kind of Nvidia chip", same("A100", "A800", "H100/H200", "H800", "H20", "B200", "B300")
)
LABS = Labels(
    "laboratory",
    same("OpenAI", "Google DeepMind", "Meta Superintelligence Labs", "Anthropic", "SpaceXAI"),
)
RENTED = Labels("rented chip", same("H100", "H200", "B200", "A100"))


def _as_day(header: str) -> tables.Field:
    def read(row: Row, _: str, __: Findings) -> str:
        found = raw_csv.parse_date(row[header], "month-first")
        if found is None:
            raise EvidenceError(f"{row.place()}: {row[header]!r} in {header!r} is not a date")
        return found.day.isoformat()

    return tables.Field(tables.date(), read)


def _as_sure(header: str) -> tables.Field:
    return tables.as_number(header, column=tables.number(nullable=False))


_OWNED = {
    "owner": tables.as_label("Owner", OWNERS, blank=None),
    "designer": tables.as_label("Chip manufacturer", DESIGNERS, blank=None),
    "kind": tables.Field(
        tables.one_of(KINDS.ours),
        lambda row, *_: (
            KINDS.canonical(row["Chip type"], row.place()) if "Chip type" in row.cells else ""
        ),
    ),
    "since": _as_day("Start date"),
    "quarter": _as_day("End date"),
    "h100e": _as_sure("Compute estimate in H100e (median)"),
    "h100e_low": _as_sure("H100e (5th percentile)"),
    "h100e_high": _as_sure("H100e (95th percentile)"),
    "chips": _as_sure("Number of Units"),
    "complete": tables.Field(
        tables.flag(), lambda row, *_: not marked(row, "Incomplete", "checked")
    ),
}
OWNED = tables.Table(
    "compute/owners.csv",
    tables.schema_of(_OWNED),
    "AI chips in the hands of owners by quarter, in H100 equivalents, with 5th and 95th percentiles",
    DERIVED_BY,
)
"""Chips bought from ``since`` to the last day of a quarter, in H100 equivalents by operations in 8 bits: a simulation's
median and percentiles, which are never added. ``kind`` is missing for all kinds of a designer together."""
load_owners = OWNED.read

_LABORATORIES = {
    "laboratory": tables.as_label("Lab", LABS, blank=None),
    "day": _as_day("Date"),
    "h100e": _as_sure("h100e_med"),
    "h100e_low": _as_sure("h100e_p5"),
    "h100e_high": _as_sure("h100e_p95"),
}
LABORATORIES = tables.Table(
    "compute/laboratories.csv",
    tables.schema_of(_LABORATORIES),
    "chips that five laboratories use at the end of a year, in H100 equivalents, with percentiles",
    DERIVED_BY,
)
"""Chips that a laboratory uses, as in `OWNED`. It does not own them all: laboratories and owners are never added."""
load_laboratories = LABORATORIES.read

_RENTAL = {
    "month": _as_day("month"),
    "chip": tables.as_label("chip", RENTED, blank=None),
    "usd_per_hour": _as_sure("usd_per_hour"),
    "lowest_usd": _as_sure("lowest_provider"),
    "highest_usd": _as_sure("highest_provider"),
    "providers": tables.as_count("providers"),
}
RENTAL = tables.Table(
    "compute/rental_prices.csv",
    tables.schema_of(_RENTAL),
    "monthly list prices of a chip-hour: median, lowest and highest of the providers",
    DERIVED_BY,
)
"""List prices of a chip for an hour over providers; months with fewer than three of them are not in the source."""
load_rental_prices = RENTAL.read

TABLES = (TOP500, OWNED, LABORATORIES, RENTAL)

_OWNER_FILES = {
    "nvidia_owners_cumulative_totals": "Nvidia chips by owner",
    "nvidia_owners_cumulative_by_chip": "Nvidia chips by owner and kind",
    "nvidia_owners_OTHER_cumulative_totals": "Nvidia chips of other owners",
    "tpu_owners_cumulative_totals": "Google TPUs",
    "amd_owners_cumulative_totals": "AMD chips by owner",
    "coreweave_owners_cumulative_totals": "Nvidia chips of CoreWeave",
}


def derive_machines(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the four tables; see `compute_divide.evidence.catalogue.Derive`."""
    chips, users = (
        f"https://github.com/epoch-research/ai-{name}" for name in ("chip-counts", "compute-users")
    )
    rows, sources, findings = [], [], Findings()
    for stem, title in _OWNER_FILES.items():
        path = f"compute/epoch_{stem}_2026-04-22.csv"
        file = read_raw(raw / path)
        rows += tables.read_rows(file.rows, _OWNED, findings)
        origin = Origin(
            path,
            f"Epoch AI, {title}",
            "2026-04-22",
            "Epoch AI, AI Chip Owners",
            "MIT (code)",
            chips,
        )
        sources.append(file.source(origin))
    notes = ["every series starts at zero; xAI is in none of them", *findings.notes()]
    owners = OWNED.write(rows, folder, sources, notes=notes)
    path, title = (
        "compute/epoch_lab_compute_year_end_2026-09-03.csv",
        "Epoch AI, computing that AI laboratories use",
    )
    used = Origin(path, title, "2026-09-03", "Epoch AI, AI Compute Users", "none seen", users)
    path, title = (
        "compute/gpu_rental_list_prices_2026-09.csv",
        "GPU Price Index, archived public rate cards",
    )
    licence, url = (
        "none found; medians over providers are kept",
        "https://github.com/henryzhangpku/gpu-price-index",
    )
    rented = Origin(path, title, "2026-09", "GPU Price Index", licence, url)
    laboratories = LABORATORIES.derive(raw, folder, used, _LABORATORIES)
    prices = RENTAL.derive(raw, folder, rented, _RENTAL, ["list prices, not transactions"])
    return [_top500(raw, folder), owners, laboratories, prices]

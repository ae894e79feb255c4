"""Who has machines: the TOP500 lists, owners of AI chips, laboratories that use them, and what an hour of one costs.

The TOP500 states no licence, so only sums over its machines are kept, by list, segment, country and accelerator.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from compute_divide.evidence.store.files import EvidenceError, SetAside, Sidecar, Source
from compute_divide.evidence.store.raw_csv import (
    Bounds,
    Findings,
    Labels,
    Origin,
    Row,
    parse_date,
    read_raw,
    same,
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
    write_table,
)

HERE = "compute_divide.evidence.chips.machines"

# --- the TOP500 ---

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
"""Countries that the lists have called otherwise."""

MACHINES_A_LIST = 500
_LIST = re.compile(r"top500_(\d{4}-\d{2})_(academic|other)\.csv")

TOP500 = schema(
    list=date(),
    segment=one_of(SEGMENTS.ours, nullable=False),
    country=text(nullable=False),
    accelerated=flag(),
    machines=whole(1, MACHINES_A_LIST, nullable=False),
    rmax_tflop_s=number(nullable=False),
    rmax_squares=number(nullable=False),
    largest_tflop_s=number(nullable=False),
)
"""Schema of ``compute/top500.csv``: the machines of a list that share segment, country and whether they have an
accelerator (missing where the list does not say). Speeds are those of the HPL benchmark, in 64 bits; the sum of their
squares tells how far a share rests on single machines."""


def load_top500() -> pd.DataFrame:
    """Return sums over the machines of each TOP500 list, with the columns of `TOP500`.

    Examples
    --------
    >>> int(load_top500().groupby("list")["machines"].sum().eq(500).sum())
    33
    """
    return read_table("compute/top500.csv", TOP500)


def _top500(raw: Path, folder: Path) -> Sidecar:
    lists: dict[str, list[Row]] = defaultdict(list)
    sources: list[Source] = []
    for path in sorted((raw / "compute" / "top500").glob("*.csv")):
        match = _LIST.fullmatch(path.name)
        if not match:
            raise EvidenceError(f"{path.name} is not named like a half of a TOP500 list, top500_2020-06_academic.csv")
        file = read_raw(path)
        lists[match[1]] += file.rows
        origin = Origin(
            f"compute/top500/{path.name}",
            f"TOP500 list of {match[1]}, {match[2]} segment{'s' if match[2] == 'other' else ''}",
            match[1],
            "TOP500.org, as split in AcademicSystemsTOP500",
            "none stated; only sums over machines are kept",
            "https://github.com/trecakov/AcademicSystemsTOP500",
        )
        sources.append(file.source(origin))
    cells = [cell for month, rows in lists.items() for cell in _cells(month, rows)]
    _check_units(cells)
    summed = sum(map(len, lists.values())) - len(cells)
    return write_table(
        cells,
        "compute/top500.csv",
        TOP500,
        description="machines of the TOP500 and their speed by list, segment, country and accelerator",
        sources=sources,
        derived_by=f"{HERE}.derive_machines",
        set_aside=[SetAside(reason="machines counted in the row of others like them", rows=summed)],
        notes=["accelerated is missing for the two lists of 2010, which have no such column"],
        folder=folder,
    )


def _cells(month: str, rows: list[Row]) -> list[dict[str, Any]]:
    """Return the sums of one list; every rank from 1 to 500 must be there once."""
    ranks = sorted(row["Rank"] for row in rows)
    if ranks != sorted(map(str, range(1, MACHINES_A_LIST + 1))):
        raise EvidenceError(f"the TOP500 list of {month} does not hold each rank from 1 to 500 once, in both its files")
    speeds: dict[tuple[str, str, bool | None], list[float]] = defaultdict(list)
    for row in rows:
        country = row["Country"]
        segment = SEGMENTS.canonical(row["Segment"], row.place(country))
        speeds[segment, _COUNTRIES.get(country, country), _accelerated(row)].append(_rmax(row))
    return [
        {
            "list": f"{month}-01",
            "segment": segment,
            "country": country,
            "accelerated": accelerated,
            "machines": len(found),
            "rmax_tflop_s": round(sum(found), 3),
            "rmax_squares": round(sum(speed**2 for speed in found), 3),
            "largest_tflop_s": max(found),
        }
        for (segment, country, accelerated), found in sorted(speeds.items(), key=str)
    ]


def _accelerated(row: Row) -> bool | None:
    named = [row[column] for column in ("Accelerator/Co-Processor", "Accelerator") if column in row.cells]
    return named[0] != "None" if named else None


def _rmax(row: Row) -> float:
    """Return the speed in TFLOP/s: lists up to 2016 give GFLOP/s under a header that names no unit."""
    column = next((name for name in row.cells if name.casefold().startswith("rmax")), "Rmax")
    found = read_number(row, column, "Rmax", Bounds(), Findings())
    if found is None:
        raise EvidenceError(f"{row.place()}: {row[column]!r} is not a speed")
    return found if "TFlop/s" in column else found / 1000


def _check_units(cells: list[dict[str, Any]]) -> None:
    """Raise where the fastest machine slows down, or speeds up tenfold within half a year: a unit must have changed."""
    fastest: dict[str, float] = defaultdict(float)
    for cell in cells:
        fastest[cell["list"]] = max(fastest[cell["list"]], cell["largest_tflop_s"])
    months = sorted(fastest)
    for before, after in pairwise(months):
        if not 0.99 < fastest[after] / fastest[before] < 10:
            raise EvidenceError(
                f"the fastest machine of {after[:7]} makes {fastest[after]:g} TFLOP/s, that of {before[:7]} "
                f"{fastest[before]:g}: the unit of a list must have changed"
            )


# --- owners of chips, and laboratories ---

OWNERS = Labels(
    "owner of chips", same("Microsoft", "Meta", "Amazon", "Google", "Oracle", "China", "CoreWeave", "Other")
)
"""Owners; ``China`` is all of a country, ``Other`` all whom the source does not name."""

DESIGNERS = Labels("designer of chips", same("Nvidia", "Google", "AMD"))

KINDS = Labels("kind of Nvidia chip", same("A100", "A800", "H100/H200", "H800", "H20", "B200", "B300"))

LABS = Labels("laboratory", same("OpenAI", "Google DeepMind", "Meta Superintelligence Labs", "Anthropic", "SpaceXAI"))

OWNED = schema(
    owner=one_of(OWNERS.ours, nullable=False),
    designer=one_of(DESIGNERS.ours, nullable=False),
    kind=one_of(KINDS.ours),
    since=date(),
    quarter=date(),
    h100e=number(nullable=False),
    h100e_low=number(nullable=False),
    h100e_high=number(nullable=False),
    chips=number(nullable=False),
    complete=flag(),
)
"""Schema of ``compute/owners.csv``: chips bought from ``since`` to the last day of a quarter, in H100 equivalents by
operations in 8 bits: the median of a simulation, with its 5th and 95th percentiles. ``kind`` is missing for all kinds
of a designer together. Medians may be added, percentiles not."""

LABORATORIES = schema(
    laboratory=one_of(LABS.ours, nullable=False),
    day=date(),
    h100e=number(nullable=False),
    h100e_low=number(nullable=False),
    h100e_high=number(nullable=False),
)
"""Schema of ``compute/laboratories.csv``: chips that a laboratory uses, as in `OWNED`. It does not own them all, so
that laboratories and owners are never added."""

_OWNER_FILES = {
    "nvidia_owners_cumulative_totals": "Nvidia chips by owner",
    "nvidia_owners_cumulative_by_chip": "Nvidia chips by owner and kind",
    "nvidia_owners_OTHER_cumulative_totals": "Nvidia chips of other owners",
    "tpu_owners_cumulative_totals": "Google TPUs",
    "amd_owners_cumulative_totals": "AMD chips by owner",
    "coreweave_owners_cumulative_totals": "Nvidia chips of CoreWeave",
}


def load_owners() -> pd.DataFrame:
    """Return the chips of each owner by quarter, with the columns of `OWNED`.

    Examples
    --------
    >>> owners = load_owners()
    >>> sorted(owners.loc[owners["owner"] == "Google", "designer"].unique())
    ['Google', 'Nvidia']
    """
    return read_table("compute/owners.csv", OWNED)


def load_laboratories() -> pd.DataFrame:
    """Return the chips that laboratories use at the end of a year, with the columns of `LABORATORIES`.

    Examples
    --------
    >>> len(load_laboratories())
    11
    """
    return read_table("compute/laboratories.csv", LABORATORIES)


def _owners(raw: Path, folder: Path) -> Sidecar:
    rows, sources, findings = [], [], Findings()
    for stem, title in _OWNER_FILES.items():
        origin = _epoch_chips(f"epoch_{stem}_2026-04-22.csv", title)
        file = read_raw(raw / origin.path)
        rows += [_owned(row, findings) for row in file.rows]
        sources.append(file.source(origin))
    return write_table(
        rows,
        "compute/owners.csv",
        OWNED,
        description="AI chips in the hands of owners by quarter, in H100 equivalents, with 5th and 95th percentiles",
        sources=sources,
        derived_by=f"{HERE}.derive_machines",
        notes=["every series starts at zero; xAI is in none of them; Google's TPUs are no chips of Nvidia"],
        folder=folder,
    )


def _epoch_chips(file: str, title: str) -> Origin:
    url = "https://github.com/epoch-research/ai-chip-counts"
    return Origin(f"compute/{file}", f"Epoch AI, {title}", "2026-04-22", "Epoch AI, AI Chip Owners", "MIT (code)", url)


def _owned(row: Row, findings: Findings) -> dict[str, Any]:
    place, kind = row.place(row["Name"]), row["Chip type"] if "Chip type" in row.cells else ""
    incomplete = row["Incomplete"]
    if incomplete not in {"", "checked"}:
        raise EvidenceError(f"{place}: {incomplete!r} in 'Incomplete' is neither 'checked' nor blank")
    return {
        "owner": OWNERS.canonical(row["Owner"], place),
        "designer": DESIGNERS.canonical(row["Chip manufacturer"], place),
        "kind": KINDS.canonical(kind, place) if kind else "",
        "since": _day(row, "Start date"),
        "quarter": _day(row, "End date"),
        **{
            ours: read_number(row, theirs, ours, Bounds(), findings)
            for ours, theirs in {
                "h100e": "Compute estimate in H100e (median)",
                "h100e_low": "H100e (5th percentile)",
                "h100e_high": "H100e (95th percentile)",
                "chips": "Number of Units",
            }.items()
        },
        "complete": not incomplete,
    }


def _day(row: Row, column: str) -> str:
    found = parse_date(row[column], "month-first")
    if found is None:
        raise EvidenceError(f"{row.place()}: {row[column]!r} in {column!r} is not a date")
    return found.day.isoformat()


def _laboratory(row: Row, findings: Findings) -> dict[str, Any]:
    columns = {"h100e": "h100e_med", "h100e_low": "h100e_p5", "h100e_high": "h100e_p95"}
    return {
        "laboratory": LABS.canonical(row["Lab"], row.place(row["Name"])),
        "day": _day(row, "Date"),
        **{ours: read_number(row, theirs, ours, Bounds(), findings) for ours, theirs in columns.items()},
    }


# --- the price of an hour ---

RENTED = Labels("rented chip", same("H100", "H200", "B200", "A100"))

RENTAL = schema(
    month=date(),
    chip=one_of(RENTED.ours, nullable=False),
    usd_per_hour=number(nullable=False),
    lowest_usd=number(nullable=False),
    highest_usd=number(nullable=False),
    providers=whole(3, nullable=False),
)
"""Schema of ``compute/rental_prices.csv``: the median over providers of the list price of a chip for an hour, with the
lowest and highest; months with fewer than three providers are not in the source."""


def load_rental_prices() -> pd.DataFrame:
    """Return monthly list prices of a chip-hour, with the columns of `RENTAL`.

    Examples
    --------
    >>> prices = load_rental_prices()
    >>> prices[prices["chip"] == "H100"].iloc[-1]["usd_per_hour"]
    np.float64(3.789)
    """
    return read_table("compute/rental_prices.csv", RENTAL)


def _rental(row: Row, findings: Findings) -> dict[str, Any]:
    columns = {"usd_per_hour": "usd_per_hour", "lowest_usd": "lowest_provider", "highest_usd": "highest_provider"}
    return {
        "month": _day(row, "month"),
        "chip": RENTED.canonical(row["chip"], row.place()),
        **{ours: read_number(row, theirs, ours, Bounds(), findings) for ours, theirs in columns.items()},
        "providers": read_number(row, "providers", "providers", Bounds(whole=True), findings),
    }


TABLES = {
    "compute/top500.csv": TOP500,
    "compute/owners.csv": OWNED,
    "compute/laboratories.csv": LABORATORIES,
    "compute/rental_prices.csv": RENTAL,
}
"""Our tables and their schemas, for the catalogue."""


def derive_machines(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the four tables; see `compute_divide.evidence.catalogue.Derive`."""
    laboratories = derive_table(
        raw,
        folder,
        Origin(
            "compute/epoch_lab_compute_year_end_2026-09-03.csv",
            "Epoch AI, computing that AI laboratories use",
            "2026-09-03",
            "Epoch AI, AI Compute Users",
            "none seen",
            "https://github.com/epoch-research/ai-compute-users",
        ),
        _laboratory,
        "compute/laboratories.csv",
        LABORATORIES,
        description="chips that five laboratories use at the end of a year, in H100 equivalents, with percentiles",
        derived_by=f"{HERE}.derive_machines",
    )
    prices = derive_table(
        raw,
        folder,
        Origin(
            "compute/gpu_rental_list_prices_2026-09.csv",
            "GPU price index, archived public rate cards",
            "2026-09",
            "GPU Price Index",
            "none found; medians over providers are kept",
            "https://github.com/henryzhangpku/gpu-price-index",
        ),
        _rental,
        "compute/rental_prices.csv",
        RENTAL,
        description="monthly list prices of a chip-hour: median, lowest and highest of the providers",
        derived_by=f"{HERE}.derive_machines",
        notes=["list prices, not transactions"],
    )
    return [_top500(raw, folder), _owners(raw, folder), laboratories, prices]

"""Who owns machines: the TOP500 lists, owners of AI chips, laboratories, and the price of an hour.

The TOP500 states no licence, so only sums over its machines are kept, by list, segment, country and
accelerator.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from compute_divide.sources.store import dates, raw_csv, tables
from compute_divide.sources.store.files import EvidenceError, Origin, SetAside, Sidecar, Source
from compute_divide.sources.store.raw_csv import (
    Bounds,
    Findings,
    Labels,
    Row,
    marked,
    read_raw,
    same,
)
from compute_divide.sources.store.writing import DerivedTable, read_rows

DERIVED_BY = "compute_divide.sources.chips.machines.derive_machines"

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
RANKS = sorted(map(str, range(1, 501)))

TOP500 = tables.EvidenceTable(
    "compute/top500.csv",
    tables.schema(
        list=tables.date(),
        segment=tables.one_of(SEGMENTS.ours, nullable=False),
        country=tables.text(nullable=False),
        accelerated=tables.flag(),
        machines=tables.whole(1, len(RANKS), nullable=False),
        rmax_tflop_s=tables.number(nullable=False),
        rmax_squares=tables.number(nullable=False),
        largest_tflop_s=tables.number(nullable=False),
    ),
    "machines of the TOP500 and their speed by list, segment, country and accelerator",
    DERIVED_BY,
)
"""The machines of a list that share segment, country and whether they have an accelerator (missing
where the list does not say). Speeds are those of the HPL benchmark, in 64 bits; the sum of squares
shows how much a share rests on a few machines."""
load_top500 = TOP500.read


def _top500(raw: Path, folder: Path) -> Sidecar:
    machines: list[dict[str, Any]] = []
    sources: list[Source] = []
    for path in sorted((raw / "compute" / "top500").glob("*.csv")):
        match = _LIST.fullmatch(path.name)
        if not match:
            raise EvidenceError(
                f"{path.name} is not named like a half of a TOP500 list, "
                "top500_2020-06_academic.csv"
            )
        month, half = match.groups()
        file = read_raw(path)
        day = f"{month}-01"
        origin = _half_of_list(path.name, month, half)
        machines += [{"list": day, **_machine(row)} for row in file.rows]
        sources.append(file.source(origin))
    table = pd.DataFrame(machines)
    _check_lists(table)
    sums = _sums(table)
    alike = len(table) - len(sums)
    aside = SetAside(reason="machines counted in the row of others like them", rows=alike)
    note = "accelerated is missing for the two lists of 2010, which have no such column"
    return DerivedTable(TOP500, folder).write(sums, sources, [aside], [note])


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
    for header in ("Accelerator/Co-Processor", "Accelerator"):
        if header in row.cells:
            return row[header] != "None"
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


OWNERS = Labels(
    "owner of chips",
    same("Microsoft", "Meta", "Amazon", "Google", "Oracle", "China", "CoreWeave", "xAI", "Other"),
)
"""Owners; ``China`` is all of a country, ``Other`` everyone whom the source does not name."""

DESIGNERS = Labels("designer of chips", same("Nvidia", "Google", "AMD", "Amazon"))
KINDS = Labels(
    "kind of chip",
    same(
        "A100",
        "A800",
        "H100/H200",
        "H800",
        "H20",
        "B200",
        "B300",
        "Trainium1",
        "Trainium2",
    ),
)
LABS = Labels(
    "laboratory",
    same("OpenAI", "Google DeepMind", "Meta Superintelligence Labs", "Anthropic", "SpaceXAI"),
)
RENTED = Labels("rented chip", same("H100", "H200", "B200", "A100"))


def _as_day(header: str) -> tables.Field:
    def read(row: Row, _: str, __: Findings) -> str:
        # the file of xAI writes the years of this century with two digits
        written = re.sub(r"/(\d\d)$", r"/20\1", row[header])
        date = dates.parse_date(written, "month-first")
        if date is None:
            raise EvidenceError(f"{row.place()}: {row[header]!r} in {header!r} is not a date")
        return date.day.isoformat()

    return tables.Field(tables.date(), read)


def _as_sure(header: str) -> tables.Field:
    return tables.as_number(header, column=tables.number(nullable=False))


def _kind(row: Row, _: str, __: Findings) -> str:
    if "Chip type" not in row.cells:
        return ""
    return KINDS.canonical(row["Chip type"], row.place())


def _complete(row: Row, _: str, __: Findings) -> bool:
    # the files of Trainium and of xAI contain no unfinished quarter
    if "Incomplete" not in row.cells:
        return True
    return not marked(row, "Incomplete", "checked")


OWNED_FIELDS = {
    "owner": tables.as_label("Owner", OWNERS, blank=None),
    "designer": tables.as_label("Chip manufacturer", DESIGNERS, blank=None),
    "kind": tables.Field(tables.one_of(KINDS.ours), _kind),
    "since": _as_day("Start date"),
    "quarter": _as_day("End date"),
    "h100e": _as_sure("Compute estimate in H100e (median)"),
    "h100e_low": tables.as_number("H100e (5th percentile)"),
    "h100e_high": tables.as_number("H100e (95th percentile)"),
    "chips": tables.as_number("Number of Units"),
    "complete": tables.Field(tables.flag(), _complete),
}
OWNED = tables.EvidenceTable(
    "compute/owners.csv",
    tables.schema_of(OWNED_FIELDS),
    "AI chips in the hands of owners by quarter, in H100 equivalents, "
    "with 5th and 95th percentiles",
    DERIVED_BY,
)
"""Chips bought from ``since`` to the last day of a quarter, in H100 equivalents by operations in 8
bits: a simulation's median and percentiles, which are never added; xAI, an inventory at the end of
two years, has none. ``kind`` is missing for all kinds of a designer together."""
load_owners = OWNED.read

LABORATORY_FIELDS = {
    "laboratory": tables.as_label("Lab", LABS, blank=None),
    "day": _as_day("Date"),
    "h100e": _as_sure("h100e_med"),
    "h100e_low": _as_sure("h100e_p5"),
    "h100e_high": _as_sure("h100e_p95"),
}
LABORATORIES = tables.EvidenceTable(
    "compute/laboratories.csv",
    tables.schema_of(LABORATORY_FIELDS),
    "chips that five laboratories use at the end of a year, in H100 equivalents, with percentiles",
    DERIVED_BY,
)
"""Chips that a laboratory uses, as in `OWNED`. It does not own them all: laboratories and owners
are never added."""
load_laboratories = LABORATORIES.read

RENTAL_FIELDS = {
    "month": _as_day("month"),
    "chip": tables.as_label("chip", RENTED, blank=None),
    "usd_per_hour": _as_sure("usd_per_hour"),
    "lowest_usd": _as_sure("lowest_provider"),
    "highest_usd": _as_sure("highest_provider"),
    "providers": tables.as_count("providers"),
}
RENTAL = tables.EvidenceTable(
    "compute/rental_prices.csv",
    tables.schema_of(RENTAL_FIELDS),
    "monthly list prices of a chip-hour: median, lowest and highest of the providers",
    DERIVED_BY,
)
"""List prices of a chip for an hour over providers; months with fewer than three of them are not in
the source."""
load_rental_prices = RENTAL.read

TABLES = (TOP500, OWNED, LABORATORIES, RENTAL)

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
    """Derive the four tables; see `compute_divide.sources.catalogue.Derive`."""
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

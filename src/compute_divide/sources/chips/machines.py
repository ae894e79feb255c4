"""Who owns machines: the TOP500 lists, owners of AI chips, laboratories, and the price of an hour.

Of the TOP500 there are only sums over its machines, by list, segment, country and accelerator.
"""

from __future__ import annotations

import re

from compute_divide.sources.store import dates, tables
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import Findings, Labels, Row, marked, same

DERIVED_BY = "compute_divide.sources.chips.machines.derive_machines"

SEGMENTS = Labels(
    "segment of the TOP500",
    same("academic", "research", "government", "industry", "vendor", "classified", "others"),
)
"""Segments of the TOP500; the national laboratories are in ``research``."""
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

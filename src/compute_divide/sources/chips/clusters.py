"""Clusters of AI chips by the sector of their owner (Epoch AI).

The list covers an estimated 10 to 20% of the world's capacity. "public" merges academia and
government. The 257 Chinese systems are anonymised and rounded by the source. Systems that may be
counted twice are marked.
"""

from __future__ import annotations

from compute_divide.sources.store import tables
from compute_divide.sources.store.dates import read_date
from compute_divide.sources.store.raw_csv import Findings, Labels, Row, marked, same

SECTORS = Labels(
    "sector of an owner", {"private": "private", "public": "public", "public/private": "mixed"}
)
"""Sectors of owners; ``public`` is academia or government, ``mixed`` is both public and private."""

STATUS = Labels("status of a cluster", same("Existing", "Planned", "Decommissioned"))
CERTAINTY = Labels("certainty of a cluster", same("Confirmed", "Likely", "Unlikely"))
SINGLE = Labels("answer to whether it is one cluster", same("Yes", "No", "Unclear"))


def _closed(row: Row, name: str, findings: Findings) -> str | None:
    header = "Decommissioned Date (if applicable)"
    if not row[header]:
        return None
    closed = read_date(row, header, name, findings)
    if closed:
        return closed.day.isoformat()
    return None


def _duplicate(row: Row, _: str, __: Findings) -> bool:
    return marked(row, "Possible Duplicate", "True")


def _included(row: Row, _: str, __: Findings) -> bool:
    standard = marked(row, "Include in Standard Analysis", "True")
    return standard and not marked(row, "Exclude", "True")


FIELDS = {
    "name": tables.as_text("Name", nullable=False, strip='"'),
    "status": tables.as_label("Status", STATUS, blank=None),
    "certainty": tables.as_label("Certainty", CERTAINTY, blank=None),
    "single_cluster": tables.as_label("Single cluster?", SINGLE),
    "sector": tables.as_label("Sector", SECTORS, blank="unknown"),
    "owner": tables.as_list("Owner"),
    "users": tables.as_list("Users"),
    "country": tables.as_text("Country", strip='"'),
    **tables.as_date("operational", "First Operational Date"),
    "decommissioned": tables.Field(tables.date(), _closed),
    "chip": tables.as_text("Chip type (primary)", strip='"'),
    "chips_primary": tables.as_count("Chip quantity (primary)"),
    "chip_secondary": tables.as_text("Chip type (secondary)", strip='"'),
    "chips_secondary": tables.as_count("Chip quantity (secondary)"),
    "chips": tables.as_count("Total number of AI chips"),
    "supplier": tables.as_text("GPU Supplier (primary)", strip='"'),
    "h100_equivalents": tables.as_number("H100 equivalents"),
    "op_s_8bit": tables.as_number("8-bit OP/s"),
    "flop_s_16bit": tables.as_number("16-bit OP/s"),
    "flop_s_32bit": tables.as_number("32-bit OP/s"),
    "power_mw": tables.as_number("Power Capacity (MW)"),
    "cost_usd": tables.as_number("Hardware Cost"),
    "builds_upon": tables.as_text("Builds Upon", strip='"'),
    "superseded_by": tables.as_text("Superseded by", strip='"'),
    "possible_duplicate": tables.Field(tables.flag(), _duplicate),
    "possible_duplicate_of": tables.as_text("Possible Duplicate Of", strip='"'),
    "included": tables.Field(tables.flag(), _included),
}
CLUSTERS = tables.EvidenceTable(
    "hardware/clusters.csv",
    tables.schema_of(FIELDS),
    "clusters of AI chips: owner, sector, chips, performance, first day, status",
    "compute_divide.sources.chips.clusters.derive_clusters",
)
"""``operational`` is the first day, ``included`` whether the source counts it in its standard
analysis."""
load_clusters = CLUSTERS.read

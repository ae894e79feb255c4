"""Clusters of AI chips by the sector of their owner (Epoch AI).

The list holds an estimated 10 to 20% of the world's capacity. "public" merges academia and government. The 257 Chinese
systems are anonymised and rounded by the source. Systems that may be counted twice are marked.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from compute_divide.evidence.models.table import CREDIT, LICENCE
from compute_divide.evidence.store.files import EvidenceError, Origin, Sidecar
from compute_divide.evidence.store.raw_csv import Findings, Labels, Row, read_date, same
from compute_divide.evidence.store.tables import (
    Field,
    as_count,
    as_date,
    as_label,
    as_list,
    as_number,
    as_text,
    date,
    derive_table,
    flag,
    read_table,
    schema_of,
)

URL = "https://epoch.ai/data/gpu-clusters"

SECTORS = Labels("sector of an owner", {"private": "private", "public": "public", "public/private": "mixed"})
"""Sectors of owners; ``public`` is academia or government, ``mixed`` is both public and private."""

STATUS = Labels("status of a cluster", same("Existing", "Planned", "Decommissioned"))
CERTAINTY = Labels("certainty of a cluster", same("Confirmed", "Likely", "Unlikely"))
SINGLE = Labels("answer to whether it is one cluster", same("Yes", "No", "Unclear"))


def _closed(row: Row, name: str, findings: Findings) -> str | None:
    header = "Decommissioned Date (if applicable)"
    found = read_date(row, header, name, findings) if row[header] else None
    return found.day.isoformat() if found else None


def _marked(row: Row, header: str) -> bool:
    """Return whether a row carries a mark: the source writes True, or nothing."""
    mark = row[header]
    if mark not in {"", "True"}:
        raise EvidenceError(f"{row.place()}: {mark!r} in {header!r} is neither True nor blank")
    return mark == "True"


FIELDS = {
    "name": as_text("Name", nullable=False, strip='"'),
    "status": as_label("Status", STATUS, blank=None),
    "certainty": as_label("Certainty", CERTAINTY, blank=None),
    "single_cluster": as_label("Single cluster?", SINGLE),
    "sector": as_label("Sector", SECTORS, blank="unknown"),
    "owner": as_list("Owner"),
    "users": as_list("Users"),
    "country": as_text("Country", strip='"'),
    **as_date("operational", "First Operational Date"),
    "decommissioned": Field(date(), _closed),
    "chip": as_text("Chip type (primary)", strip='"'),
    "chips_primary": as_count("Chip quantity (primary)"),
    "chip_secondary": as_text("Chip type (secondary)", strip='"'),
    "chips_secondary": as_count("Chip quantity (secondary)"),
    "chips": as_count("Total number of AI chips"),
    "supplier": as_text("GPU Supplier (primary)", strip='"'),
    "h100_equivalents": as_number("H100 equivalents"),
    "op_s_8bit": as_number("8-bit OP/s"),
    "flop_s_16bit": as_number("16-bit OP/s"),
    "flop_s_32bit": as_number("32-bit OP/s"),
    "power_mw": as_number("Power Capacity (MW)"),
    "cost_usd": as_number("Hardware Cost"),
    "builds_upon": as_text("Builds Upon", strip='"'),
    "superseded_by": as_text("Superseded by", strip='"'),
    "possible_duplicate": Field(flag(), lambda row, _, __: _marked(row, "Possible Duplicate")),
    "possible_duplicate_of": as_text("Possible Duplicate Of", strip='"'),
    "included": Field(
        flag(), lambda row, _, __: _marked(row, "Include in Standard Analysis") and not _marked(row, "Exclude")
    ),
}
SCHEMA = schema_of(FIELDS)
"""Schema of ``hardware/clusters.csv``. ``operational`` is the first day, ``included`` whether the source counts it in
its standard analysis; owners and users are ``|``-joined."""

TABLES = {"hardware/clusters.csv": SCHEMA}


def load_clusters() -> pd.DataFrame:
    """Return the clusters, with the columns of `SCHEMA`."""
    return read_table("hardware/clusters.csv", SCHEMA)


def derive_clusters(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of clusters; see `compute_divide.evidence.catalogue.Derive`."""
    sidecar = derive_table(
        raw,
        folder,
        Origin(
            "models/epoch_gpu_clusters_2026-04-24.csv", "Epoch AI, GPU Clusters", "2026-04-24", CREDIT, LICENCE, URL
        ),
        "hardware/clusters.csv",
        FIELDS,
        description="clusters of AI chips: owner, sector, chips, performance, first day, status",
        derived_by="compute_divide.evidence.chips.clusters.derive_clusters",
        notes=["left out, for it mixes number formats: Max OP/s"],
    )
    return [sidecar]

"""Clusters of AI chips by the sector of their owner (Epoch AI).

The list holds an estimated 10 to 20% of the world's capacity. "public" merges academia and government. The 257 Chinese
systems are anonymised and rounded by the source. Systems that may be counted twice are marked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from compute_divide.evidence.models.table import CREDIT, LICENCE
from compute_divide.evidence.store.files import EvidenceError, Origin, Sidecar
from compute_divide.evidence.store.raw_csv import (
    PRECISIONS,
    Bounds,
    Findings,
    Labels,
    Row,
    joined,
    read_date,
    read_dated,
    same,
    split_list,
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
)

URL = "https://epoch.ai/data/gpu-clusters"

SECTORS = Labels("sector of an owner", {"private": "private", "public": "public", "public/private": "mixed"})
"""Sectors of owners; ``public`` is academia or government, ``mixed`` is both public and private."""

STATUS = Labels("status of a cluster", same("Existing", "Planned", "Decommissioned"))
CERTAINTY = Labels("certainty of a cluster", same("Confirmed", "Likely", "Unlikely"))
SINGLE = Labels("answer to whether it is one cluster", same("Yes", "No", "Unclear"))

_FIGURES = {
    "h100_equivalents": "H100 equivalents",
    "op_s_8bit": "8-bit OP/s",
    "flop_s_16bit": "16-bit OP/s",
    "flop_s_32bit": "32-bit OP/s",
    "power_mw": "Power Capacity (MW)",
    "cost_usd": "Hardware Cost",
}

_COUNTS = {
    "chips": "Total number of AI chips",
    "chips_primary": "Chip quantity (primary)",
    "chips_secondary": "Chip quantity (secondary)",
}

_TEXTS = {
    "country": "Country",
    "chip": "Chip type (primary)",
    "chip_secondary": "Chip type (secondary)",
    "supplier": "GPU Supplier (primary)",
    "builds_upon": "Builds Upon",
    "superseded_by": "Superseded by",
    "possible_duplicate_of": "Possible Duplicate Of",
}

SCHEMA = schema(
    name=text(nullable=False),
    status=one_of(STATUS.ours, nullable=False),
    certainty=one_of(CERTAINTY.ours, nullable=False),
    single_cluster=one_of(SINGLE.ours),
    sector=one_of([*SECTORS.ours, "unknown"], nullable=False),
    owner=text(),
    users=text(),
    country=text(),
    operational=date(),
    operational_precision=one_of(PRECISIONS),
    decommissioned=date(),
    chip=text(),
    chips_primary=whole(1),
    chip_secondary=text(),
    chips_secondary=whole(1),
    chips=whole(1),
    supplier=text(),
    h100_equivalents=number(),
    op_s_8bit=number(),
    flop_s_16bit=number(),
    flop_s_32bit=number(),
    power_mw=number(),
    cost_usd=number(),
    builds_upon=text(),
    superseded_by=text(),
    possible_duplicate=flag(),
    possible_duplicate_of=text(),
    included=flag(),
)
"""Schema of ``hardware/clusters.csv``. ``operational`` is the first day, ``included`` whether the source counts it in
its standard analysis; owners and users are ``|``-joined."""

TABLES = {"hardware/clusters.csv": SCHEMA}
"""Our tables and their schemas, for the catalogue."""


def load_clusters() -> pd.DataFrame:
    """Return the clusters, with the columns of `SCHEMA`.

    Examples
    --------
    >>> load_clusters()["sector"].value_counts().to_dict()
    {'private': 494, 'public': 179, 'mixed': 95, 'unknown': 18}
    """
    return read_table("hardware/clusters.csv", SCHEMA)


def derive_clusters(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of clusters; see `compute_divide.evidence.catalogue.Derive`."""
    sidecar = derive_table(
        raw,
        folder,
        Origin(
            "models/epoch_gpu_clusters_2026-04-24.csv", "Epoch AI, GPU Clusters", "2026-04-24", CREDIT, LICENCE, URL
        ),
        _cluster,
        "hardware/clusters.csv",
        SCHEMA,
        description="clusters of AI chips: owner, sector, chips, performance, first day, status",
        derived_by="compute_divide.evidence.chips.clusters.derive_clusters",
        notes=["left out, for it mixes number formats: Max OP/s"],
    )
    return [sidecar]


def _cluster(row: Row, findings: Findings) -> dict[str, Any]:
    name = row["Name"].strip('"')
    place = row.place(name)
    closed = "Decommissioned Date (if applicable)"
    decommissioned = read_date(row, closed, "decommissioned", findings) if row[closed] else None
    sector, single = row["Sector"], row["Single cluster?"]
    return {
        "name": name,
        "status": STATUS.canonical(row["Status"], place),
        "certainty": CERTAINTY.canonical(row["Certainty"], place),
        "single_cluster": SINGLE.canonical(single, place) if single else "",
        "sector": SECTORS.canonical(sector, place) if sector else "unknown",
        "owner": joined(split_list(row.cells["Owner"])),
        "users": joined(split_list(row.cells["Users"])),
        **read_dated(row, "First Operational Date", "operational", findings),
        "decommissioned": decommissioned.day.isoformat() if decommissioned else None,
        **{ours: row[theirs].strip('"') for ours, theirs in _TEXTS.items()},
        **{ours: read_number(row, theirs, ours, Bounds(whole=True), findings) for ours, theirs in _COUNTS.items()},
        **{ours: read_number(row, theirs, ours, Bounds(), findings) for ours, theirs in _FIGURES.items()},
        "possible_duplicate": _marked(row, "Possible Duplicate", place),
        "included": _marked(row, "Include in Standard Analysis", place) and not _marked(row, "Exclude", place),
    }


def _marked(row: Row, column: str, place: str) -> bool:
    """Return whether a row carries a mark: the source writes True, or nothing."""
    mark = row[column]
    if mark not in {"", "True"}:
        raise EvidenceError(f"{place}: {mark!r} in {column!r} is neither True nor blank")
    return mark == "True"

"""Sources of one table each: what builds on what (Stanford CRFM), a price index, yearly counts to hold ours against.

The snapshot of the ecosystem graph states no licence, so only facts are derived from it: names, organisations, dates,
access, licences, dependencies. Descriptions and all other prose stay out.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pandas as pd

from compute_divide.evidence.store.files import EvidenceError, Origin, Sidecar
from compute_divide.evidence.store.raw_csv import (
    PRECISIONS,
    Bounds,
    Findings,
    Labels,
    Row,
    clean,
    joined,
    read_date,
    read_dated,
    read_raw,
    same,
    typed_organisations,
)
from compute_divide.evidence.store.raw_csv import number as read_number
from compute_divide.evidence.store.tables import (
    date,
    derive_table,
    number,
    one_of,
    read_table,
    schema,
    text,
    whole,
    write_table,
)

KINDS = Labels("kind of asset", same("model", "dataset", "application"))
ACCESS = Labels("access to an asset", same("open", "limited", "closed"))

_UNKNOWN = re.compile(r"^unk\w*$", re.IGNORECASE)
"""The source writes unknown, Unknown, and some misspellings of it."""

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMBT])\w*\s+param", re.IGNORECASE)
_SCALE = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}

ECOSYSTEM = Origin(
    "other/ecosystem_graphs_all_assets.csv",
    "Ecosystem Graphs, all assets",
    "2025-01",
    "Bommasani et al., Ecosystem Graphs, Stanford Center for Research on Foundation Models",
    "none stated; only facts are derived",
    "https://crfm.stanford.edu/ecosystem-graphs/",
)

ASSETS = schema(
    name=text(nullable=False),
    kind=one_of(KINDS.ours, nullable=False),
    organisations=text(),
    nationality=text(),
    created=date(),
    created_precision=one_of(PRECISIONS),
    access=one_of(ACCESS.ours),
    licence=text(),
    parameters=number(),
    dependencies=text(),
)
"""Schema of ``ecosystem/assets.csv``. Organisations and dependencies (names of assets, some of them not in the table)
are ``|``-joined; nationality is that of the organisation."""

ASSET_TABLES = {"ecosystem/assets.csv": ASSETS}
"""Our tables and their schemas, for the catalogue."""


def load_ecosystem() -> pd.DataFrame:
    """Return the assets, with the columns of `ASSETS`.

    Examples
    --------
    >>> load_ecosystem()["kind"].value_counts().to_dict()
    {'model': 429, 'dataset': 112, 'application': 98}
    """
    return read_table("ecosystem/assets.csv", ASSETS)


def derive_ecosystem(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of assets; see `compute_divide.evidence.catalogue.Derive`."""
    file = read_raw(raw / ECOSYSTEM.path)
    findings = Findings()
    assets = [_asset(row, findings) for row in file.rows]
    names = {asset["name"] for asset in assets}
    needed = [name for asset in assets for name in asset["dependencies"].split("|") if name]
    outside = sum(name not in names for name in needed)
    sidecar = write_table(
        assets,
        "ecosystem/assets.csv",
        ASSETS,
        description="models, datasets, applications and what each builds on",
        sources=[file.source(ECOSYSTEM)],
        derived_by="compute_divide.evidence.other.derive_ecosystem",
        notes=[*findings.notes(), f"dependencies: {outside} name something that is not in the table"],
        folder=folder,
    )
    return [sidecar]


def _asset(row: Row, findings: Findings) -> dict[str, Any]:
    name = row["name"]
    place = row.place(name)
    access = _known(row["access"])
    return {
        "name": name,
        "kind": KINDS.canonical(row["type"], place),
        "organisations": joined(typed_organisations(_known(row["organization"]))),
        "nationality": _known(row["nationality"]),
        **read_dated(row, "created_date", "created", findings),
        "access": ACCESS.canonical(access, place) if access else "",
        "licence": _known(row["license"]),
        "parameters": _parameters(row, findings),
        "dependencies": joined(_dependencies(row.cells["dependencies"], place)),
    }


def _known(text: str) -> str:
    """Return a cell, empty when it says that something is not known."""
    return "" if _UNKNOWN.match(text) else text


def _parameters(row: Row, findings: Findings) -> float | None:
    """Return the number of parameters that a size states, such as ``7B parameters (dense)``; None for other sizes."""
    size = _known(row["size"])
    match = _SIZE.search(size)
    if match:
        return float(match[1]) * _SCALE[match[2].upper()]
    if size and "param" in size.casefold():
        findings.add("parameters: not a number, left missing", f"row {row.number}: {size[:40]!r}")
    return None


def _dependencies(cell: str, place: str) -> list[str]:
    """Return the names in a cell that holds a Python list of texts."""
    try:
        names = ast.literal_eval(cell)
    except (ValueError, SyntaxError):
        names = None
    if not isinstance(names, list):
        raise EvidenceError(f"{place}: dependencies are not a list: {cell[:60]!r}")
    return [clean(str(name)) for name in names if clean(str(name))]


# --- series ---

PRICE_INDEX = schema(
    month=date(),
    index=number(nullable=False),
)
"""Schema of ``series/price_index.csv``: December 2000 is 100; ``month`` is the first day."""

_COUNTS = {
    "academia": "all_Academia",
    "collaboration_academia_leaning": "all_Collaboration, Academia-leaning",
    "collaboration": "all_Collaboration",
    "collaboration_industry_leaning": "all_Collaboration, Industry-leaning",
    "industry": "all_Industry",
    "research_collective": "all_Research Collective",
}

YEARLY_COUNTS = schema(
    year=whole(1940, 2040, nullable=False),
    **{name: whole(nullable=False) for name in _COUNTS},
)
"""Schema of ``series/yearly_counts.csv``."""

SERIES_TABLES = {"series/price_index.csv": PRICE_INDEX, "series/yearly_counts.csv": YEARLY_COUNTS}
"""Our tables and their schemas, for the catalogue."""


def load_price_index() -> pd.DataFrame:
    """Return the monthly producer price index, with the columns of `PRICE_INDEX`.

    Examples
    --------
    >>> load_price_index().iloc[0]["index"]
    np.float64(100.0)
    """
    return read_table("series/price_index.csv", PRICE_INDEX)


def load_yearly_counts() -> pd.DataFrame:
    """Return the yearly counts of Our World in Data, with the columns of `YEARLY_COUNTS`.

    Examples
    --------
    >>> load_yearly_counts().set_index("year").loc[2022, "industry"]
    np.int64(20)
    """
    return read_table("series/yearly_counts.csv", YEARLY_COUNTS)


def derive_series(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive both series; see `compute_divide.evidence.catalogue.Derive`."""
    index = derive_table(
        raw,
        folder,
        Origin(
            "models/fred_PCU518210518210_2025.csv",
            "Producer Price Index, data processing, hosting and related services (PCU518210518210)",
            "2025-07-30",
            "U.S. Bureau of Labor Statistics, retrieved from FRED, Federal Reserve Bank of St. Louis",
            "public domain",
            "https://fred.stlouisfed.org/series/PCU518210518210",
        ),
        _month,
        "series/price_index.csv",
        PRICE_INDEX,
        description="producer price index of data processing and hosting, by month",
        derived_by="compute_divide.evidence.other.derive_series",
    )
    counts = derive_table(
        raw,
        folder,
        Origin(
            "models/owid_affiliation_notable_systems_2023-05.csv",
            "Affiliation of researchers building artificial intelligence systems",
            "2023-05-18",
            "Our World in Data, from Epoch AI",
            "CC BY 4.0",
            "https://ourworldindata.org/artificial-intelligence",
        ),
        _year,
        "series/yearly_counts.csv",
        YEARLY_COUNTS,
        description="notable systems a year by affiliation, as Our World in Data counted them",
        derived_by="compute_divide.evidence.other.derive_series",
    )
    return [index, counts]


def _month(row: Row, findings: Findings) -> dict[str, Any]:
    month = read_date(row, "observation_date", "month", Findings())  # the first of every month, January too
    index = read_number(row, "PCU518210518210", "index", Bounds(), findings)
    return {"month": month.day.isoformat() if month else None, "index": index}


def _year(row: Row, findings: Findings) -> dict[str, Any]:
    count = Bounds(positive=False, whole=True)
    columns = {"year": "Year", **_COUNTS}
    return {name: read_number(row, column, name, count, findings) for name, column in columns.items()}

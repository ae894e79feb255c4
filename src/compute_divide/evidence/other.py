"""Sources of one table each: what builds on what (Stanford CRFM), a price index, yearly counts to hold ours against.

The snapshot of the ecosystem graph states no licence, so only facts are derived from it: names, organisations, dates,
access, licences, dependencies. Descriptions and all other prose stay out.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd

from compute_divide.evidence.store.files import EvidenceError, Origin, Sidecar
from compute_divide.evidence.store.raw_csv import (
    Bounds,
    Findings,
    Labels,
    Row,
    clean,
    joined,
    read_date,
    read_raw,
    same,
    typed_organisations,
)
from compute_divide.evidence.store.tables import (
    Field,
    as_date,
    as_label,
    as_number,
    as_text,
    date,
    derive_table,
    number,
    one_of,
    read_rows,
    read_table,
    schema_of,
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


def _known(text: str) -> str:
    """Return a cell, empty when it says that something is not known."""
    return "" if _UNKNOWN.match(text) else text


def _access(row: Row, _: str, __: Findings) -> str:
    access = _known(row["access"])
    return ACCESS.canonical(access, row.place()) if access else ""


def _parameters(row: Row, _: str, findings: Findings) -> float | None:
    """Return the number of parameters that a size states, such as ``7B parameters (dense)``; None for other sizes."""
    size = _known(row["size"])
    match = _SIZE.search(size)
    if match:
        return float(match[1]) * _SCALE[match[2].upper()]
    if size and "param" in size.casefold():
        findings.add("parameters: not a number, left missing", f"row {row.number}: {size[:40]!r}")
    return None


def _dependencies(row: Row, _: str, __: Findings) -> str:
    """Return the names in a cell that holds a Python list of texts."""
    cell = row.cells["dependencies"]
    try:
        names = ast.literal_eval(cell)
    except (ValueError, SyntaxError):
        names = None
    if not isinstance(names, list):
        raise EvidenceError(f"{row.place()}: dependencies are not a list: {cell[:60]!r}")
    return joined(filter(None, (clean(str(name)) for name in names)))


FIELDS = {
    "name": as_text("name", nullable=False),
    "kind": as_label("type", KINDS, blank=None),
    "organisations": Field(text(), lambda row, _, __: joined(typed_organisations(_known(row["organization"])))),
    "nationality": Field(text(), lambda row, _, __: _known(row["nationality"])),
    **as_date("created", "created_date"),
    "access": Field(one_of(ACCESS.ours), _access),
    "licence": Field(text(), lambda row, _, __: _known(row["license"])),
    "parameters": Field(number(), _parameters),
    "dependencies": Field(text(), _dependencies),
}
ASSETS = schema_of(FIELDS)
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
    assets = read_rows(file.rows, FIELDS, findings)
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


# --- series ---


def _month(row: Row, name: str, _: Findings) -> str | None:
    month = read_date(row, "observation_date", name, Findings())  # the first of every month, January too
    return month.day.isoformat() if month else None


INDEX_FIELDS = {
    "month": Field(date(), _month),
    "index": as_number("PCU518210518210", column=number(nullable=False)),
}
PRICE_INDEX = schema_of(INDEX_FIELDS)
"""Schema of ``series/price_index.csv``: December 2000 is 100; ``month`` is the first day."""

_COUNT = Bounds(positive=False, whole=True)
_COUNTS = {
    "academia": "all_Academia",
    "collaboration_academia_leaning": "all_Collaboration, Academia-leaning",
    "collaboration": "all_Collaboration",
    "collaboration_industry_leaning": "all_Collaboration, Industry-leaning",
    "industry": "all_Industry",
    "research_collective": "all_Research Collective",
}
COUNT_FIELDS = {
    "year": as_number("Year", _COUNT, whole(1940, 2040, nullable=False)),
    **{ours: as_number(theirs, _COUNT, whole(nullable=False)) for ours, theirs in _COUNTS.items()},
}
YEARLY_COUNTS = schema_of(COUNT_FIELDS)
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
        "series/price_index.csv",
        INDEX_FIELDS,
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
        "series/yearly_counts.csv",
        COUNT_FIELDS,
        description="notable systems a year by affiliation, as Our World in Data counted them",
        derived_by="compute_divide.evidence.other.derive_series",
    )
    return [index, counts]

"""Series from elsewhere: a price index to deflate with, and yearly counts to hold ours against."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from compute_divide.evidence.models.dates import read_date
from compute_divide.evidence.store.columns import date, number, schema, whole
from compute_divide.evidence.store.raw_csv import Bounds, Findings, need, read_raw
from compute_divide.evidence.store.raw_csv import number as read_number
from compute_divide.evidence.store.sidecars import Sidecar
from compute_divide.evidence.store.tables import read_table, write_table

PRICE_INDEX = schema(
    "producer price index of data processing and hosting, one row a month",
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
    "notable systems a year by affiliation of their authors, as Our World in Data counted them",
    year=whole(1940, 2040, nullable=False),
    **{name: whole(nullable=False) for name in _COUNTS},
)
"""Schema of ``series/yearly_counts.csv``."""

TABLES = {"series/price_index.csv": PRICE_INDEX, "series/yearly_counts.csv": YEARLY_COUNTS}
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
    return [_derive_price_index(raw, folder), _derive_yearly_counts(raw, folder)]


def _derive_price_index(raw: Path, folder: Path) -> Sidecar:
    file = read_raw(raw / "models" / "fred_PCU518210518210_2025.csv")
    need(file, ["observation_date", "PCU518210518210"])
    findings = Findings()
    records = []
    for row in file.rows:
        month = read_date(row, "observation_date", "month", Findings())  # the first of every month, January too
        index = read_number(row, "PCU518210518210", "index", Bounds(), findings)
        records.append({"month": month.day.isoformat() if month else None, "index": index})
    source = file.source(
        "Producer Price Index, data processing, hosting and related services (PCU518210518210)",
        "U.S. Bureau of Labor Statistics, retrieved from FRED, Federal Reserve Bank of St. Louis",
        "public domain",
        "2025-07-30",
        "https://fred.stlouisfed.org/series/PCU518210518210",
    )
    return write_table(
        pd.DataFrame(records),
        "series/price_index.csv",
        PRICE_INDEX,
        description="producer price index of data processing and hosting, by month",
        sources=[source],
        derived_by="compute_divide.evidence.other.series.derive_series",
        notes=findings.notes(),
        folder=folder,
    )


def _derive_yearly_counts(raw: Path, folder: Path) -> Sidecar:
    file = read_raw(raw / "models" / "owid_affiliation_notable_systems_2023-05.csv")
    need(file, ["Year", *_COUNTS.values()])
    findings = Findings()
    count = Bounds(positive=False, whole=True)
    records = [
        {name: read_number(row, column, name, count, findings) for name, column in {"year": "Year", **_COUNTS}.items()}
        for row in file.rows
    ]
    source = file.source(
        "Affiliation of researchers building artificial intelligence systems",
        "Our World in Data, from Epoch AI",
        "CC BY 4.0",
        "2023-05-18",
        "https://ourworldindata.org/artificial-intelligence",
    )
    return write_table(
        pd.DataFrame(records),
        "series/yearly_counts.csv",
        YEARLY_COUNTS,
        description="notable systems a year by affiliation, as Our World in Data counted them",
        sources=[source],
        derived_by="compute_divide.evidence.other.series.derive_series",
        notes=findings.notes(),
        folder=folder,
    )

"""Private sites for AI by date (Epoch AI), as campuses: none is shown to be one machine.

The source follows sites by satellite and power; only what it saw by its own day is in the table.
"""

from __future__ import annotations

from compute_divide.sources.store import dates, raw_csv, tables
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import Findings, Row
from compute_divide.sources.store.tables import Field

SNAPSHOT = "2026-07-07"


def observation_day(row: Row, _: str, __: Findings) -> str:
    """Return the day on which a site was looked at, as ISO 8601."""
    dated = dates.parse_date(row["Date"])
    if dated is None:
        raise EvidenceError(f"{row.place()}: {row['Date']!r} is not a date")
    return dated.day.isoformat()


def _nothing(_: Row, __: str, ___: Findings) -> str:
    return ""


FIELDS = {
    "site": tables.as_text("Data center", nullable=False),
    "owner": Field(tables.text(), _nothing),
    "country": Field(tables.text(), _nothing),
    "day": Field(tables.date(), observation_day),
    "h100e": tables.as_number(
        "H100 equivalents", raw_csv.Bounds(positive=False), tables.number(nullable=False)
    ),
}
CAMPUSES = tables.EvidenceTable(
    "compute/campuses.csv",
    tables.schema_of(FIELDS),
    f"private sites for AI by date until {SNAPSHOT}, in H100 equivalents by 8-bit operations",
    "compute_divide.sources.chips.campuses.derive_campuses",
)
"""``h100e`` is the number at work on a site from a day on. A site is a campus of buildings; its
owner need not be its user, and many counts are inferred from power and pictures."""
load_campuses = CAMPUSES.read

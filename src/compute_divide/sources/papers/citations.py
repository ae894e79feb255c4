"""Citations of papers as ranks within venue and year: no count of a single paper is kept.

The lists were crawled once, in the spring of 2025, so an old paper had more time than a young one:
only papers of one venue and year can be compared.
"""

from __future__ import annotations

import pandera.pandas as pa

from compute_divide.sources.papers.profiles import VENUE
from compute_divide.sources.store import tables

RANKS_TABLE = "papers/citation_ranks.parquet"
RANKS = tables.EvidenceTable(
    RANKS_TABLE,
    tables.schema(
        key=tables.text(pa.Check.str_matches(r"^[0-9a-f]{16}$"), nullable=False),
        venue=tables.text(pa.Check.str_matches(rf"^{VENUE}$"), nullable=False),
        year=tables.whole(1980, 2040, nullable=False),
        rank=tables.number(high=1, nullable=False),
    ),
    "papers by how often they were cited, as ranks within venue and year",
    "compute_divide.sources.papers.table.derive_papers",
)
"""``rank`` is the share of the venue-year's papers that are cited less, where ties and the paper
itself count half; its mean in every venue-year is one half."""
load_ranks = RANKS.read

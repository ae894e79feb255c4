"""How capable models are: Epoch's Capability Index.

It joins benchmarks on one scale. Two models fix the scale and therefore have no interval.
"""

from __future__ import annotations

from compute_divide.sources.models.labels import OPENNESS
from compute_divide.sources.store import raw_csv, tables

CAPABILITY = tables.EvidenceTable(
    "outside/capability.csv",
    tables.schema(
        model=tables.text(nullable=False),
        released=tables.date(),
        organisations=tables.text(nullable=False),
        countries=tables.text(),
        team_type=tables.one_of(raw_csv.TEAM_TYPES, nullable=False),
        openness=tables.one_of(OPENNESS.ours),
        index=tables.number(nullable=False),
        low=tables.number(),
        high=tables.number(),
    ),
    "models by Epoch's Capability Index: when released, by whom, how open",
    "compute_divide.sources.outside.derive_capability",
)
"""One row per model as it was released; the settings of one model share their index. A team type is
that of all organisations; one that the models database does not know makes it ``unknown``.
``countries`` are those of the organisations; where a row names none, those that another row of the
file names for them."""
load_capability = CAPABILITY.read

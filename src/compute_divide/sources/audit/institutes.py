"""Institutes that the models database calls academic, and that this book does not.

In lists of papers an institute counts as ``data/organisations.csv`` says: INRIA and the Max Planck
Society are public research, the Beijing Academy of Artificial Intelligence is a non-profit. The
models database calls many of them academic. Audited records count them alike for both.
"""

from __future__ import annotations

from collections.abc import Iterable

from compute_divide.sources.store import tables
from compute_divide.sources.store.raw_csv import team_type

NOT_ACADEMIC = frozenset({"government", "nonprofit"})

INSTITUTES = tables.EvidenceTable(
    "audit/institutes.csv",
    tables.schema(
        organisation=tables.text(nullable=False),
        sector=tables.one_of(sorted(NOT_ACADEMIC), nullable=False),
    ),
    "institutes that the models database calls academic, and the sector they count in here",
    "compute_divide.sources.audit.runs.derive_runs",
)
load_institutes = INSTITUTES.read


def team_with_institutes(sectors: Iterable[str]) -> str:
    """Return the team type if public and non-profit research counts as academic."""
    return team_type(["academia" if sector in NOT_ACADEMIC else sector for sector in sectors])

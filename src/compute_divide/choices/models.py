"""The database of models: its vintages, and which of its records count."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from compute_divide.choices.kinds import OneOf
from compute_divide.sources.store.files import vintages

DEFINITIONS: dict[str, str] = {
    "all": "every model of the snapshot",
    "notability-filter": (
        "notable ones: listed for a state-of-the-art advance, historical significance "
        "or high citation (the paper's filter)"
    ),
    "compute-known": "those whose training compute is known",
    "notability-filter-compute-known": (
        "notable ones, by the paper's filter, whose training compute is known"
    ),
    "compute-or-parameters-known": (
        "those whose training compute or number of parameters is known"
    ),
    "top-k-per-year": "the largest of each year by training compute",
    "near-record": "those near the largest training compute up to their date",
}
"""The definitions of large-scale, and which models count."""
_conditions = {
    "all": "every model counts as large",
    "notability-filter": "the models that count as large are those notable by the paper's filter",
}
Definition = Annotated[str, OneOf(DEFINITIONS, "rule", ["all"], _conditions)]
"""A definition of large-scale."""

RECORDS = {
    "audited": "as the audit found them, where it looked",
    "as-listed": "as the database lists them",
}
Records = Annotated[str, OneOf(RECORDS, "reading of the records")]
"""Which records of models count."""
DUAL_AFFILIATIONS = {
    "collaboration": "makes the team one of both sides",
    "apart": "leaves the team to the other authors",
}
DualAffiliation = Annotated[str, OneOf(DUAL_AFFILIATIONS)]
"""How an author with posts at a university and a company counts in a team."""

Vintage = Annotated[str, OneOf(vintages, "snapshot")]
"""A vintage of the models database."""
HardwareVintage = Annotated[str, OneOf(partial(vintages, with_hardware=True), "snapshot")]
"""A vintage that records chips, access to weights and base models."""

"""Derive the table of policy instruments from the audit of them."""

from __future__ import annotations

from pathlib import Path

from compute_divide.sources.audit.instruments import AS_OF, FIELDS, INSTRUMENTS
from compute_divide.sources.store.files import Sidecar
from compute_divide_evidence.store.raw_csv import Origin
from compute_divide_evidence.store.writing import DerivedTable

_RATES = "money in US dollars at the rate of the source, else at rates that the audit assumed"


def derive_instruments(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table; see `compute_divide_evidence.catalogue.Derive`."""
    return [DerivedTable(INSTRUMENTS, folder).derive(raw, _ORIGIN, FIELDS, [_RATES])]


_ORIGIN = Origin(
    "audit/instruments.csv",
    "The Compute Divide, audit of instruments of policy",
    AS_OF,
    "The Compute Divide; the sources are named in each row",
    "CC BY 4.0",
)

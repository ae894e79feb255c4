"""Deriving what outsiders learn about laboratories' models."""

from __future__ import annotations

from pathlib import Path

from compute_divide.sources.store.files import Sidecar
from compute_divide_evidence.outside.capability import derive_capability
from compute_divide_evidence.outside.evaluations import derive_evaluations
from compute_divide_evidence.outside.transparency import derive_transparency


def derive_outside(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive all four tables; see `compute_divide_evidence.catalogue.Derive`."""
    return [
        *derive_evaluations(raw, folder),
        *derive_transparency(raw, folder),
        *derive_capability(raw, folder),
    ]

"""What outsiders learn about laboratories' models: evaluations, transparency and capability."""

from __future__ import annotations

from pathlib import Path

from compute_divide.sources.outside.capability import CAPABILITY, derive_capability
from compute_divide.sources.outside.evaluations import CARDS, EVALUATIONS, derive_evaluations
from compute_divide.sources.outside.transparency import TRANSPARENCY, derive_transparency
from compute_divide.sources.store.files import Sidecar

TABLES = (CARDS, EVALUATIONS, TRANSPARENCY, CAPABILITY)


def derive_outside(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive all four tables; see `compute_divide.sources.catalogue.Derive`."""
    return [
        *derive_evaluations(raw, folder),
        *derive_transparency(raw, folder),
        *derive_capability(raw, folder),
    ]

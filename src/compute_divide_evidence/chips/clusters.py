"""Derive the table of clusters of AI chips (Epoch AI)."""

from __future__ import annotations

from pathlib import Path

from compute_divide.sources.chips.clusters import CLUSTERS, FIELDS
from compute_divide.sources.store.files import Sidecar
from compute_divide_evidence.models.table import epoch
from compute_divide_evidence.store.writing import DerivedTable


def derive_clusters(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of clusters; see `compute_divide_evidence.catalogue.Derive`."""
    file = "models/epoch_gpu_clusters_2026-04-24.csv"
    url = "https://epoch.ai/data/gpu-clusters"
    origin = epoch(file, "Epoch AI, GPU Clusters", "2026-04-24", url)
    mixed = "left out, for it mixes number formats: Max OP/s"
    return [DerivedTable(CLUSTERS, folder).derive(raw, origin, FIELDS, [mixed])]

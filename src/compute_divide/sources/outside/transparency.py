"""What companies disclose about their models: the Foundation Model Transparency Index.

It asked the same questions in 2023 and 2024, and different ones in 2025.
"""

from __future__ import annotations

from compute_divide.sources.store import tables

TRANSPARENCY = tables.EvidenceTable(
    "outside/transparency.csv",
    tables.schema(
        edition=tables.one_of(["2023-10", "2024-05", "2025-12"], nullable=False),
        domain=tables.one_of(["Upstream", "Model", "Downstream"], nullable=False),
        subdomain=tables.text(nullable=False),
        indicator=tables.text(nullable=False),
        developers=tables.text(nullable=False),
        disclosed=tables.text(),
    ),
    "indicators of the Foundation Model Transparency Index, and who meets each",
    "compute_divide.sources.outside.derive_transparency",
)
"""One row per indicator; the developers that were asked and those that meet it are ``|``-joined. An
indicator of 2024 has the name that it had in 2023."""
load_transparency = TRANSPARENCY.read

"""The labels of models in raw snapshots of the models database, and our names for them."""

from __future__ import annotations

from compute_divide.sources.store.raw_csv import Labels, same

SECTORS = Labels(
    "sector of an organisation",
    {
        **same("academia", "industry", "government"),
        **dict.fromkeys(("research collective", "non-profit", "nonprofit"), "nonprofit"),
    },
)
"""Sectors of organisations. A research collective counts as a nonprofit."""

NOTABILITY = Labels(
    "notability criterion",
    {
        **same(
            "highly cited",
            "historical significance",
            "SOTA improvement",
            "significant use",
            "training cost",
        ),
        **same("discretionary", "important context", "competition winner"),
        "historical relevance": "historical significance",
        "icpr 2012 mitosis detection competition winner": "competition winner",
    },
)

OPENNESS = Labels(
    "accessibility of weights",
    {
        **same(
            "Open weights (unrestricted)",
            "Open weights (restricted use)",
            "Open weights (non-commercial)",
        ),
        **same("API access", "Hosted access (no API)", "Unreleased"),
        **same("Fully open-source", "Permissive license", "Weights available"),
        # names of the same classes in mid-2024
        "open source": "Open weights (unrestricted)",
        "open access (unrestricted)": "Open weights (unrestricted)",
        "open access (restricted use)": "Open weights (restricted use)",
        "open access (non-commercial)": "Open weights (non-commercial)",
        "api accessible": "API access",
    },
)
"""Access to a model's weights. "Fully open-source", "Permissive license" and "Weights available"
occur only from 2023-12 to early 2024, whose classes differ from the later ones: all three mean that
the weights can be downloaded."""

CODE_OPENNESS = Labels(
    "accessibility of code",
    {
        **same("Open source", "Open (restricted use)", "Open (non-commercial)", "Unreleased"),
        "open access (restricted use)": "Open (restricted use)",
        "open access (non-commercial)": "Open (non-commercial)",
    },
)

CONFIDENCE = Labels(
    "confidence", same("Confident", "Likely", "Speculative", "Unverified", "Unknown", "Wrong")
)

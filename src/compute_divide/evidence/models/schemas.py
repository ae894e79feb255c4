"""Which schema generation a raw snapshot of the models database has, and which of its columns hold our fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compute_divide.evidence.store.paths import EvidenceError
from compute_divide.evidence.store.raw_csv import RawTable

HEADERS: Mapping[str, tuple[str, ...]] = {
    "model": ("Model", "System"),
    "reference": ("Reference",),
    "published": ("Publication date",),
    "organisations": ("Organization", "Organization(s)"),
    "countries": ("Country (of organization)", "Country (from Organization)"),
    "team_label": ("Organization categorization",),
    "notability": ("Notability criteria", "Inclusion criteria"),
    "criteria_met": ("Inclusion criteria met",),
    "excluded": ("Exclude",),
    "training_compute_flop": ("Training compute (FLOP)", "Training compute (FLOPs)"),
    "parameters": ("Parameters",),
    "training_hardware": ("Training hardware",),
    "hardware_quantity": ("Hardware quantity",),
    "hardware_utilization": ("Hardware utilization (MFU)", "Hardware utilization"),
    "training_time_hours": ("Training time (hours)",),
    "training_cost_usd": (
        "Training compute cost (2023 USD)",
        "Training compute cost (2020 USD)",
        "Training cost (2020 USD)",
    ),
    "base_model": ("Base model",),
    "openness": ("Model accessibility", "Open-source"),
    "code_openness": ("Training code accessibility", "Code accessibility"),
    "inference_code_openness": ("Inference code accessibility",),
    "domain": ("Domain",),
    "task": ("Task",),
    "self_supervised": ("Self-supervised training",),
    "approach": ("Approach",),
    "citations": ("Citations",),
    "confidence": ("Confidence",),
    "link": ("Link",),
}
"""Our fields, and the headers that hold them in one snapshot or another. Letter case does not matter."""

NEEDED = ("model", "published", "organisations", "team_label", "notability")
"""Fields without which a file is no snapshot of the models database with team labels."""


@dataclass(frozen=True)
class Generation:
    """A schema generation of the database.

    Parameters
    ----------
    name : str
        What to call it.
    marks : tuple of str
        Headers, in lower case, that only it has.
    typed : bool
        Whether lists of organisations may have been typed by hand.
    """

    name: str
    marks: tuple[str, ...]
    typed: bool


GENERATIONS = (
    Generation("spreadsheet (2022 to early 2023)", ("inclusion criteria", "organization(s)"), typed=True),
    Generation("one token an organisation (from 2024)", ("notability criteria", "model accessibility"), typed=False),
    Generation("one token an organisation (from 2024)", ("notability criteria", "model"), typed=False),
    Generation("author shares (late 2023 to early 2024)", ("notability criteria", "system"), typed=True),
)
"""The generations, tried in this order."""


def recognise(raw: RawTable) -> Generation:
    """Return the schema generation that a header shows.

    Raises
    ------
    EvidenceError
        If a needed column is missing or no generation fits; the message says which columns were looked for.
    """
    there = {name.casefold() for name in raw.header}
    missing = [
        " or ".join(repr(name) for name in HEADERS[field])
        for field in NEEDED
        if not any(name.casefold() in there for name in HEADERS[field])
    ]
    if missing:
        raise EvidenceError(
            f"{raw.file} is not a snapshot of the models database with team labels: it has no column "
            f"{'; no column '.join(missing)} (its columns: {', '.join(raw.header[:8])}, ...)"
        )
    for generation in GENERATIONS:
        if all(mark in there for mark in generation.marks):
            return generation
    raise EvidenceError(
        f"{raw.file} fits no known schema generation of the models database: expected the columns "
        + ", or ".join(" and ".join(repr(mark) for mark in generation.marks) for generation in GENERATIONS)
    )


def columns(raw: RawTable) -> dict[str, str | None]:
    """Return, for each of our fields, the header that holds it in a file, or None."""
    there = {name.casefold(): name for name in raw.header}
    return {
        field: next((there[name.casefold()] for name in names if name.casefold() in there), None)
        for field, names in HEADERS.items()
    }

"""The labels of teams in raw snapshots of the models database, as tokens."""

from __future__ import annotations

from compute_divide.sources.models.labels import SECTORS
from compute_divide.sources.store import raw_csv
from compute_divide.sources.store.raw_csv import Labels

_JOINT = "industry - academia collaboration"
_COLLABORATIONS = (_JOINT, f"{_JOINT} (industry leaning)", f"{_JOINT} (academia leaning)")
TEAM_LABELS = Labels(
    "team label", {**SECTORS.known, **dict.fromkeys(_COLLABORATIONS, "collaboration")}
)


def team_tokens(label: str, place: str) -> list[str]:
    """Return the tokens of a team label: our names of sectors, or ``collaboration``."""
    tokens = filter(raw_csv.clean, label.split(","))
    return [TEAM_LABELS.canonical(token, place) for token in tokens]

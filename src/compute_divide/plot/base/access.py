"""How charts write and colour the ways to reach a model."""

from __future__ import annotations

from bookpress.page.figures.theme import ACCENT, GRID

ACCESS_COLOURS = {"open": ACCENT, "served": "#c07d1b", "unreleased": "#7d74c4", "unknown": GRID}
"""Colour of each way to reach a model; what is not known stays in the background."""

ACCESS_NAMES = {
    "open": "weights to download",
    "served": "through a service only",
    "unreleased": "not released",
    "unknown": "not known",
}
"""How an access group is written."""

OPEN = "open weights"
HOSTED = "through a service only"
ACCESS_SERIES = {OPEN: ACCESS_COLOURS["open"], HOSTED: ACCESS_COLOURS["served"]}
"""Colour of the models that can be downloaded and of those that cannot."""

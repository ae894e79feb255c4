"""How charts write and colour the ways to reach a model."""

from __future__ import annotations

from bookpress.page.figures.theme import ACCENT

OPEN = "open weights"
HOSTED = "through a service only"
ACCESS_SERIES = {OPEN: ACCENT, HOSTED: "#c07d1b"}
"""Colour of the models that can be downloaded and of those that cannot."""

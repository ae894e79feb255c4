"""What outsiders learn about laboratories' models: evaluations, transparency and capability."""

from __future__ import annotations

from compute_divide.sources.outside.capability import CAPABILITY
from compute_divide.sources.outside.evaluations import CARDS, EVALUATIONS
from compute_divide.sources.outside.transparency import TRANSPARENCY

TABLES = (CARDS, EVALUATIONS, TRANSPARENCY, CAPABILITY)

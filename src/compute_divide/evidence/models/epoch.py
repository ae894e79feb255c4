"""Whom to credit for the tables that come from Epoch AI."""

from __future__ import annotations

CREDIT = "Epoch AI, 'Data on AI Models', published online at epoch.ai"
LICENCE = "CC BY 4.0"
URL = "https://epoch.ai/data/ai-models"

"""The Compute Divide: a computational book on who has the computing power for machine learning."""

from __future__ import annotations

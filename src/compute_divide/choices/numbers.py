"""Numbers and years that a parameter may be."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bookpress.chapter.periods import period_type
from compute_divide.choices.kinds import number_within, recorded, whole_years

Year = Annotated[int, Field(ge=1950, le=2030, json_schema_extra=recorded)]
"""A calendar year."""
Period = period_type(1950, 2030, explore=whole_years)
"""The first and the last calendar year."""
Years = Annotated[int, number_within(1, 50, [1, 2, 3, 5], "years")]
"""How many calendar years."""
Months = Annotated[int, number_within(1, 36, [1, 3, 6, 12], "months")]
"""How long a run lasts."""

Count = Annotated[int, number_within(1, 1000, [5, 10, 20, 50], "models")]
"""How many models of a year are picked."""
Amount = Annotated[int, number_within(1, 100_000, {"times": [0.5, 2]})]
"""A number of something that comes in bulk."""
Money = Annotated[int, number_within(100, 1_000_000_000_000, {"times": [0.1, 10, 100]}, "USD")]
"""A sum: a budget, a salary, a grant."""
Magnitudes = Annotated[float, number_within(0, 30, [1.0, 1.5, 2.0, 3.0], "orders of magnitude")]
"""A distance on a logarithmic scale."""

Share = Annotated[float, number_within(0, 1, {"by": [-0.05, 0.05]}, "share")]
"""A part of a whole."""
Portion = Annotated[float, number_within(0.05, 1, {"by": [-0.05, 0.05]}, "share")]
"""A part of a whole, above zero."""

"""The figures."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure


def law(planets: pd.DataFrame) -> Figure:
    """Return the planets by distance and length of the year, on logarithmic scales."""
    x = alt.X("distance_au").scale(type="log")
    y = alt.Y("period_years").scale(type="log")
    chart = alt.Chart(planets).mark_point().encode(x, y).properties(width="container")
    return Figure(
        chart,
        planets,
        f"{len(planets)} planets from {planets['planet'].iloc[0]} to {planets['planet'].iloc[-1]}.",
        "Mean distances and periods as tabulated in any almanac",
    )

"""Colours: one for each team type, the same in every figure.

Each colour has a contrast of at least 3:1 on the light and on the dark ground of the page, and any two stay apart for
readers with protanopia, deuteranopia or tritanopia. They were found by a search over OKLCH for the set whose closest
pair, over normal and simulated vision, lies farthest apart; the tests compute both properties. Colour never stands
alone: text is written in the colour of the page's text, and team types differ in the shape of their marks too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import altair as alt

TEAM_COLOURS = {
    "academia-only": "#518fe9",
    "collaboration": "#a041aa",
    "industry-only": "#d55107",
    "other": "#8f8f8f",
    "unknown": "#676767",
}
"""Colour of each team type."""

TEAM_SHAPES = {
    "academia-only": "circle",
    "collaboration": "diamond",
    "industry-only": "square",
    "other": "triangle-up",
    "unknown": "cross",
}
"""Shape of a point of each team type."""

TEAM_NAMES = {
    "academia-only": "academia only",
    "collaboration": "collaboration",
    "industry-only": "industry only",
    "other": "other",
    "unknown": "unknown",
}
"""How a team type is written in a figure or table."""

Legend = Literal["top", "bottom"] | None
"""Where a legend stands; None for no legend."""


def team_colour(teams: Iterable[str], field: str = "team_type", *, legend: Legend = None) -> alt.Color:
    """Return the colour encoding of team types, in the order given; a legend only where a side for it is given.

    Examples
    --------
    >>> team_colour(["academia-only"]).to_dict()["scale"]["range"] == [TEAM_COLOURS["academia-only"]]
    True
    """
    order = list(teams)
    scale = alt.Scale(domain=order, range=[TEAM_COLOURS[team] for team in order])
    return alt.Color(f"{field}:N", scale=scale, legend=legend and _team_legend(legend))


def team_shape(teams: Iterable[str], field: str = "team_type", *, legend: Legend = None) -> alt.Shape:
    """Return the shape encoding of team types, in the order given; legend as in `team_colour`."""
    order = list(teams)
    scale = alt.Scale(domain=order, range=[TEAM_SHAPES[team] for team in order])
    return alt.Shape(f"{field}:N", scale=scale, legend=legend and _team_legend(legend))


def _team_legend(side: Literal["top", "bottom"]) -> alt.Legend:
    """Return a legend whose labels are the written names of the team types."""
    names = " : ".join(f"datum.label == '{team}' ? '{name}'" for team, name in TEAM_NAMES.items())
    return alt.Legend(labelExpr=f"{names} : datum.label", orient=side)

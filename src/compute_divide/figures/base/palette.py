"""Colours: one for each team type, the same in every figure.

Each colour has a contrast of at least 3:1 on the light and on the dark ground of the page, and any two stay apart for
readers with protanopia, deuteranopia or tritanopia. They were found by a search over OKLCH for the set whose closest
pair, over normal and simulated vision, lies farthest apart; the tests compute both properties. Colour never stands
alone: text is written in the colour of the page's text, and team types differ in the shape of their marks too.
"""

from __future__ import annotations

LIGHT_GROUND = "#ffffff"
DARK_GROUND = "#14181e"

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

INK = "currentColor"
"""Text, and marks that stand for no team: the colour of the page's text."""

QUIET = "#808080"
"""Marks that stay in the background: reference lines, whiskers of a comparison."""

ACCENT = "#2f8f6b"
"""The one series of a chart that shows no team types."""

"""One laboratory, public machines and universities as areas at one scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import INK, LINE, needs
from compute_divide.estimates.chips.machines import H100E
from compute_divide.plot.base.marks import TEAM_COLOURS, framed, named_scale, tips
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import row_by_row
from holdtrue.estimates import Estimate

_GROUPS = {
    "laboratory": TEAM_COLOURS["industry-only"],
    "public": TEAM_COLOURS["collaboration"],
    "university": TEAM_COLOURS["academia-only"],
}
_COLUMNS = {
    "name": Column("Who"),
    "group": Column("Kind"),
    H100E: Column("H100 equivalents", "number"),
}
_SOURCES = (
    "compute/laboratories.csv",
    "hardware/clusters.csv",
    "audit/machines.csv",
    "compute/university_sizes.csv",
)
_HEIGHT = 340
_MIDDLE = 66
"""Pixels from the left edge to the middle of the squares."""
_NAMES = 126
"""Pixels from the left edge to their names."""
_TOP = 44
_WIDEST = 960
"""The widest picture, in pixels: what does not overlap at this width overlaps at none."""
_GAP = 22
_GRID_LINE: dict[str, Any] = {"color": LINE, "strokeWidth": 0.5, "opacity": 0.45}
CELL = 1_000
"""H100 equivalents of one cell of the grid."""


def owner_areas(
    laboratory: Mapping[str, Estimate],
    public: Mapping[str, Estimate],
    universities: Mapping[str, Estimate],
) -> Figure:
    """Return areas at one scale: the laboratory fills the picture, the others are squares in it.

    Parameters
    ----------
    laboratory, public, universities : mapping of str to Estimate
        H100 equivalents by name; there is one laboratory. Those without a value are left out.

    Returns
    -------
    Figure
        The picture is the laboratory's area; each of the others is a square in it, the largest on
        top.

    Examples
    --------
    >>> import compute_divide as cd
    >>> laboratory = {"OpenAI": cd.number_of(1_740_000, "H100 equivalents")}
    >>> public = {"Aurora": cd.number_of(47_300, "H100 equivalents")}
    >>> universities = {"the one in the middle": cd.number_of(10.1, "H100 equivalents")}
    >>> universities["one without a count"] = cd.number_of(None, "H100 equivalents")
    >>> cd.plot.owner_areas(laboratory, public, universities).description
    'OpenAI: 1,740,000; Aurora: 47,300; the one in the middle: 10.'
    """
    rows = []
    for group, sizes in zip(_GROUPS, (laboratory, public, universities), strict=True):
        for name, size in sizes.items():
            rows.append({"name": name, "group": group, H100E: size.value})
    areas = pd.DataFrame(rows).astype({H100E: float}).dropna()
    areas = areas.sort_values(H100E, ascending=False, ignore_index=True)
    values = row_by_row("{}: {:,.0f}", areas["name"], areas[H100E], joint="; ")
    chart = _areas(areas if laboratory else areas.head(0))
    source = credit(*_SOURCES)
    return figure(chart, areas, description=f"{values}.", source=source, columns=_COLUMNS)


@needs(H100E)
def _areas(areas: pd.DataFrame) -> alt.LayerChart:
    named = areas[H100E].map(" ({:,.0f})".format)
    rows = areas.assign(label=areas["name"] + named, at=_places(areas[H100E]))
    whole = alt.Chart(rows.head(1))
    ground = whole.mark_rect(color=_GROUPS["laboratory"], opacity=0.3)
    left_top = alt.value(0)
    right = alt.value("width")
    bottom = alt.value("height")
    ground = ground.encode(x=left_top, x2=right, y=left_top, y2=bottom)
    title = whole.mark_text(align="left", fontWeight="bold")
    title = title.encode(x=alt.value(12), y=alt.value(20), text=alt.Text("label:N"))
    inner = alt.Chart(rows.iloc[1:]).encode(y=_pixels())
    size = alt.Size(f"{H100E}:Q", legend=None, scale=_scale_of(areas[H100E].max()))
    colour = alt.Color("group:N", scale=named_scale(_GROUPS), legend=None)
    tooltip = tips("name:N|Who", f"{H100E}:Q|H100 equivalents|,.0f")
    squares = inner.mark_square(opacity=1)
    squares = squares.encode(x=alt.value(_MIDDLE), size=size, color=colour, tooltip=tooltip)
    # The smallest square is a dot: a ring helps to find it.
    ring = alt.Chart(rows.tail(1)).mark_point(filled=False, size=180, color=INK, strokeWidth=1)
    ring = ring.encode(x=alt.value(_MIDDLE), y=_pixels())
    names = inner.mark_text(align="left", color=INK)
    names = names.encode(x=alt.value(_NAMES), text=alt.Text("label:N"))
    return framed(ground, *_grid(areas[H100E].max()), title, squares, ring, names, height=_HEIGHT)


def _grid(whole: float) -> list[alt.Chart]:
    """Return the lines of a grid of square cells, each for the same number of chips."""
    side = f"sqrt(width * {_HEIGHT} / {whole / CELL:.6g})"
    cells = whole / CELL
    most = int((cells * _WIDEST / _HEIGHT) ** 0.5)
    lines = pd.DataFrame({"line": range(1, most + 2)})
    placed = alt.Chart(lines).transform_calculate(at=f"datum.line * {side}")
    upright = placed.transform_filter("datum.at < width").mark_rule(**_GRID_LINE)
    level = placed.transform_filter(f"datum.at < {_HEIGHT}").mark_rule(**_GRID_LINE)
    across = alt.Scale(domainMin=0, domainMax=alt.ExprRef("width"), nice=False, zero=False)
    x = alt.X("at:Q", title=None, axis=None, scale=across)
    return [upright.encode(x=x), level.encode(y=_pixels())]


def _pixels() -> alt.Y:
    scale = alt.Scale(domain=[0, _HEIGHT], range=[0, _HEIGHT], nice=False)
    return alt.Y("at:Q", title=None, axis=None, scale=scale)


def _scale_of(whole: float) -> alt.Scale:
    """Return the scale of areas: the whole fills the picture, at any width of it."""
    picture: Any = [0, alt.ExprRef("width * height")]
    return alt.Scale(type="linear", domain=[0, whole], range=picture)


def _places(sizes: pd.Series[float]) -> list[float]:
    """Return the distance from the top, in pixels, of the middle of each square but the first."""
    sides = (sizes / sizes.max() * _WIDEST * _HEIGHT) ** 0.5
    places = [0.0]
    edge = float(_TOP)
    for side in sides.iloc[1:]:
        room = max(float(side), _GAP)
        places.append(round(edge + room / 2, 1))
        edge += room + _GAP / 2
    return places

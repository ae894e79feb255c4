"""Charts of the chapter on machines: all owners on one scale, the largest machines, the TOP500."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import INK, needs
from compute_divide.analysis.chips.machines import H100E
from compute_divide.analysis.statistics.trends import fractional_years
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    end_labels,
    framed,
    row_axis,
    share_axis,
    tips,
    year_axis,
)

INDUSTRY, PUBLIC, ACADEMIA = (
    TEAM_COLOURS[team] for team in ("industry-only", "collaboration", "academia-only")
)
"""Colours of companies, of public machines and of universities."""

_SIDES = {"Leonardo": "below", "Isambard-AI": "below", "JUPITER": "left"}
_SIDES |= dict.fromkeys(("LUMI", "MareNostrum 5", "ABCI 3.0"), "above")
_PLACES: dict[str, dict[str, Any]] = {
    "right": {"align": "left", "dx": 7},
    "left": {"align": "right", "dx": -7},
    "above": {"align": "center", "dy": -13},
    "below": {"align": "center", "dy": 14},
}
"""Where the name of a point stands: to the right, unless it would cover another name or leave the picture."""


@needs()
def one_scale(rows: pd.DataFrame, colours: Sequence[str]) -> alt.LayerChart:
    """Return what holders have, a row each under the heading of their ``group``, on one logarithmic scale.

    ``name``, `H100E`, ``h100e_low`` and ``h100e_high`` (may be missing); `colours` are those of the groups.
    """
    headings = list(dict.fromkeys(rows["group"]))
    parts = [
        part
        for heading in headings
        for part in (pd.DataFrame({"name": [heading]}), rows[rows["group"] == heading])
    ]
    shown = pd.concat(parts, ignore_index=True).astype({"h100e_low": float, "h100e_high": float})
    shown["at"] = shown["h100e_high"].fillna(shown[H100E])
    heavy: Any = {
        "condition": {"test": f"indexof({headings}, datum.value) >= 0", "value": "bold"},
        "value": "normal",
    }
    axis = row_axis(
        labelFontWeight=heavy, labelLimit=220, labelExpr="datum.label", labelBaseline="middle"
    )
    y = alt.Y("name:N", sort=list(shown["name"]), title=None, axis=axis)
    colour = alt.Color(
        "group:N", scale=alt.Scale(domain=headings, range=list(colours)), legend=None
    )
    base = alt.Chart(shown).transform_filter(f"isValid(datum.{H100E})").encode(y=y, color=colour)
    frame = alt.Chart(shown).mark_point(opacity=0, size=0).encode(y=y)
    rule = base.transform_filter("isValid(datum.h100e_low)").mark_rule(strokeWidth=1.75)
    ends = ("h100e_low:Q|5th percentile|,.0f", "h100e_high:Q|95th percentile|,.0f")
    tooltip = tips("name:N|Who", f"{H100E}:Q|H100 equivalents|,.0f", *ends)
    dot = base.mark_point(size=60).encode(x=_h100e(H100E), tooltip=tooltip)
    label = base.mark_text(align="left", dx=8, fontSize=11)
    told = label.encode(
        x=_h100e("at"), text=alt.Text(f"{H100E}:Q", format=".2s"), color=alt.ColorValue(INK)
    )
    return framed(
        frame,
        rule.encode(x=_h100e("h100e_low"), x2=alt.X2("h100e_high:Q")),
        dot,
        told,
        height=21 * len(shown),
    )


@needs()
def frontier(steps: pd.DataFrame, points: pd.DataFrame, named: Sequence[str]) -> alt.LayerChart:
    """Return the largest private machine over time as a line of steps, and public ones of countries as named points."""
    last = max(steps["operational"].max(), points["operational"].max())
    end = pd.DataFrame({"machine": [""], "operational": [last], H100E: [steps[H100E].max()]})
    line, dots = (
        part.assign(when=fractional_years(part["operational"]).round(3)).drop(columns="operational")
        for part in (pd.concat([steps, end])[["machine", "operational", H100E]], points)
    )
    scale = alt.Scale(
        domain=[float(line["when"].min()) - 0.8, float(line["when"].max()) + 0.6], nice=False
    )
    x = alt.X("when:Q", title=None, axis=alt.Axis(format="d", tickMinStep=1), scale=scale)
    y = _h100e(H100E, alt.Y, 1e3, 1e6)
    record = alt.Chart(line).mark_line(interpolate="step-after", color=INDUSTRY).encode(x=x, y=y)
    told = alt.Chart(line[line["machine"].isin(named)])
    told = told.mark_text(align="right", dx=-6, dy=-10, fontSize=11, lineBreak=", ")
    tooltip = tips("machine:N|Machine", "country:N|Country", f"{H100E}:Q|H100 equivalents|,.0f")
    marks = alt.Chart(dots).mark_point(size=50, color=PUBLIC).encode(x=x, y=y, tooltip=tooltip)
    sides = dots["machine"].map(_SIDES).fillna("right")
    labels = [
        alt.Chart(dots[sides == side])
        .mark_text(fontSize=11, **place)
        .encode(x=x, y=y, text=alt.Text("machine:N"))
        for side, place in _PLACES.items()
        if (sides == side).any()
    ]
    return framed(
        record, marks, told.encode(x=x, y=y, text=alt.Text("machine:N")), *labels, height=380
    )


@needs("share")
def list_lines(shares: pd.DataFrame, colours: dict[str, str]) -> alt.LayerChart:
    """Return the share of groups of machines in each list: a line, its interval as a band, its name at the end."""
    x = year_axis("when", int(shares["when"].min()), int(shares["when"].max()) + 1)
    colour = alt.Color(
        "group:N", scale=alt.Scale(domain=list(colours), range=list(colours.values())), legend=None
    )
    rows = alt.Chart(shares[["when", "group", "share", "low", "high", "k", "n"]]).encode(
        x=x, color=colour
    )
    title, tooltip = (
        "Share of the speed of the list",
        tips("group:N|Who", "when:Q|List|.1f", "share:Q|Share|.0%", "k:Q|Machines"),
    )
    band = rows.mark_area(opacity=0.16).encode(y=share_axis("low", title), y2=alt.Y2("high:Q"))
    line = rows.mark_line().encode(y=share_axis("share", title), tooltip=tooltip)
    return framed(band, line, end_labels(shares, "when", "share", "group", x, share_axis("at", "")))


def _h100e(
    field: str, channel: type[alt.X | alt.Y] = alt.X, low: float = 4, high: float = 1e8
) -> Any:
    """Return a logarithmic axis of H100 equivalents; its upper end leaves room for the text beside a mark."""
    axis = alt.Axis(format="~s", values=[10.0**power for power in range(1, 8)], grid=True)
    scale = alt.Scale(type="log", nice=False, domain=[low, high])
    return channel(f"{field}:Q", title="H100 equivalents, logarithmic", axis=axis, scale=scale)

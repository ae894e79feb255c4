"""The largest machines over time."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from bookpress.elements.base.charts import haloed
from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import INK, needs
from compute_divide.estimates.chips.machines import H100E
from compute_divide.estimates.statistics.trends import fractional_years
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    framed,
    named_scale,
    tips,
)
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import row_by_row
from compute_divide.plot.machines.owners import h100e_axis

_INDUSTRY = TEAM_COLOURS["industry-only"]
_PUBLIC = TEAM_COLOURS["collaboration"]
_FIRST = pd.Timestamp(2021, 1, 1)
_LOW = f"{H100E}_low"
_HIGH = f"{H100E}_high"

SINGLE = "single machines of companies"
SITES = "sites of companies"
_DASHES = {SINGLE: [1, 0], SITES: [5, 3]}
"""The lines in the figure of the largest machines, and their dashes."""

_RECORD_NAMES = {"Microsoft, for GPT-4", "Colossus", "Colossus 2"}
"""The companies' records that have room for a label."""

_SIDES = {
    "Frontier": "left",
    "Leonardo": "far below",
    "Isambard-AI": "below right",
    "JUPITER": "left",
    "LUMI": "above",
    "MareNostrum 5": "below right",
    "ABCI 3.0": "left",
    "Aurora": "left",
    "LineShine": "left",
}
"""The side of a machine's point where its name is, if that is not the right."""
_PLACES: dict[str, dict[str, Any]] = {
    "right": {"align": "left", "dx": 7},
    "left": {"align": "right", "dx": -7},
    "above": {"align": "center", "dy": -13},
    "far below": {"align": "center", "dy": 22},
    "below right": {"align": "left", "dx": -8, "dy": 14},
}
"""The place of a name on each side, so that it covers no other and stays in the picture."""

_SMALL_LINES: dict[str, Any] = {"fontSize": 11, "lineBreak": ", "}
"""The text style of a record's name: small, in lines that end at commas."""

_MACHINE_COLUMNS = {
    "machine": Column("Machine"),
    "country": Column("Country"),
    "operational": Column("First day", "date"),
    H100E: Column("H100 equivalents", "number"),
    _LOW: Column("Lowest peak", "number"),
    _HIGH: Column("Highest peak", "number"),
}


def largest_machines(private: pd.DataFrame, sites: pd.DataFrame, public: pd.DataFrame) -> Figure:
    """Return the largest private machines and sites over time, and the largest public machines.

    Parameters
    ----------
    private : pandas.DataFrame
        Machines of companies that were the largest when they began: ``machine``, ``operational``
        (the first day) and ``h100e`` (H100 equivalents). From three on the line is named.
    sites : pandas.DataFrame
        Sites of companies that were the largest, in the same columns.
    public : pandas.DataFrame
        Public machines, with ``country``, ``h100e_low`` and ``h100e_high`` too (missing if sources
        agree).

    Returns
    -------
    Figure
        A line of steps for each kind of record since 2021, and a named point for each public
        machine, with a line across the range that sources give for its peak.

    Examples
    --------
    >>> import compute_divide as cd
    >>> sites = cd.data.campuses().rename(columns={"site": "machine", "day": "operational"})
    >>> records = cd.record_holders(sites, "h100e", "operational")
    >>> public = pd.DataFrame({"machine": ["JUPITER"], "country": ["Germany"], "h100e": [23_538]})
    >>> public["operational"] = pd.Timestamp(2025, 9, 5)
    >>> public[["h100e_low", "h100e_high"]] = None
    >>> figure = cd.plot.largest_machines(records.head(0), records, public)
    >>> figure.description.partition(" Public: ")[2]
    'JUPITER, Germany, September 2025, 23,538.'
    """
    steps = pd.concat(
        [private.assign(series=SINGLE), sites.assign(series=SITES)], ignore_index=True
    )
    steps = steps[steps["operational"] >= _FIRST]
    points = public[["machine", "country", "operational", H100E, _LOW, _HIGH]]
    records = _in_words(steps["machine"] + ", ", steps)
    others = _in_words(points["machine"] + ", " + points["country"] + ", ", points)
    return figure(
        _frontier(steps, points),
        points,
        description=f"Records of companies: {records}. Public: {others}.",
        source=credit("hardware/clusters.csv", "audit/machines.csv", "compute/campuses.csv"),
        columns=_MACHINE_COLUMNS,
    )


def _in_words(names: pd.Series[str], machines: pd.DataFrame) -> str:
    """Return names of machines, each followed by first day and size."""
    days = machines["operational"]
    return row_by_row("{}{:%B %Y}, {:,.0f}", names, days, machines[H100E], joint="; ")


@needs()
def _frontier(steps: pd.DataFrame, points: pd.DataFrame) -> alt.LayerChart:
    """Return the steps of the records, and public machines as named points."""
    lines = _in_years(steps[["series", "machine", "operational", H100E]])
    dots = _in_years(points)
    last = float(lines["when"].max())
    scale = alt.Scale(domain=[2020.8, last + 0.7], nice=False)
    axis = alt.Axis(format="d", tickMinStep=1)
    x = alt.X("when:Q", title=None, axis=axis, scale=scale)
    y = h100e_axis(H100E, alt.Y, 1e3, 2e6)
    dash = alt.StrokeDash("series:N", scale=named_scale(_DASHES), legend=None)
    record = alt.Chart(lines).mark_line(interpolate="step-after", color=_INDUSTRY)
    base = alt.Chart(dots).encode(x=x)
    ends = base.transform_filter(f"isValid(datum.{_LOW})").mark_rule(color=_PUBLIC)
    ends = ends.encode(y=h100e_axis(_LOW, alt.Y, 1e3, 2e6), y2=alt.Y2(f"{_HIGH}:Q"))
    marks = base.mark_point(size=50, color=_PUBLIC).encode(y=y, tooltip=_machine_tips())
    texts = [_record_names(lines), *_names(dots)]
    labels = [text.encode(x=x, y=y, text=alt.Text("machine:N")) for text in texts]
    series = _series_names(lines).encode(x=x, y=y, text=alt.Text("series:N"))
    line = record.encode(x=x, y=y, strokeDash=dash)
    return framed(line, ends, marks, *labels, series, height=400)


def _in_years(machines: pd.DataFrame) -> pd.DataFrame:
    """Return machines with their first day as a fraction of years."""
    when = fractional_years(machines["operational"]).round(3)
    return machines.assign(when=when).drop(columns="operational")


def _machine_tips() -> list[alt.Tooltip]:
    return tips("machine:N|Machine", "country:N|Country", f"{H100E}:Q|H100 equivalents|,.0f")


def _record_names(lines: pd.DataFrame) -> alt.Chart:
    """Return the names of the companies' records that have room for one."""
    named = lines[lines["machine"].isin(_RECORD_NAMES)]
    text: alt.Chart = alt.Chart(named, name=haloed("records")).mark_text(
        align="right", dx=-6, dy=-10, **_SMALL_LINES
    )
    return text


def _series_names(lines: pd.DataFrame) -> alt.Chart:
    """Return the name of each line, above the middle of its last steps."""
    middle = lines.groupby("series").nth(-3)
    text: alt.Chart = alt.Chart(middle).mark_text(
        align="right", dx=-8, dy=-12, fontSize=11, fontStyle="italic", color=INK
    )
    return text


def _names(dots: pd.DataFrame) -> list[alt.Chart]:
    """Return the names of public machines, one layer for each side of the points."""
    sides = dots["machine"].map(_SIDES).fillna("right")
    texts = []
    for side, place in _PLACES.items():
        own = dots[sides == side]
        if len(own):
            chart = alt.Chart(own, name=haloed(side))
            texts.append(chart.mark_text(fontSize=11, **place))
    return texts

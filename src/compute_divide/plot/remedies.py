"""The figure and the tables of the chapter on remedies.

They show what work costs, and the instruments there are.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.page.figures.show import Figure, Table
from bookpress.page.figures.theme import ACCENT, INK, needs
from compute_divide.plot.base.marks import along, framed, named_rows, named_scale, tips
from compute_divide.plot.base.show import Column, figure, table
from compute_divide.plot.base.wording import row_by_row

_SIDES = {
    "work": "known work",
    "grant": "a grant or a group",
    "machine": "a whole machine for a year",
}
_COLOURS = {
    "known work": "#7d74c4",
    "a grant or a group": ACCENT,
    "a whole machine for a year": "#c07d1b",
}
_SHAPES = {
    "known work": "circle",
    "a grant or a group": "square",
    "a whole machine for a year": "diamond",
}
_ROW = 30
"""Height of a row in pixels."""
_HOUR_COLUMNS = {
    "name": Column("What"),
    "side": Column("Kind"),
    "low": Column("From (GPU-hours)", "number"),
    "high": Column("To (GPU-hours)", "number"),
    "chip": Column("Chip"),
    "told": Column("How counted"),
    "seen": Column("Seen"),
}
_INSTRUMENT_COLUMNS = {
    "name": Column("Instrument"),
    "place": Column("Place"),
    "date": Column("Date"),
    "status": Column("Status"),
    "academics": Column("Academics"),
    "told": Column("What it does"),
    "seen": Column("Seen, and where"),
}


def work_hours(rows: pd.DataFrame) -> Figure:
    """Return what work takes and what grants, groups and machines have.

    They stand in GPU-hours on one logarithmic scale.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``name``, ``side`` (``"work"``, ``"grant"`` or ``"machine"``), ``low`` and ``high``
        (GPU-hours), ``chip``, ``told`` (how counted) and ``seen``.

    Returns
    -------
    Figure
        A row each, the smallest first; what begins below a thousand hours is drawn from there on.
    """
    low = rows["low"].clip(lower=1000.0)
    clipped = rows.assign(low=low, side=rows["side"].map(_SIDES))
    ordered = clipped.sort_values(["high", "name"], ignore_index=True)
    hours = row_by_row("{}: {:,.0f}", ordered["name"], ordered["high"], joint="; ")
    cited = "the works, calls and reports cited in this chapter"
    source = f"{cited}; data/compute_costs.yml names one for each row"
    data = ordered[list(_HOUR_COLUMNS)]
    chart = _hour_rows(ordered)
    return figure(chart, data, description=f"{hours}.", source=source, columns=_HOUR_COLUMNS)


def instrument_table(instruments: pd.DataFrame, remedy: str) -> Table:
    """Return the instruments of a remedy, the oldest first, each with its source.

    Parameters
    ----------
    instruments : pandas.DataFrame
        The instruments, from `load_instruments`, a row each.
    remedy : str
        The remedy that they serve.

    Returns
    -------
    Table
        A row an instrument.
    """
    own = instruments[instruments["remedy"] == remedy]
    rows = own.sort_values("date", kind="stable")
    cited = rows["seen"] + " {cite:p}`" + rows["cite"] + "`"
    shown = rows.assign(seen=cited)[list(_INSTRUMENT_COLUMNS)]
    return table(shown, _INSTRUMENT_COLUMNS)


@needs("low")
def _hour_rows(costs: pd.DataFrame) -> alt.LayerChart:
    """Return GPU-hours on a logarithmic axis, a row each.

    It is a dot, or a bar from the lowest to the highest.
    """
    rows = costs[["name", "side", "low", "high", "chip"]]
    x = _hours_axis(rows)
    y = named_rows("name")
    legend = alt.Legend(orient="top", columns=1)
    colour = alt.Color("side:N", scale=named_scale(_COLOURS), legend=legend)
    shape = alt.Shape("side:N", scale=named_scale(_SHAPES), legend=legend)
    base = alt.Chart(rows).encode(y=y, color=colour)
    bars = base.mark_bar(size=5)
    bars = bars.encode(x=along(x, "low"), x2=alt.X2("high:Q"))
    tooltip = tips("name:N|What", "low:Q|GPU-hours from|,.0f", "high:Q|to|,.0f", "chip:N|Chip")
    dots = base.mark_point(size=60).encode(x=x, shape=shape, tooltip=tooltip)
    text = base.mark_text(align="left", dx=9, fontSize=11)
    hours = alt.Text("high:Q", format=".3~s")
    text = text.encode(x=x, text=hours, color=alt.ColorValue(INK))
    return framed(bars, dots, text, height=_ROW * len(rows))


def _hours_axis(rows: pd.DataFrame) -> alt.X:
    """Return a logarithmic axis of GPU-hours with room for the text beside a mark."""
    lowest = float(rows["low"].min())
    highest = float(rows["high"].max())
    scale = alt.Scale(type="log", domain=[lowest / 2, highest * 30], nice=False)
    powers = [10.0**power for power in range(3, 9)]
    axis = alt.Axis(format="~s", values=powers, grid=True)
    return alt.X("high:Q", title="GPU-hours, logarithmic", scale=scale, axis=axis)

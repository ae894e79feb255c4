"""The figure and the tables of the chapter on remedies: what work costs, and the instruments there are."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.page.figures.show import Figure, Table
from bookpress.page.figures.theme import ACCENT, INK, needs
from compute_divide.plot.base.marks import along, framed, row_axis, tips
from compute_divide.plot.base.show import Column, figure, table

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


def work_hours(rows: pd.DataFrame) -> Figure:
    """Return what work takes and what grants, groups and machines have, in GPU-hours on one logarithmic scale.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``name``, ``side`` (``"work"``, ``"grant"`` or ``"machine"``), ``low`` and ``high`` (GPU-hours), ``chip``,
        ``told`` (how counted) and ``seen``.

    Returns
    -------
    Figure
        A row each, the smallest first; what begins below a thousand hours is drawn from there on.
    """
    clipped = rows.assign(low=rows["low"].clip(lower=1000.0), side=rows["side"].map(_SIDES))
    ordered = clipped.sort_values(["high", "name"], ignore_index=True)
    told = (f"{row.name}: {row.high:,.0f}" for row in ordered.itertuples(index=False))
    return figure(
        _hour_rows(ordered),
        ordered[["name", "side", "low", "high", "chip", "told", "seen"]],
        description="; ".join(told) + ".",
        source="the works, calls and reports cited in this chapter; data/compute_costs.yml names one for each row",
        columns={
            "name": Column("What"),
            "side": Column("Kind"),
            "low": Column("From (GPU-hours)", "number"),
            "high": Column("To (GPU-hours)", "number"),
            "chip": Column("Chip"),
            "told": Column("How counted"),
            "seen": Column("Seen"),
        },
    )


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
    rows = instruments[instruments["remedy"] == remedy].sort_values("date", kind="stable")
    columns = {
        "name": Column("Instrument"),
        "place": Column("Place"),
        "date": Column("Date"),
        "status": Column("Status"),
        "academics": Column("Academics"),
        "told": Column("What it does"),
        "seen": Column("Seen, and where"),
    }
    cited = rows["seen"] + " {cite:p}`" + rows["cite"] + "`"
    return table(rows.assign(seen=cited)[list(columns)], columns)


@needs("low")
def _hour_rows(costs: pd.DataFrame) -> alt.LayerChart:
    """Return GPU-hours on a logarithmic axis, a row each: a dot, or a bar from the lowest to the highest."""
    rows = costs[["name", "side", "low", "high", "chip"]]
    scale = alt.Scale(
        type="log",
        domain=[float(rows["low"].min()) / 2, float(rows["high"].max()) * 30],
        nice=False,
    )
    axis = alt.Axis(format="~s", values=[10.0**power for power in range(3, 9)], grid=True)
    x = alt.X("high:Q", title="GPU-hours, logarithmic", scale=scale, axis=axis)
    y = alt.Y("name:N", title=None, sort=None, axis=row_axis())
    ends = alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values()))
    shapes = alt.Scale(domain=list(_COLOURS), range=["circle", "square", "diamond"])
    legend = alt.Legend(orient="top", columns=1)
    base = alt.Chart(rows).encode(y=y, color=alt.Color("side:N", scale=ends, legend=legend))
    tooltip = tips("name:N|What", "low:Q|GPU-hours from|,.0f", "high:Q|to|,.0f", "chip:N|Chip")
    text = base.mark_text(align="left", dx=9, fontSize=11)
    return framed(
        base.mark_bar(size=5).encode(x=along(x, "low"), x2=alt.X2("high:Q")),
        base.mark_point(size=60).encode(
            x=x, shape=alt.Shape("side:N", scale=shapes, legend=legend), tooltip=tooltip
        ),
        text.encode(x=x, text=alt.Text("high:Q", format=".3~s"), color=alt.ColorValue(INK)),
        height=30 * len(rows),
    )

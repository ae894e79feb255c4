"""The figure and the tables of the chapter on remedies.

They show what work costs, and the instruments there are.
"""

from __future__ import annotations

import re

import altair as alt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.show import Figure, Table
from bookpress.page.figures.theme import ACCENT, INK, needs
from compute_divide.plot.base.marks import along, framed, named_rows, named_scale, tips
from compute_divide.plot.base.show import Column, figure, table
from compute_divide.plot.base.wording import row_by_row, written

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
    "place": Column("Where"),
    "date": Column("Since"),
    "status": Column("Status"),
    "binding": Column("Binding"),
    "academics": Column("Academics get in"),
    "cost": Column("Cost"),
    "does": Column("What it does"),
    "machine": Column("Machine"),
    "seen": Column("Seen, and where"),
}
_SEEN = {"primary": "text read", "excerpt": "excerpt read", "secondary": "others report it"}
_FILE = re.compile(r"(?P<repo>[\w-]+/[\w-]+)@(?P<commit>[0-9a-f]{40}):(?P<path>\S+)")
_PAGE = re.compile(r"(?P<site>[a-z0-9-]+(\.[a-z0-9-]+)+)/\S+")


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
    """Return the instruments of a remedy, each with its source.

    Parameters
    ----------
    instruments : pandas.DataFrame
        The instruments, from `load_instruments`, a row each.
    remedy : str
        The remedy that they serve.

    Returns
    -------
    Table
        A row an instrument: first those whose own text was read, then what others report, the
        oldest first.
    """
    own = instruments[instruments["remedy"] == remedy]
    own = own.assign(reported=own["seen"] == "secondary")
    rows = own.sort_values(["reported", "date"], kind="stable")
    cost = rows["money_usd"].map(_usd, na_action="ignore").fillna("")
    cited = (" {cite:p}`" + rows["cite"] + "`").fillna("")
    sources = rows["source"].map(_linked, na_action="ignore").fillna("")
    seen = rows["seen"].map(_SEEN) + cited + (": " + sources).where(sources != "", "")
    shown = rows.assign(cost=cost, seen=seen)[list(_INSTRUMENT_COLUMNS)]
    return table(shown.fillna(""), _INSTRUMENT_COLUMNS)


def _usd(amount: float) -> str:
    return written(Estimate(amount, unit="USD"))


def _linked(source: str) -> str:
    """Return a source in which files of repositories, papers and pages are links."""
    return "; ".join(map(_link, source.split("; ")))


def _link(part: str) -> str:
    file = _FILE.match(part)
    if file:
        repo, commit, path = file.group("repo", "commit", "path")
        return f"[{repo}](https://github.com/{repo}/blob/{commit}/{path}){part[file.end() :]}"
    if part.startswith("arXiv:"):
        return f"[{part}](https://arxiv.org/abs/{part.removeprefix('arXiv:')})"
    page = _PAGE.match(part)
    if page:
        return f"[{page['site']}](https://{page[0]}){part[page.end() :]}"
    return part


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

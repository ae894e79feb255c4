"""The figure and the table of the chapter on remedies: what work costs, and the instruments."""

from __future__ import annotations

import re

import altair as alt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.elements.figure.show import Figure, Table, link, plain
from bookpress.elements.figure.theme import ACCENT, INK, needs
from compute_divide.plot.base.marks import along, framed, named_rows, named_scale, tips
from compute_divide.plot.base.show import Column, figure, table
from compute_divide.plot.base.wording import row_by_row, written

_SIDES = {
    "work": "known work",
    "grant": "grant",
    "machine": "machine, one year",
    "sum": "sum of money",
}
_COLOURS = {
    "known work": "#7d74c4",
    "grant": ACCENT,
    "machine, one year": "#c07d1b",
    "sum of money": INK,
}
_SHAPES = {
    "known work": "circle",
    "grant": "square",
    "machine, one year": "diamond",
    "sum of money": "triangle-up",
}
_ROW = 26
"""Height of a row in pixels."""
_HOUR_COLUMNS = {
    "name": Column("What"),
    "side": Column("Kind"),
    "low": Column("From (GPU-hours)", "number"),
    "at": Column("Drawn at (GPU-hours)", "number"),
    "high": Column("To (GPU-hours)", "number"),
    "chip": Column("Chip"),
    "told": Column("How counted"),
    "seen": Column("Seen"),
}
_INSTRUMENT_COLUMNS = {
    "name": Column("Instrument"),
    "kind": Column("Kind"),
    "since": Column("Place, date"),
    "status": Column("Status"),
    "academics": Column("Academics get in"),
    "binding": Column("Binding"),
    "cost": Column("Cost, machine"),
    "does": Column("What it does"),
    "seen": Column("How we know it", markup=True),
}
_SEEN = {"primary": "text read", "excerpt": "excerpt read", "secondary": "others report it"}
_FILE = re.compile(r"(?P<repo>[\w-]+/[\w-]+)@(?P<commit>[0-9a-f]{40}):(?P<path>\S+)")
_PAGE = re.compile(r"(?P<site>[a-z0-9-]+(\.[a-z0-9-]+)+)/\S+")


def work_hours(rows: pd.DataFrame) -> Figure:
    """Return what work takes and what sums, grants and machines give.

    They stand in GPU-hours on one logarithmic scale.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``name``, ``side`` (``"work"``, ``"grant"``, ``"machine"`` or ``"sum"``), ``low`` and
        ``high`` (GPU-hours), ``at`` (where the mark stands), ``chip``, ``told`` (how counted) and
        ``seen``.

    Returns
    -------
    Figure
        A row each, the smallest first; what begins below a thousand hours is drawn from there on.
    """
    low = rows["low"].clip(lower=1000.0)
    clipped = rows.assign(low=low, side=rows["side"].map(_SIDES))
    ordered = clipped.sort_values(["at", "name"], ignore_index=True)
    hours = row_by_row("{}: {:,.0f}", ordered["name"], ordered["at"], joint="; ")
    source = "works, calls and reports; data/compute_costs.yml names one for each row"
    data = ordered[list(_HOUR_COLUMNS)]
    chart = _hour_rows(ordered)
    return figure(chart, data, description=f"{hours}.", source=source, columns=_HOUR_COLUMNS)


def instrument_table(instruments: pd.DataFrame) -> Table:
    """Return instruments of policy, each with its source.

    Parameters
    ----------
    instruments : pandas.DataFrame
        The instruments, from `cd.data.instruments`, a row each.

    Returns
    -------
    Table
        A row an instrument: first those whose own text was read, then what others report, by
        remedy, the oldest first.
    """
    reported = instruments["seen"] == "secondary"
    ordered = instruments.assign(reported=reported)
    rows = ordered.sort_values(["reported", "remedy", "date"], kind="stable")
    cost = rows["money_usd"].map(_usd, na_action="ignore")
    shown = rows.assign(
        kind=rows["remedy"],
        since=_joined(rows["place"], rows["date"]),
        cost=_joined(cost, rows["machine"]),
        seen=_seen_and_where(rows),
    )
    return table(shown[list(_INSTRUMENT_COLUMNS)], _INSTRUMENT_COLUMNS)


def _joined(*columns: pd.Series[str]) -> pd.Series[str]:
    """Return the texts of each row, without those that are missing."""
    texts = pd.concat(columns, axis=1)
    return texts.apply(lambda row: "; ".join(row.dropna()), axis=1)


def _seen_and_where(rows: pd.DataFrame) -> pd.Series[str]:
    """Return how each instrument is known, with links and citations."""
    cited = (" {cite:p}`" + rows["cite"] + "`").fillna("")
    sources = rows["source"].map(_linked, na_action="ignore")
    return rows["seen"].map(_SEEN) + cited + (": " + sources).fillna("")


def _usd(amount: float) -> str:
    return written(Estimate(amount, unit="USD"))


def _linked(source: str) -> str:
    """Return a source in which files of repositories, papers and pages are links."""
    return "; ".join(map(_link, source.split("; ")))


def _link(part: str) -> str:
    file = _FILE.match(part)
    if file:
        repo, commit, path = file.group("repo", "commit", "path")
        name = path.rpartition("/")[2].removesuffix(".md").replace("_", " ")
        address = f"https://github.com/{repo}/blob/{commit}/{path}"
        return link(name, address) + plain(part[file.end() :])
    if part.startswith("arXiv:"):
        return link(part, f"https://arxiv.org/abs/{part.removeprefix('arXiv:')}")
    page = _PAGE.match(part)
    if page:
        return link(page["site"], f"https://{page[0]}") + plain(part[page.end() :])
    return plain(part)


@needs("low")
def _hour_rows(costs: pd.DataFrame) -> alt.LayerChart:
    """Return GPU-hours on a logarithmic axis, a row each.

    It is a mark, with a bar from the lowest to the highest where they differ.
    """
    rows = costs[["name", "side", "low", "at", "high", "chip"]]
    x = _hours_axis(rows)
    y = named_rows("name")
    legend = alt.Legend(orient="top", columns=alt.expr("width < 400 ? 1 : 4"))
    colour = alt.Color("side:N", scale=named_scale(_COLOURS), legend=legend)
    shape = alt.Shape("side:N", scale=named_scale(_SHAPES), legend=legend)
    base = alt.Chart(rows).encode(y=y, color=colour)
    bars = base.mark_bar(size=5, opacity=0.45)
    bars = bars.encode(x=along(x, "low"), x2=alt.X2("high:Q"))
    tooltip = tips("name:N|What", "low:Q|GPU-hours from|,.0f", "high:Q|to|,.0f", "chip:N|Chip")
    dots = base.mark_point(size=60).encode(x=x, shape=shape, tooltip=tooltip)
    text = base.mark_text(align="left", dx=9, fontSize=11)
    hours = alt.Text("at:Q", format=".2~s")
    text = text.encode(x=along(x, "high"), text=hours, color=alt.ColorValue(INK))
    return framed(bars, dots, text, height=_ROW * len(rows))


def _hours_axis(rows: pd.DataFrame) -> alt.X:
    """Return a logarithmic axis of GPU-hours with room for the text beside a mark."""
    lowest = float(rows["low"].min())
    highest = float(rows["high"].max())
    scale = alt.Scale(type="log", domain=[lowest / 2, highest * 30], nice=False)
    powers = [10.0**power for power in range(3, 9)]
    axis = alt.Axis(format="~s", values=powers, grid=True)
    return alt.X("at:Q", title="GPU-hours, logarithmic", scale=scale, axis=axis)

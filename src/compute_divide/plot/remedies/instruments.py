"""The policy instruments: when each took its form, whether it binds, and who gets access."""

from __future__ import annotations

import re

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure, Table, link, plain
from bookpress.elements.figure.theme import ACCENT, INK, QUIET, needs
from compute_divide.estimates.statistics.trends import fractional_years
from compute_divide.plot.base.axes import year_axis
from compute_divide.plot.base.headed_rows import headed_rows, row_frame, with_headings
from compute_divide.plot.base.marks import framed, named_scale, tips
from compute_divide.plot.base.show import Column, credit, figure, table
from compute_divide.plot.base.wording import row_by_row, written
from holdtrue.estimates import Estimate
from holdtrue.number_formats import spoken

_DOORS = {
    "by right": ACCENT,
    "by invitation": "#c07d1b",
    "on application": "#7d74c4",
    "no, or not stated": QUIET,
}
"""The kinds of access for academics, with their colours."""
_DOOR_WORDS = {"by right": "by right", "by invitation": "invited", "on application": "may apply"}
"""What stands beside a mark: short enough for a phone."""
_BINDING = {"binding": "square", "partly binding": "diamond", "not binding": "circle"}
_FORCE = {"yes": "binding", "partly": "partly binding", "no": "not binding"}
_REMEDIES = {
    "public computing": "Public computing",
    "open science": "Open models",
    "structured access": "Access to models and data",
    "auditing": "Audits and evaluation",
}
"""The headings, in the order of the paper's remedies."""
_ROW = 19
"""Height of a row in pixels."""
_LINE_COLUMNS = {
    "short": Column("Instrument"),
    "remedy": Column("Kind"),
    "date": Column("Date"),
    "status": Column("Status"),
    "force": Column("Binding"),
    "door": Column("Academics get in"),
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


def instrument_timeline(instruments: pd.DataFrame, end: str) -> Figure:
    """Return rules and programmes by the date at which each took its present form.

    Parameters
    ----------
    instruments : pandas.DataFrame
        The instruments, from `cd.data.instruments`; those without a ``short`` name are left out.
    end : str
        The month of the record, where the lines of instruments in effect end.

    Returns
    -------
    Figure
        One row per instrument, the oldest of each remedy first.

    Examples
    --------
    >>> import compute_divide as cd
    >>> listed = cd.data.instruments()
    >>> act = listed[listed["short"] == "California: SB 53"]
    >>> figure = cd.plot.instrument_timeline(act, "2026-11")
    >>> figure.data[["date", "force", "door"]].values.tolist()
    [['1 January 2026', 'binding', 'no, or not stated']]
    """
    named = instruments[instruments["short"].notna()]
    doors = named["academics"].where(named["academics"].isin(list(_DOORS)), "no, or not stated")
    rows = named.assign(
        remedy=named["remedy"].map(_REMEDIES), force=named["binding"].map(_FORCE), door=doors
    )
    order = list(_REMEDIES.values())
    rows = rows.sort_values(["remedy", "date"], key=lambda column: _by_rank(column, order))
    rows = rows.reset_index(drop=True)
    days = rows["date"].map(spoken)
    parts = [rows["short"], days, rows["force"], rows["door"]]
    words = row_by_row("{}, {}: {}, academics get in: {}", *parts, joint="; ")
    data = rows.assign(date=days)[list(_LINE_COLUMNS)]
    source = credit("audit/instruments.csv")
    chart = _timeline(rows, end)
    return figure(chart, data, description=f"{words}.", source=source, columns=_LINE_COLUMNS)


def _by_rank(column: pd.Series[str], order: list[str]) -> pd.Series[str] | pd.Series[int]:
    """Return a column of remedies as their rank, and any other as it is."""
    if column.name == "remedy":
        return column.map(order.index)
    return column


@needs("date")
def _timeline(rows: pd.DataFrame, end: str) -> alt.LayerChart:
    dates = pd.to_datetime(rows["date"], format="ISO8601")
    month = fractional_years(pd.Series([pd.Timestamp(end)])).iloc[0]
    drawn = rows[["short", "remedy", "status", "force", "door", "in_effect"]]
    drawn = drawn.assign(day=rows["date"].map(spoken), at=fractional_years(dates).round(3))
    drawn["words"] = drawn["door"].map(_DOOR_WORDS)
    shown = with_headings(drawn.assign(end=round(month, 3)), "remedy", "short")
    y = headed_rows(shown)
    x = year_axis("at", int(drawn["at"].min()), int(month) + 1)
    base = alt.Chart(shown).transform_filter("isValid(datum.at)").encode(y=y)
    colour = alt.Color("door:N", scale=named_scale(_DOORS), legend=None)
    shape = alt.Shape("force:N", scale=named_scale(_BINDING), legend=None)
    lines = base.transform_filter("datum.in_effect").mark_rule(strokeWidth=1.5, opacity=0.55)
    lines = lines.encode(x=x, x2=alt.X2("end:Q"), color=colour)
    hollow = base.transform_filter("!datum.in_effect").mark_point(size=55, filled=False)
    full = base.transform_filter("datum.in_effect").mark_point(size=65)
    encoded = {"x": x, "color": colour, "shape": shape, "tooltip": _line_tips()}
    dots = [hollow.encode(**encoded), full.encode(**encoded)]
    doors = base.transform_filter("isValid(datum.words)")
    doors = doors.mark_text(align="right", dx=-9, fontSize=10, color=INK)
    doors = doors.encode(x=x, text="words:N")
    return framed(row_frame(shown, y), lines, *dots, doors, height=_ROW * len(shown))


def _line_tips() -> list[alt.Tooltip]:
    return tips(
        "short:N|Instrument",
        "day:N|Date",
        "status:N|Status",
        "force:N|Binding",
        "door:N|Academics get in",
    )


def instrument_table(instruments: pd.DataFrame) -> Table:
    """Return instruments of policy, each with its source.

    Parameters
    ----------
    instruments : pandas.DataFrame
        The instruments, from `cd.data.instruments`.

    Returns
    -------
    Table
        One row per instrument: first those whose own text was read, then those reported by others,
        by remedy, the oldest first.

    Examples
    --------
    >>> import compute_divide as cd
    >>> listed = cd.data.instruments()
    >>> table = cd.plot.instrument_table(listed[listed["name"] == "Gefion"])
    >>> table.data[["since", "cost"]].values.tolist()
    [['Denmark; 23 October 2024', '$98 million; 1,528 H100; 2.9 MW']]
    """
    reported = instruments["seen"] == "secondary"
    ordered = instruments.assign(reported=reported)
    rows = ordered.sort_values(["reported", "remedy", "date"], kind="stable")
    cost = rows["money_usd"].map(_usd, na_action="ignore")
    shown = rows.assign(
        kind=rows["remedy"],
        since=_joined(rows["place"], rows["date"].map(spoken, na_action="ignore")),
        cost=_joined(cost, rows["machine"]),
        seen=_seen_and_where(rows),
    )
    return table(shown[list(_INSTRUMENT_COLUMNS)], _INSTRUMENT_COLUMNS)


def _joined(*columns: pd.Series[str]) -> pd.Series[str]:
    """Return the joined texts of each row, without missing ones."""
    texts = pd.concat(columns, axis=1)
    return texts.apply(lambda row: "; ".join(row.dropna()), axis=1)


def _seen_and_where(rows: pd.DataFrame) -> pd.Series[str]:
    """Return how each instrument was seen, with links and citations."""
    cited = (" {cite:p}`" + rows["cite"] + "`").fillna("")
    sources = rows["source"].map(_linked, na_action="ignore")
    return rows["seen"].map(_SEEN) + cited + (": " + sources).fillna("")


def _usd(amount: float) -> str:
    return written(Estimate(amount, unit="USD"))


def _linked(source: str) -> str:
    """Return a source with links to files of repositories, papers and pages."""
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

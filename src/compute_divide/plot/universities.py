"""The figures of the chapter on which universities."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure, Table
from bookpress.elements.figure.theme import ACCENT, INK, needs
from compute_divide.plot.base.marks import dots_with_intervals, framed, tips
from compute_divide.plot.base.papers import venue_lines
from compute_divide.plot.base.show import Column, credit, figure, table
from compute_divide.plot.base.wording import describe_intervals, describe_series
from compute_divide.sources.papers.profiles import venue_name
from holdtrue.estimates import Estimate

_PAPERS = "papers/universities.csv"
_MACHINES = "papers/university_machines.csv"
_REGIONS = {
    "north-america": "United States and Canada",
    "europe": "Europe",
    "china": "China",
    "east-asia": "East Asia without China",
    "elsewhere": "elsewhere",
}
_REGION_COLUMNS = {
    "region": Column("Region"),
    "universities_first": Column("Universities, first year", "number"),
    "universities_last": Column("Last year", "number"),
    "half_first": Column("That make half, first year", "number"),
    "half_last": Column("Last year", "number"),
    "came": Column("New", "share"),
    "went": Column("Gone", "share"),
}
_TICKS = (0.25, 0.5, 1, 2, 4, 8)


def largest_lines(shares: pd.DataFrame, *, are_bounds: bool = False) -> Figure:
    """Return the share of the largest universities in all participations, by conference and year.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row for each ``venue`` and ``year``, with ``share``, ``low`` and ``high``.
    are_bounds : bool
        Whether ``low`` and ``high`` are bounds for unknown papers; by default they are intervals.

    Returns
    -------
    Figure
        A line with a band for each conference, broken at missing years.

    Examples
    --------
    >>> import compute_divide as cd
    >>> share = cd.wilson_share(21, 100, "participations of the ten largest")
    >>> rows = [{"venue": "cvpr", "year": year, **share.row()} for year in (2013, 2014)]
    >>> cd.plot.largest_lines(pd.DataFrame(rows)).description  # doctest: +ELLIPSIS
    'CVPR: from 21% in 2013 (21 of 100) to 21% in 2014 (21 of 100); lowest 21% in 2013, ...'
    """
    chart = venue_lines(shares, "Share of the ten largest universities")
    named = shares.assign(name=shares["venue"].map(venue_name))
    description = describe_series(named, "year", "share", by="name", kind="share")
    columns = {"share": Column("Share of the ten largest", "share")}
    if are_bounds:
        columns |= {"low": Column("At least", "share"), "high": Column("At most", "share")}
    source = credit(_PAPERS)
    return figure(chart, shares, description=description, source=source, columns=columns)


def region_table(rows: pd.DataFrame) -> Table:
    """Return how contributions are spread over universities within each region.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per ``region``: its ``universities_first`` and ``universities_last``, how many of
        them make half of its contributions, ``half_first`` and ``half_last`` (estimates), and the
        shares of universities that ``came`` and ``went``.

    Returns
    -------
    Table
        The regions in the order of the book.

    Examples
    --------
    >>> import compute_divide as cd
    >>> half = cd.Estimate(4, unit="count")
    >>> row = {"region": "china", "half_first": half, "half_last": half, "came": 0.7, "went": 0.1}
    >>> rows = pd.DataFrame([{**row, "universities_first": 31, "universities_last": 133}])
    >>> cd.plot.region_table(rows).data["half_last"].tolist()
    [4.0]
    """
    in_order = rows.set_index("region").loc[
        [name for name in _REGIONS if name in set(rows["region"])]
    ]
    halves = {
        name: in_order[name].map(lambda half: half.value) for name in ("half_first", "half_last")
    }
    named = in_order.assign(**halves).reset_index().replace({"region": _REGIONS})
    return table(named[list(_REGION_COLUMNS)], _REGION_COLUMNS)


def effect_dots(effects: Mapping[int, Estimate]) -> Figure:
    """Return papers over what they would have been, by year from the entry of a machine.

    Parameters
    ----------
    effects : mapping of int to Estimate
        The ratio in each year, counted from entry, in order.

    Returns
    -------
    Figure
        A dot with its interval for each year; the line is a ratio of 1.

    Examples
    --------
    >>> import compute_divide as cd
    >>> effects = {-1: cd.Estimate(1.5, 1.1, 2.0, unit="ratio"), 1: cd.Estimate(1.8, 0.9, 3.4)}
    >>> cd.plot.effect_dots(effects).description
    '1 year before: 1.5, interval 1.1 to 2; 1 year after: 1.8, interval 0.90 to 3.4.'
    """
    named = {_year_name(year): ratio.row("ratio") for year, ratio in effects.items()}
    rows = pd.DataFrame([{"year": name, **ratio} for name, ratio in named.items()])
    columns = {
        "year": Column("Year from entry"),
        "ratio": Column("Papers over what they would have been", "number"),
    }
    description = describe_intervals(rows, "year", "ratio", kind="number")
    source = credit(_PAPERS, _MACHINES)
    return figure(_effects(rows), rows, description=description, source=source, columns=columns)


@needs("ratio")
def _effects(rows: pd.DataFrame) -> alt.LayerChart:
    scale = alt.Scale(type="log", domain=[_TICKS[0], _TICKS[-1]], clamp=True)
    axis = alt.Axis(values=list(_TICKS), format="~r", grid=True)
    title = "Papers over what they would have been"
    x = alt.X("ratio:Q", title=title, scale=scale, axis=axis)
    y = alt.Y("year:N", title=None, sort=rows["year"].tolist())
    tooltip = tips("year:N|Year", "ratio:Q|Ratio|.2f", "low:Q|Low|.2f", "high:Q|High|.2f")
    line = alt.Chart(pd.DataFrame({"ratio": [1]})).mark_rule(color=INK).encode(x=x)
    dots = dots_with_intervals(rows, x, y, ACCENT, tooltip, size=64, filled=True)
    return framed(line, dots, height=30 * len(rows))


def _year_name(year: int) -> str:
    """Return a year from entry in words."""
    if year == 0:
        return "year of entry"
    unit = "year" if abs(year) == 1 else "years"
    return f"{abs(year)} {unit} {'before' if year < 0 else 'after'}"

"""The figures of the appendix on OpenAlex: bounds of a share, and counts by topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import needs
from compute_divide.estimates.statistics.bounds import academic_bounds
from compute_divide.plot.base.axes import along, named_rows, share_axis, share_below, years_of
from compute_divide.plot.base.entries import check_entries
from compute_divide.plot.base.marks import TEAM_COLOURS, end_labels, framed, tips
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import describe_intervals

_TALL_ROW = 34
"""Height of a row in pixels."""
_LICENCE = "CC0 1.0"
"""The licence of OpenAlex."""
_COLOUR = alt.ColorValue(TEAM_COLOURS["academia-only"])
_BOUND_COLUMNS = {
    "k": Column("Academia only", "number"),
    "known": Column("Known", "number"),
    "n": Column("All", "number"),
    "lowest": Column("Lowest", "share"),
    "highest": Column("Highest", "share"),
}


def bound_bars(parts: Mapping[str, pd.DataFrame], works: str) -> Figure:
    """Return shares of universities among known teams, with bounds for unknown teams.

    Parameters
    ----------
    parts : mapping of str to pandas.DataFrame
        Works of each group, with ``team_type``, by the name of the group.
    works : str
        The name of the table of works, whose source is credited; see `cd.data.openalex_works`.

    Returns
    -------
    Figure
        A dot and a bar for each group, in their order. The bar is no confidence interval: its ends
        are the share if every unknown team includes a company, and if none does.

    Examples
    --------
    >>> import compute_divide as cd
    >>> works = cd.data.openalex_works("works")
    >>> figure = cd.plot.bound_bars({"all works": works}, "works")
    >>> figure.data[["k", "known", "n"]].values.tolist()
    [[208, 295, 414]]
    >>> figure.data[["lowest", "share", "highest"]].round(2).values.tolist()
    [[0.5, 0.71, 0.79]]
    """
    check_entries("bound_bars: parts", parts)
    named = [works_of.assign(works=name) for name, works_of in parts.items()]
    bounds = pd.concat(academic_bounds(rows, ["works"]) for rows in named)
    description = _described(bounds, "works")
    source = credit(f"openalex/{works}.parquet")
    columns = {"works": Column("Works"), **_BOUND_COLUMNS}
    chart = _bars(bounds)
    shown = figure(chart, bounds, description=description, source=source, columns=columns)
    return replace(shown, licence=_LICENCE)


def topic_lines(counts: pd.DataFrame) -> Figure:
    """Return shares of universities alone by year, with a line and bounds for each counted topic.

    Parameters
    ----------
    counts : pandas.DataFrame
        Numbers of ``works`` by ``table``, ``topic``, ``year`` and ``team_type``, from
        `cd.data.openalex_counts`.

    Returns
    -------
    Figure
        The tables are named if there are several. The bands are bounds, as in `bound_bars`.

    Examples
    --------
    >>> import compute_divide as cd
    >>> works = cd.data.openalex_works("works")
    >>> sizes = works.groupby(["year", "team_type"]).size().reset_index(name="works")
    >>> counts = sizes.assign(table="works", topic="machine learning")
    >>> figure = cd.plot.topic_lines(counts)
    >>> figure.data.loc[figure.data["year"] == 2019, ["k", "known", "n"]].values.tolist()
    [[9, 15, 17]]
    >>> figure.licence
    'CC0 1.0'
    """
    bounds = academic_bounds(counts, ["table", "topic", "year"], number="works")
    tables = list(bounds["table"].unique())
    names = bounds["topic"]
    if len(tables) > 1:
        names = names + ", " + bounds["table"]
    rows = bounds.drop(columns=["table"]).assign(topic=names)
    is_newest = rows["year"] == rows["year"].max()
    newest = rows[is_newest].sort_values("share")
    files = [f"openalex/{name}.csv" for name in tables]
    description = _described(newest, "topic")
    source = credit(*files)
    columns = {"topic": Column("Topic"), **_BOUND_COLUMNS}
    chart = _lines(rows)
    shown = figure(chart, rows, description=description, source=source, columns=columns)
    return replace(shown, licence=_LICENCE)


def _described(bounds: pd.DataFrame, label: str) -> str:
    """Return shares with their bounds in words."""
    named = bounds.rename(columns={"lowest": "low", "highest": "high"}).assign(range="bounds")
    return describe_intervals(named, label, "share")


@needs()
def _bars(rows: pd.DataFrame) -> alt.LayerChart:
    x = share_below("Works by universities alone")
    y = named_rows("works", sort=list(rows["works"]))
    base = alt.Chart(rows).encode(y=y, color=_COLOUR, tooltip=_bound_tips())
    bars = base.mark_bar(height=12, opacity=0.35)
    bars = bars.encode(x=along(x, "lowest"), x2=alt.X2("highest:Q"))
    known = base.transform_filter("isValid(datum.share)")
    dots = known.mark_point(size=80).encode(x=x)
    return framed(bars, dots, height=_TALL_ROW * len(rows))


def _bound_tips() -> list[alt.Tooltip]:
    return tips(
        "works:N|Works",
        "share:Q|Share of the known|.0%",
        "lowest:Q|Lowest|.0%",
        "highest:Q|Highest|.0%",
        "known:Q|Known",
        "n:Q|All",
    )


@needs()
def _lines(rows: pd.DataFrame) -> alt.LayerChart:
    x = years_of(rows)
    title = "Works by universities alone"
    base = alt.Chart(rows).encode(x=x, color=_COLOUR)
    band = base.mark_area(opacity=0.12)
    band = band.encode(y=share_axis("lowest", title), y2=alt.Y2("highest:Q"))
    band = band.encode(detail=alt.Detail("topic:N"))
    topics = list(rows["topic"].unique())
    dash = alt.StrokeDash("topic:N", sort=topics, legend=None)
    tooltip = tips("topic:N|Topic", "year:Q|Year|d", "share:Q|Share|.0%")
    line = base.mark_line()
    y = share_axis("share", title)
    line = line.encode(y=y, strokeDash=dash, tooltip=tooltip)
    labels = end_labels(rows, "topic", x, y)
    return framed(band, line, labels)

"""The figures of the chapter on OpenAlex: missing institutions, bounds, counts by topic, a plan."""

from __future__ import annotations

from dataclasses import replace

import altair as alt
import numpy as np
import pandas as pd

from bookpress.page.figures.show import Figure, Table
from bookpress.page.figures.theme import ACCENT, INK, needs
from compute_divide.evidence.openalex.client import duration
from compute_divide.plot.base.marks import (
    FEW,
    TEAM_COLOURS,
    along,
    dots_with_intervals,
    end_labels,
    framed,
    named_rows,
    share_axis,
    share_below,
    share_tips,
    tips,
    years_of,
)
from compute_divide.plot.base.show import Column, credit, figure, table
from compute_divide.plot.base.wording import describe_intervals, numbered

_PLACES = {
    "arxiv": "arXiv",
    "repository": "other repository",
    "ebook platform": "e-book platform",
    "unknown": "no source on record",
}
"""How places are written, where not as OpenAlex does."""
_ELSEWHERE = "elsewhere"
_FORMATS = {"jsonl": "JSON Lines, gzip", "parquet": "Parquet"}
_TALL_ROW = 34
"""Height of a row in pixels."""
_LICENCE = "CC0 1.0"
"""That of OpenAlex."""
_COLOUR = alt.ColorValue(TEAM_COLOURS["academia-only"])
_MISSING_COLUMNS = {
    "place": Column("Place"),
    "k": Column("Without an institution", "number"),
    "n": Column("Works", "number"),
}
_BOUND_COLUMNS = {
    "k": Column("Academia only", "number"),
    "known": Column("Known", "number"),
    "n": Column("All", "number"),
    "lowest": Column("Lowest", "share"),
    "highest": Column("Highest", "share"),
}
_PLAN_COLUMNS = {
    "format": Column("Format"),
    "speed": Column("Works a second, one core", "number"),
    "parts": Column("Parts, at least", "number"),
    "moved": Column("Bytes to move"),
    "core": Column("One core"),
    "memory": Column("Memory in all"),
    "cost": Column("Cost"),
}


def missing_dots(shares: pd.DataFrame, works: str) -> Figure:
    """Return the share of works without a known institution, a dot with interval for each place.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row a ``place``, with ``share`` (0 to 1), ``low``, ``high``, ``k`` and ``n``; the
        place of all others is called ``elsewhere``.
    works : str
        The table of works.

    Returns
    -------
    Figure
        The place where most are missing stands above, all others below. Of fewer than five works
        no interval shows.
    """
    names = shares["place"].replace(_PLACES)
    rows = shares.assign(place=names, is_rest=shares["place"] == _ELSEWHERE)
    order = ["is_rest", "share", "n", "place"]
    rows = rows.sort_values(order, ascending=[True, False, False, True])
    rows = rows[["place", "k", "n", "share", "low", "high"]]
    chart = _dots(rows)
    description = describe_intervals(rows, "place", "share")
    source = credit(f"openalex/{works}.parquet")
    shown = figure(chart, rows, description=description, source=source, columns=_MISSING_COLUMNS)
    return replace(shown, licence=_LICENCE)


def bound_bars(bounds: pd.DataFrame, works: str) -> Figure:
    """Return shares of universities among known teams, and how far unknown ones let them move.

    Parameters
    ----------
    bounds : pandas.DataFrame
        One row a group, which the column ``works`` names, from `academic_bounds`.
    works : str
        The table of works.

    Returns
    -------
    Figure
        A dot and a bar for each group, in the order of the rows.
    """
    description = _described(bounds, "works")
    source = credit(f"openalex/{works}.parquet")
    columns = {"works": Column("Works"), **_BOUND_COLUMNS}
    chart = _bars(bounds)
    shown = figure(chart, bounds, description=description, source=source, columns=columns)
    return replace(shown, licence=_LICENCE)


def topic_lines(bounds: pd.DataFrame) -> Figure:
    """Return shares of universities alone by year, a line with bounds for each counted topic.

    Parameters
    ----------
    bounds : pandas.DataFrame
        One row a ``table``, ``topic`` and ``year``, from `academic_bounds`.

    Returns
    -------
    Figure
        The tables are named where there are several.
    """
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


def corpus_plan(plan: pd.DataFrame, workers: int) -> Table:
    """Return what counting the whole snapshot takes, a row a format.

    Parameters
    ----------
    plan : pandas.DataFrame
        Indexed by format (``jsonl``, ``parquet``): ``speed`` [works/s] of one core, ``parts``,
        ``moved`` [bytes], ``core_seconds`` of one core, ``counting`` and ``moving`` [s], the
        longer of which it takes, ``memory`` [bytes] and ``cost`` [USD] of all workers.
    workers : int
        The cores that count at the same time.

    Returns
    -------
    Table
        Times in words, and what sets them.
    """
    seconds = plan[["counting", "moving"]].max(axis=1)
    limits = np.where(plan["moving"] >= plan["counting"], "link", "counting")
    gigabytes = plan[["moved", "memory"]] / 1e9
    rows = pd.DataFrame({"format": plan.index.map(_FORMATS), "speed": plan["speed"]})
    rows["parts"] = np.ceil(plan["parts"])
    rows["moved"] = gigabytes["moved"].map("{:,.0f} GB".format)
    rows["core"] = plan["core_seconds"].map(duration)
    rows["hours"] = seconds.map(duration) + ", set by the " + limits
    rows["memory"] = gigabytes["memory"].map("{:.1f} GB".format)
    rows["cost"] = plan["cost"].map("${:.2f}".format)
    columns = {**_PLAN_COLUMNS, "hours": Column(numbered(workers, "core"))}
    return table(rows, columns)


def _described(bounds: pd.DataFrame, label: str) -> str:
    """Return shares with their bounds in words."""
    named = bounds.rename(columns={"lowest": "low", "highest": "high"})
    return describe_intervals(named, label, "share")


@needs()
def _dots(rows: pd.DataFrame) -> alt.LayerChart:
    y = named_rows("place", sort=list(rows["place"]))
    x = share_below("Works without a known institution")
    is_enough = rows["n"] >= FEW
    low = rows["low"].where(is_enough)
    bounded = rows.assign(low=low, high=rows["high"].where(is_enough))
    dots = dots_with_intervals(bounded, x, y, ACCENT, share_tips("place:N|Place"))
    counts = rows["k"].astype(str) + " of " + rows["n"].astype(str)
    labels = alt.Chart(bounded.assign(told=counts))
    text = labels.mark_text(dy=-12, fontSize=11, color=INK)
    text = text.encode(y=y, x=alt.X("share:Q"), text=alt.Text("told:N"))
    return framed(dots, text, height=_TALL_ROW * len(rows))


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
    line = line.encode(y=share_axis("share", title), strokeDash=dash, tooltip=tooltip)
    labels = end_labels(rows, "year", "share", "topic", x, share_axis("at", title))
    return framed(band, line, labels)

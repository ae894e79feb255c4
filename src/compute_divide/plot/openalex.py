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
    row_axis,
    share_axis,
    share_below,
    share_tips,
    tips,
    year_axis,
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
_TALL_ROW = 34  # in pixels
_LICENCE = "CC0 1.0"  # that of OpenAlex
_COLOUR = alt.ColorValue(TEAM_COLOURS["academia-only"])


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
    rows = shares.assign(
        place=shares["place"].replace(_PLACES), is_rest=shares["place"] == _ELSEWHERE
    )
    rows = rows.sort_values(
        ["is_rest", "share", "n", "place"], ascending=[True, False, False, True]
    )
    rows = rows[["place", "k", "n", "share", "low", "high"]]
    shown = figure(
        _dots(rows),
        rows,
        description=describe_intervals(rows, "place", "share"),
        source=credit(f"openalex/{works}.parquet"),
        columns={
            "place": Column("Place"),
            "k": Column("Without an institution", "number"),
            "n": Column("Works", "number"),
        },
    )
    return replace(shown, licence=_LICENCE)


def bound_bars(bounds: pd.DataFrame, works: str) -> Figure:
    """Return shares of academia alone among known teams, and how far unknown ones let them move.

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
    shown = figure(
        _bars(bounds),
        bounds,
        description=_described(bounds, "works"),
        source=credit(f"openalex/{works}.parquet"),
        columns={"works": Column("Works"), **_BOUND_COLUMNS},
    )
    return replace(shown, licence=_LICENCE)


def topic_lines(bounds: pd.DataFrame) -> Figure:
    """Return shares of academia alone by year, a line with bounds for each topic that was counted.

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
    newest = rows[rows["year"] == rows["year"].max()].sort_values("share")
    shown = figure(
        _lines(rows),
        rows,
        description=_described(newest, "topic"),
        source=credit(*(f"openalex/{name}.csv" for name in tables)),
        columns={"topic": Column("Topic"), **_BOUND_COLUMNS},
    )
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
    rows = pd.DataFrame(
        {
            "format": plan.index.map(_FORMATS),
            "speed": plan["speed"],
            "parts": np.ceil(plan["parts"]),
            "moved": (plan["moved"] / 1e9).map("{:,.0f} GB".format),
            "core": plan["core_seconds"].map(duration),
            "hours": seconds.map(duration) + ", set by the " + limits,
            "memory": (plan["memory"] / 1e9).map("{:.1f} GB".format),
            "cost": plan["cost"].map("\\${:.2f}".format),
        }
    )
    columns = {
        "format": Column("Format"),
        "speed": Column("Works a second, one core", "number"),
        "parts": Column("Parts, at least", "number"),
        "moved": Column("Bytes to move"),
        "core": Column("One core"),
        "hours": Column(numbered(workers, "core")),
        "memory": Column("Memory in all"),
        "cost": Column("Cost"),
    }
    return table(rows, columns)


_BOUND_COLUMNS = {
    "k": Column("Academia only", "number"),
    "known": Column("Known", "number"),
    "n": Column("All", "number"),
    "lowest": Column("Lowest", "share"),
    "highest": Column("Highest", "share"),
}


def _described(bounds: pd.DataFrame, label: str) -> str:
    """Return shares with their bounds in words."""
    named = bounds.rename(columns={"lowest": "low", "highest": "high"})
    return describe_intervals(named, label, "share")


@needs()
def _dots(rows: pd.DataFrame) -> alt.LayerChart:
    y = _rows("place", rows)
    x = share_below("Works without a known institution")
    bounded = rows.assign(**{end: rows[end].where(rows["n"] >= FEW) for end in ("low", "high")})
    dots = dots_with_intervals(bounded, x, y, ACCENT, share_tips("place:N|Place"))
    counts = rows["k"].astype(str) + " of " + rows["n"].astype(str)
    label = alt.Chart(bounded.assign(told=counts)).mark_text(dy=-12, fontSize=11, color=INK)
    text = label.encode(y=y, x=alt.X("share:Q"), text=alt.Text("told:N"))
    return framed(dots, text, height=_TALL_ROW * len(rows))


@needs()
def _bars(rows: pd.DataFrame) -> alt.LayerChart:
    x = share_below("Works by academia alone")
    bounds = ("lowest:Q|Lowest|.0%", "highest:Q|Highest|.0%", "known:Q|Known", "n:Q|All")
    tooltip = tips("works:N|Works", "share:Q|Share of the known|.0%", *bounds)
    base = alt.Chart(rows).encode(y=_rows("works", rows), color=_COLOUR, tooltip=tooltip)
    bars = base.mark_bar(height=12, opacity=0.35)
    dots = base.transform_filter("isValid(datum.share)").mark_point(size=80)
    return framed(
        bars.encode(x=along(x, "lowest"), x2=alt.X2("highest:Q")),
        dots.encode(x=x),
        height=_TALL_ROW * len(rows),
    )


@needs()
def _lines(rows: pd.DataFrame) -> alt.LayerChart:
    x = year_axis(first=int(rows["year"].min()), last=int(rows["year"].max()))
    title = "Works by academia alone"
    base = alt.Chart(rows).encode(x=x, color=_COLOUR)
    band = base.mark_area(opacity=0.12).encode(
        y=share_axis("lowest", title), y2=alt.Y2("highest:Q"), detail=alt.Detail("topic:N")
    )
    dash = alt.StrokeDash("topic:N", sort=list(rows["topic"].unique()), legend=None)
    tooltip = tips("topic:N|Topic", "year:Q|Year|d", "share:Q|Share|.0%")
    line = base.mark_line().encode(y=share_axis("share", title), strokeDash=dash, tooltip=tooltip)
    names = end_labels(rows, "year", "share", "topic", x, share_axis("at", title))
    return framed(band, line, names)


def _rows(field: str, data: pd.DataFrame) -> alt.Y:
    """Return an axis of named rows, in the order of the data."""
    return alt.Y(f"{field}:N", title=None, sort=list(data[field]), axis=row_axis())

"""Charts of the chapter on OpenAlex: where institutions are missing, and how far that lets a share move."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, HEIGHT, INK, needs
from compute_divide.figures.base.marks import (
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
from compute_divide.figures.base.palette import TEAM_COLOURS

PLACES = {
    "arxiv": "arXiv",
    "repository": "other repository",
    "conference": "conference",
    "journal": "journal",
    "ebook platform": "e-book platform",
    "unknown": "no source on record",
}
"""Names of the places that a work can be in."""

_ROW = 34
"""Height of a row, in pixels."""


def place_name(place: str) -> str:
    """Return the name of a place; one that is new keeps the word of OpenAlex.

    Examples
    --------
    >>> place_name("arxiv"), place_name("metadata")
    ('arXiv', 'metadata')
    """
    return PLACES.get(place, place)


@needs()
def missing_dots(shares: pd.DataFrame) -> alt.LayerChart:
    """Return the share of works without an institution, one row a place, with intervals.

    Parameters
    ----------
    shares : pandas.DataFrame
        ``place`` (as written), ``k``, ``n``, ``share``, ``low``, ``high``; top row first.
    """
    y = _rows("place", shares)
    tooltip = share_tips("place:N|Place")
    rows = shares[["place", "k", "n", "share", "low", "high"]]
    dots = dots_with_intervals(
        rows, share_below("Works without a known institution"), y, colour=alt.value(ACCENT), tooltip=tooltip
    )
    counts = rows.assign(told=[f"{k} of {n}" for k, n in zip(rows["k"], rows["n"], strict=True)])
    label = alt.Chart(counts).mark_text(dy=-12, fontSize=11, color=INK).encode(y=y, x="share:Q", text="told:N")
    return framed(dots, label, height=_ROW * len(shares))


@needs()
def bound_bars(rows: pd.DataFrame) -> alt.LayerChart:
    """Return academia-only shares of the known works, and how far the unknown ones let them move.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``works`` (what the row is of), ``k``, ``known``, ``n``, ``share``, ``lowest``, ``highest``; top row first.
    """
    y = _rows("works", rows)
    x = share_below("Works by academia only")
    tooltip = tips(
        "works:N|Works",
        "share:Q|Share of the known|.0%",
        "lowest:Q|Lowest|.0%",
        "highest:Q|Highest|.0%",
        "known:Q|Known",
        "n:Q|All",
    )
    base = alt.Chart(rows).encode(y=y, color=alt.value(TEAM_COLOURS["academia-only"]))
    low = x.copy()
    low.shorthand = "lowest:Q"
    bar = base.mark_bar(height=12, opacity=0.35).encode(x=low, x2="highest:Q", tooltip=tooltip)
    dot = base.transform_filter("isValid(datum.share)").mark_point(size=80).encode(x=x, tooltip=tooltip)
    return framed(bar, dot, height=_ROW * len(rows))


@needs()
def topic_lines(shares: pd.DataFrame, topics: Sequence[str]) -> alt.LayerChart:
    """Return academia-only shares by year for a few topics, with the bounds that the unknown works leave.

    Parameters
    ----------
    shares : pandas.DataFrame
        As `compute_divide.analysis.papers.openalex.count_shares` returns it.
    topics : sequence of str
        The topics, told apart by the form of the line and a label at its end.
    """
    first, last = int(shares["year"].min()), int(shares["year"].max())
    x, title = year_axis(first=first, last=last), "Works by academia only"
    dash = alt.StrokeDash("topic:N", sort=list(topics), legend=None)
    base = alt.Chart(shares).encode(x=x, color=alt.value(TEAM_COLOURS["academia-only"]))
    band = base.mark_area(opacity=0.12).encode(y=share_axis("lowest", title), y2="highest:Q", detail="topic:N")
    tooltip = [alt.Tooltip("topic:N"), alt.Tooltip("year:Q", format="d"), alt.Tooltip("share:Q", format=".0%")]
    line = base.mark_line().encode(y=share_axis("share", title), strokeDash=dash, tooltip=tooltip)
    return framed(band, line, end_labels(shares, "year", "share", "topic", x, share_axis("at", title), HEIGHT))


def _rows(field: str, data: pd.DataFrame) -> alt.Y:
    """Return an axis of named rows, in the order of the data."""
    return alt.Y(f"{field}:N", title=None, sort=list(data[field]), axis=row_axis(labelLimit=160))

"""The figures of the chapter on who works on what."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.show import Figure
from bookpress.page.figures.theme import ACCENT, QUIET
from compute_divide.analysis.papers.papers import venue_name
from compute_divide.evidence.papers.table import PAPERS_TABLE
from compute_divide.plot.base.marks import series_dots
from compute_divide.plot.base.papers import share_rows, venue_lines
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import describe_intervals, describe_series

_COMPANY = "Papers with a company author"


def company_lines(shares: pd.DataFrame, turn: Estimate) -> Figure:
    """Return the share of papers with a company author by year, a line and a band a conference.

    Parameters
    ----------
    shares : pandas.DataFrame
        A row a ``venue`` and ``year``: ``k`` of ``n`` papers, ``share``, ``low``, ``high``.
    turn : Estimate
        The year in which the trend turns, with its interval, which is shaded.

    Returns
    -------
    Figure
        A line is broken where a year is missing.
    """
    grey = None if turn.low is None or turn.high is None else (turn.low, turn.high)
    named = shares.assign(venue=shares["venue"].map(venue_name))
    return figure(
        venue_lines(shares, _COMPANY, grey),
        shares,
        description=describe_series(named, "year", "share", by="venue"),
        source=credit(PAPERS_TABLE),
    )


def topic_kind_dots(shares: pd.DataFrame) -> Figure:
    """Return the share of papers with a company author on topics that need much and little computing, by period.

    Parameters
    ----------
    shares : pandas.DataFrame
        A row a ``period`` and kind of ``topics`` in words, that which needs more first: ``k`` of ``n`` papers,
        ``share``, ``low``, ``high``, and ``odds_ratio`` of the two within conference and year.

    Returns
    -------
    Figure
        A dot with its interval for each kind.
    """
    told = (
        f"Topics that need {words}: {describe_intervals(part, 'period', 'share')}"
        for words, part in shares.groupby("topics", sort=False)
    )
    return figure(
        series_dots(shares, "period", "topics", _colours(shares["topics"]), _COMPANY),
        shares,
        description=" ".join(told),
        source=credit(PAPERS_TABLE),
        columns={
            "topics": Column("Topics that need"),
            "odds_ratio": Column("Odds ratio within conference and year", "number"),
        },
    )


def topic_rows(shares: pd.DataFrame, emphasis: Sequence[str]) -> Figure:
    """Return the share of papers with a company author, topic by topic.

    Parameters
    ----------
    shares : pandas.DataFrame
        A row a ``topic``, in their order: ``k`` of ``n`` papers, ``share``, ``low``, ``high``, and ``odds_ratio`` with
        ``odds_low`` and ``odds_high`` against all other papers.
    emphasis : sequence of str
        The topics whose dots are filled.

    Returns
    -------
    Figure
        A dot with its interval for each topic.
    """
    return figure(
        share_rows(shares, "topic", _COMPANY, emphasis=list(emphasis)),
        shares,
        description=describe_intervals(shares, "topic", "share"),
        source=credit(PAPERS_TABLE),
        columns={
            "topic": Column("Topic"),
            "n": Column("Papers on the topic", "number"),
            "k": Column("with a company author", "number"),
            "odds_ratio": Column("Odds ratio against all other papers", "number"),
            "odds_low": Column("Odds ratio, low", "number"),
            "odds_high": Column("Odds ratio, high", "number"),
        },
    )


def reading_dots(shares: pd.DataFrame) -> Figure:
    """Return the share of papers of academia alone by two readings of where authors work, a row a conference.

    Parameters
    ----------
    shares : pandas.DataFrame
        A row a ``venue`` and ``reading`` in words: ``k`` of ``n`` papers, ``share``, ``low``, ``high``.

    Returns
    -------
    Figure
        A dot with its interval for each reading.
    """
    columns = ["conference", "reading", "share", "low", "high", "k", "n"]
    rows = shares.assign(conference=shares["venue"].map(venue_name))[columns]
    colours = _colours(rows["reading"])
    told = (
        f"{words}: {describe_intervals(part, 'conference', 'share')}"
        for words, part in rows.groupby("reading", sort=False)
    )
    return figure(
        series_dots(rows, "conference", "reading", colours, "Papers of academia alone"),
        rows,
        description=" ".join(told),
        source=credit(PAPERS_TABLE),
        columns={"conference": Column("Conference"), "reading": Column("Read")},
    )


def _colours(series: pd.Series[str]) -> dict[str, str]:
    """Return a colour for each of two series, the first of which stands out."""
    return dict(zip(dict.fromkeys(series), (ACCENT, QUIET), strict=False))

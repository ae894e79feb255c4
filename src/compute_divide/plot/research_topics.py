"""The figures of the chapter on who works on what, and whose papers are cited."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.show import Figure
from bookpress.page.figures.theme import ACCENT, QUIET
from compute_divide.analysis.papers.papers import venue_name
from compute_divide.analysis.statistics.estimates import ACADEMIA, INDUSTRY
from compute_divide.evidence.papers.citations import RANKS_TABLE
from compute_divide.evidence.papers.table import PAPERS_TABLE
from compute_divide.plot.base.marks import series_dots
from compute_divide.plot.base.papers import share_rows, team_dots, venue_lines
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import describe_groups, describe_intervals, describe_series

_COMPANY = "Papers with a company author"
_KIND_COLUMNS = {
    "topics": Column("Topics that need"),
    "odds_ratio": Column("Odds ratio within conference and year", "number"),
}
_TOPIC_COLUMNS = {
    "topic": Column("Topic"),
    "n": Column("Papers on the topic", "number"),
    "k": Column("with a company author", "number"),
    "odds_ratio": Column("Odds ratio against all other papers", "number"),
    "odds_low": Column("Odds ratio, low", "number"),
    "odds_high": Column("Odds ratio, high", "number"),
}
_WITH_INDUSTRY = ("collaboration", INDUSTRY)
_LEAD_COLUMNS = {
    "share": Column("Cited more often", "share"),
    "n": Column("Papers compared", "number"),
    "period": Column("Years"),
}
_TOP_COLUMNS = {
    "share": Column("Among the most cited", "share"),
    "period": Column("Years"),
    "n": Column("Papers", "number"),
}
_CONFERENCE_COLUMNS = {"conference": Column("Conference"), "reading": Column("Read")}


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
    years = None
    if turn.low is not None and turn.high is not None:
        years = (turn.low, turn.high)
    named = shares.assign(venue=shares["venue"].map(venue_name))
    chart = venue_lines(shares, _COMPANY, years)
    description = describe_series(named, "year", "share", by="venue")
    return figure(chart, shares, description=description, source=credit(PAPERS_TABLE))


def topic_kind_dots(shares: pd.DataFrame) -> Figure:
    """Return the share of papers with a company author, by period.

    It is that on topics that need much computing, and little.

    Parameters
    ----------
    shares : pandas.DataFrame
        A row a ``period`` and kind of ``topics`` in words, that which needs more first: ``k`` of
        ``n`` papers, ``share``, ``low``, ``high``, and ``odds_ratio`` of the two within conference
        and year.

    Returns
    -------
    Figure
        A dot with its interval for each kind.
    """
    colours = _colours(shares["topics"])
    chart = series_dots(shares, "period", "topics", colours, _COMPANY)
    named = shares.assign(topics="Topics that need " + shares["topics"])
    description = describe_groups(named, "topics", "period")
    source = credit(PAPERS_TABLE)
    return figure(chart, shares, description=description, source=source, columns=_KIND_COLUMNS)


def topic_rows(shares: pd.DataFrame, emphasis: Sequence[str]) -> Figure:
    """Return the share of papers with a company author, topic by topic.

    Parameters
    ----------
    shares : pandas.DataFrame
        A row a ``topic``, in their order: ``k`` of ``n`` papers, ``share``, ``low``, ``high``, and
        ``odds_ratio`` with ``odds_low`` and ``odds_high`` against all other papers.
    emphasis : sequence of str
        The topics whose dots are filled.

    Returns
    -------
    Figure
        A dot with its interval for each topic.
    """
    chart = share_rows(shares, "topic", _COMPANY, emphasis=list(emphasis))
    description = describe_intervals(shares, "topic", "share")
    source = credit(PAPERS_TABLE)
    return figure(chart, shares, description=description, source=source, columns=_TOPIC_COLUMNS)


def reading_dots(shares: pd.DataFrame) -> Figure:
    """Return the share of papers of universities alone, a row a conference.

    It is that by two readings of where authors work.

    Parameters
    ----------
    shares : pandas.DataFrame
        A row a ``venue`` and ``reading`` in words: ``k`` of ``n`` papers, ``share``, ``low``,
        ``high``.

    Returns
    -------
    Figure
        A dot with its interval for each reading.
    """
    columns = ["conference", "reading", "share", "low", "high", "k", "n"]
    names = shares["venue"].map(venue_name)
    rows = shares.assign(conference=names)[columns]
    colours = _colours(rows["reading"])
    chart = series_dots(rows, "conference", "reading", colours, "Papers of universities alone")
    description = describe_groups(rows, "reading", "conference")
    source = credit(PAPERS_TABLE)
    return figure(chart, rows, description=description, source=source, columns=_CONFERENCE_COLUMNS)


def _colours(series: pd.Series[str]) -> dict[str, str]:
    """Return a colour for each of two series, the first of which stands out."""
    return dict(zip(dict.fromkeys(series), (ACCENT, QUIET), strict=False))


def lead_dots(leads: pd.DataFrame, row: str, heading: str) -> Figure:
    """Return how often papers of other teams are cited more than papers of universities alone.

    The other teams are universities with companies, and companies alone.

    Parameters
    ----------
    leads : pandas.DataFrame
        A row a team type and `row`: ``team_type``, and the cells of `lead_estimate`.
    row : str
        The column that names the rows of the chart, in their order.
    heading : str
        What readers call that column.

    Returns
    -------
    Figure
        A dot with its interval for each team type, and a line at one half, which is no difference.
    """
    title = "How often cited more than universities alone"
    chart = team_dots(leads, row, title, _WITH_INDUSTRY, level=0.5)
    description = _described_teams(leads, row)
    source = credit(RANKS_TABLE)
    columns = {row: Column(heading), **_LEAD_COLUMNS}
    return figure(chart, leads, description=description, source=source, columns=columns)


def top_dots(shares: pd.DataFrame, top: float) -> Figure:
    """Return the share of papers of each team type that are among the most cited, a row a period.

    Parameters
    ----------
    shares : pandas.DataFrame
        A row a ``period`` and ``team_type``: ``k`` of ``n`` papers, ``share``, ``low``, ``high``.
    top : float
        The most cited part of a conference and year (0 to 1): what the share would be if team type
        made no difference.

    Returns
    -------
    Figure
        A dot with its interval for each of the three team types.
    """
    title = f"Papers among the most cited {top:.0%} of their conference and year"
    chart = team_dots(shares, "period", title, (ACADEMIA, *_WITH_INDUSTRY))
    description = _described_teams(shares, "period")
    source = credit(RANKS_TABLE)
    return figure(chart, shares, description=description, source=source, columns=_TOP_COLUMNS)


def _described_teams(shares: pd.DataFrame, row: str) -> str:
    """Return the shares in words, team by team."""
    ordered = shares.sort_values("team_type", kind="stable")
    return describe_groups(ordered, "team_type", row)

"""The figures of the chapter on whose papers are read."""

from __future__ import annotations

import pandas as pd

from bookpress.page.figures.show import Figure
from compute_divide.analysis.statistics.estimates import ACADEMIA, INDUSTRY
from compute_divide.evidence.papers.citations import RANKS_TABLE
from compute_divide.plot.base.papers import team_dots
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import describe_groups

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


def lead_dots(leads: pd.DataFrame, row: str, heading: str) -> Figure:
    """Return how often papers of other teams are cited more than papers of academia alone.

    The other teams are those with industry and of industry alone.

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
    title = "How often cited more than academia alone"
    chart = team_dots(leads, row, title, _WITH_INDUSTRY, level=0.5)
    description = _described(leads, row)
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
        A dot with its interval for academia alone, with industry, and industry alone.
    """
    title = f"Papers among the most cited {top:.0%} of their conference and year"
    chart = team_dots(shares, "period", title, (ACADEMIA, *_WITH_INDUSTRY))
    description = _described(shares, "period")
    source = credit(RANKS_TABLE)
    return figure(chart, shares, description=description, source=source, columns=_TOP_COLUMNS)


def _described(shares: pd.DataFrame, row: str) -> str:
    """Return the shares in words, team by team."""
    ordered = shares.sort_values("team_type", kind="stable")
    return describe_groups(ordered, "team_type", row)

"""The figures of the chapter on who works on what, and whose papers are cited."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import ACCENT, INK, QUIET, needs
from compute_divide.estimates.statistics.teams import SIDES
from compute_divide.plot.base.axes import along, named_rows
from compute_divide.plot.base.marks import framed, level_line, named_scale, series_dots, tips
from compute_divide.plot.base.papers import odds_axis, team_dots, venue_lines
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import describe_groups, describe_series
from compute_divide.sources.papers.citations import RANKS_TABLE
from compute_divide.sources.papers.profiles import venue_name
from compute_divide.sources.papers.table import PAPERS_TABLE
from holdtrue.estimates import Estimate

_COMPANY = "Papers with a company author"
_KIND_COLUMNS = {
    "topics": Column("Topics that need"),
    "odds_ratio": Column("Odds ratio within conference and year", "number"),
}
_KINDS = {
    "much": "needs much computing",
    "little": "needs little computing",
    "neither": "neither",
}
_TOPIC_COLUMNS = {
    "topic": Column("Topic"),
    "kind": Column("Kind"),
    "odds_ratio": Column("Odds ratio within conference and year", "number"),
    "low": Column("Odds ratio, low", "number"),
    "high": Column("Odds ratio, high", "number"),
    "k": Column("Papers with a company author", "number"),
    "n": Column("Papers on the topic", "number"),
    "share": Column("Share with a company author", "share"),
}
_TOPIC_TIPS = (
    "topic:N|title",
    "odds_ratio:Q|Odds ratio|.2f",
    "low:Q|Low|.2f",
    "high:Q|High|.2f",
    "share:Q|With a company author|.0%",
    "n:Q|Papers|,",
)
_ROW = 30
"""Height of a topic in pixels."""
_TOP_COLUMNS = {
    "share": Column("Among the most cited", "share"),
    "period": Column("Years"),
    "n": Column("Papers", "number"),
}


def company_lines(shares: pd.DataFrame, turn: Estimate) -> Figure:
    """Return the share of papers with a company author by year, a line and a band per conference.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row per ``venue`` and ``year``: ``k`` of ``n`` papers, ``share``, ``low``, ``high``.
    turn : Estimate
        The year in which the trend turns, with its interval, which is shaded.

    Returns
    -------
    Figure
        A line is broken at missing years.

    Examples
    --------
    >>> import compute_divide as cd
    >>> early, late = cd.wilson_share(56, 330, "in 2013"), cd.wilson_share(1036, 2504, "in 2021")
    >>> rows = pd.DataFrame([early.row(), late.row()])
    >>> rows = rows.assign(venue="neurips", year=[2013, 2021])
    >>> turn = cd.Estimate(2019.6, 2018.5, 2020.5, unit="year", range="sampling")
    >>> figure = cd.plot.company_lines(rows, turn)
    >>> figure.description.partition(";")[0]
    'NeurIPS: from 17% in 2013 (56 of 330) to 41% in 2021 (1,036 of 2,504)'
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

    Topics that need much computing are compared with topics that need little.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row per ``period`` and kind of ``topics`` in words, the kind that needs more first:
        ``k`` of ``n`` papers, ``share``, ``low``, ``high``, and ``odds_ratio`` of the two within
        conference and year.

    Returns
    -------
    Figure
        A dot with its interval for each kind.

    Examples
    --------
    >>> import compute_divide as cd
    >>> much = cd.wilson_share(826, 1608, "topics that need much computing")
    >>> little = cd.wilson_share(391, 1499, "topics that need little computing")
    >>> rows = pd.DataFrame([much.row(), little.row()])
    >>> rows = rows.assign(topics=["much computing", "little computing"], period="2023 to 2024")
    >>> figure = cd.plot.topic_kind_dots(rows.assign(odds_ratio=3.3))
    >>> figure.description.partition(". ")[0]
    'Topics that need much computing: 2023 to 2024: 51%, interval 49% to 54%'
    """
    colours = _colours(shares["topics"])
    chart = series_dots(shares, "period", "topics", colours, _COMPANY)
    named = shares.assign(topics="Topics that need " + shares["topics"])
    description = describe_groups(named, "topics", "period")
    source = credit(PAPERS_TABLE)
    return figure(chart, shares, description=description, source=source, columns=_KIND_COLUMNS)


def topic_odds(odds: pd.DataFrame) -> Figure:
    """Return the odds of a company author on each topic over those on all other papers.

    Parameters
    ----------
    odds : pandas.DataFrame
        One row per ``topic``, in their order: its ``kind`` (``"much"``, ``"little"`` or
        ``"neither"``, by the computing that it needs), ``odds_ratio`` within conference and year
        with ``low`` and ``high``, and ``k`` of ``n`` papers, their ``share``.

    Returns
    -------
    Figure
        A dot with its interval for each topic, on a logarithmic axis with a line at 1.

    Raises
    ------
    ValueError
        If a kind is unknown.

    Examples
    --------
    >>> import compute_divide as cd
    >>> rows = pd.DataFrame([cd.wilson_share(108, 166, "scaling").row()]).assign(topic="scaling")
    >>> rows = rows.assign(kind="much", odds_ratio=3.2, low=2.3, high=4.4)
    >>> figure = cd.plot.topic_odds(rows)
    >>> figure.description
    'needs much computing: scaling: 3.2, interval 2.3 to 4.4.'
    >>> figure.data["share"].round(2).tolist()
    [0.65]
    """
    for kind in odds["kind"].unique():
        if kind not in _KINDS:
            raise ValueError(f"{kind!r} is not a kind of topic; allowed: {', '.join(_KINDS)}")
    named = odds.assign(kind=odds["kind"].map(_KINDS))
    rows = named[["topic", "kind", "odds_ratio", "low", "high", "k", "n", "share"]]
    chart = _odds_rows(rows)
    description = describe_groups(rows, "kind", "topic", "odds_ratio", kind="number")
    source = credit(PAPERS_TABLE)
    return figure(chart, rows, description=description, source=source, columns=_TOPIC_COLUMNS)


@needs("odds_ratio")
def _odds_rows(rows: pd.DataFrame) -> alt.LayerChart:
    known = rows.dropna(subset=["odds_ratio"])
    x = odds_axis(known, "Odds of a company author, papers on the topic over all others")
    y = named_rows("topic")
    legend = alt.Legend(orient="top", columns=alt.expr("width < 400 ? 1 : 3"))
    colours = dict(zip(_KINDS.values(), (ACCENT, INK, QUIET), strict=True))
    shapes = dict(zip(_KINDS.values(), ("circle", "square", "diamond"), strict=True))
    colour = alt.Color("kind:N", scale=named_scale(colours), legend=legend)
    shape = alt.Shape("kind:N", scale=named_scale(shapes), legend=legend)
    # Keeps the order of the rows.
    frame = alt.Chart(known).mark_point(opacity=0).encode(x=x, y=y)
    base = alt.Chart(known).encode(y=y, color=colour)
    bounded = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=1.75)
    bounded = bounded.encode(x=along(x, "low"), x2=alt.X2("high:Q"))
    dots = base.mark_point(size=56, filled=True)
    dots = dots.encode(x=x, shape=shape, tooltip=tips(*_TOPIC_TIPS))
    even = level_line("odds_ratio", 1.0).encode(x=x)
    return framed(frame, even, bounded, dots, height=max(_ROW * len(known), 60))


def _colours(series: pd.Series[str]) -> dict[str, str]:
    """Return a colour for each of two series, the first of which stands out."""
    return dict(zip(dict.fromkeys(series), (ACCENT, QUIET), strict=False))


def top_dots(shares: pd.DataFrame, top: float) -> Figure:
    """Return the share of each team type's papers among the most cited, one row per period.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row per ``period`` and ``team_type``: ``k`` of ``n`` papers, ``share``, ``low``,
        ``high``.
    top : float
        The most cited part of a conference and year (0 to 1), which is the share if team type makes
        no difference.

    Returns
    -------
    Figure
        A dot with its interval for each of the three team types.

    Examples
    --------
    >>> import compute_divide as cd
    >>> counts = {"academia-only": (507, 6442), "industry-only": (75, 658)}
    >>> rows = pd.DataFrame([cd.wilson_share(*kn, "most cited").row() for kn in counts.values()])
    >>> rows = rows.assign(team_type=list(counts), period="2020 to 2025")
    >>> figure = cd.plot.top_dots(rows, 0.1)
    >>> figure.chart.to_dict()["layer"][1]["encoding"]["x"]["title"]
    'Papers among the most cited 10% of their conference and year'
    """
    title = f"Papers among the most cited {top:.0%} of their conference and year"
    chart = team_dots(shares, "period", title, SIDES)
    description = _described_teams(shares, "period")
    source = credit(RANKS_TABLE)
    return figure(chart, shares, description=description, source=source, columns=_TOP_COLUMNS)


def _described_teams(shares: pd.DataFrame, row: str) -> str:
    """Return the shares in words, team by team."""
    ordered = shares.sort_values("team_type", kind="stable")
    return describe_groups(ordered, "team_type", row)

"""The figures of the chapter on who checks the models."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.page.figures.show import Figure
from bookpress.page.figures.theme import ACCENT, INK, LINE, QUIET, needs
from compute_divide.analysis.papers.papers import venue_name
from compute_divide.evidence.outside import EVALUATIONS, TRANSPARENCY
from compute_divide.evidence.papers.table import PAPERS_TABLE
from compute_divide.plot.base.marks import (
    NAMED,
    along,
    framed,
    row_axis,
    said_as,
    series_dots,
    tips,
)
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import describe_intervals

_ALONE = "Papers by academia alone"
_SERIES = {True: "scrutiny", False: "other papers"}
_FEWEST = 10  # papers of which a share is drawn
_SHAPES = ("circle", "diamond", "square", "triangle-up")
_ODDS = (0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32)


def academic_dots(shares: pd.DataFrame) -> Figure:
    """Return the share of papers by academia alone, a row a kind of papers, a dot a period.

    Parameters
    ----------
    shares : pandas.DataFrame
        A row a kind (``what``) and ``period``, the earliest first: ``k`` of ``n`` papers, ``share``, ``low``, ``high``.

    Returns
    -------
    Figure
        Shares of fewer than ten papers are left out.
    """
    colours = dict(zip(dict.fromkeys(shares["period"]), (QUIET, INK, ACCENT), strict=False))
    drawn = shares[shares["n"] >= _FEWEST]
    return figure(
        series_dots(drawn, "what", "period", colours, _ALONE),
        drawn,
        description=_described(drawn, "period"),
        source=credit(PAPERS_TABLE),
        columns={"what": Column("Papers")},
    )


def kind_odds(odds: pd.DataFrame) -> Figure:
    """Return the odds that papers are of academia alone, a row a kind of scrutiny, a dot a period.

    Parameters
    ----------
    odds : pandas.DataFrame
        A row a kind (``what``) and ``period``: the ``odds_ratio`` of papers on it against all others, with ``low`` and
        ``high``, and ``n``, the papers on it. A row without an odds ratio stays empty.

    Returns
    -------
    Figure
        Odds ratios with their intervals, on a logarithmic axis with a line at 1.
    """
    rows = odds[["what", "period", "odds_ratio", "low", "high", "n"]]
    told = (
        f"{period}: {describe_intervals(part, 'what', 'odds_ratio', kind='number')}"
        for period, part in rows.groupby("period", sort=False)
    )
    return figure(
        _odds_forest(rows),
        rows,
        description=" ".join(told),
        source=credit(PAPERS_TABLE),
        columns={
            "what": Column("Kind of scrutiny"),
            "odds_ratio": Column("Odds ratio", "number"),
            "n": Column("Papers", "number"),
        },
    )


def conference_dots(shares: pd.DataFrame) -> Figure:
    """Return the share of papers by academia alone among scrutiny and among other papers, a row a conference.

    Parameters
    ----------
    shares : pandas.DataFrame
        A row a ``venue`` and whether its papers are ``scrutiny``: ``k`` of ``n``, ``share``, ``low``, ``high``.

    Returns
    -------
    Figure
        Conferences in alphabetical order.
    """
    ordered = shares.sort_values(["venue", "scrutiny"], ascending=[True, False])
    rows = ordered.assign(
        what=ordered["venue"].map(venue_name), series=ordered["scrutiny"].map(_SERIES)
    )
    colours = dict(zip(_SERIES.values(), (ACCENT, QUIET), strict=True))
    return figure(
        series_dots(rows, "what", "series", colours, _ALONE),
        rows[["venue", "series", "k", "n", "share", "low", "high"]],
        description=_described(rows, "series"),
        source=credit(PAPERS_TABLE),
        columns={"series": Column("Papers")},
    )


def evaluator_tiles(counts: pd.DataFrame) -> Figure:
    """Return how many outside engagements each company names of each kind of evaluator: a tile and its number each.

    Parameters
    ----------
    counts : pandas.DataFrame
        A row a ``company`` and ``kind`` of evaluator, in the order in which they are shown: ``engagements``.

    Returns
    -------
    Figure
        The darker a tile, the more; a tile of none is an empty frame.
    """
    rows = counts[["company", "kind", "engagements"]]
    told = (
        f"{company}: {', '.join(f'{row.kind} {row.engagements}' for row in part.itertuples())}."
        for company, part in rows.groupby("company", sort=False)
    )
    return figure(
        _tiles(rows),
        rows,
        description=" ".join(told),
        source=credit(EVALUATIONS.name),
        columns={
            "company": Column("Company"),
            "kind": Column("Evaluators"),
            "engagements": Column("Engagements named", "number"),
        },
    )


def index_lines(scores: pd.DataFrame) -> Figure:
    """Return two scores of the transparency index of each developer on a line, an empty dot for the earlier.

    Parameters
    ----------
    scores : pandas.DataFrame
        A row a ``developer``, in the order in which they are shown: shares of the indicators met ``before``, in October
        2023, and ``after``, in May 2024.

    Returns
    -------
    Figure
        A row a developer.
    """
    rows = scores[["developer", "before", "after"]]
    told = (f"{row.developer}: {row.before:.0%}, then {row.after:.0%}" for row in rows.itertuples())
    return figure(
        _before_after(rows),
        rows,
        description=f"{'; '.join(told)}.",
        source=credit(TRANSPARENCY.name),
        columns={
            "developer": Column("Developer"),
            "before": Column("October 2023", "share"),
            "after": Column("May 2024", "share"),
        },
    )


def _described(shares: pd.DataFrame, series: str) -> str:
    """Return shares in words, series by series."""
    return " ".join(
        f"{name}: {describe_intervals(part, 'what', 'share')}"
        for name, part in shares.groupby(series, sort=False)
    )


@needs()
def _odds_forest(odds: pd.DataFrame) -> alt.LayerChart:
    series = list(dict.fromkeys(odds["period"]))
    x = _odds_axis(odds.dropna(subset=["odds_ratio", "low", "high"]))
    gaps = alt.Scale(paddingInner=0.4, paddingOuter=0.2)
    y = alt.Y("what:N", title=None, sort=None, axis=row_axis(), scale=gaps)
    shapes = alt.Scale(domain=series, range=list(_SHAPES[: len(series)]))
    legend = alt.Legend(orient="top", symbolFillColor=ACCENT, symbolStrokeColor=ACCENT)
    shape = alt.Shape("period:N", scale=shapes, legend=legend)
    known = alt.Chart(odds).transform_filter("isValid(datum.low)")
    base = known.encode(y=y, color=alt.ColorValue(ACCENT))
    base = base.encode(yOffset=alt.YOffset("period:N", sort=series))
    ratio = ("odds_ratio:Q|Odds ratio|.2f", "low:Q|Low|.2f", "high:Q|High|.2f", "n:Q|Papers|,")
    dots = base.transform_calculate(told=said_as("what", "period")).mark_point(size=64)
    dots = dots.encode(x=x, shape=shape, tooltip=tips(NAMED, *ratio))
    rules = base.mark_rule(strokeWidth=1.75).encode(x=along(x, "low"), x2=alt.X2("high:Q"))
    no_difference = alt.Chart(pd.DataFrame({"odds_ratio": [1.0]})).mark_rule(
        color=QUIET, strokeDash=[4, 3]
    )
    every = alt.Chart(odds).mark_point(opacity=0).encode(y=y)
    height = max((12 * len(series) + 20) * odds["what"].nunique(), 60)
    return framed(every, no_difference.encode(x=x), rules, dots, height=height)


def _odds_axis(known: pd.DataFrame) -> alt.X:
    """Return a logarithmic axis on which the intervals of odds ratios, and 1, have their place."""
    low, high = (
        (float(known["low"].min()), float(known["high"].max())) if len(known) else (0.5, 2.0)
    )
    marks = [mark for mark in _ODDS if low / 1.5 <= mark <= high * 1.5] or [1]
    ends = [min(low, marks[0], 0.9) * 0.97, max(high, marks[-1], 1.1) * 1.03]
    return alt.X(
        "odds_ratio:Q",
        title="Odds of academia alone, papers on the topic over all others",
        scale=alt.Scale(type="log", domain=ends, nice=False),
        axis=alt.Axis(values=marks, format="~r", grid=True),
    )


@needs("engagements")
def _tiles(rows: pd.DataFrame) -> alt.LayerChart:
    kinds = list(dict.fromkeys(rows["kind"]))
    lines = {
        "labelExpr": "split(datum.label, ' ')",
        "labelBaseline": "bottom",
        "labelPadding": 16,
        "labelFontSize": 11,
    }
    top = row_axis(orient="top", labelAngle=0, **lines)
    x = alt.X("company:N", title=None, sort=None, axis=top)
    y = alt.Y("kind:N", title=None, sort=kinds, axis=row_axis())
    tip = tips("company:N|Company", "kind:N|Evaluators", "engagements:Q|Engagements named")
    # Opacity, not colour, so that the tiles suit light and dark pages; a tile of none is an empty frame.
    scale = alt.Scale(domain=[0, float(rows["engagements"].max())], range=[0, 0.85])
    depth = alt.Opacity("engagements:Q", scale=scale, legend=None)
    base = alt.Chart(rows).encode(x=x, y=y)
    frame = base.mark_rect(fillOpacity=0, stroke=LINE, strokeWidth=0.5)
    tile = base.mark_rect(color=ACCENT).encode(opacity=depth, tooltip=tip)
    numbers = base.mark_text().encode(text=alt.Text("engagements:Q"))
    return framed(tile, frame, numbers, height=38 * len(kinds))


@needs("before")
def _before_after(rows: pd.DataFrame) -> alt.LayerChart:
    scale = alt.Scale(domain=[0, 1], nice=False)
    axis = alt.Axis(format="%", tickCount=5, grid=True)
    y = alt.Y("developer:N", title=None, sort=None, axis=row_axis())
    base = alt.Chart(rows).encode(y=y)
    title = "Indicators met, of a hundred"
    earlier = alt.X("before:Q", title=title, scale=scale, axis=axis)
    later = alt.X("after:Q", title=title, scale=scale, axis=axis)
    times = ("before:Q|October 2023|.0%", "after:Q|May 2024|.0%")
    tip = tips("developer:N|Developer", *times)
    named = [
        alt.Chart(rows.head(1)).mark_text(dy=-13, fontSize=11, text=text).encode(y=y, x=x)
        for text, x in (("October 2023", earlier), ("May 2024", later))
    ]
    return framed(
        base.mark_rule(strokeWidth=2, color=ACCENT).encode(x=earlier, x2=alt.X2("after:Q")),
        base.mark_point(size=70, filled=False, strokeWidth=2).encode(x=earlier, tooltip=tip),
        base.mark_point(size=70).encode(x=later, tooltip=tip),
        *named,
        height=34 * len(rows),
    )

"""The figures of the chapter on who checks the models."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import ACCENT, LINE, needs
from compute_divide.plot.base.axes import along, named_rows, row_axis
from compute_divide.plot.base.marks import (
    NAMED,
    SERIES_GAPS,
    framed,
    level_line,
    named_scale,
    said_as,
    tips,
)
from compute_divide.plot.base.papers import odds_axis
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import describe_groups, row_by_row
from compute_divide.sources.outside.evaluations import EVALUATIONS
from compute_divide.sources.papers.table import PAPERS_TABLE

_SHAPES = ("circle", "diamond", "square", "triangle-up")
_COMPANY_LABELS: dict[str, Any] = {
    "labelExpr": "split(datum.label, ' ')",
    "labelBaseline": "bottom",
    "labelPadding": 16,
    "labelFontSize": 11,
}
"""The names of companies above the tiles, one word per line."""

_ODDS_COLUMNS = {
    "what": Column("Kind of scrutiny"),
    "odds_ratio": Column("Odds ratio", "number"),
    "n": Column("Papers", "number"),
}
_EVALUATION_COLUMNS = {
    "company": Column("Company"),
    "kind": Column("Evaluators"),
    "pairs": Column("Pairs of model and evaluator", "number"),
}


def kind_odds(odds: pd.DataFrame) -> Figure:
    """Return the odds that universities alone wrote papers, one row per kind, one dot per period.

    Parameters
    ----------
    odds : pandas.DataFrame
        One row per kind (``what``) and ``period``: the ``odds_ratio`` of papers on it against all
        others, with ``low`` and ``high``, and ``n``, the papers on it. A row without an odds ratio
        is empty.

    Returns
    -------
    Figure
        Odds ratios with their intervals, on a logarithmic axis with a line at 1.

    Examples
    --------
    >>> import compute_divide as cd
    >>> papers = pd.DataFrame({"venue": "icml", "year": 2024, "audit": [True] * 4 + [False] * 4})
    >>> papers["academic"] = [True, True, True, False, True, False, False, False]
    >>> estimated = cd.association(papers, "audit", "academic", ["venue", "year"], "audits")
    >>> rows = pd.DataFrame([{**estimated.odds_ratio.row("odds_ratio"), "n": estimated.exposed}])
    >>> cd.plot.kind_odds(rows.assign(what="audits", period="2024")).description
    '2024: audits: 9, interval 0.37 to 221.'
    """
    rows = odds[["what", "period", "odds_ratio", "low", "high", "n"]]
    description = describe_groups(rows, "period", "what", "odds_ratio", kind="number")
    source = credit(PAPERS_TABLE)
    chart = _odds_forest(rows)
    return figure(chart, rows, description=description, source=source, columns=_ODDS_COLUMNS)


def evaluator_tiles(counts: pd.DataFrame) -> Figure:
    """Return how many pairs of a model and an evaluator each company names, by kind of evaluator.

    Each number is a tile.

    Parameters
    ----------
    counts : pandas.DataFrame
        One row per ``company`` and ``kind`` of evaluator, in the order in which they are shown:
        ``pairs``, their number.

    Returns
    -------
    Figure
        Darker tiles have more; a tile without pairs is an empty frame.

    Examples
    --------
    >>> import compute_divide as cd
    >>> named = cd.data.evaluations()
    >>> pairs = named[named["model"] == "GPT-4o"].drop_duplicates("evaluator")
    >>> counts = pairs.groupby(["company", "kind"]).size().reset_index(name="pairs")
    >>> cd.plot.evaluator_tiles(counts).description
    'OpenAI: company 1, non-profit 2, unnamed 2.'
    """
    rows = counts[["company", "kind", "pairs"]]
    description = _describe_pairs(rows)
    source = credit(EVALUATIONS.name)
    chart = _tiles(rows)
    return figure(chart, rows, description=description, source=source, columns=_EVALUATION_COLUMNS)


def _describe_pairs(counts: pd.DataFrame) -> str:
    """Return the pairs in words, one sentence per company."""
    sentences = []
    for company, rows in counts.groupby("company", sort=False):
        kinds = row_by_row("{} {}", rows["kind"], rows["pairs"])
        sentences.append(f"{company}: {kinds}.")
    return " ".join(sentences)


@needs()
def _odds_forest(odds: pd.DataFrame) -> alt.LayerChart:
    periods = list(dict.fromkeys(odds["period"]))
    title = "Odds that universities alone wrote it, over other papers"
    x = odds_axis(odds, title)
    y = named_rows("what", scale=SERIES_GAPS)
    known = alt.Chart(odds).transform_filter("isValid(datum.low)")
    base = known.encode(y=y, color=alt.ColorValue(ACCENT))
    base = base.encode(yOffset=alt.YOffset("period:N", sort=periods))
    named = base.transform_calculate(told=said_as("what", "period"))
    dots = named.mark_point(size=64)
    dots = dots.encode(x=x, shape=_period_shape(periods), tooltip=_odds_tips())
    rules = base.mark_rule(strokeWidth=1.75)
    rules = rules.encode(x=along(x, "low"), x2=alt.X2("high:Q"))
    no_difference = level_line("odds_ratio", 1.0).encode(x=x)
    every = alt.Chart(odds).mark_point(opacity=0).encode(y=y)
    row_height = 12 * len(periods) + 20
    height = row_height * odds["what"].nunique()
    return framed(every, no_difference, rules, dots, height=max(height, 60))


def _period_shape(periods: list[str]) -> alt.Shape:
    shapes = dict(zip(periods, _SHAPES, strict=False))
    legend = alt.Legend(orient="top", symbolFillColor=ACCENT, symbolStrokeColor=ACCENT)
    return alt.Shape("period:N", scale=named_scale(shapes), legend=legend)


def _odds_tips() -> list[alt.Tooltip]:
    return tips(
        NAMED,
        "odds_ratio:Q|Odds ratio|.2f",
        "low:Q|Low|.2f",
        "high:Q|High|.2f",
        "n:Q|Papers|,",
    )


@needs("pairs")
def _tiles(rows: pd.DataFrame) -> alt.LayerChart:
    kinds = list(dict.fromkeys(rows["kind"]))
    top = row_axis(orient="top", labelAngle=0, **_COMPANY_LABELS)
    x = alt.X("company:N", title=None, sort=None, axis=top)
    y = named_rows("kind", sort=kinds)
    tooltip = tips("company:N|Company", "kind:N|Evaluators", "pairs:Q|Pairs of model and evaluator")
    # Opacity, not colour, so that the tiles suit light and dark pages; a tile without pairs is an
    # empty frame.
    most = float(rows["pairs"].max())
    scale = alt.Scale(domain=[0, most], range=[0, 0.85])
    depth = alt.Opacity("pairs:Q", scale=scale, legend=None)
    base = alt.Chart(rows).encode(x=x, y=y)
    frame = base.mark_rect(fillOpacity=0, stroke=LINE, strokeWidth=0.5)
    tile = base.mark_rect(color=ACCENT).encode(opacity=depth, tooltip=tooltip)
    numbers = base.mark_text().encode(text=alt.Text("pairs:Q"))
    return framed(tile, frame, numbers, height=38 * len(kinds))

"""Figures for any numbers by year, so that a new chapter has one at once: bars and lines."""

from __future__ import annotations

from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from bookpress.errors import nearest
from bookpress.page.base.charts import Kind
from bookpress.page.figures.show import RECURRING, Figure
from bookpress.page.figures.theme import ACCENT, LINE, needs
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    TEAM_NAMES,
    end_labels,
    framed,
    runs,
    share_axis,
    tips,
    year_axis,
)
from compute_divide.plot.base.show import COLUMNS, Column, credit, figure
from compute_divide.plot.base.wording import describe_series

_DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3])
_FAINTEST = 0.3  # opacity of the last series of a bar
_COLOURS = {TEAM_NAMES[team]: colour for team, colour in TEAM_COLOURS.items()}


class _Told(NamedTuple):
    """What a figure tells: rows with a name of their ``series``, title of the axis, two columns."""

    rows: pd.DataFrame
    title: str
    y: str
    by: str | None

    @property
    def kind(self) -> Kind:
        """How heights are written."""
        return "share" if self.y.endswith("share") else "number"

    def axis(self, field: str, heights: pd.Series[float]) -> alt.Y:
        """Return the axis of heights: shares in percent, other numbers from 0 as far as they go."""
        if self.kind == "share":
            return share_axis(field, self.title)
        ends = [min(0.0, float(heights.min())), max(0.0, float(heights.max()))]
        scale = alt.Scale(domain=ends, nice=False)
        return alt.Y(f"{field}:Q", title=self.title, axis=alt.Axis(tickCount=5), scale=scale)

    def tooltip(self) -> list[alt.Tooltip]:
        """Return what shows at a mark."""
        series = [f"series:N|{_heading(self.by)}"] if self.by else []
        form = ".0%" if self.kind == "share" else ",~r"
        ends = [f"{end}:Q|{end.capitalize()}|{form}" for end in ("low", "high") if end in self.rows]
        return tips(*series, "year:Q|Year|d", f"{self.y}:Q|{self.title}|{form}", *ends)


def bars_by_year(
    rows: pd.DataFrame, title: str, evidence: str, *, y: str = "n", by: str | None = None
) -> Figure:
    """Return a bar a year, stacked where rows belong to several series.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a ``year``, or a year and series.
    title : str
        What the bars count: the title of the axis.
    evidence : str
        The file of evidence that the rows are made of, such as ``"models/2026-08.csv"``; its
        source is told.
    y : str
        The column of the height; one whose name ends with ``share`` (0 to 1) is written in percent.
    by : str, optional
        The column that tells series apart; of ``team_type`` the colours are those of the book.

    Returns
    -------
    Figure
        Chart, data, description and source.

    Raises
    ------
    ValueError
        If a column is missing, or a year has two rows of a series.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2011], "n": [4, 6]})
    >>> bars_by_year(rows, "Models", "models/2026-08.csv").description
    'From 4 in 2010 to 6 in 2011; lowest 4 in 2010, highest 6 in 2011.'
    """
    told = _Told(_named(rows, y, by), title, y, by)
    return _figure(_bars(told.rows, told), told, evidence)


def lines_by_year(
    rows: pd.DataFrame, title: str, evidence: str, *, y: str = "share", by: str | None = None
) -> Figure:
    """Return a line a series, broken where a year is missing, with a band if it has an interval.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a ``year``, or a year and series; ``low`` and ``high``, if there, are the ends of
        the band.
    title : str
        What the lines tell: the title of the axis.
    evidence : str
        The file of evidence that the rows are made of, such as ``"models/2026-08.csv"``; its
        source is told.
    y : str
        The column of the height; one whose name ends with ``share`` (0 to 1) is written in percent.
    by : str, optional
        The column that tells series apart; of ``team_type`` the colours are those of the book.

    Returns
    -------
    Figure
        Chart, data, description and source.

    Raises
    ------
    ValueError
        If a column is missing, or a year has two rows of a series.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2010, 2011], "share": [0.5, 0.4]})
    >>> lines_by_year(rows, "Share of models", "models/2026-08.csv").description
    'From 50% in 2010 to 40% in 2011; lowest 40% in 2011, highest 50% in 2010.'
    """
    told = _Told(_named(rows, y, by), title, y, by)
    return _figure(_lines(told.rows, told), told, evidence)


def _named(rows: pd.DataFrame, y: str, by: str | None) -> pd.DataFrame:
    """Return rows with the name of their series; a ValueError where they make no figure."""
    known = [str(name) for name in rows.columns]
    for column in ("year", y, by):
        if column is not None and column not in known:
            raise ValueError(f"the rows have no column {column!r}{nearest(column, known)}")
    series = rows[by].astype(str).replace(TEAM_NAMES) if by else ""
    named = rows.assign(series=series).dropna(subset=["year"]).astype({"year": int})
    twice = named[named.duplicated(["year", "series"])]
    if len(twice):
        year = twice["year"].iloc[0]
        raise ValueError(f"{year} has several rows: group them by year, or by what `by` names too")
    return named.sort_values("year", kind="stable", ignore_index=True)


def _figure(chart: alt.TopLevelMixin, told: _Told, evidence: str) -> Figure:
    columns = {told.y: Column(told.title, told.kind)}
    columns |= {end: Column(RECURRING[end].label, told.kind) for end in ("low", "high")}
    if told.by and told.by not in {*COLUMNS, *RECURRING}:
        columns[told.by] = Column(_heading(told.by))
    by = "series" if told.by else None
    return figure(
        chart,
        told.rows.drop(columns="series"),
        description=describe_series(told.rows, "year", told.y, by=by, kind=told.kind),
        source=credit(evidence),
        columns=columns,
    )


def _heading(column: str) -> str:
    return column.replace("_", " ").capitalize()


def _colour(rows: pd.DataFrame, **options: Any) -> alt.Color:
    """Return the colours of series: types of teams have their own."""
    names = list(rows["series"].unique())
    scale = alt.Scale(domain=names, range=[_COLOURS.get(name, ACCENT) for name in names])
    return alt.Color("series:N", scale=scale, **options)


@needs()
def _bars(rows: pd.DataFrame, told: _Told) -> alt.LayerChart:
    names = list(rows["series"].unique())
    heights = rows.groupby("year")[told.y].sum()
    years = alt.Axis(labelAngle=0, labelOverlap="parity", grid=False)
    below = alt.Legend(orient="bottom", columns=alt.expr("width < 400 ? 2 : 4"))
    legend = below if told.by else None
    ordered = rows.assign(order=rows["series"].map(names.index))
    bars = alt.Chart(ordered).mark_bar(stroke=LINE, strokeWidth=0.5)
    stacked = bars.encode(
        x=alt.X("year:O", title=None, axis=years),
        y=told.axis(told.y, heights),
        color=_colour(rows, legend=legend),
        order=alt.Order("order:Q"),
        tooltip=told.tooltip(),
    )
    if told.by and told.by != "team_type":
        shades = alt.Scale(domain=names, range=[1, _FAINTEST])
        stacked = stacked.encode(opacity=alt.Opacity("series:O", scale=shades, legend=legend))
    return framed(stacked)


@needs()
def _lines(rows: pd.DataFrame, told: _Told) -> alt.LayerChart:
    names = list(rows["series"].unique())
    ends = [end for end in ("low", "high") if end in rows]
    heights = pd.concat([rows[column] for column in (told.y, *ends)])
    x = year_axis(first=int(rows["year"].min()), last=int(rows["year"].max()))
    drawn = rows.assign(run=runs(rows, "series"))
    base = alt.Chart(drawn).encode(
        x=x, detail=alt.Detail("run:N"), color=_colour(rows, legend=None)
    )
    dashes = [
        [1, 0] if name in _COLOURS else _DASHES[i % len(_DASHES)] for i, name in enumerate(names)
    ]
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=names, range=dashes), legend=None)
    layers = [
        base.mark_line().encode(y=told.axis(told.y, heights), strokeDash=dash),
        base.mark_point(size=26).encode(y=told.axis(told.y, heights), tooltip=told.tooltip()),
    ]
    if len(ends) == 2:
        band = base.mark_area(opacity=0.12)
        layers.insert(0, band.encode(y=told.axis("low", heights), y2=alt.Y2("high:Q")))
    if told.by:
        height = 1.0 if told.kind == "share" else float(heights.max() - min(0, heights.min()))
        at = told.axis("at", heights)
        layers.append(end_labels(rows, "year", told.y, "series", x, at, height))
    return framed(*layers)

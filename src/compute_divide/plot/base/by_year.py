"""Bars and lines for any numbers by year, so that a new chapter has a figure at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from bookpress.elements.base.charts import Kind
from bookpress.elements.figure.show import RECURRING, Figure
from bookpress.elements.figure.theme import ACCENT, LINE, needs
from bookpress.errors import nearest
from compute_divide.estimates.statistics.teams import TEAM_NAMES
from compute_divide.plot.base.axes import share_axis, years_of
from compute_divide.plot.base.marks import (
    SERIES_COLOURS,
    TEAM_COLOURS,
    end_labels,
    framed,
    named_scale,
    provisional_years,
    runs,
    tips,
)
from compute_divide.plot.base.show import COLUMNS, Column, credit, figure
from compute_divide.plot.base.wording import describe_series

_SOLID = [1, 0]
_DASHES = (_SOLID, [6, 3], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3])
_FAINTEST = 0.3
"""Opacity of the last series of a bar."""
_COLOURS = {TEAM_NAMES[team]: colour for team, colour in TEAM_COLOURS.items()}


class _Plot(NamedTuple):
    """The content of a figure: rows with the name of their ``series``, a title, two columns."""

    rows: pd.DataFrame
    title: str
    y: str
    by: str | None

    @property
    def kind(self) -> Kind:
        """The format of heights."""
        if self.y.endswith("share"):
            return "share"
        return "number"

    @property
    def names(self) -> list[str]:
        """The names of the series."""
        return list(self.rows["series"].unique())

    @property
    def ends(self) -> list[str]:
        """The columns of the interval, if there is one."""
        return [end for end in ("low", "high") if end in self.rows]

    def axis(self, field: str, heights: pd.Series[float]) -> alt.Y:
        """Return the axis of heights: shares in percent, other numbers from 0 to their maximum."""
        if self.kind == "share":
            return share_axis(field, self.title)
        lowest = min(0.0, float(heights.min()))
        highest = max(0.0, float(heights.max()))
        scale = alt.Scale(domain=[lowest, highest], nice=False)
        axis = alt.Axis(tickCount=5)
        return alt.Y(f"{field}:Q", title=self.title, axis=axis, scale=scale)

    def colour(self, others: Sequence[str] = (ACCENT,), **options: Any) -> alt.Color:
        """Return the colour of series: team types have their own, others get one of these."""
        colours = {}
        for place, name in enumerate(self.names):
            colours[name] = _COLOURS.get(name, others[place % len(others)])
        return alt.Color("series:N", scale=named_scale(colours), **options)

    def tooltip(self) -> list[alt.Tooltip]:
        """Return the tooltip of a mark."""
        form = ".0%" if self.kind == "share" else ",~r"
        lines = ["year:Q|Year|d", f"{self.y}:Q|{self.title}|{form}"]
        if self.by:
            lines.insert(0, f"series:N|{_heading(self.by)}")
        lines += [f"{end}:Q|{end.capitalize()}|{form}" for end in self.ends]
        return tips(*lines)


def bars_by_year(
    rows: pd.DataFrame, title: str, evidence: str, *, y: str = "n", by: str | None = None
) -> Figure:
    """Return one bar per year, stacked where rows belong to several series.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per ``year``, or a year and series.
    title : str
        What the bars count: the title of the axis.
    evidence : str
        The evidence file behind the rows, such as ``"models/2026-08.csv"``, whose source is
        credited.
    y : str
        The column of the height; one whose name ends with ``share`` (0 to 1) is written in percent.
    by : str, optional
        The column of the series; ``team_type`` has the colours of the book.

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
    >>> import compute_divide as cd
    >>> rows = pd.DataFrame({"year": [2010, 2011], "n": [4, 6]})
    >>> cd.plot.bars_by_year(rows, "Models", "models/2026-08.csv").description
    'From 4 in 2010 to 6 in 2011; lowest 4 in 2010, highest 6 in 2011.'
    """
    plot = _Plot(_named(rows, y, by), title, y, by)
    chart = _bars(plot.rows, plot)
    return _figure(chart, plot, evidence)


def lines_by_year(
    rows: pd.DataFrame, title: str, evidence: str, *, y: str = "share", by: str | None = None
) -> Figure:
    """Return one line per series, broken at missing years, with a band if it has an interval.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per ``year``, or a year and series; ``low`` and ``high``, if present, are the ends
        of the band, and years that are ``provisional`` (true or false) are shaded.
    title : str
        What the lines show: the title of the axis.
    evidence : str
        The evidence file behind the rows, such as ``"models/2026-08.csv"``, whose source is
        credited.
    y : str
        The column of the height; one whose name ends with ``share`` (0 to 1) is written in percent.
    by : str, optional
        The column of the series; ``team_type`` has the colours of the book.

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
    >>> import compute_divide as cd
    >>> rows = pd.DataFrame({"year": [2010, 2011], "share": [0.5, 0.4]})
    >>> cd.plot.lines_by_year(rows, "Share of models", "models/2026-08.csv").description
    'From 50% in 2010 to 40% in 2011; lowest 40% in 2011, highest 50% in 2010.'
    """
    plot = _Plot(_named(rows, y, by), title, y, by)
    chart = _lines(plot.rows, plot)
    return _figure(chart, plot, evidence)


def _named(rows: pd.DataFrame, y: str, by: str | None) -> pd.DataFrame:
    """Return rows with the name of their series; raise ValueError if they make no figure."""
    known = [str(name) for name in rows.columns]
    for column in ("year", y, by):
        if column is not None and column not in known:
            raise ValueError(f"the rows have no column {column!r}{nearest(column, known)}")
    series = rows[by].astype(str).replace(TEAM_NAMES) if by else ""
    named = rows.assign(series=series).dropna(subset=["year"])
    named = named.astype({"year": int})
    repeated = named[named.duplicated(["year", "series"])]
    if len(repeated):
        year = repeated["year"].iloc[0]
        raise ValueError(f"{year} has several rows: group them by year, or by what `by` names too")
    return named.sort_values("year", kind="stable", ignore_index=True)


def _figure(chart: alt.TopLevelMixin, plot: _Plot, evidence: str) -> Figure:
    columns = {plot.y: Column(plot.title, plot.kind)}
    for end in ("low", "high"):
        columns[end] = Column(RECURRING[end].label, plot.kind)
    if plot.by and plot.by not in {*COLUMNS, *RECURRING}:
        columns[plot.by] = Column(_heading(plot.by))
    by = "series" if plot.by else None
    data = plot.rows.drop(columns="series")
    description = describe_series(plot.rows, "year", plot.y, by=by, kind=plot.kind)
    source = credit(evidence)
    return figure(chart, data, description=description, source=source, columns=columns)


def _heading(column: str) -> str:
    return column.replace("_", " ").capitalize()


@needs()
def _bars(rows: pd.DataFrame, plot: _Plot) -> alt.LayerChart:
    names = plot.names
    heights = rows.groupby("year")[plot.y].sum()
    years = alt.Axis(labelAngle=0, labelOverlap="parity", grid=False)
    x = alt.X("year:O", title=None, axis=years)
    y = plot.axis(plot.y, heights)
    below = alt.Legend(orient="bottom", columns=alt.expr("width < 400 ? 2 : 4"))
    legend = below if plot.by else None
    colour = plot.colour(legend=legend)
    ordered = rows.assign(order=rows["series"].map(names.index))
    bars = alt.Chart(ordered).mark_bar(stroke=LINE, strokeWidth=0.5)
    bars = bars.encode(x=x, y=y, color=colour, order=alt.Order("order:Q"))
    bars = bars.encode(tooltip=plot.tooltip())
    if plot.by and plot.by != "team_type":
        shades = alt.Scale(domain=names, range=[1, _FAINTEST])
        bars = bars.encode(opacity=alt.Opacity("series:O", scale=shades, legend=legend))
    return framed(bars)


@needs()
def _lines(rows: pd.DataFrame, plot: _Plot) -> alt.LayerChart:
    heights = pd.concat([rows[column] for column in (plot.y, *plot.ends)])
    x = years_of(rows)
    y = plot.axis(plot.y, heights)
    drawn = rows.assign(run=runs(rows, "series"))
    colour = plot.colour(SERIES_COLOURS, legend=None)
    base = alt.Chart(drawn).encode(x=x, detail=alt.Detail("run:N"), color=colour)
    line = base.mark_line().encode(y=y, strokeDash=_dash(plot.names))
    points = base.mark_point(size=26).encode(y=y, tooltip=plot.tooltip())
    layers = [line, points]
    if len(plot.ends) == 2:
        band = base.mark_area(opacity=0.12)
        band = band.encode(y=plot.axis("low", heights), y2=alt.Y2("high:Q"))
        layers.insert(0, band)
    if plot.by:
        layers.append(end_labels(rows, "series", x, y))
    return framed(*provisional_years(rows, x), *layers)


def _dash(names: list[str]) -> alt.StrokeDash:
    """Return the dashes of series; team types are solid, because they have their colours."""
    dashes = {}
    for place, name in enumerate(names):
        dashes[name] = _SOLID if name in _COLOURS else _DASHES[place % len(_DASHES)]
    return alt.StrokeDash("series:N", scale=named_scale(dashes), legend=None)

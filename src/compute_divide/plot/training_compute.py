"""The figures of the chapter on the growth of training compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from bookpress.elements.base.charts import haloed
from bookpress.elements.figure.show import Figure, Table
from bookpress.elements.figure.theme import INK, needs
from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.teams import ACADEMIA, INDUSTRY, SIDES
from compute_divide.estimates.statistics.trends import Trend, fractional_years, record_holders
from compute_divide.plot.base.axes import named_rows, power_axis, row_axis, times_axis, year_axis
from compute_divide.plot.base.entries import check_entries
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    TEAM_NAMED,
    dots_with_intervals,
    framed,
    level_line,
    team_colour,
    team_shape,
    tips,
)
from compute_divide.plot.base.show import Column, credit, figure, models_credit, table
from compute_divide.plot.base.wording import describe_intervals, in_cell, written
from holdtrue.estimates import Estimate
from holdtrue.periods import Years

_LINES = (ACADEMIA, INDUSTRY)
"""The team types with a trend line."""
_NAMES = {
    "AlexNet": "AlexNet",
    "VGG16": "VGG16",
    "BERT-Large": "BERT",
    "GPT-3 175B (davinci)": "GPT-3",
    "GPT-4 (Mar 2023)": "GPT-4",
    "GPT-4.5": "GPT-4.5",
    "AlphaStar": "AlphaStar",
    "GNMT": "GNMT",
    "RDT-1B": "RDT-1B",
}
"""The labelled models, and their labels."""
_WORDS = {
    "all": "Over all models, training compute",
    "academia-only": "That of universities alone",
    "industry-only": "That of companies alone",
    "near-record": "That of models near the record",
}
_RATIO_LINES = ("ratio:Q|Ratio|,.3~r", "low:Q|Low|,.2~r", "high:Q|High|,.2~r", "n:Q|Models|,")
_COMPUTE_TITLE = "Training compute (FLOP)"
_GAP_COLUMNS = {"period": Column("Years"), "n": Column("Models", "number")}
_FACTOR_COLUMNS = {"factor": Column("Factor"), "n": Column("Models", "number")}
_DOUBLING_COLUMNS = {
    "what": Column("What doubles"),
    "rule": Column("Rule and period", markup=True),
    "doubling": Column("Months"),
    "interval": Column("Interval"),
    "n": Column("n", "number"),
}


def compute_scatter(
    models: pd.DataFrame,
    beyond: pd.DataFrame,
    trends: Mapping[str, Trend],
    years: Years,
    vintages: Sequence[str],
) -> Figure:
    """Return training compute over time.

    There is one point per model, with the record as steps, and the trends of both sides as lines.

    Parameters
    ----------
    models : pandas.DataFrame
        All models of the vintage, for the points from the first year on, and for the record.
    beyond : pandas.DataFrame
        Models missing from it: empty marks with their names.
    trends : mapping of str to Trend
        Trends from `growth`, by ``academia-only`` and ``industry-only``, which are drawn, and by
        ``all`` and ``near-record``, which are only in the description. All four are needed.
    years : tuple of int
        First and last year of the trends.
    vintages : sequence of str
        The vintages of the models.

    Returns
    -------
    Figure
        The training compute is on a logarithmic axis, in FLOP.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.in_years(cd.data.models("2026-08"), (2012, 2018))
    >>> parts = {"all": models, "near-record": cd.large_scale(models, "near-record")}
    >>> parts |= {team: rows for team, rows in models.groupby("team_type") if team.endswith("only")}
    >>> trends = {name: cd.growth(rows, name) for name, rows in parts.items()}
    >>> figure = cd.plot.compute_scatter(models, models.head(0), trends, (2012, 2018), ["2026-08"])
    >>> figure.description.partition(" (")[0]
    'Over all models, training compute doubled every 13 months'
    """
    check_entries("compute_scatter: trends", trends, _WORDS)
    points = _points(models, years[0])
    others = _points(beyond, years[0])
    shown = {team: trends[team] for team in _LINES}
    lines = _trend_lines(shown, years)
    chart = _scatter(points, models, lines, others)
    description = _describe_trends(trends) or "The models are too few to tell a trend."
    source = models_credit(*sorted(set(vintages)))
    return figure(chart, points, description=description, source=source)


def gap_by_era(gaps: Mapping[str, Estimate], vintage: str) -> Figure:
    """Return the gap between companies and universities among models of the same year, by era.

    Parameters
    ----------
    gaps : mapping of str to Estimate
        The ratios, companies over universities, by their years in words.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        The ratios with their intervals on a logarithmic axis; one row per era.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.in_years(cd.data.models("2026-08"), (2018, 2020))
    >>> gap = cd.geometric_mean_ratio(models, "training compute, models of a year", same_year=True)
    >>> figure = cd.plot.gap_by_era({"2018 to 2020": gap}, "2026-08")
    >>> figure.data[["period", "n"]].values.tolist()
    [['2018 to 2020', 65]]
    >>> figure.chart.to_dict()["layer"][0]["encoding"]["x"]["title"]
    'Companies alone over universities alone'
    """
    check_entries("gap_by_era: gaps", gaps)
    rows = pd.DataFrame([{"period": years, **gap.row("ratio")} for years, gap in gaps.items()])
    description = describe_intervals(rows, "period", "ratio", kind="number")
    data = rows[["period", "ratio", "low", "high", "n"]]
    source = models_credit(vintage)
    chart = _gaps(data)
    return figure(chart, data, description=description, source=source, columns=_GAP_COLUMNS)


def waterfall(factors: Mapping[str, Estimate], vintage: str) -> Figure:
    """Return factors that multiply, on a logarithmic axis.

    Each bar begins at the end of the one above it.

    Parameters
    ----------
    factors : mapping of str to Estimate
        The factors by name, companies over universities; the last is their product.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        One bar per factor, with the interval in brackets.

    Examples
    --------
    >>> import compute_divide as cd
    >>> speed = cd.Estimate(2, 1, 4, n=40, unit="ratio", label="speed of a chip", range="sampling")
    >>> number = cd.Estimate(6, 3, 12, n=40, unit="ratio", label="their number", range="sampling")
    >>> both = cd.Estimate(12, 4, 36, n=40, unit="ratio", label="both together", range="sampling")
    >>> factors = {factor.label: factor for factor in (speed, number, both)}
    >>> figure = cd.plot.waterfall(factors, "2026-08")
    >>> figure.chart.data[["start", "end"]].values.tolist()
    [[1.0, 2.0], [2.0, 12.0], [1.0, 12.0]]
    """
    check_entries("waterfall: factors", factors)
    parts = [{"factor": name, **factor.row("ratio")} for name, factor in factors.items()]
    rows = pd.DataFrame(parts)[["factor", "ratio", "low", "high", "n"]]
    description = describe_intervals(rows, "factor", "ratio", kind="number")
    source = credit(f"models/{vintage}.csv", "hardware/chips.csv")
    chart = _waterfall(rows)
    return figure(chart, rows, description=description, source=source, columns=_FACTOR_COLUMNS)


def doubling_table(groups: Mapping[str, Mapping[str, Estimate]]) -> Table:
    """Return doubling times side by side, each by its rule and period.

    Parameters
    ----------
    groups : mapping of str to mapping
        Doubling times in months, by what doubles, then by rule and period.

    Returns
    -------
    Table
        What doubles, rule and period, doubling time, interval and number of models or prices.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.in_years(cd.data.models("2026-08"), (2012, 2018))
    >>> months = cd.growth(models, "training compute, 2012 to 2018").doubling
    >>> table = cd.plot.doubling_table({"A training run": {"all models, 2012 to 2018": months}})
    >>> table.data[["rule", "doubling", "interval", "n"]].values.tolist()
    [['all models, 2012 to 2018', '13', '8.4 to 35', 103]]
    """
    rows: list[list[Any]] = []
    for what, times in groups.items():
        for rule, months in times.items():
            is_bounded = months.low is not None and months.high is not None
            interval = written(months, "interval") if is_bounded else ""
            rows.append([what, rule, _bare(in_cell(months)), _bare(interval), months.n])
    data = pd.DataFrame(rows, columns=list(_DOUBLING_COLUMNS))
    return table(data, _DOUBLING_COLUMNS)


def _bare(months: str) -> str:
    """Return a number of months without its unit, which is in the heading."""
    return months.removesuffix(" months")


def _describe_trends(trends: Mapping[str, Trend]) -> str:
    """Return how fast each trend doubles, one sentence for each trend with an interval."""
    sentences = []
    for key, words in _WORDS.items():
        months = trends[key].doubling
        if months.low and months.high:
            interval = written(months, "interval")
            details = f"(interval {interval}, {months.n} models)"
            sentences.append(f"{words} doubled every {written(months)} {details}.")
    return " ".join(sentences)


def _points(models: pd.DataFrame, first: int) -> pd.DataFrame:
    """Return the models with a date and known training compute from a year on, by date."""
    known = models.dropna(subset=["published", COMPUTE])
    is_shown = (known["year"] >= first) & known["team_type"].isin(SIDES)
    columns = ["model", "published", "team_type", COMPUTE]
    shown = known.loc[is_shown, columns]
    return shown.sort_values("published", kind="stable", ignore_index=True)


def _placed(points: pd.DataFrame) -> pd.DataFrame:
    """Return points with their place on the axis of years, and their day for the tooltip."""
    when = fractional_years(points["published"]).round(3)
    day = points["published"].dt.strftime("%Y-%m-%d")
    placed = points.assign(when=when, day=day)
    return placed.drop(columns="published").rename_axis(None)


@needs()
def _scatter(
    points: pd.DataFrame, models: pd.DataFrame, lines: pd.DataFrame, beyond: pd.DataFrame
) -> alt.LayerChart:
    rows = _placed(points)
    first = int(np.floor(rows["when"].min()))
    last = int(np.ceil(rows["when"].max()))
    x = year_axis("when", first, last)
    y = power_axis(COMPUTE, _COMPUTE_TITLE)
    colour = team_colour(SIDES, legend="bottom")
    shape = team_shape(SIDES, legend="bottom")
    placed: dict[str, Any] = {"x": x, "y": y, "color": colour, "shape": shape}
    placed["tooltip"] = _model_tips()
    record = alt.Chart(_record_steps(models, first, last))
    steps = record.mark_line(interpolate="step-after", color=INK, strokeWidth=1.25, opacity=0.8)
    steps = steps.encode(x=x, y=y)
    named = alt.Chart(rows).transform_calculate(team=TEAM_NAMED)
    dots = named.mark_point(size=24, opacity=0.9).encode(**placed)
    trends = alt.Chart(lines).mark_line(strokeWidth=2.5)
    trends = trends.encode(x=x, y=y, color=colour)
    others = _empty_marks(_placed(beyond), placed)
    names = _names(rows, x, y)
    return framed(steps, dots, trends, *others, *names, height=420)


def _model_tips() -> list[alt.Tooltip]:
    return tips(
        "model:N|Model",
        "day:N|Published",
        "team:N|Team type",
        f"{COMPUTE}:Q|{_COMPUTE_TITLE}|.2e",
    )


def _empty_marks(others: pd.DataFrame, placed: Mapping[str, Any]) -> list[alt.Chart]:
    """Return empty marks, with leader lines to their names below the cloud."""
    x = placed["x"]
    foot = others[COMPUTE].min() / 10**5.5
    below = [13 * place for place in range(len(others))]
    data = others.assign(foot=foot, line=below)
    base = alt.Chart(data)
    empty = base.mark_point(size=60, filled=False, strokeWidth=2, fillOpacity=0)
    threads = base.mark_rule(strokeWidth=0.75)
    threads = threads.encode(x=x, y=placed["y"], y2=alt.Y2("foot:Q"))
    down = alt.expr("8 + datum.line")
    named = alt.Chart(data, name=haloed("empty"))
    names = named.mark_text(align="right", dx=-2, dy=down, fontSize=11)
    y = power_axis("foot", _COMPUTE_TITLE)
    names = names.encode(x=x, y=y, text=alt.Text("model:N"))
    return [empty.encode(**placed), threads, names]


def _names(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return names: records above the cloud of points, universities alone below.

    The points of universities alone lie within the cloud.
    """
    named = rows[rows["model"].isin(list(_NAMES))]
    named = named.assign(name=named["model"].map(_NAMES))
    is_academic = named["team_type"] == ACADEMIA
    academic = alt.Chart(named[is_academic], name=haloed("academic"))
    others = alt.Chart(named[~is_academic], name=haloed("others"))
    below = academic.mark_text(align="left", dx=4, dy=9, fontSize=11)
    above = others.mark_text(align="right", dx=-4, dy=-14, fontSize=11)
    return [text.encode(x=x, y=y, text=alt.Text("name:N")) for text in (below, above)]


def _record_steps(models: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return the running record between two years as the corners of a step line.

    The columns are ``when`` and the compute.
    """
    holders = record_holders(models)
    when = fractional_years(holders["published"])
    before = holders.loc[when < first, COMPUTE].max()
    is_inside = (when >= first) & (when <= last)
    inside = holders.loc[is_inside, COMPUTE]
    steps = pd.DataFrame({"when": when[inside.index].round(3), COMPUTE: inside})
    newest = fractional_years(models["published"]).max()
    end = round(min(float(newest), last), 3)
    top = steps[COMPUTE].max() if len(steps) else before
    corners = [steps, pd.DataFrame({"when": [end], COMPUTE: [top]})]
    if not pd.isna(before):
        start = pd.DataFrame({"when": [float(first)], COMPUTE: [before]})
        corners.insert(0, start)
    return pd.concat(corners, ignore_index=True)


def _trend_lines(trends: Mapping[str, Trend], years: Years) -> pd.DataFrame:
    """Return the ends of the trend lines: straight on a logarithmic axis."""
    ends = [float(years[0]), years[1] + 1.0]
    rows = []
    for team, trend in trends.items():
        if trend.slope is None:
            continue
        for when, value in zip(ends, trend.at(ends), strict=True):
            rows.append({"when": when, COMPUTE: value, "team_type": team})
    return pd.DataFrame(rows, columns=["when", COMPUTE, "team_type"])


@needs("ratio")
def _gaps(gaps: pd.DataFrame) -> alt.LayerChart:
    rows = gaps.dropna(subset=["ratio"])
    labels = [f"{row.period}|{row.n} models" for row in rows.itertuples()]
    rows = rows.assign(text=rows["ratio"].map(_times), row=labels)
    y = named_rows("row")
    x = times_axis("ratio", "Companies alone over universities alone")
    tooltip = tips("period:N|Years", *_RATIO_LINES)
    colour = TEAM_COLOURS["industry-only"]
    dots = dots_with_intervals(rows, x, y, colour, tooltip, size=80, filled=True)
    texts = alt.Chart(rows).mark_text(dy=-13)
    texts = texts.encode(x=x, y=y, text=alt.Text("text:N"))
    line = level_line("ratio", 1.0).encode(x=x)
    return framed(line, dots, texts, height=60 * len(rows) + 20)


def _times(ratio: float) -> str:
    if ratio >= 10:
        return f"{ratio:,.0f}×"
    return f"{ratio:,.1f}×"


@needs("ratio")
def _waterfall(factors: pd.DataFrame) -> alt.LayerChart:
    rows = _multiplied(factors)
    names = list(rows["factor"])
    y = named_rows("factor", sort=names, axis=row_axis(labelLimit=140))
    start = times_axis("start", "Companies alone over universities alone")
    base = alt.Chart(rows).encode(y=y)
    bars = base.mark_bar(color=TEAM_COLOURS["industry-only"], height=16)
    bars = bars.encode(x=start, x2=alt.X2("end:Q"), tooltip=tips("factor:N|Factor", *_RATIO_LINES))
    middle = rows["end"].max() ** 0.5
    begins = base.transform_filter(alt.datum.start < middle).mark_text(align="left", dy=-16)
    begins = begins.encode(x=start, text=alt.Text("label:N"))
    ends = base.transform_filter(alt.datum.start >= middle).mark_text(align="right", dy=-16)
    ends = ends.encode(x=alt.X("end:Q"), text=alt.Text("label:N"))
    return framed(bars, begins, ends, height=58 * len(rows))


def _multiplied(factors: pd.DataFrame) -> pd.DataFrame:
    """Return factors with the start and end of their bars, and their labels."""
    ratios = factors["ratio"]
    products = list(ratios.iloc[:-1].cumprod())
    rows = factors.assign(end=[*products, ratios.iloc[-1]])
    rows["start"] = [1.0, *products[:-1], 1.0]
    values = rows[["ratio", "low", "high"]].astype(float).to_numpy()
    rows["label"] = [_factor_label(*factor) for factor in values.tolist()]
    return rows


def _factor_label(ratio: float, low: float, high: float) -> str:
    factor = Estimate(ratio, low, high, unit="ratio", range="sampling")
    return f"×{written(factor, 'ranged')}"

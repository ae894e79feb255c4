"""The figures of the chapter on the growth of training compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.chapter.periods import Years
from bookpress.page.figures.show import Figure, Table, plain
from bookpress.page.figures.theme import INK, needs
from compute_divide.analysis.statistics.estimates import ACADEMIA, COMPUTE
from compute_divide.analysis.statistics.trends import Trend, fractional_years, record_holders
from compute_divide.evidence.claims import Claim, RelatedFigure
from compute_divide.plot.base.marks import (
    TEAM_NAMED,
    framed,
    power_axis,
    team_colour,
    team_shape,
    tips,
    year_axis,
)
from compute_divide.plot.base.ratios import ratio_by_era
from compute_divide.plot.base.show import Column, figure, models_credit, table
from compute_divide.plot.base.wording import describe_intervals, in_cell, written

_TEAMS = ("academia-only", "collaboration", "industry-only")
"""The types of teams whose models are points."""
_LINES = ("academia-only", "industry-only")
"""The types of teams whose trends are lines."""
_NAMES = {
    "AlexNet": "AlexNet",
    "VGG16": "VGG16",
    "BERT-Large": "BERT",
    "GPT-3 175B (davinci)": "GPT-3",
    "GLM-130B": "GLM-130B",
    "GPT-4 (Mar 2023)": "GPT-4",
    "Llama 3.1-405B": "Llama 3.1",
    "Grok 4": "Grok 4",
    "AlphaStar": "AlphaStar",
    "GNMT": "GNMT",
}
"""The models that are named, and how."""
_WORDS = {
    "all": "Over all models, training compute",
    "academia-only": "That of universities alone",
    "industry-only": "That of companies alone",
    "near-record": "That of models near the record",
}
_COMPUTE_TITLE = "Training compute (FLOP)"
_GAP_COLUMNS = {
    "n_over": Column("Industry models", "number"),
    "n_under": Column("Academic models", "number"),
}
_DOUBLING_COLUMNS = {
    "what": Column("What", markup=True),
    "doubling": Column("Doubling time (months)"),
    "interval": Column("95% interval"),
    "n": Column("Models", "number"),
}


def compute_scatter(
    models: pd.DataFrame,
    beyond: pd.DataFrame,
    trends: Mapping[str, Trend],
    years: Years,
    vintages: Sequence[str],
) -> Figure:
    """Return training compute over time.

    There is a point a model, the record as steps, and the trends of both sides as lines.

    Parameters
    ----------
    models : pandas.DataFrame
        All models of the vintage, for the points from the first year on, and for the record.
    beyond : pandas.DataFrame
        Models that it lacks: empty marks with their names.
    trends : mapping of str to Trend
        Trends by team type; ``all`` and ``near-record`` are told in the description alone.
    years : tuple of int
        First and last year of the trends.
    vintages : sequence of str
        The vintages that the models are of.

    Returns
    -------
    Figure
        The training compute is on a logarithmic axis, in FLOP.
    """
    points = _points(models, years[0])
    others = _points(beyond, years[0])
    shown = {team: trends[team] for team in _LINES}
    lines = _trend_lines(shown, years)
    chart = _scatter(points, models, lines, others)
    description = _describe_trends(trends) or "The models are too few to tell a trend."
    source = models_credit(*sorted(set(vintages)))
    return figure(chart, points, description=description, source=source)


def gap_by_era(ratios: pd.DataFrame, others: pd.DataFrame, vintages: Sequence[str]) -> Figure:
    """Return the gap between industry and academia era by era, as two vintages read it.

    Parameters
    ----------
    ratios, others : pandas.DataFrame
        Rows of `ratios_by_period`, of one vintage and of the other.
    vintages : sequence of str
        The two vintages.

    Returns
    -------
    Figure
        The ratios with their intervals on a logarithmic axis; a row an era and vintage.
    """
    tables = zip((ratios, others), vintages, strict=True)
    rows = pd.concat([rows.assign(vintage=vintage) for rows, vintage in tables])
    rows = rows.sort_values(["first", "vintage"], ascending=[True, False], ignore_index=True)
    years = rows["first"].astype(str) + "–" + rows["last"].astype(str)
    drawn = rows.assign(period=years + ", read " + rows["vintage"])
    columns = ["period", "vintage", "ratio", "low", "high", "n_over", "n_under"]
    chart = ratio_by_era(drawn, "Industry over academia", "Years (vintage)")
    description = describe_intervals(drawn, "period", "ratio", kind="number")
    source = models_credit(*vintages)
    return figure(
        chart, rows[columns], description=description, source=source, columns=_GAP_COLUMNS
    )


def doubling_table(
    doubling_times: Mapping[str, Estimate], claim: Claim, related: Mapping[str, RelatedFigure]
) -> Table:
    """Return doubling times side by side: ours, the paper's, those of related work.

    Parameters
    ----------
    doubling_times : mapping of str to Estimate
        Ours in months, each by what it is of.
    claim : Claim
        The paper's, in months.
    related : mapping of str to RelatedFigure
        Figures of related work; those of Sevilla et al. are shown.

    Returns
    -------
    Table
        What, doubling time, 95% interval and number of models.
    """
    paper = "the paper, since the early 2010s {cite:p}`besiroglu2024`"
    rows = _ours(doubling_times)
    rows.append([paper, f"{claim.value:g}", "", None])
    for name, work in related.items():
        if name.startswith("sevilla-"):
            what = f"{plain(work.statement)} {{cite:p}}`{work.cite}`"
            rows.append([what, f"{work.value:g}", "", None])
    data = pd.DataFrame(rows, columns=list(_DOUBLING_COLUMNS))
    return table(data, _DOUBLING_COLUMNS)


def _ours(doubling_times: Mapping[str, Estimate]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for what, months in doubling_times.items():
        is_bounded = months.low is not None and months.high is not None
        interval = written(months, "interval") if is_bounded else ""
        rows.append([what, _bare(in_cell(months)), _bare(interval), months.n])
    return rows


def _bare(months: str) -> str:
    """Return a number of months without its unit, which the heading has."""
    return months.removesuffix(" months")


def _describe_trends(trends: Mapping[str, Trend]) -> str:
    """Return how fast each trend doubles, a sentence each that has an interval."""
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
    is_shown = (known["year"] >= first) & known["team_type"].isin(_TEAMS)
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
    colour = team_colour(_TEAMS, legend="bottom")
    shape = team_shape(_TEAMS, legend="bottom")
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
    """Return empty marks, and their names below the cloud, on threads."""
    x = placed["x"]
    foot = others[COMPUTE].min() / 10**5.5
    below = [13 * place for place in range(len(others))]
    base = alt.Chart(others.assign(foot=foot, line=below))
    empty = base.mark_point(size=60, filled=False, strokeWidth=2, fillOpacity=0)
    threads = base.mark_rule(strokeWidth=0.75)
    threads = threads.encode(x=x, y=placed["y"], y2=alt.Y2("foot:Q"))
    down = alt.expr("8 + datum.line")
    names = base.mark_text(align="right", dx=-2, dy=down, fontSize=11)
    y = power_axis("foot", _COMPUTE_TITLE)
    names = names.encode(x=x, y=y, text=alt.Text("model:N"))
    return [empty.encode(**placed), threads, names]


def _names(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return names: those of records above the cloud, those of universities alone below.

    Those of universities alone lie within the cloud.
    """
    named = rows[rows["model"].isin(list(_NAMES))]
    named = named.assign(name=named["model"].map(_NAMES))
    text = alt.Chart(named).encode(x=x, y=y, text=alt.Text("name:N"))
    is_academic = f"datum.team_type == '{ACADEMIA}'"
    academic = text.transform_filter(is_academic)
    others = text.transform_filter(f"!({is_academic})")
    below = academic.mark_text(align="left", dx=4, dy=9, fontSize=11)
    above = others.mark_text(align="right", dx=-4, dy=-8, fontSize=11)
    return [below, above]


def _record_steps(models: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return the running record between two years as the corners of a step line.

    They have ``when`` and the compute.
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

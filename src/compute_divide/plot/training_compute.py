"""The figures of the chapter on the growth of training compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.chapter.periods import Years
from bookpress.page.figures.show import Figure, Table
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
_LINES = ("academia-only", "industry-only")
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
    "academia-only": "That of academia alone",
    "industry-only": "That of industry alone",
    "near-record": "That of models near the record",
}
_COMPUTE_TITLE = "Training compute (FLOP)"


def compute_scatter(
    models: pd.DataFrame,
    beyond: pd.DataFrame,
    trends: Mapping[str, Trend],
    years: Years,
    vintages: Sequence[str],
) -> Figure:
    """Return training compute over time: a point a model, the record as steps, the trends of both sides as lines.

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
    lines = _trend_lines({team: trends[team] for team in _LINES}, years)
    return figure(
        _scatter(points, models, lines, _points(beyond, years[0])),
        points,
        description=_told(trends) or "The models are too few to tell a trend.",
        source=models_credit(*sorted(set(vintages))),
    )


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
    return figure(
        ratio_by_era(drawn, "Industry over academia", "Years (vintage)"),
        rows[columns],
        description=describe_intervals(drawn, "period", "ratio", kind="number"),
        source=models_credit(*vintages),
        columns={
            "n_over": Column("Industry models", "number"),
            "n_under": Column("Academic models", "number"),
        },
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
    rows = [*_ours(doubling_times), [paper, f"{claim.value:g}", "", None]]
    rows += [
        [f"{one.statement} {{cite:p}}`{one.cite}`", f"{one.value:g}", "", None]
        for name, one in related.items()
        if name.startswith("sevilla-")
    ]
    columns = {
        "what": Column("What"),
        "doubling": Column("Doubling time (months)"),
        "interval": Column("95% interval"),
        "n": Column("Models", "number"),
    }
    return table(pd.DataFrame(rows, columns=list(columns)), columns)


def _ours(doubling_times: Mapping[str, Estimate]) -> Iterator[list[Any]]:
    for what, months in doubling_times.items():
        bounded = months.low is not None and months.high is not None
        interval = written(months, "interval") if bounded else ""
        told = [text.removesuffix(" months") for text in (in_cell(months), interval)]
        yield [what, *told, months.n]


def _told(trends: Mapping[str, Trend]) -> str:
    known = {words: trends[key].doubling for key, words in _WORDS.items()}
    return " ".join(
        f"{words} doubled every {written(months)}"
        f" (interval {written(months, 'interval')}, {months.n} models)."
        for words, months in known.items()
        if months.low and months.high
    )


def _points(models: pd.DataFrame, first: int) -> pd.DataFrame:
    """Return the models with a date and known training compute from a year on, by date."""
    known = models.dropna(subset=["published", COMPUTE])
    shown = known[(known["year"] >= first) & known["team_type"].isin(_TEAMS)]
    columns = ["model", "published", "team_type", COMPUTE]
    return shown.sort_values("published", kind="stable")[columns].reset_index(drop=True)


def _placed(points: pd.DataFrame) -> pd.DataFrame:
    """Return points with their place on the axis of years, and their day for the tooltip."""
    when = fractional_years(points["published"]).round(3)
    day = points["published"].dt.strftime("%Y-%m-%d")
    return points.assign(when=when, day=day).drop(columns="published").rename_axis(None)


@needs()
def _scatter(
    points: pd.DataFrame, models: pd.DataFrame, lines: pd.DataFrame, beyond: pd.DataFrame
) -> alt.LayerChart:
    rows = _placed(points)
    first, last = int(np.floor(rows["when"].min())), int(np.ceil(rows["when"].max()))
    x, y = year_axis("when", first, last), power_axis(COMPUTE, _COMPUTE_TITLE)
    tooltip = tips(
        "model:N|Model",
        "day:N|Published",
        "team:N|Team type",
        f"{COMPUTE}:Q|{_COMPUTE_TITLE}|.2e",
    )
    colour, shape = team_colour(_TEAMS, legend="bottom"), team_shape(_TEAMS, legend="bottom")
    placed: dict[str, Any] = {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tooltip}
    dot = alt.Chart(rows).transform_calculate(team=TEAM_NAMED).mark_point(size=24, opacity=0.9)
    steps = alt.Chart(_record_steps(models, first, last)).mark_line(
        interpolate="step-after", color=INK, strokeWidth=1.25, opacity=0.8
    )
    return framed(
        steps.encode(x=x, y=y),
        dot.encode(**placed),
        alt.Chart(lines).mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour),
        *_empty_marks(_placed(beyond), placed),
        *_names(rows, x, y),
        height=420,
    )


def _empty_marks(others: pd.DataFrame, placed: Mapping[str, Any]) -> Iterator[alt.Chart]:
    """Yield empty marks, and their names below the cloud, on threads."""
    foot = others[COMPUTE].min() / 10**5.5
    others = others.assign(foot=foot, line=[13 * place for place in range(len(others))])
    empty = alt.Chart(others).mark_point(size=60, filled=False, strokeWidth=2, fillOpacity=0)
    yield empty.encode(**placed)
    x, y = placed["x"], placed["y"]
    threads = alt.Chart(others).mark_rule(strokeWidth=0.75)
    yield threads.encode(x=x, y=y, y2=alt.Y2("foot:Q"))
    names = alt.Chart(others).mark_text(
        align="right", dx=-2, dy=alt.expr("8 + datum.line"), fontSize=11
    )
    yield names.encode(x=x, y=power_axis("foot", _COMPUTE_TITLE), text=alt.Text("model:N"))


def _names(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> Iterator[alt.Chart]:
    """Yield names: those of records above the cloud, those of academia alone, which lie within it, below."""
    named = rows[rows["model"].isin(list(_NAMES))]
    named = named.assign(name=named["model"].map(_NAMES))
    text = alt.Chart(named).encode(x=x, y=y, text=alt.Text("name:N"))
    academic = f"datum.team_type == '{ACADEMIA}'"
    below, above = text.transform_filter(academic), text.transform_filter(f"!({academic})")
    yield below.mark_text(align="left", dx=4, dy=9, fontSize=11)
    yield above.mark_text(align="right", dx=-4, dy=-8, fontSize=11)


def _record_steps(models: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return the running record between two years as the corners of a step line: ``when`` and the compute."""
    holders = record_holders(models)
    when = fractional_years(holders["published"])
    before = holders.loc[when < first, COMPUTE].max()
    inside = holders[(when >= first) & (when <= last)]
    steps = pd.DataFrame({"when": when[inside.index].round(3), COMPUTE: inside[COMPUTE]})
    start = pd.DataFrame([] if pd.isna(before) else [{"when": float(first), COMPUTE: before}])
    newest = fractional_years(models["published"]).max()
    top = steps[COMPUTE].max() if len(steps) else before
    end = pd.DataFrame([{"when": round(min(float(newest), last), 3), COMPUTE: top}])
    return pd.concat([start, steps, end], ignore_index=True)


def _trend_lines(trends: Mapping[str, Trend], years: Years) -> pd.DataFrame:
    """Return the ends of the trend lines: straight on a logarithmic axis."""
    ends = [float(years[0]), years[1] + 1.0]
    rows = [
        {"when": when, COMPUTE: value, "team_type": team}
        for team, trend in trends.items()
        if trend.slope is not None
        for when, value in zip(ends, trend.at(ends), strict=True)
    ]
    return pd.DataFrame(rows, columns=["when", COMPUTE, "team_type"])

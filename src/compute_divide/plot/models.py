"""Charts of the chapters on models: growth, the gap between team types, who trains the large ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from bookpress.page.figures.theme import INK, QUIET, needs
from compute_divide.analysis.statistics.estimates import ACADEMIA, COMPUTE
from compute_divide.analysis.statistics.trends import Trend, fractional_years, record_holders
from compute_divide.evidence.claims import Claim, RelatedFigure
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    TEAM_NAMED,
    dots_with_intervals,
    framed,
    power_axis,
    row_axis,
    team_colour,
    team_shape,
    times_axis,
    tips,
    year_axis,
)
from compute_divide.plot.base.wording import in_cell, written

TEAMS_SHOWN = ("academia-only", "collaboration", "industry-only")


def compute_points(models: pd.DataFrame, first: int) -> pd.DataFrame:
    """Return the models with a date and known training compute from a year on: what the chart and its reader need."""
    known = models.dropna(subset=["published", COMPUTE])
    shown = known[(known["year"] >= first) & known["team_type"].isin(TEAMS_SHOWN)]
    columns = ["model", "published", "team_type", COMPUTE]
    return shown.sort_values("published", kind="stable")[columns].reset_index(drop=True)


@needs()
def compute_scatter(
    points: pd.DataFrame,
    models: pd.DataFrame,
    trends: Mapping[str, Trend],
    span: tuple[int, int],
    names: Mapping[str, str],
    elsewhere: pd.DataFrame | None = None,
) -> alt.LayerChart:
    """Return training compute over time: a point a model, the running record as steps, a trend line for each team type.

    `points` (and those of another list, `elsewhere`: empty marks with their names) are from `compute_points`; `models`
    are all of the vintage, for the record; the trends are drawn over the years of `span`; `names` says which models are
    named, and how.
    """
    rows, others = (
        table.assign(
            when=fractional_years(table["published"]).round(3),
            day=table["published"].dt.strftime("%Y-%m-%d"),
        )
        .drop(columns="published")
        .rename_axis(None)
        for table in (points, points.head(0) if elsewhere is None else elsewhere)
    )
    first, last = int(np.floor(rows["when"].min())), int(np.ceil(rows["when"].max()))
    x = year_axis("when", first, last)
    y = power_axis(COMPUTE, "Training compute (FLOP)")
    told = tips(
        "model:N|Model",
        "day:N|Published",
        "team:N|Team type",
        f"{COMPUTE}:Q|Training compute (FLOP)|.2e",
    )
    colour, shape = (
        team_colour(TEAMS_SHOWN, legend="bottom"),
        team_shape(TEAMS_SHOWN, legend="bottom"),
    )
    placed: dict[str, Any] = {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": told}
    dot = alt.Chart(rows).transform_calculate(team=TEAM_NAMED).mark_point(size=24, opacity=0.9)
    steps = record_steps(models, first, last)
    record = alt.Chart(steps).mark_line(
        interpolate="step-after", color=INK, strokeWidth=1.25, opacity=0.8
    )
    lines = alt.Chart(trend_lines(trends, span)).mark_line(strokeWidth=2.5)
    empty = alt.Chart(others).mark_point(size=60, filled=False, strokeWidth=2, fillOpacity=0)
    # Their names stand below the cloud, on threads.
    others["foot"], others["line"] = (
        others[COMPUTE].min() / 10**5.5,
        [13 * place for place in range(len(others))],
    )
    foot = power_axis("foot", "Training compute (FLOP)")
    threads = alt.Chart(others).mark_rule(strokeWidth=0.75).encode(x=x, y=y, y2=alt.Y2("foot:Q"))
    other_names = alt.Chart(others).mark_text(
        align="right", dx=-2, dy=alt.expr("8 + datum.line"), fontSize=11
    )
    named = rows[rows["model"].isin(list(names))].assign(
        name=lambda found: found["model"].map(dict(names))
    )
    text, academic = (
        alt.Chart(named).encode(x=x, y=y, text=alt.Text("name:N")),
        f"datum.team_type == '{ACADEMIA}'",
    )
    return framed(
        record.encode(x=x, y=y),
        dot.encode(**placed),
        lines.encode(x=x, y=y, color=colour),
        empty.encode(**placed),
        threads,
        other_names.encode(x=x, y=foot, text=alt.Text("model:N")),
        # Names of records stand above the cloud, those of academia alone, which lie within it, below their points.
        text.transform_filter(academic).mark_text(align="left", dx=4, dy=9, fontSize=11),
        text.transform_filter(f"!({academic})").mark_text(align="right", dx=-4, dy=-8, fontSize=11),
        height=420,
    )


def record_steps(models: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return the running record between two years as the corners of a step line: ``when`` and the compute."""
    holders = record_holders(models)
    when = fractional_years(holders["published"])
    before = holders.loc[when < first, COMPUTE].max()
    inside = holders[(when >= first) & (when <= last)]
    steps = pd.DataFrame({"when": when[inside.index].round(3), COMPUTE: inside[COMPUTE]})
    ends = [] if pd.isna(before) else [{"when": float(first), COMPUTE: before}]
    top = steps[COMPUTE].max() if len(steps) else before
    newest = fractional_years(models["published"]).max()
    return pd.concat(
        [
            pd.DataFrame(ends),
            steps,
            pd.DataFrame([{"when": round(min(float(newest), last), 3), COMPUTE: top}]),
        ],
        ignore_index=True,
    )


def trend_lines(trends: Mapping[str, Trend], span: tuple[int, int]) -> pd.DataFrame:
    """Return the ends of the trend lines: straight on a logarithmic axis."""
    ends = [float(span[0]), span[1] + 1.0]
    rows = [
        {"when": when, COMPUTE: value, "team_type": team}
        for team, trend in trends.items()
        if trend.slope is not None
        for when, value in zip(ends, trend.at(ends), strict=True)
    ]
    return pd.DataFrame(rows, columns=["when", COMPUTE, "team_type"])


@needs("ratio")
def ratio_by_era(ratios: pd.DataFrame, title: str, row: str = "Years") -> alt.LayerChart:
    """Return ratios with intervals from `ratios_by_period`, one row an era, on a logarithmic axis with a line at 1."""
    rows = ratios.dropna(subset=["ratio"])
    rows = rows.assign(
        text=[f"{ratio:,.0f}×" if ratio >= 10 else f"{ratio:,.1f}×" for ratio in rows["ratio"]],
        row=[f"{row.period}|{row.n_over} v. {row.n_under} models" for row in rows.itertuples()],
    )
    y = alt.Y("row:N", title=None, sort=None, axis=row_axis())
    x = times_axis("ratio", title)
    told = ("ratio:Q|Ratio|,.3~r", "low:Q|Low|,.3~r", "high:Q|High|,.3~r")
    tooltip = tips(
        f"period:N|{row}", *told, "n_over:Q|Industry models", "n_under:Q|Academic models"
    )
    dots = dots_with_intervals(rows, x, y, TEAM_COLOURS["industry-only"], tooltip, 80)
    labels = alt.Chart(rows).mark_text(dy=-13).encode(x=x, y=y, text=alt.Text("text:N"))
    one = (
        alt.Chart(pd.DataFrame({"ratio": [1.0]}))
        .mark_rule(color=QUIET, strokeDash=[4, 3])
        .encode(x=x)
    )
    return framed(one, dots, labels, height=60 * len(rows) + 20)


def doubling_table(
    trends: Mapping[str, Trend], claim: Claim, related: Mapping[str, RelatedFigure]
) -> pd.DataFrame:
    """Return doubling times side by side: ours, the paper's, those of related work."""
    rows = []
    for what, trend in trends.items():
        months, known = (
            trend.doubling,
            trend.doubling.low is not None and trend.doubling.high is not None,
        )
        told = [in_cell(months), written(months, "interval") if known else ""]
        rows.append([what, *(text.removesuffix(" months") for text in told), trend.n])
    rows.append(
        ["the paper, since the early 2010s {cite:p}`besiroglu2024`", f"{claim.value:g}", "", None]
    )
    rows += [
        [f"{one.statement} {{cite:p}}`{one.cite}`", f"{one.value:g}", "", None]
        for one in related.values()
    ]
    return pd.DataFrame(rows, columns=["what", "doubling", "interval", "n"])

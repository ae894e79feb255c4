"""Charts of the chapters on openness and scrutiny: access, lags, evaluators, transparency, capability."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, GRID, INK, LINE, QUIET, needs
from compute_divide.analysis.models.openness import ACCESS_GROUPS, RUNGS
from compute_divide.analysis.statistics.estimates import year_spans  # noqa: F401 - for scrutiny
from compute_divide.analysis.statistics.trends import fractional_years
from compute_divide.plot.base.marks import (
    FEW,
    TEAM_NAMES,
    end_labels,
    framed,
    row_axis,
    tips,
    year_axis,
)

ACCESS_COLOURS = {"open": ACCENT, "served": "#c07d1b", "unreleased": "#7d74c4", "unknown": GRID}
"""Colour of each way to reach a model; what is not known stays in the background."""

ACCESS_NAMES = {
    "open": "weights to download",
    "served": "through a service only",
    "unreleased": "not released",
    "unknown": "not known",
}
"""How an access group is written."""


@needs()
def access_bars(counts: pd.DataFrame, teams: Sequence[str]) -> alt.LayerChart:
    """Return stacked bars of how models can be reached, a row a period, under the name of each team type."""
    shown = counts[["team_type", "period", "access", "models"]].assign(
        order=counts["access"].map(list(ACCESS_GROUPS).index),
        row=counts["team_type"].map(TEAM_NAMES) + "|" + counts["period"],
        way=counts["access"].map(ACCESS_NAMES),
        total=counts.groupby(["team_type", "period"])["models"].transform("sum"),
    )
    heads = [TEAM_NAMES[team] for team in teams]
    rows = [
        f"{head}|{period}" for head in heads for period in ["", *dict.fromkeys(counts["period"])]
    ]
    # The name of a team type has a row of its own, and none of it is drawn.
    told = "split(datum.value, '|')[1] || split(datum.value, '|')[0]"
    weight: Any = {
        "condition": {"test": "split(datum.value, '|')[1] == ''", "value": "bold"},
        "value": "normal",
    }
    axis = row_axis(labelExpr=told, labelFontWeight=weight, labelBaseline="middle", labelLimit=110)
    y = alt.Y("row:N", title=None, axis=axis, scale=alt.Scale(domain=rows, paddingInner=0.25))
    colours = alt.Scale(domain=list(ACCESS_NAMES.values()), range=list(ACCESS_COLOURS.values()))
    legend = alt.Legend(orient="top", columns=alt.expr("width < 400 ? 1 : 2"))
    base = alt.Chart(shown).encode(y=y)
    bars = base.transform_filter(f"datum.total >= {FEW}").mark_bar(stroke=LINE, strokeWidth=0.5)
    totals = base.transform_aggregate(n="sum(models)", groupby=["row"]).transform_calculate(
        text="'n = ' + datum.n"
    )
    return framed(
        bars.encode(
            x=alt.X(
                "models:Q", stack="normalize", title=None, axis=alt.Axis(format="%", tickCount=5)
            ),
            color=alt.Color("way:N", scale=colours, legend=legend),
            order=alt.Order("order:Q"),
            tooltip=tips("row:N|Whose, when", "way:N|Access", "models:Q|Models"),
        ),
        totals.mark_text(align="left", dx=6, color=INK, fontSize=11).encode(
            x=alt.value("width"), text=alt.Text("text:N")
        ),
        height=26 * len(rows),
    )


@needs("months")
def lag_lines(lags: pd.DataFrame, colours: Mapping[str, str]) -> alt.LayerChart:
    """Return lines of how long each group of models has trailed the largest, month by month."""
    known = lags.dropna(subset=["months"])
    dates = pd.to_datetime(known["date"])
    shown = pd.DataFrame(
        {
            "when": (dates.dt.year + dates.dt.month / 12).round(3),
            "month": dates.dt.strftime("%B %Y"),
            "group": known["group"],
            "years": known["months"] / 12,
            "own": known["own"],
            "passed_by": known["passed_by"],
        }
    )
    x = year_axis("when", int(shown["when"].min()), int(shown["when"].max()) + 1)
    top = float(shown["years"].max())
    colour = alt.Color(
        "group:N", legend=None, scale=alt.Scale(domain=list(colours), range=list(colours.values()))
    )
    dash = alt.StrokeDash(
        "group:N", legend=None, scale=alt.Scale(domain=list(colours), range=[[1, 0], [7, 3]])
    )
    models = ("own:N|Largest of the group", "passed_by:N|First passed by")
    tooltip = tips("group:N|Group", "month:N|At the end of", "years:Q|Years behind|.1f", *models)
    line = alt.Chart(shown).mark_line()
    line = line.encode(x=x, y=_years("years", top), color=colour, strokeDash=dash, tooltip=tooltip)
    return framed(line, end_labels(shown, "when", "years", "group", x, _years("at", top), top))


def _years(field: str, top: float) -> alt.Y:
    return alt.Y(
        f"{field}:Q",
        title="Years behind",
        scale=alt.Scale(domain=[0, top]),
        axis=alt.Axis(tickCount=6),
    )


RUNG_COLOURS = ("#7d74c4", "#dfb069", "#c07d1b", "#86c5ab", ACCENT)  # of each of `RUNGS`


@needs("rung")
def ladder_bars(ladder: pd.DataFrame) -> alt.LayerChart:
    """Return the ladder of access: a row a group, a bar a year, as high as what others can get at of most models."""
    names = list(dict.fromkeys(ladder["group"]))
    rows = ladder.assign(
        foot=ladder["group"].map(names.index).rsub(len(names) - 1).astype(float),
        what=ladder["rung"].map(dict(enumerate(RUNGS))),
        asked=ladder["data"].map({True: "yes", False: "no"}),
    )
    rows = rows.assign(top=rows["foot"] + 0.08 + rows["rung"] * 0.11, middle=rows["foot"] + 0.74)
    told = f"{json.dumps(names[::-1])}[floor(datum.value)]"
    places = [place + 0.3 for place in range(len(names))]
    labels = alt.Axis(values=places, labelExpr=told, grid=False, tickCount=99, labelOverlap=False)
    scale = alt.Scale(domain=[0, len(names)], nice=False)
    y = alt.Y("foot:Q", title=None, axis=labels, scale=scale)
    x = alt.X(
        "year:O",
        title=None,
        axis=alt.Axis(labelAngle=0, labelOverlap=True, orient="top", domain=False),
    )
    legend = alt.Legend(orient="top", columns=alt.expr("width < 400 ? 1 : 3"), symbolType="square")
    colour = alt.Color(
        "what:N", scale=alt.Scale(domain=list(RUNGS), range=list(RUNG_COLOURS)), legend=legend
    )
    models = ("models:Q|Models", "asked:N|Data seen")
    tooltip = tips("group:N|Laboratory", "year:O|Year", "what:N|Most models give", *models)
    base = alt.Chart(rows.drop(columns=["rung", "data"])).encode(x=x)
    reached = base.transform_filter("isValid(datum.what)")
    at = alt.Y("middle:Q", title=None, scale=scale, axis=labels)
    dots = base.transform_filter("isValid(datum.asked)").mark_point(
        size=26, stroke=INK, strokeWidth=1, xOffset=11
    )
    seen = alt.condition("datum.asked == 'yes'", alt.value(INK), alt.value("transparent"))
    return framed(
        reached.mark_bar(stroke=LINE, strokeWidth=0.5).encode(
            y=y, y2=alt.Y2("top:Q"), color=colour, tooltip=tooltip
        ),
        reached.mark_text(fontSize=11).encode(y=at, text=alt.Text("models:Q")),
        dots.encode(y=at, fill=seen),
        height=34 * len(names),
    )


OPEN, HOSTED = "open weights", "through a service only"
ACCESS_SERIES = {OPEN: ACCESS_COLOURS["open"], HOSTED: ACCESS_COLOURS["served"]}
"""Colour of the models that can be downloaded and of those that cannot."""

SCRUTINY, REST = "scrutiny", "other papers"
SCRUTINY_SERIES = {SCRUTINY: ACCENT, REST: QUIET}


@needs("engagements")
def kind_tiles(counts: pd.DataFrame, kinds: Sequence[str]) -> alt.LayerChart:
    """Return how many engagements of each kind of evaluator each company names: a tile and its number each."""
    rows = counts[["company", "kind", "engagements"]]
    lines = {
        "labelExpr": "split(datum.label, ' ')",
        "labelBaseline": "bottom",
        "labelPadding": 16,
        "labelFontSize": 11,
    }
    x = alt.X(
        "company:N", title=None, sort=None, axis=row_axis(orient="top", labelAngle=0, **lines)
    )
    y = alt.Y("kind:N", title=None, sort=list(kinds), axis=row_axis())
    tip = tips("company:N|Company", "kind:N|Evaluators", "engagements:Q|Engagements named")
    # Opacity, not colour, so that the tiles suit light and dark pages; a tile of none is an empty frame.
    scale = alt.Scale(domain=[0, float(rows["engagements"].max())], range=[0, 0.85])
    depth = alt.Opacity("engagements:Q", scale=scale, legend=None)
    base = alt.Chart(rows).encode(x=x, y=y)
    frame = base.mark_rect(fillOpacity=0, stroke=LINE, strokeWidth=0.5)
    tile = base.mark_rect(color=ACCENT).encode(opacity=depth, tooltip=tip)
    return framed(
        tile, frame, base.mark_text().encode(text=alt.Text("engagements:Q")), height=38 * len(kinds)
    )


@needs("before")
def before_after(scores: pd.DataFrame, before: str, after: str, title: str) -> alt.LayerChart:
    """Return two scores of each developer on a line, an empty dot for the earlier and a full one for the later."""
    rows = scores[["developer", "before", "after"]]
    scale = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y("developer:N", title=None, sort=None, axis=row_axis())
    axis = alt.Axis(format="%", tickCount=5, grid=True)
    base = alt.Chart(rows).encode(y=y)
    at = {
        name: alt.X(f"{name}:Q", title=title, scale=scale, axis=axis)
        for name in ("before", "after")
    }
    tip = tips("developer:N|Developer", f"before:Q|{before}|.0%", f"after:Q|{after}|.0%")
    named = [
        alt.Chart(rows.head(1)).mark_text(dy=-13, fontSize=11, text=text).encode(y=y, x=at[name])
        for name, text in (("before", before), ("after", after))
    ]
    return framed(
        base.mark_rule(strokeWidth=2, color=ACCENT).encode(x=at["before"], x2=alt.X2("after:Q")),
        base.mark_point(size=70, filled=False, strokeWidth=2).encode(x=at["before"], tooltip=tip),
        base.mark_point(size=70).encode(x=at["after"], tooltip=tip),
        *named,
        height=34 * len(rows),
    )


@needs("index")
def capability_steps(models: pd.DataFrame, first_year: int, named: Sequence[str]) -> alt.LayerChart:
    """Return capability by day of release: a point a model, the best closed and the best open one as steps."""
    shown = models[models["released"].dt.year >= first_year]
    rows = shown[["model", "organisations", "index", "record"]].assign(
        when=fractional_years(shown["released"]).round(3),
        day=shown["released"].dt.strftime("%Y-%m-%d"),
        access=shown["inside"].map({True: OPEN, False: HOSTED}),
    )
    names = list(ACCESS_SERIES)
    x = year_axis("when", first_year, int(rows["when"].max()) + 1)
    y = alt.Y("index:Q", title="Epoch Capabilities Index", scale=alt.Scale(zero=False))
    legend = alt.Legend(orient="bottom")
    colour = alt.Color(
        "access:N", legend=legend, scale=alt.Scale(domain=names, range=list(ACCESS_SERIES.values()))
    )
    shape = alt.Shape(
        "access:N", legend=legend, scale=alt.Scale(domain=names, range=["circle", "diamond"])
    )
    tip = tips(
        "model:N|Model",
        "organisations:N|By",
        "day:N|Released",
        "index:Q|Index|.1f",
        "access:N|Access",
    )
    best = rows[rows["record"]]
    ends = best.groupby("access").tail(1).assign(when=rows["when"].max())
    steps = pd.concat([best, ends])[["when", "index", "access"]]
    labelled = best[best["model"].isin(named)][["when", "index", "model", "access"]]
    base = alt.Chart(rows.drop(columns="record")).encode(x=x, y=y, color=colour)
    line = alt.Chart(steps).mark_line(interpolate="step-after").encode(x=x, y=y, color=colour)
    dots = base.mark_point(size=22, opacity=0.45).encode(shape=shape, tooltip=tip)
    # Names of closed models stand above their line, names of open ones below theirs.
    above = alt.Chart(labelled[labelled["access"] == HOSTED]).mark_text(
        align="right", dx=-5, dy=-9, fontSize=11
    )
    below = alt.Chart(labelled[labelled["access"] == OPEN]).mark_text(
        align="left", dx=5, dy=13, fontSize=11
    )
    labels = [text.encode(x=x, y=y, text=alt.Text("model:N")) for text in (above, below)]
    return framed(dots, line, *labels, height=400)

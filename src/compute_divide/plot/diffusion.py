"""The figures of the chapter on who shares what it makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd

from bookpress.chapter.periods import Years
from bookpress.page.figures.show import Figure
from bookpress.page.figures.theme import ACCENT, INK, LINE, needs
from compute_divide.analysis.models.openness import ACCESS_GROUPS, RUNGS, access_ladder
from compute_divide.analysis.statistics.estimates import ACADEMIA, UNKNOWN
from compute_divide.analysis.statistics.periods import in_periods
from compute_divide.analysis.statistics.trends import fractional_years
from compute_divide.plot.base.access import (
    ACCESS_COLOURS,
    ACCESS_NAMES,
    ACCESS_SERIES,
    HOSTED,
    OPEN,
)
from compute_divide.plot.base.marks import (
    FEW,
    TEAM_COLOURS,
    TEAM_NAMES,
    end_labels,
    framed,
    row_axis,
    tips,
    year_axis,
)
from compute_divide.plot.base.show import Column, credit, figure, models_credit

_TEAMS = (ACADEMIA, "collaboration", "industry-only")
_RUNG_NAMES = dict(enumerate(RUNGS))
_RUNG_COLOURS = ("#7d74c4", "#dfb069", "#c07d1b", "#86c5ab", ACCENT)  # of each of `RUNGS`
_LAG_COLOURS = {"open weights": ACCENT, "academia alone": TEAM_COLOURS[ACADEMIA]}
_FIRST_CAPABLE = 2023  # the first year of the chart of capability
_NAMED = (
    *("Claude 3.5 Sonnet", "o1", "GPT-5", "GPT-5.5 Pro", "Llama 2-70B", "Llama 3.1-405B"),
    *("DeepSeek-R1", "Kimi K2.5", "Kimi K3"),
)
"""The models whose names stand in that chart."""


def access_bars(models: pd.DataFrame, early: Years, late: Years, vintage: str) -> Figure:
    """Return how notable models can be reached, stacked bars by team type and period.

    Parameters
    ----------
    models : pandas.DataFrame
        Models of `with_access`, of the three team types that are compared.
    early, late : tuple of int
        First and last years of the periods that the chapter compares; the years before, between and after them make
        periods too.
    vintage : str
        The vintage that the models are of.

    Returns
    -------
    Figure
        A bar a period under the name of each team type; what is not known is included.
    """
    counts = _counts(models, _periods(early, late, int(models["year"].max())))
    heads = counts["team_type"].map(TEAM_NAMES) + ", " + counts["period"]
    ways = counts["models"].astype("str") + " " + counts["access"].map(ACCESS_NAMES)
    lines = ways.groupby(heads, sort=False).agg(", ".join)
    told = "; ".join(f"{head}: {line}" for head, line in lines.items())
    return figure(
        _stacked(counts),
        counts,
        description=f"Number of models. {told}.",
        source=models_credit(vintage),
        columns={"access": Column("Access"), "models": Column("Models", "number")},
    )


def ladder_bars(
    makers: Mapping[str, pd.DataFrame], transparency: pd.DataFrame, vintage: str
) -> Figure:
    """Return what others can get at of the models of each maker, a row a maker and a bar a year.

    Parameters
    ----------
    makers : mapping of str to pandas.DataFrame
        The models of each maker, of `with_access`, by its name.
    transparency : pandas.DataFrame
        The transparency index, which says of whom somebody outside can get at the training data.
    vintage : str
        The vintage that the models are of.

    Returns
    -------
    Figure
        A bar is as high as the rung that at least half of the models reach whose access is known.
    """
    ladder = access_ladder(makers, transparency)
    named = ladder.assign(rung=ladder["rung"].map(_RUNG_NAMES))
    reached = named.dropna(subset=["rung"])
    said = reached["year"].astype("str") + " " + reached["rung"]
    lines = said.groupby(reached["group"], sort=False).agg(", ".join)
    told = "; ".join(f"{name}: {line}" for name, line in lines.items())
    what = "What others can get at of"
    return figure(
        _ladder(ladder),
        named,
        description=f"{what} at least half of the notable models of a year. {told}.",
        source=credit(f"models/{vintage}.csv", "outside/transparency.csv"),
        columns={
            "group": Column("Laboratory"),
            "rung": Column("At least half give"),
            "models": Column("Models of known access", "number"),
            "data": Column("Somebody outside can get at the training data"),
        },
    )


def lag_lines(lags: pd.DataFrame, vintage: str) -> Figure:
    """Return how long each group of models has trailed the largest, month by month.

    Parameters
    ----------
    lags : pandas.DataFrame
        The `lags` of both groups, ``"open weights"`` and ``"academia alone"``, told apart by the column ``group``.
    vintage : str
        The vintage that the models are of.

    Returns
    -------
    Figure
        A line a group, in years.
    """
    years = lags.assign(year=lags["date"].dt.year, behind=lags["months"] / 12)
    yearly = years.groupby(["group", "year"])["behind"].mean().dropna().reset_index()
    told = "; ".join(
        f"{group}: " + ", ".join(f"{row.year} {row.behind:.1f}" for row in part.itertuples())
        for group, part in yearly.groupby("group")
    )
    return figure(
        _lags(lags),
        lags[["group", "date", "months", "own", "own_flop", "passed_by"]],
        description=f"Years behind, mean of each year. {told}.",
        source=models_credit(vintage),
        columns={
            "group": Column("Group"),
            "date": Column("Month", "date"),
            "months": Column("Months behind", "number"),
            "own": Column("Largest of the group"),
            "own_flop": Column("Its training compute (FLOP)", "flop"),
            "passed_by": Column("First passed by"),
        },
    )


def capability_steps(models: pd.DataFrame, ages: pd.DataFrame) -> Figure:
    """Return capability by day of release, with the most capable closed and open models so far as steps.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with an index of capability, of `by_release`.
    ages : pandas.DataFrame
        The `age_of_capability` on the days of the records of open models, for the description.

    Returns
    -------
    Figure
        A point a model; some that everybody knows are named.
    """
    records = ages.drop_duplicates("own").itertuples()
    told = "; ".join(f"{row.own} {row.months:.1f}" for row in records)
    columns = ["model", "organisations", "team_type", "released", "inside", "index", "low", "high"]
    return figure(
        _capability(models),
        models[columns],
        description=f"Most capable open models, months after a closed one was as capable: {told}.",
        source=credit("outside/capability.csv"),
        columns={
            "released": Column("Released", "date"),
            "inside": Column("Weights to download"),
            "index": Column("Index", "number"),
            "low": Column("Low", "number"),
            "high": Column("High", "number"),
        },
    )


def _periods(early: Years, late: Years, last: int) -> list[Years]:
    """Return the periods that are compared, and those before, between and after them up to a last year."""
    before = {year for year in (2010, 2015) if year < early[0]}
    starts = {early[0], early[1] + 1, late[0], late[1] + 1, last + 1} | before
    edges = sorted(starts)
    return [(first, after - 1) for first, after in pairwise(edges)]


def _counts(models: pd.DataFrame, periods: list[Years]) -> pd.DataFrame:
    """Return how many models of each team type and period can be reached in which way."""
    rows = in_periods(models, periods)
    counted = rows.assign(access=rows["weights"].fillna(UNKNOWN))
    return counted.groupby(["team_type", "period", "access"]).size().reset_index(name="models")


@needs()
def _stacked(counts: pd.DataFrame) -> alt.LayerChart:
    shown = counts.assign(
        order=counts["access"].map(list(ACCESS_GROUPS).index),
        row=counts["team_type"].map(TEAM_NAMES) + "|" + counts["period"],
        way=counts["access"].map(ACCESS_NAMES),
        total=counts.groupby(["team_type", "period"])["models"].transform("sum"),
    )
    rows = _rows(list(dict.fromkeys(counts["period"])))
    colours = alt.Scale(domain=list(ACCESS_NAMES.values()), range=list(ACCESS_COLOURS.values()))
    legend = alt.Legend(orient="top", columns=alt.expr("width < 400 ? 1 : 2"))
    axis = alt.Axis(format="%", tickCount=5)
    base = alt.Chart(shown).encode(y=_under_heads(rows))
    bars = base.transform_filter(f"datum.total >= {FEW}").mark_bar(stroke=LINE, strokeWidth=0.5)
    totals = base.transform_aggregate(n="sum(models)", groupby=["row"])
    totals = totals.transform_calculate(text="'n = ' + datum.n")
    return framed(
        bars.encode(
            x=alt.X("models:Q", stack="normalize", title=None, axis=axis),
            color=alt.Color("way:N", scale=colours, legend=legend),
            order=alt.Order("order:Q"),
            tooltip=tips("row:N|Whose, when", "way:N|Access", "models:Q|Models"),
        ),
        totals.mark_text(align="left", dx=6, color=INK, fontSize=11).encode(
            x=alt.value("width"), text=alt.Text("text:N")
        ),
        height=26 * len(rows),
    )


def _rows(periods: list[str]) -> list[str]:
    """Return the rows of periods under the name of each team type, which has a row in which nothing is drawn."""
    return [f"{TEAM_NAMES[team]}|{period}" for team in _TEAMS for period in ["", *periods]]


def _under_heads(rows: list[str]) -> alt.Y:
    told = "split(datum.value, '|')[1] || split(datum.value, '|')[0]"
    weight: Any = {
        "condition": {"test": "split(datum.value, '|')[1] == ''", "value": "bold"},
        "value": "normal",
    }
    axis = row_axis(labelExpr=told, labelFontWeight=weight, labelBaseline="middle", labelLimit=110)
    return alt.Y("row:N", title=None, axis=axis, scale=alt.Scale(domain=rows, paddingInner=0.25))


@needs("rung")
def _ladder(ladder: pd.DataFrame) -> alt.LayerChart:
    names = list(dict.fromkeys(ladder["group"]))
    rows = ladder.assign(
        foot=ladder["group"].map(names.index).rsub(len(names) - 1).astype(float),
        what=ladder["rung"].map(_RUNG_NAMES),
        asked=ladder["data"].map({True: "yes", False: "no"}),
    )
    rows = rows.assign(top=rows["foot"] + 0.08 + rows["rung"] * 0.11, middle=rows["foot"] + 0.74)
    told = f"{json.dumps(names[::-1])}[floor(datum.value)]"
    places = [place + 0.3 for place in range(len(names))]
    labels = alt.Axis(values=places, labelExpr=told, grid=False, tickCount=99, labelOverlap=False)
    scale = alt.Scale(domain=[0, len(names)], nice=False)
    y = alt.Y("foot:Q", title=None, axis=labels, scale=scale)
    years = alt.Axis(labelAngle=0, labelOverlap=True, orient="top", domain=False)
    legend = alt.Legend(orient="top", columns=alt.expr("width < 400 ? 1 : 3"), symbolType="square")
    colours = alt.Scale(domain=list(RUNGS), range=list(_RUNG_COLOURS))
    colour = alt.Color("what:N", scale=colours, legend=legend)
    models = ("models:Q|Models", "asked:N|Data seen")
    tooltip = tips("group:N|Laboratory", "year:O|Year", "what:N|Most models give", *models)
    base = alt.Chart(rows.drop(columns=["rung", "data"])).encode(
        x=alt.X("year:O", title=None, axis=years)
    )
    reached = base.transform_filter("isValid(datum.what)")
    bars = reached.mark_bar(stroke=LINE, strokeWidth=0.5)
    at = alt.Y("middle:Q", title=None, scale=scale, axis=labels)
    asked = base.transform_filter("isValid(datum.asked)")
    dots = asked.mark_point(size=26, stroke=INK, strokeWidth=1, xOffset=11)
    seen = alt.condition("datum.asked == 'yes'", alt.value(INK), alt.value("transparent"))
    return framed(
        bars.encode(y=y, y2=alt.Y2("top:Q"), color=colour, tooltip=tooltip),
        reached.mark_text(fontSize=11).encode(y=at, text=alt.Text("models:Q")),
        dots.encode(y=at, fill=seen),
        height=34 * len(names),
    )


@needs("months")
def _lags(lags: pd.DataFrame) -> alt.LayerChart:
    known = lags.dropna(subset=["months"])
    dates = pd.to_datetime(known["date"])
    shown = known[["group", "own", "passed_by"]].assign(
        when=(dates.dt.year + dates.dt.month / 12).round(3),
        month=dates.dt.strftime("%B %Y"),
        years=known["months"] / 12,
    )
    x = year_axis("when", int(shown["when"].min()), int(shown["when"].max()) + 1)
    top = float(shown["years"].max())
    groups = list(_LAG_COLOURS)
    colours = alt.Scale(domain=groups, range=list(_LAG_COLOURS.values()))
    dashes = alt.Scale(domain=groups, range=[[1, 0], [7, 3]])
    models = ("own:N|Largest of the group", "passed_by:N|First passed by")
    line = alt.Chart(shown).mark_line()
    line = line.encode(
        x=x,
        y=_years("years", top),
        color=alt.Color("group:N", legend=None, scale=colours),
        strokeDash=alt.StrokeDash("group:N", legend=None, scale=dashes),
        tooltip=tips("group:N|Group", "month:N|At the end of", "years:Q|Years behind|.1f", *models),
    )
    return framed(line, end_labels(shown, "when", "years", "group", x, _years("at", top), top))


def _years(field: str, top: float) -> alt.Y:
    scale = alt.Scale(domain=[0, top])
    return alt.Y(f"{field}:Q", title="Years behind", scale=scale, axis=alt.Axis(tickCount=6))


@needs("index")
def _capability(models: pd.DataFrame) -> alt.LayerChart:
    shown = models[models["released"].dt.year >= _FIRST_CAPABLE]
    rows = shown[["model", "organisations", "index", "record"]].assign(
        when=fractional_years(shown["released"]).round(3),
        day=shown["released"].dt.strftime("%Y-%m-%d"),
        access=shown["inside"].map({True: OPEN, False: HOSTED}),
    )
    names = list(ACCESS_SERIES)
    x = year_axis("when", _FIRST_CAPABLE, int(rows["when"].max()) + 1)
    y = alt.Y("index:Q", title="Epoch Capabilities Index", scale=alt.Scale(zero=False))
    legend = alt.Legend(orient="bottom")
    colours = alt.Scale(domain=names, range=list(ACCESS_SERIES.values()))
    colour = alt.Color("access:N", legend=legend, scale=colours)
    shapes = alt.Scale(domain=names, range=["circle", "diamond"])
    shape = alt.Shape("access:N", legend=legend, scale=shapes)
    index = ("index:Q|Index|.1f", "access:N|Access")
    tooltip = tips("model:N|Model", "organisations:N|By", "day:N|Released", *index)
    best = rows[rows["record"]]
    ends = best.groupby("access").tail(1).assign(when=rows["when"].max())
    steps = alt.Chart(pd.concat([best, ends])[["when", "index", "access"]])
    base = alt.Chart(rows.drop(columns="record")).encode(x=x, y=y, color=colour)
    dots = base.mark_point(size=22, opacity=0.45).encode(shape=shape, tooltip=tooltip)
    line = steps.mark_line(interpolate="step-after").encode(x=x, y=y, color=colour)
    labels = [text.encode(x=x, y=y, text=alt.Text("model:N")) for text in _names(best)]
    return framed(dots, line, *labels, height=400)


def _names(best: pd.DataFrame) -> tuple[alt.Chart, alt.Chart]:
    """Return the names of some models: of closed ones above their line, of open ones below theirs."""
    named = best[best["model"].isin(_NAMED)][["when", "index", "model", "access"]]
    closed = alt.Chart(named[named["access"] == HOSTED])
    open_ones = alt.Chart(named[named["access"] == OPEN])
    return (
        closed.mark_text(align="right", dx=-5, dy=-9, fontSize=11),
        open_ones.mark_text(align="left", dx=5, dy=13, fontSize=11),
    )

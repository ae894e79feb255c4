"""Charts of the chapter on hardware: chips of models, how many, what a dollar buys, and who owns the clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, INK, needs
from compute_divide.analysis.chips.hardware import PEAK
from compute_divide.analysis.statistics.trends import Trend, fractional_years
from compute_divide.figures.base.marks import (
    TEAM_COLOURS,
    TEAM_NAMES,
    TEAM_SHAPES,
    framed,
    power_axis,
    team_colour,
    team_shape,
    tips,
    year_axis,
)

SECTORS = {"private": "industry-only", "mixed": "collaboration", "public": "academia-only"}
"""Sector of an owner, and the team type whose colour and shape it takes."""

_STRIP = 58
"""Height of a team type in the strips, in pixels."""


@needs()
def peak_points(models: pd.DataFrame, teams: Sequence[str]) -> alt.LayerChart:
    """Return the peak of the chip of each model over time.

    Parameters
    ----------
    models : pandas.DataFrame
        ``model``, ``published``, ``team_type``, ``training_hardware`` and `PEAK`; only models with a known peak.
    teams : sequence of str
        Team types to show.
    """
    shown = models.assign(
        when=fractional_years(models["published"]).round(3), day=models["published"].dt.strftime("%Y-%m-%d")
    )[["model", "when", "day", "team_type", "training_hardware", PEAK]]
    points = (
        alt.Chart(shown)
        .mark_point(size=40, opacity=0.75)
        .encode(
            x=year_axis("when"),
            y=power_axis(PEAK, "Peak of one chip (FLOP/s)"),
            color=team_colour(teams, legend="bottom"),
            shape=team_shape(teams, legend="bottom"),
            tooltip=tips("model:N|Model", "day:N|Published", "training_hardware:N|Chip", f"{PEAK}:Q|Peak (FLOP/s)|.2e"),
        )
    )
    return framed(points)


@needs()
def count_strips(models: pd.DataFrame, medians: pd.DataFrame, teams: Sequence[str]) -> alt.LayerChart:
    """Return the number of chips of each model, a strip a team type, with the median and its interval above.

    Parameters
    ----------
    models : pandas.DataFrame
        ``model``, ``team_type``, ``hardware_quantity``.
    medians : pandas.DataFrame
        ``team_type``, ``median``, ``low``, ``high``.
    teams : sequence of str
        Team types, top row first.
    """
    names = " : ".join(f"datum.value == '{team}' ? '{name}'" for team, name in TEAM_NAMES.items())
    axis = alt.Axis(labelExpr=f"{names} : datum.value", grid=False, domain=False, ticks=False)
    rows = alt.Y("team_type:N", sort=list(teams), title=None, axis=axis)
    x = _counts("hardware_quantity", "Chips of the training run, logarithmic", alt.X)
    ticks = (
        alt.Chart(models[["model", "team_type", "hardware_quantity"]])
        .mark_tick(thickness=1.5, size=15, opacity=0.55, yOffset=12)
        .encode(
            x=x,
            y=rows,
            color=team_colour(teams),
            tooltip=tips("model:N|Model", "hardware_quantity:Q|Chips|,"),
        )
    )
    shown = medians.assign(label=medians["median"].map("{:,.0f}".format))
    base = alt.Chart(shown).encode(y=rows, color=team_colour(teams))
    rule = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2.5, opacity=0.55, yOffset=-8)
    dot = base.mark_point(size=80, yOffset=-8).encode(
        x=alt.X("median:Q"),
        tooltip=tips("median:Q|Median|,", "low:Q|Low|,.0f", "high:Q|High|,.0f"),
    )
    label = alt.Chart(shown).mark_text(dy=-21, color=INK).encode(y=rows, x="median:Q", text="label:N")
    return framed(ticks, rule.encode(x="low:Q", x2="high:Q"), dot, label, height=_STRIP * len(teams))


@needs()
def dollar_points(points: pd.DataFrame, trend: Trend, value: str, title: str) -> alt.LayerChart:
    """Return what a dollar buys over time, with its trend.

    Parameters
    ----------
    points : pandas.DataFrame
        ``chip``, ``published`` and the column `value`.
    trend : Trend
        Of the same points.
    value : str
        What a dollar buys.
    title : str
        Title of the axis.
    """
    when = fractional_years(points["published"]).round(3)
    shown = points.assign(when=when, day=points["published"].dt.strftime("%Y-%m-%d"))[["chip", "when", "day", value]]
    ends = pd.DataFrame({"when": [when.min(), when.max()]})
    ends[value] = trend.at(ends["when"])
    y = power_axis(value, title)
    marks = (
        alt.Chart(shown)
        .mark_point(size=30, color=ACCENT, opacity=0.75)
        .encode(
            x=year_axis("when"),
            y=y,
            tooltip=tips("chip:N|Chip", "day:N|Date", f"{value}:Q|{title}|.2e"),
        )
    )
    line = alt.Chart(ends).mark_line(color=INK, strokeWidth=1.75).encode(x=year_axis("when"), y=y)
    return framed(marks, line)


@needs()
def cluster_points(clusters: pd.DataFrame) -> alt.LayerChart:
    """Return the size of clusters by the date they began to run, told apart by the sector of the owner.

    Parameters
    ----------
    clusters : pandas.DataFrame
        ``name``, ``owner``, ``sector``, ``operational`` (date), ``h100_equivalents``.
    """
    shown = clusters.assign(
        when=fractional_years(clusters["operational"]).round(3), day=clusters["operational"].dt.strftime("%Y-%m-%d")
    )[["name", "owner", "sector", "when", "day", "h100_equivalents"]]
    legend = alt.Legend(orient="bottom")
    colours = [TEAM_COLOURS[team] for team in SECTORS.values()]
    shapes = [TEAM_SHAPES[team] for team in SECTORS.values()]
    points = (
        alt.Chart(shown)
        .mark_point(size=40, opacity=0.75)
        .encode(
            x=year_axis("when"),
            y=_counts("h100_equivalents", "H100 equivalents, logarithmic", alt.Y),
            color=alt.Color("sector:N", scale=alt.Scale(domain=list(SECTORS), range=colours), legend=legend),
            shape=alt.Shape("sector:N", scale=alt.Scale(domain=list(SECTORS), range=shapes), legend=legend),
            tooltip=tips(
                "name:N|Cluster",
                "owner:N|Owner",
                "sector:N|Sector",
                "day:N|First day",
                "h100_equivalents:Q|H100 equivalents|,.0f",
            ),
        )
    )
    return framed(points)


def _counts(field: str, title: str, channel: type[alt.X | alt.Y]) -> Any:
    """Return a logarithmic axis of counts: 1, 10, 100, 1,000."""
    whole = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) > 1e-6"
    return channel(
        f"{field}:Q",
        title=title,
        scale=alt.Scale(type="log", nice=True),
        axis=alt.Axis(labelExpr=f"{whole} ? '' : format(datum.value, ',')", tickCount=6, grid=True),
    )

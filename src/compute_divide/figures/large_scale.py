"""Charts of the chapter on who trains large-scale models: periods by team type, shares under every definition."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import needs
from compute_divide.figures.base.marks import (
    definition_axis,
    dots_with_intervals,
    framed,
    row_axis,
    share_below,
    share_tips,
)
from compute_divide.figures.base.palette import TEAM_COLOURS, TEAM_NAMES, team_colour, team_shape

_ROW = 22
"""Pixels of one dot."""


@needs("share")
def period_dots(shares: pd.DataFrame) -> alt.LayerChart:
    """Return the share of each team type in each period, with intervals.

    Parameters
    ----------
    shares : pandas.DataFrame
        As `compute_divide.analysis.statistics.shares.period_shares` returns it.
    """
    rows = shares.dropna(subset=["share"])
    teams = list(dict.fromkeys(shares["team_type"]))
    periods = list(dict.fromkeys(shares["period"]))
    y = alt.Y("period:N", title=None, sort=periods, axis=row_axis())
    x = share_below("Share of large-scale models")
    offset = alt.YOffset("team_type:N", sort=teams)
    tooltip = share_tips("team_type:N|Team type", "period:N|Years")
    dots = dots_with_intervals(rows, x, y, colour=team_colour(teams), offset=offset, tooltip=tooltip, size=70)
    dots.layer[1] = dots.layer[1].encode(shape=team_shape(teams))
    named = rows.assign(name=rows["team_type"].map(TEAM_NAMES))[["period", "team_type", "share", "low", "high", "name"]]
    # Names stand where there is room: right of a small share, left of a large one.
    base = alt.Chart(named).encode(y=y, yOffset=offset, text="name:N")
    right = base.transform_filter("datum.share <= 0.5").mark_text(align="left", dx=8).encode(x="high:Q")
    left = base.transform_filter("datum.share > 0.5").mark_text(align="right", dx=-8).encode(x="low:Q")
    return framed(dots, right, left, height=len(periods) * (len(teams) * _ROW + 20))


@needs("share")
def definition_dots(estimates: pd.DataFrame, chosen: str) -> alt.LayerChart:
    """Return shares for each definition, one row a question within a definition, the chosen definition marked.

    Parameters
    ----------
    estimates : pandas.DataFrame
        ``definition``, ``what`` (the question), ``team_type``, ``share``, ``low``, ``high``, ``k``, ``n``. The second
        question has hollow dots.
    chosen : str
        The definition that the chapter uses.
    """
    rows = estimates.dropna(subset=["share"])
    questions = list(dict.fromkeys(rows["what"]))
    axis = definition_axis()
    axis.labelFontWeight = alt.condition(f"datum.value == '{chosen}'", alt.value("bold"), alt.value("normal"))
    y = alt.Y("definition:N", title=None, sort=list(dict.fromkeys(rows["definition"])), axis=axis)
    x = share_below("Share of large-scale models")
    offset = alt.YOffset("what:N", sort=questions)
    tooltip = share_tips("definition:N|Definition", "what:N|Whose, when")
    layers: list[alt.Chart | alt.LayerChart] = []
    for line, question in enumerate(questions):
        part = rows[rows["what"] == question]
        colour = alt.value(TEAM_COLOURS[part["team_type"].iloc[0]])
        filled = line != 1
        layers.append(dots_with_intervals(part, x, y, colour=colour, offset=offset, tooltip=tooltip, filled=filled))
        # One line for each heading, so that they never overlap, however narrow the chart.
        head = alt.Chart(pd.DataFrame({"share": [part["share"].median()], "what": [question]}))
        layers.append(head.mark_text(dy=-8 - 15 * line).encode(x=x, y=alt.value(0), text="what:N"))
    return framed(*layers, height=estimates["definition"].nunique() * (len(questions) * 14 + 14))

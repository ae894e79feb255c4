"""Charts of the chapter on robustness: every definition in every vintage, and how a year reads over the vintages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from compute_divide.figures.marks import dots_with_intervals, end_labels, framed, share_tooltip
from compute_divide.figures.palette import QUIET, TEAM_COLOURS
from compute_divide.figures.theme import HEIGHT, definition_axis, share_axis, share_below

_ROW = 11
"""Pixels of one vintage within a definition."""


def forest(
    estimates: pd.DataFrame, team_type: str, title: str, claims: Mapping[str, float] | None = None
) -> alt.LayerChart:
    """Return shares with intervals for every definition and vintage, vintages from old to new within a definition.

    Parameters
    ----------
    estimates : pandas.DataFrame
        ``definition``, ``vintage``, ``what`` (a period), ``share``, ``low``, ``high``, ``k``, ``n``. With two periods
        the second has hollow dots.
    team_type : str
        Gives the colour.
    title : str
        Of the axis.
    claims : mapping of str to float, optional
        What the paper gives for each ``what``: a dashed line.
    """
    rows = estimates.dropna(subset=["share"])
    vintages = sorted(rows["vintage"].unique())
    definitions = list(dict.fromkeys(rows["definition"]))
    y = alt.Y(
        "definition:N",
        title=None,
        sort=definitions,
        axis=definition_axis(),
        scale=alt.Scale(paddingInner=0.14, paddingOuter=0.05),
    )
    offset = alt.YOffset("vintage:N", sort=vintages)
    x = share_below(title)
    tooltip = share_tooltip(
        alt.Tooltip("what:N", title="Years"),
        alt.Tooltip("definition:N", title="Definition"),
        alt.Tooltip("vintage:N", title="Vintage"),
    )
    colour = alt.value(TEAM_COLOURS[team_type])
    periods = list(dict.fromkeys(rows["what"]))
    edge = alt.Chart(rows.drop_duplicates(["definition", "vintage"])[["definition", "vintage"]].assign(edge=1.0))
    layers: list[alt.Chart | alt.LayerChart] = [
        dots_with_intervals(
            rows[rows["what"] == period],
            x,
            y,
            colour=colour,
            offset=offset,
            tooltip=tooltip,
            size=26,
            filled=place == 0,
        )
        for place, period in enumerate(periods)
    ]
    layers.append(
        edge.mark_text(align="left", dx=6, fontSize=9).encode(x="edge:Q", y=y, yOffset=offset, text="vintage:N")
    )
    heads = rows.groupby("what", sort=False)["share"].median().reset_index()
    layers.append(alt.Chart(heads).mark_text(dy=-8).encode(x=x, y=alt.value(0), text="what:N"))
    if claims:
        lines = alt.Chart(pd.DataFrame({"share": list(claims.values())}))
        layers.insert(0, lines.mark_rule(strokeDash=[5, 3], strokeWidth=1.25, color=QUIET).encode(x=x))
    return framed(*layers, height=len(definitions) * (_ROW * len(vintages) + 16))


def drift_lines(read: pd.DataFrame, highlighted: Sequence[int], team_type: str, title: str) -> alt.LayerChart:
    """Return how the share of a team type in some years reads in one vintage after another.

    Parameters
    ----------
    read : pandas.DataFrame
        As `compute_divide.analysis.drift.readings` returns it, for one team type.
    highlighted : sequence of int
        Years that stand out, with intervals; the others stay in the background.
    team_type : str
        Gives the colour.
    title : str
        Of the vertical axis.
    """
    rows = read.assign(
        taken=read["vintage"].map(_vintage_date),
        name=read["year"].astype(str),
        shown=read["year"].isin(list(highlighted)),
    )[["taken", "vintage", "year", "name", "shown", "share", "low", "high", "k", "n"]]
    first, last = int(rows["taken"].min()), float(rows["taken"].max())
    x = alt.X(
        "taken:Q",
        title="Date of the vintage",
        axis=alt.Axis(format="d", tickMinStep=1),
        scale=alt.Scale(domain=[first, last], nice=False, zero=False),
    )
    y = share_axis("share", title)
    strong = alt.value(TEAM_COLOURS[team_type])
    colour = alt.condition("datum.shown", strong, alt.value(QUIET))
    tooltip = share_tooltip(
        alt.Tooltip("year:Q", title="Models of", format="d"), alt.Tooltip("vintage:N", title="Read in")
    )
    base = alt.Chart(rows)
    rule = base.transform_filter("datum.shown").mark_rule(strokeWidth=1.25)
    width = alt.condition("datum.shown", alt.value(2.5), alt.value(1.25))
    return framed(
        base.mark_line().encode(x=x, y=y, detail="name:N", color=colour, strokeWidth=width),
        rule.encode(x=x, y=share_axis("low", title), y2="high:Q", color=strong),
        base.mark_point(size=30).encode(x=x, y=y, color=colour, tooltip=tooltip),
        end_labels(rows, "taken", "share", "name", x, share_axis("at", title), HEIGHT),
        height=HEIGHT,
    )


def _vintage_date(vintage: str) -> float:
    """Return the middle of the month of a vintage as a year with a fraction."""
    year, month = int(vintage[:4]), int(vintage[5:7])
    return round(year + (month - 0.5) / 12, 3)

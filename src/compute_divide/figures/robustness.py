"""Charts and tables of the chapters on robustness and evidence: definitions by vintages, revisions, what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, HEIGHT, INK, QUIET, needs
from compute_divide.figures.base.marks import (
    CLAIM_NAMES,
    DEFINITION_NAMES,
    TEAM_COLOURS,
    end_labels,
    framed,
    row_axis,
    share_axis,
    share_tips,
    tips,
    year_axis,
)


@needs("share")
def definition_grid(estimates: pd.DataFrame, periods: Sequence[str]) -> alt.LayerChart:
    """Return shares in percent under every definition (rows) and vintage (columns), a line for each of some periods.

    Parameters
    ----------
    estimates : pandas.DataFrame
        ``definition``, ``vintage``, ``what`` (a period), ``team_type`` (one, gives the colour), ``share``, ``low``,
        ``high``, ``k``, ``n``.
    periods : sequence of str
        The lines within a row, top first.
    """
    rows = estimates.dropna(subset=["share"])
    rows = rows.assign(rule=rows["definition"].map(DEFINITION_NAMES), text=(100 * rows["share"]).map("{:.0f}".format))
    top = row_axis(orient="top", labelAngle=-90, labelAlign="left", labelBaseline="middle", labelPadding=2)
    order = [name for name in DEFINITION_NAMES.values() if name in set(rows["rule"])]
    gaps = alt.Scale(paddingInner=0.2, paddingOuter=0)
    columns = ["rule", "vintage", "what", "share", "low", "high", "k", "n", "text"]
    base = alt.Chart(rows[columns]).encode(
        x=alt.X("vintage:O", title=None, axis=top, scale=alt.Scale(paddingInner=0.06, paddingOuter=0)),
        y=alt.Y("rule:N", title=None, sort=order, axis=row_axis(), scale=gaps),
        yOffset=alt.YOffset("what:N", sort=list(periods)),
    )
    depth = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.05, 0.75]), legend=None)
    tooltip = share_tips("rule:N|Definition", "vintage:N|Vintage", "what:N|Years")
    tiles = base.mark_rect(color=TEAM_COLOURS[rows["team_type"].iloc[0]]).encode(opacity=depth, tooltip=tooltip)
    numbers = base.mark_text(fontSize=11, color=INK).encode(text="text:N")
    return framed(tiles, numbers, height=(18 * len(periods) + 14) * len(order))


@needs("share")
def drift_lines(read: pd.DataFrame, highlighted: Sequence[int], team_type: str, title: str) -> alt.LayerChart:
    """Return how the share of a team type in some years reads in one vintage after another."""
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
    tooltip = share_tips("year:Q|Models of|d", "vintage:N|Read in")
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


CHOICE_WORDS = {
    "vintage": "the vintage",
    "scope": "which of its models count",
    "filter": "the notability filter",
    "size": "the rule on size",
    "denominator": "the denominator",
    "period": "the years",
}
"""The choices of a specification, as a sentence names them."""

_CLAIM_COLOURS = {
    "academia-share-early": TEAM_COLOURS["academia-only"],
    "academia-share-late": TEAM_COLOURS["academia-only"],
    "industry-share-2022": TEAM_COLOURS["industry-only"],
}
_CLAIM_DASHES = {"academia-share-early": [1, 0], "academia-share-late": [6, 3], "industry-share-2022": [1, 0]}


@needs("share")
def specification_curves(curves: pd.DataFrame, claims: Mapping[str, float]) -> alt.LayerChart:
    """Return the shares of all specifications, ordered from least to most, with intervals and the paper's values."""
    rows = curves[["claim", "rank", "share", "low", "high"]].assign(name=curves["claim"].map(CLAIM_NAMES))
    order = [claim for claim in _CLAIM_COLOURS if claim in set(rows["claim"])]
    colours = alt.Scale(domain=order, range=[_CLAIM_COLOURS[claim] for claim in order])
    dashes = alt.Scale(domain=order, range=[_CLAIM_DASHES[claim] for claim in order])
    colour, dash = (
        alt.Color("claim:N", scale=colours, legend=None),
        alt.StrokeDash("claim:N", scale=dashes, legend=None),
    )
    x = alt.X(
        "rank:Q",
        title="Specifications, ordered by share",
        axis=alt.Axis(format="%", tickCount=5),
        scale=alt.Scale(domain=[0, 1], nice=False),
    )
    y = share_axis("share", "Share of models")
    tooltip = tips("name:N|Claim", "rank:Q|Rank|.0%", "share:Q|Share|.0%", "low:Q|Low|.0%", "high:Q|High|.0%")
    base = alt.Chart(rows)
    values = pd.DataFrame({"claim": order, "share": [claims[claim] for claim in order]})
    values["text"] = [f"paper: {value:.0%}" for value in values["share"]]
    value = alt.Chart(values)
    return framed(
        base.mark_area(opacity=0.16).encode(x=x, y=share_axis("low", "Share of models"), y2="high:Q", color=colour),
        base.mark_line().encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tooltip),
        value.mark_rule(color=QUIET, strokeDash=[2, 3]).encode(y=y),
        value.mark_text(align="left", dx=4, dy=-6, fontSize=11).encode(x=alt.value(0), y=y, text="text:N"),
        end_labels(rows, "rank", "share", "name", x, share_axis("at", "Share of models"), 360),
        height=360,
    )


@needs("swing")
def swing_dots(swings: pd.DataFrame) -> alt.LayerChart:
    """Return how far each choice moves each headline, one row a choice."""
    rows = swings.dropna(subset=["swing"]).assign(name=swings["claim"].map(CLAIM_NAMES))
    rows["words"] = rows["choice"].map(CHOICE_WORDS)
    largest = rows.groupby("words")["swing"].max().sort_values(ascending=False)
    names = [CLAIM_NAMES[claim] for claim in _CLAIM_COLOURS]
    colours = alt.Scale(domain=names, range=list(_CLAIM_COLOURS.values()))
    shapes = alt.Scale(domain=names, range=["circle", "triangle-up", "square"])
    legend = alt.Legend(columns=1, orient="bottom", direction="vertical")
    y = alt.Y(
        "words:N",
        title=None,
        sort=list(largest.index),
        axis=row_axis(grid=True),
    )
    x = alt.X(
        "swing:Q",
        title="Mean swing, all else held",
        axis=alt.Axis(format="%", tickCount=5, grid=True),
        scale=alt.Scale(domainMin=0, nice=True),
    )
    tooltip = tips("words:N|Choice", "name:N|Claim", "swing:Q|Mean swing|.1%", "settings:Q|Settings compared|,")
    dots = alt.Chart(rows[["name", "words", "swing", "settings"]]).mark_point(size=90)
    colour = alt.Color("name:N", scale=colours, legend=legend)
    shape = alt.Shape("name:N", scale=shapes, legend=legend)
    return framed(dots.encode(x=x, y=y, color=colour, shape=shape, tooltip=tooltip), height=34 * len(largest))


def change_table(changes: pd.DataFrame) -> pd.DataFrame:
    """Return what moved a share between two vintages as readers see it: a row for each change, with signs."""
    points = [f"{value:+.1f}".replace("-", "\u2212") if value == value else "" for value in changes["points"]]
    return changes[["what", "change", "models"]].assign(points=points)


FIELDS = {
    "training_compute_flop": "training compute",
    "parameters": "number of parameters",
    "training_hardware": "training hardware",
}
"""Fields whose coverage is shown, with their names in a sentence."""


@needs("share")
def known_lines(known: pd.DataFrame) -> alt.LayerChart:
    """Return a line of the share of models for which a field is known, for each field, named at its end."""
    dashes = alt.StrokeDash("field:N", legend=None, scale=alt.Scale(range=[[1, 0], [6, 3], [2, 3]]))
    rows = known[["field", "year", "share", "low", "high", "k", "n"]]
    line = (
        alt.Chart(rows)
        .mark_line(color=ACCENT)
        .encode(x=year_axis(), y=share_axis(), strokeDash=dashes, tooltip=share_tips("field:N|Field", "year:Q|Year|d"))
    )
    return framed(line, end_labels(rows, "year", "share", "field", year_axis(), share_axis("at"), HEIGHT))


def vintage_table(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of the vintages as readers see it: counts, and shares of the models in brackets."""

    def with_share(column: str) -> pd.Series[str]:
        return summary[column].map("{:,}".format) + (summary[column] / summary["models"]).map(" ({:.0%})".format)

    return pd.DataFrame(
        {
            "vintage": summary["vintage"],
            "models": summary["models"].map("{:,}".format),
            "notable": summary["notable"].map("{:,}".format),
            "newest": pd.to_datetime(summary["newest"]).dt.strftime("%Y-%m-%d"),
            "team_known": with_share("team_known"),
            "compute_known": with_share("compute_known"),
            "parameters_known": with_share("parameters_known"),
        }
    )

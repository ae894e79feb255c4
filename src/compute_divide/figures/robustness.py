"""Charts and tables of the chapters on robustness and evidence: definitions by vintages, revisions, what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, HEIGHT, INK, QUIET, needs
from compute_divide.figures.base.marks import (
    TEAM_COLOURS,
    definition_axis,
    dots_with_intervals,
    end_labels,
    framed,
    share_axis,
    share_below,
    share_tips,
    spread,
    tips,
    year_axis,
)

_ROW = 11
"""Pixels of one vintage within a definition."""


@needs("share")
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
    vintages = sorted(estimates["vintage"].unique())
    definitions = list(dict.fromkeys(estimates["definition"]))
    y = alt.Y(
        "definition:N",
        title=None,
        sort=definitions,
        axis=definition_axis(),
        scale=alt.Scale(paddingInner=0.14, paddingOuter=0.05),
    )
    offset = alt.YOffset("vintage:N", sort=vintages)
    x = share_below(title)
    tooltip = share_tips("what:N|Years", "definition:N|Definition", "vintage:N|Vintage")
    colour = alt.value(TEAM_COLOURS[team_type])
    periods = list(dict.fromkeys(estimates["what"]))
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


@needs("share")
def drift_lines(read: pd.DataFrame, highlighted: Sequence[int], team_type: str, title: str) -> alt.LayerChart:
    """Return how the share of a team type in some years reads in one vintage after another.

    Parameters
    ----------
    read : pandas.DataFrame
        As `compute_divide.analysis.models.drift.readings` returns it, for one team type.
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


CLAIM_NAMES = {
    "academia-share-early": "academia, early period",
    "academia-share-late": "academia, late period",
    "industry-share-2022": "industry, 2022",
}
"""The headline claims as a chart names them."""

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
    """Return the shares of all specifications, ordered from least to most, with intervals and the paper's values.

    Parameters
    ----------
    curves : pandas.DataFrame
        As `compute_divide.analysis.models.multiverse.curve` returns it.
    claims : mapping of str to float
        The paper's value of each claim: a horizontal line.
    """
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
    """Return how far each choice moves each headline, one row a choice.

    Parameters
    ----------
    swings : pandas.DataFrame
        As `compute_divide.analysis.models.multiverse.swings` returns it.
    """
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
        axis=alt.Axis(grid=True, domain=False, ticks=False, labelPadding=10),
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
    """Return what moved a share between two vintages as readers see it: a row for each change, with signs.

    Parameters
    ----------
    changes : pandas.DataFrame
        ``what`` (which share, between which vintages), then as `compute_divide.analysis.models.drift.changes` gives it.
    """
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
    """Return lines of the share of models for which a field is known, with bands, labelled at their ends.

    Parameters
    ----------
    known : pandas.DataFrame
        Columns ``year``, ``field``, ``share``, ``low``, ``high``; one row a year and field.

    Returns
    -------
    altair.LayerChart
        One line a field, told apart by its dashes and its label.
    """
    dashes = alt.StrokeDash("field:N", legend=None, scale=alt.Scale(range=[[1, 0], [6, 3], [2, 3]]))
    base = alt.Chart(known).encode(x=year_axis())
    band = base.mark_errorband(color=ACCENT, opacity=0.12).encode(y=share_axis("low"), y2="high:Q", detail="field:N")
    line = base.mark_line(color=ACCENT).encode(
        y=share_axis(),
        strokeDash=dashes,
        tooltip=tips("field:N|Field", "year:Q|Year|d", "share:Q|Known|.0%", "low:Q|Low|.0%", "high:Q|High|.0%"),
    )
    ends = known.sort_values("year").groupby("field", sort=False).tail(1).copy()
    ends["at"] = spread(ends["share"], gap=0.07)
    labels = (
        alt.Chart(ends[["year", "field", "at"]])
        .mark_text(align="left", dx=6, color=INK)
        .encode(x=year_axis(), y=share_axis("at"), text="field:N")
    )
    chart: alt.LayerChart = (
        alt.layer(band, line, labels)
        .resolve_scale(strokeDash="independent")
        .properties(width="container", height=HEIGHT)
    )
    return chart


def vintage_table(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of the vintages as readers see it: counts, and shares of the models in brackets.

    Parameters
    ----------
    summary : pandas.DataFrame
        As `compute_divide.analysis.models.coverage.vintage_summary` returns it.
    """

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

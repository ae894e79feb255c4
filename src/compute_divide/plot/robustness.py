"""Charts and tables of the chapters on robustness and evidence: definitions by vintages, revisions, what is known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import INK, QUIET, needs
from compute_divide.analysis.models.multiverse import HEADLINES
from compute_divide.plot.base.marks import (
    CLAIM_NAMES,
    DEFINITION_NAMES,
    TEAM_COLOURS,
    end_labels,
    framed,
    row_axis,
    share_axis,
    share_tips,
    tips,
)


@needs("share")
def definition_grid(estimates: pd.DataFrame, periods: Sequence[str]) -> alt.LayerChart:
    """Return shares in percent under every definition (rows) and vintage (columns), from `answers` of one team type.

    `periods` are the questions by their names, a line each within a row, top first.
    """
    rows = estimates.dropna(subset=["share"])
    rows = rows.assign(
        rule=rows["definition"].map(DEFINITION_NAMES),
        text=(100 * rows["share"]).map("{:.0f}".format),
    )
    top = row_axis(
        orient="top", labelAngle=-90, labelAlign="left", labelBaseline="middle", labelPadding=2
    )
    order = [name for name in DEFINITION_NAMES.values() if name in set(rows["rule"])]
    gaps = alt.Scale(paddingInner=0.2, paddingOuter=0)
    columns = ["rule", "vintage", "what", "share", "low", "high", "k", "n", "text"]
    base = alt.Chart(rows[columns]).encode(
        x=alt.X(
            "vintage:O", title=None, axis=top, scale=alt.Scale(paddingInner=0.06, paddingOuter=0)
        ),
        y=alt.Y("rule:N", title=None, sort=order, axis=row_axis(), scale=gaps),
        yOffset=alt.YOffset("what:N", sort=list(periods)),
    )
    depth = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.05, 0.75]), legend=None)
    tooltip = share_tips("rule:N|Definition", "vintage:N|Vintage", "what:N|Years")
    tiles = base.mark_rect(color=TEAM_COLOURS[rows["team_type"].iloc[0]]).encode(
        opacity=depth, tooltip=tooltip
    )
    numbers = base.mark_text(fontSize=11, color=INK).encode(text=alt.Text("text:N"))
    return framed(tiles, numbers, height=(18 * len(periods) + 14) * len(order))


@needs("share")
def drift_lines(
    read: pd.DataFrame, highlighted: Sequence[int], team_type: str, title: str
) -> alt.LayerChart:
    """Return how the share of a team type in some years reads in one vintage after another."""
    rows = read.assign(
        taken=[
            round(int(one[:4]) + (int(one[5:7]) - 0.5) / 12, 3) for one in read["vintage"]
        ],  # the middle of a month
        name=read["year"].astype(str),
        shown=read["year"].isin(list(highlighted)),
    )[["taken", "vintage", "year", "name", "shown", "share", "low", "high", "k", "n"]]
    first, last = int(rows["taken"].min()), float(rows["taken"].max())
    scale = alt.Scale(domain=[first, last], nice=False, zero=False)
    x = alt.X(
        "taken:Q",
        title="Date of the vintage",
        axis=alt.Axis(format="d", tickMinStep=1),
        scale=scale,
    )
    y = share_axis("share", title)
    strong = alt.value(TEAM_COLOURS[team_type])
    colour = alt.condition("datum.shown", strong, alt.value(QUIET))
    tooltip = share_tips("year:Q|Models of|d", "vintage:N|Read in")
    base = alt.Chart(rows)
    rule = base.transform_filter("datum.shown").mark_rule(strokeWidth=1.25)
    width = alt.condition("datum.shown", alt.value(2.5), alt.value(1.25))
    return framed(
        base.mark_line().encode(
            x=x, y=y, detail=alt.Detail("name:N"), color=colour, strokeWidth=width
        ),
        rule.encode(x=x, y=share_axis("low", title), y2=alt.Y2("high:Q"), color=strong),
        base.mark_point(size=30).encode(x=x, y=y, color=colour, tooltip=tooltip),
        end_labels(rows, "taken", "share", "name", x, share_axis("at", title)),
    )


CHOICE_WORDS = {
    "vintage": "the vintage",
    "scope": "which of its models count",
    "filter": "the notability filter",
    "size": "the rule on size",
    "denominator": "the denominator",
    "period": "the years",
}
"""The choices of a specification, as a sentence names them."""

_CLAIM_COLOURS = {claim: TEAM_COLOURS[team] for claim, (team, _) in HEADLINES.items()}
_CURVE = 11  # height of a specification curve in rows of the grid below it


@needs("share")
def specification_curves(
    curves: pd.DataFrame, settings: pd.DataFrame, claims: Mapping[str, float]
) -> alt.LayerChart:
    """Return the shares of all specifications from least to most, and below them which choice stands where.

    Three panels side by side, one a headline, on one scale: shares above nothing, rows of settings below it. `curves`
    and `settings` are from `curve` and `settings_by_rank`, of the same number of bins; `claims` are the paper's values.
    """
    order = [claim for claim in _CLAIM_COLOURS if claim in set(curves["claim"])]
    panel = {claim: place for place, claim in enumerate(order)}
    foot = _setting_rows(settings)
    names = {round(at, 1): setting for (_, setting), at in foot.items()}
    ticks = {_CURVE * share / 4: f"{25 * share}%" for share in range(5)}
    told = json.dumps({f"{at:g}": name for at, name in (names | ticks).items()})
    axis = row_axis(
        values=[*names, *ticks], tickCount=99, labelExpr=f"({told})[datum.value]", labelLimit=190
    )
    heights = alt.Scale(domain=[min(names) - 0.6, _CURVE + 3], nice=False)
    y = alt.Y("y:Q", title=None, axis=axis, scale=heights)
    x = alt.X("x:Q", title=None, axis=None, scale=alt.Scale(domain=[0, len(order)], nice=False))

    def placed(data: pd.DataFrame, column: str = "rank") -> pd.Series[float]:
        return (data["claim"].map(panel) + 0.03 + 0.94 * data[column]).round(4)

    width = 0.47 / max(curves.groupby("claim").size())
    tiles = settings.assign(
        x=placed(settings) - width,
        x2=placed(settings) + width,
        y=[
            round(foot[row], 1) for row in zip(settings["choice"], settings["setting"], strict=True)
        ],
    )
    line = curves.assign(x=placed(curves), y=_CURVE * curves["share"], y2=_CURVE * curves["high"])
    line = line.assign(low=_CURVE * curves["low"])[["claim", "x", "y", "y2", "low", "share"]].round(
        3
    )
    ends = pd.DataFrame(
        {"claim": order, "share": [claims[claim] for claim in order], "rank": 0.0, "end": 1.0}
    )
    value = ends.assign(
        x=placed(ends), x2=placed(ends, "end"), y=_CURVE * ends["share"], top=_CURVE + 2.6
    )
    value["said"] = [
        [*CLAIM_NAMES[claim].split(", "), f"paper: {claims[claim]:.0%}"] for claim in order
    ]
    of_paper = alt.Chart(value).transform_calculate(
        text="width < 300 ? [split(datum.said[1], ' ')[0]] : datum.said"
    )
    scale = alt.Scale(domain=order, range=[_CLAIM_COLOURS[claim] for claim in order])
    colour = alt.Color("claim:N", scale=scale, legend=None)
    depth = alt.Opacity(
        "part:Q", scale=alt.Scale(domain=[0, 0.4], range=[0.03, 0.9], clamp=True), legend=None
    )
    curve, of_paper = alt.Chart(line).encode(x=x, color=colour), of_paper.encode(x=x)
    tooltip = tips("setting:N|Setting", "part:Q|Of its specifications|.0%")
    grid = alt.Chart(tiles[["claim", "x", "x2", "y", "part", "setting"]]).mark_bar(size=14)
    return framed(
        grid.encode(x=x, x2=alt.X2("x2:Q"), y=y, color=colour, opacity=depth, tooltip=tooltip),
        curve.mark_area(opacity=0.16).encode(
            y=alt.Y("low:Q", scale=heights, title=None), y2=alt.Y2("y2:Q")
        ),
        curve.mark_line().encode(y=y, tooltip=tips("share:Q|Share|.0%")),
        of_paper.mark_rule(color=QUIET, strokeDash=[2, 3]).encode(x2=alt.X2("x2:Q"), y=y),
        of_paper.mark_text(align="left", baseline="top", fontSize=11).encode(
            y=alt.Y("top:Q", scale=heights, title=None), text=alt.Text("text:N")
        ),
        height=int(16 * (_CURVE + 3 - min(names))),
    )


def _setting_rows(settings: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return how far below nothing each setting of each choice has its row, with a gap between choices."""
    padded = settings["setting"].str.replace(
        r"\b(\d)\b", r"0\1", regex=True
    )  # so that 5 stands before 10
    place = settings["choice"].map(list(CHOICE_WORDS).index)
    ordered = settings.assign(place=place, padded=padded).sort_values(["place", "padded"])
    rows = ordered[["choice", "setting", "place"]].drop_duplicates().to_numpy()
    return {
        (choice, setting): -1.5 - row - 0.5 * place
        for row, (choice, setting, place) in enumerate(rows)
    }


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
    y = alt.Y("words:N", title=None, sort=list(largest.index), axis=row_axis(grid=True))
    axis, scale = alt.Axis(format="%", tickCount=5, grid=True), alt.Scale(domainMin=0, nice=True)
    x = alt.X("swing:Q", title="Mean swing, all else held", axis=axis, scale=scale)
    tooltip = tips(
        "words:N|Choice", "name:N|Claim", "swing:Q|Mean swing|.1%", "settings:Q|Settings compared|,"
    )
    dots = alt.Chart(rows[["name", "words", "swing", "settings"]]).mark_point(size=90)
    colour = alt.Color("name:N", scale=colours, legend=legend)
    shape = alt.Shape("name:N", scale=shapes, legend=legend)
    return framed(
        dots.encode(x=x, y=y, color=colour, shape=shape, tooltip=tooltip), height=34 * len(largest)
    )


def change_table(changes: pd.DataFrame) -> pd.DataFrame:
    """Return what moved a share between two vintages as readers see it: a row for each change, with signs."""
    points = [
        f"{value:+.1f}".replace("-", "\u2212") if value == value else ""
        for value in changes["points"]
    ]
    return changes[["what", "change", "models"]].assign(points=points)

"""The figures and tables of the chapter on how robust the findings are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.chapter.number_formats import write
from bookpress.page.figures.show import Figure, Table
from bookpress.page.figures.theme import INK, QUIET, needs
from compute_divide.analysis.models.multiverse import (
    CHOICES,
    HEADLINES,
    Question,
    curve,
    settings_by_rank,
)
from compute_divide.analysis.statistics.estimates import INDUSTRY, span
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
from compute_divide.plot.base.show import Column, figure, models_credit, table
from compute_divide.plot.base.wording import between, describe_series

Score = tuple[Estimate, Estimate]  # the mean error of a correction, and how often its interval held
_CLAIM_COLOURS = {claim: TEAM_COLOURS[team] for claim, (team, _) in HEADLINES.items()}
_BINS = 12  # of each specification curve
_CURVE = 11  # height of a specification curve in rows of the grid below it


def definition_grid(estimates: pd.DataFrame, questions: Sequence[Question]) -> Figure:
    """Return shares in percent under every definition (rows) and vintage (columns).

    Parameters
    ----------
    estimates : pandas.DataFrame
        The answers, from `answers`.
    questions : sequence of Question
        Those that are shown, of one team type: a line each within a row, the first on top.

    Returns
    -------
    Figure
        A tile an answer, the darker the larger.
    """
    periods = {question.name: span(question.period) for question in questions}
    shown = estimates[estimates["what"].isin(list(periods))]
    shown = shown.assign(what=shown["what"].map(periods))
    return figure(
        _grid(shown, list(periods.values())),
        shown,
        description=_describe_grid(shown, list(periods.values())),
        source=models_credit(*estimates["vintage"].unique()),
        columns={"what": Column("Years")},
    )


def drift_lines(read: pd.DataFrame, highlighted: Sequence[int]) -> Figure:
    """Return how industry's share in some years of publication reads in one vintage after another.

    Parameters
    ----------
    read : pandas.DataFrame
        Shares by ``year`` and ``vintage``, from `shares_by`.
    highlighted : sequence of int
        The years that stand out.

    Returns
    -------
    Figure
        A line a year.
    """
    return figure(
        _drift(read, highlighted),
        read,
        description=describe_series(
            read.assign(year=read["year"].astype(str)), "vintage", "share", by="year", x_kind="text"
        ),
        source=models_credit(*sorted(read["vintage"].unique())),
    )


def change_table(changes: pd.DataFrame) -> Table:
    """Return what moved a share between two vintages.

    Parameters
    ----------
    changes : pandas.DataFrame
        Changes, from `share_changes`, with a column ``what``: of which models, between which vintages.

    Returns
    -------
    Table
        A row for each kind of change that touches a model.
    """
    made = changes[changes["models"] > 0]
    return table(
        made[["what", "change", "models"]].assign(points=made["points"].map(_signed)),
        columns={
            "what": Column("Models of, and vintages"),
            "change": Column("Change"),
            "models": Column("Models", "number"),
            "points": Column("Points"),
        },
    )


def nowcast_table(corrections: Mapping[str, Score]) -> Table:
    """Return how far readings lie from later ones, left as they are and corrected.

    Parameters
    ----------
    corrections : mapping of str to tuple of Estimate
        The `nowcast_score` of each correction, and of none, by its name.

    Returns
    -------
    Table
        A row a correction.
    """
    rows = [
        {"correction": name, "error": write(error), "held": _held(held), "n": held.n}
        for name, (error, held) in corrections.items()
    ]
    return table(
        pd.DataFrame(rows),
        columns={
            "correction": Column("Correction"),
            "error": Column("Mean error"),
            "held": Column("Within the 95% interval"),
            "n": Column("Readings", "number"),
        },
    )


def specification_curves(specs: pd.DataFrame, claims: Mapping[str, float]) -> Figure:
    """Return the shares of all specifications from least to most, and below them which choice stands where.

    Parameters
    ----------
    specs : pandas.DataFrame
        Specifications, from `specifications`.
    claims : mapping of str to float
        The paper's value of each headline.

    Returns
    -------
    Figure
        Three panels side by side, one a headline, on one scale: shares above nothing, rows of settings below it.
    """
    curves = curve(specs, _BINS)
    settings = settings_by_rank(specs, _BINS)
    return figure(
        _curves(curves, settings, claims),
        settings.merge(curves, on=["claim", "rank"]),
        description=" ".join(
            _describe_claim(claim, specs.loc[specs["claim"] == claim, "share"], value)
            for claim, value in claims.items()
        ),
        source=models_credit(*sorted(specs["vintage"].unique())),
        columns={
            "claim": Column("Claim"),
            "choice": Column("Choice"),
            "setting": Column("Setting"),
            "rank": Column("Rank", "share"),
            "part": Column("Of the setting's specifications", "share"),
            "n": Column("Specifications in the bin", "number"),
        },
    )


def swing_dots(swings: pd.DataFrame, vintages: Sequence[str]) -> Figure:
    """Return how far each choice moves each headline, a row a choice.

    Parameters
    ----------
    swings : pandas.DataFrame
        How far, from `swings`.
    vintages : sequence of str
        The vintages whose models the specifications read.

    Returns
    -------
    Figure
        A dot a headline.
    """
    known = swings.dropna()
    said = known["words"] + " " + known["swing"].map("{:.0%}".format)
    lines = said.groupby(known["claim"], sort=False).agg(", ".join)
    return figure(
        _swings(swings),
        swings[["claim", "choice", "swing", "settings"]],
        description=" ".join(
            f"{CLAIM_NAMES[str(claim)]}: {line}." for claim, line in lines.items()
        ),
        source=models_credit(*vintages),
        columns={
            "claim": Column("Claim"),
            "choice": Column("Choice"),
            "swing": Column("Mean swing", "share"),
            "settings": Column("Settings compared", "number"),
        },
    )


def _describe_grid(estimates: pd.DataFrame, periods: list[str]) -> str:
    """Return how far the shares reach under each definition, over the vintages that answer all questions."""
    on = ["definition", "vintage"]
    shares = estimates.pivot_table(index=on, columns="what", values="share", sort=False)
    known = shares.reindex(columns=periods).dropna()
    if known.empty:
        questions = "both questions" if len(periods) > 1 else "the question"
        return f"No vintage answers {questions} under any definition."
    times = ["in the early period", "in the late one, over the vintages"]
    times = times if len(periods) > 1 else ["over the vintages"]
    return " ".join(
        f"{DEFINITION_NAMES[str(name)]}: "
        + " and ".join(
            f"{between(part[period].min(), part[period].max())} {time}"
            for period, time in zip(periods, times, strict=True)
        )
        + "."
        for name, part in known.groupby("definition", sort=False)
    )


@needs("share")
def _grid(estimates: pd.DataFrame, periods: list[str]) -> alt.LayerChart:
    rows = estimates.dropna(subset=["share"])
    rows = rows.assign(
        rule=rows["definition"].map(DEFINITION_NAMES),
        text=(100 * rows["share"]).map("{:.0f}".format),
    )
    upright = {"labelAngle": -90, "labelAlign": "left", "labelBaseline": "middle"}
    top = row_axis(orient="top", labelPadding=2, **upright)
    across = alt.Scale(paddingInner=0.06, paddingOuter=0)
    down = alt.Scale(paddingInner=0.2, paddingOuter=0)
    order = [name for name in DEFINITION_NAMES.values() if name in set(rows["rule"])]
    columns = ["rule", "vintage", "what", "share", "low", "high", "k", "n", "text"]
    base = alt.Chart(rows[columns]).encode(
        x=alt.X("vintage:O", title=None, axis=top, scale=across),
        y=alt.Y("rule:N", title=None, sort=order, axis=row_axis(), scale=down),
        yOffset=alt.YOffset("what:N", sort=periods),
    )
    depth = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.05, 0.75]), legend=None)
    tooltip = share_tips("rule:N|Definition", "vintage:N|Vintage", "what:N|Years")
    tiles = base.mark_rect(color=TEAM_COLOURS[rows["team_type"].iloc[0]])
    numbers = base.mark_text(fontSize=11, color=INK).encode(text=alt.Text("text:N"))
    height = (18 * len(periods) + 14) * len(order)
    return framed(tiles.encode(opacity=depth, tooltip=tooltip), numbers, height=height)


@needs("share")
def _drift(read: pd.DataFrame, highlighted: Sequence[int]) -> alt.LayerChart:
    title = "Share of industry alone, notable models"
    rows = read.assign(
        taken=read["vintage"].map(_middle_of_month),
        name=read["year"].astype(str),
        shown=read["year"].isin(list(highlighted)),
    )[["taken", "vintage", "year", "name", "shown", "share", "low", "high", "k", "n"]]
    ends = [int(rows["taken"].min()), float(rows["taken"].max())]
    x = alt.X(
        "taken:Q",
        title="Date of the vintage",
        axis=alt.Axis(format="d", tickMinStep=1),
        scale=alt.Scale(domain=ends, nice=False, zero=False),
    )
    y = share_axis("share", title)
    strong = alt.value(TEAM_COLOURS[INDUSTRY])
    colour = alt.condition("datum.shown", strong, alt.value(QUIET))
    width = alt.condition("datum.shown", alt.value(2.5), alt.value(1.25))
    tooltip = share_tips("year:Q|Models of|d", "vintage:N|Read in")
    base = alt.Chart(rows).encode(x=x)
    rule = base.transform_filter("datum.shown").mark_rule(strokeWidth=1.25)
    line = base.mark_line().encode(y=y, detail=alt.Detail("name:N"))
    return framed(
        line.encode(color=colour, strokeWidth=width),
        rule.encode(y=share_axis("low", title), y2=alt.Y2("high:Q"), color=strong),
        base.mark_point(size=30).encode(y=y, color=colour, tooltip=tooltip),
        end_labels(rows, "taken", "share", "name", x, share_axis("at", title)),
    )


def _middle_of_month(vintage: str) -> float:
    return round(int(vintage[:4]) + (int(vintage[5:7]) - 0.5) / 12, 3)


def _signed(points: float) -> str:
    return "" if pd.isna(points) else f"{points:+.1f}".replace("-", "\N{MINUS SIGN}")


def _held(coverage: Estimate) -> str:
    return write(coverage, "counts") if coverage.n else ""


def _describe_claim(claim: str, shares: pd.Series[float], value: float) -> str:
    reach = f"from {shares.min():.0%} to {shares.max():.0%}"
    middle = f"median {shares.median():.0%}; the paper says {value:.0%}"
    return f"{CLAIM_NAMES[claim]}: {reach} over {len(shares):,} specifications, {middle}."


@dataclass(frozen=True)
class _Panels:
    """Where things stand in the chart of specifications: panels abreast, rows of settings below nothing."""

    order: list[str]
    rows: dict[tuple[str, str], float]

    @property
    def height(self) -> float:
        """The height of all in rows of the grid."""
        return _CURVE + 3 - min(round(at, 1) for at in self.rows.values())

    def across(self, claims: pd.Series[str], ranks: pd.Series[float]) -> pd.Series[float]:
        """Return where ranks stand in the panels of their claims."""
        return (claims.map(self.order.index) + 0.03 + 0.94 * ranks).round(4)

    @property
    def x(self) -> alt.X:
        """The axis of all panels."""
        scale = alt.Scale(domain=[0, len(self.order)], nice=False)
        return alt.X("x:Q", title=None, axis=None, scale=scale)

    def y(self, field: str, axis: alt.Axis | None = None) -> alt.Y:
        """Return the axis of shares and settings; its labels only where they are given."""
        low = min(round(at, 1) for at in self.rows.values())
        scale = alt.Scale(domain=[low - 0.6, _CURVE + 3], nice=False)
        shown = alt.Undefined if axis is None else axis
        return alt.Y(f"{field}:Q", title=None, scale=scale, axis=shown)

    def labels(self) -> alt.Axis:
        """Return the names of the settings, and percentages at the curves."""
        names = {round(at, 1): setting for (_, setting), at in self.rows.items()}
        ticks = {_CURVE * share / 4: f"{25 * share}%" for share in range(5)}
        told = json.dumps({f"{at:g}": name for at, name in (names | ticks).items()})
        expression = f"({told})[datum.value]"
        places = [*names, *ticks]
        return row_axis(values=places, tickCount=99, labelExpr=expression, labelLimit=190)


@needs("share")
def _curves(
    curves: pd.DataFrame, settings: pd.DataFrame, claims: Mapping[str, float]
) -> alt.LayerChart:
    order = [claim for claim in _CLAIM_COLOURS if claim in set(curves["claim"])]
    panels = _Panels(order, _setting_rows(settings))
    scale = alt.Scale(domain=order, range=[_CLAIM_COLOURS[claim] for claim in order])
    colour = alt.Color("claim:N", scale=scale, legend=None)
    y = panels.y("y", panels.labels())
    tiles = _setting_tiles(settings, panels, max(curves.groupby("claim").size()))
    line = _curve_line(curves, panels)
    return framed(
        tiles.encode(y=y, color=colour),
        line.mark_area(opacity=0.16).encode(y=panels.y("low"), y2=alt.Y2("y2:Q"), color=colour),
        line.mark_line().encode(y=y, color=colour, tooltip=tips("share:Q|Share|.0%")),
        *_papers_values({claim: claims[claim] for claim in order}, panels, y),
        height=int(16 * panels.height),
    )


def _setting_tiles(settings: pd.DataFrame, panels: _Panels, bins: int) -> alt.Chart:
    """Return a tile for each setting and bin, the darker the more of its specifications stand there."""
    width = 0.47 / bins
    middle = panels.across(settings["claim"], settings["rank"])
    pairs = zip(settings["choice"], settings["setting"], strict=True)
    rows = [round(panels.rows[pair], 1) for pair in pairs]
    tiles = settings.assign(x=middle - width, x2=middle + width, y=rows)
    shades = alt.Scale(domain=[0, 0.4], range=[0.03, 0.9], clamp=True)
    base = alt.Chart(tiles[["claim", "x", "x2", "y", "part", "setting"]])
    marks: alt.Chart = base.mark_bar(size=14)
    return marks.encode(
        x=panels.x,
        x2=alt.X2("x2:Q"),
        opacity=alt.Opacity("part:Q", scale=shades, legend=None),
        tooltip=tips("setting:N|Setting", "part:Q|Of its specifications|.0%"),
    )


def _curve_line(curves: pd.DataFrame, panels: _Panels) -> alt.Chart:
    """Return the medians of the bins, with those of their intervals."""
    placed = curves.assign(
        x=panels.across(curves["claim"], curves["rank"]),
        y=_CURVE * curves["share"],
        y2=_CURVE * curves["high"],
        low=_CURVE * curves["low"],
    )
    columns = ["claim", "x", "y", "y2", "low", "share"]
    return alt.Chart(placed[columns].round(3)).encode(x=panels.x)


def _papers_values(
    claims: Mapping[str, float], panels: _Panels, y: alt.Y
) -> tuple[alt.Chart, alt.Chart]:
    """Return a line across each panel at the paper's value, and what it is of."""
    ends = pd.DataFrame({"claim": [*claims], "share": [*claims.values()]})
    said = [[*CLAIM_NAMES[one].split(", "), f"paper: {value:.0%}"] for one, value in claims.items()]
    value = ends.assign(
        x=panels.across(ends["claim"], 0 * ends["share"]),
        x2=panels.across(ends["claim"], 0 * ends["share"] + 1),
        y=_CURVE * ends["share"],
        top=_CURVE + 2.6,
        said=pd.Series(said),
    )
    short = "width < 300 ? [split(datum.said[1], ' ')[0]] : datum.said"
    base = alt.Chart(value).transform_calculate(text=short).encode(x=panels.x)
    text = base.mark_text(align="left", baseline="top", fontSize=11)
    return (
        base.mark_rule(color=QUIET, strokeDash=[2, 3]).encode(x2=alt.X2("x2:Q"), y=y),
        text.encode(y=panels.y("top"), text=alt.Text("text:N")),
    )


def _setting_rows(settings: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return how far below nothing each setting of each choice has its row, with a gap between choices."""
    # 5 stands before 10
    padded = settings["setting"].str.replace(r"\b(\d)\b", r"0\1", regex=True)
    place = settings["choice"].map(list(CHOICES).index)
    ordered = settings.assign(place=place, padded=padded).sort_values(["place", "padded"])
    rows = ordered[["choice", "setting", "place"]].drop_duplicates().to_numpy()
    return {
        (choice, setting): -1.5 - row - 0.5 * place
        for row, (choice, setting, place) in enumerate(rows)
    }


@needs("swing")
def _swings(swings: pd.DataFrame) -> alt.LayerChart:
    rows = swings.dropna(subset=["swing"]).assign(name=swings["claim"].map(CLAIM_NAMES))
    largest = rows.groupby("words")["swing"].max().sort_values(ascending=False)
    names = [CLAIM_NAMES[claim] for claim in _CLAIM_COLOURS]
    colours = alt.Scale(domain=names, range=list(_CLAIM_COLOURS.values()))
    shapes = alt.Scale(domain=names, range=["circle", "triangle-up", "square"])
    legend = alt.Legend(columns=1, orient="bottom", direction="vertical")
    axis = alt.Axis(format="%", tickCount=5, grid=True)
    scale = alt.Scale(domainMin=0, nice=True)
    swing = ("swing:Q|Mean swing|.1%", "settings:Q|Settings compared|,")
    dots = alt.Chart(rows[["name", "words", "swing", "settings"]]).mark_point(size=90)
    encoded = dots.encode(
        x=alt.X("swing:Q", title="Mean swing, all else held", axis=axis, scale=scale),
        y=alt.Y("words:N", title=None, sort=list(largest.index), axis=row_axis(grid=True)),
        color=alt.Color("name:N", scale=colours, legend=legend),
        shape=alt.Shape("name:N", scale=shapes, legend=legend),
        tooltip=tips("words:N|Choice", "name:N|Claim", *swing),
    )
    return framed(encoded, height=34 * len(largest))

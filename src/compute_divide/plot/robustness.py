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
    named_rows,
    named_scale,
    row_axis,
    share_axis,
    share_tips,
    tips,
)
from compute_divide.plot.base.show import Column, figure, models_credit, table
from compute_divide.plot.base.wording import between, describe_series, row_by_row

Score = tuple[Estimate, Estimate]
"""The mean error of a correction, and how often its interval held."""
_CLAIM_COLOURS = {claim: TEAM_COLOURS[team] for claim, (team, _) in HEADLINES.items()}
_CLAIM_SHAPES = ("circle", "triangle-up", "square")
_BINS = 12
"""Bins of each specification curve."""
_CURVE = 11
"""Height of a specification curve in rows of the grid below it."""

_CHANGE_COLUMNS = {
    "what": Column("Models of, and vintages"),
    "change": Column("Change"),
    "models": Column("Models", "number"),
    "points": Column("Points"),
}
_SCORE_COLUMNS = {
    "correction": Column("Correction"),
    "error": Column("Mean error"),
    "held": Column("Within the 95% interval"),
    "n": Column("Readings", "number"),
}
_SPECIFICATION_COLUMNS = {
    "claim": Column("Claim"),
    "choice": Column("Choice"),
    "setting": Column("Setting"),
    "rank": Column("Rank", "share"),
    "part": Column("Of the setting's specifications", "share"),
    "n": Column("Specifications in the bin", "number"),
}
_SWING_COLUMNS = {
    "claim": Column("Claim"),
    "choice": Column("Choice"),
    "swing": Column("Mean swing", "share"),
    "settings": Column("Settings compared", "number"),
}


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
    names = list(periods.values())
    shown = estimates[estimates["what"].isin(list(periods))]
    shown = shown.assign(what=shown["what"].map(periods))
    chart = _grid(shown, names)
    description = _describe_grid(shown, names)
    source = models_credit(*estimates["vintage"].unique())
    columns = {"what": Column("Years")}
    return figure(chart, shown, description=description, source=source, columns=columns)


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
    named = read.assign(year=read["year"].astype(str))
    description = describe_series(named, "vintage", "share", by="year", x_kind="text")
    source = models_credit(*sorted(read["vintage"].unique()))
    chart = _drift(read, highlighted)
    return figure(chart, read, description=description, source=source)


def change_table(changes: pd.DataFrame) -> Table:
    """Return what moved a share between two vintages.

    Parameters
    ----------
    changes : pandas.DataFrame
        Changes, from `share_changes`, with a column ``what``: of which models, between which
        vintages.

    Returns
    -------
    Table
        A row for each kind of change that touches a model.
    """
    made = changes[changes["models"] > 0]
    shown = made[list(_CHANGE_COLUMNS)]
    shown = shown.assign(points=made["points"].map(_signed))
    return table(shown, columns=_CHANGE_COLUMNS)


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
    rows = []
    for name, (error, coverage) in corrections.items():
        row = {"correction": name, "error": write(error), "held": _held(coverage)}
        rows.append({**row, "n": coverage.n})
    return table(pd.DataFrame(rows), columns=_SCORE_COLUMNS)


def specification_curves(specs: pd.DataFrame, claims: Mapping[str, float]) -> Figure:
    """Return the shares of all specifications from least to most, and where choices stand.

    Parameters
    ----------
    specs : pandas.DataFrame
        Specifications, from `specifications`.
    claims : mapping of str to float
        The paper's value of each headline.

    Returns
    -------
    Figure
        Three panels side by side, one a headline, on one scale: shares above nothing, rows of
        settings below it.
    """
    curves = curve(specs, _BINS)
    settings = settings_by_rank(specs, _BINS)
    data = settings.merge(curves, on=["claim", "rank"])
    description = _describe_claims(specs, claims)
    source = models_credit(*sorted(specs["vintage"].unique()))
    chart = _curves(curves, settings, claims)
    return figure(
        chart, data, description=description, source=source, columns=_SPECIFICATION_COLUMNS
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
    data = swings[list(_SWING_COLUMNS)]
    description = _describe_swings(swings)
    source = models_credit(*vintages)
    chart = _swings(swings)
    return figure(chart, data, description=description, source=source, columns=_SWING_COLUMNS)


def fragility_table(carried: Mapping[str, Estimate]) -> Table:
    """Return how few rows carry each headline, a row a headline.

    Parameters
    ----------
    carried : mapping of str to Estimate
        The fewest rows that overturn each, from `fragility`, by what it says.

    Returns
    -------
    Table
        The headline, how many rows overturn it, of how many, and their names.
    """
    rows = []
    for headline, fewest in carried.items():
        names = fewest.label.partition(": ")[2]
        rows.append((headline, fewest.value, fewest.n, names))
    columns = {
        "headline": Column("Headline"),
        "rows": Column("Rows that overturn it", "number"),
        "n": Column("Of", "number"),
        "names": Column("The first to fall"),
    }
    return table(pd.DataFrame(rows, columns=list(columns)), columns)


def _describe_swings(swings: pd.DataFrame) -> str:
    """Return how far each choice moves each headline, a sentence a headline."""
    known = swings.dropna()
    choices = known["words"] + " " + known["swing"].map("{:.0%}".format)
    lines = choices.groupby(known["claim"], sort=False).agg(", ".join)
    names = lines.index.map(CLAIM_NAMES)
    return row_by_row("{}: {}.", names, lines, joint=" ")


def _describe_grid(estimates: pd.DataFrame, periods: list[str]) -> str:
    """Return how far the shares reach under each definition.

    It is over the vintages that answer all questions.
    """
    on = ["definition", "vintage"]
    shares = estimates.pivot_table(index=on, columns="what", values="share", sort=False)
    known = shares.reindex(columns=periods).dropna()
    are_several = len(periods) > 1
    if known.empty:
        questions = "both questions" if are_several else "the question"
        return f"No vintage answers {questions} under any definition."
    times = ["over the vintages"]
    if are_several:
        times = ["in the early period", "in the late one, over the vintages"]
    sentences = []
    for name, part in known.groupby("definition", sort=False):
        reaches = _reaches(part, dict(zip(periods, times, strict=True)))
        sentences.append(f"{DEFINITION_NAMES[str(name)]}: {reaches}.")
    return " ".join(sentences)


def _reaches(shares: pd.DataFrame, times: Mapping[str, str]) -> str:
    """Return how far the shares of each period reach, and when that is in words."""
    reaches = []
    for period, time in times.items():
        column = shares[period]
        reach = between(column.min(), column.max())
        reaches.append(f"{reach} {time}")
    return " and ".join(reaches)


@needs("share")
def _grid(estimates: pd.DataFrame, periods: list[str]) -> alt.LayerChart:
    rows = estimates.dropna(subset=["share"])
    percentages = 100 * rows["share"]
    names = rows["definition"].map(DEFINITION_NAMES)
    rows = rows.assign(rule=names, text=percentages.map("{:.0f}".format))
    order = [name for name in DEFINITION_NAMES.values() if name in set(names)]
    columns = ["rule", "vintage", "what", "share", "low", "high", "k", "n", "text"]
    down = alt.Scale(paddingInner=0.2, paddingOuter=0)
    y = named_rows("rule", sort=order, scale=down)
    line = alt.YOffset("what:N", sort=periods)
    base = alt.Chart(rows[columns]).encode(x=_vintage_columns(), y=y, yOffset=line)
    shades = alt.Scale(domain=[0, 1], range=[0.05, 0.75])
    depth = alt.Opacity("share:Q", scale=shades, legend=None)
    tooltip = share_tips("rule:N|Definition", "vintage:N|Vintage", "what:N|Years")
    team = rows["team_type"].iloc[0]
    tiles = base.mark_rect(color=TEAM_COLOURS[team])
    tiles = tiles.encode(opacity=depth, tooltip=tooltip)
    numbers = base.mark_text(fontSize=11, color=INK).encode(text=alt.Text("text:N"))
    row_height = 18 * len(periods) + 14
    return framed(tiles, numbers, height=row_height * len(order))


def _vintage_columns() -> alt.X:
    """Return the axis of vintages, written upright above the tiles."""
    upright = {"labelAngle": -90, "labelAlign": "left", "labelBaseline": "middle"}
    axis = row_axis(orient="top", labelPadding=2, **upright)
    scale = alt.Scale(paddingInner=0.06, paddingOuter=0)
    return alt.X("vintage:O", title=None, axis=axis, scale=scale)


@needs("share")
def _drift(read: pd.DataFrame, highlighted: Sequence[int]) -> alt.LayerChart:
    title = "Share of companies alone, notable models"
    rows = _drift_rows(read, highlighted)
    x = _taken_axis(rows["taken"])
    y = share_axis("share", title)
    strong = alt.value(TEAM_COLOURS[INDUSTRY])
    colour = alt.condition("datum.shown", strong, alt.value(QUIET))
    width = alt.condition("datum.shown", alt.value(2.5), alt.value(1.25))
    tooltip = share_tips("year:Q|Models of|d", "vintage:N|Read in")
    base = alt.Chart(rows).encode(x=x)
    line = base.mark_line().encode(y=y, detail=alt.Detail("name:N"))
    line = line.encode(color=colour, strokeWidth=width)
    rule = base.transform_filter("datum.shown").mark_rule(strokeWidth=1.25)
    rule = rule.encode(y=share_axis("low", title), y2=alt.Y2("high:Q"), color=strong)
    points = base.mark_point(size=30).encode(y=y, color=colour, tooltip=tooltip)
    labels = end_labels(rows, "taken", "share", "name", x, share_axis("at", title))
    return framed(line, rule, points, labels)


def _drift_rows(read: pd.DataFrame, highlighted: Sequence[int]) -> pd.DataFrame:
    """Return shares with when their vintage was taken, and whether their year stands out."""
    taken = read["vintage"].map(_middle_of_month)
    is_shown = read["year"].isin(list(highlighted))
    rows = read.assign(taken=taken, name=read["year"].astype(str), shown=is_shown)
    columns = ["taken", "vintage", "year", "name", "shown", "share", "low", "high", "k", "n"]
    return rows[columns]


def _taken_axis(taken: pd.Series[float]) -> alt.X:
    """Return the axis of vintages by their date, from the first year on."""
    first = int(taken.min())
    last = float(taken.max())
    axis = alt.Axis(format="d", tickMinStep=1)
    scale = alt.Scale(domain=[first, last], nice=False, zero=False)
    return alt.X("taken:Q", title="Date of the vintage", axis=axis, scale=scale)


def _middle_of_month(vintage: str) -> float:
    year = int(vintage[:4])
    month = int(vintage[5:7])
    return round(year + (month - 0.5) / 12, 3)


def _signed(points: float) -> str:
    if pd.isna(points):
        return ""
    return f"{points:+.1f}".replace("-", "\N{MINUS SIGN}")


def _held(coverage: Estimate) -> str:
    return write(coverage, "counts") if coverage.n else ""


def _describe_claims(specs: pd.DataFrame, claims: Mapping[str, float]) -> str:
    """Return how far the shares of each headline reach, a sentence a headline."""
    sentences = []
    for claim, value in claims.items():
        shares = specs.loc[specs["claim"] == claim, "share"]
        sentences.append(_describe_claim(claim, shares, value))
    return " ".join(sentences)


def _describe_claim(claim: str, shares: pd.Series[float], value: float) -> str:
    reach = f"from {shares.min():.0%} to {shares.max():.0%}"
    number = f"{len(shares):,} specifications"
    middle = f"median {shares.median():.0%}; the paper says {value:.0%}"
    return f"{CLAIM_NAMES[claim]}: {reach} over {number}, {middle}."


@dataclass(frozen=True)
class _Panels:
    """Where things stand in the chart of specifications.

    Panels stand abreast, rows of settings below nothing.
    """

    order: list[str]
    rows: dict[tuple[str, str], float]

    @property
    def lowest(self) -> float:
        """Where the last row of settings stands."""
        return min(round(place, 1) for place in self.rows.values())

    @property
    def height(self) -> float:
        """The height of all in rows of the grid."""
        return _CURVE + 3 - self.lowest

    def across(self, claims: pd.Series[str], ranks: pd.Series[float]) -> pd.Series[float]:
        """Return where ranks stand in the panels of their claims."""
        panels = claims.map(self.order.index)
        places = panels + 0.03 + 0.94 * ranks
        return places.round(4)

    @property
    def x(self) -> alt.X:
        """The axis of all panels."""
        scale = alt.Scale(domain=[0, len(self.order)], nice=False)
        return alt.X("x:Q", title=None, axis=None, scale=scale)

    def y(self, field: str, axis: alt.Axis | None = None) -> alt.Y:
        """Return the axis of shares and settings; its labels only where they are given."""
        ends = [self.lowest - 0.6, _CURVE + 3]
        scale = alt.Scale(domain=ends, nice=False)
        shown = alt.Undefined if axis is None else axis
        return alt.Y(f"{field}:Q", title=None, scale=scale, axis=shown)

    def labels(self) -> alt.Axis:
        """Return the names of the settings, and percentages at the curves."""
        texts = {round(place, 1): setting for (_, setting), place in self.rows.items()}
        ticks = {_CURVE * share / 4: f"{25 * share}%" for share in range(5)}
        places = [*texts, *ticks]
        texts |= ticks
        labels = json.dumps({f"{place:g}": text for place, text in texts.items()})
        expression = f"({labels})[datum.value]"
        return row_axis(values=places, tickCount=99, labelExpr=expression, labelLimit=190)


@needs("share")
def _curves(
    curves: pd.DataFrame, settings: pd.DataFrame, claims: Mapping[str, float]
) -> alt.LayerChart:
    known = set(curves["claim"])
    colours = {claim: colour for claim, colour in _CLAIM_COLOURS.items() if claim in known}
    order = list(colours)
    panels = _Panels(order, _setting_rows(settings))
    colour = alt.Color("claim:N", scale=named_scale(colours), legend=None)
    y = panels.y("y", panels.labels())
    bins = max(curves.groupby("claim").size())
    tiles = _setting_tiles(settings, panels, bins)
    tiles = tiles.encode(y=y, color=colour)
    medians = _curve_line(curves, panels).encode(color=colour)
    band = medians.mark_area(opacity=0.16)
    band = band.encode(y=panels.y("low"), y2=alt.Y2("y2:Q"))
    line = medians.mark_line().encode(y=y, tooltip=tips("share:Q|Share|.0%"))
    values = {claim: claims[claim] for claim in order}
    marks = _papers_values(values, panels, y)
    height = int(16 * panels.height)
    return framed(tiles, band, line, *marks, height=height)


def _setting_tiles(settings: pd.DataFrame, panels: _Panels, bins: int) -> alt.Chart:
    """Return a tile for each setting and bin.

    It is the darker the more of the setting's specifications stand there.
    """
    half = 0.47 / bins
    middle = panels.across(settings["claim"], settings["rank"])
    pairs = zip(settings["choice"], settings["setting"], strict=True)
    rows = [round(panels.rows[pair], 1) for pair in pairs]
    tiles = settings.assign(x=middle - half, x2=middle + half, y=rows)
    shades = alt.Scale(domain=[0, 0.4], range=[0.03, 0.9], clamp=True)
    depth = alt.Opacity("part:Q", scale=shades, legend=None)
    tooltip = tips("setting:N|Setting", "part:Q|Of its specifications|.0%")
    base = alt.Chart(tiles[["claim", "x", "x2", "y", "part", "setting"]])
    marks: alt.Chart = base.mark_bar(size=14)
    return marks.encode(x=panels.x, x2=alt.X2("x2:Q"), opacity=depth, tooltip=tooltip)


def _curve_line(curves: pd.DataFrame, panels: _Panels) -> alt.Chart:
    """Return the medians of the bins, with those of their intervals."""
    heights = _CURVE * curves[["share", "high", "low"]]
    across = panels.across(curves["claim"], curves["rank"])
    placed = curves.assign(x=across, y=heights["share"])
    placed = placed.assign(y2=heights["high"], low=heights["low"])
    columns = ["claim", "x", "y", "y2", "low", "share"]
    rounded = placed[columns].round(3)
    return alt.Chart(rounded).encode(x=panels.x)


def _papers_values(
    claims: Mapping[str, float], panels: _Panels, y: alt.Y
) -> tuple[alt.Chart, alt.Chart]:
    """Return a line across each panel at the paper's value, and what it is of."""
    short = "width < 300 ? [split(datum.said[1], ' ')[0]] : datum.said"
    values = _placed_values(claims, panels)
    base = alt.Chart(values).transform_calculate(text=short).encode(x=panels.x)
    line = base.mark_rule(color=QUIET, strokeDash=[2, 3])
    line = line.encode(x2=alt.X2("x2:Q"), y=y)
    text = base.mark_text(align="left", baseline="top", fontSize=11)
    text = text.encode(y=panels.y("top"), text=alt.Text("text:N"))
    return line, text


def _placed_values(claims: Mapping[str, float], panels: _Panels) -> pd.DataFrame:
    """Return the paper's values with the ends of their panels and the lines of their labels."""
    labels = [_label_lines(claim, value) for claim, value in claims.items()]
    values = pd.DataFrame({"claim": [*claims], "share": [*claims.values()]})
    left = 0 * values["share"]
    values["x"] = panels.across(values["claim"], left)
    values["x2"] = panels.across(values["claim"], left + 1)
    values["y"] = _CURVE * values["share"]
    values["top"] = _CURVE + 2.6
    values["said"] = pd.Series(labels)
    return values


def _label_lines(claim: str, value: float) -> list[str]:
    name = CLAIM_NAMES[claim]
    return [*name.split(", "), f"paper: {value:.0%}"]


def _setting_rows(settings: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return how far below nothing each setting of each choice has its row.

    There is a gap between choices.
    """
    # 5 stands before 10
    padded = settings["setting"].str.replace(r"\b(\d)\b", r"0\1", regex=True)
    places = settings["choice"].map(list(CHOICES).index)
    ordered = settings.assign(place=places, padded=padded)
    ordered = ordered.sort_values(["place", "padded"])
    rows = ordered[["choice", "setting", "place"]].drop_duplicates()
    heights = {}
    for row, (choice, setting, place) in enumerate(rows.to_numpy()):
        heights[choice, setting] = -1.5 - row - 0.5 * place
    return heights


@needs("swing")
def _swings(swings: pd.DataFrame) -> alt.LayerChart:
    names = swings["claim"].map(CLAIM_NAMES)
    rows = swings.dropna(subset=["swing"]).assign(name=names)
    largest = rows.groupby("words")["swing"].max()
    largest = largest.sort_values(ascending=False)
    axis = alt.Axis(format="%", tickCount=5, grid=True)
    scale = alt.Scale(domainMin=0, nice=True)
    x = alt.X("swing:Q", title="Mean swing, all else held", axis=axis, scale=scale)
    choices = list(largest.index)
    y = named_rows("words", sort=choices, axis=row_axis(grid=True))
    data = rows[["name", "words", "swing", "settings"]]
    dots = alt.Chart(data).mark_point(size=90)
    dots = dots.encode(x=x, y=y, color=_claim_colour(), shape=_claim_shape())
    dots = dots.encode(tooltip=_swing_tips())
    return framed(dots, height=34 * len(largest))


_CLAIM_LEGEND = alt.Legend(columns=1, orient="bottom", direction="vertical")


def _claim_colour() -> alt.Color:
    colours = {CLAIM_NAMES[claim]: colour for claim, colour in _CLAIM_COLOURS.items()}
    return alt.Color("name:N", scale=named_scale(colours), legend=_CLAIM_LEGEND)


def _claim_shape() -> alt.Shape:
    names = [CLAIM_NAMES[claim] for claim in _CLAIM_COLOURS]
    shapes = dict(zip(names, _CLAIM_SHAPES, strict=True))
    return alt.Shape("name:N", scale=named_scale(shapes), legend=_CLAIM_LEGEND)


def _swing_tips() -> list[alt.Tooltip]:
    return tips(
        "words:N|Choice",
        "name:N|Claim",
        "swing:Q|Mean swing|.1%",
        "settings:Q|Settings compared|,",
    )

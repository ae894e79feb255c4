"""The figures of the chapter on who trains the largest models."""

from __future__ import annotations

import re
from dataclasses import replace
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure, Table
from bookpress.elements.figure.theme import ACCENT, INK, PAPER, QUIET, needs
from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.teams import ACADEMIA, JOINT, TEAM_NAMES
from compute_divide.plot.base.axes import row_axis, share_axis
from compute_divide.plot.base.marks import (
    PARTS,
    TEAM_COLOURS,
    TEAM_NAMED,
    end_labels,
    framed,
    named_scale,
    series_dots,
    share_tips,
    team_colour,
    tips,
)
from compute_divide.plot.base.show import Column, figure, models_credit, table
from compute_divide.plot.base.wording import describe_groups, row_by_row
from holdtrue.number_formats import spoken

_MODEL_COLUMNS = {
    "base_model": Column("Built on"),
    "organisations": Column("Made by"),
    "published": Column("Published, as listed"),
}
_PERIOD_COLOURS = (TEAM_COLOURS[ACADEMIA], QUIET, ACCENT)
"""The colours of an early, a late and the newest period."""
_READING_COLOURS = (ACCENT, TEAM_COLOURS[ACADEMIA], "#7d74c4", "#c07d1b")
"""The colours of the newest years of models; older ones are quiet."""
_BREAKS = {
    "Autoencoder": "Auto-encoder",
    "ContextNet": "Context-Net",
    "DeepSeek": "Deep-Seek",
    "Feedforward": "Feed-forward",
    "GoogLeNet": "GoogLe-Net",
    "Hierarchical": "Hier-archical",
    "Performance": "Perform-ance",
    "RNNsearch": "RNN-search",
    "TensorFlow": "Tensor-Flow",
    "Transformer": "Trans-former",
    "Unsupervised": "Unsuper-vised",
    "segmentation": "segmen-tation",
    "ommittee": "ommit-tee",
    "DeepStack": "Deep-Stack",
    "EnhanceNet": "Enhance-Net",
    "generation": "gener-ation",
    "Visualizing": "Visual-izing",
    "HyperCLOVA": "Hyper-CLOVA",
}
"""The breaks in words that are wider than a tile."""
_TILE_TEXT: dict[str, Any] = {
    "fontSize": 11,
    "lineHeight": 12,
    "lineBreak": "|",
    "baseline": "middle",
    "color": INK,
    "dy": alt.expr("-6 * (length(split(datum.name, '|')) - 1)"),
    # the colours of the tiles are alike in grey
    "fontWeight": alt.expr("datum.team_type === 'academia-only' ? 'bold' : 'normal'"),
    "fontStyle": alt.expr("datum.team_type === 'collaboration' ? 'italic' : 'normal'"),
    "limit": alt.expr("width / 11 - 3"),
    "opacity": alt.expr("width < 560 ? 0 : 1"),
}
"""The text style of a run's name in its tile."""
_LAST_COLUMN = 11
"""The place of the counts of a year, beside its ranks."""
_COLUMN_NAME = f"datum.value == {_LAST_COLUMN} ? ['with', 'univ.'] : datum.value"
_TILE_HEIGHT = 42
"""Pixels of three lines of a name."""


def run_tiles(runs: pd.DataFrame, vintage: str) -> Figure:
    """Return the largest runs of each year, a tile each, one row per year.

    The colour is that of the type of the team.

    Parameters
    ----------
    runs : pandas.DataFrame
        Models, of which those with a known training compute (in FLOP) are drawn; at most ten a
        year.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        The largest run of a year is at the left; names show if the page is wide enough, and are
        listed if it is not. At the right is the number of runs of the year with a university among
        their makers.

    Examples
    --------
    >>> import compute_divide as cd
    >>> runs = cd.large_scale(cd.data.models("2026-08"), "top-k-per-year", top_k=2)
    >>> figure = cd.plot.run_tiles(cd.in_years(runs, 2020), "2026-08")
    >>> figure.listing
    ['2020, companies alone: GPT-3 175B (davinci), Meena.']
    >>> figure.data[["rank", "model"]].values.tolist()
    [[1, 'GPT-3 175B (davinci)'], [2, 'Meena']]
    """
    tiles = _ranked(runs)
    years = tiles["year"]
    alone = tiles["team_type"].eq(ACADEMIA).groupby(years).sum()
    joint = tiles["team_type"].eq(JOINT).groupby(years).sum()
    counts = row_by_row("{} {} and {}", alone.index, alone, joint)
    who = "universities alone, and of universities with companies"
    description = f"Number of tiles a year of {who}: {counts}."
    source = models_credit(vintage)
    columns = {"rank": Column("Rank", "number"), "organisations": Column("Who")}
    chart = _tiles(tiles)
    shown = figure(chart, tiles, description=description, source=source, columns=columns)
    return replace(shown, listing=_names_by_year(tiles))


def _names_by_year(tiles: pd.DataFrame) -> list[str]:
    """Return one line per year that names its runs, the largest first, by type of team."""
    lines = []
    for year, runs in tiles.groupby("year"):
        groups = []
        for team in _teams_of(runs):
            names = ", ".join(runs.loc[runs["team_type"] == team, "model"])
            groups.append(f"{TEAM_NAMES[team]}: {names}")
        lines.append(f"{year}, {'; '.join(groups)}.")
    return lines


def compute_bars(runs: pd.DataFrame, vintage: str) -> Figure:
    """Return who did the computing of the largest runs, one stacked bar per year.

    Parameters
    ----------
    runs : pandas.DataFrame
        Models, of which those with a known training compute (in FLOP) are drawn; at most ten a
        year.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        Each run weighs by its training compute; the data have a row per ``year`` and
        ``team_type``, with the ``share`` (0 to 1) of the computing of the year.

    Examples
    --------
    >>> import compute_divide as cd
    >>> runs = cd.large_scale(cd.data.models("2026-08"), "top-k-per-year", top_k=10)
    >>> figure = cd.plot.compute_bars(cd.in_years(runs, (2012, 2013)), "2026-08")
    >>> figure.description
    'Share of universities alone: 2012 57.8%, 2013 16.1%.'
    >>> figure.data.groupby("year")["share"].sum().round(6).tolist()
    [1.0, 1.0]
    """
    groups = _ranked(runs).groupby(["year", "team_type"])
    sums = groups[[COMPUTE]].sum().reset_index()
    totals = sums.groupby("year")[COMPUTE].transform("sum")
    shares = sums.assign(share=sums[COMPUTE] / totals)
    academic = shares[shares["team_type"] == ACADEMIA]
    course = row_by_row("{} {:.1%}", academic["year"], academic["share"])
    description = f"Share of universities alone: {course}."
    source = models_credit(vintage)
    columns = {"share": Column("Share", "share")}
    chart = _bars(shares)
    return figure(chart, shares, description=description, source=source, columns=columns)


def rule_dots(shares: pd.DataFrame, vintage: str) -> Figure:
    """Return the share of universities alone under some rules for what counts as large.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row per ``rule`` and ``period``, in their order: ``k`` of ``n`` models, ``share`` (0 to
        1), and the ends ``low`` and ``high`` of its interval. There are at most three periods: an
        early, a late and the newest one.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        One row per rule, a dot with its interval for each period.

    Raises
    ------
    ValueError
        If there are more than three periods.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.data.models("2026-08")
    >>> periods = [(2010, 2014), (2020, 2022), (2023, 2025)]
    >>> shares = [cd.period_share(models, "academia-only", period) for period in periods]
    >>> rows = [{"rule": "all", "period": cd.span(share.period), **share.row()} for share in shares]
    >>> figure = cd.plot.rule_dots(pd.DataFrame(rows), "2026-08")
    >>> figure.data[["period", "k", "n"]].values.tolist()
    [['2010 to 2014', 55, 86], ['2020 to 2022', 35, 220], ['2023 to 2025', 23, 322]]
    """
    periods = list(dict.fromkeys(shares["period"]))
    if len(periods) > len(_PERIOD_COLOURS):
        most = len(_PERIOD_COLOURS)
        raise ValueError(f"the rows have {len(periods)} periods; at most {most} are allowed")
    colours = dict(zip(periods, _PERIOD_COLOURS, strict=False))
    chart = series_dots(shares, "rule", "period", colours, "Share made by universities alone")
    description = describe_groups(shares, "rule", "period")
    source = models_credit(vintage)
    columns = {"rule": Column("Large means"), "period": Column("Years")}
    return figure(chart, shares, description=description, source=source, columns=columns)


def reading_lines(readings: pd.DataFrame, title: str) -> Figure:
    """Return a share as it was read in each vintage, by how old the year of the models was then.

    Parameters
    ----------
    readings : pandas.DataFrame
        One row per ``year`` of models and ``vintage``: ``k`` of ``n`` models, ``share`` (0 to 1),
        the ends ``low`` and ``high`` of its interval, the ``age`` of the year in months since its
        end, and whether the vintage labels by the ``old_rule``.
    title : str
        What the share is: the title of the axis.

    Returns
    -------
    Figure
        One line per year of models, named at its end; hollow points where the older rule labels.

    Examples
    --------
    >>> import compute_divide as cd
    >>> row = {"year": 2025, "vintage": "2026-08", "age": 8, "old_rule": False}
    >>> row |= cd.wilson_share(7, 105, "models with a university").row()
    >>> cd.plot.reading_lines(pd.DataFrame([row]), "Share").description
    'Models of 2025: 7% in August 2026.'
    """
    reads = readings["share"].map("{:.0%}".format) + " in " + readings["vintage"].map(spoken)
    courses = []
    for year, told in reads.groupby(readings["year"]):
        ends = dict.fromkeys([told.iloc[0], told.iloc[-1]])
        courses.append(f"Models of {year}: {', '.join(ends)}.")
    source = models_credit(*sorted(readings["vintage"].unique()))
    columns = {
        "year": Column("Models of", "year"),
        "age": Column("Months after the year", "number"),
        "old_rule": Column("Older rule"),
    }
    chart = _readings(readings, title)
    description = " ".join(courses)
    return figure(chart, readings, description=description, source=source, columns=columns)


def models_and_bases(models: pd.DataFrame) -> Table:
    """Return a table of models, the oldest first, with their makers and base models.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``model``, ``base_model`` and ``organisations`` (several joined by ``|``), and
        the date when they were ``published``, as `cd.data.models` returns them.

    Returns
    -------
    Table
        If there are several makers, the first is named and the others are counted.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.data.models("2026-08")
    >>> table = cd.plot.models_and_bases(models[models["model"] == "LUKE"])
    >>> table.data.values.tolist()
    [['LUKE', 'RoBERTa Large', 'University of Washington and 1 more', 'October 2020']]
    """
    rows = models.sort_values("published")
    makers = rows["organisations"].map(_first_maker, na_action="ignore")
    months = rows["published"].dt.strftime("%B %Y")
    bases = rows["base_model"].str.replace("|", ", ").fillna("–")
    shown = rows[["model"]].assign(base_model=bases, organisations=makers, published=months)
    return table(shown, _MODEL_COLUMNS)


def _first_maker(organisations: str) -> str:
    """Return the first maker, and the number of the others."""
    first, *others = organisations.split("|")
    if others:
        return f"{first} and {len(others)} more"
    return first


def _ranked(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs by year, the largest first, with their rank in the year."""
    known = runs[runs[COMPUTE].gt(0)]
    ordered = known.sort_values(COMPUTE, ascending=False)
    ranks = ordered.groupby("year").cumcount() + 1
    ranked = ordered.assign(rank=ranks)
    tiles = ranked.sort_values(["year", "rank"], ignore_index=True)
    makers = tiles["organisations"].fillna("").str.replace("|", ", ")
    columns = ["year", "rank", "model", "organisations", "team_type", COMPUTE]
    return tiles.assign(organisations=makers)[columns].astype({"year": int})


@needs()
def _tiles(tiles: pd.DataFrame) -> alt.LayerChart:
    names = [_lines_of(name) for name in tiles["model"]]
    rows = tiles.assign(name=names)
    gaps = alt.Scale(paddingInner=0.05, paddingOuter=0)
    top = row_axis(orient="top", labelBaseline="bottom", labelPadding=18, labelExpr=_COLUMN_NAME)
    top.labelAngle = 0
    x = alt.X("rank:O", title="Rank within the year", axis=top, scale=gaps)
    y = alt.Y("year:O", title=None, axis=row_axis(), scale=gaps)
    named = alt.Chart(rows).transform_calculate(team=TEAM_NAMED)
    base = named.encode(x=x, y=y)
    colour = team_colour(_teams_of(tiles), legend="bottom")
    boxes = base.mark_rect(opacity=0.4).encode(color=colour, tooltip=_run_tips())
    text = base.mark_text(**_TILE_TEXT).encode(text=alt.Text("name:N"))
    counts = alt.Chart(_with_university(tiles)).mark_text(color=INK, fontSize=11)
    counts = counts.encode(x=x, y=y, text=alt.Text("count:N"))
    return framed(boxes, text, counts, height=_TILE_HEIGHT * tiles["year"].nunique())


def _with_university(tiles: pd.DataFrame) -> pd.DataFrame:
    """Return, as a last column, the number of tiles of each year with a university as a maker."""
    has_university = tiles["team_type"].isin([ACADEMIA, JOINT])
    by_year = has_university.groupby(tiles["year"]).agg(["sum", "size"])
    counts = [f"{of}/{n}" for of, n in by_year.itertuples(index=False)]
    return pd.DataFrame({"year": by_year.index, "rank": _LAST_COLUMN, "count": counts})


def _teams_of(rows: pd.DataFrame) -> list[str]:
    """Return the team types that occur, in their usual order."""
    present = set(rows["team_type"])
    return [team for team in TEAM_NAMES if team in present]


def _run_tips() -> list[alt.Tooltip]:
    return tips(
        "model:N|Model",
        "organisations:N|Who",
        "team:N|Team type",
        f"{COMPUTE}:Q|Training compute (FLOP)|.2e",
    )


def _lines_of(name: str) -> str:
    """Return a name in up to three lines.

    It breaks after hyphens, and loses any text in brackets.
    """
    apart = re.sub(r" ?(\(| /).*", "", name)
    for word, broken in _BREAKS.items():
        apart = re.sub(word, broken, apart)
    spaced = apart.replace("-", "- ")
    lines = wrap(spaced, 9, break_long_words=False)
    shown = "|".join(lines[:3])
    return shown.replace("- ", "-").rstrip("-+ ")


@needs("share")
def _readings(readings: pd.DataFrame, title: str) -> alt.LayerChart:
    rows = readings.assign(name=readings["year"].astype(str))
    axis = alt.Axis(values=list(range(0, int(rows["age"].max()) + 1, 12)))
    x = alt.X("age:Q", title="Months since the end of the models' year", axis=axis)
    y = share_axis("share", title, 0.8)
    years = list(dict.fromkeys(rows["name"].sort_values(ascending=False)))
    colours = dict(zip(years, [*_READING_COLOURS, *[QUIET] * len(years)], strict=False))
    colour = alt.Color("name:N", scale=named_scale(colours), legend=None)
    base = alt.Chart(rows).encode(x=x, color=colour)
    rule = base.mark_rule(opacity=0.35).encode(y=share_axis("low", title, 0.8), y2=alt.Y2("high:Q"))
    line = base.mark_line().encode(y=y)
    tooltip = share_tips("year:Q|Models of|d", "vintage:N|Read in", "age:Q|Months after the year")
    points = base.mark_point(size=36).encode(y=y, tooltip=tooltip)
    inside = alt.condition("datum.old_rule", alt.value(PAPER), colour)
    edge = alt.Stroke("name:N", scale=named_scale(colours), legend=None)
    points = points.encode(fill=inside, stroke=edge)
    return framed(rule, line, points, end_labels(rows, "name", x, y))


@needs("share")
def _bars(shares: pd.DataFrame) -> alt.LayerChart:
    teams = _teams_of(shares)
    rows = shares.assign(order=shares["team_type"].map(teams.index))
    years = alt.Axis(labelAngle=0, labelOverlap="parity", grid=False)
    x = alt.X("year:O", title=None, axis=years)
    y = share_axis("share", "Share of the computing of the ten largest runs")
    colour = team_colour(teams, legend="bottom")
    tooltip = tips("year:O|Year", "team:N|Team type", "share:Q|Share|.1%", f"{COMPUTE}:Q|FLOP|.2e")
    base = alt.Chart(rows).transform_calculate(team=TEAM_NAMED)
    bars = base.mark_bar(**PARTS)
    bars = bars.encode(x=x, y=y, color=colour, tooltip=tooltip)
    bars = bars.encode(order=alt.Order("order:Q"))
    return framed(bars)

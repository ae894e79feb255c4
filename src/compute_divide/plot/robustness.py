"""The figures and tables of the chapter on how sure the findings are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure, Table
from bookpress.elements.figure.theme import ACCENT, INK, QUIET, needs
from compute_divide.estimates.models.questions import Question
from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.periods import span
from compute_divide.estimates.statistics.shares import known_by_year
from compute_divide.estimates.statistics.teams import INDUSTRY
from compute_divide.plot.base.axes import named_rows, row_axis, share_axis, year_axis
from compute_divide.plot.base.marks import (
    DEFINITION_NAMES,
    TEAM_COLOURS,
    end_labels,
    framed,
    share_tips,
)
from compute_divide.plot.base.show import Column, figure, models_credit, table
from compute_divide.plot.base.wording import between, describe_series
from holdtrue.estimates import Estimate

_FIELDS = {
    COMPUTE: "training compute",
    "parameters": "number of parameters",
    "training_hardware": "training hardware",
}
"""The names of the key fields."""
_CHANGE_COLUMNS = {
    "what": Column("Models of, and vintages"),
    "change": Column("Change"),
    "models": Column("Models", "number"),
    "points": Column("Points"),
}


def known_lines(models: pd.DataFrame, vintage: str) -> Figure:
    """Return the share of each year's models with a value in key fields, one line per field.

    Parameters
    ----------
    models : pandas.DataFrame
        The models of the shown years.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        Lines are named at their ends: training compute, parameters, training hardware.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.in_years(cd.data.models("2026-08"), 2024)
    >>> figure = cd.plot.known_lines(models, "2026-08")
    >>> figure.data[["field", "k", "n"]].values.tolist()
    [['training compute', 46, 98], ['number of parameters', 56, 98], ['training hardware', 39, 98]]
    """
    parts = [known_by_year(models, field).assign(field=name) for field, name in _FIELDS.items()]
    columns = ["field", "year", "share", "low", "high", "k", "n"]
    known = pd.concat(parts, ignore_index=True)[columns]
    description = describe_series(known, "year", "share", by="field")
    source = models_credit(vintage)
    headings = {"field": Column("Field")}
    chart = _known(known)
    return figure(chart, known, description=description, source=source, columns=headings)


def definition_grid(estimates: pd.DataFrame, questions: Sequence[Question]) -> Figure:
    """Return shares in percent under every definition (rows) and vintage (columns).

    Parameters
    ----------
    estimates : pandas.DataFrame
        Shares from `shares_by`, by ``definition`` and ``vintage``, with ``what``: the ``name`` of
        the question that each answers; others are left out.
    questions : sequence of Question
        The shown questions, about one team type: one line each within a row, the first on top.

    Returns
    -------
    Figure
        One tile per answer, the darker the larger.

    Examples
    --------
    >>> import compute_divide as cd
    >>> late = cd.Question("academia", "academia-only", (2020, 2022))
    >>> large = cd.large_scale(cd.data.models("2026-08"), "top-k-per-year", top_k=10)
    >>> rows = cd.in_years(large, late.period)
    >>> rows = rows.assign(definition="top-k-per-year", vintage="2026-08", what=late.name)
    >>> shares = cd.shares_by(rows, ["definition", "vintage", "what"], ["academia-only"])
    >>> figure = cd.plot.definition_grid(shares, [late])
    >>> figure.data[["definition", "what", "k", "n"]].values.tolist()
    [['largest of each year', '2020 to 2022', 1, 30]]
    """
    periods = {question.name: span(question.period) for question in questions}
    names = list(periods.values())
    shown = estimates[estimates["what"].isin(list(periods))]
    shown = shown.assign(what=shown["what"].map(periods)).sort_values("vintage", kind="stable")
    shown = shown.sort_values("definition", key=_places_of_definitions, kind="stable")
    chart = _grid(shown, names)
    description = _describe_grid(shown, names)
    source = models_credit(*estimates["vintage"].unique())
    columns = {"what": Column("Years")}
    return figure(chart, shown, description=description, source=source, columns=columns)


def drift_lines(read: pd.DataFrame, highlighted: Sequence[int]) -> Figure:
    """Return how industry's share in some years changes from vintage to vintage.

    Parameters
    ----------
    read : pandas.DataFrame
        Shares of one team type by ``year`` and ``vintage``, from `shares_by`.
    highlighted : sequence of int
        The years whose lines are in colour, with intervals.

    Returns
    -------
    Figure
        One line per year.

    Examples
    --------
    >>> import compute_divide as cd
    >>> read = [cd.data.models(name).assign(vintage=name) for name in ("2023-12", "2026-08")]
    >>> models = cd.in_years(pd.concat(read), 2022)
    >>> shares = cd.shares_by(models, ["year", "vintage"], ["industry-only"])
    >>> figure = cd.plot.drift_lines(shares, [2022])
    >>> figure.data[["vintage", "k", "n"]].values.tolist()
    [['2023-12', 42, 82], ['2026-08', 50, 91]]
    """
    named = read.assign(year=read["year"].astype(str))
    description = describe_series(named, "vintage", "share", by="year")
    source = models_credit(*sorted(read["vintage"].unique()))
    chart = _drift(read, highlighted)
    return figure(chart, read, description=description, source=source)


def change_table(changes: pd.DataFrame) -> Table:
    """Return what moved a share between two vintages.

    Parameters
    ----------
    changes : pandas.DataFrame
        Changes, from `Revision.of_share`, with a column ``what``: the models and vintages.

    Returns
    -------
    Table
        A row for each kind of change that affects a model.

    Examples
    --------
    >>> import compute_divide as cd
    >>> revision = cd.Revision(cd.data.models("2024-10"), cd.data.models("2026-08"))
    >>> changes = revision.of_share("industry-only", 2022).assign(what="models of 2022")
    >>> shown = cd.plot.change_table(changes).data
    >>> shown[["change", "models", "points"]].values.tolist()
    [['new rows', 11, '+1.1'], ['removed rows', 3, '−1.6'], ['dates', 2, '+0.0']]
    """
    made = changes[changes["models"] > 0]
    shown = made[list(_CHANGE_COLUMNS)]
    shown = shown.assign(points=made["points"].map(_signed))
    return table(shown, columns=_CHANGE_COLUMNS)


def fragility_table(carried: Mapping[str, Estimate]) -> Table:
    """Return the few rows that each headline rests on, one row per headline.

    Parameters
    ----------
    carried : mapping of str to Estimate
        The fewest rows that overturn each headline, from `fragility`, by its text.

    Returns
    -------
    Table
        The headline, how many rows overturn it, out of how many, and their names; a headline that
        does not hold, or that no rows overturn, has neither number nor names.

    Examples
    --------
    >>> import compute_divide as cd
    >>> rows = pd.DataFrame({"model": list("abcdefghij"), "year": 2020, cd.COMPUTE: 1e20})
    >>> rows["team_type"] = ["academia-only"] + ["industry-only"] * 9
    >>> industry = cd.Question("industry", "industry-only", 2020)
    >>> carried = {"Companies made most": cd.fragility(rows, "majority", industry)}
    >>> cd.plot.fragility_table(carried).data.values.tolist()
    [['Companies made most', 1.0, 10, 'b']]
    """
    rows = []
    for headline, fewest in carried.items():
        names = fewest.label.partition(": ")[2] if fewest.value else ""
        rows.append((headline, fewest.value, fewest.n, names))
    columns = {
        "headline": Column("Headline"),
        "rows": Column("Rows that overturn it", "number"),
        "n": Column("Of", "number"),
        "names": Column("The first to fall"),
    }
    return table(pd.DataFrame(rows, columns=list(columns)), columns)


def _places_of_definitions(names: pd.Series[str]) -> pd.Series[int]:
    """Return the place of each definition in the order in which they are shown."""
    places = {name: place for place, name in enumerate(DEFINITION_NAMES)}
    return names.map(places)


def _describe_grid(estimates: pd.DataFrame, periods: list[str]) -> str:
    """Return the range of the shares under each definition.

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
    """Return the range of the shares of each period, with the time in words."""
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
    base = alt.Chart(rows[columns]).encode(x=_vintage_columns(rows["vintage"]), y=y, yOffset=line)
    shades = alt.Scale(domain=[0, 1], range=[0.05, 0.75])
    depth = alt.Opacity("share:Q", scale=shades, legend=None)
    tooltip = share_tips("rule:N|Definition", "vintage:N|Vintage", "what:N|Years")
    team = rows["team_type"].iloc[0]
    tiles = base.mark_rect(color=TEAM_COLOURS[team])
    tiles = tiles.encode(opacity=depth, tooltip=tooltip)
    numbers = base.mark_text(fontSize=11, color=INK).encode(text=alt.Text("text:N"))
    row_height = 18 * len(periods) + 14
    return framed(tiles, numbers, height=row_height * len(order))


def _vintage_columns(vintages: pd.Series[str]) -> alt.X:
    """Return the axis of vintages, written upright above the tiles."""
    upright = {"labelAngle": -90, "labelAlign": "left", "labelBaseline": "middle"}
    names = {vintage: pd.Timestamp(vintage).strftime("%b %Y") for vintage in vintages.unique()}
    label = f"({json.dumps(names)})[datum.value]"
    axis = row_axis(orient="top", labelPadding=2, labelExpr=label, **upright)
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
    labels = end_labels(rows, "name", x, y)
    return framed(line, rule, points, labels)


def _drift_rows(read: pd.DataFrame, highlighted: Sequence[int]) -> pd.DataFrame:
    """Return shares with the date of their vintage, and whether their year is highlighted."""
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


@needs("share")
def _known(known: pd.DataFrame) -> alt.LayerChart:
    """Return training compute in colour, and the other fields in grey."""
    is_compute = f"datum.field == '{_FIELDS[COMPUTE]}'"
    colour = alt.condition(is_compute, alt.value(ACCENT), alt.value(QUIET))
    width = alt.condition(is_compute, alt.value(2.5), alt.value(1.25))
    dashes = alt.Scale(domain=list(_FIELDS.values()), range=[[1, 0], [6, 3], [2, 3]])
    dash = alt.StrokeDash("field:N", legend=None, scale=dashes)
    tooltip = share_tips("field:N|Field", "year:Q|Year|d")
    line = alt.Chart(known).mark_line()
    y = share_axis("share", "Share of models")
    line = line.encode(x=year_axis(), y=y, strokeDash=dash, tooltip=tooltip)
    line = line.encode(color=colour, strokeWidth=width)
    labels = end_labels(known, "field", year_axis(), y)
    return framed(line, labels)

"""The figures of the chapter on who shares their models."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from bookpress.elements.base.charts import haloed
from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import ACCENT, INK, LINE, needs
from compute_divide.estimates.models.openness import RUNGS, access_ladder
from compute_divide.estimates.statistics.trends import fractional_years
from compute_divide.plot.base.access import ACCESS_SERIES, HOSTED, OPEN, row_names, years_above
from compute_divide.plot.base.axes import year_axis
from compute_divide.plot.base.entries import check_entries
from compute_divide.plot.base.marks import framed, named_scale, tips
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import row_by_row

_RUNG_NAMES = dict(enumerate(RUNGS))
_RUNG_COLOURS = ("#7d74c4", "#dfb069", "#c07d1b", "#86c5ab", ACCENT)
"""The colour of each of `RUNGS`."""
_FIRST_CAPABLE = 2023
"""The first year of the chart of capability."""
_NAMED = (
    "Claude 3.5 Sonnet",
    "o1",
    "GPT-5",
    "GPT-5.5 Pro",
    "Llama 2-70B",
    "Llama 3.1-405B",
    "DeepSeek-R1",
    "Kimi K2.5",
    "Kimi K3",
)
"""The models named in that chart."""

_LADDER_COLUMNS = {
    "group": Column("Laboratory"),
    "rung": Column("At least half give"),
    "models": Column("Models of known access", "number"),
    "data": Column("Somebody outside can see the training data"),
}
_CAPABILITY_COLUMNS = {
    "released": Column("Released", "date"),
    "inside": Column("Weights to download"),
    "index": Column("Index", "number"),
    "low": Column("Low", "number"),
    "high": Column("High", "number"),
}


def _lists(items: pd.Series[str], heads: pd.Series[str]) -> str:
    """Return lists of items in words, each after its heading."""
    lines = items.groupby(heads, sort=False).agg(", ".join)
    return row_by_row("{}: {}", lines.index, lines, joint="; ")


def ladder_bars(
    makers: Mapping[str, pd.DataFrame], transparency: pd.DataFrame, vintage: str
) -> Figure:
    """Return what others can use of the models of each maker: one row per maker, one bar per year.

    Parameters
    ----------
    makers : mapping of str to pandas.DataFrame
        The models of each maker, of `with_access`, by its name.
    transparency : pandas.DataFrame
        The transparency index, which says whose training data outsiders can see.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        The height of a bar is the rung that at least half of the models with known access reach.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.with_access(cd.in_years(cd.data.models("2026-08"), (2023, 2025)))
    >>> meta = models[models["organisations"] == "Meta AI"]
    >>> figure = cd.plot.ladder_bars({"Meta": meta}, cd.data.transparency(), "2026-08")
    >>> figure.data[["year", "rung", "models", "data"]].values.tolist()
    [[2023, 'weights', 7, False], [2024, 'weights', 5, False], [2025, 'weights', 4, False]]
    """
    check_entries("ladder_bars: makers", makers)
    ladder = access_ladder(makers, transparency)
    named = ladder.assign(rung=ladder["rung"].map(_RUNG_NAMES))
    reached = named.dropna(subset=["rung"])
    rungs = reached["year"].astype("str") + " " + reached["rung"]
    lists = _lists(rungs, reached["group"])
    what = "What others can use of"
    description = f"{what} at least half of the notable models of a year. {lists}."
    source = credit(f"models/{vintage}.csv", "outside/transparency.csv")
    chart = _ladder(ladder)
    return figure(chart, named, description=description, source=source, columns=_LADDER_COLUMNS)


def capability_steps(models: pd.DataFrame, ages: pd.DataFrame) -> Figure:
    """Return capability by day of release.

    The most capable closed and open models so far are shown as steps.

    Parameters
    ----------
    models : pandas.DataFrame
        The ``models`` of a `CapabilityIndex`.
    ages : pandas.DataFrame
        One row per record of open models, for the description: its name (``own``), and how many
        ``months`` before it a closed model was as capable.

    Returns
    -------
    Figure
        One point per model; some well-known ones are named.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.CapabilityIndex(cd.data.capability()).models
    >>> ages = pd.DataFrame({"own": ["DeepSeek-R1"], "months": [1.1]})
    >>> figure = cd.plot.capability_steps(models, ages)
    >>> len(figure.data) == len(models)
    True
    >>> figure.description
    'Most capable open models, months after a closed one was as capable: DeepSeek-R1 1.1.'
    """
    records = ages.drop_duplicates("own")
    months = row_by_row("{} {:.1f}", records["own"], records["months"], joint="; ")
    what = "Most capable open models, months after a closed one was as capable"
    columns = ["model", "organisations", "team_type", "released", "inside", "index", "low", "high"]
    data = models[columns]
    description = f"{what}: {months}."
    source = credit("outside/capability.csv")
    chart = _capability(models)
    return figure(chart, data, description=description, source=source, columns=_CAPABILITY_COLUMNS)


@needs("rung")
def _ladder(ladder: pd.DataFrame) -> alt.LayerChart:
    names = list(dict.fromkeys(ladder["group"]))
    axis = row_names(names, 0.3)
    scale = alt.Scale(domain=[0, len(names)], nice=False)
    foot = alt.Y("foot:Q", title=None, axis=axis, scale=scale)
    middle = alt.Y("middle:Q", title=None, scale=scale, axis=axis)
    rows = _ladder_rows(ladder, names)
    base = alt.Chart(rows).encode(x=years_above())
    reached = base.transform_filter("isValid(datum.what)")
    bars = reached.mark_bar(stroke=LINE, strokeWidth=0.5)
    bars = bars.encode(y=foot, y2=alt.Y2("top:Q"))
    bars = bars.encode(color=_rung_colour(), tooltip=_ladder_tips())
    numbers = reached.mark_text(fontSize=11).encode(y=middle, text=alt.Text("models:Q"))
    asked = base.transform_filter("isValid(datum.asked)")
    dots = asked.mark_point(size=26, stroke=INK, strokeWidth=1, xOffset=11)
    seen = alt.condition("datum.asked == 'yes'", alt.value(INK), alt.value("transparent"))
    dots = dots.encode(y=middle, fill=seen)
    return framed(bars, numbers, dots, height=34 * len(names))


def _ladder_rows(ladder: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return rungs with the start and end of each bar, the first laboratory on top."""
    places = ladder["group"].map(names.index)
    foot = places.rsub(len(names) - 1).astype(float)
    what = ladder["rung"].map(_RUNG_NAMES)
    asked = ladder["data"].map({True: "yes", False: "no"})
    rows = ladder.assign(foot=foot, what=what, asked=asked)
    rows["top"] = foot + 0.08 + ladder["rung"] * 0.11
    rows["middle"] = foot + 0.74
    return rows.drop(columns=["rung", "data"])


def _rung_colour() -> alt.Color:
    colours = dict(zip(RUNGS, _RUNG_COLOURS, strict=True))
    columns = alt.expr("width < 400 ? 1 : 3")
    legend = alt.Legend(orient="top", columns=columns, symbolType="square")
    return alt.Color("what:N", scale=named_scale(colours), legend=legend)


def _ladder_tips() -> list[alt.Tooltip]:
    return tips(
        "group:N|Laboratory",
        "year:O|Year",
        "what:N|At least half give",
        "models:Q|Models",
        "asked:N|Data seen",
    )


@needs("index")
def _capability(models: pd.DataFrame) -> alt.LayerChart:
    is_shown = models["released"].dt.year >= _FIRST_CAPABLE
    rows = _capability_rows(models[is_shown])
    last = rows["when"].max()
    x = year_axis("when", _FIRST_CAPABLE, int(last) + 1)
    y = alt.Y("index:Q", title="Epoch Capabilities Index", scale=alt.Scale(zero=False))
    legend = alt.Legend(orient="bottom")
    colour = alt.Color("access:N", legend=legend, scale=named_scale(ACCESS_SERIES))
    shapes = dict(zip(ACCESS_SERIES, ("circle", "diamond"), strict=True))
    shape = alt.Shape("access:N", legend=legend, scale=named_scale(shapes))
    drawn = rows.drop(columns="record")
    base = alt.Chart(drawn).encode(x=x, y=y, color=colour)
    dots = base.mark_point(size=22, opacity=0.45)
    dots = dots.encode(shape=shape, tooltip=_capability_tips())
    best = rows[rows["record"]]
    ends = best.groupby("access").tail(1).assign(when=last)
    steps = pd.concat([best, ends])[["when", "index", "access"]]
    line = alt.Chart(steps).mark_line(interpolate="step-after")
    line = line.encode(x=x, y=y, color=colour)
    name = alt.Text("model:N")
    labels = [text.encode(x=x, y=y, text=name) for text in _names(best)]
    return framed(dots, line, *labels, height=400)


def _capability_rows(models: pd.DataFrame) -> pd.DataFrame:
    """Return models with their day of release, and the access to them in words."""
    released = models["released"]
    when = fractional_years(released).round(3)
    day = released.dt.strftime("%Y-%m-%d")
    access = models["inside"].map({True: OPEN, False: HOSTED})
    makers = models["organisations"].str.replace("|", ", ")
    rows = models[["model", "index", "record"]]
    return rows.assign(organisations=makers, when=when, day=day, access=access)


def _capability_tips() -> list[alt.Tooltip]:
    return tips(
        "model:N|Model",
        "organisations:N|By",
        "day:N|Released",
        "index:Q|Index|.1f",
        "access:N|Access",
    )


def _names(best: pd.DataFrame) -> tuple[alt.Chart, alt.Chart]:
    """Return the names of some models.

    The names of closed models are above their line, those of open ones below theirs.
    """
    is_named = best["model"].isin(_NAMED)
    named = best.loc[is_named, ["when", "index", "model", "access"]]
    closed = alt.Chart(named[named["access"] == HOSTED], name=haloed("closed"))
    open_ones = alt.Chart(named[named["access"] == OPEN], name=haloed("open"))
    above = closed.mark_text(align="right", dx=-5, dy=-9, fontSize=11)
    below = open_ones.mark_text(align="left", dx=5, dy=13, fontSize=11)
    return above, below

"""The figures of the chapter on chips.

They show how fast, how many, and what speed, number and time make together.
"""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.show import Figure, Table
from bookpress.page.figures.theme import INK, needs
from compute_divide.analysis.chips.hardware import PEAK, in_shared_years
from compute_divide.analysis.statistics.estimates import ACADEMIA, INDUSTRY
from compute_divide.analysis.statistics.trends import fractional_years
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    TEAM_LABEL,
    TEAM_NAMES,
    framed,
    named_rows,
    power_axis,
    row_axis,
    team_colour,
    team_shape,
    times_axis,
    tips,
    year_axis,
)
from compute_divide.plot.base.ratios import ratio_by_era
from compute_divide.plot.base.show import Column, credit, figure, models_credit, table
from compute_divide.plot.base.wording import describe_intervals, in_cell, written

_TEAMS = {"academia": ACADEMIA, "collaboration": "collaboration", "industry": INDUSTRY}
_NAMED_RUNS = {
    "RDT-1B": "RDT-1B",
    "Llama 3.1-405B": "Llama 3.1",
    "GLM-130B": "GLM-130B",
    "GPT-3 175B (davinci)": "GPT-3",
    "Grok 4": "Grok 4",
    "Stable Diffusion (LDM-KL-8-G)": "Stable Diffusion",
}
"""The models that are named among the numbers of chips, and how."""
_NAMED_CHIPS = {
    "NVIDIA GeForce GTX 580": "GTX 580",
    "NVIDIA P100": "P100",
    "NVIDIA V100": "V100",
    "NVIDIA A100": "A100",
    "NVIDIA H100 SXM5 80GB": "H100",
}
"""The chips that are named among the speeds, and how."""
_SIDES = {
    "n_over": Column("Industry models", "number"),
    "n_under": Column("Academic models", "number"),
}
_FACTOR_COLUMNS = {"factor": Column("Factor"), "n": Column("Models", "number")}
_COUNT_COLUMNS = {"hardware_quantity": Column("Chips", "number")}
_PEAK_COLUMNS = {
    "training_hardware": Column("Chip"),
    PEAK: Column("Peak of one chip (FLOP/s)", "flop"),
}
_PRICE_COLUMNS = {
    "what": Column("What"),
    "years": Column("Years"),
    "doubling": Column("Doubles in"),
    "interval": Column("95% interval"),
    "part": Column("Part of the growth"),
    "n": Column("Prices", "number"),
}
_NOT_A_POWER = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) > 1e-6"
"""Whether a tick stands off the powers of ten, as a Vega expression."""


def waterfall(factors: Mapping[str, Estimate], vintage: str) -> Figure:
    """Return factors that multiply, on a logarithmic axis.

    Each bar begins where the one above it ends.

    Parameters
    ----------
    factors : mapping of str to Estimate
        The factors by name, industry over academia; the last is their product.
    vintage : str
        The vintage that the models are of.

    Returns
    -------
    Figure
        A bar a factor, with the interval in brackets.
    """
    parts = [{"factor": name, **factor.row("ratio")} for name, factor in factors.items()]
    rows = pd.DataFrame(parts)[["factor", "ratio", "low", "high", "n"]]
    description = describe_intervals(rows, "factor", "ratio", kind="number")
    source = _models_and_chips(vintage)
    chart = _waterfall(rows)
    return figure(chart, rows, description=description, source=source, columns=_FACTOR_COLUMNS)


def count_strips(counted: pd.DataFrame, medians: Mapping[str, Estimate], vintage: str) -> Figure:
    """Return the number of chips of each model, a strip a team type.

    The median and its interval stand above it.

    Parameters
    ----------
    counted : pandas.DataFrame
        Models whose number of chips is known.
    medians : mapping of str to Estimate
        The median number of chips of ``academia``, ``collaboration`` and ``industry``.
    vintage : str
        The vintage that the models are of.

    Returns
    -------
    Figure
        The numbers are on a logarithmic axis; a few models are named.
    """
    parts = [{"team_type": team, **medians[key].row("median")} for key, team in _TEAMS.items()]
    rows = pd.DataFrame(parts)
    chart = _strips(counted, rows.dropna(subset=["median"]))
    data = counted[["model", "year", "team_type", "hardware_quantity"]]
    description = describe_intervals(rows, "team_type", "median", kind="number")
    source = models_credit(vintage)
    return figure(chart, data, description=description, source=source, columns=_COUNT_COLUMNS)


def chip_ratios(
    ratios: pd.DataFrame, same_year: Estimate, models: pd.DataFrame, vintage: str
) -> Figure:
    """Return how much faster industry's chips look, by period and among models of the same year.

    Parameters
    ----------
    ratios : pandas.DataFrame
        Rows of `ratios_by_period`, of the peak of a chip; the first period is the longest.
    same_year : Estimate
        The ratio among models of the same year.
    models : pandas.DataFrame
        The models that it is of.
    vintage : str
        The vintage that they are of.

    Returns
    -------
    Figure
        Ratios with intervals on a logarithmic axis, a row a period.
    """
    teams = in_shared_years(models, PEAK)["team_type"]
    years = ratios.iloc[0][["first", "last"]]
    last = {"period": "same year", **years, **same_year.row("ratio")}
    last["n_over"] = int(teams.eq(INDUSTRY).sum())
    last["n_under"] = int(teams.eq(ACADEMIA).sum())
    records = [*ratios.to_dict("records"), last]
    rows = pd.DataFrame(records)[list(ratios.columns)]
    chart = ratio_by_era(rows, "Peak of one chip, industry over academia")
    description = describe_intervals(rows, "period", "ratio", kind="number")
    source = _models_and_chips(vintage)
    return figure(chart, rows, description=description, source=source, columns=_SIDES)


def peak_points(models: pd.DataFrame, vintage: str) -> Figure:
    """Return the peak speed of the chip of each model over time.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with a date and a known peak.
    vintage : str
        The vintage that they are of.

    Returns
    -------
    Figure
        A point a model, the speed in FLOP/s on a logarithmic axis; five chips are named.
    """
    parts = []
    for team, rows in models.groupby("team_type"):
        name = TEAM_NAMES[str(team)]
        parts.append(f"{name}: {_describe_peaks(rows)}")
    data = models[["model", "published", "team_type", "training_hardware", PEAK]]
    description = f"One mark a model. {'; '.join(parts)}."
    source = _models_and_chips(vintage)
    chart = _peaks(models)
    return figure(chart, data, description=description, source=source, columns=_PEAK_COLUMNS)


def _describe_peaks(models: pd.DataFrame) -> str:
    """Return of how many models of which years the peaks are, and the highest."""
    year = models["year"].median()
    highest = models[PEAK].max()
    number = f"{len(models):,} models"
    return f"{number}, median year {year:.0f}, fastest chip {highest:.1e} FLOP/s"


def price_table(
    words: Mapping[str, str],
    per_dollar: Mapping[str, pd.DataFrame],
    doublings: Mapping[str, Estimate],
    parts: Mapping[str, Estimate],
) -> Table:
    """Return how fast the computing that a dollar buys grows, under each reading.

    Parameters
    ----------
    words : mapping of str to str
        The readings, in words.
    per_dollar : mapping of str to pandas.DataFrame
        What a dollar buys, price by price, from `flop_per_dollar` and `rented_flop_per_dollar`.
    doublings : mapping of str to Estimate
        Doubling times in months.
    parts : mapping of str to Estimate
        The part that they make of the growth of training compute.

    Returns
    -------
    Table
        Reading, years, doubling time with its interval, part of the growth, number of prices.
    """
    rows = []
    for key, what in words.items():
        years = per_dollar[key]["published"].dt.year
        doubling = doublings[key]
        row = {
            "what": what,
            "years": f"{years.min()} to {years.max()}",
            "doubling": in_cell(doubling),
            "interval": written(doubling, "interval"),
            "part": written(parts[key]),
            "n": doubling.n,
        }
        rows.append(row)
    return table(pd.DataFrame(rows), _PRICE_COLUMNS)


def _models_and_chips(vintage: str) -> str:
    return credit(f"models/{vintage}.csv", "hardware/chips.csv")


@needs()
def _peaks(models: pd.DataFrame) -> alt.LayerChart:
    shown = _dated(models)
    x = year_axis("when")
    y = power_axis(PEAK, "Peak of one chip (FLOP/s)")
    teams = list(_TEAMS.values())
    colour = team_colour(teams, legend="bottom")
    shape = team_shape(teams, legend="bottom")
    points = alt.Chart(shown).mark_point(size=40, opacity=0.75)
    points = points.encode(x=x, y=y, color=colour, shape=shape, tooltip=_peak_tips())
    first = shown.sort_values("when").drop_duplicates("training_hardware")
    short = first["training_hardware"].map(_NAMED_CHIPS)
    named = first.assign(name=short).dropna(subset=["name"])
    names = alt.Chart(named[["when", PEAK, "name"]])
    text = names.mark_text(align="left", dx=-4, dy=-13)
    text = text.encode(x=x, y=y, text=alt.Text("name:N"))
    return framed(points, text)


def _dated(models: pd.DataFrame) -> pd.DataFrame:
    """Return models with their day as text and as a fraction of years."""
    published = models["published"]
    when = fractional_years(published).round(3)
    day = published.dt.strftime("%Y-%m-%d")
    columns = ["model", "when", "day", "team_type", "training_hardware", PEAK]
    return models.assign(when=when, day=day)[columns]


def _peak_tips() -> list[alt.Tooltip]:
    return tips(
        "model:N|Model",
        "day:N|Published",
        "training_hardware:N|Chip",
        f"{PEAK}:Q|Peak (FLOP/s)|.2e",
    )


@needs()
def _strips(models: pd.DataFrame, medians: pd.DataFrame) -> alt.LayerChart:
    teams = list(_TEAMS.values())
    bare = alt.Axis(labelExpr=TEAM_LABEL, grid=False, domain=False, ticks=False)
    y = alt.Y("team_type:N", sort=teams, title=None, axis=bare)
    x = _chips_axis()
    colour = team_colour(teams)
    counts = alt.Chart(models[["model", "team_type", "hardware_quantity"]])
    ticks = counts.mark_tick(thickness=1.5, size=15, opacity=0.55, yOffset=12)
    tooltip = tips("model:N|Model", "hardware_quantity:Q|Chips|,")
    ticks = ticks.encode(x=x, y=y, color=colour, tooltip=tooltip)
    named = models[models["model"].isin(list(_NAMED_RUNS))]
    named = named.assign(name=named["model"].map(_NAMED_RUNS))
    names = alt.Chart(named[["team_type", "hardware_quantity", "name"]])
    text = names.mark_text(dy=28, fontSize=11)
    text = text.encode(y=y, x=x, text=alt.Text("name:N"))
    return framed(ticks, text, *_medians(medians, y, colour), height=70 * len(teams))


def _chips_axis() -> alt.X:
    """Return a logarithmic axis of numbers of chips with labels at powers of ten alone."""
    label = f"{_NOT_A_POWER} ? '' : format(datum.value, ',')"
    axis = alt.Axis(labelExpr=label, tickCount=6, grid=True)
    scale = alt.Scale(type="log", nice=True)
    title = "Chips of the training run, logarithmic"
    return alt.X("hardware_quantity:Q", title=title, scale=scale, axis=axis)


def _medians(
    medians: pd.DataFrame, y: alt.Y, colour: alt.Color
) -> tuple[alt.Chart, alt.Chart, alt.Chart]:
    """Return medians above the strips: intervals, dots and numbers."""
    shown = medians[["team_type", "median", "low", "high", "n"]]
    shown = shown.assign(label=shown["median"].map("{:,.0f}".format))
    median = alt.X("median:Q")
    base = alt.Chart(shown).encode(y=y, color=colour)
    bounded = base.transform_filter("isValid(datum.low)")
    rule = bounded.mark_rule(strokeWidth=2.5, opacity=0.55, yOffset=-8)
    rule = rule.encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"))
    tooltip = tips("median:Q|Median|,", "low:Q|Low|,.0f", "high:Q|High|,.0f")
    dot = base.mark_point(size=80, yOffset=-8).encode(x=median, tooltip=tooltip)
    label = alt.Chart(shown).mark_text(dy=-21, color=INK)
    label = label.encode(y=y, x=median, text=alt.Text("label:N"))
    return rule, dot, label


@needs("ratio")
def _waterfall(factors: pd.DataFrame) -> alt.LayerChart:
    rows = _multiplied(factors)
    names = list(rows["factor"])
    y = named_rows("factor", sort=names, axis=row_axis(labelLimit=140))
    start = times_axis("start", "Companies alone over universities alone")
    base = alt.Chart(rows).encode(y=y)
    bars = base.mark_bar(color=TEAM_COLOURS["industry-only"], height=16)
    bars = bars.encode(x=start, x2=alt.X2("end:Q"), tooltip=_factor_tips())
    middle = rows["end"].max() ** 0.5
    begins = base.transform_filter(alt.datum.start < middle).mark_text(align="left", dy=-16)
    begins = begins.encode(x=start, text=alt.Text("label:N"))
    ends = base.transform_filter(alt.datum.start >= middle).mark_text(align="right", dy=-16)
    ends = ends.encode(x=alt.X("end:Q"), text=alt.Text("label:N"))
    return framed(bars, begins, ends, height=58 * len(rows))


def _multiplied(factors: pd.DataFrame) -> pd.DataFrame:
    """Return factors with where their bars start and end, and their labels."""
    ratios = factors["ratio"]
    products = list(ratios.iloc[:-1].cumprod())
    rows = factors.assign(end=[*products, ratios.iloc[-1]])
    rows["start"] = [1.0, *products[:-1], 1.0]
    values = rows[["ratio", "low", "high"]].astype(float).to_numpy()
    rows["label"] = [_factor_label(*factor) for factor in values.tolist()]
    return rows


def _factor_label(ratio: float, low: float, high: float) -> str:
    factor = Estimate(ratio, low, high, unit="ratio")
    return f"×{written(factor, 'ranged')}"


def _factor_tips() -> list[alt.Tooltip]:
    return tips(
        "factor:N|Factor",
        "ratio:Q|Ratio|,.3~r",
        "low:Q|Low|,.2~r",
        "high:Q|High|,.2~r",
    )

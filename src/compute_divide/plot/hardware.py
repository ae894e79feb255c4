"""The figures of the chapter on chips: how fast, how many, and what speed, number and time make together."""

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
    "LUKE": "LUKE",
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


def waterfall(factors: Mapping[str, Estimate], vintage: str) -> Figure:
    """Return factors that multiply: each bar begins, on a logarithmic axis, where the one above it ends.

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
    return figure(
        _waterfall(rows),
        rows,
        description=describe_intervals(rows, "factor", "ratio", kind="number"),
        source=_models_and_chips(vintage),
        columns={"factor": Column("Factor"), "n": Column("Models", "number")},
    )


def count_strips(counted: pd.DataFrame, medians: Mapping[str, Estimate], vintage: str) -> Figure:
    """Return the number of chips of each model, a strip a team type, with the median and its interval above.

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
    rows = pd.DataFrame(
        [{"team_type": team, **medians[key].row("median")} for key, team in _TEAMS.items()]
    )
    return figure(
        _strips(counted, rows.dropna(subset=["median"])),
        counted[["model", "year", "team_type", "hardware_quantity"]],
        description=describe_intervals(rows, "team_type", "median", kind="number"),
        source=models_credit(vintage),
        columns={"hardware_quantity": Column("Chips", "number")},
    )


def chip_ratios(
    ratios: pd.DataFrame, same_year: Estimate, models: pd.DataFrame, vintage: str
) -> Figure:
    """Return how much faster industry's chips look in pooled periods, and among models of the same year.

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
    sides = in_shared_years(models, PEAK)["team_type"]
    last = {
        "period": "same year",
        **ratios.iloc[0][["first", "last"]],
        **same_year.row("ratio"),
        "n_over": int(sides.eq(INDUSTRY).sum()),
        "n_under": int(sides.eq(ACADEMIA).sum()),
    }
    rows = pd.DataFrame([*ratios.to_dict("records"), last])[list(ratios.columns)]
    return figure(
        ratio_by_era(rows, "Peak of one chip, industry over academia"),
        rows,
        description=describe_intervals(rows, "period", "ratio", kind="number"),
        source=_models_and_chips(vintage),
        columns=_SIDES,
    )


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
    told = "; ".join(
        f"{TEAM_NAMES[str(team)]}: {len(part):,} models, median year {part['year'].median():.0f},"
        f" fastest chip {part[PEAK].max():.1e} FLOP/s"
        for team, part in models.groupby("team_type")
    )
    return figure(
        _peaks(models),
        models[["model", "published", "team_type", "training_hardware", PEAK]],
        description=f"One mark a model. {told}.",
        source=_models_and_chips(vintage),
        columns={
            "training_hardware": Column("Chip"),
            PEAK: Column("Peak of one chip (FLOP/s)", "flop"),
        },
    )


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
    years = {key: points["published"].dt.year for key, points in per_dollar.items()}
    columns = {
        "what": Column("What"),
        "years": Column("Years"),
        "doubling": Column("Doubles in"),
        "interval": Column("95% interval"),
        "part": Column("Part of the growth"),
        "n": Column("Prices", "number"),
    }
    rows = [
        {
            "what": told,
            "years": f"{years[key].min()} to {years[key].max()}",
            "doubling": in_cell(doublings[key]),
            "interval": written(doublings[key], "interval"),
            "part": written(parts[key]),
            "n": doublings[key].n,
        }
        for key, told in words.items()
    ]
    return table(pd.DataFrame(rows), columns)


def _models_and_chips(vintage: str) -> str:
    return credit(f"models/{vintage}.csv", "hardware/chips.csv")


@needs()
def _peaks(models: pd.DataFrame) -> alt.LayerChart:
    when = fractional_years(models["published"]).round(3)
    shown = models.assign(when=when, day=models["published"].dt.strftime("%Y-%m-%d"))
    shown = shown[["model", "when", "day", "team_type", "training_hardware", PEAK]]
    x, y = year_axis("when"), power_axis(PEAK, "Peak of one chip (FLOP/s)")
    tooltip = tips(
        "model:N|Model",
        "day:N|Published",
        "training_hardware:N|Chip",
        f"{PEAK}:Q|Peak (FLOP/s)|.2e",
    )
    teams = list(_TEAMS.values())
    colour, shape = team_colour(teams, legend="bottom"), team_shape(teams, legend="bottom")
    points = alt.Chart(shown).mark_point(size=40, opacity=0.75)
    first = shown.sort_values("when").drop_duplicates("training_hardware")
    named = first.assign(name=first["training_hardware"].map(_NAMED_CHIPS)).dropna(subset=["name"])
    text = alt.Chart(named[["when", PEAK, "name"]]).mark_text(align="left", dx=-4, dy=-13)
    return framed(
        points.encode(x=x, y=y, color=colour, shape=shape, tooltip=tooltip),
        text.encode(x=x, y=y, text=alt.Text("name:N")),
    )


@needs()
def _strips(models: pd.DataFrame, medians: pd.DataFrame) -> alt.LayerChart:
    teams = list(_TEAMS.values())
    bare = alt.Axis(labelExpr=TEAM_LABEL, grid=False, domain=False, ticks=False)
    y = alt.Y("team_type:N", sort=teams, title=None, axis=bare)
    x = _chips_axis()
    colour = team_colour(teams)
    ticks = alt.Chart(models[["model", "team_type", "hardware_quantity"]]).mark_tick(
        thickness=1.5, size=15, opacity=0.55, yOffset=12
    )
    tooltip = tips("model:N|Model", "hardware_quantity:Q|Chips|,")
    named = models[models["model"].isin(list(_NAMED_RUNS))]
    named = named.assign(name=named["model"].map(_NAMED_RUNS))
    text = alt.Chart(named[["team_type", "hardware_quantity", "name"]]).mark_text(
        dy=28, fontSize=11
    )
    return framed(
        ticks.encode(x=x, y=y, color=colour, tooltip=tooltip),
        text.encode(y=y, x=x, text=alt.Text("name:N")),
        *_medians(medians, y, colour),
        height=70 * len(teams),
    )


def _chips_axis() -> alt.X:
    """Return a logarithmic axis of numbers of chips with labels at powers of ten alone."""
    whole = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) > 1e-6"
    axis = alt.Axis(labelExpr=f"{whole} ? '' : format(datum.value, ',')", tickCount=6, grid=True)
    scale = alt.Scale(type="log", nice=True)
    title = "Chips of the training run, logarithmic"
    return alt.X("hardware_quantity:Q", title=title, scale=scale, axis=axis)


def _medians(
    medians: pd.DataFrame, y: alt.Y, colour: alt.Color
) -> tuple[alt.Chart, alt.Chart, alt.Chart]:
    """Return medians above the strips: intervals, dots and numbers."""
    shown = medians[["team_type", "median", "low", "high", "n"]]
    shown = shown.assign(label=shown["median"].map("{:,.0f}".format))
    base = alt.Chart(shown).encode(y=y, color=colour)
    bounded = base.transform_filter("isValid(datum.low)")
    rule = bounded.mark_rule(strokeWidth=2.5, opacity=0.55, yOffset=-8)
    told = tips("median:Q|Median|,", "low:Q|Low|,.0f", "high:Q|High|,.0f")
    dot = base.mark_point(size=80, yOffset=-8).encode(x=alt.X("median:Q"), tooltip=told)
    label = alt.Chart(shown).mark_text(dy=-21, color=INK)
    return (
        rule.encode(x=alt.X("low:Q"), x2=alt.X2("high:Q")),
        dot,
        label.encode(y=y, x=alt.X("median:Q"), text=alt.Text("label:N")),
    )


@needs("ratio")
def _waterfall(factors: pd.DataFrame) -> alt.LayerChart:
    ends = [*factors["ratio"].iloc[:-1].cumprod(), factors["ratio"].iloc[-1]]
    rows = factors.assign(end=ends, start=[1.0, *ends[: len(ends) - 2], 1.0])
    told = rows[["ratio", "low", "high"]].astype(float).to_numpy().tolist()
    rows["label"] = [
        f"×{written(Estimate(ratio, low, high, unit='ratio'), 'ranged')}"
        for ratio, low, high in told
    ]
    y = alt.Y("factor:N", sort=list(rows["factor"]), title=None, axis=row_axis(labelLimit=140))
    start = times_axis("start", "Industry alone over academia alone")
    tooltip = tips("factor:N|Factor", "ratio:Q|Ratio|,.3~r", "low:Q|Low|,.2~r", "high:Q|High|,.2~r")
    base = alt.Chart(rows).encode(y=y)
    bars = base.mark_bar(color=TEAM_COLOURS["industry-only"], height=16)
    text = base.mark_text(align="left", dy=-16)
    return framed(
        bars.encode(x=start, x2=alt.X2("end:Q"), tooltip=tooltip),
        text.encode(x=start, text=alt.Text("label:N")),
        height=58 * len(rows),
    )

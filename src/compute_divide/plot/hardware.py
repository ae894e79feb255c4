"""Charts of the chapter on chips: how fast, how many, and what speed, number and time make together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.theme import ACCENT, INK, QUIET, needs
from compute_divide.analysis.chips.hardware import PEAK
from compute_divide.analysis.statistics.trends import fractional_years
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    TEAM_LABEL,
    end_labels,
    framed,
    power_axis,
    row_axis,
    runs,
    team_colour,
    team_shape,
    times_axis,
    tips,
    year_axis,
)
from compute_divide.plot.base.wording import written


@needs()
def peak_points(
    models: pd.DataFrame, teams: Sequence[str], names: Mapping[str, str]
) -> alt.LayerChart:
    """Return the peak of the chip of each model over time."""
    shown = models.assign(
        when=fractional_years(models["published"]).round(3),
        day=models["published"].dt.strftime("%Y-%m-%d"),
    )[["model", "when", "day", "team_type", "training_hardware", PEAK]]
    x, y = year_axis("when"), power_axis(PEAK, "Peak of one chip (FLOP/s)")
    tooltip = tips(
        "model:N|Model",
        "day:N|Published",
        "training_hardware:N|Chip",
        f"{PEAK}:Q|Peak (FLOP/s)|.2e",
    )
    colour, shape = team_colour(teams, legend="bottom"), team_shape(teams, legend="bottom")
    points = alt.Chart(shown).mark_point(size=40, opacity=0.75)
    first = shown.sort_values("when").drop_duplicates("training_hardware")
    named = first.assign(name=first["training_hardware"].map(dict(names))).dropna(subset=["name"])
    text = alt.Chart(named[["when", PEAK, "name"]]).mark_text(align="left", dx=-4, dy=-13)
    return framed(
        points.encode(x=x, y=y, color=colour, shape=shape, tooltip=tooltip),
        text.encode(x=x, y=y, text=alt.Text("name:N")),
    )


@needs()
def count_strips(
    models: pd.DataFrame, medians: pd.DataFrame, teams: Sequence[str], names: Mapping[str, str]
) -> alt.LayerChart:
    """Return the number of chips of each model, a strip a team type, with the median and its interval above."""
    axis = alt.Axis(labelExpr=TEAM_LABEL, grid=False, domain=False, ticks=False)
    rows = alt.Y("team_type:N", sort=list(teams), title=None, axis=axis)
    whole = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) > 1e-6"
    axis = alt.Axis(labelExpr=f"{whole} ? '' : format(datum.value, ',')", tickCount=6, grid=True)
    scale = alt.Scale(type="log", nice=True)
    x = alt.X(
        "hardware_quantity:Q",
        title="Chips of the training run, logarithmic",
        scale=scale,
        axis=axis,
    )
    runs_of = alt.Chart(models[["model", "team_type", "hardware_quantity"]])
    ticks = runs_of.mark_tick(thickness=1.5, size=15, opacity=0.55, yOffset=12)
    shown = medians.assign(label=medians["median"].map("{:,.0f}".format))
    base = alt.Chart(shown).encode(y=rows, color=team_colour(teams))
    rule = base.transform_filter("isValid(datum.low)").mark_rule(
        strokeWidth=2.5, opacity=0.55, yOffset=-8
    )
    told = tips("median:Q|Median|,", "low:Q|Low|,.0f", "high:Q|High|,.0f")
    dot = base.mark_point(size=80, yOffset=-8).encode(x=alt.X("median:Q"), tooltip=told)
    label = (
        alt.Chart(shown)
        .mark_text(dy=-21, color=INK)
        .encode(y=rows, x=alt.X("median:Q"), text=alt.Text("label:N"))
    )
    named = models[models["model"].isin(list(names))].assign(
        name=lambda found: found["model"].map(dict(names))
    )
    text = alt.Chart(named[["team_type", "hardware_quantity", "name"]]).mark_text(
        dy=28, fontSize=11
    )
    return framed(
        ticks.encode(
            x=x,
            y=rows,
            color=team_colour(teams),
            tooltip=tips("model:N|Model", "hardware_quantity:Q|Chips|,"),
        ),
        text.encode(y=rows, x=x, text=alt.Text("name:N")),
        rule.encode(x=alt.X("low:Q"), x2=alt.X2("high:Q")),
        dot,
        label,
        height=70 * len(teams),
    )


@needs("ratio")
def waterfall(factors: pd.DataFrame) -> alt.LayerChart:
    """Return factors that multiply: each bar begins, on a logarithmic axis, where the one above it ends.

    ``factor``, ``ratio``, ``low``, ``high`` (may be missing); the last row is their product.
    """
    ends = [*factors["ratio"].iloc[:-1].cumprod(), factors["ratio"].iloc[-1]]
    rows = factors.assign(end=ends, start=[1.0, *ends[: len(ends) - 2], 1.0])
    told = rows[["ratio", "low", "high"]].astype(float).to_numpy().tolist()
    rows["label"] = [
        f"×{written(Estimate(ratio, low, high, unit='ratio'), 'ranged')}"
        for ratio, low, high in told
    ]
    y = alt.Y("factor:N", sort=list(rows["factor"]), title=None, axis=row_axis(labelLimit=140))
    title = "Industry alone over academia alone"
    base = alt.Chart(rows).encode(y=y)
    bars = base.mark_bar(color=TEAM_COLOURS["industry-only"], height=16).encode(
        x=times_axis("start", title),
        x2=alt.X2("end:Q"),
        tooltip=tips(
            "factor:N|Factor", "ratio:Q|Ratio|,.3~r", "low:Q|Low|,.2~r", "high:Q|High|,.2~r"
        ),
    )
    text = base.mark_text(align="left", dy=-16).encode(
        x=times_axis("start", title), text=alt.Text("label:N")
    )
    return framed(bars, text, height=58 * len(rows))


@needs("usd_per_hour")
def price_lines(prices: pd.DataFrame, banded: str) -> alt.LayerChart:
    """Return list prices of a chip-hour by month: a line a chip, broken where months are missing, and one band.

    Between the lowest and the highest price of the chip `banded` is shaded.
    """
    months = prices["month"].dt.year * 12 + prices["month"].dt.month - 1
    rows = prices.assign(
        at=months, when=(months / 12).round(3), told=prices["month"].dt.strftime("%B %Y")
    )
    rows = rows.assign(run=runs(rows, "chip", "at")).drop(columns=["month", "at"])
    x = year_axis("when", int(rows["when"].min()), int(rows["when"].max()) + 1)
    top = max(
        float(rows["usd_per_hour"].max()),
        float(rows.loc[rows["chip"] == banded, "highest_usd"].max()),
    )

    def dollars(field: str) -> alt.Y:
        axis, scale = alt.Axis(format="$.0f", tickCount=6), alt.Scale(domain=[0, top], nice=True)
        return alt.Y(f"{field}:Q", title="US dollars an hour", axis=axis, scale=scale)

    strong = alt.condition(f"datum.chip == '{banded}'", alt.value(ACCENT), alt.value(QUIET))
    base = alt.Chart(rows).encode(x=x, detail=alt.Detail("run:N"))
    tooltip = tips(
        "chip:N|Chip", "told:N|Month", "usd_per_hour:Q|Median|$.2f", "providers:Q|Providers"
    )
    band = base.transform_filter(f"datum.chip == '{banded}'").mark_area(opacity=0.16, color=ACCENT)
    return framed(
        band.encode(y=dollars("lowest_usd"), y2=alt.Y2("highest_usd:Q")),
        base.mark_line(point={"size": 14}).encode(
            y=dollars("usd_per_hour"), color=strong, tooltip=tooltip
        ),
        end_labels(rows, "when", "usd_per_hour", "chip", x, dollars("at"), top),
    )

"""Charts of the chapter on chips: how fast, how many, and what speed, number and time make together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, HEIGHT, INK, QUIET, needs
from compute_divide.analysis.chips.hardware import PEAK
from compute_divide.analysis.statistics.estimates import Estimate
from compute_divide.analysis.statistics.trends import fractional_years
from compute_divide.figures.base.marks import (
    TEAM_COLOURS,
    TEAM_NAMES,
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
from compute_divide.figures.base.wording import written

_STRIP = 70
"""Height of a team type in the strips, in pixels."""


@needs()
def peak_points(models: pd.DataFrame, teams: Sequence[str], names: Mapping[str, str]) -> alt.LayerChart:
    """Return the peak of the chip of each model over time."""
    shown = models.assign(
        when=fractional_years(models["published"]).round(3), day=models["published"].dt.strftime("%Y-%m-%d")
    )[["model", "when", "day", "team_type", "training_hardware", PEAK]]
    points = (
        alt.Chart(shown)
        .mark_point(size=40, opacity=0.75)
        .encode(
            x=year_axis("when"),
            y=power_axis(PEAK, "Peak of one chip (FLOP/s)"),
            color=team_colour(teams, legend="bottom"),
            shape=team_shape(teams, legend="bottom"),
            tooltip=tips("model:N|Model", "day:N|Published", "training_hardware:N|Chip", f"{PEAK}:Q|Peak (FLOP/s)|.2e"),
        )
    )
    first = shown.sort_values("when").drop_duplicates("training_hardware")
    named = first.assign(name=first["training_hardware"].map(dict(names))).dropna(subset=["name"])
    text = alt.Chart(named[["when", PEAK, "name"]]).mark_text(align="left", dx=-4, dy=-13)
    return framed(
        points, text.encode(x=year_axis("when"), y=power_axis(PEAK, "Peak of one chip (FLOP/s)"), text="name:N")
    )


@needs()
def count_strips(
    models: pd.DataFrame, medians: pd.DataFrame, teams: Sequence[str], names: Mapping[str, str]
) -> alt.LayerChart:
    """Return the number of chips of each model, a strip a team type, with the median and its interval above."""
    teams_named = " : ".join(f"datum.value == '{team}' ? '{name}'" for team, name in TEAM_NAMES.items())
    axis = alt.Axis(labelExpr=f"{teams_named} : datum.value", grid=False, domain=False, ticks=False)
    rows = alt.Y("team_type:N", sort=list(teams), title=None, axis=axis)
    x = _counts("hardware_quantity", "Chips of the training run, logarithmic", alt.X)
    ticks = (
        alt.Chart(models[["model", "team_type", "hardware_quantity"]])
        .mark_tick(thickness=1.5, size=15, opacity=0.55, yOffset=12)
        .encode(
            x=x,
            y=rows,
            color=team_colour(teams),
            tooltip=tips("model:N|Model", "hardware_quantity:Q|Chips|,"),
        )
    )
    shown = medians.assign(label=medians["median"].map("{:,.0f}".format))
    base = alt.Chart(shown).encode(y=rows, color=team_colour(teams))
    rule = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2.5, opacity=0.55, yOffset=-8)
    dot = base.mark_point(size=80, yOffset=-8).encode(
        x=alt.X("median:Q"),
        tooltip=tips("median:Q|Median|,", "low:Q|Low|,.0f", "high:Q|High|,.0f"),
    )
    label = alt.Chart(shown).mark_text(dy=-21, color=INK).encode(y=rows, x="median:Q", text="label:N")
    told = models[models["model"].isin(list(names))].assign(name=lambda found: found["model"].map(dict(names)))
    text = alt.Chart(told[["team_type", "hardware_quantity", "name"]]).mark_text(dy=28, fontSize=11)
    return framed(
        ticks,
        text.encode(y=rows, x=x, text="name:N"),
        rule.encode(x="low:Q", x2="high:Q"),
        dot,
        label,
        height=_STRIP * len(teams),
    )


@needs("ratio")
def waterfall(factors: pd.DataFrame) -> alt.LayerChart:
    """Return factors that multiply: each bar begins, on a logarithmic axis, where the one above it ends.

    Parameters
    ----------
    factors : pandas.DataFrame
        ``factor``, ``ratio``, ``low``, ``high`` (may be missing); the last row is their product.
    """
    ends = [*factors["ratio"].iloc[:-1].cumprod(), factors["ratio"].iloc[-1]]
    rows = factors.assign(end=ends, start=[1.0, *ends[: len(ends) - 2], 1.0])
    told = rows[["ratio", "low", "high"]].astype(float).to_numpy().tolist()
    rows["label"] = [f"×{written(Estimate(ratio, low, high, unit='ratio'), 'ranged')}" for ratio, low, high in told]
    y = alt.Y("factor:N", sort=list(rows["factor"]), title=None, axis=row_axis(labelLimit=140))
    title = "Industry alone over academia alone"
    base = alt.Chart(rows).encode(y=y)
    bars = base.mark_bar(color=TEAM_COLOURS["industry-only"], height=16).encode(
        x=times_axis("start", title),
        x2="end:Q",
        tooltip=tips("factor:N|Factor", "ratio:Q|Ratio|,.3~r", "low:Q|Low|,.2~r", "high:Q|High|,.2~r"),
    )
    text = base.mark_text(align="left", dy=-16).encode(x=times_axis("start", title), text="label:N")
    return framed(bars, text, height=58 * len(rows))


def _counts(field: str, title: str, channel: type[alt.X | alt.Y]) -> Any:
    """Return a logarithmic axis of counts: 1, 10, 100, 1,000."""
    whole = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) > 1e-6"
    return channel(
        f"{field}:Q",
        title=title,
        scale=alt.Scale(type="log", nice=True),
        axis=alt.Axis(labelExpr=f"{whole} ? '' : format(datum.value, ',')", tickCount=6, grid=True),
    )


@needs("usd_per_hour")
def price_lines(prices: pd.DataFrame, banded: str) -> alt.LayerChart:
    """Return list prices of a chip-hour by month: a line a chip, broken where months are missing, and one band.

    Parameters
    ----------
    prices : pandas.DataFrame
        ``month``, ``chip``, ``usd_per_hour``, ``lowest_usd``, ``highest_usd``, ``providers``.
    banded : str
        The chip whose lowest and highest prices are shaded.
    """
    months = prices["month"].dt.year * 12 + prices["month"].dt.month - 1
    rows = prices.assign(at=months, when=(months / 12).round(3), told=prices["month"].dt.strftime("%B %Y"))
    rows = rows.assign(run=runs(rows, "chip", "at")).drop(columns=["month", "at"])
    x = year_axis("when", int(rows["when"].min()), int(rows["when"].max()) + 1)
    top = float(rows["usd_per_hour"].max())
    top = max(top, float(rows.loc[rows["chip"] == banded, "highest_usd"].max()))

    def dollars(field: str) -> alt.Y:
        axis, scale = alt.Axis(format="$.0f", tickCount=6), alt.Scale(domain=[0, top], nice=True)
        return alt.Y(f"{field}:Q", title="US dollars an hour", axis=axis, scale=scale)

    strong = alt.condition(f"datum.chip == '{banded}'", alt.value(ACCENT), alt.value(QUIET))
    base = alt.Chart(rows).encode(x=x, detail="run:N")
    tooltip = tips("chip:N|Chip", "told:N|Month", "usd_per_hour:Q|Median|$.2f", "providers:Q|Providers")
    band = base.transform_filter(f"datum.chip == '{banded}'").mark_area(opacity=0.16, color=ACCENT)
    return framed(
        band.encode(y=dollars("lowest_usd"), y2="highest_usd:Q"),
        base.mark_line(point={"size": 14}).encode(y=dollars("usd_per_hour"), color=strong, tooltip=tooltip),
        end_labels(rows, "when", "usd_per_hour", "chip", x, dollars("at"), HEIGHT, range_y=top),
    )

"""The calculator of the policy chapter, live on the page, and what it would cost to repeat the models of each year.

The page computes with the formula of `compute_divide.analysis.chips.budget`, written once more in Vega's expression
language; the signals carry the same names. A test drives both over many settings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from bookpress.page.figures.theme import ACCENT, INK, QUIET, needs
from compute_divide.analysis.chips.budget import HOURS_PER_MONTH, SECONDS_PER_HOUR
from compute_divide.choices import QUOTES
from compute_divide.plot.base.marks import (
    TEAM_NAMED,
    TEAM_NAMES,
    along,
    end_labels,
    framed,
    power_axis,
    raised,
    row_axis,
    team_colour,
    team_shape,
    tips,
    year_axis,
)

ALL_TEAMS = "all"  # the choice of models of every team type, unknown ones included
_ONE = alt.Chart(pd.DataFrame({"run": [1]}))  # for what stands once on the chart
_BUDGET_USD = "clamp(toNumber(budget) || 0, 0, 1e13)"
_EXPONENT = "floor(log(max(run_flop, 1)) / LN10 + 1e-9)"
_COMPUTE = (
    f"format(run_flop / pow(10, {_EXPONENT}), '.1f') + ' × 10' + {raised(_EXPONENT)} + ' FLOP'"
)
_MONEY = (
    f"({_BUDGET_USD} >= 1e9 ? '$' + format({_BUDGET_USD} / 1e9, '.2r') + ' billion'"
    f" : {_BUDGET_USD} >= 1e6 ? '$' + format({_BUDGET_USD} / 1e6, '.2r') + ' million'"
    f" : '$' + format({_BUDGET_USD}, ',.0f'))"
)
_TIME = "months + (months == 1 ? ' month' : ' months')"
_OWN_CHIPS = "clamp(toNumber(own_chips) || 0, 0, 1e9)"


class Setting(NamedTuple):
    """What the controls of a calculator show when the page opens."""

    chip: str
    utilisation: float  # share of the peak that is reached
    months: int
    budget: int  # USD, for renting
    quote: str  # a key of `choices.QUOTES`, for renting
    own_chips: int  # of a facility
    presets: Mapping[
        str, Mapping[str, float | str]
    ]  # the controls that each sets: ``budget``, ``own_chips`` ...
    newest: int  # the year whose models the title counts


@needs()
def budget_chart(models: pd.DataFrame, offers: pd.DataFrame, setting: Setting) -> alt.LayerChart:
    """Return the calculator of a budget: the models of each year, split by what the budget could have trained.

    `models` are those of known compute, `offers` from `analysis.chips.budget.offers`. Native controls above the chart
    set ``budget``, ``chip``, ``quote``, ``utilisation``, ``months`` and ``team``; ``run_flop``, ``run_chips`` and
    ``headline`` are computed from them.
    """
    controls = [
        _control("budget", "Budget", "number", setting.budget, before="$"),
        _chip(offers, setting),
        _control(
            "quote", "Price per chip-hour", "choice", setting.quote, options=list(QUOTES.items())
        ),
    ]
    formula = {
        "price": f"({_table(offers, ['lowest', 'median', 'highest'])})[chip][quote]",
        "peak": f"({_table(offers, ['peak'])})[chip].peak",
        "run_hours": f"{_BUDGET_USD} / price",
        "run_chips": f"run_hours / (months * {HOURS_PER_MONTH})",
        "run_flop": f"run_hours * {SECONDS_PER_HOUR} * peak * utilisation",
    }
    told = f"format(run_chips, ',.0f') + ' chips for ' + {_TIME} + ' at $' + format(price, '.2f') + ' an hour'"
    return _calculator(
        models, controls, formula, (f"{_MONEY} + ' rents the compute of ' + COUNTED", told), setting
    )


@needs()
def facility_chart(models: pd.DataFrame, offers: pd.DataFrame, setting: Setting) -> alt.LayerChart:
    """Return the calculator of a facility: the same chart, for a number of chips that are at hand."""
    controls = [
        _control("own_chips", "Number of chips", "number", setting.own_chips, before=""),
        _chip(offers, setting),
    ]
    formula = {
        "peak": f"({_table(offers, ['peak'])})[chip].peak",
        "run_chips": _OWN_CHIPS,
        "run_hours": f"run_chips * months * {HOURS_PER_MONTH}",
        "run_flop": f"run_hours * {SECONDS_PER_HOUR} * peak * utilisation",
    }
    told = "format(run_hours, ',.0f') + ' chip-hours'"
    title = f"format(run_chips, ',.0f') + ' chips for ' + {_TIME} + ' reach ' + COUNTED + ' whose compute is known'"
    return _calculator(models, controls, formula, (title, told), setting)


@needs("usd")
def cost_lines(
    costs: pd.DataFrame, labels: Mapping[float, str], grants: Mapping[str, float]
) -> alt.LayerChart:
    """Return what it would cost to repeat the models of each year, from `cost_by_year`, on a logarithmic scale.

    `labels` names the line of each quantile; `grants` are dashed rules, by what they are called, in US dollars.
    """
    shown = costs.assign(line=costs["quantile"].map(dict(labels)), power=np.log10(costs["usd"]))
    dashes = alt.StrokeDash("line:N", legend=None, scale=alt.Scale(range=[[1, 0], [6, 3], [2, 3]]))
    tooltip = tips(
        "line:N|Model", "year:Q|Year|d", "usd:Q|US dollars|$.3~s", "n:Q|Models of the year"
    )
    line = alt.Chart(shown).mark_line(color=ACCENT)
    reach = float(np.ptp(shown["power"]))
    ends = end_labels(shown, "year", "power", "line", year_axis(), _dollars("at"), 1.3 * reach)
    sizes = alt.Chart(pd.DataFrame({"grant": list(grants), "usd": list(grants.values())})).encode(
        y=_dollars("usd")
    )
    ends.data["at"] = 10 ** ends.data["at"]
    return framed(
        sizes.mark_rule(color=QUIET, strokeDash=[4, 3]),
        line.encode(x=year_axis(), y=_dollars("usd"), strokeDash=dashes, tooltip=tooltip),
        ends,
        sizes.mark_text(align="left", dx=4, dy=-7, fontSize=11).encode(
            x=alt.value(0), text=alt.Text("grant:N")
        ),
    )


@needs("low")
def hour_rows(costs: pd.DataFrame, colours: Mapping[str, str]) -> alt.LayerChart:
    """Return GPU-hours on a logarithmic axis, a row each: a dot, or a bar from the lowest to the highest."""
    rows = costs[["name", "side", "low", "high", "chip"]]
    scale = alt.Scale(
        type="log",
        domain=[float(rows["low"].min()) / 2, float(rows["high"].max()) * 30],
        nice=False,
    )
    axis = alt.Axis(format="~s", values=[10.0**power for power in range(3, 9)], grid=True)
    x = alt.X("high:Q", title="GPU-hours, logarithmic", scale=scale, axis=axis)
    y = alt.Y("name:N", title=None, sort=None, axis=row_axis())
    ends = alt.Scale(domain=list(colours), range=list(colours.values()))
    shapes = alt.Scale(domain=list(colours), range=["circle", "square", "diamond"])
    legend = alt.Legend(orient="top", columns=1)
    base = alt.Chart(rows).encode(y=y, color=alt.Color("side:N", scale=ends, legend=legend))
    tooltip = tips("name:N|What", "low:Q|GPU-hours from|,.0f", "high:Q|to|,.0f", "chip:N|Chip")
    text = base.mark_text(align="left", dx=9, fontSize=11)
    return framed(
        base.mark_bar(size=5).encode(x=along(x, "low"), x2=alt.X2("high:Q")),
        base.mark_point(size=60).encode(
            x=x, shape=alt.Shape("side:N", scale=shapes, legend=legend), tooltip=tooltip
        ),
        text.encode(x=x, text=alt.Text("high:Q", format=".3~s"), color=alt.ColorValue(INK)),
        height=30 * len(rows),
    )


def _dollars(field: str) -> alt.Y:
    """Return a logarithmic axis of US dollars: $100, $10k, $1M, $10B."""
    label = "datum.value < 1 ? '$' + datum.value : replace(format(datum.value, '$~s'), 'G', 'B')"
    axis, scale = alt.Axis(labelExpr=label, tickCount=7), alt.Scale(type="log", nice=True)
    return alt.Y(f"{field}:Q", title="US dollars, logarithmic", scale=scale, axis=axis)


def _calculator(
    models: pd.DataFrame,
    controls: list[dict[str, Any]],
    formula: Mapping[str, str],
    said: tuple[str, str],
    setting: Setting,
) -> alt.LayerChart:
    """Return the chart both calculators share: a row a year, a mark a model, a rule at the run."""
    title, told = (
        said  # expressions, with COUNTED for the models within reach, and for what the run takes
    )
    shown = models[["model", "year", "team_type", "training_compute_flop"]]
    teams = [team for team in TEAM_NAMES if team in set(shown["team_type"])]
    chosen = (
        alt.Chart(shown)
        .transform_filter(f"team == '{ALL_TEAMS}' || datum.team_type == team")
        .transform_calculate(
            within="datum.training_compute_flop <= run_flop ? 1 : 0", team=TEAM_NAMED
        )
    )
    axis = alt.Axis(grid=True, domain=False, ticks=False, labelPadding=6)
    rows = alt.Y("year:O", sort="descending", title=None, axis=axis)
    size = power_axis("training_compute_flop", "Training compute (FLOP)", alt.X)
    dots = chosen.mark_point(size=42).encode(
        x=size,
        y=rows,
        color=team_colour(teams, legend="bottom"),
        shape=team_shape(teams, legend="bottom"),
        opacity=alt.condition("datum.within == 1", alt.value(0.95), alt.value(0.28)),
        tooltip=tips(
            "model:N|Model",
            "team:N|Team type",
            "training_compute_flop:Q|Training compute (FLOP)|.1e",
        ),
    )
    controls = [*controls, *_shared(setting)]
    names = {control["name"] for control in controls}
    presets = {name: sets for name, sets in setting.presets.items() if sets.keys() <= names}
    page = {"controls": controls, "presets": presets, "readout": "said", "title": "headline"}
    computed = {**formula, "said_flop": _COMPUTE, "said": f"said_flop + ': ' + {told}"}
    computed["headline"] = title.replace("COUNTED", _counted(shown, setting.newest))
    start = [alt.param(control["name"], value=control["value"]) for control in controls]
    rule = _ONE.transform_calculate(training_compute_flop="max(run_flop, 1)").mark_rule(
        color=INK, strokeWidth=2
    )
    layers = (dots, rule.encode(x=size), *_counts(chosen, rows), *_readout(told))
    signals = [*start, *(alt.param(name, expr=expression) for name, expression in computed.items())]
    return (
        framed(*layers, height=22 * shown["year"].nunique())
        .add_params(*signals)
        .properties(usermeta=page)
    )


def _counts(chosen: alt.Chart, rows: alt.Y) -> list[alt.Chart]:
    """Return the columns at the right: models within reach of all, and the rank of the run."""
    counted = chosen.transform_aggregate(
        n="count()", within="sum(within)", groupby=["year"]
    ).transform_calculate(
        rank="datum.n - datum.within + 1",
        reach="datum.within + ' of ' + datum.n",
        said="datum.year + ': ' + datum.within + ' of ' + datum.n + ' models within reach, rank ' + datum.rank",
    )
    right = alt.value("width")
    reach = counted.mark_text(align="right", dx=58, color=INK)
    rank = counted.mark_text(align="right", dx=92, color=INK, aria=False)
    heads = [
        _ONE.mark_text(align="right", dx=dx, y=-8, color=QUIET, fontStyle="italic").encode(
            x=right, text=alt.TextValue(head)
        )
        for head, dx in (("in reach", 58), ("rank", 92))
    ]
    said = reach.encode(
        x=right,
        y=rows,
        text=alt.Text("reach:N"),
        description=alt.Description("said:N"),
        tooltip=alt.Tooltip("said:N"),
    )
    return [said, rank.encode(x=right, y=rows, text=alt.Text("rank:Q")), *heads]


def _readout(told: str) -> list[alt.Chart]:
    """Return the two lines above the chart: the compute of the run, and what it takes."""
    run = _ONE.mark_text(align="left", x=0, y=-44, color=INK, fontSize=16, fontWeight="bold")
    takes = _ONE.mark_text(align="left", x=0, y=-25, color=INK)
    return [
        text.encode(text=alt.TextValue(alt.expr(said)))
        for text, said in ((run, "said_flop"), (takes, told))
    ]


def _counted(shown: pd.DataFrame, newest: int) -> str:
    """Return an expression for how many models of a year the run could have trained, of how many."""
    sizes = shown.loc[shown["year"] == newest, "training_compute_flop"]
    within = " + ".join(f"({size:.6g} <= run_flop)" for size in sizes) or "0"
    return f"({within}) + ' of {len(sizes)} notable models of {newest}'"


def _shared(setting: Setting) -> list[dict[str, Any]]:
    steps, months = (
        {"after": "", "min": 0.05, "max": 0.9, "step": 0.01},
        {"after": " months", "min": 1, "max": 36, "step": 1},
    )
    return [
        _control("utilisation", "Utilisation", "range", setting.utilisation, **steps),
        _control("months", "Time", "range", setting.months, **months),
        _control(
            "team",
            "Models of teams",
            "choice",
            ALL_TEAMS,
            options=[(ALL_TEAMS, "all"), *TEAM_NAMES.items()],
        ),
    ]


def _chip(offers: pd.DataFrame, setting: Setting) -> dict[str, Any]:
    return _control(
        "chip", "Chip", "choice", setting.chip, options=[(chip, chip) for chip in offers["chip"]]
    )


def _control(name: str, label: str, kind: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "kind": kind, "value": value, **more}


def _table(offers: pd.DataFrame, columns: list[str]) -> str:
    """Return a Vega expression of an object: for each chip the values of some columns."""
    return json.dumps(offers.set_index("chip")[columns].astype(float).to_dict("index"))

"""The calculator of the policy chapter, live on the page, and what it would cost to repeat the models of each year.

The page computes with the formula of `compute_divide.analysis.chips.budget`, written once more in Vega's expression
language; the signals carry the same names. A test drives both over many settings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from bookpress.page.figures.theme import ACCENT, HEIGHT, INK, QUIET, needs
from compute_divide.analysis.chips.budget import ALL_TEAMS, HOURS_PER_MONTH, SECONDS_PER_HOUR
from compute_divide.analysis.choices import QUOTES
from compute_divide.figures.base.marks import (
    TEAM_NAMED,
    TEAM_NAMES,
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

_ROW = 22
"""Height of a year in pixels."""
_TALL_ROW = 30
"""Height of a row whose name may take two lines."""
Presets = Mapping[str, Mapping[str, float | str]]
"""Name of each preset, and the controls that it sets."""
Layered = alt.LayerChart | alt.FacetChart
"""What Altair says that layers become."""

_BUDGET_USD = "clamp(toNumber(budget) || 0, 0, 1e13)"
_EXPONENT = "floor(log(max(run_flop, 1)) / LN10 + 1e-9)"
_COMPUTE = f"format(run_flop / pow(10, {_EXPONENT}), '.1f') + ' × 10' + {raised(_EXPONENT)} + ' FLOP'"
_MONEY = (
    f"({_BUDGET_USD} >= 1e9 ? '$' + format({_BUDGET_USD} / 1e9, '.2r') + ' billion'"
    f" : {_BUDGET_USD} >= 1e6 ? '$' + format({_BUDGET_USD} / 1e6, '.2r') + ' million'"
    f" : '$' + format({_BUDGET_USD}, ',.0f'))"
)
"""The budget as a title writes it."""
_TIME = "months + (months == 1 ? ' month' : ' months')"
_OWN_CHIPS = "clamp(toNumber(own_chips) || 0, 0, 1e9)"


@dataclass(frozen=True, slots=True)
class Setting:
    """What the controls of a calculator show when the page opens.

    Parameters
    ----------
    chip : str
        Name of the chip.
    utilisation : float
        Share of the peak that is reached.
    months : int
        Duration.
    budget : int
        USD, for renting.
    quote : str
        A key of `compute_divide.analysis.choices.QUOTES`, for renting.
    own_chips : int
        Number of chips, for a facility.
    presets : mapping
        Name of each preset, and the controls that it sets: ``budget``, or ``own_chips`` and others.
    newest : int
        The year whose models the title counts.
    """

    chip: str
    utilisation: float
    months: int
    budget: int = 0
    quote: str = "median"
    own_chips: int = 0
    presets: Presets = field(default_factory=dict)
    newest: int = 0


@needs()
def budget_chart(models: pd.DataFrame, offers: pd.DataFrame, setting: Setting) -> Layered:
    """Return the calculator of a budget: the models of each year, split by what the budget could have trained.

    Parameters
    ----------
    models : pandas.DataFrame
        ``model``, ``year``, ``team_type``, ``training_compute_flop``; only models with known compute.
    offers : pandas.DataFrame
        ``chip``, ``peak`` (FLOP/s) and the quoted prices ``lowest``, ``median``, ``highest`` (USD per chip-hour).
    setting : Setting
        Where the controls start.

    Returns
    -------
    altair chart
        With the parameters ``budget``, ``chip``, ``quote``, ``utilisation``, ``months`` and ``team``, which native
        controls above the chart set, and ``run_flop``, ``run_chips`` and ``headline`` computed from them.
    """
    controls = [
        _number("budget", "Budget", setting.budget, before="$"),
        _chip(offers, setting),
        _choice("quote", "Price per chip-hour", QUOTES, setting.quote),
    ]
    formula = {
        "price": f"({_table(offers, ['lowest', 'median', 'highest'])})[chip][quote]",
        "peak": f"({_table(offers, ['peak'])})[chip].peak",
        "run_hours": f"{_BUDGET_USD} / price",
        "run_chips": f"run_hours / (months * {HOURS_PER_MONTH})",
        "run_flop": f"run_hours * {SECONDS_PER_HOUR} * peak * utilisation",
    }
    told = f"format(run_chips, ',.0f') + ' chips for ' + {_TIME} + ' at $' + format(price, '.2f') + ' an hour'"
    return _calculator(models, controls, formula, (f"{_MONEY} + ' rents the compute of ' + COUNTED", told), setting)


@needs()
def facility_chart(models: pd.DataFrame, offers: pd.DataFrame, setting: Setting) -> Layered:
    """Return the calculator of a facility: the same chart, for a number of chips that are at hand."""
    controls = [
        _number("own_chips", "Number of chips", setting.own_chips),
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
def cost_lines(costs: pd.DataFrame, labels: Mapping[float, str], grants: Mapping[str, float]) -> Layered:
    """Return what it would cost to repeat the models of each year, on a logarithmic scale, beside sizes of grants.

    Parameters
    ----------
    costs : pandas.DataFrame
        From `compute_divide.analysis.chips.budget.cost_by_year`.
    labels : mapping of float to str
        Label of the line of each quantile.
    grants : mapping of str to float
        What grants are called, and their sizes in US dollars: dashed rules.
    """
    shown = costs.assign(line=costs["quantile"].map(dict(labels)), power=np.log10(costs["usd"]))
    dashes = alt.StrokeDash("line:N", legend=None, scale=alt.Scale(range=[[1, 0], [6, 3], [2, 3]]))
    tooltip = tips("line:N|Model", "year:Q|Year|d", "usd:Q|US dollars|$.3~s", "n:Q|Models of the year")
    line = alt.Chart(shown).mark_line(color=ACCENT)
    reach = float(np.ptp(shown["power"]))
    ends = end_labels(shown, "year", "power", "line", year_axis(), _dollars("at"), HEIGHT, range_y=1.3 * reach)
    sizes = alt.Chart(pd.DataFrame({"grant": list(grants), "usd": list(grants.values())})).encode(y=_dollars("usd"))
    ends.data["at"] = 10 ** ends.data["at"]
    return framed(
        sizes.mark_rule(color=QUIET, strokeDash=[4, 3]),
        line.encode(x=year_axis(), y=_dollars("usd"), strokeDash=dashes, tooltip=tooltip),
        ends,
        sizes.mark_text(align="left", dx=4, dy=-7, fontSize=11).encode(x=alt.value(0), text="grant:N"),
    )


@needs("low")
def hour_rows(costs: pd.DataFrame, colours: Mapping[str, str]) -> Layered:
    """Return GPU-hours on a logarithmic axis, a row each: a dot, or a bar from the lowest to the highest."""
    rows = costs[["name", "side", "low", "high", "chip"]]
    scale = alt.Scale(type="log", domain=[float(rows["low"].min()) / 2, float(rows["high"].max()) * 30], nice=False)
    axis = alt.Axis(format="~s", values=[10.0**power for power in range(3, 9)], grid=True)
    x = alt.X("high:Q", title="GPU-hours, logarithmic", scale=scale, axis=axis)
    low = alt.X("low:Q", title="GPU-hours, logarithmic", scale=scale, axis=axis)
    y = alt.Y("name:N", title=None, sort=None, axis=row_axis())
    ends = alt.Scale(domain=list(colours), range=list(colours.values()))
    shapes = alt.Scale(domain=list(colours), range=["circle", "square", "diamond"])
    legend = alt.Legend(orient="top", columns=1)
    base = alt.Chart(rows).encode(y=y, color=alt.Color("side:N", scale=ends, legend=legend))
    tooltip = tips("name:N|What", "low:Q|GPU-hours from|,.0f", "high:Q|to|,.0f", "chip:N|Chip")
    layers = [
        base.mark_bar(size=5).encode(x=low, x2="high:Q"),
        base.mark_point(size=60).encode(x=x, shape=alt.Shape("side:N", scale=shapes, legend=legend), tooltip=tooltip),
        base.mark_text(align="left", dx=9, fontSize=11).encode(
            x=x, text=alt.Text("high:Q", format=".3~s"), color=alt.ColorValue(INK)
        ),
    ]
    return alt.layer(*layers).properties(width="container", height=_TALL_ROW * len(rows))


def _dollars(field: str) -> alt.Y:
    """Return a logarithmic axis of US dollars: $100, $10k, $1M, $10B."""
    label = "datum.value < 1 ? '$' + datum.value : replace(format(datum.value, '$~s'), 'G', 'B')"
    return alt.Y(
        f"{field}:Q",
        title="US dollars, logarithmic",
        scale=alt.Scale(type="log", nice=True),
        axis=alt.Axis(labelExpr=label, tickCount=7),
    )


def _calculator(
    models: pd.DataFrame,
    controls: list[dict[str, Any]],
    formula: Mapping[str, str],
    said: tuple[str, str],
    setting: Setting,
) -> Layered:
    """Return the chart both calculators share: a row a year, a mark a model, a rule at the run.

    `said` are the expressions for the title, with COUNTED for the models within reach, and for what the run takes.
    """
    title, told = said
    shown = models[["model", "year", "team_type", "training_compute_flop"]]
    teams = [team for team in TEAM_NAMES if team in set(shown["team_type"])]
    chosen = (
        alt.Chart(shown)
        .transform_filter(f"team == '{ALL_TEAMS}' || datum.team_type == team")
        .transform_calculate(within="datum.training_compute_flop <= run_flop ? 1 : 0", team=TEAM_NAMED)
    )
    rows = alt.Y(
        "year:O", sort="descending", title=None, axis=alt.Axis(grid=True, domain=False, ticks=False, labelPadding=6)
    )
    lowest, highest = shown["training_compute_flop"].min(), shown["training_compute_flop"].max()
    size = power_axis("training_compute_flop", "Training compute (FLOP)", alt.X)
    size.scale.domain = [lowest / 3, highest * 10]
    # The ends, so that a run beyond them stays in sight at the edge.
    size.scale.clamp = True
    dots = chosen.mark_point(size=42).encode(
        x=size,
        y=rows,
        color=team_colour(teams, legend="bottom"),
        shape=team_shape(teams, legend="bottom"),
        opacity=alt.condition("datum.within == 1", alt.value(0.95), alt.value(0.28)),
        tooltip=tips("model:N|Model", "team:N|Team type", "training_compute_flop:Q|Training compute (FLOP)|.1e"),
    )
    controls += _shared(setting)
    names = {control["name"] for control in controls}
    presets = {name: sets for name, sets in setting.presets.items() if sets.keys() <= names}
    page = {"controls": controls, "presets": presets, "readout": "said", "title": "headline"}
    computed = {**formula, "said_flop": _COMPUTE, "said": f"said_flop + ': ' + {told}"}
    computed["headline"] = title.replace("COUNTED", _counted(shown, setting.newest))
    start = [alt.param(control["name"], value=control["value"]) for control in controls]
    return (
        alt.layer(dots, _run_rule(size), *_counts(chosen, rows), *_readout(told))
        .add_params(*start, *(alt.param(name, expr=expression) for name, expression in computed.items()))
        .properties(width="container", height=_ROW * shown["year"].nunique(), usermeta=page)
    )


def _run_rule(size: Any) -> alt.Chart:
    """Return the vertical rule at the compute of the run."""
    one = alt.Chart(pd.DataFrame({"run": [1]}))
    rule: alt.Chart = (
        one.transform_calculate(training_compute_flop="max(run_flop, 1)")
        .mark_rule(color=INK, strokeWidth=2)
        .encode(x=size)
    )
    return rule


def _counts(chosen: alt.Chart, rows: alt.Y) -> list[alt.Chart]:
    """Return the columns at the right: models within reach of all, and the rank of the run."""
    counted = chosen.transform_aggregate(n="count()", within="sum(within)", groupby=["year"]).transform_calculate(
        rank="datum.n - datum.within + 1",
        reach="datum.within + ' of ' + datum.n",
        said="datum.year + ': ' + datum.within + ' of ' + datum.n + ' models within reach, rank ' + datum.rank",
    )
    reach = counted.mark_text(align="right", dx=58, color=INK).encode(
        x=alt.value("width"), y=rows, text="reach:N", description="said:N", tooltip="said:N"
    )
    rank = counted.mark_text(align="right", dx=92, color=INK, aria=False).encode(
        x=alt.value("width"), y=rows, text="rank:Q"
    )
    return [reach, rank, _header("in reach", 58), _header("rank", 92)]


def _header(text: str, offset: int) -> alt.Chart:
    header: alt.Chart = (
        alt.Chart(pd.DataFrame({"run": [1]}))
        .mark_text(align="right", dx=offset, y=-8, color=QUIET, fontStyle="italic")
        .encode(x=alt.value("width"), text=alt.value(text))
    )
    return header


def _readout(told: str) -> list[alt.Chart]:
    """Return the two lines above the chart: the compute of the run, and what it takes."""
    one = alt.Chart(pd.DataFrame({"run": [1]}))
    return [
        one.mark_text(align="left", x=0, y=-44, color=INK, fontSize=16, fontWeight="bold").encode(
            text=alt.value(alt.expr("said_flop"))
        ),
        one.mark_text(align="left", x=0, y=-25, color=INK).encode(text=alt.value(alt.expr(told))),
    ]


def _counted(shown: pd.DataFrame, newest: int) -> str:
    """Return an expression for how many models of a year the run could have trained, of how many."""
    sizes = shown.loc[shown["year"] == newest, "training_compute_flop"]
    within = " + ".join(f"({size:.6g} <= run_flop)" for size in sizes) or "0"
    return f"({within}) + ' of {len(sizes)} notable models of {newest}'"


def _shared(setting: Setting) -> list[dict[str, Any]]:
    return [
        _range("utilisation", "Utilisation", setting.utilisation, (0.05, 0.9), 0.01),
        _range("months", "Time", setting.months, (1, 36), 1, " months"),
        _choice("team", "Models of teams", {ALL_TEAMS: "all", **TEAM_NAMES}, ALL_TEAMS),
    ]


def _chip(offers: pd.DataFrame, setting: Setting) -> dict[str, Any]:
    return _choice("chip", "Chip", {chip: chip for chip in offers["chip"]}, setting.chip)


def _choice(name: str, label: str, options: Mapping[str, str], value: str) -> dict[str, Any]:
    return {"name": name, "label": label, "kind": "choice", "value": value, "options": list(options.items())}


def _number(name: str, label: str, value: float, before: str = "") -> dict[str, Any]:
    return {"name": name, "label": label, "kind": "number", "value": value, "before": before}


def _range(
    name: str, label: str, value: float, ends: tuple[float, float], step: float, after: str = ""
) -> dict[str, Any]:
    control = {"name": name, "label": label, "kind": "range", "value": value, "after": after}
    return {**control, "min": ends[0], "max": ends[1], "step": step}


def _table(offers: pd.DataFrame, columns: list[str]) -> str:
    """Return a Vega expression of an object: for each chip the values of some columns."""
    records = offers.set_index("chip")[columns].astype(float).to_dict("index")
    return json.dumps(records)

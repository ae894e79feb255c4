"""The figures and tables of the policy chapter: two calculators that are live on the page, and what repeating costs.

The page computes with the formula of `compute_divide.analysis.chips.budget`, written once more in Vega's expression
language; the signals carry the same names. A test drives both over many settings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.show import Figure, Table
from bookpress.page.figures.theme import ACCENT, INK, QUIET, needs
from compute_divide.analysis.chips.budget import (
    HOURS_PER_MONTH,
    SECONDS_PER_HOUR,
    offers,
    rank_by_year,
)
from compute_divide.analysis.chips.hardware import chip_peaks
from compute_divide.analysis.statistics.estimates import COMPUTE
from compute_divide.choices import QUOTES, rentable_chips
from compute_divide.evidence.chips.chips import load_chips, load_prices
from compute_divide.evidence.claims import load_presets
from compute_divide.evidence.store.files import last_whole_year
from compute_divide.plot.base.marks import (
    TEAM_NAMED,
    TEAM_NAMES,
    end_labels,
    framed,
    power_axis,
    raised,
    team_colour,
    team_shape,
    tips,
    year_axis,
)
from compute_divide.plot.base.show import Column, credit, figure, table
from compute_divide.plot.base.wording import describe_series, written

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

_LINES = {0.5: "median model", 0.9: "top tenth", 1.0: "largest"}
"""What the quantiles of a year's models are called."""

_RANKED = {
    "within": Column("Within reach", "number"),
    "n": Column("Models of known compute", "number"),
    "rank": Column("Rank of the run", "number"),
    "unknown": Column("Compute not known", "number"),
}


def budget_calculator(
    models: pd.DataFrame, start: Mapping[str, Any], flop: float, vintage: str
) -> Figure:
    """Return the calculator of a budget: the models of each year, split by what the budget could have trained.

    Parameters
    ----------
    models : pandas.DataFrame
        The models, also those whose compute is not known.
    start : mapping of str to object
        What the controls show when the page opens: ``budget`` (USD), ``chip``, ``quote``, ``utilisation`` and
        ``months``.
    flop : float
        The training compute of the run that this makes, in FLOP.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        A row a year, a mark a model, a rule at the run. Native controls above the chart set ``budget``, ``chip``,
        ``quote``, ``utilisation``, ``months`` and ``team``; ``run_flop``, ``run_chips`` and ``headline`` are computed
        from them.
    """
    offered = _offers()
    controls = [
        _control("budget", "Budget", "number", start["budget"], before="$"),
        _chip(offered, start),
        _control(
            "quote", "Price per chip-hour", "choice", start["quote"], options=list(QUOTES.items())
        ),
        *_shared(start),
    ]
    formula = {
        "price": f"({_table(offered, ['lowest', 'median', 'highest'])})[chip][quote]",
        "peak": f"({_table(offered, ['peak'])})[chip].peak",
        "run_hours": f"{_BUDGET_USD} / price",
        "run_chips": f"run_hours / (months * {HOURS_PER_MONTH})",
        "run_flop": f"run_hours * {SECONDS_PER_HOUR} * peak * utilisation",
    }
    told = f"format(run_chips, ',.0f') + ' chips for ' + {_TIME} + ' at $' + format(price, '.2f') + ' an hour'"
    said = f"{_MONEY} + ' rents the compute of ' + COUNTED", told
    chart = _calculator(models, controls, formula, said, last_whole_year(vintage))
    sources = (f"models/{vintage}.csv", "hardware/prices.csv", "hardware/chips.csv")
    return _with_ranks(chart, models, flop, sources)


def facility_calculator(
    models: pd.DataFrame, start: Mapping[str, Any], flop: float, vintage: str
) -> Figure:
    """Return the calculator of a facility: the same chart, for a number of chips that are at hand.

    Parameters
    ----------
    models : pandas.DataFrame
        The models, also those whose compute is not known.
    start : mapping of str to object
        What the controls show when the page opens: ``own_chips``, ``chip``, ``utilisation`` and ``months``.
    flop : float
        The training compute of the run that this makes, in FLOP.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        See `budget_calculator`.
    """
    offered = _offers()
    controls = [
        _control("own_chips", "Number of chips", "number", start["own_chips"], before=""),
        _chip(offered, start),
        *_shared(start),
    ]
    formula = {
        "peak": f"({_table(offered, ['peak'])})[chip].peak",
        "run_chips": _OWN_CHIPS,
        "run_hours": f"run_chips * months * {HOURS_PER_MONTH}",
        "run_flop": f"run_hours * {SECONDS_PER_HOUR} * peak * utilisation",
    }
    told = "format(run_hours, ',.0f') + ' chip-hours'"
    title = f"format(run_chips, ',.0f') + ' chips for ' + {_TIME} + ' reach ' + COUNTED + ' whose compute is known'"
    chart = _calculator(models, controls, formula, (title, told), last_whole_year(vintage))
    return _with_ranks(chart, models, flop, (f"models/{vintage}.csv", "hardware/chips.csv"))


def repeat_costs(costs: pd.DataFrame, grants: Iterable[float], vintage: str) -> Figure:
    """Return what it would cost to repeat the models of each year, on a logarithmic scale.

    Parameters
    ----------
    costs : pandas.DataFrame
        ``year``, ``quantile`` (0.5, 0.9 or 1 of the compute of a year's models), ``flop``, ``usd`` and ``n`` (models of
        the year).
    grants : iterable of float
        Sizes of grants in USD, which are dashed rules.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        A line for the median model of each year, the top tenth, and the largest.
    """
    sizes = {f"a grant of {_usd(size)}": size for size in sorted(set(grants))}
    rows = costs[["year", "quantile", "flop", "usd", "n"]]
    told = {
        line: ", ".join(f"{row['year']} {_usd(row['usd'])}" for row in own.to_dict("records"))
        for quantile, line in _LINES.items()
        for own in [rows[rows["quantile"] == quantile]]
    }
    return figure(
        _cost_lines(rows, sizes),
        rows,
        description=" ".join(f"{line}: {course}." for line, course in told.items()),
        source=credit(f"models/{vintage}.csv", "hardware/prices.csv", "hardware/chips.csv"),
        columns={
            "quantile": Column("Quantile", "number"),
            "flop": Column("Training compute (FLOP)", "flop"),
            "usd": Column("Cost (US dollars)", "number"),
            "n": Column("Models", "number"),
        },
    )


def preset_runs(presets: pd.DataFrame, reached: Mapping[str, Estimate], year: int) -> Table:
    """Return what sums, grants and machines do at one go.

    Parameters
    ----------
    presets : pandas.DataFrame
        The presets by id, with ``hours`` (GPU-hours) and ``flop`` (training compute in FLOP).
    reached : mapping of str to Estimate
        The share of models within reach of each, by id.
    year : int
        The year of these models.

    Returns
    -------
    Table
        A row a preset, with its source.
    """
    cited = presets["cite"].map(lambda key: f" {{cite:p}}`{key}`", na_action="ignore").fillna("")
    rows = pd.DataFrame(
        {
            "name": presets["name"],
            "told": presets["told"],
            "date": presets["date"].fillna(""),
            "hours": presets["hours"],
            "flop": presets["flop"],
            "reach": [_counts(reached[key]) for key in presets.index],
            "seen": presets["seen"] + cited,
        }
    )
    columns = {
        "name": Column("What"),
        "told": Column("How counted"),
        "date": Column("Date"),
        "hours": Column("GPU-hours", "number"),
        "flop": Column("Training compute (FLOP)", "flop"),
        "reach": Column(f"Reaches, of {year}"),
        "seen": Column("Seen, and where"),
    }
    return table(rows, columns)


def machine_runs(
    machines: pd.DataFrame,
    reached: Mapping[str, Estimate],
    months: Mapping[str, Estimate],
    year: int,
) -> Table:
    """Return what public machines could train if they did nothing else.

    Parameters
    ----------
    machines : pandas.DataFrame
        ``country``, ``h100e`` (H100 equivalents) and ``flop`` (training compute in FLOP), by name.
    reached, months : mapping of str to Estimate
        The share of models within reach of each, and how many months it needs for the largest, by name.
    year : int
        The year of these models.

    Returns
    -------
    Table
        A row a machine.
    """
    needed = [months[name].value for name in machines.index]
    rows = pd.DataFrame(
        {
            "name": machines.index,
            "country": machines["country"].to_numpy(),
            "h100": machines["h100e"].to_numpy(),
            "flop": machines["flop"].to_numpy(),
            "reach": [_counts(reached[name]) for name in machines.index],
            "months": [f"{one:,.0f}" if one else "" for one in needed],
        }
    )
    columns = {
        "name": Column("Machine"),
        "country": Column("Country"),
        "h100": Column("H100 equivalents", "number"),
        "flop": Column("Training compute (FLOP)", "flop"),
        "reach": Column(f"Reaches, of {year}"),
        "months": Column(f"Months for the largest of {year}"),
    }
    return table(rows, columns)


def _usd(amount: float) -> str:
    return written(Estimate(amount, unit="USD"))


def _counts(share: Estimate) -> str:
    """Return how many of how many, nothing where there are none."""
    return written(share, "counts") if share.n else ""


def _offers() -> pd.DataFrame:
    """Return every chip that can be rented, with its peak and its prices."""
    return offers(load_prices(), chip_peaks(load_chips()), rentable_chips())


def _with_ranks(
    chart: alt.TopLevelMixin, models: pd.DataFrame, flop: float, sources: Iterable[str]
) -> Figure:
    """Return a calculator with the ranks of the run that it opens with."""
    ranks = rank_by_year(models, flop)
    reach = describe_series(ranks.rename(columns={"within": "k"}).query("n > 0"), "year", "share")
    told = f"The run has {flop:.1e} FLOP. Share of each year's models with known compute that need no more: {reach}"
    return figure(chart, ranks, description=told, source=credit(*sources), columns=_RANKED)


@needs("usd")
def _cost_lines(costs: pd.DataFrame, grants: Mapping[str, float]) -> alt.LayerChart:
    """Return the lines of costs, and grants as dashed rules."""
    shown = costs.assign(line=costs["quantile"].map(_LINES), power=np.log10(costs["usd"]))
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


def _dollars(field: str) -> alt.Y:
    """Return a logarithmic axis of US dollars: $100, $10k, $1M, $10B."""
    label = "datum.value < 1 ? '$' + datum.value : replace(format(datum.value, '$~s'), 'G', 'B')"
    axis, scale = alt.Axis(labelExpr=label, tickCount=7), alt.Scale(type="log", nice=True)
    return alt.Y(f"{field}:Q", title="US dollars, logarithmic", scale=scale, axis=axis)


@needs()
def _calculator(
    models: pd.DataFrame,
    controls: list[dict[str, Any]],
    formula: Mapping[str, str],
    said: tuple[str, str],
    newest: int,
) -> alt.LayerChart:
    """Return the chart both calculators share: a row a year, a mark a model, a rule at the run.

    `said` are expressions: the title, with COUNTED for the models within reach, and what the run takes.
    """
    title, told = said
    shown = models.loc[models[COMPUTE].gt(0), ["model", "year", "team_type", COMPUTE]]
    chosen = (
        alt.Chart(shown)
        .transform_filter(f"team == '{ALL_TEAMS}' || datum.team_type == team")
        .transform_calculate(within=f"datum.{COMPUTE} <= run_flop ? 1 : 0", team=TEAM_NAMED)
    )
    axis = alt.Axis(grid=True, domain=False, ticks=False, labelPadding=6)
    rows = alt.Y("year:O", sort="descending", title=None, axis=axis)
    size = power_axis(COMPUTE, "Training compute (FLOP)", alt.X)
    teams = [team for team in TEAM_NAMES if team in set(shown["team_type"])]
    computed = {**formula, "said_flop": _COMPUTE, "said": f"said_flop + ': ' + {told}"}
    computed["headline"] = title.replace("COUNTED", _counted(shown, newest))
    start = [alt.param(control["name"], value=control["value"]) for control in controls]
    signals = [*start, *(alt.param(name, expr=expression) for name, expression in computed.items())]
    run = _ONE.transform_calculate(**{COMPUTE: "max(run_flop, 1)"})
    rule = run.mark_rule(color=INK, strokeWidth=2).encode(x=size)
    dots = _dots(chosen, teams).encode(x=size, y=rows)
    chart = framed(
        dots,
        rule,
        *_counts_of_years(chosen, rows),
        *_readout(told),
        height=22 * shown["year"].nunique(),
    )
    page = {
        "controls": controls,
        "presets": _presets(controls),
        "readout": "said",
        "title": "headline",
    }
    return chart.add_params(*signals).properties(usermeta=page)


def _dots(chosen: alt.Chart, teams: list[str]) -> alt.Chart:
    """Return a mark for each model, faint where it is out of reach."""
    dots: alt.Chart = chosen.mark_point(size=42)
    return dots.encode(
        color=team_colour(teams, legend="bottom"),
        shape=team_shape(teams, legend="bottom"),
        opacity=alt.condition("datum.within == 1", alt.value(0.95), alt.value(0.28)),
        tooltip=tips(
            "model:N|Model", "team:N|Team type", f"{COMPUTE}:Q|Training compute (FLOP)|.1e"
        ),
    )


def _presets(controls: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the controls that each preset sets, of those that a calculator has all of."""
    names = {control["name"] for control in controls}
    sets: dict[str, dict[str, Any]] = {}
    for one in load_presets().values():
        if one.months is None:
            sets[one.name] = {"budget": one.budget}
            continue
        chips = one.chips or (one.gpu_hours or 0) / (one.months * HOURS_PER_MONTH)
        kind = {"chip": one.chip} if one.chip else {}
        sets[one.name] = {"own_chips": round(chips, 4), "months": one.months, **kind}
    return {name: own for name, own in sets.items() if own.keys() <= names}


def _counts_of_years(chosen: alt.Chart, rows: alt.Y) -> list[alt.Chart]:
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


def _shared(start: Mapping[str, Any]) -> list[dict[str, Any]]:
    steps, months = (
        {"after": "", "min": 0.05, "max": 0.9, "step": 0.01},
        {"after": " months", "min": 1, "max": 36, "step": 1},
    )
    return [
        _control("utilisation", "Utilisation", "range", start["utilisation"], **steps),
        _control("months", "Time", "range", start["months"], **months),
        _control(
            "team",
            "Models of teams",
            "choice",
            ALL_TEAMS,
            options=[(ALL_TEAMS, "all"), *TEAM_NAMES.items()],
        ),
    ]


def _chip(offers: pd.DataFrame, start: Mapping[str, Any]) -> dict[str, Any]:
    return _control(
        "chip", "Chip", "choice", start["chip"], options=[(chip, chip) for chip in offers["chip"]]
    )


def _control(name: str, label: str, kind: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "kind": kind, "value": value, **more}


def _table(offers: pd.DataFrame, columns: list[str]) -> str:
    """Return a Vega expression of an object: for each chip the values of some columns."""
    return json.dumps(offers.set_index("chip")[columns].astype(float).to_dict("index"))

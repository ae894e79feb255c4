"""Two calculators that are live on the page: of a budget, and of a facility.

The page computes with the formula of `compute_divide.estimates.chips.budget`, repeated in Vega's
expression language; the signals have the same names. A test compares both over many settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import INK, QUIET, needs
from compute_divide.estimates.chips.budget import HOURS_PER_MONTH, SECONDS_PER_HOUR, rank_by_year
from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.teams import TEAM_NAMES
from compute_divide.plot.base.axes import power_axis, raised
from compute_divide.plot.base.entries import check_entries
from compute_divide.plot.base.marks import (
    TEAM_NAMED,
    framed,
    team_colour,
    team_shape,
    tips,
)
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import describe_series
from compute_divide.plot.policy.controls import (
    ALL_TEAMS,
    budget_controls,
    by_chip,
    facility_controls,
    peak_of,
    presets_for,
    rentable,
)
from compute_divide.sources.store.files import last_whole_year

_ONE = alt.Chart(pd.DataFrame({"run": [1]}))
"""A data set of one row, for marks that appear once on the chart."""
_BUDGET_USD = "clamp(toNumber(budget) || 0, 0, 1e13)"
_EXPONENT = "floor(log(max(run_flop, 1)) / LN10 + 1e-9)"
_MANTISSA = f"format(run_flop / pow(10, {_EXPONENT}), '.1f')"
_COMPUTE = f"{_MANTISSA} + ' × 10' + {raised(_EXPONENT)} + ' FLOP'"
_BILLIONS = f"'$' + format({_BUDGET_USD} / 1e9, '.2~r') + ' billion'"
_MILLIONS = f"'$' + format({_BUDGET_USD} / 1e6, '.2~r') + ' million'"
_DOLLARS = f"'$' + format({_BUDGET_USD}, ',.0f')"
_MONEY = f"({_BUDGET_USD} >= 1e9 ? {_BILLIONS} : {_BUDGET_USD} >= 1e6 ? {_MILLIONS} : {_DOLLARS})"
_TIME = "months + (months == 1 ? ' month' : ' months')"
_OWN_CHIPS = "clamp(toNumber(own_chips) || 0, 0, 1e9)"
_RUN_FLOP = f"run_hours * {SECONDS_PER_HOUR} * peak * utilisation"

_PRICED = ("hardware/prices.csv", "compute/rental_prices.csv", "hardware/chips.csv")
"""The sources of a price and of the work that it buys."""

_HEAD: dict[str, Any] = {"align": "right", "y": -8, "color": QUIET, "fontStyle": "italic"}
"""The text style of the heading of a column at the right."""


_RANKED = {
    "within": Column("Within reach", "number"),
    "n": Column("Models of known compute", "number"),
    "rank": Column("Rank of the run", "number"),
    "unknown": Column("Compute not known", "number"),
}

_SHARED = ("chip", "utilisation", "months")
"""The initial values that both calculators need."""


def budget_calculator(
    models: pd.DataFrame, start: Mapping[str, Any], flop: float, vintage: str
) -> Figure:
    """Return the calculator of a budget.

    It shows the models of each year, split by what the budget could have trained.

    Parameters
    ----------
    models : pandas.DataFrame
        The models, including those whose compute is unknown.
    start : mapping of str to object
        The initial values of the controls: ``budget`` (USD), ``chip``, ``quote``, ``utilisation``
        and ``months``.
    flop : float
        The training compute of the resulting run, in FLOP.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        One row per year, one mark per model, a rule at the run. Native controls above the chart set
        ``budget``, ``chip``, ``quote``, ``utilisation``, ``months`` and ``team``; ``run_flop``,
        ``run_chips`` and ``headline`` follow from them. The data have a row per year: how many
        models the initial run could have trained (``within``), of ``n`` with known training
        compute, its ``rank`` among them, and how many are ``unknown``.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.in_years(cd.data.models("2026-08"), (2024, 2025))
    >>> start = {"budget": 1_000_000, "chip": "NVIDIA H100 SXM5 80GB", "quote": "median"}
    >>> start |= {"utilisation": 0.33, "months": 3}
    >>> figure = cd.plot.budget_calculator(models, start, 4e23, "2026-08")
    >>> figure.data[["year", "within", "n", "rank"]].values.tolist()
    [[2024, 8, 46, 39], [2025, 4, 40, 37]]
    """
    check_entries("budget_calculator: start", start, [*_SHARED, "budget", "quote"])
    offered = rentable()
    controls = budget_controls(offered, start)
    formula = {
        "price": f"({by_chip(offered, ['lowest', 'median', 'highest'])})[chip][quote]",
        "peak": peak_of(offered),
        "run_hours": f"{_BUDGET_USD} / price",
        "run_chips": f"run_hours / (months * {HOURS_PER_MONTH})",
        "run_flop": _RUN_FLOP,
    }
    buys = "' rents enough computing for the final runs of '"
    title = f"{_MONEY} + {buys} + COUNTED + ' whose computing is known'"
    chips = f"format(run_chips, ',.0f') + ' chips for ' + {_TIME}"
    price = "' at $' + format(price, '.2f') + ' an hour'"
    takes = f"{chips} + {price}"
    newest = last_whole_year(vintage)
    chart = _calculator(models, controls, formula, (title, takes), newest)
    sources = (f"models/{vintage}.csv", *_PRICED)
    return _with_ranks(chart, models, flop, sources)


def facility_calculator(
    models: pd.DataFrame, start: Mapping[str, Any], flop: float, vintage: str
) -> Figure:
    """Return the calculator of a facility: the same chart, for a given number of chips.

    Parameters
    ----------
    models : pandas.DataFrame
        The models, including those whose compute is unknown.
    start : mapping of str to object
        The initial values of the controls: ``own_chips``, ``chip``, ``utilisation`` and ``months``.
    flop : float
        The training compute of the resulting run, in FLOP.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        See `budget_calculator`.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.in_years(cd.data.models("2026-08"), 2025)
    >>> start = {"own_chips": 5000, "chip": "NVIDIA H100 SXM5 80GB"}
    >>> start |= {"utilisation": 0.33, "months": 3}
    >>> figure = cd.plot.facility_calculator(models, start, 1e25, "2026-08")
    >>> [control["label"] for control in figure.chart.to_dict()["usermeta"]["controls"]]
    ['Number of chips', 'Chip', 'Utilisation', 'Time', 'Models of teams']
    """
    check_entries("facility_calculator: start", start, [*_SHARED, "own_chips"])
    offered = rentable()
    controls = facility_controls(offered, start)
    formula = {
        "peak": peak_of(offered),
        "run_chips": _OWN_CHIPS,
        "run_hours": f"run_chips * months * {HOURS_PER_MONTH}",
        "run_flop": _RUN_FLOP,
    }
    use = f"format(run_chips, ',.0f') + ' chips, all on one run for ' + {_TIME}"
    title = f"{use} + ', reach ' + COUNTED + ' whose computing is known'"
    takes = "format(run_hours, ',.0f') + ' chip-hours'"
    newest = last_whole_year(vintage)
    chart = _calculator(models, controls, formula, (title, takes), newest)
    return _with_ranks(chart, models, flop, (f"models/{vintage}.csv", "hardware/chips.csv"))


def _with_ranks(
    chart: alt.TopLevelMixin, models: pd.DataFrame, flop: float, sources: Iterable[str]
) -> Figure:
    """Return a calculator with the ranks of its initial run."""
    ranks = rank_by_year(models, flop)
    shares = ranks.rename(columns={"within": "k"}).query("n > 0")
    course = describe_series(shares, "year", "share")
    what = "Share of each year's models with known compute that need no more"
    description = f"The run has {flop:.1e} FLOP. {what}: {course}"
    source = credit(*sources)
    return figure(chart, ranks, description=description, source=source, columns=_RANKED)


@needs()
def _calculator(
    models: pd.DataFrame,
    controls: list[dict[str, Any]],
    formula: Mapping[str, str],
    words: tuple[str, str],
    newest: int,
) -> alt.LayerChart:
    """Return the chart of both calculators: a row per year, a mark per model, the run as a rule."""
    title, takes = words
    is_known = models[COMPUTE].gt(0)
    shown = models.loc[is_known, ["model", "year", "team_type", COMPUTE]]
    chosen = _chosen_models(shown)
    axis = alt.Axis(grid=True, domain=False, ticks=False, labelPadding=6)
    rows = alt.Y("year:O", sort="descending", title=None, axis=axis)
    size = power_axis(COMPUTE, "Training compute (FLOP)", alt.X)
    present = set(shown["team_type"])
    teams = [team for team in TEAM_NAMES if team in present]
    dots = _dots(chosen, teams).encode(x=size, y=rows)
    run = _ONE.transform_calculate(**{COMPUTE: "max(run_flop, 1)"})
    rule = run.mark_rule(color=INK, strokeWidth=2).encode(x=size)
    texts = [*_counts_of_years(chosen, rows), *_readout(takes)]
    chart = framed(dots, rule, *texts, height=22 * shown["year"].nunique())
    computed = {**formula, "said_flop": _COMPUTE, "said": f"said_flop + ': ' + {takes}"}
    computed["headline"] = title.replace("COUNTED", _counted(shown, newest))
    chart = chart.add_params(*_signals(controls, computed))
    return chart.properties(usermeta=_page(controls))


def _chosen_models(models: pd.DataFrame) -> alt.Chart:
    """Return the models of the chosen teams, and whether each is within reach."""
    is_chosen = f"team == '{ALL_TEAMS}' || datum.team_type == team"
    within = f"datum.{COMPUTE} <= run_flop ? 1 : 0"
    chosen: alt.Chart = alt.Chart(models).transform_filter(is_chosen)
    return chosen.transform_calculate(within=within, team=TEAM_NAMED)


def _signals(
    controls: Iterable[Mapping[str, Any]], computed: Mapping[str, str]
) -> list[alt.Parameter]:
    """Return the signals of the controls, then those computed from them."""
    signals = [alt.param(control["name"], value=control["value"]) for control in controls]
    signals += [alt.param(name, expr=expression) for name, expression in computed.items()]
    return signals


def _page(controls: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the controls that the page shows above the chart."""
    return {
        "controls": controls,
        "presets": presets_for(controls),
        "readout": "said",
        "title": "headline",
    }


def _dots(chosen: alt.Chart, teams: list[str]) -> alt.Chart:
    """Return a mark for each model, faint if it is out of reach."""
    dots: alt.Chart = chosen.mark_point(size=42)
    colour = team_colour(teams, legend="bottom")
    shape = team_shape(teams, legend="bottom")
    opacity = alt.condition("datum.within == 1", alt.value(0.95), alt.value(0.28))
    compute = f"{COMPUTE}:Q|Training compute (FLOP)|.1e"
    tooltip = tips("model:N|Model", "team:N|Team type", compute)
    return dots.encode(color=colour, shape=shape, opacity=opacity, tooltip=tooltip)


def _counts_of_years(chosen: alt.Chart, rows: alt.Y) -> list[alt.Chart]:
    """Return the columns at the right: models within reach out of all, and the rank of the run."""
    counted = _year_counts(chosen)
    right = alt.value("width")
    reach = counted.mark_text(align="right", dx=58, color=INK)
    reach = reach.encode(x=right, y=rows, text=alt.Text("reach:N"))
    description = alt.Description("said:N")
    reach = reach.encode(description=description, tooltip=alt.Tooltip("said:N"))
    rank = counted.mark_text(align="right", dx=92, color=INK, aria=False)
    rank = rank.encode(x=right, y=rows, text=alt.Text("rank:Q"))
    return [reach, rank, _column_head("in reach", 58), _column_head("rank", 92)]


def _year_counts(chosen: alt.Chart) -> alt.Chart:
    """Return how many models of each year are within reach, and the rank of the run."""
    reach = "datum.within + ' of ' + datum.n"
    sentence = f"datum.year + ': ' + {reach} + ' models within reach, rank ' + datum.rank"
    counted: alt.Chart = chosen.transform_aggregate(
        n="count()", within="sum(within)", groupby=["year"]
    )
    rank = "datum.n - datum.within + 1"
    return counted.transform_calculate(rank=rank, reach=reach, said=sentence)


def _column_head(text: str, dx: int) -> alt.Chart:
    head: alt.Chart = _ONE.mark_text(dx=dx, **_HEAD)
    return head.encode(x=alt.value("width"), text=alt.TextValue(text))


def _readout(takes: str) -> list[alt.Chart]:
    """Return the two lines above the chart: the compute of the run, and its requirements."""
    first = _ONE.mark_text(align="left", x=0, y=-44, color=INK, fontSize=16, fontWeight="bold")
    second = _ONE.mark_text(align="left", x=0, y=-25, color=INK)
    compute = alt.TextValue(alt.expr("said_flop"))
    rest = alt.TextValue(alt.expr(takes))
    return [first.encode(text=compute), second.encode(text=rest)]


def _counted(shown: pd.DataFrame, newest: int) -> str:
    """Return an expression for how many models of a year the run could have trained."""
    sizes = shown.loc[shown["year"] == newest, "training_compute_flop"]
    terms = [f"({size:.6g} <= run_flop)" for size in sizes]
    within = " + ".join(terms) or "0"
    return f"({within}) + ' of {len(sizes)} notable models of {newest}'"

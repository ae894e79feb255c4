"""The specification curve of a result: estimates in order, above the choices that led to each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bookpress.elements.base.charts import Chart, Column, Data, Kind
from bookpress.states.sweeps.curves import ESTIMATE, Curve, from_to, spoken, spread
from bookpress.states.sweeps.sweep import column_of
from holdtrue import number_formats as numbers

WIDTH = 640
INK = "currentColor"
USUAL = "#c2410c"
GRID = "rgba(128,128,128,0.22)"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
KINDS: dict[str, Kind] = {"share": "share", "year": "year"}
AXES = {
    "share": "%",
    "year": "d",
    "USD": "$~s",
}
"""The format of an axis, by unit."""


def curve_chart(curve: Curve, orders: Mapping[str, Sequence[str]], source: str) -> Chart:
    """Return the chart of a curve."""
    summary = spread(curve, orders)
    choices = " and of ".join(map(spoken, orders))
    slug = re.sub(r"[^a-z0-9]+", "-", curve.key.lower()).strip("-")
    return Chart(
        name=f"fig-{slug}",
        title=f"{numbers.with_capital(curve.label)}: {from_to(curve)}",
        alt=f"Specification curve. {summary}",
        description=(
            f"Above, each of the {len(curve.rows)} estimates stands as a point with its range, "
            f"the smallest at the left. Below, a tick shows which value of {choices} led to it. "
            f"{summary}"
        ),
        source=source,
        licence="that of the book",
        data=_data(curve, orders),
        spec=_spec(curve, orders),
    )


def _data(curve: Curve, choices: Iterable[str]) -> Data:
    """Return the data behind a curve: run, choices, estimate and any counts."""
    kind = KINDS.get(curve.unit) or ("power" if curve.is_large else "number")
    columns = [Column(name="run", label="Run", kind="number")]
    columns += [Column(name=column_of(name), label=spoken(name)) for name in choices]
    columns += [Column(name=name, label=name, kind=kind) for name in ESTIMATE]
    for name in ("k", "n"):
        if any(row[name] is not None for row in curve.rows):
            count = Column(name=name, label=name, kind="number")
            columns.append(count)
    rows = []
    for row in curve.rows:
        written = dict(row)
        for name in map(column_of, choices):
            written[name] = numbers.setting(row[name])
        rows.append([written[column.name] for column in columns])
    return Data(columns=columns, rows=rows)


def _spec(curve: Curve, orders: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    count = len(curve.rows)
    scale = {"domain": [0.5, count + 0.5], "nice": False}
    across = {"field": "rank", "type": "quantitative", "axis": None, "scale": scale}
    thickness = round(max(0.25, min(1.5, 100 / count)), 2)  # keeps many ticks separate on a phone
    panels = [_estimates(curve, across, thickness)]
    for name, order in orders.items():
        panel = _choices(name, order, across, thickness)
        panels.append(panel)
    return {
        "$schema": SCHEMA,
        "data": {"values": _points(curve, orders)},
        "vconcat": panels,
        "spacing": 14,
        "config": _config(),
    }


def _points(curve: Curve, choices: Iterable[str]) -> list[dict[str, Any]]:
    """Return the data that the panels draw for each run, by rank."""
    points = []
    for rank, row in enumerate(curve.rows, 1):
        point: dict[str, Any] = {"rank": rank}
        for name in ESTIMATE:
            point[name] = row[name]
        for name in choices:
            point[f"choice {name}"] = numbers.setting(row[column_of(name)])
        point["usual"] = row is curve.usual
        points.append(point)
    return points


def _config() -> dict[str, Any]:
    text = {"color": INK, "fontSize": 12}
    axis = {"labelColor": INK, "titleColor": INK, "labelFontSize": 12, "gridColor": GRID}
    return {
        "view": {"stroke": None},
        "axis": {**axis, "domain": False, "ticks": False},
        "title": {**text, "fontWeight": "bold", "anchor": "start", "offset": 4},
        "text": text,
    }


def _estimates(curve: Curve, across: Mapping[str, Any], thickness: float) -> dict[str, Any]:
    """Return the panel of estimates with their intervals.

    The usual one is a diamond, with its name above the panel.
    """
    up = _vertical(curve)
    interval = {
        "mark": {"type": "rule", "opacity": 0.4, "color": INK, "strokeWidth": thickness},
        "encoding": {"x": across, "y": {**up, "field": "low"}, "y2": {"field": "high"}},
    }
    point = {"type": "point", "filled": True, "opacity": 1}
    at = {"x": across, "y": {**up, "field": "value"}}
    dot = {**point, "size": 8 + 12 * thickness, "color": INK}
    estimate = {"mark": dot, "encoding": at}
    rhombus = {**point, "shape": "diamond", "size": 150, "color": USUAL}
    diamond = {"mark": rhombus, "encoding": at}
    rule = {"type": "rule", "color": USUAL, "strokeDash": [2, 3]}
    line = {"mark": rule, "encoding": {"x": across}}
    above = {"x": across, "y": {"value": 0}}
    name = {"mark": _name_of_usual(curve), "encoding": above}
    only_usual = {"transform": [{"filter": "datum.usual"}]}
    of_usual = [{**layer, **only_usual} for layer in (diamond, line, name)]
    return {"width": WIDTH, "height": 240, "layer": [interval, estimate, *of_usual]}


def _vertical(curve: Curve) -> dict[str, Any]:
    """Return the vertical axis of estimates, logarithmic if they are far apart."""
    numbers_drawn: list[float] = []
    for row in curve.rows:
        numbers_drawn += [row[name] for name in ESTIMATE if row[name] is not None]
    least = min(numbers_drawn)
    far_apart = least > 0 and max(numbers_drawn) / least > 100
    scale = {"type": "log"} if far_apart else {"zero": False, "nice": True}
    axis: dict[str, Any] = {"tickCount": 5}
    if curve.unit in AXES or curve.is_large:
        axis["format"] = AXES.get(curve.unit, ".0e")
    return {"type": "quantitative", "title": None, "scale": scale, "axis": axis}


def _name_of_usual(curve: Curve) -> dict[str, Any]:
    """Return the label of the usual estimate, on the side with more room."""
    middle = len(curve.rows) / 2
    at_left = curve.usual is not None and curve.rows.index(curve.usual) < middle
    return {
        "type": "text",
        "text": "as the sweep started",
        "align": "left" if at_left else "right",
        "dx": 6 if at_left else -6,
        "baseline": "bottom",
        "dy": -2,
    }


def _choices(
    name: str, order: Sequence[str], across: Mapping[str, Any], thickness: float
) -> dict[str, Any]:
    """Return the panel that shows, for each estimate, the value of one parameter."""
    # put the values above their ticks: beside the panel they would take half of a phone
    labels = {
        "labelAlign": "left",
        "labelBaseline": "bottom",
        "labelPadding": 0,
        "labelOffset": -6,
        "labelLimit": 300,
    }
    up = {
        "field": f"choice {name}",
        "type": "nominal",
        "title": None,
        "sort": list(order),
        "axis": {**labels, "grid": True},
    }
    tick = {
        "type": "tick",
        "orient": "vertical",
        "height": 9,
        "thickness": 2 * thickness,
        "opacity": 1,
    }
    is_usual = {"test": "datum.usual", "value": USUAL}
    return {
        "title": spoken(name),
        "width": WIDTH,
        "height": {"step": 27},  # room for the value above its ticks
        "mark": tick,
        "encoding": {"x": across, "y": up, "color": {"condition": is_usual, "value": INK}},
    }

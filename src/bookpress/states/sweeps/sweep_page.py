"""The page of a sweep: what moves the results, and the specification curve of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from bookpress.book.project import Project
from bookpress.chapter import number_formats as numbers
from bookpress.chapter.estimates import read_estimate
from bookpress.chapter.parameters import describe
from bookpress.chapter.quotes import marks_of
from bookpress.elements.base.charts import Chart, Column, Data, Kind
from bookpress.elements.base.data_table import data_table
from bookpress.elements.base.templates import write_apart
from bookpress.elements.figure import render as drawing
from bookpress.progress import folding_table
from bookpress.states.sweeps.sweep import RESULT_COLUMNS, Sweep, write_table

PAGE = Path(__file__).with_name("templates") / "sweep.html"
WIDTH = 640
INK = "currentColor"
MARKED = "#c2410c"
GRID = "rgba(128,128,128,0.22)"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
ESTIMATE = ("value", "low", "high")
"""Columns of an estimate and its interval."""
KINDS: dict[str, Kind] = {"share": "share", "year": "year"}
AXES = {
    "share": "%",
    "year": "d",
    "USD": "$~s",
}
"""How an axis writes values of a unit."""
MOST_ROWS = 120
"""Rows of a table on the page; more are a file beside it."""


@dataclass(frozen=True)
class Curve:
    """What a sweep says about one result: the rows of its values, the smallest first.

    `missing` combinations have none. ``usual`` is the row of the values that the sweep started
    from, where it has one.
    """

    key: str
    label: str
    rows: list[dict[str, Any]]
    missing: int
    usual: dict[str, Any] | None
    unit: str

    @classmethod
    def of(cls, sweep: Sweep, key: str) -> Curve:
        """Return what a sweep says about a result that has a value in some combination."""
        of_key = [row for row in sweep.rows if row["key"] == key]
        rows = [row for row in of_key if row["value"] is not None]
        rows.sort(key=lambda row: (row["value"], row["run"]))
        plan = sweep.plan
        usual_rows = [row for row in rows if plan.sets[row["run"] - 1] == plan.usual]
        usual = usual_rows[0] if usual_rows else None
        named = usual or rows[0]
        return cls(
            key=key,
            label=named["label"] or key,
            rows=rows,
            missing=len(sweep.runs) - len(rows),
            usual=usual,
            unit=rows[0]["unit"],
        )

    @property
    def is_large(self) -> bool:
        """Whether its numbers are written as powers of ten."""
        has_own_word = self.unit not in numbers.UNITS
        return has_own_word and any(numbers.is_large(row["value"]) for row in self.rows)

    @property
    def varies(self) -> bool:
        """Whether some choice moves it, or its interval."""
        estimates = [[row[name] for name in ESTIMATE] for row in self.rows]
        return any(estimate != estimates[0] for estimate in estimates)


def curves_of(sweep: Sweep) -> list[Curve]:
    """Return what a sweep says about each result that is to be drawn."""
    return [Curve.of(sweep, key) for key in sweep.keys]


def summary_table(sweep: Sweep, curves: Sequence[Curve]) -> Table:
    """Return as a table for the terminal what moves the results, as the page has it."""
    moved = [_summary(curve, sweep.plan.varied) for curve in curves if curve.varies]
    same = len(curves) - len(moved)
    title = f"Results that differ between combinations: {len(moved)}; the same in all: {same}"
    alone = [f"{name} alone" for name in sweep.plan.varied]
    table = folding_table("result", "as started", "smallest", "largest", *alone, title=title)
    for row in moved:
        ends = (row["least"], row["most"])
        table.add_row(row["key"], row["usual"], *ends, *row["alone"])
    return table


def write_page(sweep: Sweep, curves: Sequence[Curve], project: Project) -> Path:
    """Write the page and table of a sweep into its folder.

    Beside them stand the curves as pictures, data and Vega-Lite.
    """
    plan = sweep.plan
    varied = plan.varied
    tried = {name: _tried(plan.sets, name) for name in varied}
    drawn = [curve for curve in curves if curve.varies] or list(curves)
    cache = project.build / "pictures"
    charts = _draw(sweep, drawn, tried, cache)
    declared = {row["name"]: row for row in describe(plan.chapter.parameters, plan.usual)}
    choices: dict[str, dict[str, Any]] = {}
    for name in varied:
        choices[name] = {**declared[name], "tried": tried[name], "spoken": spoken(name)}
    errors = sorted(sweep.errors.items())
    same = [curve for curve in curves if curve.key not in charts]
    return write_apart(
        sweep.folder,
        PAGE,
        plan=plan,
        sweep=sweep,
        choices=list(choices.values()),
        held=[row for name, row in declared.items() if name not in varied],
        results=[_summary(curve, varied) for curve in drawn],
        same=[(curve, in_words(curve.rows[0])) for curve in same],
        curves=[_figure(curve, charts[curve.key], varied, cache) for curve in drawn],
        statements=_statements(sweep),
        failed=[(plan.tasks[place].label, error) for place, error in errors],
        marked=any(curve.usual for curve in curves),
    )


def _tried(sets: Iterable[Mapping[str, Any]], name: str) -> list[Any]:
    """Return the values of a parameter that differ in writing."""
    by_text = {str(values[name]): values[name] for values in sets}
    return list(by_text.values())


def _draw(
    sweep: Sweep, curves: Sequence[Curve], tried: Mapping[str, Sequence[Any]], cache: Path
) -> dict[str, Chart]:
    """Draw the charts of curves and write their files, meanwhile the table; return them by key."""
    orders: dict[str, list[str]] = {}
    for name, values in tried.items():
        orders[name] = [numbers.setting(value) for value in values]
    source = f"{sweep.plan.chapter.title}, {len(sweep.runs)} runs of the chapter."
    charts = {curve.key: curve_chart(curve, orders, source) for curve in curves}
    drawing.begin(charts.values(), cache)
    write_table(sweep)  # while they are drawn
    drawing.draw(charts.values(), cache)
    stems = {}
    for key, chart in charts.items():
        stem = sweep.folder / key
        stems[stem] = {"title": chart.title, "source": chart.source}
        drawing.write_files(chart, cache, stem, stems[stem])
    drawing.write_rasters(stems, cache)
    return charts


def _figure(curve: Curve, chart: Chart, varied: Sequence[str], cache: Path) -> dict[str, Any]:
    """Return what the page shows of a curve."""
    table = None
    if len(chart.data.rows) <= MOST_ROWS:
        table = data_table(chart.data)
    return {
        "curve": curve,
        "chart": chart,
        "text": spread(curve, varied),
        "sizes": drawing.sizes(chart, cache),
        "table": table,
    }


def _statements(sweep: Sweep) -> list[dict[str, Any]]:
    """Return how often each statement stands, with the sentences that rest on it."""
    chapter = sweep.plan.chapter
    sentences: dict[str, list[str]] = {}
    for mark in marks_of(chapter.slug, chapter.source):
        key = mark.name.partition(":")[2]
        sentences.setdefault(key, []).append(mark.sentence)
    statements = []
    for statement in sweep.statements:
        of_statement = sentences.get(statement["key"], [])
        statements.append({**statement, "sentences": of_statement})
    return statements


def _summary(curve: Curve, varied: Sequence[str]) -> dict[str, Any]:
    return {
        "key": curve.key,
        "label": curve.label,
        "usual": in_words(curve.usual, "value") if curve.usual else "",
        "least": in_words(curve.rows[0], "value"),
        "most": in_words(curve.rows[-1], "value"),
        "alone": [_alone(curve, varied, name) for name in varied],
    }


def _alone(curve: Curve, varied: Sequence[str], name: str) -> str:
    """Return by how much the estimate changes at most when one choice alone does.

    It is empty where no choice ever changes alone.
    """
    others = [other for other in varied if other != name]
    groups: dict[tuple[str, ...], list[float]] = {}
    for row in curve.rows:
        held = tuple(str(row[other]) for other in others)
        groups.setdefault(held, []).append(row["value"])

    def width(values: Sequence[float]) -> float:
        return max(values) - min(values)

    widest = max(groups.values(), key=width)
    least = min(widest)
    most = max(widest)
    if least == most:
        never_alone = all(len(values) == 1 for values in groups.values())
        return "" if never_alone else "none"
    return numbers.difference(least, most, curve.unit)


def in_words(row: Mapping[str, Any], how: str = "full") -> str:
    """Return the result in a row of a sweep's table in words."""
    fields = {name: row[name] for name in RESULT_COLUMNS[1:]}
    return numbers.write(read_estimate(fields), how)


def spoken(name: str) -> str:
    """Return the name of a parameter as prose has it."""
    return name.replace("_", " ")


def spread(curve: Curve, varied: Iterable[str]) -> str:
    """Return in sentences how far the estimate goes, and what led to its ends."""
    first = curve.rows[0]
    last = curve.rows[-1]
    count = len(curve.rows)
    if count == 1:
        text = f"One combination gives a value: {in_words(first)}."
    elif first["value"] == last["value"]:
        text = f"All {count} combinations give {in_words(first, 'value')}."
    else:
        names = list(varied)
        least = _with_choices(first, names)
        most = _with_choices(last, names)
        text = f"Over {count} combinations the estimate goes from {least} to {most}."
    if curve.usual:
        text += f" The values the sweep started from give {in_words(curve.usual)}."
    text += _other_labels(curve)
    text += _missing(curve)
    return text


def _with_choices(row: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return a result in words, with the choices that led to it."""
    choices = []
    for name in names:
        value = numbers.setting(row[name])
        choices.append(f"{spoken(name)} {value}")
    result = in_words(row)
    listed = ", ".join(choices)
    return f"{result} with {listed}"


def _other_labels(curve: Curve) -> str:
    """Return a sentence on what else some combinations measure; empty where there is nothing."""
    labels = dict.fromkeys(row["label"] for row in curve.rows)
    others = [label for label in labels if label not in {"", curve.label}]
    if not others:
        return ""
    number = len(others) - 1
    more = f" and {number} more" if number else ""
    return f" Not all combinations measure quite the same: also “{others[0]}”{more}."


def _missing(curve: Curve) -> str:
    """Return a sentence on combinations without a value; empty where all have one."""
    if not curve.missing:
        return ""
    give = "combinations give" if curve.missing > 1 else "combination gives"
    return f" {curve.missing} {give} no value."


def curve_chart(curve: Curve, orders: Mapping[str, Sequence[str]], source: str) -> Chart:
    """Return the chart of a curve."""
    summary = spread(curve, orders)
    choices = " and of ".join(map(spoken, orders))
    slug = re.sub(r"[^a-z0-9]+", "-", curve.key.lower()).strip("-")
    return Chart(
        name=f"fig-{slug}",
        title=f"{numbers.with_capital(curve.label)}: {_span(curve)}",
        alt=f"Specification curve. {summary}",
        description=(
            f"Above, each of the {len(curve.rows)} estimates stands as a point with its interval, "
            f"the smallest at the left. Below, a mark shows which value of {choices} led to it. "
            f"{summary}"
        ),
        source=source,
        licence="that of the book",
        data=_data(curve, orders),
        spec=_spec(curve, orders),
    )


def _span(curve: Curve) -> str:
    """Return from where to where a curve goes."""
    first = curve.rows[0]
    last = curve.rows[-1]
    low = numbers.number(first["value"], curve.unit)
    high = numbers.number(last["value"], curve.unit)
    words = f"{low} to {high}"
    if low == high:
        words = f"always {low}"
    return numbers.with_unit(words, curve.unit)


def _data(curve: Curve, choices: Iterable[str]) -> Data:
    """Return the data behind a curve: run, choices, estimate and, where there are any, counts."""
    kind = KINDS.get(curve.unit) or ("power" if curve.is_large else "number")
    columns = [Column(name="run", label="Run", kind="number")]
    columns += [Column(name=name, label=spoken(name)) for name in choices]
    columns += [Column(name=name, label=name, kind=kind) for name in ESTIMATE]
    for name in ("k", "n"):
        if any(row[name] is not None for row in curve.rows):
            count = Column(name=name, label=name, kind="number")
            columns.append(count)
    rows = []
    for row in curve.rows:
        written = dict(row)
        for name in choices:
            written[name] = numbers.setting(row[name])
        rows.append([written[column.name] for column in columns])
    return Data(columns=columns, rows=rows)


def _spec(curve: Curve, orders: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    count = len(curve.rows)
    scale = {"domain": [0.5, count + 0.5], "nice": False}
    across = {"field": "rank", "type": "quantitative", "axis": None, "scale": scale}
    thickness = round(max(0.25, min(1.5, 100 / count)), 2)  # many marks stay apart on a phone
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
    """Return what the panels draw of each run, by rank."""
    points = []
    for rank, row in enumerate(curve.rows, 1):
        point: dict[str, Any] = {"rank": rank}
        for name in ESTIMATE:
            point[name] = row[name]
        for name in choices:
            point[f"choice {name}"] = numbers.setting(row[name])
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

    The usual one is a diamond with its name above the panel.
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
    rhombus = {**point, "shape": "diamond", "size": 150, "color": MARKED}
    diamond = {"mark": rhombus, "encoding": at}
    rule = {"type": "rule", "color": MARKED, "strokeDash": [2, 3]}
    line = {"mark": rule, "encoding": {"x": across}}
    above = {"x": across, "y": {"value": 0}}
    name = {"mark": _name_of_usual(curve), "encoding": above}
    only_usual = {"transform": [{"filter": "datum.usual"}]}
    of_usual = [{**layer, **only_usual} for layer in (diamond, line, name)]
    return {"width": WIDTH, "height": 240, "layer": [interval, estimate, *of_usual]}


def _vertical(curve: Curve) -> dict[str, Any]:
    """Return the vertical axis of estimates: logarithmic where they are far apart."""
    known: list[float] = []
    for row in curve.rows:
        known += [row[name] for name in ESTIMATE if row[name] is not None]
    least = min(known)
    far_apart = least > 0 and max(known) / least > 100
    scale = {"type": "log"} if far_apart else {"zero": False, "nice": True}
    axis: dict[str, Any] = {"tickCount": 5}
    if curve.unit in AXES or curve.is_large:
        axis["format"] = AXES.get(curve.unit, ".0e")
    return {"type": "quantitative", "title": None, "scale": scale, "axis": axis}


def _name_of_usual(curve: Curve) -> dict[str, Any]:
    """Return the name of the usual estimate, on the side of it where there is more room."""
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
    """Return the panel that marks, for each estimate, the value of one parameter."""
    # The values stand in the panel, above their marks: beside it they would take half of a phone.
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
    marked = {"test": "datum.usual", "value": MARKED}
    return {
        "title": spoken(name),
        "width": WIDTH,
        "height": {"step": 27},  # the value stands above its marks
        "mark": tick,
        "encoding": {"x": across, "y": up, "color": {"condition": marked, "value": INK}},
    }

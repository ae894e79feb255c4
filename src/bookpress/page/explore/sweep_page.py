"""The page of a sweep: what moves the results, and the specification curve of each, drawn from its runs."""

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
from bookpress.explore.sweep import RESULT_COLUMNS, Sweep, write_table
from bookpress.page.base.charts import Chart, Column, Data, Kind, data_table
from bookpress.page.base.templates import write_apart
from bookpress.page.figures import render as drawing
from bookpress.progress import folding_table

WIDTH = 640
INK, MARKED, GRID = "currentColor", "#c2410c", "rgba(128,128,128,0.22)"
KINDS: dict[str, Kind] = {"share": "share", "FLOP": "flop", "year": "year"}
AXES = {
    "share": "%",
    "year": "d",
    "FLOP": ".0e",
    "FLOP/s": ".0e",
    "USD": "$~s",
}  # how an axis writes values of a unit


@dataclass(frozen=True)
class Curve:
    """What a sweep says about one result: the rows of its values, the smallest first, `missing` combinations have none.

    ``usual`` is the row of the values that the sweep started from, where it has one.
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
        rows = [row for row in sweep.rows if row["key"] == key and row["value"] is not None]
        rows.sort(key=lambda row: (row["value"], row["run"]))
        marked = next(
            (row for row in rows if sweep.plan.sets[row["run"] - 1] == sweep.plan.usual), None
        )
        return cls(
            key,
            (marked or rows[0])["label"] or key,
            rows,
            len(sweep.runs) - len(rows),
            marked,
            rows[0]["unit"],
        )

    @property
    def varies(self) -> bool:
        """Whether some choice moves it, or its interval."""
        return any(
            row[name] != self.rows[0][name]
            for row in self.rows
            for name in ("value", "low", "high")
        )


def curves_of(sweep: Sweep) -> list[Curve]:
    """Return what a sweep says about each result that is to be drawn."""
    return [Curve.of(sweep, key) for key in sweep.keys]


def summary_table(sweep: Sweep, curves: Sequence[Curve]) -> Table:
    """Return as a table for the terminal what moves the results, as the page has it."""
    moved = [_summary(curve, sweep.plan.varied) for curve in curves if curve.varies]
    title = f"Results that differ between combinations: {len(moved)}; the same in all: {len(curves) - len(moved)}"
    heads = (
        "result",
        "as started",
        "smallest",
        "largest",
        *(f"{name} alone" for name in sweep.plan.varied),
    )
    table = folding_table(*heads, title=title)
    for row in moved:
        table.add_row(row["key"], row["usual"], row["least"], row["most"], *row["alone"])
    return table


def write_page(sweep: Sweep, curves: Sequence[Curve], project: Project) -> Path:
    """Write the page and table of a sweep into its folder, with the curves beside as pictures, data and Vega-Lite."""
    plan, cache, varied = sweep.plan, project.build / "pictures", sweep.plan.varied
    tried = {
        name: list({str(one[name]): one[name] for one in plan.sets}.values()) for name in varied
    }
    orders = {name: [numbers.setting(value) for value in values] for name, values in tried.items()}
    source = f"{plan.chapter.title}, {len(sweep.runs)} runs of the chapter."
    drawn = [curve for curve in curves if curve.varies] or list(curves)
    charts = {curve.key: curve_chart(curve, orders, source) for curve in drawn}
    drawing.begin(charts.values(), cache)
    write_table(sweep)  # while they are drawn
    drawing.draw(charts.values(), cache)
    for key, chart in charts.items():
        drawing.write_files(
            chart, cache, sweep.folder / key, {"title": chart.title, "source": chart.source}
        )
    declared = {row["name"]: row for row in describe(plan.chapter.parameters, plan.usual)}
    sentences: dict[str, list[str]] = {}
    for mark in marks_of(plan.chapter.slug, plan.chapter.source):
        sentences.setdefault(mark.name.partition(":")[2], []).append(mark.sentence)
    return write_apart(
        sweep.folder,
        "sweep.html",
        plan=plan,
        sweep=sweep,
        choices=[
            {**declared[name], "tried": tried[name], "spoken": spoken(name)} for name in varied
        ],
        held=[row for name, row in declared.items() if name not in varied],
        results=[_summary(curve, varied) for curve in drawn],
        same=[(curve, in_words(curve.rows[0])) for curve in curves if curve.key not in charts],
        curves=[
            {
                "curve": curve,
                "chart": (chart := charts[curve.key]),
                "text": spread(curve, varied),
                "sizes": drawing.sizes(chart, cache),
                "table": data_table(chart.data)
                if len(chart.data.rows) <= 120
                else None,  # more are a file beside it
            }
            for curve in drawn
        ],
        statements=[
            {**one, "sentences": sentences.get(one["key"], [])} for one in sweep.statements
        ],
        failed=[(plan.tasks[place].label, what) for place, what in sorted(sweep.errors.items())],
        marked=any(curve.usual for curve in curves),
    )


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
    """Return by how much the estimate changes at most when one choice alone does; empty where none ever does alone."""
    groups: dict[tuple[str, ...], list[float]] = {}
    for row in curve.rows:
        groups.setdefault(tuple(str(row[other]) for other in varied if other != name), []).append(
            row["value"]
        )
    least, most = max(
        ((min(values), max(values)) for values in groups.values()),
        key=lambda ends: ends[1] - ends[0],
    )
    if least == most:
        return "" if all(len(values) == 1 for values in groups.values()) else "none"
    return numbers.difference(least, most, curve.unit)


def in_words(row: Mapping[str, Any], how: str = "full") -> str:
    """Return the result in a row of a sweep's table in words."""
    return numbers.write(read_estimate({name: row[name] for name in RESULT_COLUMNS[1:]}), how)


def spoken(name: str) -> str:
    """Return the name of a parameter as prose has it."""
    return name.replace("_", " ")


def spread(curve: Curve, varied: Iterable[str]) -> str:
    """Return in sentences how far the estimate goes, and what led to its ends."""
    first, last, count = curve.rows[0], curve.rows[-1], len(curve.rows)
    if count == 1:
        text = f"One combination gives a value: {in_words(first)}."
    elif first["value"] == last["value"]:
        text = f"All {count} combinations give {in_words(first, 'value')}."
    else:
        least, most = (
            f"{in_words(row)} with {', '.join(f'{spoken(name)} {numbers.setting(row[name])}' for name in varied)}"
            for row in (first, last)
        )
        text = f"Over {count} combinations the estimate goes from {least} to {most}."
    if curve.usual:
        text += f" The values the sweep started from give {in_words(curve.usual)}."
    others = [
        *dict.fromkeys(row["label"] for row in curve.rows if row["label"] not in {"", curve.label})
    ]
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        text += f" Not all combinations measure quite the same: also “{others[0]}”{more}."
    if curve.missing:
        text += (
            f" {curve.missing} combination{'s give' if curve.missing > 1 else ' gives'} no value."
        )
    return text


def curve_chart(curve: Curve, orders: Mapping[str, Sequence[str]], source: str) -> Chart:
    """Return the chart of a curve."""
    said, count = spread(curve, orders), len(curve.rows)
    low, high = (
        numbers.number(row["value"], curve.unit) for row in (curve.rows[0], curve.rows[-1])
    )
    span = numbers.with_unit(f"always {low}" if low == high else f"{low} to {high}", curve.unit)
    counted = [name for name in ("k", "n") if any(row[name] is not None for row in curve.rows)]
    kind = KINDS.get(curve.unit, "number")
    columns = [
        Column(name="run", label="Run", kind="number"),
        *(Column(name=name, label=spoken(name)) for name in orders),
        *(Column(name=name, label=name, kind=kind) for name in ("value", "low", "high")),
        *(Column(name=name, label=name, kind="number") for name in counted),
    ]
    rows = [
        [numbers.setting(row[one.name]) if one.name in orders else row[one.name] for one in columns]
        for row in curve.rows
    ]
    return Chart(
        name="fig-" + re.sub(r"[^a-z0-9]+", "-", curve.key.lower()).strip("-"),
        title=f"{curve.label[:1].upper()}{curve.label[1:]}: {span}",
        alt=f"Specification curve. {said}",
        description=(
            f"Above, each of the {count} estimates stands as a point with its interval, the smallest at the "
            f"left. Below, a mark shows which value of {' and of '.join(map(spoken, orders))} led to it. {said}"
        ),
        source=source,
        licence="that of the book",
        data=Data(columns=columns, rows=rows),
        spec=_spec(curve, orders),
    )


def _spec(curve: Curve, orders: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    count = len(curve.rows)
    points = [
        {
            "rank": rank,
            **{name: row[name] for name in ("value", "low", "high")},
            **{f"choice {name}": numbers.setting(row[name]) for name in orders},
            "usual": row is curve.usual,
        }
        for rank, row in enumerate(curve.rows, 1)
    ]
    scale = {"domain": [0.5, count + 0.5], "nice": False}
    across = {"field": "rank", "type": "quantitative", "axis": None, "scale": scale}
    thickness = round(max(0.25, min(1.5, 100 / count)), 2)  # many marks stay apart on a phone
    text = {"color": INK, "fontSize": 12}
    axis = {"labelColor": INK, "titleColor": INK, "labelFontSize": 12, "gridColor": GRID}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": points},
        "vconcat": [
            _estimates(curve, across, thickness),
            *(_choices(name, order, across, thickness) for name, order in orders.items()),
        ],
        "spacing": 14,
        "config": {
            "view": {"stroke": None},
            "axis": {**axis, "domain": False, "ticks": False},
            "title": {**text, "fontWeight": "bold", "anchor": "start", "offset": 4},
            "text": text,
        },
    }


def _estimates(curve: Curve, across: Mapping[str, Any], thickness: float) -> dict[str, Any]:
    """Return the panel of estimates with their intervals; the usual one is a diamond with its name above the panel."""
    known = [
        row[name]
        for row in curve.rows
        for name in ("value", "low", "high")
        if row[name] is not None
    ]
    far_apart = min(known) > 0 and max(known) / min(known) > 100
    scale = {"type": "log"} if far_apart else {"zero": False, "nice": True}
    axis = {"tickCount": 5, **({"format": AXES[curve.unit]} if curve.unit in AXES else {})}
    up = {"type": "quantitative", "title": None, "scale": scale, "axis": axis}
    at = {"x": across, "y": {**up, "field": "value"}}
    point = {"type": "point", "filled": True, "opacity": 1}
    usual = {"transform": [{"filter": "datum.usual"}]}
    at_left = curve.usual is not None and curve.rows.index(curve.usual) < len(curve.rows) / 2
    name = {
        "align": "left" if at_left else "right",
        "dx": 6 if at_left else -6,
        "baseline": "bottom",
        "dy": -2,
    }
    return {
        "width": WIDTH,
        "height": 240,
        "layer": [
            {
                "mark": {"type": "rule", "opacity": 0.4, "color": INK, "strokeWidth": thickness},
                "encoding": {"x": across, "y": {**up, "field": "low"}, "y2": {"field": "high"}},
            },
            {"mark": {**point, "size": 8 + 12 * thickness, "color": INK}, "encoding": at},
            {
                "mark": {**point, "shape": "diamond", "size": 150, "color": MARKED},
                "encoding": at,
                **usual,
            },
            {
                "mark": {"type": "rule", "color": MARKED, "strokeDash": [2, 3]},
                "encoding": {"x": across},
                **usual,
            },
            {
                "mark": {"type": "text", "text": "as the sweep started", **name},
                "encoding": {"x": across, "y": {"value": 0}},
                **usual,
            },
        ],
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
    up = {"field": f"choice {name}", "type": "nominal", "title": None, "sort": list(order)}
    return {
        "title": spoken(name),
        "width": WIDTH,
        "height": {"step": 27},  # the value stands above its marks
        "mark": {
            "type": "tick",
            "orient": "vertical",
            "height": 9,
            "thickness": 2 * thickness,
            "opacity": 1,
        },
        "encoding": {
            "x": across,
            "y": {**up, "axis": {**labels, "grid": True}},
            "color": {"condition": {"test": "datum.usual", "value": MARKED}, "value": INK},
        },
    }

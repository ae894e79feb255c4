"""The page of a sweep: what changes the results, and the specification curve of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from bookpress.book.project import Project
from bookpress.chapter.parameters import describe
from bookpress.chapter.quotes import marks_of
from bookpress.cite.book import load_book
from bookpress.elements.base.charts import Chart
from bookpress.elements.base.templates import write_apart
from bookpress.elements.figure import render as drawing
from bookpress.elements.table.data_table import data_table
from bookpress.states.sweeps.curve_chart import curve_chart
from bookpress.states.sweeps.curves import Curve, in_words, spoken, spread
from bookpress.states.sweeps.shown import what_it_shows
from bookpress.states.sweeps.sweep import Sweep, column_of, write_table
from bookpress.terminal.tables import folding_table
from holdtrue import number_formats as numbers

PAGE = Path(__file__).with_name("templates") / "sweep.html"
CURVES = "curves"
"""The folder of the files of curves, whose names are those of results."""
MOST_SHOWN = 24
"""The most runs of a chapter without results whose figures the page shows."""
MOST_ROWS = 120
"""The most rows of a table on the page; a longer one is a file beside it."""


def summary_table(sweep: Sweep, curves: Sequence[Curve]) -> Table:
    """Return what changes the results, as a table for the terminal."""
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

    The curves are beside them as pictures, data and Vega-Lite.
    """
    plan = sweep.plan
    varied = plan.varied
    drawn = [curve for curve in curves if curve.varies] or list(curves)
    cache = project.build / "pictures"
    charts = _draw(sweep, drawn, cache)
    declared = {row["name"]: row for row in describe(plan.chapter.parameters, plan.usual)}
    choices: dict[str, dict[str, Any]] = {}
    for name in varied:
        choices[name] = {**declared[name], "tried": plan.tried[name], "spoken": spoken(name)}
    errors = sorted(sweep.errors.items())
    same = [curve for curve in curves if curve.key not in charts]
    return write_apart(
        sweep.folder,
        PAGE,
        book=load_book(project.root),
        plan=plan,
        sweep=sweep,
        choices=list(choices.values()),
        held=[row for name, row in declared.items() if name not in varied],
        results=[_summary(curve, varied) for curve in drawn],
        same=[(curve, in_words(curve.rows[0])) for curve in same],
        curves=[_figure(curve, charts[curve.key], varied, cache) for curve in drawn],
        shown=[] if curves else _shown(sweep),
        statements=_statements(sweep),
        failed=[(plan.tasks[place].label, error) for place, error in errors],
        has_usual=any(curve.usual for curve in curves),
    )


def _draw(sweep: Sweep, curves: Sequence[Curve], cache: Path) -> dict[str, Chart]:
    """Draw the charts of curves and write their files and the table; return the charts by key."""
    orders = {
        name: [*dict.fromkeys(numbers.setting(value) for value in values)]
        for name, values in sweep.plan.tried.items()
    }
    source = f"{sweep.plan.chapter.title}, {len(sweep.runs)} runs of the chapter."
    charts = {curve.key: curve_chart(curve, orders, source) for curve in curves}
    drawing.begin(charts.values(), cache)
    write_table(sweep)  # while they are drawn
    drawing.draw(charts.values(), cache)
    figures = {
        sweep.folder / CURVES / key: (chart, {"title": chart.title, "source": chart.source})
        for key, chart in charts.items()
    }
    rasters = drawing.RasterFiles(figures, cache)
    for stem, (chart, origin) in figures.items():
        drawing.write_files(chart, cache, stem, origin)
    rasters.write()
    return charts


def _shown(sweep: Sweep) -> list[dict[str, Any]]:
    """Return what the first runs show, for a chapter that publishes no results: pictures, words."""
    return [
        what_it_shows(sweep.plan.tasks[place].label, run.executed.outputs)
        for place, run in sorted(sweep.runs.items())[:MOST_SHOWN]
    ]


def _figure(curve: Curve, chart: Chart, varied: Sequence[str], cache: Path) -> dict[str, Any]:
    """Return the variables of the page for a curve."""
    table = None
    if len(chart.data.rows) <= MOST_ROWS:
        table = data_table(chart.data)
    return {
        "curve": curve,
        "stem": f"{CURVES}/{curve.key}",
        "chart": chart,
        "text": spread(curve, varied),
        "sizes": drawing.sizes(chart, cache),
        "table": table,
    }


def _statements(sweep: Sweep) -> list[dict[str, Any]]:
    """Return how often each statement holds, with the sentences that rest on it."""
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
    """Return the largest change of the estimate when only one choice changes.

    Empty if no choice ever changes alone.
    """
    others = [column_of(other) for other in varied if other != name]
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

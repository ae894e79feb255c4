"""The page of a sweep: what moves the results, and the specification curve of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup
from rich.table import Table

from bookpress.book import number_formats as numbers
from bookpress.book.parameters import describe
from bookpress.book.project import Project
from bookpress.explore.sweep import Sweep
from bookpress.page.base.charts import Chart, data_table
from bookpress.page.base.templates import fill, write_apart
from bookpress.page.explore.specification_curves import Curve, alone, curve_chart, in_words, spoken, spread
from bookpress.page.figures import render as drawing
from bookpress.progress import folding_table

ROWS_ON_A_PAGE = 120
"""Rows up to which the data of a curve stand on the page; beyond it they are a file beside it."""


def curves_of(sweep: Sweep) -> list[Curve]:
    """Return what a sweep says about each result that is to be drawn."""
    return [Curve.of(sweep, key) for key in sweep.keys]


def summary_table(sweep: Sweep, curves: Sequence[Curve]) -> Table:
    """Return as a table for the terminal what moves the results, as the page has it."""
    varied = sweep.plan.varied
    moved = [curve for curve in curves if curve.varies]
    title = f"Results that differ between combinations: {len(moved)}; the same in all: {len(curves) - len(moved)}"
    ends = ("result", "as started", "smallest", "largest")
    table = folding_table(*ends, *(f"{name} alone" for name in varied), title=title)
    for row in (_summary(curve, varied) for curve in moved):
        table.add_row(row["key"], row["usual"], row["least"], row["most"], *row["alone"])
    return table


def write_page(sweep: Sweep, curves: Sequence[Curve], project: Project) -> Path:
    """Write the page of a sweep into its folder, with the curves beside it as pictures, data and Vega-Lite.

    Parameters
    ----------
    sweep : Sweep
        A sweep that has ended.
    curves : sequence of Curve
        What `curves_of` returns for it.
    project : Project
        The book; pictures are kept with those of its editions.
    """
    plan, cache = sweep.plan, project.build / "pictures"
    tried = {name: list({str(one[name]): one[name] for one in plan.sets}.values()) for name in plan.varied}
    orders = {name: [numbers.setting(value) for value in values] for name, values in tried.items()}
    source = f"{plan.chapter.title}, {len(sweep.runs)} runs of the chapter."
    drawn = [curve for curve in curves if curve.varies] or list(curves)
    charts = {curve.key: curve_chart(curve, orders, source) for curve in drawn}
    drawing.draw(charts.values(), cache)
    sweep.folder.mkdir(parents=True, exist_ok=True)
    for key, chart in charts.items():
        drawing.write_files(chart, cache, sweep.folder / key)
    declared = {row["name"]: row for row in describe(plan.chapter.parameters, plan.usual)}
    return write_apart(
        sweep.folder,
        "sweep.html",
        plan=plan,
        sweep=sweep,
        choices=[{**declared[name], "tried": tried[name], "spoken": spoken(name)} for name in plan.varied],
        held=[row for name, row in declared.items() if name not in plan.varied],
        results=[_summary(curve, plan.varied) for curve in drawn],
        same=[(curve, in_words(curve.rows[0])) for curve in curves if curve.key not in charts],
        curves=[_figure(curve, charts[curve.key], cache, plan.varied) for curve in drawn],
        failed=[(plan.label(place), what) for place, what in sorted(sweep.errors.items())],
        marked=any(curve.usual for curve in curves),
    )


def _summary(curve: Curve, varied: Sequence[str]) -> dict[str, Any]:
    """Return a row of the table that says what moves a result."""
    return {
        "key": curve.key,
        "label": curve.label,
        "usual": in_words(curve.usual, "value") if curve.usual else "",
        "least": in_words(curve.rows[0], "value"),
        "most": in_words(curve.rows[-1], "value"),
        "alone": [alone(curve, varied, name) for name in varied],
    }


def _figure(curve: Curve, chart: Chart, cache: Path, varied: Sequence[str]) -> Mapping[str, Any]:
    """Return a curve with its picture and data table as HTML; no table where it is long."""
    picture = fill("picture.html", chart=chart, base=curve.key, **drawing.sizes(chart, cache))
    short = len(chart.data.rows) <= ROWS_ON_A_PAGE
    table = fill("data-table.html", chart=chart, **data_table(chart.data)) if short else ""
    # Both are templates that escape.
    return {
        "curve": curve,
        "chart": chart,
        "text": spread(curve, varied),
        "picture": Markup(picture),  # noqa: S704
        "table": Markup(table),  # noqa: S704
    }

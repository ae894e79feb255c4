"""The page of a sweep: what moves the results, and the specification curve of each. Knows no Sphinx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup
from rich.table import Table

from bookpress.book import number_formats as numbers
from bookpress.book.project import Project
from bookpress.book.wording import describe
from bookpress.explore.run_one import Swept
from bookpress.explore.sweep import label
from bookpress.page.base.charts import Chart, data_table
from bookpress.page.base.templates import fill
from bookpress.page.figures import render as drawing
from bookpress.page.site import standalone_page as apart
from bookpress.page.site.specification_curves import Curve, alone, curve_chart, curve_of, result_of, spoken, spread
from bookpress.progress import folding_table

ROWS_ON_A_PAGE = 120
"""Rows up to which the data of a curve stand on the page; beyond it they are a file beside it."""


def curves_of(done: Swept) -> list[Curve]:
    """Return what a sweep says about each result that is to be drawn."""
    return [curve_of(done.sweep, key, done.usual) for key in done.keys]


def write_page(done: Swept, curves: Sequence[Curve], project: Project) -> Path:
    """Write the page of a sweep into its folder, with the curves beside it as pictures, data and Vega-Lite.

    Parameters
    ----------
    done : Swept
        A sweep that has ended.
    curves : sequence of Curve
        What `curves_of` returns for it.
    project : Project
        The book; pictures are kept with those of its editions.

    Returns
    -------
    pathlib.Path
        The page.
    """
    cache = project.build / "pictures"
    drawn = [curve for curve in curves if curve.varies] or curves
    orders = {
        name: list(dict.fromkeys(numbers.setting(values[name]) for values in done.sweep.sets))
        for name in done.sweep.varied
    }
    source = f"{done.sweep.chapter.title}, {len(done.sweep.runs)} runs of the chapter."
    charts = {curve.key: curve_chart(curve, done.sweep.varied, orders, source) for curve in drawn}
    drawing.draw(charts.values(), cache)
    done.folder.mkdir(parents=True, exist_ok=True)
    for key, chart in charts.items():
        drawing.write_files(chart, cache, done.folder / key)
    return apart.write_page(done.folder, page_html(done, curves, charts, cache))


def summary_table(done: Swept, curves: Sequence[Curve]) -> Table:
    """Return as a table for the terminal what moves the results, as the page has it.

    Parameters
    ----------
    done : Swept
        A sweep that has ended.
    curves : sequence of Curve
        What `curves_of` returns for it.
    """
    varied = done.sweep.varied
    moved = [curve for curve in curves if curve.varies]
    title = f"Results that differ between combinations: {len(moved)}; the same in all: {len(curves) - len(moved)}"
    table = folding_table(
        "result", "as started", "smallest", "largest", *(f"{name} alone" for name in varied), title=title
    )
    for row in (_summary(curve, varied) for curve in moved):
        table.add_row(row["key"], row["usual"], row["least"], row["most"], *row["alone"])
    return table


def page_html(done: Swept, curves: Sequence[Curve], charts: Mapping[str, Chart], cache: Path) -> str:
    """Return the page of a sweep.

    Parameters
    ----------
    done : Swept
        A sweep that has ended.
    curves : sequence of Curve
        What it says about each result.
    charts : mapping of str to Chart
        The pictures of those that are drawn, by key.
    cache : pathlib.Path
        The folder the charts were drawn to.
    """
    sweep = done.sweep
    declared = {row["name"]: row for row in describe(sweep.chapter.parameters)}
    return apart.page_text(
        "sweep.html",
        sweep=sweep,
        command=done.command,
        choices=[
            {**declared[name], "tried": _tried(done, name), "usual": done.usual[name], "spoken": spoken(name)}
            for name in sweep.varied
        ],
        held=[{**row, "value": done.usual[name]} for name, row in declared.items() if name not in sweep.varied],
        results=[_summary(curve, sweep.varied) for curve in curves if curve.key in charts],
        same=[
            (curve, numbers.full(result_of(curve.rows[0])), curve.missing)
            for curve in curves
            if curve.key not in charts
        ],
        curves=[
            {
                "curve": curve,
                "chart": charts[curve.key],
                "text": spread(curve, sweep.varied),
                **_parts(curve.key, charts[curve.key], cache),
            }
            for curve in curves
            if curve.key in charts
        ],
        failed=[(label(sweep.varied, sweep.sets[place]), what) for place, what in sorted(sweep.errors.items())],
        marked=any(curve.usual for curve in curves),
    )


def _tried(done: Swept, name: str) -> list[Any]:
    """Return the values of a parameter that were tried, each once."""
    tried: list[Any] = []
    tried.extend(values[name] for values in done.sweep.sets if values[name] not in tried)
    return tried


def _summary(curve: Curve, varied: list[str]) -> dict[str, Any]:
    """Return a row of the table that says what moves a result."""
    least, most = (numbers.write(result_of(curve.rows[place])) for place in (0, -1))
    return {
        "key": curve.key,
        "label": curve.label,
        "usual": numbers.write(result_of(curve.usual)) if curve.usual else "",
        "least": least,
        "most": most,
        "alone": [alone(curve, varied, name) for name in varied],
    }


def _parts(key: str, chart: Chart, cache: Path) -> dict[str, Markup]:
    """Return picture and data table of a curve as HTML; no table where it is long."""
    picture = fill("picture.html", chart=chart, base=key, **drawing.sizes(chart, cache))
    short = len(chart.data.rows) <= ROWS_ON_A_PAGE
    table = fill("data-table.html", chart=chart, **data_table(chart.data)) if short else ""
    return {"picture": Markup(picture), "table": Markup(table)}  # noqa: S704 - both are templates that escape

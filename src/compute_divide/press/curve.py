"""The specification curve of a sweep: every estimate in order of size, and below it the choices that led to it.

The form is that of Simonsohn, Simmons and Nelson (2020), https://doi.org/10.1038/s41562-020-0912-z.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compute_divide.press.chapters import nearest
from compute_divide.press.compare import worded
from compute_divide.press.errors import UsageError
from compute_divide.press.files import pretty, replace_file
from compute_divide.press.parameters import Value
from compute_divide.press.sweep import Sweep, label

WIDTH = 720
INK = "#3b5b92"
MARKED = "#b3261e"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
VEGA_LITE = "6.4"
FONT = "Arial, Liberation Sans, Helvetica, sans-serif"


def warm_up() -> None:
    """Start what draws, in the background: it takes half a second, which chapters can use to run."""
    threading.Thread(target=_svg, args=({"mark": "point", "data": {"values": []}},), daemon=True).start()


def _svg(spec: dict[str, Any]) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE))


def chosen_keys(sweep: Sweep, wanted: Sequence[str] = ()) -> list[str]:
    """Return the results to draw: those wanted, else all that have a value, in the order they were recorded.

    Raises
    ------
    UsageError
        If a wanted one has no value in any combination.
    """
    known = list(dict.fromkeys(row["key"] for row in sweep.rows if row["value"] is not None))
    problems = [f"no result {key!r}{nearest(key, known)}" for key in wanted if key not in known]
    if problems:
        raise UsageError.listing(problems)
    return list(wanted) or known


def curve_spec(sweep: Sweep, key: str, usual: Mapping[str, Value] | None = None) -> dict[str, Any]:
    """Return the Vega-Lite specification of the curve of one result.

    Parameters
    ----------
    sweep : Sweep
        A sweep that has ended.
    key : str
        The result.
    usual : mapping, optional
        The values of the edition that the sweep started from; the combination that has them is marked.
    """
    rows = sweep.rows_of(key)
    points = [
        {
            "rank": rank,
            **{name: row[name] for name in ("value", "low", "high")},
            "usual": sweep.sets[row["run"] - 1] == usual,
        }
        for rank, row in enumerate(rows, 1)
    ]
    choices = [
        {"rank": rank, "parameter": name, "choice": str(row[name])}
        for rank, row in enumerate(rows, 1)
        for name in sweep.varied
    ]
    share = bool(rows) and rows[0]["unit"] == "share"
    x = {"field": "rank", "type": "quantitative", "scale": {"domain": [0.5, len(rows) + 0.5]}, "axis": None}
    y = {"type": "quantitative", "title": None, "axis": {"format": "%"} if share else {}}
    rule = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    estimates = {
        "data": {"values": points},
        "width": WIDTH,
        "height": 220,
        "layer": [
            {"mark": {"type": "rule", "opacity": 0.45}, "encoding": rule},
            {"mark": {"type": "point", "filled": True, "size": 22}, "encoding": {"x": x, "y": {**y, "field": "value"}}},
            {
                "transform": [{"filter": "datum.usual"}],
                "mark": {"type": "point", "shape": "diamond", "size": 180, "strokeWidth": 2, "color": MARKED},
                "encoding": {"x": x, "y": {**y, "field": "value"}},
            },
        ],
    }
    return {
        "$schema": SCHEMA,
        "description": f"Specification curve of {key}. {spread(sweep, key)}",
        "background": "white",
        "vconcat": [estimates, *(_choices_panel(sweep, name, choices, x) for name in sweep.varied)],
        "spacing": 8,
        "config": {
            "font": FONT,
            "mark": {"color": INK},
            "view": {"stroke": None},
            "axis": {"titleFontWeight": "normal", "labelLimit": 260},
        },
    }


def _choices_panel(sweep: Sweep, name: str, choices: Sequence[dict[str, Any]], x: dict[str, Any]) -> dict[str, Any]:
    """Return the panel that marks, for each estimate, the value of one parameter."""
    order = list(dict.fromkeys(str(values[name]) for values in sweep.sets))
    axis = {"titleAngle": 0, "titleAlign": "right", "grid": True}
    return {
        "data": {"values": [choice for choice in choices if choice["parameter"] == name]},
        "width": WIDTH,
        "height": {"step": 16},
        "mark": {"type": "tick", "orient": "vertical", "height": 10, "thickness": 2},
        "encoding": {"x": x, "y": {"field": "choice", "type": "nominal", "title": name, "sort": order, "axis": axis}},
    }


def spread(sweep: Sweep, key: str) -> str:
    """Return what a curve shows, in one sentence: smallest and largest estimate, and what made them."""
    rows = sweep.rows_of(key)
    least, most = rows[0], rows[-1]
    if least["value"] == most["value"]:
        return f"All {len(rows)} combinations give {worded(least)}."
    ends = [f"{worded(row)} ({label(sweep.varied, sweep.sets[row['run'] - 1])})" for row in (least, most)]
    return f"Over {len(rows)} combinations the estimate goes from {ends[0]} to {ends[1]}."


def write_page(sweep: Sweep, keys: list[str], folder: Path, usual: Mapping[str, Value] | None = None) -> Path:
    """Write the specification curves, each as a picture and as Vega-Lite, and a page that shows them.

    Returns
    -------
    pathlib.Path
        The page.
    """
    from jinja2 import Environment, PackageLoader

    curves = []
    for key in keys:
        picture = f"{key}.svg"
        spec = curve_spec(sweep, key, usual)
        replace_file(folder / picture, _svg(spec).encode("utf-8"))
        replace_file(folder / f"{key}.vl.json", pretty(spec).encode("utf-8"))
        words = sweep.rows_of(key)[0]["label"] or key
        curves.append({"key": key, "label": words, "picture": picture, "text": spread(sweep, key)})
    environment = Environment(loader=PackageLoader("compute_divide.press"), autoescape=True, trim_blocks=True)
    text = environment.get_template("sweep.html").render(sweep=sweep, curves=curves, marked=usual in sweep.sets)
    path = folder / "index.html"
    replace_file(path, text.encode("utf-8"))
    return path

"""Specification curves: every estimate of a sweep in order of size, and below it the choices that led to it.

The form is that of Simonsohn, Simmons and Nelson (2020), https://doi.org/10.1038/s41562-020-0912-z.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bookpress.book import number_formats as numbers
from bookpress.book.parameters import Value
from bookpress.book.results import Result
from bookpress.explore.sweep import RESULT_COLUMNS, Sweep
from bookpress.page.base.charts import Chart, Column, Data, Kind

WIDTH, HEIGHT = 640, 240
ROW = 27
"""Height of a row of choices in pixels: the value stands above its marks."""
INK, MARKED, GRID = "currentColor", "#c2410c", "rgba(128,128,128,0.22)"
DECADES_ON_A_LINE = 100
"""Values farther apart than this, by their ratio, stand on a logarithmic axis."""
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
KINDS: dict[str, Kind] = {"share": "share", "FLOP": "flop", "year": "year"}
AXES = {"share": "%", "year": "d", "FLOP": ".0e", "FLOP/s": ".0e", "USD": "$~s"}
"""How an axis writes values of a unit."""
NO_TEXT = {"domain": False, "ticks": False}


@dataclass(frozen=True)
class Curve:
    """What a sweep says about one result.

    Parameters
    ----------
    key : str
        The result.
    label : str
        What it measures.
    rows : list of dict
        The combinations that give it a value, the smallest first, as in ``Sweep.rows``.
    missing : int
        How many combinations ended well and give it no value.
    usual : dict or None
        The row of the values that the sweep started from, where it has one.
    """

    key: str
    label: str
    rows: list[dict[str, Any]]
    missing: int
    usual: dict[str, Any] | None

    @property
    def varies(self) -> bool:
        """Whether some choice moves it, or its interval."""
        return any(row[name] != self.rows[0][name] for row in self.rows for name in ("value", "low", "high"))

    @property
    def unit(self) -> str:
        """The unit of all rows."""
        return str(self.rows[0]["unit"])


def curve_of(sweep: Sweep, key: str, usual: Mapping[str, Value]) -> Curve:
    """Return what a sweep says about a result that has a value in some combination.

    Parameters
    ----------
    sweep : Sweep
        A sweep that has ended.
    key : str
        The result.
    usual : mapping
        The values that the sweep started from.
    """
    rows = sweep.rows_of(key)
    marked = next((row for row in rows if sweep.sets[row["run"] - 1] == usual), None)
    label = (marked or rows[0])["label"] or key
    return Curve(key, label, rows, len(sweep.runs) - len(rows), marked)


def result_of(row: Mapping[str, Any]) -> Result:
    """Return the result in a row of a sweep's table."""
    return Result.model_validate({name: row[name] for name in RESULT_COLUMNS[1:]})


def choices_of(varied: Iterable[str], row: Mapping[str, Any]) -> str:
    """Return the choices behind a row in words.

    Examples
    --------
    >>> choices_of(["vintage", "top_k"], {"vintage": "2023-03", "top_k": 10})
    'vintage 2023-03, top k 10'
    """
    return ", ".join(f"{spoken(name)} {numbers.setting(row[name])}" for name in varied)


def spoken(name: str) -> str:
    """Return the name of a parameter as prose has it."""
    return name.replace("_", " ")


def finding(curve: Curve) -> str:
    """Return what a curve shows, as a title."""
    low, high = (numbers.number(curve.rows[place]["value"], curve.unit) for place in (0, -1))
    span = f"always {low}" if low == high else f"{low} to {high}"
    return f"{curve.label[:1].upper()}{curve.label[1:]}: {numbers.with_unit(span, curve.unit)}"


def spread(curve: Curve, varied: Sequence[str]) -> str:
    """Return in sentences how far the estimate goes, and what led to its ends."""
    rows = curve.rows
    least, most = (numbers.full(result_of(row)) for row in (rows[0], rows[-1]))
    if len(rows) == 1:
        text = f"One combination gives a value: {least}."
    elif rows[0]["value"] == rows[-1]["value"]:
        text = f"All {len(rows)} combinations give {numbers.write(result_of(rows[0]))}."
    else:
        text = (
            f"Over {len(rows)} combinations the estimate goes from {least} with {choices_of(varied, rows[0])} "
            f"to {most} with {choices_of(varied, rows[-1])}."
        )
    if curve.usual:
        text += f" The values the sweep started from give {numbers.full(result_of(curve.usual))}."
    others = list(dict.fromkeys(row["label"] for row in rows if row["label"] not in {"", curve.label}))
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        text += f" Not all combinations measure quite the same: also “{others[0]}”{more}."
    if curve.missing:
        text += f" {curve.missing} combination{'s give' if curve.missing > 1 else ' gives'} no value."
    return text


def alone(curve: Curve, varied: Sequence[str], name: str) -> str:
    """Return by how much the estimate changes at most when one choice changes and all others stay; in words.

    It is empty where no two combinations differ in this choice alone.
    """
    groups: dict[tuple[str, ...], list[float]] = {}
    for row in curve.rows:
        others = tuple(str(row[other]) for other in varied if other != name)
        groups.setdefault(others, []).append(row["value"])
    least, most = max(((min(values), max(values)) for values in groups.values()), key=lambda ends: ends[1] - ends[0])
    if least == most:
        return "" if all(len(values) == 1 for values in groups.values()) else "none"
    return numbers.difference(least, most, curve.unit)


def curve_chart(curve: Curve, varied: Sequence[str], orders: Mapping[str, Sequence[str]], source: str) -> Chart:
    """Return the chart of a curve.

    Parameters
    ----------
    curve : Curve
        What to draw.
    varied : sequence of str
        The parameters of the sweep.
    orders : mapping
        The values of each, in words, in the order in which they were asked for.
    source : str
        Where the numbers come from.
    """
    said = spread(curve, varied)
    return Chart(
        name=f"fig-{curve.key.lower().replace('_', '-')}",
        title=finding(curve),
        alt=f"Specification curve. {said}",
        description=(
            f"Above, each of the {len(curve.rows)} estimates stands as a point with its interval, the smallest at the "
            f"left. Below, a mark shows which value of {' and of '.join(map(spoken, varied))} led to it. {said}"
        ),
        source=source,
        licence="",
        data=_data(curve, varied),
        spec=_spec(curve, varied, orders),
    )


def _data(curve: Curve, varied: Sequence[str]) -> Data:
    kind = KINDS.get(curve.unit, "number")
    counted = [name for name in ("k", "n") if any(row[name] is not None for row in curve.rows)]
    columns = [
        Column(name="run", label="Run", kind="number"),
        *(Column(name=name, label=spoken(name)) for name in varied),
        *(Column(name=name, label=name, kind=kind) for name in ("value", "low", "high")),
        *(Column(name=name, label=name, kind="number") for name in counted),
    ]
    rows = [
        [numbers.setting(row[column.name]) if column.name in varied else row[column.name] for column in columns]
        for row in curve.rows
    ]
    return Data(columns=columns, rows=rows)


def _spec(curve: Curve, varied: Sequence[str], orders: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the Vega-Lite specification of a curve."""
    points = [
        {"rank": rank, **{name: row[name] for name in ("value", "low", "high")}, "usual": row is curve.usual}
        for rank, row in enumerate(curve.rows, 1)
    ]
    choices = [
        {"rank": rank, **{name: numbers.setting(row[name]) for name in varied}, "usual": row is curve.usual}
        for rank, row in enumerate(curve.rows, 1)
    ]
    across = {
        "field": "rank",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0.5, len(points) + 0.5], "nice": False},
    }
    return {
        "$schema": SCHEMA,
        "vconcat": [
            _estimates(curve, points, across),
            *(_choices(name, choices, orders[name], across) for name in varied),
        ],
        "spacing": 14,
        "config": {
            "view": {"stroke": None},
            "axis": {"labelColor": INK, "titleColor": INK, "labelFontSize": 12, "gridColor": GRID, **NO_TEXT},
            "title": {"color": INK, "fontSize": 12, "fontWeight": "bold", "anchor": "start", "offset": 4},
            "text": {"color": INK, "fontSize": 12},
        },
    }


def _estimates(curve: Curve, points: list[dict[str, Any]], across: Mapping[str, Any]) -> dict[str, Any]:
    """Return the panel of estimates with their intervals; the usual one is a diamond with its name."""
    scale: dict[str, Any] = {"zero": False, "nice": True}
    known = [point[name] for point in points for name in ("value", "low", "high") if point[name] is not None]
    if min(known) > 0 and max(known) / min(known) > DECADES_ON_A_LINE:
        scale = {"type": "log"}
    axis = {"format": AXES[curve.unit]} if curve.unit in AXES else {}
    up = {"type": "quantitative", "title": None, "scale": scale, "axis": {"tickCount": 5, **axis}}
    at = {"x": across, "y": {**up, "field": "value"}}
    usual = {"transform": [{"filter": "datum.usual"}]}
    first_half = curve.usual is not None and curve.rows.index(curve.usual) < len(points) / 2
    name = {"align": "left" if first_half else "right", "dx": 6 if first_half else -6, "baseline": "bottom", "dy": -2}
    return {
        "data": {"values": points},
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            {
                "mark": {"type": "rule", "opacity": 0.4, "color": INK, "strokeWidth": _thickness(len(points))},
                "encoding": {"x": across, "y": {**up, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {
                    "type": "point",
                    "filled": True,
                    "size": 8 + 12 * _thickness(len(points)),
                    "opacity": 1,
                    "color": INK,
                },
                "encoding": at,
            },
            {
                "mark": {
                    "type": "point",
                    "shape": "diamond",
                    "size": 150,
                    "filled": True,
                    "opacity": 1,
                    "color": MARKED,
                },
                "encoding": at,
                **usual,
            },
            # Its name stands above the panel, where no estimate is in the way.
            {"mark": {"type": "rule", "color": MARKED, "strokeDash": [2, 3]}, "encoding": {"x": across}, **usual},
            {
                "mark": {"type": "text", "text": "as the sweep started", **name},
                "encoding": {"x": across, "y": {"value": 0}},
                **usual,
            },
        ],
    }


def _choices(
    name: str, choices: list[dict[str, Any]], order: Sequence[str], across: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the panel that marks, for each estimate, the value of one parameter."""
    axis = {
        # The values stand in the panel, above their marks: beside it they would take half of a phone.
        "labelAlign": "left",
        "labelBaseline": "bottom",
        "labelPadding": 0,
        "labelOffset": -6,
        "labelLimit": 300,
        "grid": True,
    }
    up = {"field": name, "type": "nominal", "title": None, "sort": list(order), "axis": axis}
    return {
        "title": spoken(name),
        "data": {"values": choices},
        "width": WIDTH,
        "height": {"step": ROW},
        "mark": {
            "type": "tick",
            "orient": "vertical",
            "height": 9,
            "thickness": 2 * _thickness(len(choices)),
            "opacity": 1,
        },
        "encoding": {
            "x": across,
            "y": up,
            "color": {"condition": {"test": "datum.usual", "value": MARKED}, "value": INK},
        },
    }


def _thickness(marks: int) -> float:
    """Return how thick a mark is, so that many of them stay apart on a phone."""
    return round(max(0.25, min(1.5, 100 / marks)), 2)

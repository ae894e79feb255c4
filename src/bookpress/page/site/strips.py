"""The bar of choices of a chapter: a control a choice and, where states were explored, the strips of its values."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bookpress.book import number_formats as numbers
from bookpress.book.parameters import as_text
from bookpress.book.results import Result

MANY = 50
"""Times that the largest end is the smallest from which on the scale of the strips is logarithmic."""
Place = Callable[[float], float]


def load_states(srcdir: Path, slug: str) -> dict[str, Any]:
    """Return what is known of the states of a chapter; empty where none were explored."""
    path = srcdir / "states" / f"{slug}.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def controls(rows: list[dict[str, Any]], states: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the choices as they are offered, the two ends of a range together; first those that can be tried.

    Examples
    --------
    >>> ends = {"early_first": 2010, "early_last": 2014}
    >>> rows = [{"name": name, "label": "", "words": str(year), "value": year, "default": year, "help": "", "unit": ""}
    ...         for name, year in ends.items()]
    >>> [(one["label"], one["words"], one["changed"]) for one in controls(rows, {})]
    [('Early', '2010–2014', False)]
    """
    known, made, place = {row["name"]: row for row in rows}, [], scale(states)
    for name, row in known.items():
        stem, _, end = name.rpartition("_")
        partner = known.get(f"{stem}_last") if end == "first" else None
        if end == "last" and f"{stem}_first" in known:
            continue
        parts = [part for part in (row, partner) if part]
        settings = [
            {**part, "default_text": as_text(part["default"]), "strips": strips(states, part["name"], place)}
            for part in parts
        ]
        made.append(
            {
                "label": stem.replace("_", " ").capitalize() if partner else row["label"],
                "words": "–".join(dict.fromkeys(part["words"] for part in parts)),
                "changed": any(part["value"] != part["default"] for part in parts),
                "settings": settings,
            }
        )
    return sorted(made, key=lambda control: not any(one["strips"] for one in control["settings"]))


def scale(states: Mapping[str, Any]) -> Place:
    """Return where on a line from 0 to 100 a result stands: one line for all choices of the chapter."""
    found = [one["result"] for values in states.get("choices", {}).values() for one in values]
    ends = [end for result in found for end in result if end is not None]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    low = min(low, 0.0) if states.get("unit") == "share" else low
    bend: Callable[[float], float] = math.log if low > 0 and high / low >= MANY else float
    start, width = bend(low), (bend(high) - bend(low)) or 1.0
    return lambda end: round(1 + 98 * (bend(end) - start) / width, 2)


def strips(states: Mapping[str, Any], name: str, place: Place) -> list[dict[str, Any]]:
    """Return what each explored value of a parameter makes of the headline."""
    made = []
    for one in states.get("choices", {}).get(name, ()):
        value, low, high = one["result"]
        result = Result(value=value, low=low, high=high, unit=states["unit"])
        bounded = value is not None and low is not None and high is not None
        made.append(
            {
                "value": as_text(one["value"]),
                "words": one["words"],
                "is_usual": one["value"] == states["usual"][name],
                "text": numbers.ranged(result),
                "fallen": one["fallen"],
                "point": None if value is None else place(value),
                "range": (place(low), max(round(place(high) - place(low), 2), 0.6)) if bounded else None,
            }
        )
    return made

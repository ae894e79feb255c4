"""The specification of a chart at each width: phone, column, large screen."""

from __future__ import annotations

import copy
import textwrap
from collections.abc import Iterator
from typing import Any, Literal

WIDTHS = {"narrow": 335, "page": 960, "wide": 672}
"""Widths of charts in pixels, for phones, for large screens, and for the text column."""
PHONE_COLUMNS = 2
"""How many small charts fit side by side on a phone."""
TITLE_SIGNS = 42
"""The characters of an axis title that fit on one line on a phone."""
FONT = "Arial, Liberation Sans, Helvetica, sans-serif"
"""vl-convert measures text with Liberation Sans, so browsers need a font of the same widths."""
COMPOSITIONS = ("vconcat", "hconcat", "concat")
"""The keys of Vega-Lite for several charts that form one."""

Size = Literal["narrow", "page", "wide"]


def fitted(spec: dict[str, Any], size: Size) -> dict[str, Any]:
    """Return a specification for one of the widths, with a transparent background."""
    result: dict[str, Any] = {}
    for key, part in spec.items():
        is_data = key in {"data", "datasets"}
        result[key] = part if is_data else copy.deepcopy(part)
    if size == "narrow":
        _shrink(result, WIDTHS["narrow"])
        _suit_phone(result)
    parts = [result]
    for composition in COMPOSITIONS:
        parts += result.get(composition, [])
    for part in parts:
        if part.get("width") == "container":
            part["width"] = WIDTHS[size]
            part["autosize"] = {"type": "fit-x", "contains": "padding"}
        elif size == "page":
            times = WIDTHS["page"] / WIDTHS["wide"]
            _stretch(part, times)
    result["background"] = "transparent"
    config = result.setdefault("config", {})
    config.setdefault("font", FONT)
    return result


def _suit_phone(spec: dict[str, Any]) -> None:
    """Fit legends, labels and axis titles to a narrow column, in place."""
    encodings = list(_encodings(spec))
    row_types = {encoding.get("y", {}).get("type") for encoding in encodings}
    named_rows = not row_types.isdisjoint({"nominal", "ordinal"})
    config = spec.setdefault("config", {})
    # beside named rows there is room for one column of a legend,
    # and titles end where the plot ends
    spec.setdefault("padding", {"left": 5, "top": 5, "right": 12, "bottom": 5})
    columns = 1 if named_rows else 2
    config["legend"] = {**config.get("legend", {}), "columns": columns}
    if named_rows:
        config["axisX"] = {**config.get("axisX", {}), "titleAnchor": "end"}
        config["axisY"] = {**config.get("axisY", {}), "labelFontSize": 11}
    for encoding in encodings:
        across = encoding.get("x", {})
        title = across.get("title")
        if isinstance(title, str):
            across["title"] = textwrap.wrap(title, TITLE_SIGNS) or None


def _encodings(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        encoding = part.get("encoding")
        if isinstance(encoding, dict):
            yield encoding
        for key in ("layer", *COMPOSITIONS, "spec"):
            inner_parts = part.get(key)
            yield from _encodings(inner_parts)
    elif isinstance(part, list):
        for inner in part:
            yield from _encodings(inner)


def _shrink(part: dict[str, Any], room: int) -> None:
    """Reduce the fixed widths of a composed chart to the available room, in place."""
    if "hconcat" in part:  # on a phone, stack what does not fit side by side
        part["vconcat"] = part.pop("hconcat")
    for inner in (*part.get("vconcat", []), *part.get("concat", [])):
        _shrink(inner, room)
    if isinstance(part.get("spec"), dict):
        columns = part.get("columns", 1)
        if columns > PHONE_COLUMNS:
            columns = PHONE_COLUMNS
            part["columns"] = columns
        room_of_each = room if columns == 1 else room // columns + 40
        _shrink(part["spec"], room_of_each)
    width = part.get("width")
    if isinstance(width, int | float):
        part["width"] = min(width, room - 90)


def _stretch(part: dict[str, Any], times: float) -> None:
    """Increase the fixed widths of a composed chart, in place."""
    for inner in (part, part.get("spec")):
        if not isinstance(inner, dict):
            continue
        width = inner.get("width")
        if isinstance(width, int | float):
            inner["width"] = round(width * times)

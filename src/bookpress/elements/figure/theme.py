"""The look of charts, and what replaces one with nothing to show."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import altair as alt
import pandas as pd

from bookpress.elements.base.chart_widths import FONT

INK = "currentColor"
"""The colour of text and of marks without a group: that of the page's text."""
PAPER = "Canvas"
"""The colour of the page, for lines between marks that touch."""
QUIET = "#808080"
"""The colour of marks in the background: reference lines, whiskers of a comparison."""
ACCENT = "#2f8f6b"
"""The colour of the only series in a chart without groups."""
GRID = "rgba(128,128,128,0.22)"
LINE = "rgba(128,128,128,0.75)"
HEIGHT = 300
"""The height of a single chart, in pixels; its width is that of the column."""

_TEXT = {
    "labelColor": INK,
    "titleColor": INK,
    "labelFontSize": 12,
    "titleFontSize": 12,
    "titleFontWeight": "normal",
}

_AXIS = {
    **_TEXT,
    "gridColor": GRID,
    "domainColor": LINE,
    "tickColor": LINE,
    "labelOverlap": True,
    "titlePadding": 8,
}
_VERTICAL_AXIS = {
    "domain": False,
    "ticks": False,
    "titleAngle": 0,
    "titleAlign": "left",
    "titleX": -4,
    "titleY": -14,
}
"""Its title is horizontal, above the axis, where it is read first."""
_LEGEND = {
    **_TEXT,
    "orient": "top",
    "direction": "horizontal",
    "title": None,
    "symbolStrokeWidth": 2,
}
_TITLE = {
    "color": INK,
    "subtitleColor": INK,
    "fontSize": 13,
    "fontWeight": "normal",
    "anchor": "start",
}

CONFIG: dict[str, Any] = {
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": _AXIS,
    "axisX": {"grid": False},
    "axisY": _VERTICAL_AXIS,
    "legend": _LEGEND,
    "header": {**_TEXT, "labelFontSize": 12, "title": None},
    "title": _TITLE,
    "text": {"color": INK, "fontSize": 12},
    "rule": {"color": LINE},
    "line": {"strokeWidth": 2.25, "color": ACCENT},
    "point": {"filled": True, "size": 50, "opacity": 1, "color": ACCENT},
    "bar": {"color": ACCENT},
    "errorband": {"opacity": 0.18},
}
"""The configuration of Vega-Lite, added to every specification."""

NOTHING = "There are no data for this choice of parameters."
"""The text in place of a chart, or of the rows of a table."""

NOTHING_TEXTS = {
    "title": "Nothing to show for this choice of parameters",
    "alt": NOTHING,
    "description": f"{NOTHING} The figure would show what other choices leave.",
    "caption": "",
}
"""The texts of a figure without data, since those of the chapter describe data."""

P = ParamSpec("P")
Draw = Callable[Concatenate[pd.DataFrame, P], alt.TopLevelMixin]


def empty_chart() -> alt.LayerChart:
    """Return the sentence `NOTHING` as a chart, as wide as the column."""
    data = pd.DataFrame({"text": [NOTHING]})
    sentence = alt.Chart(data).mark_text(align="left", x=0, color=INK)
    chart = alt.LayerChart(layer=[sentence.encode(text="text:N")])
    chart.width = "container"
    chart.height = 60
    return chart


def needs(*columns: str) -> Callable[[Draw[P]], Draw[P]]:
    """Decorate a function that draws a table and needs some columns.

    If no row has all of them, the chart says that there is nothing.

    Examples
    --------
    >>> @needs("share")
    ... def draw(shares):
    ...     return alt.Chart(shares).mark_point()
    >>> draw(pd.DataFrame({"share": [None]})).to_dict() == empty_chart().to_dict()
    True
    """

    def guarded(draw: Draw[P]) -> Draw[P]:
        @wraps(draw)
        def drawn(data: pd.DataFrame, /, *args: P.args, **kwargs: P.kwargs) -> alt.TopLevelMixin:
            complete = data.dropna(subset=list(columns))
            if complete.empty:
                return empty_chart()
            return draw(data, *args, **kwargs)

        return drawn

    return guarded

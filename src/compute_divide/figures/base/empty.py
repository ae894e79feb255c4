"""What a figure shows when a choice of parameters leaves it nothing to show: a plain sentence, and no claim.

Every parameter may take any value that it allows, so that a figure may be asked about years, vintages or venues of
which there are no data. Chart functions are marked with `needs`; `bookpress.page.figures.show` writes the texts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import altair as alt
import pandas as pd

from compute_divide.figures.base.palette import INK

NOTHING = "There are no data for this choice of parameters."
"""What stands in place of a chart."""

NOTHING_TEXTS = {
    "title": "Nothing to show for this choice of parameters",
    "alt": NOTHING,
    "description": f"{NOTHING} The figure would show what other choices leave.",
    "caption": "",
}
"""Texts of a figure without data; those of the chapter speak of data."""

_HEIGHT = 60

P = ParamSpec("P")
Draw = Callable[Concatenate[pd.DataFrame, P], alt.TopLevelMixin]
"""A function that draws a table."""


def nothing_chart() -> alt.LayerChart:
    """Return the sentence as a chart, as wide as the column.

    Examples
    --------
    >>> nothing_chart().to_dict()["width"]
    'container'
    """
    said = alt.Chart(pd.DataFrame({"text": [NOTHING]})).mark_text(align="left", x=0, color=INK).encode(text="text:N")
    chart = alt.LayerChart(layer=[said])
    chart.width, chart.height = "container", _HEIGHT
    return chart


def nothing_data() -> pd.DataFrame:
    """Return the table behind a figure without data: a reader who asks for it is told the same.

    Examples
    --------
    >>> nothing_data()["note"].tolist()
    ['There are no data for this choice of parameters.']
    """
    return pd.DataFrame({"note": [NOTHING]})


def needs(*columns: str) -> Callable[[Draw[P]], Draw[P]]:
    """Let a function that draws a table say that there is nothing where no row has all of these columns.

    Parameters
    ----------
    columns : str
        Columns of its first argument whose values it draws; without any, rows are enough.

    Examples
    --------
    >>> @needs("share")
    ... def draw(shares):
    ...     return alt.Chart(shares).mark_point()
    >>> nothing = draw(pd.DataFrame({"share": [None]}))
    >>> nothing.to_dict() == nothing_chart().to_dict()
    True
    """

    def marked(draw: Draw[P]) -> Draw[P]:
        @wraps(draw)
        def drawn(data: pd.DataFrame, /, *args: P.args, **kwargs: P.kwargs) -> alt.TopLevelMixin:
            if data.empty or data.dropna(subset=list(columns)).empty:
                return nothing_chart()
            return draw(data, *args, **kwargs)

        return drawn

    return marked

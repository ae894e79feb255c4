"""Colours and row names of the charts of access to models."""

from __future__ import annotations

import json
from collections.abc import Sequence

import altair as alt

from bookpress.elements.figure.theme import ACCENT

OPEN = "open weights"
HOSTED = "through a service only"
ACCESS_SERIES = {OPEN: ACCENT, HOSTED: "#c07d1b"}
"""Colour of the models that can be downloaded and of those that cannot."""


def row_names(names: Sequence[str], middle: float) -> alt.Axis:
    """Return an axis with a name in the middle of each row, the first on top."""
    label = f"split({json.dumps(names[::-1])}[floor(datum.value)], '|')"
    places = [place + middle for place in range(len(names))]
    axis = alt.Axis(values=places, labelExpr=label, grid=False, tickCount=99)
    axis.labelOverlap = False
    return axis


def years_above() -> alt.X:
    """Return an axis of single years above the rows, with two digits where the page is narrow."""
    label = "width < 400 ? '’' + slice(datum.label, 2) : datum.label"
    axis = alt.Axis(labelAngle=0, labelExpr=label, orient="top", domain=False)
    return alt.X("year:O", title=None, axis=axis)

"""Charts of the chapter on scrutiny: evaluators, transparency."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.theme import ACCENT, LINE, QUIET, needs
from compute_divide.analysis.statistics.estimates import year_spans  # noqa: F401 - for scrutiny
from compute_divide.plot.base.access import (  # noqa: F401 - for open-models
    ACCESS_SERIES,
    HOSTED,
    OPEN,
)
from compute_divide.plot.base.marks import framed, row_axis, tips

SCRUTINY, REST = "scrutiny", "other papers"
SCRUTINY_SERIES = {SCRUTINY: ACCENT, REST: QUIET}


@needs("engagements")
def kind_tiles(counts: pd.DataFrame, kinds: Sequence[str]) -> alt.LayerChart:
    """Return how many engagements of each kind of evaluator each company names: a tile and its number each."""
    rows = counts[["company", "kind", "engagements"]]
    lines = {
        "labelExpr": "split(datum.label, ' ')",
        "labelBaseline": "bottom",
        "labelPadding": 16,
        "labelFontSize": 11,
    }
    x = alt.X(
        "company:N", title=None, sort=None, axis=row_axis(orient="top", labelAngle=0, **lines)
    )
    y = alt.Y("kind:N", title=None, sort=list(kinds), axis=row_axis())
    tip = tips("company:N|Company", "kind:N|Evaluators", "engagements:Q|Engagements named")
    # Opacity, not colour, so that the tiles suit light and dark pages; a tile of none is an empty frame.
    scale = alt.Scale(domain=[0, float(rows["engagements"].max())], range=[0, 0.85])
    depth = alt.Opacity("engagements:Q", scale=scale, legend=None)
    base = alt.Chart(rows).encode(x=x, y=y)
    frame = base.mark_rect(fillOpacity=0, stroke=LINE, strokeWidth=0.5)
    tile = base.mark_rect(color=ACCENT).encode(opacity=depth, tooltip=tip)
    return framed(
        tile, frame, base.mark_text().encode(text=alt.Text("engagements:Q")), height=38 * len(kinds)
    )


@needs("before")
def before_after(scores: pd.DataFrame, before: str, after: str, title: str) -> alt.LayerChart:
    """Return two scores of each developer on a line, an empty dot for the earlier and a full one for the later."""
    rows = scores[["developer", "before", "after"]]
    scale = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y("developer:N", title=None, sort=None, axis=row_axis())
    axis = alt.Axis(format="%", tickCount=5, grid=True)
    base = alt.Chart(rows).encode(y=y)
    at = {
        name: alt.X(f"{name}:Q", title=title, scale=scale, axis=axis)
        for name in ("before", "after")
    }
    tip = tips("developer:N|Developer", f"before:Q|{before}|.0%", f"after:Q|{after}|.0%")
    named = [
        alt.Chart(rows.head(1)).mark_text(dy=-13, fontSize=11, text=text).encode(y=y, x=at[name])
        for name, text in (("before", before), ("after", after))
    ]
    return framed(
        base.mark_rule(strokeWidth=2, color=ACCENT).encode(x=at["before"], x2=alt.X2("after:Q")),
        base.mark_point(size=70, filled=False, strokeWidth=2).encode(x=at["before"], tooltip=tip),
        base.mark_point(size=70).encode(x=at["after"], tooltip=tip),
        *named,
        height=34 * len(rows),
    )

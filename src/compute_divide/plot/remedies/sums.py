"""The figure of the chapter on remedies: what sums of money buy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import ACCENT, INK, needs
from compute_divide.plot.base.axes import along
from compute_divide.plot.base.entries import check_entries
from compute_divide.plot.base.headed_rows import (
    headed_rows,
    headings_within,
    row_frame,
    with_headings,
)
from compute_divide.plot.base.marks import framed, tips
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import row_by_row, written
from holdtrue.estimates import Estimate

_ROW = 21
"""Height of a row in pixels."""
_ROOM = 1.8
"""The factor by which the axis exceeds the longest line, to make room for the numbers."""
_COLUMNS = {
    "measure": Column("What it buys"),
    "sum": Column("Sum"),
    "value": Column("Middle case", "number"),
    "low": Column("Cautious case", "number"),
    "high": Column("Favourable case", "number"),
}


def sum_bars(bought: Mapping[str, Mapping[str, Estimate]]) -> Figure:
    """Return what each sum buys by several measures, one bar per sum.

    Parameters
    ----------
    bought : mapping of str to mapping of str to Estimate
        What each sum buys, by the measure and the sum in words; the range is from the cautious to
        the favourable case.

    Returns
    -------
    Figure
        Below the heading of each measure one bar per sum, on its own scale, which begins at zero.

    Examples
    --------
    >>> import compute_divide as cd
    >>> ten = cd.Estimate(3.4, 2, 11, unit="count", label="runs")
    >>> hundred = cd.Estimate(34, 20, 110, unit="count", label="runs")
    >>> figure = cd.plot.sum_bars({"Runs of Olmo 3": {"$10 million": ten, "$100 million": hundred}})
    >>> figure.description
    'Runs of Olmo 3, $10 million: 3.4 (2 to 11); Runs of Olmo 3, $100 million: 34 (20 to 110).'
    """
    check_entries("sum_bars: bought", bought)
    rows = pd.DataFrame(
        {
            "measure": measure,
            "sum": name,
            "value": estimate.value,
            "low": estimate.low,
            "high": estimate.high,
            "text": written(replace(estimate, unit="count"), "ranged"),
        }
        for measure, by_sum in bought.items()
        for name, estimate in by_sum.items()
    )
    words = row_by_row("{}, {}: {}", rows["measure"], rows["sum"], rows["text"], joint="; ")
    chart = _bars(rows)
    data = rows[list(_COLUMNS)]
    recorded = credit("audit/instruments.csv")
    source = f"{recorded}; costs that the works cited report; assumptions of the chapter"
    return figure(chart, data, description=f"{words}.", source=source, columns=_COLUMNS)


@needs("value")
def _bars(rows: pd.DataFrame) -> alt.LayerChart:
    longest = rows.groupby("measure")["high"].transform("max")
    parts = {f"{column}_part": rows[column] / longest for column in ("value", "low", "high")}
    shown = with_headings(rows.assign(**parts), "measure", "sum", spaced=True)
    y = headed_rows(shown, named=False)
    scale = alt.Scale(domain=[0, _ROOM], nice=False)
    x = alt.X("value_part:Q", title=None, axis=None, scale=scale)
    base = alt.Chart(shown).transform_filter("isValid(datum.value)").encode(y=y)
    tooltip = tips("measure:N|What it buys", "sum:N|Sum", "text:N|Middle and range")
    bars = base.mark_bar(size=11, color=ACCENT, opacity=0.6).encode(x=x, tooltip=tooltip)
    lines = base.mark_rule(strokeWidth=1.75, color=ACCENT)
    lines = lines.encode(x=along(x, "low_part"), x2=alt.X2("high_part:Q"))
    texts = base.mark_text(align="left", dx=7, fontSize=11, color=INK)
    texts = texts.encode(x=along(x, "high_part"), text=alt.Text("text:N"))
    headings = headings_within(shown, y)
    frame = row_frame(shown, y)
    return framed(frame, headings, bars, lines, texts, height=_ROW * len(shown))

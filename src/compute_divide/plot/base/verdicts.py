"""Claims beside our estimates: what the paper's claims and the ledger share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from bookpress.page.figures.show import Figure
from bookpress.page.figures.theme import ACCENT, INK
from compute_divide.analysis.claims.verdicts import VERDICTS, Check
from compute_divide.plot.base.marks import series_dots
from compute_divide.plot.base.show import Column, figure
from compute_divide.plot.base.wording import describe_groups

SIGNS = ("✓", "✗", "~", "–")
MARKS = {verdict: f"{sign} {verdict}" for verdict, sign in zip(VERDICTS, SIGNS, strict=True)}
"""How a verdict is written in a table."""
READINGS = {"then": "data of its time", "now": "now", "beside": "largest runs, now"}
"""Which estimates of a check stand beside the claimed value, and how a chart calls them."""


def readings_figure(
    checks: Sequence[Check], names: Mapping[str, str], whose: str, *, heading: str, source: str
) -> Figure:
    """Return claims about shares beside our estimates.

    Parameters
    ----------
    checks : sequence of Check
        The claims.
    names : mapping of str to str
        How a chart calls each claim, by its id.
    whose : str
        Who claims them, as the legend says it; these are drawn in the colour of text, and ours in
        that of the book.
    heading : str
        What the table of the data calls a claim.
    source : str
        Whose data these are, from `credit`.

    Returns
    -------
    Figure
        A row a claim, with a dot for the claim and one with its interval for each estimate that has
        a value; it says so where there is nothing to show.
    """
    readings = _share_readings(checks, names, whose)
    chart = _reading_dots(readings, whose)
    description = describe_groups(readings, "claim", "whose")
    columns = {"claim": Column(heading), "whose": Column("Whose")}
    return figure(chart, readings, description=description, source=source, columns=columns)


def _share_readings(checks: Sequence[Check], names: Mapping[str, str], whose: str) -> pd.DataFrame:
    """Return a row a claim and a row an estimate; estimates without a value are left out."""
    rows = []
    for check in checks:
        name = names[check.claim]
        rows.append({"claim": name, "whose": whose, "share": check.value})
        for field, reading in READINGS.items():
            estimate = getattr(check, field)
            if estimate is not None and estimate.value is not None:
                rows.append({"claim": name, "whose": reading, **estimate.row()})
    return pd.DataFrame(rows, columns=["claim", "whose", "share", "low", "high", "k", "n"])


def _reading_dots(readings: pd.DataFrame, whose: str) -> alt.TopLevelMixin:
    shown = set(readings["whose"])
    colours = {whose: INK, **dict.fromkeys(READINGS.values(), ACCENT)}
    colours = {name: colour for name, colour in colours.items() if name in shown}
    return series_dots(readings, "claim", "whose", colours, "Share")

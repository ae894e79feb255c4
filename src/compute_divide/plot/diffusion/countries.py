"""The figures on the countries of companies that share models."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import ACCENT, GRID, INK, QUIET, needs
from compute_divide.estimates.models.countries import opened_by_year
from compute_divide.plot.base.access import row_names, years_above
from compute_divide.plot.base.entries import check_entries
from compute_divide.plot.base.marks import FEW, framed, share_tips
from compute_divide.plot.base.show import Column, figure, models_credit
from compute_divide.plot.base.wording import describe_groups

_BASE_LINE = 0.25
"""The base of the bars in a row; the counts are below it."""
_FULL_BAR = 0.65
"""The height of the bar of a share of one, in rows."""
_ENOUGH = f"datum.n >= {FEW}"
"""Whether a bar has enough models for an interval."""

_COUNTRY_COLUMNS = {
    "group": Column("Makers"),
    "k": Column("Open weights", "number"),
    "n": Column("Access known", "number"),
    "unknown": Column("Access not known", "number"),
}


def country_bars(companies: Mapping[str, pd.DataFrame], vintage: str) -> Figure:
    """Return how many models companies opened, one row per group of countries and one bar per year.

    Parameters
    ----------
    companies : mapping of str to pandas.DataFrame
        Models of companies with ``year`` and ``weights``, from `with_access`, by the name of the
        group; a bar in the name breaks its line.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        Bars with intervals, and counts below them; years with few models are pale and have none.
        The data count ``k`` open models of ``n`` whose access is known, and those ``unknown``.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.with_access(cd.in_years(cd.data.models("2026-08"), (2023, 2025)))
    >>> google = models[models["organisations"] == "Google DeepMind"]
    >>> figure = cd.plot.country_bars({"Google|DeepMind": google}, "2026-08")
    >>> figure.data[["year", "k", "n", "unknown"]].values.tolist()
    [[2023, 3, 12, 0], [2024, 1, 7, 0], [2025, 0, 11, 0]]
    """
    check_entries("country_bars: companies", companies)
    shares = opened_by_year(companies)
    description = describe_groups(shares, "group", "year")
    source = models_credit(vintage)
    chart = _country_bars(shares)
    return figure(chart, shares, description=description, source=source, columns=_COUNTRY_COLUMNS)


@needs("share")
def _country_bars(shares: pd.DataFrame) -> alt.LayerChart:
    names = list(dict.fromkeys(shares["group"]))
    placed = _placed(shares, names)
    placed["makers"] = placed["group"].str.replace("|", " ")
    base = alt.Chart(placed).encode(x=years_above())
    tooltip = share_tips("makers:N|Makers", "year:O|Year")
    foot = _height("foot", names)
    bars = base.mark_bar(color=ACCENT)
    bars = bars.encode(y=foot, y2=alt.Y2("top:Q"), tooltip=tooltip)
    bars = bars.encode(opacity=alt.condition(_ENOUGH, alt.value(0.85), alt.value(0.3)))
    rules = base.transform_filter(_ENOUGH).mark_rule(strokeWidth=1.5, color=INK)
    rules = rules.encode(y=_height("low_at", names), y2=alt.Y2("high_at:Q"))
    size = alt.expr("width < 400 ? 9 : 11")
    counts = base.mark_text(fontSize=size, baseline="top", dy=4, color=INK)
    counts = counts.encode(y=foot, text=alt.Text("counts:N"))
    return framed(_levels(names), bars, rules, counts, height=130 * len(names))


def _height(field: str, names: list[str]) -> alt.Y:
    """Return an axis of rows, each a unit high, with the names of the groups."""
    axis = row_names(names, _BASE_LINE + _FULL_BAR / 2)
    scale = alt.Scale(domain=[0, len(names)], nice=False)
    return alt.Y(f"{field}:Q", title=None, axis=axis, scale=scale)


def _placed(shares: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return shares with the places of their bars and intervals, the first group on top."""
    foot = len(names) - 1 - shares["group"].map(names.index) + _BASE_LINE
    counts = shares["k"].astype("str") + "/" + shares["n"].astype("str")
    rows = shares.assign(foot=foot, counts=counts)
    for end, place in (("share", "top"), ("low", "low_at"), ("high", "high_at")):
        rows[place] = foot + _FULL_BAR * shares[end]
    return rows


def _levels(names: list[str]) -> alt.LayerChart:
    """Return labelled faint lines at half and at all of each group."""
    levels = pd.DataFrame({"share": [0.5, 1.0], "level": ["50%", "100%"]})
    rows = levels.merge(pd.DataFrame({"place": range(len(names))}), how="cross")
    rows["at"] = rows["place"] + _BASE_LINE + _FULL_BAR * rows["share"]
    base = alt.Chart(rows).encode(y=_height("at", names))
    lines = base.mark_rule(color=GRID)
    texts = base.mark_text(align="left", dx=4, fontSize=10, color=QUIET)
    return alt.LayerChart(layer=[lines, texts.encode(x=alt.value("width"), text="level:N")])

"""Figures of the chapter on machines: all owners on one scale, and countries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import ACCENT, INK, needs
from compute_divide.estimates.chips.machines import H100E
from compute_divide.plot.base.headed_rows import headed_rows, row_frame, with_headings
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    framed,
    named_scale,
    series_dots,
    tips,
)
from compute_divide.plot.base.show import Column, credit, figure
from compute_divide.plot.base.wording import describe_groups, row_by_row
from holdtrue.estimates import Estimate

_INDUSTRY = TEAM_COLOURS["industry-only"]
_PUBLIC = TEAM_COLOURS["collaboration"]
_ACADEMIA = TEAM_COLOURS["academia-only"]
_WORTH = Column("H100 equivalents", "number")
_LOW = f"{H100E}_low"
_HIGH = f"{H100E}_high"

_GROUPS = {
    "Companies own": _INDUSTRY,
    "Laboratories use": _INDUSTRY,
    "Public machines": _PUBLIC,
    "US universities own": _ACADEMIA,
}
"""The headings in the figure of all owners, and the colours of the rows below them."""


_OWNER_COLUMNS = {
    "group": Column("Group"),
    "name": Column("Who"),
    H100E: _WORTH,
    _LOW: Column("5th percentile", "number"),
    _HIGH: Column("95th percentile", "number"),
}
_OWNER_SOURCES = (
    "compute/owners.csv",
    "compute/laboratories.csv",
    "hardware/clusters.csv",
    "audit/machines.csv",
    "compute/university_sizes.csv",
)
_SHARE_COLUMNS = {"country": Column("Country"), "what": Column("Of what")}

_KINDS = {
    "notable models": ACCENT,
    "machines of companies": _INDUSTRY,
    "public machines": _PUBLIC,
}
"""The things that countries have shares of, with the colours of their dots."""


def owners_scale(
    companies: pd.DataFrame,
    laboratories: pd.DataFrame,
    countries: pd.DataFrame,
    universities: Mapping[str, Estimate],
) -> Figure:
    """Return the holdings of companies, laboratories, countries and universities.

    They are on one logarithmic scale.

    Parameters
    ----------
    companies, laboratories, countries : pandas.DataFrame
        Owners with the columns ``name``, ``h100e`` and, if there is an interval, ``h100e_low`` and
        ``h100e_high``.
    universities : mapping of str to Estimate
        H100 equivalents of universities, by name.

    Returns
    -------
    Figure
        One row per owner, below the heading of its group.

    Examples
    --------
    >>> import compute_divide as cd
    >>> owners = cd.data.owners().rename(columns={"owner": "name"})
    >>> laboratories = cd.data.laboratories().rename(columns={"laboratory": "name"})
    >>> countries = pd.DataFrame({"name": ["Germany"], "h100e": [30_600]})
    >>> middle = {"the one in the middle": cd.number_of(10.1, "H100 equivalents")}
    >>> figure = cd.plot.owners_scale(owners[-1:], laboratories[:1], countries, middle)
    >>> figure.data["group"].tolist()
    ['Companies own', 'Laboratories use', 'Public machines', 'US universities own']
    """
    groups = [companies, laboratories, countries, _as_rows(universities)]
    parts = []
    for group, part in zip(_GROUPS, groups, strict=True):
        parts.append(part.assign(group=group))
    rows = pd.concat(parts)[["group", "name", H100E, _LOW, _HIGH]]
    values = row_by_row("{}: {:,.0f}", rows["name"], rows[H100E], joint="; ")
    source = credit(*_OWNER_SOURCES)
    chart = _scale(rows)
    return figure(chart, rows, description=f"{values}.", source=source, columns=_OWNER_COLUMNS)


def _as_rows(sizes: Mapping[str, Estimate]) -> pd.DataFrame:
    rows = []
    for name, size in sizes.items():
        row = {"name": name, H100E: size.value, _LOW: size.low, _HIGH: size.high}
        rows.append(row)
    return pd.DataFrame(rows)


def machine_countries(shares: pd.DataFrame, vintage: str) -> Figure:
    """Return where models are made and machines stand: shares of countries.

    Parameters
    ----------
    shares : pandas.DataFrame
        One row per ``country`` and ``what`` (``"notable models"``, ``"machines of companies"`` or
        ``"public machines"``): ``k`` of ``n``, ``share`` (0 to 1), ``low`` and ``high``; all but
        the share may be missing.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        One row per country, with three dots.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.wilson_share(5, 323, "notable models with a maker in Germany")
    >>> machines = cd.number_of(0.14, "public machines in Germany, share of H100s", "share")
    >>> rows = pd.DataFrame([models.row(), machines.row()])
    >>> rows = rows.assign(country="Germany", what=["notable models", "public machines"])
    >>> cd.plot.machine_countries(rows, "2026-08").description
    'notable models: Germany: 2%, interval 1% to 4%. public machines: Germany: 14%.'
    """
    chart = series_dots(shares, "country", "what", _KINDS, "Share of all")
    description = describe_groups(shares, "what", "country")
    source = credit(f"models/{vintage}.csv", "hardware/clusters.csv", "audit/machines.csv")
    return figure(chart, shares, description=description, source=source, columns=_SHARE_COLUMNS)


@needs()
def _scale(rows: pd.DataFrame) -> alt.LayerChart:
    """Return the holdings of owners, one row each under the heading of their ``group``."""
    shown = with_headings(rows.astype({_LOW: float, _HIGH: float}), "group", "name")
    shown["at"] = shown[_HIGH].fillna(shown[H100E])
    colours = {heading: _GROUPS[heading] for heading in rows["group"].unique()}
    y = headed_rows(shown)
    colour = alt.Color("group:N", scale=named_scale(colours), legend=None)
    sized = alt.Chart(shown).transform_filter(f"isValid(datum.{H100E})")
    base = sized.encode(y=y, color=colour)
    rule = base.transform_filter("isValid(datum.h100e_low)").mark_rule(strokeWidth=1.75)
    rule = rule.encode(x=h100e_axis(_LOW), x2=alt.X2(f"{_HIGH}:Q"))
    dots = base.mark_point(size=60)
    dots = dots.encode(x=h100e_axis(H100E), tooltip=_owner_tips())
    labels = base.mark_text(align="left", dx=8, fontSize=11)
    size = alt.Text(f"{H100E}:Q", format=".2s")
    labels = labels.encode(x=h100e_axis("at"), text=size, color=alt.ColorValue(INK))
    return framed(row_frame(shown, y), rule, dots, labels, height=21 * len(shown))


def _owner_tips() -> list[alt.Tooltip]:
    return tips(
        "name:N|Who",
        f"{H100E}:Q|H100 equivalents|,.0f",
        f"{_LOW}:Q|5th percentile|,.0f",
        f"{_HIGH}:Q|95th percentile|,.0f",
    )


def h100e_axis(
    field: str, channel: type[alt.X | alt.Y] = alt.X, low: float = 4, high: float = 1e8
) -> Any:
    """Return a logarithmic axis of H100 equivalents, with room for the text beside a mark."""
    title = "H100 equivalents, logarithmic"
    powers = [10.0**power for power in range(1, 8)]
    axis = alt.Axis(format="~s", values=powers, grid=True)
    scale = alt.Scale(type="log", nice=False, domain=[low, high])
    return channel(f"{field}:Q", title=title, axis=axis, scale=scale)

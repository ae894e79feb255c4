"""The figures and the table of the chapter on machines: all owners on one scale, the largest machines, the TOP500."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.show import Figure, Table
from bookpress.page.figures.theme import ACCENT, INK, needs
from compute_divide.analysis.chips.machines import H100E, NAMES, top500_share
from compute_divide.analysis.statistics.trends import fractional_years
from compute_divide.plot.base.marks import (
    TEAM_COLOURS,
    end_labels,
    framed,
    row_axis,
    series_dots,
    share_axis,
    tips,
    year_axis,
)
from compute_divide.plot.base.show import Column, credit, figure, table
from compute_divide.plot.base.wording import describe_intervals, describe_series

_INDUSTRY, _PUBLIC, _ACADEMIA = (
    TEAM_COLOURS[team] for team in ("industry-only", "collaboration", "academia-only")
)
_WORTH = Column("H100 equivalents", "number")

_GROUPS = {
    "Companies own": _INDUSTRY,
    "Laboratories use": _INDUSTRY,
    "Public machines": _PUBLIC,
    "US universities own": _ACADEMIA,
}
"""The headings of the figure of all owners, and the colours of what stands below them."""

_SEGMENTS = {
    "national centres": (_PUBLIC, ["research", "government"]),
    "universities": (_ACADEMIA, ["academic"]),
    "companies": (_INDUSTRY, ["industry", "vendor"]),
}
"""Groups of segments of the TOP500, with their colours."""

_SIDES = {"Leonardo": "below", "Isambard-AI": "below", "JUPITER": "left"}
_SIDES |= dict.fromkeys(("LUMI", "MareNostrum 5", "ABCI 3.0"), "above")
_PLACES: dict[str, dict[str, Any]] = {
    "right": {"align": "left", "dx": 7},
    "left": {"align": "right", "dx": -7},
    "above": {"align": "center", "dy": -13},
    "below": {"align": "center", "dy": 14},
}
"""Where the name of a point stands: to the right, unless it would cover another name or leave the picture."""


def owners_scale(
    companies: pd.DataFrame,
    laboratories: pd.DataFrame,
    countries: pd.DataFrame,
    universities: Mapping[str, Estimate],
) -> Figure:
    """Return what companies, laboratories, countries and universities have, on one logarithmic scale.

    Parameters
    ----------
    companies, laboratories, countries : pandas.DataFrame
        Owners with the columns ``name``, ``h100e`` and, where there is an interval, ``h100e_low`` and ``h100e_high``.
    universities : mapping of str to Estimate
        H100 equivalents of universities, by what they are called.

    Returns
    -------
    Figure
        A row an owner, below the heading of its group.
    """
    own = [
        {"name": name, H100E: one.value, f"{H100E}_low": one.low, f"{H100E}_high": one.high}
        for name, one in universities.items()
    ]
    parts = [companies, laboratories, countries, pd.DataFrame(own)]
    grouped = pd.concat(
        [part.assign(group=group) for group, part in zip(_GROUPS, parts, strict=True)]
    )
    rows = grouped[["group", "name", H100E, f"{H100E}_low", f"{H100E}_high"]]
    told = (f"{row.name}: {row.h100e:,.0f}" for row in rows.itertuples(index=False))
    ends = {f"{H100E}_low": "5th percentile", f"{H100E}_high": "95th percentile"}
    return figure(
        _scale(rows),
        rows,
        description="; ".join(told) + ".",
        source=credit(
            "compute/owners.csv",
            "compute/laboratories.csv",
            "hardware/clusters.csv",
            "compute/university_sizes.csv",
        ),
        columns={
            "group": Column("Group"),
            "name": Column("Who"),
            H100E: _WORTH,
            **{name: Column(label, "number") for name, label in ends.items()},
        },
    )


def public_countries(countries: pd.DataFrame) -> Table:
    """Return the public machines of countries, and their share of the TOP500.

    Parameters
    ----------
    countries : pandas.DataFrame
        A row a country: ``country``, ``n`` (machines), ``h100e``, ``largest`` (the name of the largest), ``size`` (its
        H100 equivalents) and ``of_list`` (the share of the speed of all public machines in the TOP500).

    Returns
    -------
    Table
        The same with headings.
    """
    columns = {
        "country": Column("Country"),
        "n": Column("Machines", "number"),
        H100E: _WORTH,
        "largest": Column("Largest"),
        "size": Column("Its H100 equivalents", "number"),
        "of_list": Column("Share of TOP500", "share"),
    }
    return table(countries[list(columns)], columns)


def largest_machines(private: pd.DataFrame, public: pd.DataFrame) -> Figure:
    """Return the largest private machine over time, and the largest public ones of countries.

    Parameters
    ----------
    private : pandas.DataFrame
        Machines of companies: ``machine``, ``operational`` (the first day) and ``h100e``.
    public : pandas.DataFrame
        Public machines, one a country, with ``country`` too.

    Returns
    -------
    Figure
        A line of steps for the private record since 2021, and a named point for each public machine.
    """
    steps = _records(private)
    points = public[["machine", "country", "operational", H100E]]
    record = "; ".join(
        f"{row.machine} {row.operational:%Y-%m}, {row.h100e:,.0f}" for row in steps.itertuples()
    )
    others = "; ".join(
        f"{row.machine}, {row.country}, {row.operational:%Y-%m}, {row.h100e:,.0f}"
        for row in points.itertuples()
    )
    return figure(
        _frontier(steps, points),
        points,
        description=f"Private record: {record}. Public: {others}.",
        source=credit("hardware/clusters.csv"),
        columns={
            "machine": Column("Machine"),
            "country": Column("Country"),
            "operational": Column("First day", "date"),
            H100E: _WORTH,
        },
    )


def machine_countries(shares: pd.DataFrame, vintage: str) -> Figure:
    """Return where models are made and machines stand: shares of countries.

    Parameters
    ----------
    shares : pandas.DataFrame
        ``country``, ``what`` (``"notable models"``, ``"machines of companies"`` or ``"public machines"``) and the cells
        of the share.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        A row a country, with three dots.
    """
    colours = {
        "notable models": ACCENT,
        "machines of companies": _INDUSTRY,
        "public machines": _PUBLIC,
    }
    return figure(
        series_dots(shares, "country", "what", colours, "Share of all"),
        shares,
        description=describe_intervals(shares, "country", "share"),
        source=credit(f"models/{vintage}.csv", "hardware/clusters.csv"),
        columns={"country": Column("Country"), "what": Column("Of what")},
    )


def top500_lines(lists: pd.DataFrame) -> Figure:
    """Return the share of universities, national centres and companies in the speed of each list of the TOP500.

    Parameters
    ----------
    lists : pandas.DataFrame
        The lists, from `load_top500`.

    Returns
    -------
    Figure
        A line each, its interval as a band.
    """
    dated = lists.assign(when=lists["list"].dt.year + (lists["list"].dt.month - 1) / 12)
    shares = pd.DataFrame(
        {"when": when, "group": name, **top500_share(own, segments, name).row()}
        for when, own in dated.groupby("when")
        for name, (_, segments) in _SEGMENTS.items()
    )
    months = f"{lists['list'].min():%B %Y} to {lists['list'].max():%B %Y}"
    years = shares.rename(columns={"when": "year"})
    return figure(
        _list_lines(shares),
        shares[["when", "group", "k", "n", "share", "low", "high"]],
        description=describe_series(years, "year", "share", by="group"),
        source=f"TOP500.org, as split in AcademicSystemsTOP500 (lists of {months})",
        columns={"when": Column("List", "number"), "group": Column("Who")},
    )


@needs()
def _scale(rows: pd.DataFrame) -> alt.LayerChart:
    """Return what holders have, a row each under the heading of their ``group``."""
    headings = list(dict.fromkeys(rows["group"]))
    parts = [
        part
        for heading in headings
        for part in (pd.DataFrame({"name": [heading]}), rows[rows["group"] == heading])
    ]
    shown = pd.concat(parts, ignore_index=True).astype({"h100e_low": float, "h100e_high": float})
    shown["at"] = shown["h100e_high"].fillna(shown[H100E])
    heavy: Any = {
        "condition": {"test": f"indexof({headings}, datum.value) >= 0", "value": "bold"},
        "value": "normal",
    }
    axis = row_axis(
        labelFontWeight=heavy, labelLimit=220, labelExpr="datum.label", labelBaseline="middle"
    )
    y = alt.Y("name:N", sort=list(shown["name"]), title=None, axis=axis)
    colours = [_GROUPS[heading] for heading in headings]
    colour = alt.Color("group:N", scale=alt.Scale(domain=headings, range=colours), legend=None)
    base = alt.Chart(shown).transform_filter(f"isValid(datum.{H100E})").encode(y=y, color=colour)
    frame = alt.Chart(shown).mark_point(opacity=0, size=0).encode(y=y)
    rule = base.transform_filter("isValid(datum.h100e_low)").mark_rule(strokeWidth=1.75)
    ends = ("h100e_low:Q|5th percentile|,.0f", "h100e_high:Q|95th percentile|,.0f")
    tooltip = tips("name:N|Who", f"{H100E}:Q|H100 equivalents|,.0f", *ends)
    dot = base.mark_point(size=60).encode(x=_h100e(H100E), tooltip=tooltip)
    label = base.mark_text(align="left", dx=8, fontSize=11)
    told = label.encode(
        x=_h100e("at"), text=alt.Text(f"{H100E}:Q", format=".2s"), color=alt.ColorValue(INK)
    )
    return framed(
        frame,
        rule.encode(x=_h100e("h100e_low"), x2=alt.X2("h100e_high:Q")),
        dot,
        told,
        height=21 * len(shown),
    )


def _records(machines: pd.DataFrame) -> pd.DataFrame:
    """Return the machines that were the largest when they began, since 2021, the oldest first."""
    dated = machines.dropna(subset=["operational"]).sort_values(["operational", H100E])
    largest = dated[dated[H100E] > dated[H100E].cummax().shift(fill_value=0)]
    return largest[largest["operational"] >= pd.Timestamp(2021, 1, 1)].reset_index(drop=True)


@needs()
def _frontier(steps: pd.DataFrame, points: pd.DataFrame) -> alt.LayerChart:
    """Return the steps of the private record, and public machines as named points."""
    last = max(steps["operational"].max(), points["operational"].max())
    end = pd.DataFrame({"machine": [""], "operational": [last], H100E: [steps[H100E].max()]})
    line, dots = (
        part.assign(when=fractional_years(part["operational"]).round(3)).drop(columns="operational")
        for part in (pd.concat([steps, end])[["machine", "operational", H100E]], points)
    )
    scale = alt.Scale(
        domain=[float(line["when"].min()) - 0.8, float(line["when"].max()) + 0.6], nice=False
    )
    x = alt.X("when:Q", title=None, axis=alt.Axis(format="d", tickMinStep=1), scale=scale)
    y = _h100e(H100E, alt.Y, 1e3, 1e6)
    record = alt.Chart(line).mark_line(interpolate="step-after", color=_INDUSTRY).encode(x=x, y=y)
    told = alt.Chart(line[line["machine"].isin(list(NAMES.values()))])
    told = told.mark_text(align="right", dx=-6, dy=-10, fontSize=11, lineBreak=", ")
    tooltip = tips("machine:N|Machine", "country:N|Country", f"{H100E}:Q|H100 equivalents|,.0f")
    marks = alt.Chart(dots).mark_point(size=50, color=_PUBLIC).encode(x=x, y=y, tooltip=tooltip)
    sides = dots["machine"].map(_SIDES).fillna("right")
    labels = [
        alt.Chart(dots[sides == side])
        .mark_text(fontSize=11, **place)
        .encode(x=x, y=y, text=alt.Text("machine:N"))
        for side, place in _PLACES.items()
        if (sides == side).any()
    ]
    return framed(
        record, marks, told.encode(x=x, y=y, text=alt.Text("machine:N")), *labels, height=380
    )


@needs("share")
def _list_lines(shares: pd.DataFrame) -> alt.LayerChart:
    """Return the share of groups of machines in each list: a line, its interval as a band, its name at the end."""
    colours = {group: colour for group, (colour, _) in _SEGMENTS.items()}
    x = year_axis("when", int(shares["when"].min()), int(shares["when"].max()) + 1)
    colour = alt.Color(
        "group:N", scale=alt.Scale(domain=list(colours), range=list(colours.values())), legend=None
    )
    rows = alt.Chart(shares[["when", "group", "share", "low", "high", "k", "n"]]).encode(
        x=x, color=colour
    )
    title, tooltip = (
        "Share of the speed of the list",
        tips("group:N|Who", "when:Q|List|.1f", "share:Q|Share|.0%", "k:Q|Machines"),
    )
    band = rows.mark_area(opacity=0.16).encode(y=share_axis("low", title), y2=alt.Y2("high:Q"))
    line = rows.mark_line().encode(y=share_axis("share", title), tooltip=tooltip)
    return framed(band, line, end_labels(shares, "when", "share", "group", x, share_axis("at", "")))


def _h100e(
    field: str, channel: type[alt.X | alt.Y] = alt.X, low: float = 4, high: float = 1e8
) -> Any:
    """Return a logarithmic axis of H100 equivalents; its upper end leaves room for the text beside a mark."""
    axis = alt.Axis(format="~s", values=[10.0**power for power in range(1, 8)], grid=True)
    scale = alt.Scale(type="log", nice=False, domain=[low, high])
    return channel(f"{field}:Q", title="H100 equivalents, logarithmic", axis=axis, scale=scale)

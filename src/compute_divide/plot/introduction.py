"""The figure of the introduction."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import INK, QUIET, needs
from compute_divide.estimates.statistics.shares import with_shares
from compute_divide.estimates.statistics.teams import TEAM_NAMES
from compute_divide.plot.base.axes import along, share_axis, years_of
from compute_divide.plot.base.marks import (
    FEW,
    TEAM_NAMED,
    end_labels,
    framed,
    provisional_years,
    runs,
    share_tips,
    team_colour,
)
from compute_divide.plot.base.show import figure, models_credit
from compute_divide.plot.base.wording import describe_series

_SHARE = "Share of models"
_EVENTS = [(2012, "AlexNet", "right"), (2020, "GPT-3", "left"), (2022, "ChatGPT", "right")]
"""Familiar events by year, to orient readers along the axis, and the side of their labels."""
_SIDES: dict[str, dict[str, Any]] = {
    "right": {"align": "left", "dx": 4},
    # one line lower, clear of the others on a phone
    "left": {"align": "right", "dx": -4, "dy": 14},
}


def notable_lines(shares: pd.DataFrame, vintage: str) -> Figure:
    """Return the share of each team type by year: dots, and lines of three-year means with a band.

    Parameters
    ----------
    shares : pandas.DataFrame
        Shares by ``year`` and ``team_type``, from `shares_by`; years that are ``provisional`` (true
        or false) are shaded.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        Lines are named at their ends, some years by familiar events; the axis states how many
        models the first and the last year have.

    Examples
    --------
    >>> import compute_divide as cd
    >>> models = cd.in_years(cd.data.models("2026-08"), (2019, 2020))
    >>> shares = cd.shares_by(models, ["year"], ["academia-only"])
    >>> figure = cd.plot.notable_lines(shares, "2026-08")
    >>> figure.data[["year", "team_type", "k", "n"]].values.tolist()
    [[2019, 'universities alone', 12, 68], [2020, 'universities alone', 9, 50]]
    >>> figure.chart.to_dict()["layer"][-1]["encoding"]["x"]["title"]
    'n = 118: 68 in 2019, 50 in 2020'
    """
    description = describe_series(shares, "year", "share", by="team_type")
    source = models_credit(vintage)
    chart = _lines(shares)
    return figure(chart, shares, description=description, source=source)


def three_year_means(shares: pd.DataFrame) -> pd.DataFrame:
    """Return shares pooled with those of the years before and after; a band needs five models.

    Parameters
    ----------
    shares : pandas.DataFrame
        Shares by ``year`` and ``team_type``, with counts ``k`` of ``n``.

    Returns
    -------
    pandas.DataFrame
        For each row ``share``, ``low`` and ``high`` over up to three years, on the same index.
    """
    counted = shares[["year", "team_type", "k", "n"]]
    years = counted["year"]
    near = [counted.assign(year=years + step) for step in (-1, 0, 1)]
    groups = pd.concat(near).groupby(["year", "team_type"], as_index=False)
    pooled = groups[["k", "n"]].sum()
    means = shares[["year", "team_type"]].merge(pooled, how="left")
    means = means.set_index(shares.index)
    means = with_shares(means)
    has_band = means["n"].ge(FEW)
    bounds = means[["low", "high"]].where(has_band)
    return means.assign(low=bounds["low"], high=bounds["high"])


@needs("share")
def _lines(shares: pd.DataFrame) -> alt.LayerChart:
    rows = shares[["year", "team_type", "k", "n", "share", "low", "high"]]
    rows = rows.astype({"year": int})
    names = rows["team_type"].map(TEAM_NAMES).str.replace(" with ", "|with ")
    means = three_year_means(rows).assign(name=names, run=runs(rows, "team_type"))
    x = years_of(rows).title(_counted(rows))
    colour = team_colour(dict.fromkeys(rows["team_type"]))
    base = alt.Chart(means).encode(x=x, color=colour, detail=alt.Detail("run:N"))
    band = base.mark_area(opacity=0.16)
    band = band.encode(y=share_axis("low", _SHARE), y2=alt.Y2("high:Q"))
    line = base.mark_line().encode(y=share_axis("share", _SHARE))
    named = alt.Chart(rows).transform_calculate(team=TEAM_NAMED)
    dots = named.mark_point(size=20, opacity=0.6)
    tooltip = share_tips("team:N|Team type", "year:Q|Year|d")
    dots = dots.encode(x=x, y=share_axis("share", _SHARE), color=colour, tooltip=tooltip)
    labels = end_labels(means, "name", x, share_axis("share", _SHARE))
    return framed(*provisional_years(shares, x), *_events(rows, x), band, line, dots, labels)


def _counted(rows: pd.DataFrame) -> str:
    """Return the number of models behind the shares, in the first and the last year and in all."""
    models = rows.drop_duplicates("year").set_index("year")["n"]
    n = models.sum()
    first = models.index.min()
    last = models.index.max()
    in_first = f"{models[first]:,} in {first}"
    in_last = f"{models[last]:,} in {last}"
    return f"n = {n:,}: {in_first}, {in_last}"


def _events(rows: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Return a line at each year with a familiar event, and the event's name at its top."""
    shown = pd.DataFrame(_EVENTS, columns=["event_year", "event", "side"])
    shown = shown[shown["event_year"].between(rows["year"].min(), rows["year"].max())]
    place = along(x, "event_year")
    rules = alt.Chart(shown).mark_rule(color=QUIET, strokeDash=[3, 3], opacity=0.6)
    layers = [rules.encode(x=place)]
    for side, looks in _SIDES.items():
        named = alt.Chart(shown[shown["side"] == side])
        names = named.mark_text(**looks, baseline="top", color=INK)
        layers.append(names.encode(x=place, y=alt.value(0), text="event:N"))
    return layers

"""The figures of the chapter on causes."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.page.figures.show import Figure
from bookpress.page.figures.theme import ACCENT, QUIET, needs
from compute_divide.plot.base.marks import end_labels, framed, runs, tips, year_axis
from compute_divide.plot.base.papers import share_rows
from compute_divide.plot.base.show import Column, credit, figure, models_credit
from compute_divide.plot.base.wording import describe_intervals

_COLUMNS = {
    "month": Column("Month", "date"),
    "chip": Column("Chip"),
    "usd_per_hour": Column("Median (US dollars)", "number"),
    "lowest_usd": Column("Lowest", "number"),
    "highest_usd": Column("Highest", "number"),
    "providers": Column("Providers", "number"),
}


def fifth_rows(shares: Mapping[str, Estimate], vintage: str) -> Figure:
    """Return the share of academia alone in each fifth of the models by computing.

    Parameters
    ----------
    shares : mapping of str to Estimate
        The shares by the name of the fifth, in the order of the rows.
    vintage : str
        The vintage that the models are of.

    Returns
    -------
    Figure
        A dot with its interval a fifth.
    """
    rows = pd.DataFrame([{"fifth": name, **share.row()} for name, share in shares.items()])
    return figure(
        share_rows(rows, "fifth", "Share of academia alone"),
        rows,
        description=describe_intervals(rows, "fifth", "share"),
        source=models_credit(vintage),
        columns={"fifth": Column("Fifth of its year")},
    )


def price_lines(prices: pd.DataFrame, banded: str) -> Figure:
    """Return list prices of a chip-hour by month: a line a chip, broken where months are missing, and one band.

    Parameters
    ----------
    prices : pandas.DataFrame
        Prices in US dollars an hour, from `load_rental_prices`.
    banded : str
        The chip between whose lowest and highest price is shaded.

    Returns
    -------
    Figure
        The lines bear the names of the chips.
    """
    by_chip = prices.groupby("chip")
    return figure(
        _lines(prices, banded),
        prices,
        description=" ".join(f"{chip}: {_course(own)}." for chip, own in by_chip),
        source=credit("compute/rental_prices.csv"),
        columns=_COLUMNS,
    )


def _course(own: pd.DataFrame) -> str:
    """Return some nine prices of a chip, and the last."""
    told = [f"{row.month:%Y-%m} ${row.usd_per_hour:.2f}" for row in own.itertuples()]
    return ", ".join([*told[:: max(len(told) // 8, 1)], told[-1]])


@needs("usd_per_hour")
def _lines(prices: pd.DataFrame, banded: str) -> alt.LayerChart:
    months = prices["month"].dt.year * 12 + prices["month"].dt.month - 1
    told = prices["month"].dt.strftime("%B %Y")
    rows = prices.assign(at=months, when=(months / 12).round(3), told=told)
    rows = rows.assign(run=runs(rows, "chip", "at")).drop(columns=["month", "at"])
    x = year_axis("when", int(rows["when"].min()), int(rows["when"].max()) + 1)
    highest = rows.loc[rows["chip"] == banded, "highest_usd"].max()
    top = max(float(rows["usd_per_hour"].max()), float(highest))
    strong = alt.condition(f"datum.chip == '{banded}'", alt.value(ACCENT), alt.value(QUIET))
    base = alt.Chart(rows).encode(x=x, detail=alt.Detail("run:N"))
    tooltip = tips(
        "chip:N|Chip", "told:N|Month", "usd_per_hour:Q|Median|$.2f", "providers:Q|Providers"
    )
    band = base.transform_filter(f"datum.chip == '{banded}'").mark_area(opacity=0.16, color=ACCENT)
    lines = base.mark_line(point={"size": 14})
    return framed(
        band.encode(y=_dollars("lowest_usd", top), y2=alt.Y2("highest_usd:Q")),
        lines.encode(y=_dollars("usd_per_hour", top), color=strong, tooltip=tooltip),
        end_labels(rows, "when", "usd_per_hour", "chip", x, _dollars("at", top), top),
    )


def _dollars(field: str, top: float) -> alt.Y:
    axis, scale = alt.Axis(format="$.0f", tickCount=6), alt.Scale(domain=[0, top], nice=True)
    return alt.Y(f"{field}:Q", title="US dollars an hour", axis=axis, scale=scale)

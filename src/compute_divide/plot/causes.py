"""The figures of the chapter on causes."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure
from bookpress.elements.figure.theme import ACCENT, QUIET, needs
from compute_divide.plot.base.axes import years_of
from compute_divide.plot.base.entries import check_entries
from compute_divide.plot.base.marks import end_labels, framed, runs, tips
from compute_divide.plot.base.papers import share_rows
from compute_divide.plot.base.show import Column, credit, figure, models_credit
from compute_divide.plot.base.wording import describe_intervals
from holdtrue.estimates import Estimate

_COLUMNS = {
    "month": Column("Month", "date"),
    "chip": Column("Chip"),
    "usd_per_hour": Column("Median (US dollars)", "number"),
    "lowest_usd": Column("Lowest", "number"),
    "highest_usd": Column("Highest", "number"),
    "providers": Column("Providers", "number"),
}


def fifth_rows(shares: Mapping[str, Estimate], vintage: str) -> Figure:
    """Return the share of universities alone in each fifth of the models by computing.

    Parameters
    ----------
    shares : mapping of str to Estimate
        The shares by the name of the fifth, in the order of the rows.
    vintage : str
        The vintage of the models.

    Returns
    -------
    Figure
        A dot with its interval for each fifth.

    Examples
    --------
    >>> import compute_divide as cd
    >>> least = cd.wilson_share(20, 66, "universities alone, least computing of its year")
    >>> most = cd.wilson_share(0, 74, "universities alone, most computing of its year")
    >>> figure = cd.plot.fifth_rows({"least computing": least, "most computing": most}, "2026-08")
    >>> figure.description
    'least computing: 30%, interval 21% to 42%; most computing: 0%, interval 0% to 5%.'
    """
    check_entries("fifth_rows: shares", shares)
    fifths = [{"fifth": name, **share.row()} for name, share in shares.items()]
    rows = pd.DataFrame(fifths)
    chart = share_rows(rows, "fifth", "Share of universities alone")
    description = describe_intervals(rows, "fifth", "share")
    source = models_credit(vintage)
    columns = {"fifth": Column("Fifth of its year")}
    return figure(chart, rows, description=description, source=source, columns=columns)


def price_lines(prices: pd.DataFrame, banded: str) -> Figure:
    """Return list prices of a chip-hour by month.

    There is one line per chip, broken at missing months, and one band.

    Parameters
    ----------
    prices : pandas.DataFrame
        Prices in US dollars an hour by ``month`` and ``chip``, from `cd.data.rental_prices`.
    banded : str
        The chip whose range between lowest and highest price is shaded.

    Returns
    -------
    Figure
        The lines are labelled with the names of the chips.

    Examples
    --------
    >>> import compute_divide as cd
    >>> prices = cd.data.rental_prices()
    >>> summer = prices[prices["chip"].eq("H100") & prices["month"].between("2026-07", "2026-08")]
    >>> cd.plot.price_lines(summer, "H100").description
    'H100: July 2026 $3.54, August 2026 $3.79.'
    """
    by_chip = prices.groupby("chip")
    description = " ".join(f"{chip}: {_course(rows)}." for chip, rows in by_chip)
    source = credit("compute/rental_prices.csv")
    chart = _lines(prices, banded)
    return figure(chart, prices, description=description, source=source, columns=_COLUMNS)


def _course(prices: pd.DataFrame) -> str:
    """Return about nine prices of a chip, and the last."""
    pairs = zip(prices["month"], prices["usd_per_hour"], strict=True)
    points = [f"{month:%B %Y} ${price:.2f}" for month, price in pairs]
    step = max(len(points) // 8, 1)
    return ", ".join(dict.fromkeys([*points[::step], points[-1]]))


@needs("usd_per_hour")
def _lines(prices: pd.DataFrame, banded: str) -> alt.LayerChart:
    rows = _placed(prices)
    x = years_of(rows, "when", beyond=1)
    is_banded = f"datum.chip == '{banded}'"
    highest = rows.loc[rows["chip"] == banded, "highest_usd"].max()
    top = max(float(rows["usd_per_hour"].max()), float(highest))
    base = alt.Chart(rows).encode(x=x, detail=alt.Detail("run:N"))
    band = base.transform_filter(is_banded).mark_area(opacity=0.16, color=ACCENT)
    band = band.encode(y=_dollars("lowest_usd", top), y2=alt.Y2("highest_usd:Q"))
    colour = alt.condition(is_banded, alt.value(ACCENT), alt.value(QUIET))
    lines = base.mark_line(point={"size": 14})
    y = _dollars("usd_per_hour", top)
    lines = lines.encode(y=y, color=colour, tooltip=_price_tips())
    labels = end_labels(rows, "chip", x, y)
    return framed(band, lines, labels)


def _placed(prices: pd.DataFrame) -> pd.DataFrame:
    """Return prices with their month in words and in years, and their unbroken runs of months."""
    dates = prices["month"].dt
    months = dates.year * 12 + dates.month - 1
    when = (months / 12).round(3)
    rows = prices.assign(at=months, when=when, told=dates.strftime("%B %Y"))
    rows = rows.assign(run=runs(rows, "chip", "at"))
    return rows.drop(columns=["month", "at"])


def _price_tips() -> list[alt.Tooltip]:
    return tips(
        "chip:N|Chip",
        "told:N|Month",
        "usd_per_hour:Q|Median|$.2f",
        "providers:Q|Providers",
    )


def _dollars(field: str, top: float) -> alt.Y:
    axis = alt.Axis(format="$.0f", tickCount=6)
    scale = alt.Scale(domain=[0, top], nice=True)
    return alt.Y(f"{field}:Q", title="US dollars an hour", axis=axis, scale=scale)

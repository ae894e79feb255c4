"""What a budget or a facility could train, and how that would rank among the models of each year.

Every estimate uses one formula: training compute [FLOP] = chip-hours x 3600 s x peak speed of a
chip [FLOP/s] x utilisation. The compute of many models was itself estimated that way. The page of
the policy chapter has the same formula in Vega's expression language; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.shares import wilson_interval

SECONDS_PER_HOUR = 3600.0
HOURS_PER_MONTH = 365.25 * 24 / 12
"""Hours of an average month: 730.5."""

LISTED = {
    "NVIDIA A100 SXM4 80 GB": "A100",
    "NVIDIA H100 SXM5 80GB": "H100",
    "NVIDIA H200 SXM": "H200",
}
"""Chips with monthly list prices, and the name that table gives them."""


class Quotes(NamedTuple):
    """What an hour of one chip costs on demand, in nominal USD.

    ``n`` is the number of providers or offers, ``year`` that of the newest.
    """

    chip: str
    year: int
    n: int
    lowest: float
    median: float
    highest: float


def run_flop(chip_hours: float, peak: float, utilisation: float) -> float:
    """Return the training compute of chip-hours.

    Parameters
    ----------
    chip_hours : float or pandas.Series
        Chips times hours.
    peak : float or pandas.Series
        Peak speed of one chip in FLOP/s.
    utilisation : float
        The share of the peak that is reached, 0 to 1.

    Returns
    -------
    float or pandas.Series
        Training compute in FLOP.

    Notes
    -----
    The method by hardware of Sevilla et al. (2022), "Compute trends across three eras of machine
    learning". The compute of many models in the database was itself estimated that way.

    Examples
    --------
    >>> f"{run_flop(1000, peak=1e15, utilisation=0.4):.3g}"
    '1.44e+21'
    """
    return chip_hours * SECONDS_PER_HOUR * peak * utilisation


def newest_quotes(prices: pd.DataFrame, listed: pd.DataFrame, chip: str) -> Quotes:
    """Return what an hour of a chip costs.

    Parameters
    ----------
    prices : pandas.DataFrame
        Observed offers, from `cd.data.prices`.
    listed : pandas.DataFrame
        Monthly list prices of a few chips, from `cd.data.rental_prices`.
    chip : str
        The chip, as `cd.data.chips` names it.

    Returns
    -------
    Quotes
        The list prices of the newest month if there are any; else all offers of the newest year
        with one.

    Raises
    ------
    ValueError
        If the chip has no dated price.

    Examples
    --------
    >>> dates = pd.to_datetime(["2023-01-01", "2024-03-01"])
    >>> prices = pd.DataFrame({"chip": "V100", "date": dates, "usd_per_chip_hour": [3.0, 2.0]})
    >>> newest_quotes(prices, pd.DataFrame({"chip": []}), "V100")[1:4]
    (2024, 1, 2.0)
    """
    months = listed[listed["chip"] == LISTED.get(chip)]
    if len(months):
        return _list_price(chip, months.sort_values("month").iloc[-1])
    quoted = _quoted(prices, chip)
    if quoted.empty:
        raise ValueError(f"no dated price for the chip {chip!r}")
    dates = pd.to_datetime(quoted["date"])
    years = dates.dt.year
    newest_year = int(years.max())
    usd = quoted[years == newest_year]["usd_per_chip_hour"].astype(float)
    lowest = float(usd.min())
    median = float(usd.median())
    highest = float(usd.max())
    return Quotes(chip, newest_year, len(usd), lowest, median, highest)


def committed_offers(prices: pd.DataFrame) -> pd.DataFrame:
    """Return the offers that name a price on demand and one with a commitment of three years.

    Parameters
    ----------
    prices : pandas.DataFrame
        Observed offers, from `cd.data.prices`.

    Returns
    -------
    pandas.DataFrame
        These offers, with the second price as a ``share`` of the first.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> usd = {"usd_per_chip_hour": [4.0, 2.0], "usd_per_chip_hour_3y": [1.0, None]}
    >>> committed_offers(pd.DataFrame(usd))["share"].tolist()
    [0.25]
    """
    on_demand = "usd_per_chip_hour"
    committed = f"{on_demand}_3y"
    offers = prices[prices[[on_demand, committed]].gt(0).all(axis=1)]
    return offers.assign(share=offers[committed] / offers[on_demand])


def _list_price(chip: str, month: pd.Series[Any]) -> Quotes:
    return Quotes(
        chip,
        year=month["month"].year,
        n=int(month["providers"]),
        lowest=float(month["lowest_usd"]),
        median=float(month["usd_per_hour"]),
        highest=float(month["highest_usd"]),
    )


def _quoted(prices: pd.DataFrame, chip: str) -> pd.DataFrame:
    """Return the dated prices of a chip that are above 0."""
    of_chip = prices["chip"] == chip
    is_priced = prices["usd_per_chip_hour"].gt(0)
    is_dated = prices["date"].notna()
    return prices[of_chip & is_priced & is_dated]


def offers(
    prices: pd.DataFrame, listed: pd.DataFrame, peaks: pd.Series[float], chips: Sequence[str]
) -> pd.DataFrame:
    """Return the chips for rent, each with its ``peak`` in FLOP/s and its `newest_quotes`."""
    quotes = [newest_quotes(prices, listed, chip) for chip in chips]
    chip_peaks = [float(peaks[chip]) for chip in chips]
    table = pd.DataFrame(quotes)
    table.insert(1, "peak", chip_peaks)
    return table


def rank_by_year(models: pd.DataFrame, flop: float) -> pd.DataFrame:
    """Return, by year, how many models a run of a given compute in FLOP would match.

    The columns are ``year``, ``n`` (models with known compute), ``within`` (those that needed no
    more than the run), ``rank`` (where it would stand, 1 for the largest), ``share`` within reach
    with its Wilson interval ``low``, ``high``, and ``unknown`` (models of that year whose compute
    is not known).

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020, 2020], "training_compute_flop": [1e23, 1e20]})
    >>> rank_by_year(models, 1e22)[["n", "within", "rank", "share"]].values.tolist()
    [[2.0, 1.0, 2.0, 0.5]]
    """
    compute = models[COMPUTE]
    flags = {"n": compute.notna(), "within": compute <= flop, "unknown": compute.isna()}
    years = models["year"].astype("Int64")
    counts = pd.DataFrame(flags).groupby(years).sum()
    ranks = counts.reset_index().astype({"year": int})
    share, low, high = wilson_interval(ranks["within"], ranks["n"])
    larger = ranks["n"] - ranks["within"]
    ranks = ranks.assign(rank=larger + 1, share=share, low=low, high=high)
    return ranks[["year", "n", "within", "rank", "share", "low", "high", "unknown"]]

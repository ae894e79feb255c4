"""What a budget or a facility could train; `analysis.chips.ranking` ranks it among the models of each year.

One formula holds throughout: training compute [FLOP] = chip-hours x 3600 s x peak speed of a chip [FLOP/s] x
utilisation. It is the hardware method by which the compute of many models in the database was itself estimated
(chips x time x peak x utilisation). The page of the policy chapter holds the same formula in Vega's expression
language; a test drives both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

SECONDS_PER_HOUR = 3600.0
HOURS_PER_MONTH = 365.25 * 24 / 12
"""Hours of an average month: 730.5."""


@dataclass(frozen=True, slots=True)
class Run:
    """A training run.

    Parameters
    ----------
    chip_hours : float
        Chips times hours.
    chips : float
        Chips in use at once.
    flop : float
        Training compute, FLOP.
    """

    chip_hours: float
    chips: float
    flop: float


@dataclass(frozen=True, slots=True)
class Quotes:
    """Quoted prices of one chip in the newest year that has any.

    Parameters
    ----------
    chip : str
        Name of the chip.
    year : int
        Year of the quotes.
    n : int
        Number of quotes.
    lowest, median, highest : float
        USD per chip-hour, on demand, as quoted (not deflated).
    """

    chip: str
    year: int
    n: int
    lowest: float
    median: float
    highest: float


def rented_run(budget: float, price: float, peak: float, utilisation: float, months: float) -> Run:
    """Return the largest run that a budget pays for at a price per chip-hour.

    The months do not change the compute, only how many chips are needed at once.

    Parameters
    ----------
    budget : float
        USD, zero or more.
    price : float
        USD per chip-hour, more than zero.
    peak : float
        Peak speed of one chip, FLOP/s.
    utilisation : float
        Share of the peak that is reached, more than 0, up to 1.
    months : float
        Duration, more than zero.

    Returns
    -------
    Run
        Chip-hours, chips at once, and training compute in FLOP.

    Raises
    ------
    ValueError
        If a quantity is out of its range; the message names it.

    Examples
    --------
    >>> run = rented_run(1e6, price=2.0, peak=1e15, utilisation=0.4, months=3)
    >>> run.chip_hours, round(run.chips), f"{run.flop:.2g}"
    (500000.0, 228, '7.2e+23')
    """
    check_finite(budget=budget)
    check_positive(price=price)
    hours = budget / price
    return Run(hours, hours / month_hours(months), run_flop(hours, peak, utilisation))


def owned_run(chips: float, peak: float, utilisation: float, months: float) -> Run:
    """Return the largest run of a facility that gives all its chips to it.

    Parameters
    ----------
    chips : float
        Number of chips, zero or more.
    peak, utilisation, months : float
        As in `rented_run`.

    Examples
    --------
    >>> f"{owned_run(1000, peak=1e15, utilisation=0.4, months=3).flop:.2g}"
    '3.2e+24'
    """
    check_finite(chips=chips)
    hours = chips * month_hours(months)
    return Run(hours, chips, run_flop(hours, peak, utilisation))


def run_flop(chip_hours: float, peak: float, utilisation: float) -> float:
    """Return the training compute in FLOP of chip-hours at a peak in FLOP/s and a utilisation.

    Examples
    --------
    >>> run_flop(1.0, 1e12, 0.5)
    1800000000000000.0
    """
    check_finite(chip_hours=chip_hours)
    check_positive(peak=peak)
    if not 0 < utilisation <= 1:
        raise ValueError(f"utilisation is a share above 0 and up to 1, not {utilisation}")
    return chip_hours * SECONDS_PER_HOUR * peak * utilisation


def month_hours(months: float) -> float:
    """Return the hours of a number of average months."""
    check_positive(months=months)
    return months * HOURS_PER_MONTH


def run_cost(flop: float, price: float, peak: float, utilisation: float) -> float:
    """Return the cost in USD of a training run: the inverse of `rented_run`.

    Parameters
    ----------
    flop : float
        Training compute, FLOP.
    price : float
        USD per chip-hour.
    peak : float
        FLOP/s of one chip.
    utilisation : float
        Share of the peak that is reached.

    Examples
    --------
    >>> round(run_cost(7.2e23, price=2.0, peak=1e15, utilisation=0.4))
    1000000
    """
    check_finite(flop=flop)
    check_positive(price=price)
    return flop / run_flop(1.0, peak, utilisation) * price


def implied_utilisation(models: pd.DataFrame, peaks: pd.Series) -> pd.Series:
    """Return the utilisation that chips, hours, peak and compute of each model imply.

    Parameters
    ----------
    models : pandas.DataFrame
        With ``training_compute_flop``, ``hardware_quantity``, ``training_time_hours``.
    peaks : pandas.Series
        Peak of one chip of each model, FLOP/s, on the index of `models`.

    Returns
    -------
    pandas.Series
        Shares of the peak, only for models for which all four are known. A value above 1 is impossible and shows that
        one of the four is wrong; it is kept so that a reader can see how often that happens.
    """
    capacity = models["hardware_quantity"] * models["training_time_hours"] * SECONDS_PER_HOUR * peaks
    utilisation = models["training_compute_flop"] / capacity.where(capacity > 0)
    return utilisation.dropna().astype(float)


def newest_quotes(prices: pd.DataFrame, chip: str) -> Quotes:
    """Return the on-demand quotes of a chip in the newest year that has any.

    Parameters
    ----------
    prices : pandas.DataFrame
        With ``chip``, ``date`` and ``usd_per_chip_hour``.
    chip : str
        Name of the chip.

    Raises
    ------
    ValueError
        If no quote names the chip.
    """
    quoted = prices[(prices["chip"] == chip) & prices["usd_per_chip_hour"].gt(0) & prices["date"].notna()]
    if quoted.empty:
        raise ValueError(f"no dated on-demand price for the chip {chip!r}")
    years = pd.to_datetime(quoted["date"]).dt.year
    newest = quoted.loc[years == years.max(), "usd_per_chip_hour"].astype(float)
    return Quotes(chip, int(years.max()), len(newest), float(newest.min()), float(newest.median()), float(newest.max()))


def offers(prices: pd.DataFrame, peaks: pd.Series[float], chips: Sequence[str]) -> pd.DataFrame:
    """Return what can be rented: for each chip its peak and the quotes of the newest year that has any.

    Parameters
    ----------
    prices : pandas.DataFrame
        As in `newest_quotes`.
    peaks : pandas.Series
        FLOP/s by name of the chip.
    chips : sequence of str
        The chips; each needs a quote and a peak.

    Returns
    -------
    pandas.DataFrame
        ``chip``, ``peak``, ``year``, ``n``, ``lowest``, ``median``, ``highest``, in the order given.
    """
    rows = [(newest_quotes(prices, chip), float(peaks[chip])) for chip in chips]
    return pd.DataFrame(
        [(found.chip, peak, found.year, found.n, found.lowest, found.median, found.highest) for found, peak in rows],
        columns=["chip", "peak", "year", "n", "lowest", "median", "highest"],
    )


def run_months(flop: float, speed: float, utilisation: float) -> float:
    """Return how many months a machine needs for a training run.

    Parameters
    ----------
    flop : float
        Training compute, FLOP.
    speed : float
        Peak of the whole machine, FLOP/s.
    utilisation : float
        Share of the peak that is reached.

    Examples
    --------
    >>> round(run_months(3.156e24, speed=1e18, utilisation=0.4), 1)
    3.0
    """
    check_finite(flop=flop)
    return flop / run_flop(HOURS_PER_MONTH, speed, utilisation)


def check_finite(**quantities: float) -> None:
    """Raise `ValueError` for a quantity that is negative or not finite."""
    for name, value in quantities.items():
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} must be a finite number of zero or more, not {value}")


def check_positive(**quantities: float) -> None:
    """Raise `ValueError` for a quantity that is not above zero and finite."""
    for name, value in quantities.items():
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be a finite number above zero, not {value}")

"""What a budget or a facility could train, and where that would rank among the models of each year.

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

from compute_divide.analysis.estimate import Estimate
from compute_divide.analysis.shares import TEAM_TYPES, wilson_share

SECONDS_PER_HOUR = 3600.0
HOURS_PER_MONTH = 365.25 * 24 / 12
"""Hours of an average month: 730.5."""

ALL_TEAMS = "all"
"""Group that holds the models of every team type, unknown ones included."""


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
    _check(budget=budget)
    _check_positive(price=price)
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
    _check(chips=chips)
    hours = chips * month_hours(months)
    return Run(hours, chips, run_flop(hours, peak, utilisation))


def run_flop(chip_hours: float, peak: float, utilisation: float) -> float:
    """Return the training compute in FLOP of chip-hours at a peak in FLOP/s and a utilisation.

    Examples
    --------
    >>> run_flop(1.0, 1e12, 0.5)
    1800000000000000.0
    """
    _check(chip_hours=chip_hours)
    _check_positive(peak=peak)
    if not 0 < utilisation <= 1:
        raise ValueError(f"utilisation is a share above 0 and up to 1, not {utilisation}")
    return chip_hours * SECONDS_PER_HOUR * peak * utilisation


def month_hours(months: float) -> float:
    """Return the hours of a number of average months."""
    _check_positive(months=months)
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
    _check(flop=flop)
    _check_positive(price=price)
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
    _check(flop=flop)
    return flop / run_flop(HOURS_PER_MONTH, speed, utilisation)


def reach(models: pd.DataFrame, flop: float, groups: Sequence[str] = (ALL_TEAMS, *TEAM_TYPES)) -> pd.DataFrame:
    """Return, for each year and team type, how many models a run of the given compute would match or exceed.

    Parameters
    ----------
    models : pandas.DataFrame
        With ``year``, ``team_type`` and ``training_compute_flop``. Models without compute or year do not rank.
    flop : float
        Training compute of the run, FLOP.
    groups : sequence of str
        Team types, and `ALL_TEAMS` for all models of a year.

    Returns
    -------
    pandas.DataFrame
        One row a year and group: ``year``, ``group``, ``n`` (models with known compute), ``within`` (those that needed
        no more than the run), ``rank`` (where the run would stand, 1 for the largest of all), ``share`` within reach
        with its Wilson interval ``low``, ``high``, and ``unknown`` (models of that year and group whose compute is not
        known).

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020, 2020], "team_type": ["industry-only", "academia-only"],
    ...                        "training_compute_flop": [1e23, 1e20]})
    >>> reach(models, 1e22, ["all"])[["n", "within", "rank", "share"]].values.tolist()
    [[2.0, 1.0, 2.0, 0.5]]
    """
    _check(flop=flop)
    rows = []
    for group in groups:
        members = models if group == ALL_TEAMS else models[models["team_type"] == group]
        rows += [_rank_row(group, year, own, flop) for year, own in _by_year(members)]
    columns = ["year", "group", "n", "within", "rank", "share", "low", "high", "unknown"]
    return pd.DataFrame(rows, columns=columns)


def _rank_row(group: str, year: int, own: pd.DataFrame, flop: float) -> dict[str, object]:
    """Return one row of `reach`."""
    compute = own["training_compute_flop"].dropna()
    within = int((compute <= flop).sum())
    share = wilson_share(within, len(compute), f"{group}, {year}")
    return {
        "year": year,
        "group": group,
        "n": len(compute),
        "within": within,
        "rank": len(compute) - within + 1,
        "share": share.value,
        "low": share.low,
        "high": share.high,
        "unknown": len(own) - len(compute),
    }


def _by_year(models: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    """Return the models of each year, oldest first; models without a year are left out."""
    years = models["year"].dropna().astype(int)
    return [(year, models[models["year"].eq(year).fillna(False)]) for year in sorted(set(years.tolist()))]


def reach_share(models: pd.DataFrame, flop: float, first: int, last: int, label: str) -> Estimate:
    """Return the share of the models of the years first to last that a run of the given compute could have trained.

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020, 2021], "training_compute_flop": [1e23, 1e20]})
    >>> reach_share(models, 1e22, 2020, 2021, "within reach").value
    0.5
    """
    compute = models.loc[models["year"].between(first, last).fillna(False), "training_compute_flop"].dropna()
    return wilson_share(int((compute <= flop).sum()), len(compute), label)


def last_year_in_reach(ranks: pd.DataFrame, group: str = ALL_TEAMS, rank: int = 1) -> int | None:
    """Return the last year in which the run would have ranked at least as high as `rank`; None where it never did.

    Parameters
    ----------
    ranks : pandas.DataFrame
        From `reach`.
    group : str
        Team type or `ALL_TEAMS`.
    rank : int, default 1
        1 asks for the last year in which the run would have been the largest.
    """
    years = ranks.loc[(ranks["group"] == group) & (ranks["n"] > 0) & (ranks["rank"] <= rank), "year"]
    return None if years.empty else int(years.max())


def cost_by_year(
    models: pd.DataFrame, price: float, peak: float, utilisation: float, quantiles: Sequence[float] = (0.5, 0.9, 1.0)
) -> pd.DataFrame:
    """Return what it would cost, at one price, to repeat the compute of the models of each year.

    Parameters
    ----------
    models : pandas.DataFrame
        With ``year`` and ``training_compute_flop``.
    price, peak, utilisation : float
        As in `run_cost`.
    quantiles : sequence of float
        Which models of a year: 0.5 is the median one, 1 the largest.

    Returns
    -------
    pandas.DataFrame
        One row a year and quantile: ``year``, ``quantile``, ``flop``, ``usd``, ``n``. Quantiles are taken on the
        logarithm of compute.
    """
    rows = []
    for year, own in _by_year(models[models["training_compute_flop"] > 0]):
        logs = np.log10(own["training_compute_flop"].to_numpy(float))
        for quantile in quantiles:
            flop = float(10 ** np.quantile(logs, quantile))
            usd = run_cost(flop, price, peak, utilisation)
            rows.append({"year": year, "quantile": quantile, "flop": flop, "usd": usd, "n": len(own)})
    return pd.DataFrame(rows, columns=["year", "quantile", "flop", "usd", "n"])


def _check(**quantities: float) -> None:
    """Raise `ValueError` for a quantity that is negative or not finite."""
    for name, value in quantities.items():
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} must be a finite number of zero or more, not {value}")


def _check_positive(**quantities: float) -> None:
    """Raise `ValueError` for a quantity that is not above zero and finite."""
    for name, value in quantities.items():
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be a finite number above zero, not {value}")

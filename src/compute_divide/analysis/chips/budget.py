"""What a budget or a facility could train, where that would rank among the models of each year, and what these cost.

One formula holds throughout: training compute [FLOP] = chip-hours x 3600 s x peak speed of a chip [FLOP/s] x
utilisation, by which the compute of many models was itself estimated. The page of the policy chapter holds it too, in
Vega's expression language; a test drives both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import (
    COMPUTE,
    in_years,
    wilson_interval,
    wilson_share,
)
from compute_divide.evidence.claims import Preset

SECONDS_PER_HOUR = 3600.0
HOURS_PER_MONTH = 365.25 * 24 / 12  # hours of an average month: 730.5


class Run(NamedTuple):
    """A training run: chips times hours, chips in use at once, and training compute in FLOP."""

    chip_hours: float
    chips: float
    flop: float


class Quotes(NamedTuple):
    """Quoted prices of one chip in the newest year that has any: USD per chip-hour, on demand, not deflated."""

    chip: str
    year: int
    n: int
    lowest: float
    median: float
    highest: float


def rented_run(budget: float, price: float, peak: float, utilisation: float, months: float) -> Run:
    """Return the largest run that a budget in USD pays for at a price in USD per chip-hour.

    `peak` is that of one chip in FLOP/s, `utilisation` the share of it that is reached. The months do not change the
    compute, only how many chips are needed at once.

    Examples
    --------
    >>> run = rented_run(1e6, price=2.0, peak=1e15, utilisation=0.4, months=3)
    >>> run.chip_hours, round(run.chips), f"{run.flop:.2g}"
    (500000.0, 228, '7.2e+23')
    """
    hours = budget / price
    return Run(hours, hours / (months * HOURS_PER_MONTH), run_flop(hours, peak, utilisation))


def owned_run(chips: float, peak: float, utilisation: float, months: float) -> Run:
    """Return the largest run of a facility that gives all its chips to it; the parameters are those of `rented_run`."""
    hours = chips * months * HOURS_PER_MONTH
    return Run(hours, chips, run_flop(hours, peak, utilisation))


def preset_run(
    preset: Preset,
    price: float,
    peaks: pd.Series[float],
    chip: str,
    utilisation: float,
    months: float,
) -> Run:
    """Return the run of a preset: what it leaves open (months of a budget, kind of chip) is as given."""
    peak = float(peaks[preset.chip or chip])
    if preset.budget is not None:
        return rented_run(preset.budget, price, peak, utilisation, months)
    own_months = preset.months or months
    chips = preset.chips or (preset.gpu_hours or 0) / (own_months * HOURS_PER_MONTH)
    return owned_run(chips, peak, utilisation, own_months)


def run_flop(chip_hours: float, peak: float, utilisation: float) -> float:
    """Return the training compute in FLOP of chip-hours at a peak in FLOP/s and a utilisation."""
    return chip_hours * SECONDS_PER_HOUR * peak * utilisation


def run_cost(flop: float, price: float, peak: float, utilisation: float) -> float:
    """Return the cost in USD of a run of a training compute in FLOP: the inverse of `rented_run`."""
    return flop / run_flop(1.0, peak, utilisation) * price


def run_months(flop: float, speed: float, utilisation: float) -> float:
    """Return how many months a machine of a peak in FLOP/s needs for a training run of a compute in FLOP."""
    return flop / run_flop(HOURS_PER_MONTH, speed, utilisation)


def implied_utilisation(models: pd.DataFrame, peaks: pd.Series) -> pd.Series:
    """Return the share of the peak (FLOP/s of one chip, by model) that chips, hours and compute of each model imply.

    Only where all four are known. A value above 1, which shows that one of the four is wrong, is kept.
    """
    capacity = (
        models["hardware_quantity"] * models["training_time_hours"] * SECONDS_PER_HOUR * peaks
    )
    utilisation = models[COMPUTE] / capacity.where(capacity > 0)
    return utilisation.dropna().astype(float)


def newest_quotes(prices: pd.DataFrame, chip: str, column: str = "usd_per_chip_hour") -> Quotes:
    """Return the quotes of a chip in the newest year that has any, by column of prices; ValueError if there is none."""
    quoted = prices[(prices["chip"] == chip) & prices[column].gt(0) & prices["date"].notna()]
    if quoted.empty:
        raise ValueError(f"no dated price ({column}) for the chip {chip!r}")
    years = pd.to_datetime(quoted["date"]).dt.year
    newest = quoted.loc[years == years.max(), column].astype(float)
    return Quotes(
        chip,
        int(years.max()),
        len(newest),
        float(newest.min()),
        float(newest.median()),
        float(newest.max()),
    )


def purchase(prices: pd.DataFrame, chip: str, chips: float, label: str) -> Estimate:
    """Return what that many of a chip cost to buy, in USD of the newest year with a quote: median, lowest and highest.

    Without a quote there is no value. Buildings, networks, power and people are not in it.
    """
    try:
        found = newest_quotes(prices, chip, "usd_purchase")
    except ValueError:
        return Estimate(None, n=0, unit="USD", label=label)
    middle, low, high = (chips * price for price in (found.median, found.lowest, found.highest))
    return Estimate(middle, low, high, n=found.n, unit="USD", label=f"{label}, {found.year}")


def offers(prices: pd.DataFrame, peaks: pd.Series[float], chips: Sequence[str]) -> pd.DataFrame:
    """Return what can be rented: of each chip the ``peak`` in FLOP/s and the `newest_quotes`, in the order given."""
    quotes = pd.DataFrame([newest_quotes(prices, chip) for chip in chips])
    quotes.insert(1, "peak", [float(peaks[chip]) for chip in chips])
    return quotes


def rank_by_year(models: pd.DataFrame, flop: float) -> pd.DataFrame:
    """Return, by year, how many models a run of a compute in FLOP would match.

    A row has ``year``, ``n`` (models with known compute), ``within`` (those that needed no more than the run), ``rank``
    (where it would stand, 1 for the largest), ``share`` within reach with its Wilson interval ``low``, ``high``, and
    ``unknown`` (models of that year whose compute is not known).

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2020, 2020], "training_compute_flop": [1e23, 1e20]})
    >>> rank_by_year(models, 1e22)[["n", "within", "rank", "share"]].values.tolist()
    [[2.0, 1.0, 2.0, 0.5]]
    """
    compute = models[COMPUTE]
    flags = pd.DataFrame(
        {"n": compute.notna(), "within": compute <= flop, "unknown": compute.isna()}
    )
    ranks = flags.groupby(models["year"].astype("Int64")).sum().reset_index().astype({"year": int})
    share, low, high = wilson_interval(ranks["within"], ranks["n"])
    ranks = ranks.assign(rank=ranks["n"] - ranks["within"] + 1, share=share, low=low, high=high)
    return ranks[["year", "n", "within", "rank", "share", "low", "high", "unknown"]]


def share_in_reach(models: pd.DataFrame, flop: float, year: int, label: str) -> Estimate:
    """Return the share of a year's models, of known compute, that a run of a compute in FLOP could have trained."""
    compute = in_years(models[["year", COMPUTE]], year)[COMPUTE].dropna()
    return wilson_share(int((compute <= flop).sum()), len(compute), label)


def bounds_in_reach(
    models: pd.DataFrame, flop: float, year: int, label: str
) -> tuple[Estimate, Estimate]:
    """Return the least and the largest share of all models of a year that a run of a compute in FLOP can reach.

    Of models whose compute is not known, none may be within reach or all: these are Manski's worst-case bounds (1989).
    """
    compute = in_years(models[["year", COMPUTE]], year)[COMPUTE]
    n, within, unknown = len(compute), int((compute <= flop).sum()), int(compute.isna().sum())
    least, most = (
        Estimate(
            k / n if n else None,
            k=k,
            n=n,
            label=f"{label}, if {guess} of unknown compute were",
            unit="share",
        )
        for guess, k in {"no model": within, "every model": within + unknown}.items()
    )
    return least, most


def rank_in(ranks: pd.DataFrame, year: int, label: str) -> Estimate:
    """Return where the run of `rank_by_year` would stand among the models of a year; no value where none is known."""
    of_year = ranks[ranks["year"] == year]
    known = int(of_year["n"].sum())
    return Estimate(
        int(of_year["rank"].sum()) if known else None, n=known, unit="count", label=label
    )


def last_year_in_reach(ranks: pd.DataFrame) -> int | None:
    """Return the last year in which the run of `rank_by_year` would have been the largest; None where it never was."""
    years = ranks.loc[(ranks["n"] > 0) & (ranks["rank"] == 1), "year"]
    return None if years.empty else int(years.max())


def cost_by_year(
    models: pd.DataFrame, price: float, peak: float, utilisation: float
) -> pd.DataFrame:
    """Return ``year``, ``quantile``, ``flop``, ``usd``, ``n``: the cost of repeating models of each year, at one price.

    `price`, `peak` and `utilisation` are those of `rented_run`; the quantiles (0.5 the median model of a year, 1 the
    largest) are taken on the logarithm of compute.
    """
    quantiles = (0.5, 0.9, 1.0)
    rows = []
    for year, own in models[models[COMPUTE] > 0].groupby("year")[COMPUTE]:
        for quantile, power in zip(
            quantiles, np.quantile(np.log10(own.to_numpy(float)), quantiles), strict=True
        ):
            usd = run_cost(float(10**power), price, peak, utilisation)
            rows.append(
                {
                    "year": year,
                    "quantile": quantile,
                    "flop": float(10**power),
                    "usd": usd,
                    "n": len(own),
                }
            )
    return pd.DataFrame(rows, columns=["year", "quantile", "flop", "usd", "n"])

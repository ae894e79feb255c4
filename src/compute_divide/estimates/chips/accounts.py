"""What a sum pays for and what becomes of the hours, as accounts whose parts add up.

The chapter on remedies makes its options from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from compute_divide.estimates.chips.budget import HOURS_PER_MONTH

HOURS_PER_YEAR = 12 * HOURS_PER_MONTH


@dataclass(frozen=True, slots=True)
class MachineTerms:
    """What a machine costs, apart from its staff.

    Parameters
    ----------
    chip_price : float
        A chip installed, with its part of server and network, in USD.
    machine_share : float
        The share of the sum that buys chips, at most: less if the rest would not run them.
    upkeep : float
        Building, cooling, storage and maintenance in a year, as a share of the price of the chips.
    kilowatts : float
        Power at the meter for one chip.
    power_price : float
        A kilowatt-hour in USD.
    """

    chip_price: float
    machine_share: float
    upkeep: float = 0.0
    kilowatts: float = 0.0
    power_price: float = 0.0


class MachineAccount(NamedTuple):
    """How many chips a sum buys, and where each dollar of it goes."""

    chips: float
    chips_usd: float
    upkeep_usd: float
    power_usd: float
    staff_usd: float

    @property
    def total_usd(self) -> float:
        """All parts together: the sum."""
        return self.chips_usd + self.upkeep_usd + self.power_usd + self.staff_usd


class HoursAccount(NamedTuple):
    """Where the hours of a machine go: to a reserve, and to runs with their development."""

    reserve: float
    final_runs: float
    development: float

    @property
    def granted(self) -> float:
        """The hours that the reserve leaves."""
        return self.final_runs + self.development


def machine_account(budget: float, years: float, terms: MachineTerms) -> MachineAccount:
    """Return the machine that a sum buys and runs, and where each dollar goes.

    Staff get what chips, upkeep and power leave.

    Parameters
    ----------
    budget : float
        The sum for all years, in USD.
    years : float
        How long the machine runs.
    terms : MachineTerms
        What it costs.

    Returns
    -------
    MachineAccount
        Its parts add up to the sum, and none is below zero.

    Examples
    --------
    >>> terms = MachineTerms(45_000, 0.6, upkeep=0.05, kilowatts=1.3, power_price=0.15)
    >>> account = machine_account(100e6, 5, terms)
    >>> round(account.chips), round(account.staff_usd), round(account.total_usd)
    (1333, 13604200, 100000000)
    """
    upkeep_of_chip = terms.chip_price * terms.upkeep * years
    power_of_chip = terms.kilowatts * years * HOURS_PER_YEAR * terms.power_price
    to_run_one = terms.chip_price + upkeep_of_chip + power_of_chip
    chips = min(budget * terms.machine_share / terms.chip_price, budget / to_run_one)
    rest = max(budget - chips * to_run_one, 0.0)
    price = chips * terms.chip_price
    return MachineAccount(chips, price, chips * upkeep_of_chip, chips * power_of_chip, rest)


def hours_account(hours: float, reserve: float, development: float) -> HoursAccount:
    """Return where the hours of a machine go.

    Parameters
    ----------
    hours : float
        All hours in which its chips work for somebody.
    reserve : float
        The share that is set apart.
    development : float
        Hours of development for each hour of a final run.

    Returns
    -------
    HoursAccount
        Its parts add up to the hours.

    Examples
    --------
    >>> hours_account(1000, reserve=0.1, development=0.5)
    HoursAccount(reserve=100.0, final_runs=600.0, development=300.0)
    """
    reserved = hours * reserve
    final_runs = (hours - reserved) / (1 + development)
    return HoursAccount(reserved, final_runs, hours - reserved - final_runs)

"""What a sum of money buys in chips of one's own: how many, for how many hours, at what price.

A budget pays for the machine and for what runs it: power, people and the rest. The price of a chip
installed, the share for the machine and how much of its time is used decide the result; all three
are asked for, none is built in.
"""

from __future__ import annotations

from typing import NamedTuple

from bookpress.chapter.estimates import Estimate

HOURS_PER_YEAR = 8760.0
"""Hours of a year of 365 days."""


class Facility(NamedTuple):
    """A machine that a budget pays for.

    So many ``chips``, the ``chip_hours`` that they work in all their years, and what one of these
    costs, all included, in US dollars (``usd_per_hour``).
    """

    chips: float
    chip_hours: float
    usd_per_hour: float


def facility_of(
    budget: float, chip_usd: float, machine_share: float, years: float, use: float
) -> Facility:
    """Return the machine that a budget pays for, with what runs it.

    Parameters
    ----------
    budget : float
        US dollars for all years, everything included.
    chip_usd : float
        Price of a chip installed, with its part of server, network and storage, in US dollars.
    machine_share : float
        The share of the budget that buys the machine, above 0 and at most 1; the rest runs it. With
        1 the price of a chip must contain its operation.
    years : float
        How long the machine runs.
    use : float
        The share of the hours in which a chip works for somebody, above 0 and at most 1.

    Returns
    -------
    Facility
        Chips, chip-hours of all years, and US dollars for one of these.

    Raises
    ------
    ValueError
        If an amount is not above 0, or a share lies outside of 0 to 1.

    Examples
    --------
    >>> facility = facility_of(100e6, chip_usd=50_000, machine_share=0.5, years=5, use=0.8)
    >>> facility.chips, round(facility.chip_hours), round(facility.usd_per_hour, 2)
    (1000.0, 35040000, 2.85)
    """
    amounts = {"budget": budget, "chip_usd": chip_usd, "years": years}
    shares = {"machine_share": machine_share, "use": use}
    for name, value in {**amounts, **shares}.items():
        if not value > 0:
            raise ValueError(f"{name} is {value}: it must be above 0")
    for name, value in shares.items():
        if value > 1:
            raise ValueError(f"{name} is {value}: a share is at most 1")
    chips = budget * machine_share / chip_usd
    chip_hours = chips * years * HOURS_PER_YEAR * use
    return Facility(chips, chip_hours, budget / chip_hours)


def power_cost(chips: float, kilowatts: float, usd_per_kwh: float, years: float) -> float:
    """Return what the power of a machine costs.

    Parameters
    ----------
    chips : float
        How many chips.
    kilowatts : float
        Power at the meter for one chip, cooling included, in kW. Idle chips are counted as busy.
    usd_per_kwh : float
        Price of a kilowatt-hour in US dollars.
    years : float
        How long the machine runs.

    Returns
    -------
    float
        US dollars for all years.

    Examples
    --------
    >>> round(power_cost(1000, kilowatts=1.3, usd_per_kwh=0.15, years=5))
    8541000
    """
    return chips * kilowatts * usd_per_kwh * years * HOURS_PER_YEAR


def staff_of(money: float, person_usd: float, years: float) -> float:
    """Return how many people a sum employs.

    Parameters
    ----------
    money : float
        US dollars for all years; a sum below 0 employs nobody.
    person_usd : float
        What a member of staff costs in a year, in US dollars.
    years : float
        How long they are employed.

    Returns
    -------
    float
        People, at most: hall, network and upkeep come out of the same money.

    Examples
    --------
    >>> staff_of(15e6, person_usd=150_000, years=5)
    20.0
    """
    return max(money, 0.0) / (person_usd * years)


def between(middle: float, ends: tuple[float, float], label: str, unit: str = "none") -> Estimate:
    """Return a number between what a cautious and a favourable assumption give.

    Parameters
    ----------
    middle : float
        What the assumptions of the chapter give.
    ends : tuple of float
        What the cautious and the favourable ones give, in either order.
    label : str
        What is counted.
    unit : str, optional
        Its unit, as `bookpress.chapter.estimates.Estimate` has it.

    Returns
    -------
    Estimate
        The number, with a range that contains it.

    Examples
    --------
    >>> between(4.0, (3.0, 2.0), "chips").low, between(4.0, (3.0, 2.0), "chips").high
    (2.0, 4.0)
    """
    values = (middle, *ends)
    return Estimate(middle, min(values), max(values), unit=unit, label=label)

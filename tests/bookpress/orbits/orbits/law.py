"""The power law between distance and period."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from holdtrue.estimates import Estimate

FIRST_OUTER_AU = 5.0


def table(name: str) -> pd.DataFrame:
    """Return a table of the book's data."""
    folder = os.environ.get("ORBITS_DATA") or Path(__file__).parents[1] / "data"
    return pd.read_csv(Path(folder) / f"{name}.csv")


def of_group(planets: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return all planets, the inner or the outer ones."""
    outer = planets["distance_au"] >= FIRST_OUTER_AU
    return planets[{"all": outer | ~outer, "inner": ~outer, "outer": outer}[group]]


def exponent_of(planets: pd.DataFrame) -> Estimate:
    """Return the slope of log period on log distance, with twice its standard error on either side."""
    distance, period = np.log(planets["distance_au"]), np.log(planets["period_years"])
    (slope, _), covariance = np.polyfit(distance, period, 1, cov=True)
    error = 2 * float(np.sqrt(covariance[0, 0]))
    return Estimate(
        slope, slope - error, slope + error, n=len(planets), label="the exponent", range="sampling"
    )


def year_of(planets: pd.DataFrame, name: str) -> Estimate:
    """Return the length of the year of a planet; without a value where the planets lack it."""
    years = planets.loc[planets["planet"] == name, "period_years"]
    return Estimate(next(iter(years), None), unit="years", label=f"the year of {name}")


def predicted_period(moons: pd.DataFrame, moon: str, power: float) -> Estimate:
    """Return the period of a moon as Io's and a power of the distance give it."""
    known = moons.set_index("moon")
    distance = known.loc[moon, "distance_km"] / known.loc["Io", "distance_km"]
    days = known.loc["Io", "period_days"] * distance**power
    return Estimate(days, unit="days", label="the predicted period")


def error_of(moons: pd.DataFrame, moon: str, period: Estimate) -> Estimate:
    """Return how far a predicted period is from the true one, as a share of it."""
    days = moons.set_index("moon").loc[moon, "period_days"]
    return Estimate(abs((period.value or 0) / days - 1), unit="share", label="the error")

"""The power law between distance and period."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

FIRST_OUTER_AU = 5.0


@dataclass(frozen=True)
class Estimate:
    """A number with its interval."""

    value: float | None
    low: float | None = None
    high: float | None = None
    k: int | None = None
    n: int | None = None
    unit: str = ""
    label: str = ""


def table(name: str) -> pd.DataFrame:
    """Return a table of the book's data."""
    folder = os.environ.get("ORBITS_DATA") or Path(__file__).parents[1] / "data"
    return pd.read_csv(Path(folder) / f"{name}.csv")


def of_group(planets: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return all planets, the inner or the outer ones."""
    outer = planets["distance_au"] >= FIRST_OUTER_AU
    return planets[{"all": outer | ~outer, "inner": ~outer, "outer": outer}[group]]


def exponent(planets: pd.DataFrame) -> Estimate:
    """Return the slope of log period on log distance, with twice its standard error on either side."""
    (slope, _), covariance = np.polyfit(
        np.log(planets["distance_au"]), np.log(planets["period_years"]), 1, cov=True
    )
    error = 2 * float(np.sqrt(covariance[0, 0]))
    return Estimate(
        float(slope),
        float(slope) - error,
        float(slope) + error,
        n=len(planets),
        label="the exponent",
    )


def year_of(planets: pd.DataFrame, name: str) -> Estimate:
    """Return the length of the year of a planet; without a value where the planets lack it."""
    years = planets.loc[planets["planet"] == name, "period_years"]
    return Estimate(
        *map(float, years[:1]) if len(years) else (None,), unit="years", label=f"the year of {name}"
    )

"""How the years fill up from vintage to vintage, and what that says about the newest vintage.

From the growth of the counts of each team type with the age of a year (the time since its end), a
nowcast estimates what later vintages will show. Past vintages, judged by the newest, show whether
that beats the reading as it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.estimates.statistics.estimates import Floats
from compute_divide.estimates.statistics.resampling import percentile_interval
from compute_divide.estimates.statistics.shares import wilson_interval
from compute_divide.estimates.statistics.teams import TEAM_TYPES

AGES = {
    "current year": (-1.0, 0.0),
    "up to a year": (0.0, 1.0),
    "one to two years": (1.0, 2.0),
    "older": (2.0, 6.0),
}
"""Bands of the age of a year, in years since its end: from the first age to before the last."""
MIN_MODELS = 10
"""Readings of fewer models are not followed: chance alone would move them."""
DRAWS = 400
"""The number of bootstrap draws."""


@dataclass(frozen=True, slots=True)
class ReportingTriangle:
    """How many notable models of each team type each vintage counts in each year.

    Insurers and epidemiologists call such a table of counts by date and delay a reporting triangle
    (Lawless 1994).

    Parameters
    ----------
    counts : pandas.DataFrame
        One row per vintage and year: ``vintage``, ``at`` (its date as a fraction of a calendar
        year), ``year``, ``age`` (in years since the end of the year, negative before it; those of
        `AGES`), a count for each of `TEAM_TYPES`, and ``n``, their sum.
    """

    counts: pd.DataFrame

    def since(self, vintage: str) -> ReportingTriangle:
        """Return the triangle of a vintage and all later ones."""
        return ReportingTriangle(self.counts[self.counts["vintage"] >= vintage])

    def movement(self, team_type: str, band: str) -> Estimate:
        """Return how far a share has moved since its year was of some age.

        Parameters
        ----------
        team_type : str
            One of `TEAM_TYPES`.
        band : str
            One of `AGES`: ``"current year"``, ``"up to a year"``, ``"one to two years"``,
            ``"older"``.

        Returns
        -------
        Estimate
            The mean of the largest movements in percentage points, where each year counts once, by
            the mean of its readings, which are not independent; with the number of years. ``low``
            and ``high`` are the least and the largest single movement, not a confidence interval.

        Raises
        ------
        KeyError
            If the team type is unknown.

        Examples
        --------
        >>> from compute_divide.sources.models.table import load_models
        >>> triangle = reporting_triangle({n: load_models(n) for n in ("2025-06", "2026-08")})
        >>> found = triangle.movement("industry-only", "older")
        >>> found.low <= found.value <= found.high
        True
        """
        moved = share_movements(self.counts, team_type)
        label = f"movement of a share since it was read ({band})"
        most = moved.loc[moved["band"] == band, "most"]
        if most.empty:
            return Estimate(None, n=0, unit="points", label=label)
        by_year = most.groupby(moved["year"]).mean()
        mean = float(by_year.mean())
        smallest = float(most.min())
        largest = float(most.max())
        return Estimate(mean, smallest, largest, n=len(by_year), unit="points", label=label)

    def nowcasts(self, team_type: str, strength: float = 1.0) -> pd.DataFrame:
        """Return nowcasts of past vintages, beside what they and the newest vintage say.

        Parameters
        ----------
        team_type : str
            One of `TEAM_TYPES`.
        strength : float
            How much of the difference between a team type's growth and the growth of all types to
            believe, 0 to 1; with 0 the share stays.

        Returns
        -------
        pandas.DataFrame
            One row per vintage and year up to two years old, as of `share_movements`, with ``low``
            and ``high`` (the Wilson interval of the reading), ``nowcast``, ``nowcast_low`` and
            ``nowcast_high``.

        Raises
        ------
        KeyError
            If the team type is unknown.

        Notes
        -----
        A chain ladder (Mack 1993) in continuous time: the counts of each team type grew at a yearly
        rate in each band of ages up to the vintage, and the reading keeps growing at these rates.
        The interval resamples the steps from vintage to vintage, and the later models.

        Examples
        --------
        >>> from compute_divide.sources.models.table import load_models
        >>> names = ("2024-10", "2025-02", "2026-08")
        >>> triangle = reporting_triangle({name: load_models(name) for name in names})
        >>> triangle.nowcasts("industry-only")["vintage"].unique().tolist()
        ['2025-02']
        """
        moved = share_movements(self.counts, team_type)
        young = moved[moved["age"] < 2]
        table = young.join(_grown_on(self.counts, young, team_type, strength), how="inner")
        k = (table["share"] * table["n"]).round()
        _, low, high = wilson_interval(k, table["n"])
        with_interval = table.assign(low=low, high=high)
        return with_interval.drop(columns=["band", "points", "most"]).reset_index(drop=True)


def reporting_triangle(tables: Mapping[str, pd.DataFrame]) -> ReportingTriangle:
    """Return how many notable models of each team type each vintage counts in each year.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The models of each vintage.

    Returns
    -------
    ReportingTriangle
        The counts, with methods for how shares move (`movement`) and for what later vintages will
        say about the newest years (`nowcasts`).

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    A table of counts by date and delay (Lawless 1994).

    Examples
    --------
    >>> from compute_divide.sources.models.table import load_models
    >>> counts = reporting_triangle({"2023-03": load_models("2023-03")}).counts
    >>> counts.loc[counts["year"] == 2022, ["industry-only", "n"]].values.tolist()
    [[20, 22]]
    """
    parts = [_counts(vintage, models) for vintage, models in sorted(tables.items())]
    triangle = pd.concat(parts, ignore_index=True).astype({"year": int})
    age = triangle["at"] - triangle["year"] - 1
    n = triangle[list(TEAM_TYPES)].sum(axis=1)
    triangle = triangle.assign(age=age, n=n)
    youngest = min(first for first, _ in AGES.values())
    oldest = max(last for _, last in AGES.values())
    has_band = age.ge(youngest) & age.lt(oldest)
    columns = ["vintage", "at", "year", "age", *TEAM_TYPES, "n"]
    return ReportingTriangle(triangle.loc[has_band, columns].reset_index(drop=True))


def _counts(vintage: str, models: pd.DataFrame) -> pd.DataFrame:
    """Return the notable models of each year and team type that a vintage counts."""
    is_notable = models["scope"] == "notable"
    is_known = models["team_type"].isin(TEAM_TYPES)
    notable = models[is_notable & is_known]
    table = pd.crosstab(notable["year"], notable["team_type"])
    counts = table.reindex(columns=list(TEAM_TYPES), fill_value=0)
    year = int(vintage[:4])
    month = int(vintage[5:7])
    at = year + (month - 0.5) / 12
    return counts.reset_index().assign(vintage=vintage, at=at)


def share_movements(triangle: pd.DataFrame, team_type: str) -> pd.DataFrame:
    """Return how far the share of a team type in a year moved from each vintage to the newest.

    One row per reading of at least `MIN_MODELS` models that has a later one: ``vintage``, ``year``,
    ``age``, ``band`` (one of `AGES`), ``n``, ``share`` (the reading), ``later`` (that of the newest
    vintage), ``points`` (their difference in percentage points) and ``most`` (the largest distance
    to any later reading, in the same).
    """
    read = triangle[triangle["n"] >= MIN_MODELS].sort_values("at", kind="stable")
    share = read[team_type] / read["n"]
    readings = read.assign(share=share, band=_band(read["age"]))
    is_newest = readings["at"] == triangle["at"].max()
    newest = readings[is_newest].set_index("year")["share"]
    moved = readings.join(_most_points(readings), on=["vintage", "year"])
    moved = moved.assign(later=moved["year"].map(newest))
    moved = moved.dropna(subset=["later", "most"])
    points = 100 * (moved["later"] - moved["share"])
    moved = moved.assign(points=points)
    columns = ["vintage", "year", "age", "band", "n", "share", "later", "points", "most"]
    return moved[columns].sort_values(["vintage", "year"], ignore_index=True)


def _most_points(readings: pd.DataFrame) -> pd.Series[float]:
    """Return the largest distance of each reading to a later one, in percentage points."""
    others = readings[["year", "at", "share"]]
    pairs = readings.merge(others, on="year", suffixes=("", "_then"))
    later = pairs[pairs["at_then"] > pairs["at"]]
    distance = (later["share_then"] - later["share"]).abs()
    points = 100 * distance
    keys = [later["vintage"], later["year"]]
    return points.groupby(keys).max().rename("most")


def _band(ages: pd.Series[float]) -> pd.Series[str]:
    """Return the band of `AGES` of each age."""
    starts = [first for first, _ in AGES.values()]
    places = np.searchsorted(starts, ages, side="right") - 1
    names = np.array(list(AGES))
    return pd.Series(names[places], index=ages.index)


# --- the nowcast ---


def _grown_on(
    triangle: pd.DataFrame, young: pd.DataFrame, team_type: str, strength: float
) -> pd.DataFrame:
    """Return the nowcast of each reading, on its index; the first vintage has none."""
    newest = float(triangle["at"].max())
    transitions = _transitions(triangle)
    rows = []
    for vintage, part in young.groupby("vintage"):
        rates = _rates_until(transitions, str(vintage), strength)
        if rates is None:
            continue
        readings = triangle[triangle["vintage"] == vintage].set_index("year")
        for place, year in part["year"].items():
            estimate = _grown(readings, int(year), rates, team_type, newest)
            rows.append((place, estimate.value, estimate.low, estimate.high))
    columns = ["place", "nowcast", "nowcast_low", "nowcast_high"]
    return pd.DataFrame(rows, columns=columns).set_index("place")


def _grown(
    readings: pd.DataFrame, year: int, rates: Floats, team_type: str, until: float
) -> Estimate:
    """Return the share if a reading keeps growing at these rates.

    The interval resamples transitions and later models.
    """
    reading = readings.loc[[year]]
    counts = reading[list(TEAM_TYPES)].to_numpy(dtype=float)[0]
    age = float(reading["age"].iloc[0])
    spent = _years_in_bands(age, until - year - 1)
    growth = np.tensordot(rates, spent, axes=(1, 0))
    later = counts * np.exp(growth)
    totals = later.sum(axis=1)
    place = TEAM_TYPES.index(team_type)
    shares = later[:, place] / totals
    models = np.maximum(totals[1:].round(), 1)
    drawn = np.random.default_rng(year).binomial(models.astype(int), shares[1:])
    low, high = percentile_interval(drawn / models)
    n = int(counts.sum())
    label = f"{team_type}, {year}, nowcast"
    return Estimate(float(shares[0]), low, high, n=n, label=label, unit="share")


def _years_in_bands(start: float, end: float) -> Floats:
    """Return how many years between two ages lie in each of `AGES`."""
    spent = []
    for first, last in AGES.values():
        inside = min(end, last) - max(start, first)
        spent.append(max(inside, 0.0))
    return np.array(spent)


def _rates_until(transitions: pd.DataFrame, vintage: str, strength: float) -> Floats | None:
    """Return the growth up to a vintage, as observed and in samples; None without transitions."""
    steps = transitions[transitions["next"] <= vintage]
    if steps.empty:
        return None
    size = len(steps)
    as_they_are = np.ones(size)
    chances = np.full(size, 1 / size)
    samples = np.random.default_rng(size).multinomial(size, chances, DRAWS)
    return _rates(steps, np.vstack([as_they_are, samples]), strength)


def _transitions(triangle: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of each year in each vintage and in the next one, with the time between."""
    order = sorted(triangle["vintage"].unique())
    following = dict(itertools.pairwise(order))
    next_vintage = triangle["vintage"].map(following)
    before = triangle.assign(next=next_vintage).dropna(subset=["next"])
    after = triangle.rename(columns={"vintage": "next"})
    both = before.merge(after, on=["next", "year"], suffixes=("", "_next"))
    time = both["at_next"] - both["at"]
    return both.assign(time=time, band=_band(both["age"]))


def _rates(steps: pd.DataFrame, weights: Floats, strength: float) -> Floats:
    """Return the yearly log growth by draw, band and team type; NaN without a transition."""
    bands = steps["band"].to_numpy()[:, np.newaxis]
    in_band = (bands == np.array(list(AGES))).astype(float)
    teams = [*TEAM_TYPES, "n"]
    before = steps[teams].to_numpy(float)
    after = steps[[f"{team}_next" for team in teams]].to_numpy(float)
    time = steps["time"].to_numpy(float)
    model_years = before * time[:, np.newaxis]
    # Half a model on either side, so that a team type without models has a finite rate.
    sum_before = _summed(weights, in_band, before) + 0.5
    sum_after = _summed(weights, in_band, after) + 0.5
    sum_time = _summed(weights, in_band, model_years) + 0.5 * time.mean()
    mean_time = sum_time / sum_before
    rates = np.log(sum_after / sum_before) / mean_time
    own = rates[:, :, :-1]
    common = rates[:, :, -1:]
    return np.asarray(common + strength * (own - common))


def _summed(weights: Floats, in_band: Floats, values: Floats) -> Floats:
    """Return the sums of values by draw, band and team type."""
    cells = in_band[:, :, np.newaxis] * values[:, np.newaxis, :]
    steps, bands, teams = cells.shape
    sums = weights @ cells.reshape(steps, -1)
    return np.asarray(sums.reshape(len(weights), bands, teams))

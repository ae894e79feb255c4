"""How the years fill up from vintage to vintage, and what that says about the newest: a reporting triangle, scored.

From how the counts of each team type have grown with the age of a year (the time since its end), a nowcast estimates
what it will read later. Whether that beats the reading as it is, past vintages tell, and the newest judges.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import TEAM_TYPES, Floats, wilson_interval
from compute_divide.analysis.statistics.resampling import percentile_interval

AGES = {
    "current year": (-1.0, 0.0),
    "up to a year": (0.0, 1.0),
    "one to two years": (1.0, 2.0),
    "older": (2.0, 6.0),
}
"""Ages of a year, in years since its end: first and last of each band, the last not included."""
MIN_MODELS = 10  # a reading of fewer models is not followed: chance alone would move it
DRAWS = 400


def reporting_triangle(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many notable models of each team type each vintage counts in each year of an age in `AGES`.

    ``at`` is the date of the vintage as a fraction of a year, ``age`` counts years since the end of the year (negative
    before it), ``n`` is the sum of the counts.
    """
    parts = []
    for vintage, models in sorted(tables.items()):
        notable = models[(models["scope"] == "notable") & models["team_type"].isin(TEAM_TYPES)]
        counts = pd.crosstab(notable["year"], notable["team_type"]).reindex(
            columns=list(TEAM_TYPES), fill_value=0
        )
        at = int(vintage[:4]) + (int(vintage[5:7]) - 0.5) / 12
        parts.append(counts.reset_index().assign(vintage=vintage, at=at))
    triangle = pd.concat(parts, ignore_index=True).astype({"year": int})
    triangle = triangle.assign(
        age=triangle["at"] - triangle["year"] - 1, n=triangle[list(TEAM_TYPES)].sum(axis=1)
    )
    first, last = min(band[0] for band in AGES.values()), max(band[1] for band in AGES.values())
    inside = triangle["age"].ge(first) & triangle["age"].lt(last)
    return triangle.loc[inside, ["vintage", "at", "year", "age", *TEAM_TYPES, "n"]].reset_index(
        drop=True
    )


def movements(triangle: pd.DataFrame, team_type: str) -> pd.DataFrame:
    """Return how far the share of a team type in a year moved from each vintage to the newest one.

    ``share`` is the reading, ``later`` that of the newest vintage; in percentage points ``points`` is their difference
    and ``most`` the largest distance to any later reading. Readings of fewer than `MIN_MODELS` models are left out.
    """
    rows = triangle[triangle["n"] >= MIN_MODELS].sort_values("at", kind="stable")
    rows = rows.assign(share=rows[team_type] / rows["n"], band=_band(rows["age"]))
    later = rows.merge(rows[["year", "at", "share"]], on="year", suffixes=("", "_then")).query(
        "at_then > at"
    )
    distance = (later["share_then"] - later["share"]).abs()
    most = (100 * distance).groupby([later["vintage"], later["year"]]).max().rename("most")
    newest = rows[rows["at"] == triangle["at"].max()].set_index("year")["share"]
    moved = rows.join(most, on=["vintage", "year"]).assign(later=rows["year"].map(newest))
    moved = moved.dropna(subset=["later", "most"]).assign(
        points=lambda table: 100 * (table["later"] - table["share"])
    )
    columns = ["vintage", "year", "age", "band", "n", "share", "later", "points", "most"]
    return moved[columns].sort_values(["vintage", "year"], ignore_index=True)


def typical_movement(moved: pd.DataFrame, band: str) -> Estimate:
    """Return how far a share has moved since an age of `AGES`, in percentage points, by the largest of `movements`.

    The mean counts a year by the mean of its readings, which are not independent; the bounds are of single readings.
    """
    rows = moved[moved["band"] == band]
    typical = rows.groupby("year")["most"].mean()
    label = f"movement of a share since it was read ({band})"
    if rows.empty:
        return Estimate(None, n=0, unit="points", label=label)
    mean, least, most = (
        float(value) for value in (typical.mean(), rows["most"].min(), rows["most"].max())
    )
    return Estimate(mean, least, most, n=len(typical), unit="points", label=label)


def _band(ages: pd.Series[float]) -> pd.Series[str]:
    edges = [first for first, _ in AGES.values()]
    return pd.Series(
        np.array(list(AGES))[np.searchsorted(edges, ages, side="right") - 1], index=ages.index
    )


# --- the nowcast ---


def _grown(
    readings: pd.DataFrame, year: int, rates: Floats, team_type: str, until: float
) -> Estimate:
    """Return the share when a reading grows on at rates; the interval draws transitions and later models."""
    reading = readings.loc[[year]]
    counts = reading[list(TEAM_TYPES)].to_numpy(dtype=float)[0]
    start, end = float(reading["age"].iloc[0]), until - year - 1
    spent = np.array(
        [max(min(end, last) - max(start, first), 0.0) for first, last in AGES.values()]
    )
    later = counts * np.exp(np.tensordot(rates, spent, axes=(1, 0)))
    totals = later.sum(axis=1)
    shares = later[:, list(TEAM_TYPES).index(team_type)] / totals
    models = np.maximum(totals[1:].round(), 1)
    low, high = percentile_interval(
        np.random.default_rng(year).binomial(models.astype(int), shares[1:]) / models
    )
    return Estimate(
        float(shares[0]),
        low,
        high,
        n=int(counts.sum()),
        label=f"{team_type}, {year}, nowcast",
        unit="share",
    )


def _rates_until(transitions: pd.DataFrame, vintage: str, strength: float) -> Floats | None:
    """Return the growth that the vintages up to one show, as they are and in samples; none without transitions."""
    steps = transitions[transitions["next"] <= vintage]
    if steps.empty:
        return None
    size = len(steps)
    drawn = np.random.default_rng(size).multinomial(size, np.full(size, 1 / size), DRAWS)
    return _rates(steps, np.vstack([np.ones(size), drawn]), strength)


def _transitions(triangle: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of each year in each vintage and in the next one, with the time between."""
    order = sorted(triangle["vintage"].unique())
    following = dict(itertools.pairwise(order))
    before = triangle.assign(next=triangle["vintage"].map(following)).dropna(subset=["next"])
    after = triangle.rename(columns={"vintage": "next"})
    both = before.merge(after, on=["next", "year"], suffixes=("", "_next"))
    return both.assign(time=both["at_next"] - both["at"], band=_band(both["age"]))


def _rates(steps: pd.DataFrame, weights: Floats, strength: float) -> Floats:
    """Return the yearly log growth by draw, band and team type; none where a band has no transition."""
    one_hot = (steps["band"].to_numpy()[:, None] == np.array(list(AGES))[None, :]).astype(float)
    teams = [*TEAM_TYPES, "n"]
    before, after = (
        steps[[f"{team}{end}" for team in teams]].to_numpy(float) for end in ("", "_next")
    )
    time = steps["time"].to_numpy(float)

    def summed(values: Floats) -> Floats:
        cells = (one_hot[:, :, None] * values[:, None, :]).reshape(len(steps), -1)
        return np.asarray(
            (weights @ cells).reshape(len(weights), one_hot.shape[1], values.shape[1])
        )

    # Half a model on either side keeps a team type without any from growing at an endless rate.
    total = summed(before) + 0.5
    mean_time = (summed(before * time[:, None]) + 0.5 * time.mean()) / total
    rates = np.log((summed(after) + 0.5) / total) / mean_time
    common = rates[:, :, -1:]
    return np.asarray(common + strength * (rates[:, :, :-1] - common))


def scored(triangle: pd.DataFrame, team_type: str, strength: float = 1.0) -> pd.DataFrame:
    """Return nowcasts of past vintages, each beside the reading of its day and that of the newest vintage.

    A chain ladder in continuous time: the counts of each team type grew at a yearly rate in each band of ages up to the
    vintage, and the reading grows on at these. Of what sets the growth of a team type apart from that of all, the part
    `strength` is believed; with 0 the share stays. One row a vintage and year up to two years old, with share and
    interval of the reading and of the nowcast.
    """
    newest = float(triangle["at"].max())
    young = movements(triangle, team_type).query("age < 2")
    rows = []
    transitions = _transitions(triangle)
    for vintage, part in young.groupby("vintage"):
        readings = triangle[triangle["vintage"] == vintage].set_index("year")
        rates = _rates_until(transitions, str(vintage), strength)
        if rates is None:
            continue
        for place, year in part["year"].items():
            found = _grown(readings, int(year), rates, team_type, newest)
            rows.append((place, found.value, found.low, found.high))
    columns = ["place", "nowcast", "nowcast_low", "nowcast_high"]
    table = young.join(pd.DataFrame(rows, columns=columns).set_index("place"), how="inner")
    _, low, high = wilson_interval((table["share"] * table["n"]).round(), table["n"])
    return (
        table.assign(low=low, high=high)
        .drop(columns=["band", "points", "most"])
        .reset_index(drop=True)
    )


def score(table: pd.DataFrame, column: str, label: str) -> tuple[Estimate, Estimate]:
    """Return the mean absolute error in percentage points, and how often the interval holds the later reading.

    ``"share"`` is the reading left as it is, ``"nowcast"`` the nowcast.
    """
    low, high = ("low", "high") if column == "share" else (f"{column}_low", f"{column}_high")
    n, error = len(table), 100 * (table[column] - table["later"]).abs()
    held = int(table["later"].between(table[low] - 1e-9, table[high] + 1e-9).sum())
    return (
        Estimate(
            float(error.mean()) if n else None, n=n, unit="points", label=f"mean error of {label}"
        ),
        Estimate(
            held / n if n else None,
            k=held,
            n=n,
            label=f"later readings within the 95% interval of {label}",
            unit="share",
        ),
    )

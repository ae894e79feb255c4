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
from compute_divide.analysis.statistics.estimates import (
    TEAM_TYPES,
    Floats,
    counted_share,
    number_of,
    wilson_interval,
)
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
    """Return how many notable models of each team type each vintage counts in each year of publication.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The models of each vintage.

    Returns
    -------
    pandas.DataFrame
        A row a vintage and year: ``vintage``, ``at`` (its date as a fraction of a calendar year), ``year``, ``age`` (in
        years since the end of the year, negative before it; those of `AGES`), a count for each of `TEAM_TYPES`, and
        ``n``, their sum.

    Notes
    -----
    Insurers and epidemiologists call such a table of counts by date and delay a reporting triangle (Lawless 1994).

    Examples
    --------
    >>> from compute_divide.evidence.models.table import load_models
    >>> triangle = reporting_triangle({"2023-03": load_models("2023-03")})
    >>> triangle.loc[triangle["year"] == 2022, ["industry-only", "n"]].values.tolist()
    [[20, 22]]
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


def share_movements(triangle: pd.DataFrame, team_type: str) -> pd.DataFrame:
    """Return how far the share of a team type in a year moved from each vintage to the newest one.

    Parameters
    ----------
    triangle : pandas.DataFrame
        Counts, from `reporting_triangle`.
    team_type : str
        One of `TEAM_TYPES`.

    Returns
    -------
    pandas.DataFrame
        A row a reading of at least `MIN_MODELS` models that has a later one: ``vintage``, ``year``, ``age``, ``band``
        (one of `AGES`), ``n``, ``share`` (the reading), ``later`` (that of the newest vintage), ``points`` (their
        difference in percentage points) and ``most`` (the largest distance to any later reading, in the same).

    Examples
    --------
    >>> from compute_divide.evidence.models.table import load_models
    >>> triangle = reporting_triangle({name: load_models(name) for name in ("2023-03", "2026-08")})
    >>> moved = share_movements(triangle, "industry-only").set_index("year")
    >>> round(moved.loc[2022, "points"])
    -36
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
    """Return how far a share has moved since it was read at some age of its year.

    Parameters
    ----------
    moved : pandas.DataFrame
        Movements, from `share_movements`.
    band : str
        One of `AGES`.

    Returns
    -------
    Estimate
        The mean of the largest movements in percentage points, each year counted by the mean of its readings, which are
        not independent; with the number of years. ``low`` and ``high`` are the least and the largest single movement,
        not a confidence interval.

    Examples
    --------
    >>> moved = pd.DataFrame({"band": "older", "year": [2019, 2019, 2020], "most": [1.0, 3.0, 4.0]})
    >>> found = typical_movement(moved, "older")
    >>> found.value, found.low, found.high, found.n
    (3.0, 1.0, 4.0, 2)
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


def nowcasts(triangle: pd.DataFrame, team_type: str, strength: float = 1.0) -> pd.DataFrame:
    """Return nowcasts of past vintages, each beside the reading of its day and that of the newest vintage.

    Parameters
    ----------
    triangle : pandas.DataFrame
        Counts, from `reporting_triangle`.
    team_type : str
        One of `TEAM_TYPES`.
    strength : float
        How much is believed, 0 to 1, of what sets the growth of a team type apart from that of all; with 0 the share
        stays.

    Returns
    -------
    pandas.DataFrame
        A row a vintage and year up to two years old, as of `share_movements`, with ``low`` and ``high`` (the Wilson
        interval of the reading), ``nowcast``, ``nowcast_low`` and ``nowcast_high``.

    Notes
    -----
    A chain ladder (Mack 1993) in continuous time: the counts of each team type grew at a yearly rate in each band of
    ages up to the vintage, and the reading grows on at these. The interval draws the steps from vintage to vintage
    anew, and the later models.

    Examples
    --------
    >>> from compute_divide.evidence.models.table import load_models
    >>> names = ("2024-10", "2025-02", "2026-08")
    >>> triangle = reporting_triangle({name: load_models(name) for name in names})
    >>> nowcasts(triangle, "industry-only")["vintage"].unique().tolist()
    ['2025-02']
    """
    newest = float(triangle["at"].max())
    young = share_movements(triangle, team_type).query("age < 2")
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


def nowcast_score(table: pd.DataFrame, column: str, label: str) -> tuple[Estimate, Estimate]:
    """Return how well nowcasts, or readings left as they are, met the later reading.

    Parameters
    ----------
    table : pandas.DataFrame
        Nowcasts, from `nowcasts`.
    column : str
        ``"nowcast"``, or ``"share"`` for the reading left as it is.
    label : str
        What is scored, to be read after "mean error of".

    Returns
    -------
    tuple of Estimate
        The mean absolute error in percentage points, and how often the 95% interval holds the later reading. Neither
        has an interval, for the readings are no sample; without any there is no value.

    Examples
    --------
    >>> rows = pd.DataFrame({"share": [0.5], "low": [0.4], "high": [0.6], "later": [0.55]})
    >>> error, coverage = nowcast_score(rows, "share", "a reading")
    >>> round(error.value, 6), coverage.value
    (5.0, 1.0)
    """
    low, high = ("low", "high") if column == "share" else (f"{column}_low", f"{column}_high")
    error = 100 * (table[column] - table["later"]).abs()
    held = table["later"].between(table[low] - 1e-9, table[high] + 1e-9)
    covered = f"later readings within the 95% interval of {label}"
    return (
        number_of(float(error.mean()), f"mean error of {label}", "points", n=len(table)),
        counted_share(int(held.sum()), len(table), covered),
    )

"""The chips behind the models: their speed, number and price; and which clusters of them run."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import ACADEMIA, INDUSTRY, Floats
from compute_divide.analysis.statistics.resampling import (
    MIN_CLUSTERS,
    clusters,
    draw_weights,
    percentile_interval,
)

PEAK = "chip_flop_s"
"""Column that `with_peaks` adds: peak FLOP/s of one chip of the model."""


def chip_peaks(chips: pd.DataFrame, number_format: str = "training") -> pd.Series[float]:
    """Return the peak speed of chips by every name that they go by.

    Parameters
    ----------
    chips : pandas.DataFrame
        The chips, from `cd.data.chips`.
    number_format : str
        The rule for the number format, one of `choices.FORMATS`.

    Returns
    -------
    pandas.Series
        Peak speeds in FLOP/s of one chip, by name; chips without a rate under the rule are left
        out.

    Raises
    ------
    KeyError
        If there is no such rule.

    Notes
    -----
    Where the data sheet of a chip was seen, its dense 16-bit peak comes first: for some chips the
    list gives the rate of the vector engines, a quarter or a sixteenth of that. Plain 16-bit rates
    are never taken where plain 32 bits are faster: many graphics cards before 2018 list one of a
    sixty-fourth, and nobody trained with it.

    Examples
    --------
    >>> import compute_divide as cd
    >>> f"{chip_peaks(cd.data.chips())['NVIDIA V100']:.3g}"
    '1.25e+14'
    """
    rates = _rates(chips, number_format)
    by_name: dict[str, float] = {}
    for names, rate in zip(_names(chips), rates, strict=True):
        by_name |= dict.fromkeys(names, rate)
    peaks = pd.Series(by_name, dtype=float)
    return peaks.dropna()


def _rates(chips: pd.DataFrame, number_format: str) -> pd.Series[float]:
    """Return the peak speed of each row under one rule for the number format; NaN without one."""
    single = chips["fp32_flop_s"].astype(float)
    if number_format == "fp32":
        return single
    audited = chips["audited_flop_s"].astype(float)
    by_matrix = audited.where(chips["audited_matrix"].eq(True).fillna(False))
    tensor = by_matrix.fillna(chips["tensor_fp16_flop_s"].astype(float))
    half = chips["fp16_flop_s"].astype(float)
    faster = pd.Series(np.fmax(half, single))
    training = audited.fillna(tensor).fillna(faster)
    return {"training": training, "tensor-16": tensor}[number_format]


def _names(chips: pd.DataFrame) -> list[list[str]]:
    """Return every name of each chip, its own first."""
    aliases = chips["aliases"].fillna("").str.split("|")
    names = []
    for chip, others in zip(chips["chip"], aliases, strict=True):
        names.append([chip, *filter(None, others)])
    return names


def with_peaks(models: pd.DataFrame, peaks: pd.Series[float]) -> pd.DataFrame:
    """Return models with the peak speed of the chips that they were trained on.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with the column ``training_hardware``: names of chips, joined by ``|``.
    peaks : pandas.Series
        Peak speeds in FLOP/s by name of a chip, from `chip_peaks`.

    Returns
    -------
    pandas.DataFrame
        The models with a column `PEAK`, in FLOP/s of one chip. Of several chips it is the geometric
        mean of those whose peak is known; missing where none is.

    Raises
    ------
    KeyError
        If the column is missing.

    Examples
    --------
    >>> models = pd.DataFrame({"training_hardware": ["NVIDIA P100|NVIDIA V100", "another"]})
    >>> peaks = pd.Series({"NVIDIA P100": 1e13, "NVIDIA V100": 1e14})
    >>> with_peaks(models, peaks)[PEAK].map("{:.2g}".format).tolist()
    ['3.2e+13', 'nan']
    """
    logs = {name: math.log10(peak) for name, peak in peaks.items()}
    hardware = models["training_hardware"].tolist()
    means = [_geometric_mean(names, logs) for names in hardware]
    return models.assign(**{PEAK: means})


def _geometric_mean(names: object, logs: Mapping[Hashable, float]) -> float:
    """Return the geometric mean of the known peaks of chips, joined by ``|``; NaN without one."""
    if not isinstance(names, str):
        return np.nan
    known = [logs[name] for name in names.split("|") if name in logs]
    if not known:
        return np.nan
    return float(10 ** np.mean(known))


def same_year_ratio(
    rows: pd.DataFrame, label: str, value: str = PEAK, *, interval: bool = True
) -> Estimate:
    """Return the ratio of geometric means, industry over academia, among models of the same year.

    Parameters
    ----------
    rows : pandas.DataFrame
        Models with the columns ``team_type``, ``year``, ``link`` (of the paper) and the values.
    label : str
        What is estimated, in a few words that stand alone.
    value : str
        The column of the values, of which the positive ones count; by default the peak of one chip
        in FLOP/s.
    interval : bool
        Whether an interval is wanted, which takes most of the time.

    Returns
    -------
    Estimate
        The ratio, with the number of models in years that have both team types; without any it has
        no value, with fewer than five papers no interval.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    It is the coefficient of the team type in a least-squares fit of the logarithm with a constant
    for each year, in the closed form of Frisch and Waugh (1933) and Lovell (1963). The 95%
    percentile interval is that of a cluster bootstrap (Davison and Hinkley 1997, section 3.8),
    which draws papers.

    Examples
    --------
    >>> teams = ["industry-only", "academia-only"] * 2
    >>> rows = pd.DataFrame({"team_type": teams, "year": [2012, 2012, 2022, 2022], "link": None})
    >>> rows["chips"] = [2, 1, 800, 100]
    >>> round(same_year_ratio(rows, "number of chips", "chips").value, 6)
    4.0
    """
    known = in_shared_years(rows[["team_type", "year", "link", value]], value)
    n = len(known)
    if n == 0:
        return Estimate(None, n=0, unit="ratio", label=label)
    logs = np.log10(known[value].to_numpy(dtype=float))
    is_industry = np.asarray(known["team_type"] == INDUSTRY, dtype=np.float64)
    years = pd.get_dummies(known["year"]).to_numpy(dtype=np.float64)
    slopes = _within_slopes(is_industry, logs, years, np.ones((1, n)))
    ratio = 10 ** float(slopes[0])
    papers = clusters(known)
    if not interval or papers.max() + 1 < MIN_CLUSTERS:
        return Estimate(ratio, n=n, unit="ratio", label=label)
    draws = _within_slopes(is_industry, logs, years, draw_weights(papers))
    low, high = percentile_interval(draws)
    return Estimate(ratio, 10**low, 10**high, n=n, unit="ratio", label=label)


def in_shared_years(rows: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return the rows of industry and academia with a positive value, of years that have both."""
    is_side = rows["team_type"].isin([INDUSTRY, ACADEMIA])
    is_known = rows[value].gt(0) & rows["year"].notna()
    known = rows[is_side & is_known]
    teams = known.groupby("year")["team_type"]
    has_both = teams.transform("nunique") == 2
    return known[has_both.astype(bool)]


def _within_slopes(x: Floats, y: Floats, strata: Floats, weights: Floats) -> Floats:
    """Return the slope of y on x within strata, for each row of weights.

    The values of x are 0 or 1; the slope is NaN where no stratum has both.
    """
    moments = [np.ones_like(x), x, y, x * y]
    columns = [strata * moment[:, np.newaxis] for moment in moments]
    sums = weights @ np.hstack(columns)
    total, sum_x, sum_y, sum_xy = np.hsplit(sums, 4)
    with np.errstate(invalid="ignore", divide="ignore"):
        # x is 0 or 1, so its square is itself.
        squares = sum_x - sum_x**2 / total
        products = sum_xy - sum_x * sum_y / total
        spread = np.where(total > 0, squares, 0).sum(axis=1)
        shared = np.where(total > 0, products, 0).sum(axis=1)
        slopes = np.where(spread > 1e-9, shared / spread, np.nan)
    return np.asarray(slopes)


def built_clusters(listed: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters that run or ran, confirmed or likely, of known size, with old phases."""
    was_built = listed["status"].isin(["Existing", "Decommissioned"])
    is_certain = listed["certainty"].isin(["Confirmed", "Likely"])
    is_duplicate = listed["possible_duplicate"].fillna(False).astype(bool)
    has_size = listed["h100_equivalents"].gt(0)
    return listed[was_built & is_certain & ~is_duplicate & has_size]


def running_clusters(listed: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters that run, confirmed or likely, of known size and each once.

    Parameters
    ----------
    listed : pandas.DataFrame
        The list of clusters, from `cd.data.clusters`.

    Returns
    -------
    pandas.DataFrame
        Its rows without what was closed, doubles and phases that a later one replaced.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> import compute_divide as cd
    >>> running = running_clusters(cd.data.clusters())
    >>> "xAI Colossus Memphis Phase 1" in set(running["name"])
    False
    """
    built = built_clusters(listed)
    running = built[built["status"] == "Existing"]
    is_old_phase = running["superseded_by"].isin(running["name"])
    return running[~is_old_phase]

"""Ratios of companies' models to universities' models."""

from __future__ import annotations

import numpy as np
import pandas as pd

from compute_divide.estimates.statistics.numbers import COMPUTE, Floats
from compute_divide.estimates.statistics.resampling import (
    MIN_CLUSTERS,
    SEED,
    clusters,
    draw_weights,
    percentile_interval,
)
from compute_divide.estimates.statistics.teams import ACADEMIA, INDUSTRY
from holdtrue.estimates import Estimate


def geometric_mean_ratio(
    rows: pd.DataFrame, label: str, value: str = COMPUTE, *, same_year: bool = False
) -> Estimate:
    """Return the ratio of geometric means, industry over academia, of the positive values.

    Parameters
    ----------
    rows : pandas.DataFrame
        Models with the columns ``team_type``, ``link`` (of the paper) and the values, and ``year``
        if models of the same year are compared.
    label : str
        What is estimated, in a few self-contained words.
    value : str
        The column of the values; by default the training compute in FLOP.
    same_year : bool
        Whether models are compared only with those of the same year; else all are pooled, so that a
        side with newer models has an advantage.

    Returns
    -------
    Estimate
        The ratio, with the number of models on both sides (in years that have both, if the same
        year is required). Without a value if a side has no model, and without an interval if a
        side, or with the same year both together, has fewer than five papers.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The 95% percentile interval is that of a cluster bootstrap (Davison and Hinkley 1997, section
    3.8), which draws papers, because models of one paper are not independent; if pooled, within
    each team type. Among models of the same year the ratio is the coefficient of the team type in a
    least-squares fit of the logarithm with a constant for each year, in the closed form of Frisch
    and Waugh (1933) and Lovell (1963).

    Examples
    --------
    >>> teams = ["industry-only", "academia-only"] * 2
    >>> rows = pd.DataFrame({"team_type": teams, "year": [2012, 2012, 2022, 2022], "link": None})
    >>> rows["chips"] = [2, 1, 800, 100]
    >>> round(geometric_mean_ratio(rows, "number of chips", "chips", same_year=True).value, 6)
    4.0
    """
    if same_year:
        return _within_years(in_shared_years(rows, value), label, value)
    return _pooled(rows.loc[rows[value] > 0, ["team_type", "link", value]], label, value)


def _pooled(known: pd.DataFrame, label: str, value: str) -> Estimate:
    """Return the ratio of all models of one side to all of the other."""
    over = known[known["team_type"] == INDUSTRY]
    under = known[known["team_type"] == ACADEMIA]
    n = len(over) + len(under)
    if over.empty or under.empty:
        return Estimate(None, n=n, unit="ratio", label=label)
    logs_over = np.log10(over[value].to_numpy(dtype=float))
    logs_under = np.log10(under[value].to_numpy(dtype=float))
    ratio = 10 ** float(logs_over.mean() - logs_under.mean())
    papers_over = clusters(over)
    papers_under = clusters(under)
    fewest = min(papers_over.max(), papers_under.max()) + 1
    if fewest < MIN_CLUSTERS:
        return Estimate(ratio, n=n, unit="ratio", label=label)
    # Each side is drawn by itself, with a seed of its own.
    draws_over = _weighted_means(logs_over, draw_weights(papers_over, seed=SEED))
    draws_under = _weighted_means(logs_under, draw_weights(papers_under, seed=SEED + 1))
    low, high = percentile_interval(draws_over - draws_under)
    return Estimate(ratio, 10**low, 10**high, n=n, unit="ratio", label=label, range="sampling")


def _weighted_means(values: Floats, weights: Floats) -> Floats:
    """Return the mean of the values under each row of weights."""
    totals = weights.sum(axis=1)
    return np.asarray(weights @ values / totals)


def _within_years(known: pd.DataFrame, label: str, value: str) -> Estimate:
    """Return the ratio among models of the same year."""
    n = len(known)
    if n == 0:
        return Estimate(None, n=0, unit="ratio", label=label)
    logs = np.log10(known[value].to_numpy(dtype=float))
    is_industry = np.asarray(known["team_type"] == INDUSTRY, dtype=np.float64)
    years = pd.get_dummies(known["year"]).to_numpy(dtype=np.float64)
    slopes = _within_slopes(is_industry, logs, years, np.ones((1, n)))
    ratio = 10 ** float(slopes[0])
    papers = clusters(known)
    if papers.max() + 1 < MIN_CLUSTERS:
        return Estimate(ratio, n=n, unit="ratio", label=label)
    draws = _within_slopes(is_industry, logs, years, draw_weights(papers))
    low, high = percentile_interval(draws)
    return Estimate(ratio, 10**low, 10**high, n=n, unit="ratio", label=label, range="sampling")


def in_shared_years(rows: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return the rows of industry and academia with a positive value, of years that have both."""
    is_side = rows["team_type"].isin([INDUSTRY, ACADEMIA])
    is_known = rows[value].gt(0) & rows["year"].notna()
    known = rows.loc[is_side & is_known, ["team_type", "year", "link", value]]
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

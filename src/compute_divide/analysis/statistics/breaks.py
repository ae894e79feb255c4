"""Breaks of a trend: where the course of a share turns, with an interval on the year of the turn.

The share of each venue-year is a count of papers, and venues differ in level. So the logit of the share is a level for
each venue plus a line over the years that may change its slope once; profile likelihood finds the year of the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2, f
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

from compute_divide.analysis.statistics.estimate import Estimate

_STEP = 0.1


@dataclass(frozen=True, slots=True)
class Break:
    """A trend with one break.

    Parameters
    ----------
    year : Estimate
        When the slope changes; its interval holds every year that the data do not rule out at 95%.
    before, after : Estimate
        Factor a year on the odds, before and after the break (``"odds ratio"``).
    p_value : float or None
        Of the test against a trend without a break.
    profile : pandas.DataFrame
        ``year`` and ``deviance``: how well each year of a break fits (scaled; lower is better).
    """

    year: Estimate
    before: Estimate
    after: Estimate
    p_value: float | None
    profile: pd.DataFrame


def trend_break(counts: pd.DataFrame, label: str) -> Break:
    """Return the break of a trend in shares.

    Parameters
    ----------
    counts : pandas.DataFrame
        One row a venue-year: ``venue``, ``year``, ``k`` of ``n``.
    label : str
        What the share is of.

    Returns
    -------
    Break
        With values of None where there are fewer than six years.

    Notes
    -----
    Binomial generalised linear model with a level for each venue and a slope that changes at the break (a "broken
    stick", Hinkley 1971); deviances are divided by the Pearson dispersion of the best fit, for shares of venue-years
    vary more than binomial counts. The interval holds the years whose scaled deviance lies within the 95% point of
    chi-squared with one degree of freedom of the least. The break lies at least one year inside the range.

    Examples
    --------
    >>> years = list(range(2010, 2025))
    >>> k = [200 + 20 * min(year - 2010, 9) - 15 * max(year - 2019, 0) for year in years]
    >>> counts = pd.DataFrame({"venue": "icml", "year": years, "k": k, "n": 1000})
    >>> round(trend_break(counts, "share").year.value)
    2019
    """
    rows = counts[counts["n"] > 0]
    years = rows["year"].to_numpy(dtype=float)
    if len(np.unique(years)) < 6:
        nothing = Estimate(None, n=len(rows), unit="year", label=f"break in the trend of {label}")
        factor = Estimate(None, n=len(rows), unit="odds ratio", label=f"factor a year on the odds of {label}")
        return Break(nothing, factor, factor, None, pd.DataFrame(columns=["year", "deviance"]))
    candidates = np.arange(years.min() + 1, years.max() - 1 + _STEP / 2, _STEP)
    deviances = np.array([_fit(rows, at).deviance for at in candidates])
    best = float(candidates[int(deviances.argmin())])
    fit = _fit(rows, best)
    freedom = max(int(fit.df_resid) - 1, 1)
    dispersion = max(float(fit.pearson_chi2) / freedom, 1.0)
    scaled = deviances / dispersion
    inside = candidates[scaled <= scaled.min() + chi2.ppf(0.95, 1)]
    gain = (_fit(rows, None).deviance - fit.deviance) / 2 / dispersion
    name = f"break in the trend of {label}"
    return Break(
        year=Estimate(best, float(inside.min()), float(inside.max()), n=len(rows), unit="year", label=name),
        before=_factor(fit, [1, 0], dispersion, f"factor a year on the odds of {label}, before the break", len(rows)),
        after=_factor(fit, [1, 1], dispersion, f"factor a year on the odds of {label}, after the break", len(rows)),
        p_value=float(f.sf(gain, 2, freedom)),
        profile=pd.DataFrame({"year": candidates, "deviance": scaled - scaled.min()}),
    )


def _fit(rows: pd.DataFrame, at: float | None) -> Any:
    """Return the fit of levels and a slope, with a change of slope at a year where one is given."""
    years = rows["year"].to_numpy(dtype=float) - 2015.0
    slopes = [years] if at is None else [years, np.maximum(years - (at - 2015.0), 0.0)]
    levels = pd.get_dummies(rows["venue"]).to_numpy(dtype=float)
    outcomes = np.column_stack([rows["k"], rows["n"] - rows["k"]]).astype(float)
    return GLM(outcomes, np.column_stack([*slopes, levels]), family=families.Binomial()).fit()


def _factor(fit: Any, weights: list[int], dispersion: float, label: str, n: int) -> Estimate:
    """Return the factor a year on the odds that a combination of the slopes makes."""
    slopes = np.asarray(weights, dtype=float)
    slope = float(slopes @ fit.params[:2])
    spread = 1.959964 * float(np.sqrt(slopes @ fit.cov_params()[:2, :2] @ slopes * dispersion))
    low, value, high = (float(np.exp(slope + shift)) for shift in (-spread, 0.0, spread))
    return Estimate(value, low, high, n=n, unit="odds ratio", label=label)

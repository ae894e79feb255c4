"""Numbers as estimates: counts, ratios, and values rounded to the precision of their sources."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from holdtrue.estimates import Estimate

Floats = npt.NDArray[np.float64]
COMPUTE = "training_compute_flop"
"""Column of the training compute of a model, in FLOP."""
NORMAL_975 = NormalDist().inv_cdf(0.975)
"""Half the width of a 95% interval in standard errors."""


def number_of(
    count: float | None, label: str, unit: str = "count", *, n: int | None = None
) -> Estimate:
    """Return a number without an interval as an estimate.

    Parameters
    ----------
    count : float
        The number; None or NaN if it is not known.
    label : str
        What the number is, in a few self-contained words.
    unit : str
        Its unit, see `Estimate`.
    n : int, optional
        The number of observations it rests on.

    Returns
    -------
    Estimate
        The number.

    Examples
    --------
    >>> number_of(12, "vintages").unit, number_of(float("nan"), "hours", "hours").value
    ('count', None)
    """
    value = None if pd.isna(count) else count
    return Estimate(value, n=n, unit=unit, label=label)


def ratio(over: Estimate | float | None, under: Estimate | float | None, label: str) -> Estimate:
    """Return the ratio of two values.

    Parameters
    ----------
    over, under : Estimate or float
        The two values, or estimates with these values. None and NaN are unknown.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        The ratio, without an interval; without a value if one of the two is unknown, or the second
        is 0.

    Examples
    --------
    >>> ratio(6.0, 3.0, "large over small").value, ratio(6.0, None, "large over small").value
    (2.0, None)
    """
    first = over.value if isinstance(over, Estimate) else over
    second = under.value if isinstance(under, Estimate) else under
    if first is None or not second:
        return Estimate(None, unit="ratio", label=label)
    return Estimate(first / second, unit="ratio", label=label)


def significant(estimate: Estimate, digits: int = 3) -> Estimate:
    """Return an estimate rounded to the precision of its sources.

    Parameters
    ----------
    estimate : Estimate
        The estimate.
    digits : int
        How many significant digits its value and the ends of its interval keep.

    Returns
    -------
    Estimate
        The same, rounded; what is missing stays so.

    Raises
    ------
    ValueError
        If the number of digits is less than 1.

    Examples
    --------
    >>> rounded = significant(Estimate(123_456, 98_765, 200_001, unit="count"))
    >>> rounded.value, rounded.low, rounded.high
    (123000.0, 98800.0, 200000.0)
    """
    if digits < 1:
        raise ValueError(f"at least one digit is kept, not {digits}")
    value = _rounded(estimate.value, digits)
    low = _rounded(estimate.low, digits)
    high = _rounded(estimate.high, digits)
    return replace(estimate, value=value, low=low, high=high)


def _rounded(number: float | None, digits: int) -> float | None:
    """Return a number with this many significant digits."""
    if number is None:
        return None
    return float(f"{number:.{digits - 1}e}")

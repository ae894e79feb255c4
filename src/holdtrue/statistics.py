"""Shares, ratios, medians and growth, each with its 95% interval; the standard library alone."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from itertools import combinations

from holdtrue.estimates import Estimate, ResultError

Z = statistics.NormalDist().inv_cdf(0.975)
"""How many standard errors an interval of 95% reaches to either side."""


def share(k: int, n: int, *, label: str = "", period: tuple[int, int] | None = None) -> Estimate:
    """Return how many of how many, as a share with Wilson's interval.

    Parameters
    ----------
    k, n : int
        How many were counted, of how many; a share of none has no value.
    label : str
        What the share is of.
    period : tuple of int, optional
        First and last year.

    Notes
    -----
    Wilson (1927), Journal of the American Statistical Association 22(158).

    Examples
    --------
    >>> share(26, 38)
    Estimate(value=0.684..., low=0.525..., high=0.809..., k=26, n=38, unit='share', ...)
    """
    if not 0 <= k <= n:
        raise ResultError(f"{k} of {n} is no share")
    if n == 0:
        return Estimate(None, k=k, n=n, unit="share", label=label, period=period)
    value = k / n
    scale = 1 + Z**2 / n
    middle = (value + Z**2 / (2 * n)) / scale
    half = Z / scale * math.sqrt(value * (1 - value) / n + Z**2 / (4 * n**2))
    low = 0.0 if k == 0 else middle - half  # exactly, which rounding would miss
    high = 1.0 if k == n else middle + half
    return Estimate(value, low, high, k, n, "share", label, period, "sampling")


def ratio(first: Estimate, other: Estimate, *, label: str = "") -> Estimate:
    """Return how many times one share is another, with Katz's interval.

    A share of which nothing was counted has no such ratio.

    Notes
    -----
    Katz and others (1978), Biometrics 34(3), on the logarithmic scale.

    Examples
    --------
    >>> ratio(share(30, 60), share(10, 60)).value
    3.0
    """
    if not (first.k and first.n and other.k and other.n):
        return Estimate(None, unit="ratio", label=label)
    value = (first.k / first.n) / (other.k / other.n)
    error = math.sqrt(1 / first.k - 1 / first.n + 1 / other.k - 1 / other.n)
    low = value * math.exp(-Z * error)
    high = value * math.exp(Z * error)
    return Estimate(value, low, high, unit="ratio", label=label, range="sampling")


def median(values: Iterable[float], *, unit: str = "", label: str = "") -> Estimate:
    """Return a median with the interval of its order statistics.

    Notes
    -----
    The interval is that of the sign test: of the ranks that hold the median in at least 95 of 100
    samples, the narrowest. Fewer than six values have none.

    Examples
    --------
    >>> median([3, 1, 2, 9, 4, 7, 5, 8, 6])
    Estimate(value=5.0, low=2.0, high=8.0, k=None, n=9, ...)
    """
    ordered = sorted(map(float, values))
    size = len(ordered)
    if not size:
        return Estimate(None, n=0, unit=unit, label=label)
    outside = 0.0
    rank = -1
    while 2 * (outside + math.comb(size, rank + 1) / 2**size) <= 0.05:
        rank += 1
        outside += math.comb(size, rank) / 2**size
    value = statistics.median(ordered)
    if rank < 0:
        return Estimate(value, n=size, unit=unit, label=label)
    ends = (ordered[rank], ordered[size - 1 - rank])
    return Estimate(value, *ends, n=size, unit=unit, label=label, range="sampling")


def growth(years: Sequence[float], values: Sequence[float], *, label: str = "") -> Estimate:
    """Return by which factor values grow a year: the median slope of their logarithms.

    Parameters
    ----------
    years, values : sequence of float
        When each value is from, and the value, above 0.
    label : str
        What grows.

    Notes
    -----
    Theil (1950) and Sen (1968): the median of the slopes between all pairs; its interval takes the
    ranks that Kendall's variance gives, without a correction for ties. Fewer than four values have
    none.

    Examples
    --------
    >>> growth([2020, 2021, 2022, 2023, 2024], [1, 2, 4, 8, 16]).value
    2.0
    """
    points = sorted(zip(years, values, strict=True))
    if any(value <= 0 for _, value in points):
        raise ResultError("growth is that of values above 0")
    pairs = [(a, b) for a, b in combinations(points, 2) if a[0] != b[0]]
    slopes = sorted(math.log(b[1] / a[1]) / (b[0] - a[0]) for a, b in pairs)
    size = len(points)
    if not slopes:
        return Estimate(None, n=size, unit="ratio", label=label)
    value = math.exp(statistics.median(slopes))
    reach = Z * math.sqrt(size * (size - 1) * (2 * size + 5) / 18)
    rank = math.floor((len(slopes) - reach) / 2)
    if rank < 0:
        return Estimate(value, n=size, unit="ratio", label=label)
    low = math.exp(slopes[rank])
    high = math.exp(slopes[-1 - rank])
    return Estimate(value, low, high, n=size, unit="ratio", label=label, range="sampling")

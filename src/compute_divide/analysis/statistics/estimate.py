"""An estimate: a value with its interval, counts and unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, its interval, and what it rests on.

    Parameters
    ----------
    value : float or None
        The point estimate; None where it does not exist, as for a share of nothing.
    low, high : float or None
        Bounds of the interval (95% unless the label says otherwise); None where none is stated.
    k, n : int or None
        For a share the count and the total; otherwise `n` is the number of observations.
    unit : str
        ``"share"`` (0 to 1), ``"ratio"``, ``"odds ratio"``, ``"count"``, ``"months"``, ``"years"``, ``"FLOP"``,
        ``"FLOP/s"``, ``"USD"``, ``"chips"``, ``"hours"``, ``"points"`` (percentage points), ``"per year"``,
        ``"year"`` (a calendar year).
    label : str
        What is estimated, in a few words a reader understands.

    Examples
    --------
    >>> Estimate(0.5, 0.2, 0.8, k=1, n=2, unit="share", label="academic share").value
    0.5
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    k: int | None = None
    n: int | None = None
    unit: str = "share"
    label: str = ""

    def named(self, label: str) -> Self:
        """Return the same estimate under another label."""
        return replace(self, label=label)

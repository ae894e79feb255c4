"""Estimates: values with their ranges and counts, as cells bind them and prose quotes them."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Range = Literal["sampling", "simulation", "assumptions", "quotes", "bounds"]
"""What the range of an estimate is.

*sampling*: a 95% interval, within which chance could move the value. *simulation*: from the 5th to
the 95th percentile of a simulation. *assumptions*: over all assumptions made. *quotes*:
from the lowest to the highest. *bounds*: if all unknown rows went one way, or the other.
"""
FIELDS = ("value", "low", "high", "range", "k", "n", "unit", "label")
"""The fields of an estimate that are published."""


class ResultError(ValueError):
    """An estimate or a comparison that cannot be made, published or read."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, its range, and what it rests on.

    Parameters
    ----------
    value : float or None
        The value in its unit; None if it does not exist, as for a share of nothing. NaN counts as
        None.
    low, high : float, optional
        The ends of its range.
    k : int, optional
        How many were counted; with `n` it gives a share.
    n : int, optional
        The total, or the number of observations.
    unit : str
        The unit: ``"share"`` (0 to 1), ``"ratio"``, ``"odds ratio"``, ``"count"``, ``"points"``
        (percentage points), ``"year"`` (a calendar year), ``"years"``, ``"months"``, ``"USD"``,
        or any other word.
    label : str
        What is estimated, in a few self-contained words.
    period : tuple of int, optional
        First and last calendar year, which order two estimates in a statement on a rise or fall.
    range : str, optional
        What kind of range that is, one of `Range`; None without a range, and if that is not
        recorded, as in files from before there was the field.
    rows : callable, optional
        Returns the rows that `k` and `n` count; not compared, and left out of a copy by pickle.

    Raises
    ------
    ResultError
        If a field has the wrong type, a number is infinite, or the range ends before it begins.

    Examples
    --------
    >>> Estimate(0.64, 0.53, 0.73, k=55, n=86, unit="share", range="sampling").k
    55
    >>> Estimate(float("nan")).value is None
    True
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    k: int | None = None
    n: int | None = None
    unit: str = ""
    label: str = ""
    period: tuple[int, int] | None = None
    range: Range | None = None
    rows: Callable[[], Any] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, _number(name, getattr(self, name)))
        for name in ("k", "n"):
            object.__setattr__(self, name, _count(name, getattr(self, name)))
        for name in ("unit", "label"):
            if not isinstance(getattr(self, name), str):
                raise ResultError(f"{name} {getattr(self, name)!r} of an estimate is no text")
        if self.range not in (None, *get_args(Range)):
            kinds = ", ".join(get_args(Range))
            raise ResultError(f"{self.range!r} is no kind of range; there are {kinds}")
        if self.period is not None:
            first, last = self.period
            object.__setattr__(self, "period", (int(first), int(last)))
        low = self.low
        high = self.high
        if low is None or high is None:
            object.__setattr__(self, "range", None)
        elif low > high and not math.isclose(low, high):
            raise ResultError(f"its range begins at {low} and ends at {high}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle all but the rows, which a function of a chapter's own makes."""
        counts = (self.k, self.n, self.unit, self.label)
        return (Estimate, (self.value, self.low, self.high, *counts, self.period, self.range))

    def _repr_html_(self) -> str:
        from holdtrue.number_formats import write

        return html.escape(": ".join(filter(None, [self.label, write(self, "full")])))

    def row(self, name: str = "share") -> dict[str, Any]:
        """Return the estimate as the cells of a table row.

        Parameters
        ----------
        name : str
            The name of the column with the value.

        Returns
        -------
        dict
            The value under that name, and ``low``, ``high``, ``k`` and ``n``.

        Examples
        --------
        >>> Estimate(0.64, 0.53, 0.73, k=55, n=86).row()
        {'share': 0.64, 'low': 0.53, 'high': 0.73, 'k': 55, 'n': 86}
        """
        return {name: self.value, "low": self.low, "high": self.high, "k": self.k, "n": self.n}

    @property
    def width(self) -> float | None:
        """The width of the range, in the estimate's unit; None without one."""
        if self.low is None or self.high is None:
            return None
        return self.high - self.low

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the estimate as in ``results.json``."""
        return {name: getattr(self, name) for name in FIELDS}


def read_estimate(fields: Mapping[str, Any]) -> Estimate:
    """Return an estimate read from JSON, with every field validated."""
    try:
        return Estimate(**fields)
    except TypeError as error:  # a field that it does not have, or not its value
        raise ResultError(f"this is no estimate: {error}") from error


def _number(name: str, given: Any) -> float | None:
    """Return a finite number, or None for NaN: JSON has neither infinities nor NaN."""
    if given is None:
        return None
    if not hasattr(given, "__float__") or isinstance(given, bool):
        raise ResultError(f"{name} {given!r} of an estimate is no number")
    number = float(given)
    if math.isinf(number):
        raise ResultError(f"{name} {given!r}: an estimate is finite, or None")
    return None if math.isnan(number) else number


def _count(name: str, given: Any) -> int | None:
    """Return a whole number of rows."""
    number = _number(name, given)
    if number is None:
        return None
    if not number.is_integer():
        raise ResultError(f"{name} {given!r} of an estimate is no whole number")
    return int(number)

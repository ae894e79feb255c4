"""Comparisons of estimates that sentences rest on.

A comparison reads whole 95% intervals, so it asks for more than chance; one with ``_throughout``
in its name reads whole ranges of any kind, and one with ``_value`` the values alone. A comparison
takes estimates, reported values (without a range) and plain numbers. Without a value, or without
the range that it needs, a comparison is unknown.

To add one, write it in its module, with what it proves of shares, times and margins.
"""

from holdtrue.comparisons import differences, order, ranges, sides, values
from holdtrue.comparisons.base import COMPARISONS, READ_AS, Comparison

__all__ = [
    "COMPARISONS",
    "READ_AS",
    "Comparison",
    "differences",
    "order",
    "ranges",
    "sides",
    "values",
]

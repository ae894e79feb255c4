"""Comparisons of estimates that sentences rest on.

A comparison reads whole intervals, so it asks for more than chance; one with ``_value`` in its name
reads the values alone. It takes estimates, reported values (without an interval) and plain numbers.
Without a value, or without the interval that it needs, a comparison is unknown.

To add one, write it in its module, with what `check` reads it as, and name it in `bookpress`.
"""

from bookpress.chapter.comparisons import differences, order, sides, values
from bookpress.chapter.comparisons.base import COMPARISONS, READ_AS, Comparison

__all__ = ["COMPARISONS", "READ_AS", "Comparison", "differences", "order", "sides", "values"]

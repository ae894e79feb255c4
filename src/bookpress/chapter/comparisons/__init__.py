"""Comparisons of estimates that sentences rest on.

A comparison reads intervals, that is it asks for more than chance; one with ``_value`` in its name
reads the values alone. What it compares may be estimates, claims (which have a value and no
interval) and plain numbers. Without a value, or without the interval that it reads, it is unknown.

One is added in its module, with what `check` reads it as, and named in the face of the press.
"""

from bookpress.chapter.comparisons import differences, order, sides, values
from bookpress.chapter.comparisons.base import COMPARISONS, READ_AS, Comparison

__all__ = ["COMPARISONS", "READ_AS", "Comparison", "differences", "order", "sides", "values"]

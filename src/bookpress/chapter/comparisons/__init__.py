"""Comparisons of estimates that sentences rest on.

A comparison reads intervals, that is it asks for more than chance; one with ``_value`` in its name
reads the values alone. What it compares may be estimates, claims (which have a value and no
interval) and plain numbers. Without a value, or without the interval that it reads, it is unknown.
"""

from collections.abc import Callable, Mapping, Sequence

from bookpress.chapter.comparisons.base import Comparison
from bookpress.chapter.comparisons.differences import (
    differ,
    indistinguishable,
    times_as_large,
    times_as_large_value,
    undecided,
)
from bookpress.chapter.comparisons.order import fell, fell_value, rose, rose_value
from bookpress.chapter.comparisons.sides import (
    about,
    above,
    apart,
    below,
    counts,
    majority,
    minority,
    within,
)
from bookpress.chapter.comparisons.values import (
    about_value,
    above_value,
    below_value,
    majority_value,
    minority_value,
)

_ALL: Sequence[Callable[..., Comparison]] = [
    *(below, above, apart, majority, minority, within, about, counts),
    *(below_value, above_value, majority_value, minority_value, about_value),
    *(rose, fell, rose_value, fell_value),
    *(differ, undecided, indistinguishable, times_as_large, times_as_large_value),
]
COMPARISONS: Mapping[str, Callable[..., Comparison]] = {
    comparison.__name__: comparison for comparison in _ALL
}
"""The comparisons that are in scope of every sentence, by name."""

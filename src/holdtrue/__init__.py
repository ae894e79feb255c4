"""Numbers and sentences of any MyST-NB book, true to what its cells bind.

In a notebook ``import holdtrue as ht`` publishes after each cell what the cell has bound. In Sphinx
the extension ``holdtrue`` looks up ``{result}``, ``{holds}`` and ``{years}`` in these outputs.
"""

from __future__ import annotations

from typing import Any

from holdtrue.comparisons.base import Comparison
from holdtrue.comparisons.differences import (
    differ,
    indistinguishable,
    times_as_large,
    times_as_large_value,
    undecided,
)
from holdtrue.comparisons.order import fell, fell_value, rose, rose_value
from holdtrue.comparisons.ranges import about_throughout, above_throughout, below_throughout
from holdtrue.comparisons.sides import (
    about,
    above,
    apart,
    below,
    counts,
    majority,
    minority,
    within,
)
from holdtrue.comparisons.values import (
    about_value,
    above_value,
    below_value,
    majority_value,
    minority_value,
)
from holdtrue.estimates import Estimate
from holdtrue.notebook import listen
from holdtrue.statistics import growth, median, ratio, share

__all__ = [
    "Comparison",
    "Estimate",
    "about",
    "about_throughout",
    "about_value",
    "above",
    "above_throughout",
    "above_value",
    "apart",
    "below",
    "below_throughout",
    "below_value",
    "counts",
    "differ",
    "fell",
    "fell_value",
    "growth",
    "indistinguishable",
    "listen",
    "majority",
    "majority_value",
    "median",
    "minority",
    "minority_value",
    "ratio",
    "rose",
    "rose_value",
    "share",
    "times_as_large",
    "times_as_large_value",
    "undecided",
    "within",
]


def setup(app: Any) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    from holdtrue.book import register

    return register(app)


listen()

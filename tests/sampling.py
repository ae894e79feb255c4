"""How much of a heavy check is run: a seeded sample, or all of it in `make test-long`."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

LONG = os.environ.get("BOOKPRESS_LONG") == "1"


def count(small: int, full: int) -> int:
    return full if LONG else small


def some(every: Sequence[Any], number: int, seed: int) -> list[Any]:
    """Return a seeded sample, in its order; everything in the long run."""
    drawn = np.random.default_rng(seed).permutation(len(every))[: len(every) if LONG else number]
    return [every[place] for place in sorted(drawn)]

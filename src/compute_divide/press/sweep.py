"""Sweeps: one chapter run with every combination of some values, and all its results in one table."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any


def combinations(axes: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return every combination of the values, the last name varying fastest.

    Examples
    --------
    >>> combinations({"a": [1, 2], "b": ["x", "y"]})[:2]
    [{'a': 1, 'b': 'x'}, {'a': 1, 'b': 'y'}]
    """
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]

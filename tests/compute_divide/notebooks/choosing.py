"""Values that the parameters of a chapter allow: the ends of each, every member of each closed set, and draws."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bookpress.chapter.parameters import Parameter
from bookpress.chapter.periods import period_text
from holdtrue.periods import years_of

Values = dict[str, Any]

FLIPS = [["openai=nonprofit"], ["bare-name=unknown", "mila=unknown"]]
"""Judgement calls decided otherwise: the one type whose schema does not say all that is allowed."""


def edges(parameter: Parameter) -> list[Any]:
    """Return the ends of what a parameter allows, and each member of a closed set."""
    schema = parameter.schema
    if parameter.choices:
        return parameter.choices
    if schema.get("type") == "array":
        members = schema.get("items", {}).get("enum", [])
        return [[member] for member in members] + [members] if members else FLIPS
    low, high = schema["minimum"], schema["maximum"]
    if parameter.is_period:
        first, last = years_of(parameter.default)
        return [
            period_text(years) for years in ((low, low), (low, last), (first, high), (high, high))
        ]
    return [low, high]


def one_at_a_time(parameters: Sequence[Parameter]) -> Iterator[Values]:
    """Yield each edge of each parameter, the others as published."""
    for parameter in parameters:
        for value in edges(parameter):
            if value != parameter.default:
                yield {parameter.name: value}


def all_at_once(parameters: Sequence[Parameter], place: int) -> Values:
    """Return the first (0) or last (-1) edge of every parameter together: all periods are one and the same year."""
    return {parameter.name: edges(parameter)[place] for parameter in parameters}


def drawn(parameters: Sequence[Parameter], rng: np.random.Generator) -> Values:
    """Return a combination at random; years lie mostly where there are data."""
    return {parameter.name: _draw(parameter, rng) for parameter in parameters}


def _draw(parameter: Parameter, rng: np.random.Generator) -> Any:
    if parameter.schema.get("type") == "array":
        members = parameter.schema.get("items", {}).get("enum", [])
        if not members:
            return FLIPS[int(rng.integers(len(FLIPS)))]
        return sorted(
            rng.choice(
                members, size=int(rng.integers(1, 1 + min(len(members), 6))), replace=False
            ).tolist()
        )
    if parameter.choices:
        return parameter.choices[int(rng.integers(len(parameter.choices)))]
    low, high = parameter.schema["minimum"], parameter.schema["maximum"]
    if low == 1950 and rng.random() < 0.8:
        low = 2005
    if parameter.is_period:
        return period_text(tuple(sorted(rng.integers(low, high + 1, size=2).tolist())))
    is_whole = parameter.schema["type"] == "integer"
    value = rng.integers(low, high + 1) if is_whole else rng.uniform(low, high)
    return value.item() if isinstance(value, np.generic) else value

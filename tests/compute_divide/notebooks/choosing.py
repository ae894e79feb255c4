"""Values that the parameters of a chapter allow: the ends of each, every member of each closed set, and draws."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bookpress.chapter.parameters import Parameter

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
    return [schema["minimum"], schema["maximum"]]


def one_at_a_time(parameters: Sequence[Parameter]) -> Iterator[Values]:
    """Yield each edge of each parameter, the others as published; a period gives way to the end that is moved."""
    for parameter in parameters:
        for value in edges(parameter):
            if value != parameter.default:
                yield {parameter.name: value, **_partner(parameters, parameter.name, value)}


def all_at_once(parameters: Sequence[Parameter], place: int) -> Values:
    """Return the first (0) or last (-1) edge of every parameter together: all periods are one and the same year."""
    return {parameter.name: edges(parameter)[place] for parameter in parameters}


def drawn(parameters: Sequence[Parameter], rng: np.random.Generator) -> Values:
    """Return a combination at random; years lie mostly where there are data."""
    values = {parameter.name: _draw(parameter, rng) for parameter in parameters}
    for first in (
        name for name in values if name.endswith("_first") and f"{name[:-5]}last" in values
    ):
        last = f"{first[:-5]}last"
        values[first], values[last] = sorted([values[first], values[last]])
    return values


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
    ends = edges(parameter)
    if parameter.choices:
        return ends[int(rng.integers(len(ends)))]
    low, high = ends
    if low == 1950 and rng.random() < 0.8:
        low = 2005
    value = (
        rng.integers(low, high + 1)
        if parameter.schema["type"] == "integer"
        else rng.uniform(low, high)
    )
    return value.item() if isinstance(value, np.generic) else value


def _partner(parameters: Sequence[Parameter], name: str, value: Any) -> Values:
    """Return the other end of a period, where it must move too."""
    stem, _, end = name.rpartition("_")
    other = {"first": f"{stem}_last", "last": f"{stem}_first"}.get(end)
    for parameter in parameters:
        if parameter.name == other and (parameter.default < value) == (end == "first"):
            return {other: value}
    return {}

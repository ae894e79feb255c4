"""The parameters of a cell, for tests that expect nothing but them or nothing but its faults."""

from __future__ import annotations

from bookpress.chapter.declarations import Scope, read_declarations
from bookpress.chapter.parameters import Parameter
from bookpress.errors import PressError

PLAIN_TYPES = Scope()


def read_parameters(
    source: str, where: str = "the parameters cell", scope: Scope = PLAIN_TYPES
) -> list[Parameter]:
    """Return the parameters that a cell declares, in order; raise its faults if it has any."""
    parameters, faults = read_declarations(source, where, scope)
    if faults:
        raise PressError("\n".join(faults))
    return parameters

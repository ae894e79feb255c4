"""The parameters of a cell, for tests that expect nothing but them or nothing but its faults."""

from __future__ import annotations

from bookpress.chapter.declarations import PLAIN_SCOPE, Scope, read_declarations
from bookpress.chapter.parameters import Parameter
from bookpress.errors import PressError


def read_parameters(
    source: str, where: str = "the parameters cell", scope: Scope = PLAIN_SCOPE
) -> list[Parameter]:
    """Return the parameters that a cell declares, in order; raise its faults if it has any."""
    parameters, faults = read_declarations(source, where, scope)
    if faults:
        raise PressError("\n".join(faults))
    return parameters

"""Ranges of numbers, as a grid and a type may give them: ``2010:2020:2``, ends included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

RANGE = re.compile(r"([^:]*):([^:]*)(?::([^:]*))?")
NUMERIC = frozenset({"integer", "number"})
MOST = 1000
"""Values that a range may have."""


def takes_ranges(schema: Mapping[str, Any]) -> bool:
    """Return whether a JSON Schema takes numbers, and no text that might hold colons."""
    types = {branch.get("type") for branch in schema.get("anyOf", [schema])}
    return bool(types & NUMERIC) and "string" not in types


def spread(text: str) -> list[str]:
    """Return the numbers of a range as texts; of what is no range the text itself.

    Raises
    ------
    ValueError
        If an end or the step is no number, the step leads away from the last one, or there are
        more than a thousand.

    Examples
    --------
    >>> spread("2010:2020:5"), spread("0.1:0.3:0.1"), spread("3:1:-1"), spread("7")
    (['2010', '2015', '2020'], ['0.1', '0.2', '0.3'], ['3', '2', '1'], ['7'])
    """
    match = RANGE.fullmatch(text.strip())
    if match is None:
        if ":" in text:
            raise ValueError(f"{text} is no range; a range is FIRST:LAST or FIRST:LAST:STEP")
        return [text]
    stated_first, stated_last, stated_step = match.groups("1")
    first = _number(stated_first, text)
    last = _number(stated_last, text)
    step = _number(stated_step, text)
    never_arrives = step == 0 or (last - first) * step < 0
    if never_arrives:
        raise ValueError(
            f"the range {text} has no values: steps of {step} from {first} never reach {last}"
        )
    many = int((last - first) / step) + 1
    if many > MOST:
        raise ValueError(f"the range {text} has {many:,} values; allowed: {MOST:,}")
    return [f"{first + place * step:f}" for place in range(many)]


def _number(part: str, text: str) -> Decimal:
    try:
        number = Decimal(part.strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise ValueError(f"the range {text} has {part!r} where a number belongs") from None
    return number

"""Ranges of numbers in a grid or a type: ``2010:2020:2``, both ends included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

RANGE = re.compile(r"([^:]*):([^:]*)(?::([^:]*))?")
NUMERIC = frozenset({"integer", "number"})
MOST = 1000
"""The most values that a range may have."""
MOST_DIGITS = 300
"""The most digits of a number before or after its point: about those of a float."""


def takes_ranges(schema: Mapping[str, Any]) -> bool:
    """Return whether a JSON Schema accepts numbers, but not text, which might contain colons."""
    types = {branch.get("type") for branch in schema.get("anyOf", [schema])}
    return bool(types & NUMERIC) and "string" not in types


def spread(text: str) -> list[str]:
    """Return the numbers of a range as texts; a text that is not a range is returned alone.

    Raises
    ------
    ValueError
        If an end or the step is not a number, the step leads away from the end, or there are
        more than a thousand values.

    Examples
    --------
    >>> spread("2010:2020:5"), spread("0.1:0.3:0.1"), spread("3:1:-1"), spread("7")
    (['2010', '2015', '2020'], ['0.1', '0.2', '0.3'], ['3', '2', '1'], ['7'])
    """
    match = RANGE.fullmatch(text.strip())
    if match is None:
        if ":" in text:
            raise ValueError(f"{text} is not a range; a range is FIRST:LAST or FIRST:LAST:STEP")
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
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise ValueError(f"the range {text} has {part!r} where a number belongs") from None
    return number

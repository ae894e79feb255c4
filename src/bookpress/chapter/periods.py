"""Periods of years as one parameter: ``(2020, 2022)`` in a cell, ``2020-2022`` everywhere else.

As the value of a parameter a period is text, so that it is written the same way on the command
line, in an edition's file, in an address and in JSON. A list of two years, or one year, is
converted to that. A chapter sees a tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from holdtrue.periods import Years, years_of

FORMAT = "period"
"""The name of this format in a JSON Schema."""
PATTERN = r"^\d{4}(-\d{4})?$"
"""A pattern for programs that do not know the format."""
ENDS = ("first", "last")


def period_type(
    least: int,
    most: int,
    *,
    explore: Callable[[], Mapping[str, Any]] | None = None,
    title: str | None = None,
) -> Any:
    """Return the type of a parameter that is a period.

    Parameters
    ----------
    least, most : int
        The earliest and the latest year that a period may contain.
    explore : callable, optional
        Returns by how many years a reader may move either end on the page (``by``), and the latest
        year (``to``).
    title : str, optional
        The title for readers; by default the name of the parameter in words.

    Returns
    -------
    type
        A type for pydantic, whose values are texts such as ``"2020-2022"``.

    Examples
    --------
    >>> from pydantic import TypeAdapter
    >>> TypeAdapter(period_type(1950, 2030)).validate_python((2020, 2022))
    '2020-2022'
    """

    def read(given: Any) -> str:
        first, last = years_of(given)
        if first > last:
            raise ValueError("its first year comes after its last")
        for year in (first, last):
            if not least <= year <= most:
                raise ValueError(f"{year} is outside")
        return period_text((first, last))

    def describe(schema: dict[str, Any]) -> None:
        schema |= {"format": FORMAT, "minimum": least, "maximum": most, "pattern": PATTERN}
        if explore:
            schema["explore"] = dict(explore())

    reader = BeforeValidator(read)
    field = Field(title=title, json_schema_extra=describe)
    return Annotated[str, reader, field]


def period_text(years: Years) -> str:
    """Return a period as it is typed; a single year is written once."""
    return "-".join(map(str, dict.fromkeys(years)))


def with_end(period: str, end: str, year: int) -> str:
    """Return a period with another first or last year, even if that puts the years out of order.

    Examples
    --------
    >>> with_end("2020-2022", "first", 2021), with_end("2020", "last", 2022)
    ('2021-2022', '2020-2022')
    """
    first, last = years_of(period)
    if end == "first":
        return period_text((year, last))
    return period_text((first, year))


def explored_periods(value: str, explore: Mapping[str, Any]) -> list[str]:
    """Return a period with either end moved by the steps in ``by``.

    Neither end is moved past the last complete year (``to``).
    """
    first, last = years_of(value)
    most = explore.get("to", max(last, first))
    steps = explore.get("by", ())
    first_moved = [(first + step, last) for step in steps]
    last_moved = [(first, last + step) for step in steps]
    periods = []
    for years in [*first_moved, *last_moved]:
        moved = set(years) - {first, last}
        is_in_order = years[0] <= years[1]
        is_within = is_in_order and max(moved, default=first) <= most
        if is_within:
            periods.append(period_text(years))
    return periods

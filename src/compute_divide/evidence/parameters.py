"""Types of the parameters that choose evidence: vintages and years.

A chapter declares ``vintage: Vintage = "2026-08"`` in its parameters cell. The type carries everything else: what is
allowed, the unit, the help. Anyone can read it through pydantic, and so does the press.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from compute_divide.evidence.store.paths import list_names


@dataclass(frozen=True)
class OneOf:
    """A closed set of texts that is read when it is needed, not when the module is imported.

    Parameters
    ----------
    choices : callable
        Returns the allowed texts, in the order to show them.
    noun : str
        What one of them is, for the error: ``"a vintage"``.

    Examples
    --------
    >>> from pydantic import TypeAdapter
    >>> Colour = Annotated[str, OneOf(lambda: ["red", "blue"], "a colour")]
    >>> TypeAdapter(Colour).json_schema()["enum"]
    ['red', 'blue']
    """

    choices: Callable[[], Sequence[str]]
    noun: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check membership after the text itself was checked."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Publish the set as an ``enum``."""
        return {**handler(schema), "enum": list(self.choices())}

    def _check(self, text: str) -> str:
        allowed = list(self.choices())
        if text not in allowed:
            raise PydanticCustomError(
                "one_of",
                "{text} is not {noun}; allowed: {allowed}",
                {"text": repr(text), "noun": self.noun, "allowed": ", ".join(allowed)},
            )
        return text


def vintages() -> list[str]:
    """Return the vintages of the models database that the evidence holds, oldest first.

    Examples
    --------
    >>> vintages()[0] <= "2023-03" <= vintages()[-1]
    True
    """
    return list_names("models", ".csv")


def last_whole_year(vintage: str) -> int:
    """Return the last calendar year that a vintage holds as a whole: the one before its own.

    Examples
    --------
    >>> last_whole_year("2026-08"), last_whole_year("2023-03")
    (2025, 2022)
    """
    return int(vintage[:4]) - 1


Vintage = Annotated[
    str,
    OneOf(vintages, "a vintage"),
    Field(description="dated snapshot of the models database from which the chapter takes its models"),
]
"""A vintage of the models database; the set is read from the evidence."""

YearCount = Annotated[int, Field(ge=1, le=50, description="how many calendar years")]
"""A number of calendar years. What a chapter does with it, a type made from this one says."""

Year = Annotated[int, Field(ge=1950, le=2030, description="calendar year")]
"""A calendar year. What a chapter does with it, a type made from this one says."""

FirstYear = Annotated[
    int, Field(ge=1950, le=2030, description="first year of the period", json_schema_extra={"range": "first"})
]
"""First year of a period, included. A parameter ``x_first`` of this type must not lie after ``x_last``."""

LastYear = Annotated[
    int, Field(ge=1950, le=2030, description="last year of the period", json_schema_extra={"range": "last"})
]
"""Last year of a period, included. A parameter ``x_last`` of this type must not lie before ``x_first``."""


def ends_of(period: str) -> tuple[Any, Any]:
    """Return the types of the first and the last year of a period that has a meaning of its own.

    Parameters
    ----------
    period : str
        What follows "first year of": the period, and what is done with it.

    Examples
    --------
    >>> from pydantic import TypeAdapter
    >>> EarlyFirst, EarlyLast = ends_of("the early period, with which the late one is compared")
    >>> TypeAdapter(EarlyFirst).json_schema()["description"]
    'first year of the early period, with which the late one is compared'
    """
    first, last = (Field(description=f"{end} year of {period}") for end in ("first", "last"))
    return Annotated[FirstYear, first], Annotated[LastYear, last]

"""The building blocks of parameter types: closed sets, bounds of numbers, values to explore."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from compute_divide.sources.store.files import last_whole_year, vintages


@dataclass(frozen=True)
class OneOf:
    """A closed set of texts: names with meanings, or a function that returns them on demand."""

    choices: Mapping[str, str] | Callable[[], Sequence[str]]
    noun: str = ""
    """What one member is, for the sentence that says under which of them a finding is true."""
    beyond: Sequence[str] = ()
    """The members that the noun does not describe."""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """The condition under a member, if its meaning does not say it well enough."""
    named: Callable[[str], str] | None = None
    """The name of a member for readers, if its own name is an abbreviation."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check membership once the value is known to be a text."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish the set as an ``enum``, with the meanings and the names for readers."""
        published = {**handler(schema), "enum": self._allowed()}
        if self.named:
            published["names"] = {choice: self.named(choice) for choice in self._allowed()}
        if isinstance(self.choices, Mapping):
            published["meanings"] = dict(self.choices)
        for name in ("noun", "beyond", "conditions"):
            if getattr(self, name):
                published[name] = getattr(self, name)
        return published

    def _allowed(self) -> list[str]:
        if callable(self.choices):
            return list(self.choices())
        return list(self.choices)

    def _check(self, text: str) -> str:
        if text not in self._allowed():
            raise ValueError("no such name")
        return text


def number_within(
    least: float,
    most: float,
    explore: list[float] | dict[str, Any],
    unit: str = "",
) -> Any:
    """Return the bounds of a number, and the values that a reader may choose on the page.

    These are given as values, or as steps or factors from the published one.
    """
    extra: Any = {"explore": explore}
    if unit:
        extra["unit"] = unit
    return Field(ge=least, le=most, json_schema_extra=extra)


def whole_years() -> dict[str, Any]:
    """Return the years to explore: those for which the evidence is complete."""
    newest = vintages()[-1]
    return {"by": [-2, -1, 1, 2], "to": last_whole_year(newest)}


def recorded(schema: dict[str, Any]) -> None:
    """Let whole years be explored, each of which asks a different question."""
    schema["explore"] = whole_years()
    schema["question"] = True

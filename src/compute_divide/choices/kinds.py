"""What types of parameters are made of: closed sets, bounds of numbers, what is explored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from compute_divide.evidence.store.files import last_whole_year, vintages


@dataclass(frozen=True)
class OneOf:
    """A closed set of texts: names with their meanings, or what a function returns when asked."""

    choices: Mapping[str, str] | Callable[[], Sequence[str]]
    noun: str = ""
    """What one of them is: the book says of a finding under every what it holds."""
    beyond: Sequence[str] = ()
    """Those that are none of what the noun names."""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """What is so under one of them, where its meaning does not say so well enough."""
    named: Callable[[str], str] | None = None
    """How one of them is written for readers, where its own name is a short form."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check membership after the text itself was checked."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish the set as an ``enum``, the meanings, and how readers know each."""
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
            raise ValueError("there is none of this name")
        return text


def number_of(
    least: float,
    most: float,
    explore: list[float] | dict[str, Any],
    unit: str = "",
) -> Any:
    """Return the bounds of a number, and what a reader may turn to on the page.

    That is values, or steps or times from ours.
    """
    extra: Any = {"explore": explore}
    if unit:
        extra["unit"] = unit
    return Field(ge=least, le=most, json_schema_extra=extra)


def whole_years() -> dict[str, Any]:
    """Return what is explored of years: none of which the evidence does not hold the whole."""
    newest = vintages()[-1]
    return {"by": [-2, -1, 1, 2], "to": last_whole_year(newest)}


def recorded(schema: dict[str, Any]) -> None:
    """Let whole years be explored, each of which asks another question."""
    schema["explore"] = whole_years()
    schema["question"] = True

"""The types of the parameters of the tiny book, and of chapters that tests write."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bookpress.chapter.periods import period_type


def _even(items: list[str]) -> list[str]:
    if len(items) % 2:
        raise ValueError("of odd length")
    return items


NO_TYPE = object()
Table = Literal["a", "b"]
Side = Literal["left", "right"]
Factor = Annotated[float, Field(gt=0, le=100, json_schema_extra={"unit": "times"})]
Share = Annotated[float, Field(ge=0, le=1)]
Top = Annotated[int, Field(ge=1, le=10)]
Year = Annotated[int, Field(ge=1950, le=2030, json_schema_extra={"unit": "year"})]
Period = period_type(1950, 2030, explore=lambda: {"by": [-1, 1], "to": 2023})
Limit = Annotated[int, Field(gt=0)] | None
Names = list[str]
Pairs = Annotated[list[str], AfterValidator(_even)]
Numbers = list[int]
Colours = list[Literal["red", "blue"]]

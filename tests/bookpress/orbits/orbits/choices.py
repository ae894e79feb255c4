"""The types of the parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

Group = Literal["all", "inner", "outer"]
Moon = Literal["Io", "Europa", "Ganymede", "Callisto"]
Power = Annotated[float, Field(gt=0, le=5, json_schema_extra={"explore": {"by": [-0.2, 0.2]}})]

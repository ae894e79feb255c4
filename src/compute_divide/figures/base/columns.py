"""The columns of the data behind a figure or table: what each is called and how its values are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import pandas as pd

from bookpress.book.number_formats import number
from compute_divide.figures.base.palette import TEAM_NAMES

Kind = Literal["text", "number", "share", "year", "flop", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """A label that a reader understands, and the kind of the values.

    Parameters
    ----------
    label : str
        Heading of the column.
    kind : {"text", "number", "share", "year", "flop", "date"}
        How a value is written: 0.64 as "64%", 3e23 as "3.0 × 10²³", 2010 without a separator.
    """

    label: str
    kind: Kind = "text"

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"{self.kind!r} is not a kind of column; allowed: {', '.join(get_args(Kind))}")


COLUMNS: dict[str, Column] = {
    "year": Column("Year", "year"),
    "first": Column("First year", "year"),
    "last": Column("Last year", "year"),
    "period": Column("Years"),
    "published": Column("Published", "date"),
    "vintage": Column("Vintage"),
    "definition": Column("Definition"),
    "team_type": Column("Team type"),
    "model": Column("Model"),
    "organisations": Column("Organisations"),
    "domain": Column("Domain"),
    "venue": Column("Venue"),
    "k": Column("Count", "number"),
    "n": Column("Total", "number"),
    "share": Column("Share", "share"),
    "low": Column("Low (95%)", "number"),
    "high": Column("High (95%)", "number"),
    "value": Column("Value", "number"),
    "ratio": Column("Ratio", "number"),
    "training_compute_flop": Column("Training compute (FLOP)", "flop"),
    "parameters": Column("Parameters", "number"),
}
"""Columns that recur; what a figure says itself comes first."""


def describe_columns(data: pd.DataFrame, given: Mapping[str, Column] | None = None) -> dict[str, Column]:
    """Return a description of every column: the given one, else a recurring one, else one made from its name.

    The bounds ``low`` and ``high`` of a table with a column ``share`` are shares too.

    Examples
    --------
    >>> describe_columns(pd.DataFrame({"share": [0.5], "low": [0.4], "n_chips": [8]}))["low"].kind
    'share'
    """
    bounds = {side: Column(COLUMNS[side].label, "share") for side in ("low", "high") if "share" in data}
    known = {**COLUMNS, **bounds, **(given or {})}
    return {name: known.get(name) or _guess(name, data[name]) for name in map(str, data.columns)}


def _guess(name: str, values: pd.Series[Any]) -> Column:
    label = name.replace("_", " ").capitalize()
    if pd.api.types.is_datetime64_any_dtype(values):
        return Column(label, "date")
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return Column(label, "number" if numeric else "text")


def write_value(value: Any, kind: Kind) -> str:
    """Return a value as a reader reads it; nothing for a missing one.

    Examples
    --------
    >>> write_value(0.6395, "share"), write_value(3.14e23, "flop"), write_value(2010, "year")
    ('64%', '3.1 × 10²³', '2010')
    >>> write_value(None, "number")
    ''
    """
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    match kind:
        case "share":
            return number(float(value), "share")
        case "flop":
            return number(float(value), "FLOP")
        case "number":
            return number(float(value), "count")
        case "year":
            return str(int(value))
        case "date":
            return pd.Timestamp(value).date().isoformat()
    return TEAM_NAMES.get(str(value), str(value))


def plain_value(value: Any, kind: Kind) -> str | float | int | None:
    """Return a value as JSON holds it: numbers to six significant digits, dates as ISO 8601, None where missing."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if kind == "date":
        return pd.Timestamp(value).date().isoformat()
    if kind == "text":
        return str(value)
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(f"{float(value):.6g}")

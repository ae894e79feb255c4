"""Kinds of columns that the schemas of evidence tables share."""

from __future__ import annotations

from collections.abc import Sequence

import pandera.pandas as pa


def text(*checks: pa.Check, nullable: bool = True) -> pa.Column:
    """Return a column of free text."""
    return pa.Column(str, list(checks), nullable=nullable)


def one_of(allowed: Sequence[str], *, nullable: bool = True) -> pa.Column:
    """Return a column of labels from a closed set."""
    return text(pa.Check.isin(list(allowed)), nullable=nullable)


def list_of(allowed: Sequence[str]) -> pa.Column:
    """Return a column of ``|``-joined labels from a closed set."""
    known = set(allowed)
    within = pa.Check(
        lambda texts: texts.map(lambda joined: set(joined.split("|")) <= known), name=f"entries in {sorted(known)}"
    )
    return text(within)


def number(low: float = 0.0, high: float = float("inf"), *, nullable: bool = True) -> pa.Column:
    """Return a column of numbers within bounds, both included."""
    return pa.Column("float64", pa.Check.in_range(low, high), nullable=nullable)


def whole(low: int = 0, high: float = float("inf"), *, nullable: bool = True) -> pa.Column:
    """Return a column of whole numbers within bounds, both included."""
    return pa.Column("Int64", pa.Check.in_range(low, high), nullable=nullable)


def flag() -> pa.Column:
    """Return a column that is true, false or not known."""
    return pa.Column("boolean", nullable=True)


def date() -> pa.Column:
    """Return a column of days; missing where none is known."""
    return pa.Column("datetime64[ns]", nullable=True)


def schema(description: str, **columns: pa.Column) -> pa.DataFrameSchema:
    """Return the schema of a table: these columns in this order, and no other.

    Examples
    --------
    >>> list(schema("years", year=whole(1950, 2030)).columns)
    ['year']
    """
    return pa.DataFrameSchema(columns, strict=True, ordered=True, coerce=True, description=description)

"""What a JSON Schema allows, and the meaning of its values, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bookpress.chapter.periods import FORMAT
from holdtrue.number_formats import period, setting, spoken
from holdtrue.periods import years_of

Value = Any
"""A value of a parameter: anything that JSON can express."""
BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}
"""The words for the bounds of a number, by keyword of JSON Schema."""
KINDS = {
    "string": "any text",
    "integer": "any whole number",
    "number": "any number",
    "boolean": "true, false",
    "object": "any named values",
}
"""The words for values without bounds, by JSON type."""


def meanings_in(schema: Mapping[str, Any]) -> str:
    """Return what the names of a closed set mean; empty if the schema does not say."""
    meanings = schema.get("meanings", {})
    choices = schema.get("enum", ())
    names = [name for name in choices if name in meanings]
    return "; ".join(f"{name} = {meanings[name]}" for name in names)


def are_ordered(values: Iterable[Value]) -> bool:
    """Return whether values have a natural order: numbers, or texts that begin with a digit."""
    return all(isinstance(value, int | float) or str(value)[:1].isdigit() for value in values)


def allowed_text(schema: Mapping[str, Any]) -> str:
    """Return what a JSON Schema allows, in words."""
    if "anyOf" in schema:
        return ", or ".join(allowed_text(branch) for branch in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        choices = schema.get("enum") or [schema["const"]]
        return ", ".join(map(as_text, choices))
    if "multipleOf" in schema and schema["multipleOf"] != 1:
        return f"{_allowed_range(schema)}, a multiple of {schema['multipleOf']}"
    if schema.get("type") == "array":
        items = schema.get("items", {})
        samples = items.get("enum") or items.get("examples") or ["x"]
        return f"a list such as {json.dumps(samples[:1])} of: {allowed_text(items)}"
    return _allowed_range(schema)


def _allowed_range(schema: Mapping[str, Any]) -> str:
    """Return the allowed values in words, if they are neither a list nor a closed set."""
    if schema.get("format") == FORMAT:
        return f"first and last year from {schema['minimum']} to {schema['maximum']}, as 2020-2022"
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    keys = [key for key in BOUNDS if key in schema]
    if keys:
        return " and ".join(f"{BOUNDS[key]} {schema[key]}" for key in keys)
    if schema.get("format") == "date":
        return "a date such as 2000-01-31"
    kind = str(schema.get("type", "any value"))
    return KINDS.get(kind, kind)


def bounds_in(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the kind and the bounds of a number or of a period, as a page checks them."""
    is_bounded = schema.get("type") in {"integer", "number"} or schema.get("format") == FORMAT
    if not is_bounded or "enum" in schema:
        return {}
    return {key: schema[key] for key in ("type", "format", *BOUNDS) if key in schema}


def in_words(value: Value, schema: Mapping[str, Any]) -> str:
    """Return a value for people: the meaning of a name, or a month in words.

    So ``2026-08`` is August 2026.
    """
    if isinstance(value, list):
        item_schema = schema.get("items", {})
        items = [in_words(item, item_schema) for item in value]
        return ", ".join(items) or setting(value)
    if schema.get("format") == FORMAT:
        return period(*years_of(value))
    if isinstance(value, dict):
        return setting(value)
    meant = {**schema.get("names", {}), **schema.get("meanings", {})}
    return str(meant.get(value, spoken(setting(value))))


def as_text(value: Value) -> str:
    """Return a value as the command line accepts it; YAML may have read a date."""
    if isinstance(value, str | date):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)

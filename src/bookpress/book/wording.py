"""Parameters in words: what is allowed, what type it is, which command runs a chapter again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bookpress.book.parameters import Parameter, Value


def allowed_text(schema: Mapping[str, Any]) -> str:
    """Return what a JSON Schema allows, in words.

    Examples
    --------
    >>> allowed_text({"type": "integer", "minimum": 1950, "maximum": 2030})
    '1950 to 2030'
    >>> allowed_text({"enum": ["a", "b"]})
    'a, b'
    >>> allowed_text({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "null"}]})
    'more than 0, or null'
    """
    if "anyOf" in schema:
        return ", or ".join(allowed_text(branch) for branch in schema["anyOf"])
    for key in ("enum", "const"):
        if key in schema:
            choices = schema[key] if key == "enum" else [schema[key]]
            return ", ".join(choice if isinstance(choice, str) else json.dumps(choice) for choice in choices)
    if schema.get("type") == "array":
        return f"a list of: {allowed_text(schema.get('items', {}))}"
    return _bounds(schema) or _WORDS.get(str(schema.get("type")), "any value")


_WORDS = {
    "string": "any text",
    "integer": "any whole number",
    "number": "any number",
    "boolean": "true, false",
    "null": "null",
}


def _bounds(schema: Mapping[str, Any]) -> str:
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    words = {
        "minimum": "at least {}",
        "exclusiveMinimum": "more than {}",
        "maximum": "at most {}",
        "exclusiveMaximum": "less than {}",
        "multipleOf": "a multiple of {}",
        "pattern": "text that matches {}",
    }
    return " and ".join(text.format(schema[key]) for key, text in words.items() if key in schema)


def type_text(schema: Mapping[str, Any]) -> str:
    """Return the type of a JSON Schema in one or two words.

    Examples
    --------
    >>> type_text({"type": "string", "enum": ["a"]}), type_text({"type": "integer"})
    ('choice', 'whole number')
    >>> type_text({"anyOf": [{"type": "integer"}, {"type": "null"}]})
    'whole number or null'
    """
    if "anyOf" in schema:
        return " or ".join(type_text(branch) for branch in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return "choice"
    if schema.get("type") == "array":
        return f"list of {type_text(schema.get('items', {}))}"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return words.get(str(schema.get("type")), str(schema.get("type", "any")))


LONG = 80
"""Characters of a value, or a name, that a message shows at the most."""


def short(text: str) -> str:
    """Return a text as a message shows it: the end of a long one is left out.

    Examples
    --------
    >>> short("2023-03"), len(short("x" * 1000))
    ('2023-03', 80)
    """
    return text if len(text) <= LONG else f"{text[: LONG - 3]}..."


def quoted(name: str) -> str:
    """Return a name in quotation marks, as a message shows it.

    Examples
    --------
    >>> quoted("vintge")
    "'vintge'"
    """
    return repr(short(name))


def describe(parameters: Iterable[Parameter], values: Mapping[str, Value] | None = None) -> list[dict[str, Value]]:
    """Return a row a parameter for people to read: name, value, default, type, allowed, unit, help.

    Parameters
    ----------
    parameters : iterable of Parameter
        What a chapter declares.
    values : mapping, optional
        The values used, where they are not the defaults.

    Examples
    --------
    >>> from bookpress.book.parameters import read_parameters
    >>> rows = describe(read_parameters("top_k: int = 10"), {"top_k": 20})
    >>> rows[0]["value"], rows[0]["default"], rows[0]["type"]
    (20, 10, 'whole number')
    """
    return [
        {
            "name": parameter.name,
            "value": (values or {}).get(parameter.name, parameter.default),
            "default": parameter.default,
            "type": type_text(parameter.schema),
            "allowed": parameter.allowed,
            "unit": parameter.unit,
            "help": parameter.help,
        }
        for parameter in parameters
    ]


def as_option(name: str, value: Value) -> str:
    r"""Return a value as the command line writes it, quoted for a shell.

    Examples
    --------
    >>> as_option("top_k", 20), as_option("venues", ["ICML", "ICLR"])
    ('-p top_k=20', '-p \'venues=["ICML", "ICLR"]\'')
    """
    return option(name, _text(value))


def _text(value: Value) -> str:
    """Return a value as the command line reads it."""
    return value if isinstance(value, str) and value != "null" else json.dumps(value, ensure_ascii=False)


def grid_option(name: str, values: Sequence[Value]) -> str:
    r"""Return the values to try as the command line writes them, each once: a JSON list where one holds a comma.

    Examples
    --------
    >>> grid_option("top_k", [5, 10, 5]), grid_option("venues", [["ICML", "ICLR"], ["CVPR"]])
    ('-g top_k=5,10', '-g \'venues=[["ICML", "ICLR"], ["CVPR"]]\'')
    """
    texts = list(dict.fromkeys(map(_text, values)))
    text = ",".join(texts)
    if any("," in one or one != one.strip() or one[:1] in {"", "["} for one in texts):
        distinct = [value for place, value in enumerate(values) if value not in values[:place]]
        text = json.dumps(distinct, ensure_ascii=False)
    return f"-g {shlex.quote(f'{name}={text}')}"


def option(name: str, text: str) -> str:
    """Return ``-p NAME=TEXT``, quoted for a shell.

    Examples
    --------
    >>> option("limit", "null")
    '-p limit=null'
    """
    return f"-p {shlex.quote(f'{name}={text}')}"


def run_command(slug: str, rows: Iterable[Mapping[str, Value]], command: str) -> str:
    """Return the command that runs a chapter with these values; only what differs from a default is named.

    Examples
    --------
    >>> run_command("hardware", [{"name": "top_k", "value": 20, "default": 10}], "compute-divide")
    'compute-divide run hardware -p top_k=20'
    """
    options = [as_option(row["name"], row["value"]) for row in rows if row["value"] != row["default"]]
    return " ".join([command, "run", slug, *options])

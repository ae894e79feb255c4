"""Parameters: declared once, in the chapter's cell tagged ``parameters``, and read from there without running it.

The cell holds imports, for whoever runs it, and assignments such as ``power: Power = 1.5  # exponent [years]``: the
name of a type, in the one module that the book's settings name, and the help, which may end with the unit.
"""

from __future__ import annotations

import ast
import calendar
import importlib
import io
import json
import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import PydanticUserError, TypeAdapter, ValidationError

from bookpress.chapter.number_formats import UNITS, number, period, setting, with_unit
from bookpress.chapter.periods import FORMAT, explored_periods, years_of
from bookpress.errors import PressError, nearest, short

Value = Any  # a value of a parameter: what JSON can hold
BUILT_IN: Mapping[str, Any] = {"bool": bool, "float": float, "int": int, "str": str}
COMMENT = re.compile(r"#\s*(?P<help>.*?)\s*(?:\[(?P<unit>[^\[\]]+)\])?\s*")


@dataclass(frozen=True)
class Parameter:
    """A typed, bounded choice of a chapter, and the comment that stands behind it there."""

    name: str
    kind: Any
    default: Value
    comment: str = ""

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """The pydantic adapter that checks values."""
        return TypeAdapter(self.kind)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the parameter, with its default, help and unit."""
        schema = {
            "description": "",
            "unit": "",
            **self.adapter.json_schema(),
            "default": self.default,
        }
        said, meant = COMMENT.fullmatch(self.comment), schema.get("meanings", {})
        if said:
            schema |= {"description": said["help"], "unit": said["unit"] or schema["unit"]}
        meanings = "; ".join(
            f"{name} = {meant[name]}" for name in schema.get("enum", ()) if name in meant
        )
        schema["description"] += f": {meanings}" if meanings else ""
        return {
            key: value
            for key, value in schema.items()
            if key not in {"description", "unit"} or value
        }

    @property
    def help(self) -> str:
        """What it means."""
        return str(self.schema.get("description", ""))

    @property
    def unit(self) -> str:
        """Its unit; empty where it has none."""
        return str(self.schema.get("unit", ""))

    @property
    def label(self) -> str:
        """What a reader is asked: the title of its type, such as "Large means", else its name in words."""
        return str(self.schema.get("title") or self.name.replace("_", " ").capitalize())

    def words(self, value: Value) -> str:
        """Return a value as a reader is offered it."""
        if self.unit in UNITS and isinstance(value, int | float):
            return with_unit(number(value, self.unit), self.unit)
        return in_words(value, self.schema)

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return allowed_text(self.schema)

    @property
    def choices(self) -> list[Value]:
        """The allowed values where they are a closed set, else an empty list."""
        return list(self.schema.get("enum", []))

    @property
    def is_period(self) -> bool:
        """Whether it is a period of years."""
        return self.schema.get("format") == FORMAT

    def in_python(self, value: Value) -> Any:
        """Return a value as the chapter sees it: a period as a tuple."""
        return years_of(value) if self.is_period else value

    def explored(self, value: Value) -> list[Value]:
        """Return the values worth trying, `value` among them: all of a closed set, else those that the type lists.

        Its ``explore`` lists values, steps ``by`` or factors ``times``, within a limit ``to`` or those ``of``.
        """
        listed = self.schema.get(
            "explore", self.choices or ([False, True] if isinstance(value, bool) else [])
        )
        if self.is_period and isinstance(listed, Mapping):
            listed = explored_periods(value, listed)
        if isinstance(listed, Mapping):
            made = [value + step for step in listed.get("by", ())] + [
                value * by for by in listed.get("times", ())
            ]
            made = [
                one
                for one in made
                if one <= listed.get("to", one) and one in listed.get("of", made)
            ]
            listed = [type(value)(float(f"{one:.12g}")) for one in made]
        found = [value]
        for one in listed:
            with suppress(ValueError):
                found += [self.check(one)]
        has_order = self.is_period or isinstance(value, int | float)
        order = self.choices or sorted(dict.fromkeys(found) if has_order else ())
        return [one for one in order if one in found] or found

    def check(self, value: Value) -> Value:
        """Return a typed value (from YAML, JSON or Python) after checking it; nothing is converted."""
        text = json.dumps(value, ensure_ascii=False, default=str)
        try:
            checked = self.adapter.dump_python(
                self.adapter.validate_json(text, strict=True), mode="json"
            )
        except ValidationError as error:
            is_wrong_text = isinstance(value, str) and self.schema.get("type") != "string"
            shown = (
                f"the text {text}"
                if is_wrong_text
                else str(value)
                if isinstance(value, str | float)
                else text
            )
            raise self._refusal(shown, error) from error
        try:
            json.dumps(checked, allow_nan=False)
        except ValueError as error:
            raise ValueError(
                f"{value} is not allowed; allowed: {self.allowed}, and finite"
            ) from error
        return checked

    def parse(self, text: str) -> Value:
        """Return the value that a text of the command line stands for: as JSON where the type takes it, else as is."""
        refused: ValueError | None = None
        try:
            return self.check(json.loads(text, parse_float=_number, parse_constant=str))
        except (json.JSONDecodeError, RecursionError):
            pass
        except ValueError as error:
            refused = error if text.lstrip()[:1] in {"[", "{"} else None
        try:
            value = self.adapter.dump_python(self.adapter.validate_strings(text), mode="json")
        except ValidationError as error:
            raise refused or self._refusal(text, error) from error
        return self.check(value)

    def _refusal(self, shown: str, error: ValidationError) -> ValueError:
        """Return one line: the value, which item of a list is wrong, what the type's own check says, what may be."""
        faults = error.errors(include_url=False)
        items = [
            f"item {place + 1}" for one in faults for place in one["loc"] if isinstance(place, int)
        ]
        reasons = [
            short(str(one["ctx"]["error"]), 400) for one in faults if "error" in one.get("ctx", {})
        ]
        why = ": " + "; ".join(dict.fromkeys([*items, *reasons])) if items or reasons else ""
        return ValueError(f"{short(shown)} is not allowed{why}; allowed: {self.allowed}")


def _number(text: str) -> float:
    """Return a number of JSON with a point or an exponent, whole where it is whole: 1e6 is a million."""
    number = float(text)
    return int(number) if number.is_integer() else number


def allowed_text(schema: Mapping[str, Any]) -> str:
    """Return what a JSON Schema allows, in words."""
    if "anyOf" in schema:
        return ", or ".join(allowed_text(branch) for branch in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return ", ".join(map(as_text, schema.get("enum") or [schema["const"]]))
    if schema.get("type") == "array":
        items = schema.get("items", {})
        sample = items.get("enum") or items.get("examples") or ["x"]
        return f"a list such as {json.dumps(sample[:1])} of: {allowed_text(items)}"
    if schema.get("format") == FORMAT:
        return f"first and last year from {schema['minimum']} to {schema['maximum']}, as 2020-2022"
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "more than",
        "maximum": "at most",
        "exclusiveMaximum": "less than",
    }
    bounds = " and ".join(f"{text} {schema[key]}" for key, text in words.items() if key in schema)
    kinds = {
        "string": "any text",
        "integer": "any whole number",
        "number": "any number",
        "boolean": "true, false",
    }
    return bounds or kinds.get(str(schema.get("type")), str(schema.get("type", "any value")))


def in_words(value: Value, schema: Mapping[str, Any]) -> str:
    """Return a value for people: what a name means, a month as it is spoken (``2026-08``: August 2026)."""
    if isinstance(value, list):
        return ", ".join(in_words(one, schema.get("items", {})) for one in value) or setting(value)
    month = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", value) if isinstance(value, str) else None
    spoken = f"{calendar.month_name[int(month[2])]} {month[1]}" if month else setting(value)
    if schema.get("format") == FORMAT:
        return period(*years_of(value))
    return str(schema.get("meanings", {}).get(value, spoken))


def as_text(value: Value) -> str:
    """Return a value as the command line takes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_parameters(
    source: str, where: str = "the parameters cell", types: str = ""
) -> list[Parameter]:
    """Return the parameters that the code of a parameters cell declares, in order."""
    parameters: dict[str, Parameter] = {}
    try:
        nodes = ast.parse(source).body
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, tokenize.TokenError, RecursionError, MemoryError, ValueError) as error:
        raise PressError(
            f"{where}: the parameters cell is not Python: {short(str(error))}"
        ) from error
    comments = {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}
    for node in nodes:
        match node:
            case ast.AnnAssign(
                target=ast.Name(id=name), annotation=ast.Name(id=kind), value=ast.expr() as value
            ):
                here, comment = f"{where}: parameter {name}", comments.get(node.end_lineno or 0, "")
                if name in parameters:
                    raise PressError(f"{here} is declared twice")
                parameters[name] = _declared(name, _type(kind, types, here), value, comment, here)
            case ast.Import() | ast.ImportFrom():
                pass
            case _:
                raise PressError(
                    f"{where}: line {node.lineno} of the parameters cell is `{short(ast.unparse(node))}`; allowed: "
                    "imports, and assignments with the name of a type, such as `top_k: int = 10`"
                )
    return list(parameters.values())


def _declared(name: str, kind: Any, value: ast.expr, comment: str, here: str) -> Parameter:
    """Return a parameter whose default is a literal that its own type allows."""
    try:
        default = ast.literal_eval(value)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise PressError(
            f"{here}: the default `{short(ast.unparse(value))}` is not a literal; allowed: text, numbers, True, False, "
            "None, lists of these, and first and last year of a period"
        ) from error
    try:
        return Parameter(name, kind, Parameter(name, kind, default).check(default), comment)
    except (PydanticUserError, TypeError) as error:
        raise PressError(f"{here}: its type is none that pydantic can check values by") from error
    except ValueError as error:
        raise PressError(f"{here}: the default {error}") from error


def _type(name: str, module: str, here: str) -> Any:
    """Return the type with a name: a plain one, or one of the book's module of types."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    try:
        known = vars(importlib.import_module(module)) if module else {}
    except ImportError as error:
        raise PressError(
            f"{here}: the module of types {module!r} cannot be imported: {error}"
        ) from error
    if name not in known:
        names = [*BUILT_IN, *(one for one in known if one[:1].isupper())]
        raise PressError(
            f"{here}: no type {name!r} in {module or 'the press'}{nearest(name, names)}"
        )
    return known[name]


def check_values(scope: dict[str, Any]) -> None:
    """Bring the values of a notebook, by its ``globals()``, into the form that its cells expect.

    Raises
    ------
    ValueError
        If some are none that its parameter cell allows.
    """
    problems = []
    for name, kind in scope["__annotations__"].items():
        try:
            known = Parameter(name, kind, scope[name])
            scope[name] = known.in_python(known.check(scope[name]))
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise ValueError("; ".join(problems))


def describe(
    parameters: Iterable[Parameter], values: Mapping[str, Value] | None = None
) -> list[dict[str, Value]]:
    """Return a row a parameter for people to read, with the values used where they are not the defaults."""
    return [
        {
            "name": parameter.name,
            "label": parameter.label,
            "value": (value := (values or {}).get(parameter.name, parameter.default)),
            "words": parameter.words(value),
            "code": repr(parameter.in_python(value)),
            "default": parameter.default,
            "allowed": parameter.allowed,
            "unit": parameter.unit,
            "help": parameter.help,
        }
        for parameter in parameters
    ]


def chapter_schema(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the JSON Schema of a chapter's parameters: an object that takes these names and no others."""
    return {
        "type": "object",
        "properties": {parameter.name: parameter.schema for parameter in parameters},
        "additionalProperties": False,
    }

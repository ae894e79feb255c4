"""Parameters: declared once, in the chapter's cell tagged ``parameters``, and read from there by everything.

The cell holds imports and annotated assignments, nothing else::

    from compute_divide.evidence.parameters import Vintage

    vintage: Vintage = "2026-08"

The annotation is any type that pydantic can check. Bounds, closed sets, the unit and the help come from its JSON
Schema, so the press needs to know nothing of the subject. Two parameters ``<stem>_first`` and ``<stem>_last`` whose
types carry ``json_schema_extra={"range": "first"}`` and ``"last"`` must be ordered.
"""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, get_type_hints

from pydantic import PydanticUserError, TypeAdapter, ValidationError

from bookpress.book.wording import allowed_text, short, type_text
from bookpress.errors import PressError

Value = Any
"""A value of a parameter: what JSON can hold."""
MOST_DIGITS = 25
"""Digits of a whole number that may be written with an exponent."""


@dataclass(frozen=True)
class Parameter:
    r"""A typed, bounded choice of a chapter.

    Parameters
    ----------
    name : str
        Its name in the chapter.
    annotation : str
        The type as the chapter writes it.
    kind : object
        The type itself.
    default : object
        The value the chapter gives it.

    Examples
    --------
    >>> [top_k] = read_parameters("from pydantic import PositiveInt\n\ntop_k: PositiveInt = 10")
    >>> top_k.name, top_k.default, top_k.allowed
    ('top_k', 10, 'more than 0')
    >>> top_k.parse("20")
    20
    >>> top_k.parse("0")
    Traceback (most recent call last):
    ValueError: 0 is not allowed: input should be greater than 0; allowed: more than 0
    """

    name: str
    annotation: str
    kind: Any
    default: Value

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """The pydantic adapter that checks values."""
        return TypeAdapter(self.kind)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the parameter, with its default."""
        return {**self.adapter.json_schema(), "default": self.default}

    @property
    def help(self) -> str:
        """What it means."""
        return str(self.schema.get("description", ""))

    @property
    def unit(self) -> str:
        """Its unit; empty where it has none."""
        return str(self.schema.get("unit", ""))

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return allowed_text(self.schema)

    @property
    def choices(self) -> list[Value]:
        """The allowed values where they are a closed set, else an empty list."""
        return list(_branch(self.schema).get("enum", []))

    @property
    def item_choices(self) -> list[Value]:
        """The allowed items of a list where they are a closed set, else an empty list."""
        return list(_branch(self.schema).get("items", {}).get("enum", []))

    def check(self, value: Value) -> Value:
        """Return a typed value (from YAML, JSON or Python) after checking it; nothing is converted.

        Raises
        ------
        ValueError
            With the value and what is allowed.
        """
        try:
            text = json.dumps(value, default=str, allow_nan=False)
            return self._dumped(self.adapter.validate_json(text, strict=True))
        except ValidationError as error:
            raise ValueError(self._needs_no_quotes(value) or self._refusal(value, error)) from error
        except (TypeError, ValueError) as error:
            raise ValueError(f"{short(repr(value))} is not allowed: {error}; allowed: {self.allowed}") from error

    def parse(self, text: str) -> Value:
        """Return the value that a text from the command line stands for, after checking it.

        A JSON text stands for itself where the type takes it (``null``, ``[1, 2]``); the type reads any other text.
        """
        refused: ValidationError | None = None
        if text == "null" or text.lstrip()[:1] in "[{":
            try:
                return self._dumped(self.adapter.validate_json(text, strict=True))
            except ValidationError as error:
                refused = None if error.errors()[0]["type"] == "json_invalid" else error
        try:
            whole = _branch(self.schema).get("type") == "integer"
            return self._dumped(self.adapter.validate_strings(as_digits(text) if whole else text))
        except ValidationError as error:
            reason = (
                refused or error
            )  # what was written as JSON is refused for what it holds, not for how it is written
            raise ValueError(self._refusal(text, reason)) from reason

    def _dumped(self, value: Any) -> Value:
        """Return a checked value as JSON holds it; infinities and NaN are refused."""
        dumped = self.adapter.dump_python(value, mode="json")
        try:
            json.dumps(dumped, allow_nan=False)
        except ValueError as error:
            raise ValueError(f"{value} is not allowed: a value is finite; allowed: {self.allowed}") from error
        return dumped

    def _needs_no_quotes(self, value: Value) -> str:
        """Return what to say about a typed text that would be right without its quotes; nothing for any other value."""
        try:
            meant = self.parse(value) if isinstance(value, str) else value
        except ValueError:
            return ""
        if meant == value:
            return ""
        return (
            f"{short(json.dumps(value))} is not allowed: it is text; for a {type_text(self.schema)} write "
            f"{short(json.dumps(meant))}, without quotes; allowed: {self.allowed}"
        )

    def _refusal(self, value: Value, error: ValidationError) -> str:
        """Return one line from pydantic's account of an error."""
        shown = short(value if isinstance(value, str) else json.dumps(value, default=str))
        words = "; ".join(dict.fromkeys(_reason(value, details) for details in error.errors(include_url=False)))
        closing = "" if "allowed:" in words else f"; allowed: {self.allowed}"
        return f"{shown} is not allowed: {words}{closing}"


def _reason(value: Value, details: Mapping[str, Any]) -> str:
    """Return one of pydantic's reasons: which item of a list it is about, and none of a long value in it."""
    if details["type"] == "list_type" and isinstance(value, str) and details["input"] == value:
        return f"a list is written {short(json.dumps(_list_meant(value), ensure_ascii=False))}"
    item = next((f"item {place + 1}: " for place in details["loc"] if isinstance(place, int)), "")
    reason, given = str(details["msg"]), str(details["input"])
    return item + (reason[:1].lower() + reason[1:]).replace(given, short(given))


def _list_meant(text: str) -> list[str]:
    """Return the list that was probably meant by a text that is none: a shell takes quotes away."""
    return [part.strip(" '\"") for part in text.strip("[] ").split(",")]


def as_digits(text: str) -> str:
    """Return a whole number in digits, however it is written; any other text as it is.

    Examples
    --------
    >>> as_digits("1e6"), as_digits("20.0"), as_digits("2.5"), as_digits("x")
    ('1000000', '20', '2.5', 'x')
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    is_short = number.is_finite() and number.adjusted() < MOST_DIGITS  # 1e999999999 would fill the memory
    return str(int(number)) if is_short and number == number.to_integral_value() else text


def read_parameters(source: str, where: str = "the parameters cell") -> list[Parameter]:
    r"""Return the parameters that the code of a parameters cell declares, in order.

    Parameters
    ----------
    source : str
        The code of the cell; it is parsed, never run. Only its imports are resolved.
    where : str
        How messages name the place.

    Raises
    ------
    PressError
        If the cell holds anything but imports and annotated assignments of literals, a type cannot be resolved, or
        a default is not allowed by its own type.

    Examples
    --------
    >>> read_parameters("from typing import Literal\n\nside: Literal['left', 'right'] = 'left'")[0].choices
    ['left', 'right']
    """
    try:
        nodes = ast.parse(source).body
    except SyntaxError as error:
        raise PressError(f"{where}: the parameters cell is not Python: line {error.lineno}: {error.msg}") from error
    names: dict[str, Any] = {}
    parameters: list[Parameter] = []
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.update(_imported(node, where))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            parameters.append(_declared(node, node.target.id, names, where))
        elif not _is_text(node):
            raise PressError(
                f"{where}: line {node.lineno} of the parameters cell is `{ast.unparse(node)}`; allowed: imports and "
                "annotated assignments, such as `top_k: int = 10`"
            )
    _refuse_doubles(parameters, where)
    problems = range_problems(parameters, {parameter.name: parameter.default for parameter in parameters})
    if problems:
        raise PressError(f"{where}: the defaults are not in order: {'; '.join(problems)}")
    return parameters


def _declared(node: ast.AnnAssign, name: str, names: Mapping[str, Any], where: str) -> Parameter:
    annotation = ast.unparse(node.annotation)
    here = f"{where}: parameter {name}"
    if node.value is None:
        raise PressError(f"{here} has no default: write `{name}: {annotation} = ...`")
    try:
        default = ast.literal_eval(node.value)
    except ValueError as error:
        raise PressError(
            f"{here}: the default `{ast.unparse(node.value)}` is not a literal; allowed: text, numbers, True, False, "
            "None, and lists of these"
        ) from error
    try:
        kind = get_type_hints(_Holder(name, annotation), globalns=dict(names), include_extras=True)[name]
        parameter = Parameter(name, annotation, kind, _plain(default))
        checked = parameter.check(parameter.default)
    except (NameError, AttributeError, TypeError, SyntaxError, PydanticUserError) as error:
        raise PressError(f"{here}: the type `{annotation}` cannot be resolved: {error}") from error
    except ValueError as error:
        raise PressError(f"{here}: the default {error}") from error
    return Parameter(name, annotation, kind, checked)


class _Holder:
    """One annotation, for `typing.get_type_hints` to resolve."""

    def __init__(self, name: str, annotation: str) -> None:
        self.__annotations__ = {name: annotation}


def _imported(node: ast.Import | ast.ImportFrom, where: str) -> dict[str, Any]:
    """Return the names that an import statement binds."""
    try:
        if isinstance(node, ast.Import):
            return {
                alias.asname or alias.name.partition(".")[0]: importlib.import_module(
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
                for alias in node.names
                if importlib.import_module(alias.name)
            }
        module = importlib.import_module(node.module or "")
        return {alias.asname or alias.name: getattr(module, alias.name) for alias in node.names}
    except (ImportError, AttributeError, ValueError) as error:
        raise PressError(f"{where}: the parameters cell cannot import: `{ast.unparse(node)}`: {error}") from error


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _plain(value: Any) -> Value:
    """Return tuples and sets as lists: JSON knows no others."""
    if isinstance(value, tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value


def _refuse_doubles(parameters: Sequence[Parameter], where: str) -> None:
    names = [parameter.name for parameter in parameters]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise PressError(f"{where}: declared twice: {', '.join(doubles)}")


def range_problems(parameters: Iterable[Parameter], values: Mapping[str, Value]) -> list[str]:
    r"""Return what is wrong with the ranges among the values: each first must not lie after its last.

    Examples
    --------
    >>> cell = (
    ...     "from typing import Annotated\nfrom pydantic import Field\n"
    ...     "a_first: Annotated[int, Field(json_schema_extra={'range': 'first'})] = 1\n"
    ...     "a_last: Annotated[int, Field(json_schema_extra={'range': 'last'})] = 2"
    ... )
    >>> range_problems(read_parameters(cell), {"a_first": 3, "a_last": 2})
    ['a_first is 3 and a_last is 2; allowed: a_first up to a_last']
    """
    marks = {parameter.name: parameter.schema.get("range") for parameter in parameters}
    problems = []
    for first in (name for name, mark in marks.items() if mark == "first" and name.endswith("_first")):
        last = first.removesuffix("first") + "last"
        if marks.get(last) == "last" and None not in (values[first], values[last]) and values[first] > values[last]:
            problems.append(f"{first} is {values[first]} and {last} is {values[last]}; allowed: {first} up to {last}")
    return problems


def _branch(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of a schema that is not ``null``."""
    for branch in schema.get("anyOf", []):
        if branch.get("type") != "null":
            return dict(branch)
    return schema


def chapter_schema(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the JSON Schema of a chapter's parameters: an object that takes these names and no others."""
    return {
        "type": "object",
        "properties": {parameter.name: parameter.schema for parameter in parameters},
        "additionalProperties": False,
    }

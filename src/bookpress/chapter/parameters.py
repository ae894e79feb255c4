"""Parameters: the typed, bounded choices of a chapter.

`bookpress.chapter.declarations` reads how a chapter declares them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bookpress.chapter.periods import FORMAT, explored_periods
from bookpress.chapter.types.allowed import (
    Value,
    allowed_text,
    are_ordered,
    as_text,
    bounds_in,
    in_words,
    meanings_in,
)
from bookpress.chapter.types.ranges import spread
from bookpress.chapter.types.titles import NO_WORDING, Wording
from bookpress.errors import PressError, nearest, short
from holdtrue.number_formats import exact, in_list
from holdtrue.periods import years_of

LONGEST_SYMBOL = 2
"""The length of a name that is a symbol, no word."""
PLAIN_VALUES = (bool, int, float, str, list, tuple, dict)
"""The types of values that papermill can inject into a notebook."""
COMMENT = re.compile(r"#\s*(?P<help>.*?)\s*(?:\[(?P<unit>[^\[\]]+)\])?\s*")
FOR_TOOLS = re.compile(
    r"\s*#\s*(?:fmt: ?(?:skip|off|on)|noqa|nosec|(?:type|pyright): ?ignore|pylint: ?disable)\b.*"
)
"""The part of a comment that is meant for formatters and linters."""


@dataclass(frozen=True)
class Parameter:
    """A typed, bounded choice of a chapter, with the comment behind its declaration."""

    name: str
    kind: Any
    default: Value
    comment: str = ""
    asked: Wording = NO_WORDING
    """How the book's settings word it for readers."""
    tried: Sequence[Value] = ()
    """Allowed values to explore instead of those that its type lists."""

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """The pydantic adapter that checks values."""
        return TypeAdapter(self.kind)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the parameter, with its default, help and unit."""
        of_type = self.adapter.json_schema()
        of_name = self.asked.schema_entries
        schema = {"description": "", "unit": "", **of_type, **of_name, "default": self.default}
        comment = COMMENT.fullmatch(FOR_TOOLS.sub("", self.comment))
        if comment:
            schema["description"] = comment["help"]
            schema["unit"] = comment["unit"] or schema["unit"]
        meanings = meanings_in(schema)
        if meanings:
            schema["description"] += f": {meanings}"
        for key in ("description", "unit"):
            if not schema[key]:
                del schema[key]
        return schema

    @property
    def help(self) -> str:
        """What the parameter means."""
        return str(self.schema.get("description", ""))

    @property
    def unit(self) -> str:
        """Its unit; empty if it has none."""
        return str(self.schema.get("unit", ""))

    @property
    def _is_symbol(self) -> bool:
        """Whether its name is a symbol, no word: a short one, or one with capitals, as ``CFL``."""
        return len(self.name) <= LONGEST_SYMBOL or self.name != self.name.lower()

    @property
    def label(self) -> str:
        """The noun phrase that names it: its title, or that of its type, else its name in words.

        A symbol stays as it is: ``dt``, ``CFL``.
        """
        name = self.name if self._is_symbol else self.name.replace("_", " ").capitalize()
        return str(self.schema.get("title") or name)

    @property
    def phrase(self) -> str:
        """Its label within a sentence, without a capital that only begins one."""
        label = self.label
        keeps = label == self.name or not label[1:2].islower()
        return label if keeps else label[:1].lower() + label[1:]

    def words(self, value: Value) -> str:
        """Return a value in words, with its unit, as readers see it."""
        if self.unit and isinstance(value, int | float):
            return exact(value, self.unit)
        return in_words(value, self.schema)

    @property
    def given(self) -> str:
        """The beginning of a condition, before the value: ``if the price is``, ``with sites:``."""
        if "given" in self.schema:
            return f"if {self.schema['given']}"
        if isinstance(self.default, bool | list | dict) or self.default is None:
            return f"with {self.phrase}:"
        return f"if {self.phrase} is" if self.label == self.name else f"if the {self.phrase} is"

    def condition(self, value: Value) -> str:
        """Return a value as the end of a sentence: ``if the price is $3``, ``with sites: a, b``.

        The type may give the words of a value itself.
        """
        conditions = self.schema.get("conditions", {})
        if isinstance(value, str) and value in conditions:
            return f"if {conditions[value]}"
        words = self.words(value)
        if isinstance(value, list):
            words = in_list([in_words(item, self.schema.get("items", {})) for item in value])
        return f"{self.given} {words}"

    @property
    def noun(self) -> str:
        """What one of its values is, according to its type; empty if that does not say."""
        usual = "period" if self.is_period else ""
        return str(self.schema.get("noun", usual))

    @property
    def asks_anew(self) -> bool:
        """Whether another value, such as another year, makes sentences ask a different question."""
        return bool(self.schema.get("question"))

    def is_proper(self, value: Value) -> bool:
        """Return whether a value is one of the things that `noun` names."""
        return value not in self.schema.get("beyond", ())

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return allowed_text(self.schema)

    @property
    def choices(self) -> list[Value]:
        """The allowed values if they are a closed set, else an empty list."""
        return list(self.schema.get("enum", []))

    @property
    def has_order(self) -> bool:
        """Whether its values are a closed, ordered set: numbers, or texts such as dates."""
        return bool(self.choices) and are_ordered(self.choices)

    @property
    def is_period(self) -> bool:
        """Whether it is a period of years."""
        return self.schema.get("format") == FORMAT

    def in_python(self, value: Value) -> Any:
        """Return a value as the chapter sees it: a period as a tuple, a date as a `date`."""
        if self.is_period:
            return years_of(value)
        validated = self.adapter.validate_json(json.dumps(value))
        return validated if type(validated) in {date, tuple} else value

    def explored(self, value: Value) -> list[Value]:
        """Return the values worth trying, `value` among them.

        They are those in `tried`, else all of a closed set, else those that the type lists. A
        type's ``explore`` lists values, is a range such as ``0:10:2``, or has steps (``by``) or
        factors (``times``), restricted by a limit (``to``) or a list (``of``).

        Raises
        ------
        PressError
            If the type's ``explore`` is none of these.
        """
        try:
            candidates = self._candidates(value)
        except (TypeError, ValueError) as error:
            listed = short(repr(self.schema["explore"]))
            forms = "a list of values, a range such as 0:10:2, or numbers in by or times"
            raise PressError(
                f"parameter {self.name}: its type has explore = {listed}; allowed: {forms}"
            ) from error
        values = [value]
        for candidate in candidates:
            with suppress(ValueError):
                checked = self.check(candidate)
                values += [] if checked in values else [checked]
        if self.choices:
            return [choice for choice in self.choices if choice in values] or values
        if self.is_period or isinstance(value, int | float):
            return sorted(dict.fromkeys(values))
        return values

    def _candidates(self, value: Value) -> Sequence[Value]:
        """Return the values to try, allowed or not."""
        if self.tried:
            return self.tried
        default = [False, True] if isinstance(value, bool) else self._steps
        listed = self.schema.get("explore", self.choices or default)
        if isinstance(listed, str):
            return [json.loads(number) for number in spread(listed)]
        if not isinstance(listed, Mapping):
            return list(listed)
        if self.is_period:
            return explored_periods(value, listed)
        return _moved(value, listed)

    @property
    def _steps(self) -> str | list[Value]:
        """The range of a number whose type has both bounds and a step; otherwise empty."""
        first = self.schema.get("minimum")
        last = self.schema.get("maximum")
        step = self.schema.get("multipleOf")
        if first is None or last is None or step is None or first % step:
            return []
        return f"{first}:{last}:{step}"

    def check(self, value: Value) -> Value:
        """Return a typed value (from YAML, JSON or Python) after validating it.

        Nothing is converted.
        """
        text = json.dumps(value, ensure_ascii=False, default=str)
        try:
            validated = self.adapter.validate_json(text, strict=True)
            checked = self.adapter.dump_python(validated, mode="json")
        except ValidationError as error:
            raise self._refusal(self._shown(value, text), error) from error
        try:
            json.dumps(checked, allow_nan=False)
        except ValueError as error:
            raise ValueError(
                f"{value} is not allowed; allowed: {self.allowed}, and finite"
            ) from error
        return checked

    def _shown(self, value: Value, text: str) -> str:
        """Return a refused value as the message shows it; `text` is its JSON."""
        is_text = isinstance(value, str) and self.schema.get("type") != "string"
        if is_text:
            return f"the text {text}"
        if isinstance(value, str | float):
            return str(value)
        return text

    def parse(self, text: str) -> Value:
        """Return the value of a text from the command line.

        It is read as JSON if the type accepts that, otherwise as plain text.
        """
        refused: ValueError | None = None
        try:
            return self.check(json.loads(text, parse_float=_number, parse_constant=str))
        except (json.JSONDecodeError, RecursionError):
            pass
        except ValueError as error:
            is_json = text.lstrip()[:1] in {"[", "{"}
            refused = error if is_json else None
        try:
            validated = self.adapter.validate_strings(text)
            value = self.adapter.dump_python(validated, mode="json")
        except ValidationError as error:
            raise refused or self._refusal(text, error) from error
        return self.check(value)

    def _refusal(self, shown: str, error: ValidationError) -> ValueError:
        """Return an error of one line: the value, what is wrong with it, and what is allowed.

        It names the wrong items of a list, and says what the type's own check found.
        """
        items: list[str] = []
        reasons: list[str] = []
        for fault in error.errors(include_url=False):
            places = [place for place in fault["loc"] if isinstance(place, int)]
            items += [f"item {place + 1}" for place in places]
            if fault["type"] == "int_parsing_size":
                reasons.append("it has too many digits")
            context = fault.get("ctx", {})
            if "error" in context:
                reason = str(context["error"])
                reasons.append(short(reason, 400))
        faults = dict.fromkeys([*items, *reasons])
        why = f": {'; '.join(faults)}" if faults else ""
        return ValueError(f"{short(shown)} is not allowed{why}; allowed: {self.allowed}")


def _moved(value: Value, explore: Mapping[str, Any]) -> list[Value]:
    """Return a number moved by steps and factors, within the limits of its type."""
    steps = explore.get("by", ())
    factors = explore.get("times", ())
    moved = [value + step for step in steps]
    moved += [value * factor for factor in factors]
    allowed = explore.get("of", moved)
    within = [number for number in moved if number <= explore.get("to", number)]
    number_type = type(value)
    return [number_type(_rounded(number)) for number in within if number in allowed]


def _rounded(number: float) -> float:
    """Return a number without the noise that arithmetic leaves in the last digits."""
    return float(f"{number:.12g}")


def _number(text: str) -> float:
    """Return a JSON number with a point or an exponent, as an integer if it is whole.

    So ``1e6`` is a million.
    """
    number = float(text)
    if number.is_integer():
        return int(number)
    return number


def check_values(scope: dict[str, Any], known: Collection[str] = ()) -> None:
    """Convert the values in a notebook's ``globals()`` to the form that its cells expect.

    Parameters
    ----------
    scope : dict
        The names of the notebook and their values.
    known : collection of str
        The names that its own cells have bound so far; papermill injected any other value.

    Raises
    ------
    ValueError
        If the parameters cell does not allow a value, or a name is not a parameter.
    """
    problems = [_unknown(name, scope) for name in _put_in(scope, known)] if known else []
    for name, kind in scope.get("__annotations__", {}).items():
        try:
            # `from __future__ import annotations` makes texts of all, quotation marks of one
            known_kind = eval(kind, scope) if isinstance(kind, str) else kind  # noqa: S307
            parameter = Parameter(name, known_kind, scope[name])
            checked = parameter.check(scope[name])
            scope[name] = parameter.in_python(checked)
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise ValueError("; ".join(problems))


def _put_in(scope: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """Return the names of plain values that no cell of the notebook binds."""
    ours = {"In", "Out", *known}
    names = [name for name in scope if not name.startswith("_") and name not in ours]
    return [name for name in names if isinstance(scope[name], PLAIN_VALUES)]


def _unknown(name: str, scope: Mapping[str, Any]) -> str:
    hint = nearest(name, sorted(scope.get("__annotations__", {})))
    return f"no parameter {name!r}{hint}"


def describe(
    parameters: Iterable[Parameter], values: Mapping[str, Value] | None = None
) -> list[dict[str, Value]]:
    """Return one row for each parameter, for people to read.

    It has the value in use if that is not the default.
    """
    used = values or {}
    rows = []
    for parameter in parameters:
        value = used.get(parameter.name, parameter.default)
        rows.append(_row(parameter, value))
    return rows


def _row(parameter: Parameter, value: Value) -> dict[str, Value]:
    return {
        "name": parameter.name,
        "label": parameter.label,
        "value": value,
        "words": parameter.words(value),
        "code": _code(parameter.in_python(value)),
        "default": parameter.default,
        "allowed": parameter.allowed,
        "choices": [as_text(choice) for choice in parameter.choices],
        "bounds": bounds_in(parameter.schema),
        "unit": parameter.unit,
        "help": parameter.help,
    }


def _code(value: Any) -> str:
    """Return a value as Python code, as a chapter that imports `date` would write it."""
    return repr(value).removeprefix("datetime.")


def chapter_schema(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the JSON Schema of a chapter's parameters.

    It describes an object with these names and no others.
    """
    return {
        "type": "object",
        "properties": {parameter.name: parameter.schema for parameter in parameters},
        "additionalProperties": False,
    }

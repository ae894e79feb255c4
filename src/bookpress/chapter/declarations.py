"""How a chapter declares its parameters, in the cell tagged ``parameters``.

Reading it runs nothing. Papermill's own form is enough, ``year = 2000  # of the count [a]``: the
type is that of the literal, and the comment is the help, which may end with the unit. An annotation
narrows the type: ``power: Annotated[float, Field(gt=0)] = 1.5``, or ``power: Power = 1.5`` with a
type that the cell or one above it imports, or that stands in the module that the book's settings
name. Any other statement in the cell declares nothing.
"""

from __future__ import annotations

import ast
import builtins
import io
import tokenize
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, Union

from pydantic import Field, PydanticUserError
from pydantic_core import SchemaError

from bookpress.chapter.parameters import Parameter
from bookpress.chapter.types.titles import NO_WORDING, Wording
from bookpress.chapter.types.types import Lookup, imported_names, names_above
from bookpress.errors import PressError, nearest, short, similar

BUILT_IN: Mapping[str, Any] = {
    "Any": Any,
    "bool": bool,
    "date": date,
    "dict": dict,
    "float": float,
    "int": int,
    "list": list,
    "str": str,
    "tuple": tuple,
}
GENERIC: Mapping[str, Any] = {
    "Annotated": Annotated,
    "Literal": Literal,
    "Optional": Optional,
    "Union": Union,
    "dict": dict,
    "list": list,
}
"""Types that take other types, or values, in brackets."""
OF_LITERAL: Mapping[type, Any] = {
    bool: bool,
    dict: dict[str, Any],
    float: float,
    int: int,
    list: list[Any],
    str: str,
    tuple: tuple[Any, ...],
    type(None): Any,
    date: date,
}
"""The type of a parameter without an annotation, by the type of its default."""


@dataclass(frozen=True)
class Scope:
    """What the declarations in a cell depend on besides the cell itself."""

    types: str = ""
    """The module in which types are looked up, besides the plain ones."""
    folders: tuple[Path, ...] = ()
    """Folders of modules that types are imported from, besides those that are installed."""
    above: tuple[str, ...] = ()
    """The code of the cells above, whose imports count too."""
    asked: tuple[tuple[str, Wording], ...] = ()
    """By name, how the settings of the book word a parameter for readers."""
    line: int | None = None
    """The line of the file where the code begins; 0 if it has none, None if messages need none."""

    def place(self, where: str, line: int) -> str:
        """Name a line of the code, by its line in the file if that is known."""
        if self.line:
            return f"{where}:{self.line + line - 1}"
        return f"{where}: line {line} of the parameters cell"


def declaring(cells: Iterable[Mapping[str, Any]]) -> tuple[str, tuple[str, ...]]:
    """Return the code of a notebook's parameters cell, and of the code cells above it.

    Both are empty if there is no such cell.
    """
    above: list[str] = []
    for cell in cells:
        if cell["cell_type"] == "code":
            code = "".join(cell["source"])
            if "parameters" in cell["metadata"].get("tags", ()):
                return code, tuple(above)
            above.append(code)
    return "", ()


def line_in(text: str, code: str) -> int:
    """Return the line of a text where the code of a cell begins; 0 if it does not contain it."""
    place = text.replace("\r\n", "\n").find(f"\n{code}")
    if place < 0 or not code:
        return 0
    return text.replace("\r\n", "\n").count("\n", 0, place) + 2


def read_declarations(source: str, where: str, scope: Scope) -> tuple[list[Parameter], list[str]]:
    r"""Return the parameters that a cell declares, in order, and what is wrong with others.

    Parameters
    ----------
    source
        The code of the cell.
    where
        The file, as it appears in messages.
    scope
        Where types are found, and how parameters are worded.

    Examples
    --------
    >>> cell = "year = 2000\nside: Literal['left', 'right'] = 'left'\nyear = 2001"
    >>> [year, side], faults = read_declarations(cell, "a.md", Scope())
    >>> year.allowed, side.allowed
    ('any whole number', 'left, right')
    >>> faults
    ['a.md: parameter year is declared twice']
    """
    try:
        statements = ast.parse(source).body
        comments = _comments(source)
    except (SyntaxError, tokenize.TokenError, RecursionError, MemoryError, ValueError) as error:
        return [], [_not_python(error, where, scope)]
    parameters: dict[str, Parameter] = {}
    faults: list[str] = []
    imported = {**names_above(scope.above), **imported_names(statements)}
    lookup = Lookup(scope.types, imported, scope.folders)
    asked = dict(scope.asked)
    for statement in statements:
        comment = comments.get(statement.end_lineno or 0, "")
        place = scope.place(where, statement.lineno)
        here = where if scope.line is None else place
        try:
            parameter = _declared(statement, (here, place), lookup, comment)
        except PressError as error:
            faults.append(str(error))
            continue
        if parameter and parameter.name in parameters:
            faults.append(f"{here}: parameter {parameter.name} is declared twice")
        elif parameter:
            words = asked.get(parameter.name, NO_WORDING)
            parameters[parameter.name] = replace(parameter, asked=words)
    return list(parameters.values()), faults


def _not_python(error: Exception, where: str, scope: Scope) -> str:
    """Return the message for a cell that is not Python, with the line if that is known."""
    line = getattr(error, "lineno", None)
    what = getattr(error, "msg", str(error))
    place = scope.place(where, line) if line else where
    return f"{place}: the parameters cell is not Python: {short(what)}"


def computed_names(source: str, where: str, scope: Scope) -> dict[str, tuple[str, str]]:
    """Return where and why assignments in a parameters cell declare no parameter, by name.

    Their values are computed, so that they cannot be known without running the cell, or they are
    unpacked.
    """
    computed: dict[str, tuple[str, str]] = {}
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for statement in ast.parse(source).body:
            names, reason = _computed(statement)
            place = scope.place(where, statement.lineno)
            computed |= dict.fromkeys(names, (place, reason))
    return computed


def _computed(statement: ast.stmt) -> tuple[list[str], str]:
    """Return the names that a statement assigns without declaring parameters, and why."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=parts) | ast.List(elts=parts)]):
            reason = f"`{short(ast.unparse(statement))}` assigns several names at once"
        case ast.Assign(targets=parts, value=value) if not _is_literal(value):
            reason = f"`{short(ast.unparse(value))}` {_why_computed(value)}"
        case _:
            return [], ""
    return [part.id for part in parts if isinstance(part, ast.Name)], reason


def _comments(source: str) -> dict[int, str]:
    """Return the comments in code, by line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token for token in tokens if token.type == tokenize.COMMENT]
    return {token.start[0]: token.string for token in comments}


def _declared(
    statement: ast.stmt, places: tuple[str, str], types: Lookup, comment: str
) -> Parameter | None:
    """Return the parameter that a statement declares; None if it declares none.

    `places` names the file, and the file with the statement's line.
    """
    where, line = places
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_literal(value):
            here = f"{where}: parameter {name}"
            default = _literal(value, here)
            return _checked(Parameter(name, OF_LITERAL[type(default)], default, comment), here)
        case ast.AnnAssign(target=ast.Name(id=name), annotation=kind, value=ast.expr() as value):
            here = f"{where}: parameter {name}"
            annotated = _Types(types, here).resolve(kind)
            return _checked(Parameter(name, annotated, _literal(value, here), comment), here)
        case ast.Assign(targets=[ast.Name(), ast.Name(), *_], value=value) if _is_literal(value):
            code = short(ast.unparse(statement))
            raise PressError(
                f"{line} is `{code}`, which gives one default to several names; "
                "each parameter has a line of its own, such as `top_k = 10`"
            )
        case ast.AnnAssign():
            code = short(ast.unparse(statement))
            raise PressError(
                f"{line} is `{code}`, without a value; "
                "a parameter has a default, such as `top_k: int = 10`"
            )
    return None


def _is_literal(value: ast.expr) -> bool:
    return not _why_computed(value)


def _why_computed(value: ast.expr) -> str:
    """Return why a value is no default that JSON can hold; empty if it is one."""
    try:
        literal = _literal(value, "")
    except PressError:
        return "is not a literal"
    return "has keys that are no text" if _has_other_keys(literal) else ""


def _has_other_keys(value: Any) -> bool:
    """Return whether a literal has dicts whose keys are no text, as JSON would make them."""
    if isinstance(value, dict):
        is_other = not all(isinstance(key, str) for key in value)
        return is_other or any(map(_has_other_keys, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_other_keys, value))


def _literal(value: ast.expr, here: str) -> Any:
    """Return a default, or an option of a type, as a value: a literal or a date."""
    with suppress(ValueError, TypeError, RecursionError, MemoryError):
        match value:
            case ast.Call(func=ast.Name(id="date"), args=args, keywords=[]):
                return date(*map(ast.literal_eval, args))
        literal = ast.literal_eval(value)
        if type(literal) in OF_LITERAL:  # not bytes or a set, which JSON does not have
            return literal
    raise PressError(
        f"{here}: `{short(ast.unparse(value))}` is not a literal; allowed: text, numbers, True, "
        "False, None, lists and dicts of these, date(2000, 1, 1), and first and last year of a "
        "period"
    )


def _checked(parameter: Parameter, here: str) -> Parameter:
    """Return a parameter with its default validated by its own type."""
    try:
        default = parameter.check(parameter.default)
    except (PydanticUserError, SchemaError, TypeError) as error:
        raise PressError(f"{here}: pydantic cannot check values of its type") from error
    except ValueError as error:
        raise PressError(f"{here}: the default {error}") from error
    return Parameter(parameter.name, parameter.kind, default, parameter.comment)


class _Types:
    """Resolves annotations to types without running them."""

    def __init__(self, types: Lookup, here: str) -> None:
        self.types = types
        self.here = here

    def resolve(self, annotation: ast.expr) -> Any:
        """Return the type that an annotation stands for."""
        match annotation:
            case ast.Constant(value=None):
                return None
            case ast.Constant(value=str(quoted)):
                return self._quoted(quoted, annotation)
            case ast.Name(id=name):
                return self._named(name)
            case ast.Attribute(value=ast.Name(id=module), attr=name) if self.types.is_plain(module):
                return self._named(name)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return Union[self.resolve(left), self.resolve(right)]  # noqa: UP007 - made here
            case ast.Subscript():
                return self._generic(annotation)
        raise self._refusal(annotation)

    def _quoted(self, text: str, annotation: ast.expr) -> Any:
        """Return the type that stands in quotation marks."""
        try:
            inner = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise self._refusal(annotation) from error
        return self.resolve(inner)

    def _generic(self, annotation: ast.Subscript) -> Any:
        """Return the type of an annotation with brackets."""
        outer = annotation.value
        inner = annotation.slice
        name = outer.attr if isinstance(outer, ast.Attribute) else getattr(outer, "id", "")
        name = self.types.proper(name)
        if name not in GENERIC:
            raise self._refusal(outer)
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if not parts:
            raise self._refusal(annotation)
        if name == "Literal":
            return Literal[tuple(_literal(part, self.here) for part in parts)]
        first, *others = parts
        read_other = self._bound if name == "Annotated" else self.resolve
        arguments = (self.resolve(first), *map(read_other, others))
        try:
            return GENERIC[name][arguments if others else arguments[0]]
        except TypeError as error:
            raise self._refusal(annotation) from error

    def _bound(self, bound: ast.expr) -> Any:
        """Return the bounds of a type: a `Field` with literal keyword arguments."""
        match bound:
            case ast.Call(func=ast.Name(id="Field"), args=[], keywords=keywords):
                options = {str(word.arg): _literal(word.value, self.here) for word in keywords}
                make: Callable[..., Any] = Field
                try:
                    return make(**options)
                except TypeError as error:
                    raise self._refusal(bound) from error
        raise self._refusal(bound)

    def _named(self, name: str) -> Any:
        """Return the type with a name: a plain one, or one of the book's own."""
        proper = self.types.proper(name)
        if proper in BUILT_IN:
            return BUILT_IN[proper]
        try:
            return self.types.find(name)
        except ImportError as error:
            raise PressError(f"{self.here}: {error}") from error
        except LookupError as error:
            reason, known = error.args
            suggestion = nearest(name, [*BUILT_IN, *known])
            imported = [other for other in self.types.imported_types if other != name]
            if meant := similar(name, [*known, *imported]):
                suggestion = f"; did you mean {meant}?"
            raise PressError(f"{self.here}: no type {name!r} in {reason}{suggestion}") from error

    def _refusal(self, annotation: ast.expr) -> PressError:
        code = short(ast.unparse(annotation))
        known = [*GENERIC, *BUILT_IN, *self.types.imported_types]
        is_name = isinstance(annotation, ast.Name | ast.Attribute) and not hasattr(builtins, code)
        meant = similar(code, [name for name in known if name != code]) if is_name else ""
        if meant:
            return PressError(f"{self.here}: no type {code!r}; did you mean {meant}?")
        return PressError(
            f"{self.here}: `{code}` is not a type that can be read without running it; allowed: "
            f"{', '.join(BUILT_IN)}, types of the book, and of these list[...], dict[...], "
            "X | None, Literal[...], Annotated[..., Field(ge=0)]"
        )

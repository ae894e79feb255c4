"""What a sentence may quote: a name of the chapter, a path into one, or comparisons of these.

Reading an expression runs nothing. Prose is no place for programs: an expression is a call of a
comparison with names, numbers, texts, and lists and dictionaries of these. Anything else belongs in
a function of the book's package, with a name and a test.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from keyword import iskeyword
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from bookpress.errors import UsageError, nearest, short
from holdtrue.comparisons import COMPARISONS
from holdtrue.comparisons.base import Comparison, Kind

_QUOTED = (ast.Expression, ast.Name, ast.Load, ast.Attribute, ast.Subscript)
_WRITTEN = (ast.Constant, ast.List, ast.Tuple, ast.Dict)
_CALLED = (ast.Call, ast.keyword)
_RECKONED = (ast.UnaryOp, ast.USub, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div)
ALLOWED = (*_QUOTED, *_WRITTEN, *_CALLED, *_RECKONED)
"""The kinds of nodes that an expression may contain."""


FUNCTIONS: Mapping[str, Any] = {"abs": abs, "len": len, "max": max, "min": min, "sum": sum}
"""Functions in scope besides comparisons: those that reduce several numbers to one."""
PATH = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
SLUG = r"\w[\w.-]*"
"""The pattern of a chapter's name, as `bookpress.book.discovery.slug_of` gives it."""
ELSEWHERE = re.compile(rf"{SLUG}:\w+")
IN_SCOPE = frozenset({*COMPARISONS, *FUNCTIONS})
"""The names of both, which no chapter gives to anything else."""
_NAMED = re.compile(r"(?P<name>[^\W\d]\w*)\s*=(?!=)\s*(?P<code>.+)", re.DOTALL)


class Statement(NamedTuple):
    """The content of a ``{holds}``: an optional name, and comparisons as one line of Python."""

    name: str
    code: str

    @property
    def key(self) -> str:
        """Its key in ``statements.json``."""
        return self.name or self.code


@cache
def read_statement(text: str) -> Statement:
    """Return the statement in the text of a ``{holds}``.

    Raises
    ------
    UsageError
        If it is not an allowed expression, or its name is that of a comparison.

    Examples
    --------
    >>> read_statement("fall = fell(late,early)").key
    'fall'
    >>> read_statement("majority(early),  minority(late)").key
    'majority(early), minority(late)'
    """
    is_name = text.isascii() and text.isidentifier() and not iskeyword(text)
    if is_name:  # most are, and need no parser
        return Statement("", text)
    named = _NAMED.fullmatch(text.strip())
    name = named["name"] if named else ""
    if name in IN_SCOPE:
        raise UsageError(f"{name} is the name of a comparison: give the statement another one")
    code = named["code"] if named else text
    comparisons = map(ast.unparse, comparisons_in(code))
    return Statement(name, ", ".join(comparisons))


@cache
def comparisons_in(code: str) -> Sequence[ast.expr]:
    """Return the comparisons that an expression lists, after checking their nodes."""
    line = " ".join(code.split())
    if not line:
        raise UsageError("a statement is empty: give it a comparison")
    try:
        tree = ast.parse(f"({line},)", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"`{short(line)}` is not Python: {error.args[0]}") from error
    body = tree.body
    if not isinstance(body, ast.Tuple):
        raise UsageError(f"`{short(line)}` is not a comparison")
    for node in ast.walk(body):
        if not isinstance(node, ALLOWED):
            kind = type(node).__name__
            raise UsageError(
                f"`{short(line)}` contains a {kind}; allowed are calls of comparisons "
                "with names, numbers, texts, lists and dictionaries"
            )
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            raise UsageError(f"`{short(line)}` reads the private {node.attr}")
    return body.elts


def names_in(code: str) -> Iterator[str]:
    """Yield the names that an expression or a path depends on, except those always in scope."""
    if PATH.fullmatch(code):
        yield code.partition(".")[0]
        return
    for comparison in comparisons_in(code):
        yield from _names(comparison)


def _names(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Name) and node.id not in IN_SCOPE:
            yield node.id


def value_at(path: str, scope: Mapping[str, Any]) -> Any:
    """Return the value at a path such as ``odds.late``.

    Each step is an entry of a mapping, None if there is none, or an attribute.
    """
    head, *rest = path.split(".")
    if head not in scope:
        suggestion = nearest(head, sorted(scope))
        raise NameError(f"no {head!r} in the chapter{suggestion}")
    value = scope[head]
    for part in rest:
        value = _entry(value, part)
    return value


def _entry(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        if part in value or not part.isdigit():
            return value.get(part)
        return value.get(int(part))
    is_hidden = part.startswith("_") or not hasattr(value, part)
    if is_hidden:
        known = [name for name in dir(value) if not name.startswith("_")]
        kind = type(value).__name__
        suggestion = nearest(part, known)
        raise AttributeError(f"no {part!r} in {kind}{suggestion}")
    return getattr(value, part)


def compared(
    code: str, scope: Mapping[str, Any], results: Collection[str] = ()
) -> list[Comparison]:
    """Return the comparisons that an expression makes of a chapter's names.

    `results` are those whose number the sentence itself quotes.
    """
    names = {"__builtins__": {}, **FUNCTIONS, **COMPARISONS, **scope}
    comparisons = []
    for call in comparisons_in(code):
        value = eval(_compiled(ast.unparse(call)), names)  # noqa: S307
        if not isinstance(value, Comparison):
            raise TypeError(f"{short(repr(value))} is not a comparison such as below(late, early)")
        comparisons.append(replace(value, kind=_kind(call, value, scope, results)))
    return comparisons


def _kind(
    call: ast.expr, comparison: Comparison, scope: Mapping[str, Any], results: Collection[str]
) -> Kind:
    """Return what gives way if a comparison does not hold, judged by its arguments."""
    parameters = scope.get("__annotations__", {})
    names = [name for name in _names(call) if not isinstance(scope.get(name), ModuleType)]
    is_question = names and all(name in parameters for name in names)
    if is_question:
        return "question"
    if comparison.kind != "number":
        return comparison.kind
    first = call.args[0] if isinstance(call, ast.Call) and call.args else call
    path = re.sub(r"\.(?:value|k|n)$", "", ast.unparse(first))
    return "number" if path in results else "sentence"


@cache
def _compiled(code: str) -> CodeType:
    return compile(code, "<sentence>", "eval")

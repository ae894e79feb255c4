"""What a sentence may quote: a name of the chapter, a path into one, or comparisons of such. Read without running them.

Prose is no place for programs: an expression is a call of a comparison, with names, numbers, texts, and lists and
dictionaries of these. Everything else is a function of the book's package, with a name and a test.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import CodeType
from typing import Any, NamedTuple

from bookpress.chapter import statements
from bookpress.chapter.statements import Comparison
from bookpress.errors import UsageError, nearest, short

ALLOWED = (
    *(ast.Expression, ast.Name, ast.Load, ast.Attribute, ast.Subscript, ast.Constant),
    *(ast.List, ast.Tuple, ast.Dict, ast.Call, ast.keyword),
    *(ast.UnaryOp, ast.USub, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div),
)
"""The kinds of nodes of which an expression is made."""
COMPARISONS: Mapping[str, Any] = {
    name: one
    for name, one in vars(statements).items()
    if getattr(one, "__annotations__", {}).get("return") == "Comparison"
    and not name.startswith("_")
    and name != "joined"
}
"""The comparisons that are in scope of every sentence, by name."""
FUNCTIONS: Mapping[str, Any] = {"abs": abs, "len": len, "max": max, "min": min, "sum": sum}
"""What else is in scope: what makes one number of several."""
PATH = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
ELSEWHERE = re.compile(r"[a-z0-9][a-z0-9-]*:\w+")
_NAMED = re.compile(r"(?P<name>[^\W\d]\w*)\s*=(?!=)\s*(?P<code>.+)", re.DOTALL)


class Statement(NamedTuple):
    """What a ``{holds}`` says: the name it gives, if any, and its comparisons as one line of Python."""

    name: str
    code: str

    @property
    def key(self) -> str:
        """What ``statements.json`` calls it."""
        return self.name or self.code


@cache
def read_statement(text: str) -> Statement:
    """Return what the text of a ``{holds}`` says.

    Raises
    ------
    UsageError
        If it is no expression of the allowed kind, or gives a name that a comparison has.

    Examples
    --------
    >>> read_statement("fall = fell(late,early)").key, read_statement("majority(early),  minority(late)").key
    ('fall', 'majority(early), minority(late)')
    """
    named = _NAMED.fullmatch(text.strip())
    name, code = (named["name"], named["code"]) if named else ("", text)
    if name in COMPARISONS or name in FUNCTIONS:
        raise UsageError(f"{name} is the name of a comparison: give the statement another one")
    return Statement(name, ", ".join(map(ast.unparse, _comparisons(code))))


def _comparisons(code: str) -> list[ast.expr]:
    """Return the comparisons that an expression lists, each of nodes that are allowed."""
    line = " ".join(code.split())
    try:
        body = ast.parse(f"({line},)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"`{short(line)}` is not Python: {error.args[0]}") from error
    if not isinstance(body, ast.Tuple):
        raise UsageError(f"`{short(line)}` is no comparison")
    for node in ast.walk(body):
        if not isinstance(node, ALLOWED):
            raise UsageError(
                f"`{short(line)}` holds a {type(node).__name__}; allowed are calls of comparisons "
                "with names, numbers, texts, lists and dictionaries"
            )
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            raise UsageError(f"`{short(line)}` looks into the private {node.attr}")
    return body.elts


def names_in(code: str) -> Iterator[str]:
    """Yield the names that an expression or a path rests on, but for comparisons and functions in scope."""
    if PATH.fullmatch(code):
        yield code.partition(".")[0]
        return
    for part in _comparisons(code):
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and node.id not in {*COMPARISONS, *FUNCTIONS}:
                yield node.id


def value_at(path: str, scope: Mapping[str, Any]) -> Any:
    """Return what a path such as ``odds.late`` leads to: an entry, None where there is none, or an attribute."""
    head, *rest = path.split(".")
    if head not in scope:
        raise NameError(f"no {head!r} in the chapter{nearest(head, sorted(scope))}")
    value = scope[head]
    for part in rest:
        value = _entry(value, part)
    return value


def _entry(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(part, value.get(int(part)) if part.isdigit() else None)
    if part.startswith("_") or not hasattr(value, part):
        known = [name for name in dir(value) if not name.startswith("_")]
        raise AttributeError(f"no {part!r} in {type(value).__name__}{nearest(part, known)}")
    return getattr(value, part)


def compared(code: str, scope: Mapping[str, Any]) -> list[Comparison]:
    """Return the comparisons that an expression makes of what a chapter has bound."""
    names = {"__builtins__": {}, **FUNCTIONS, **COMPARISONS, **scope}
    found = [eval(_compiled(ast.unparse(part)), names) for part in _comparisons(code)]  # noqa: S307
    for one in found:
        if not isinstance(one, Comparison):
            raise TypeError(f"{short(repr(one))} is no comparison, such as below(late, early)")
    return found


@cache
def _compiled(code: str) -> CodeType:
    return compile(code, "<sentence>", "eval")

"""What modules offer to the chapters that import from them, read from their source where that is enough."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Source:
    """What the source of a module tells.

    Parameters
    ----------
    names : frozenset of str
        What it binds at its top level.
    constants : mapping
        Expressions that it assigns, by name.
    """

    names: frozenset[str]
    constants: Mapping[str, ast.expr]


def import_faults(statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Yield what an import statement asks for in vain.

    A module is imported only where its source does not tell.

    Examples
    --------
    >>> list(import_faults(ast.parse("import json, nosuchmodule").body[0]))
    ['no module nosuchmodule']
    >>> list(import_faults(ast.parse("from pathlib import Path, Pth").body[0]))
    ["the module pathlib has no 'Pth'"]
    """
    if isinstance(statement, ast.Import):
        yield from (f"no module {alias.name}" for alias in statement.names if not exists(alias.name))
    elif statement.level:
        yield "a chapter is no package: name the module in full"
    elif not exists(str(statement.module)):
        yield f"no module {statement.module}"
    else:
        names = [alias.name for alias in statement.names if alias.name != "*"]
        missing = [name for name in names if not _offers(str(statement.module), name)]
        yield from (f"the module {statement.module} has no {name!r}" for name in missing)


@cache
def exists(module: str) -> bool:
    """Return whether a module is installed."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _offers(module: str, name: str) -> bool:
    """Return whether a name can be imported from a module."""
    source = _source(module)
    if (source and name in source.names) or exists(f"{module}.{name}"):
        return True
    return hasattr(_imported(module), name)


def offered(module: str) -> frozenset[str]:
    """Return the names that ``from module import *`` binds.

    Examples
    --------
    >>> "sqrt" in offered("math")
    True
    """
    found = _imported(module)
    return frozenset(getattr(found, "__all__", [name for name in dir(found) if not name.startswith("_")]))


def written_constant(module: str, name: str) -> ast.expr | None:
    """Return the expression that a module assigns to a name, None where its source has none.

    Examples
    --------
    >>> ast.unparse(written_constant("bookpress.book.edition_files", "DEFAULT"))
    "'default'"
    """
    source = _source(module)
    return source.constants.get(name) if source else None


def imported_constant(module: str, name: str) -> Any:
    """Return what a name of a module stands for, None where it has no such name; the module is imported.

    Examples
    --------
    >>> imported_constant("bookpress.book.edition_files", "DEFAULT")
    'default'
    """
    return getattr(_imported(module), name, None)


@cache
def _source(module: str) -> Source | None:
    """Return what the source of a module tells, None where it has none in Python."""
    spec = importlib.util.find_spec(module) if exists(module) else None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    text = Path(spec.origin).read_text("utf-8")
    table = symtable.symtable(text, spec.origin, "exec")
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    return Source(frozenset(names), dict(_assigned(ast.parse(text).body)))


def _assigned(statements: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that statements assign, with the expressions; ``a, b = 1, 2`` assigns two."""
    for statement in statements:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            yield statement.target.id, statement.value
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            yield from _pairs(target, statement.value)  # type: ignore[attr-defined]


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for inner, one in zip(target.elts, value.elts, strict=False):
            yield from _pairs(inner, one)


@cache
def _imported(module: str) -> Any:
    """Return a module, None where it cannot be imported."""
    try:
        return importlib.import_module(module)
    except Exception:  # noqa: BLE001 - whatever a module does when it is imported, the book is only read here
        return None

"""Which parameters a result, a statement or a figure depends on, judged by the code alone.

A name depends on everything that its statements read; nothing is run. Cells that are not Python are
ignored.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from bookpress.book.cells import display_options
from bookpress.chapter.expressions import names_in
from bookpress.chapter.publish import TAG
from bookpress.errors import UsageError

Dependence = Mapping[str, Sequence[str]]
"""The parameters that each quoted thing depends on, in their order.

The key is that of a result or a statement, the name of a period, or the name of a figure in the
metadata of its cell.
"""
MAGIC = re.compile(r"\A%%.*|^[%!][^\n]*", re.DOTALL | re.MULTILINE)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class _Code:
    """What each name in a notebook was made from, and what its prose and figures read."""

    def __init__(self) -> None:
        self.reads: dict[str, set[str]] = defaultdict(set)
        self.quoted: dict[str, set[str]] = {}
        self.modules: set[str] = set()

    def add(self, cell: Mapping[str, Any]) -> None:
        """Read a code cell."""
        tree = _parsed("".join(cell["source"]))
        if TAG in cell["metadata"].get("tags", ()):
            self.quoted.update(_quotes(tree))
            return
        if "import" in "".join(cell["source"]):
            self.modules |= _imported(tree)
        for statement in tree.body:
            for name, names in _bindings(statement):
                self.reads[name] |= names
        figure = _figure(cell["metadata"])
        if figure:
            self.quoted[figure] = set().union(*map(_free, tree.body))

    def rests_on(self, key: str) -> set[str]:
        """Return all names that something was made from, directly or indirectly."""
        seen: set[str] = set()
        waiting = [*self.quoted[key]]
        while waiting:
            name = waiting.pop()
            # calling a function of a module does not change the module
            if name not in seen and name not in self.modules:
                seen.add(name)
                waiting += self.reads.get(name, ())
        return seen


def dependence_of(cells: Iterable[Mapping[str, Any]], parameters: Sequence[str]) -> Dependence:
    r"""Return the parameters that each thing quoted in a notebook's prose depends on.

    Parameters
    ----------
    cells : iterable of mapping
        The cells of the notebook, including the one that publishes what prose quotes.
    parameters : sequence of str
        The names of its parameters.

    Examples
    --------
    >>> code = "share = count(models, first)\nothers = 1 - share"
    >>> quotes = "publish(globals(), 'a.md', [('result', 'others', 'others', {1: 'They.'})])"
    >>> tags = {"tags": [TAG]}
    >>> cells = [
    ...     {"cell_type": "code", "source": code, "metadata": {}},
    ...     {"cell_type": "code", "source": quotes, "metadata": tags},
    ... ]
    >>> dependence_of(cells, ["first", "last"])
    {'others': ('first',)}
    """
    code = _Code()
    for cell in cells:
        tags = cell["metadata"].get("tags", ())
        if cell["cell_type"] == "code" and "parameters" not in tags:
            code.add(cell)
    rests_on = {}
    for key in code.quoted:
        names = code.rests_on(key)
        chosen = tuple(name for name in parameters if name in names)
        if chosen:
            rests_on[key] = chosen
    return rests_on


def _parsed(code: str) -> ast.Module:
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.parse(MAGIC.sub("", code))
    return ast.Module([], [])


def _imported(tree: ast.Module) -> set[str]:
    """Return the names that code imports."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    aliases = [alias for node in imports for alias in node.names]
    return {alias.asname or alias.name.partition(".")[0] for alias in aliases}


def _figure(metadata: Mapping[str, Any]) -> str:
    """Return the name of the figure that a cell shows; empty if it shows none."""
    return str(display_options(metadata, "figure").get("name", ""))


def _quotes(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Yield the keys of quotes, each with the names in its code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple):
            with suppress(ValueError, UsageError):
                _, key, code, *_ = ast.literal_eval(node)
                yield str(key), set(names_in(str(code)))


def _bindings(statement: ast.stmt) -> Iterator[tuple[str, set[str]]]:
    """Yield the names that a statement binds or may change, each with the names it reads."""
    if isinstance(statement, _SCOPES):
        yield statement.name, _free(statement)
        return
    names = _free(statement)
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name, names
            case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
                yield from ((name, names) for name in _root(node))
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=value))):
                yield from ((name, names) for name in _root(value))  # as `rows.append` does


def _root(node: ast.expr) -> Iterator[str]:
    """Yield the name at the root of an attribute or a subscript."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _free(node: ast.AST) -> set[str]:
    """Return the names that code reads but does not bind in its own scope."""
    inner: set[str] = set()
    for child in ast.iter_child_nodes(node):
        inner |= _free(child)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return {node.id}
    if isinstance(node, _SCOPES):
        return inner - _own(node)
    if isinstance(node, _LOOPS):
        targets = [part.target for part in node.generators]
        return inner - {name.id for target in targets for name in _names(target)}
    return inner


def _own(scope: ast.AST) -> set[str]:
    """Return the names that a function or a class binds for itself."""
    own = {node.arg for node in ast.walk(scope) if isinstance(node, ast.arg)}
    return own | {node.id for node in _names(scope) if isinstance(node.ctx, ast.Store)}


def _names(node: ast.AST) -> Iterator[ast.Name]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Name))

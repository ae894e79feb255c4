"""Names that the cells of a chapter use and nothing before them defines; nothing is run."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy

from bookpress.check.code import Cell, Found, parse
from bookpress.check.modules import exists, offered

GIVEN = {*dir(builtins), "display", "get_ipython", "In", "Out", "_", "__", "__name__", "__doc__"}
"""Names that every notebook has."""


def undefined_names(cells: Sequence[Cell]) -> Iterator[Found]:
    r"""Yield the names that a cell uses and nothing up to there defines.

    Functions may use what a later cell defines, as Python allows.

    Examples
    --------
    >>> [found.text for found in undefined_names([Cell(1, "a = b"), Cell(2, "def f(): return c"), Cell(3, "c = a")])]
    ['b']
    >>> [found.text for found in undefined_names([Cell(1, "print(a)\na = 1\ndel a\na")])]
    ['a']
    """
    trees = [(cell, tree) for cell in cells if (tree := parse(cell))]
    reader = _Reader(set().union(*(_bound(cell.source) for cell, _ in trees)))
    for cell, tree in trees:
        reader.missing = {}
        reader.visit(tree)
        yield from (Found(cell.line + line - 1, name) for name, line in reader.missing.items())


def _bound(source: str) -> set[str]:
    """Return the names that a cell binds at its top level, or by ``global`` in a function."""
    table = symtable.symtable(source, "cell", "exec")
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    for child in table.get_children():
        own |= {s.get_name() for s in child.get_symbols() if s.is_declared_global() and s.is_assigned()}
    return own


def _globals(table: symtable.SymbolTable) -> set[str]:
    """Return the global names that a function, class or comprehension uses."""
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return names.union(*(_globals(child) for child in table.get_children()))


def _stored(node: ast.AST) -> set[str]:
    """Return the names that a part of a cell binds."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


class _Reader(ast.NodeVisitor):
    """Goes through the cells in the order in which Python runs them, and notes what is not there yet.

    Parameters
    ----------
    everything : set of str
        All that any cell binds: what is there when a function is called.
    """

    def __init__(self, everything: set[str]) -> None:
        self.everything = everything | GIVEN
        self.bound = set(GIVEN)
        self.missing: dict[str, int] = {}
        self.told = True

    def _use(self, name: str, line: int, bound: set[str]) -> None:
        if name not in bound and self.told:
            self.missing.setdefault(name, line)

    def _in_order(self, *nodes: ast.AST | Sequence[ast.AST] | None) -> None:
        """Visit parts in the order in which they are evaluated."""
        for node in nodes:
            for one in node if isinstance(node, Sequence) else [node]:
                if one is not None:
                    self.visit(one)

    @contextmanager
    def _inside(self) -> Iterator[None]:
        """Keep what is bound inside to the inside."""
        outer = self.bound
        self.bound = set(outer)
        try:
            yield
        finally:
            self.bound = outer

    def visit_Name(self, node: ast.Name) -> None:
        """Note a use, a binding or a deletion."""
        if isinstance(node.ctx, ast.Load):
            self._use(node.id, node.lineno, self.bound)
        elif isinstance(node.ctx, ast.Store):
            self.bound.add(node.id)
        else:
            self._use(node.id, node.lineno, self.bound)
            self.bound.discard(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Go to the value before the targets."""
        self._in_order(node.value, node.targets)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """Go to the value before the target."""
        self._in_order(node.value, node.target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Bind the target if it has a value: a type alone binds nothing."""
        self._in_order(node.value, node.target if node.value else None)
        self._type(node.annotation)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Note that the target is used before it is bound."""
        if isinstance(node.target, ast.Name):
            self._use(node.target.id, node.lineno, self.bound)
        self._in_order(node.value, node.target)

    def visit_For(self, node: ast.For) -> None:
        """Bind first what a round binds: the next one may use it."""
        self.visit(node.iter)
        self.bound |= _stored(node)
        self._in_order(node.body, node.orelse)

    def visit_While(self, node: ast.While) -> None:
        """Bind first what a round binds: the next one may use it."""
        self.visit(node.test)
        self.bound |= _stored(node)
        self._in_order(node.body, node.orelse)

    def visit_If(self, node: ast.If) -> None:
        """Keep what either branch binds."""
        self.visit(node.test)
        with self._inside():
            self._in_order(node.body)
            after = self.bound
        self._in_order(node.orelse)
        self.bound |= after

    def visit_Try(self, node: ast.Try) -> None:
        """Keep what the body binds: a handler may find it."""
        self._in_order(node.body)
        for handler in node.handlers:
            self.bound |= {handler.name} if handler.name else set()
            self.visit(handler)
        self._in_order(node.orelse, node.finalbody)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        """Bind the name of a pattern."""
        self.generic_visit(node)
        self.bound |= {node.name} if node.name else set()

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        """Bind the name of a pattern."""
        self.bound |= {node.name} if node.name else set()

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        """Bind the name of the rest."""
        self.generic_visit(node)
        self.bound |= {node.rest} if node.rest else set()

    def visit_Import(self, node: ast.Import) -> None:
        """Bind the first part: ``import a.b`` binds ``a``."""
        self.bound |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Bind what is imported; after a star from a module that is not there nothing can be told."""
        names = {alias.asname or alias.name for alias in node.names}
        if "*" in names:
            self.told = self.told and exists(str(node.module))
            names = set(offered(str(node.module)))
        self.bound |= names
        self.everything |= names

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        """Keep the names of a comprehension to itself, but those bound by ``:=``."""
        self._comprehension(node.generators, node.elt)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        """Treat it like a list."""
        self._comprehension(node.generators, node.elt)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        """Treat it like a list."""
        self._comprehension(node.generators, node.elt)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        """Treat it like a list."""
        self._comprehension(node.generators, node.key, node.value)

    def _comprehension(self, generators: Sequence[ast.comprehension], *results: ast.expr) -> None:
        parts = [*generators, *results]
        walrus = {w.target.id for part in parts for w in ast.walk(part) if isinstance(w, ast.NamedExpr)}
        with self._inside():
            for generator in generators:
                self._in_order(generator.iter, generator.target, generator.ifs)
            self._in_order(results)
        self.bound |= walrus

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Go through defaults at once, and through the body as when it is called."""
        self._in_order(node.decorator_list, node.args)
        self._type(node.returns)
        self._later(node)
        self.bound |= {node.name, *_bound(ast.unparse(node))}

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """Treat it like a function."""
        self.visit_FunctionDef(node)

    def visit_arg(self, node: ast.arg) -> None:
        """Go to the type of an argument."""
        self._type(node.annotation)

    def _type(self, node: ast.expr | None) -> None:
        """Note what a type names that no cell binds: types may be evaluated late."""
        for part in ast.walk(node) if node else ():
            if isinstance(part, ast.Name):
                self._use(part.id, part.lineno, self.everything | self.bound)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Treat it like a function."""
        self.visit(node.args)
        self._later(node)

    def _later(self, node: ast.AST) -> None:
        """Note what the body of a function uses and no cell binds."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node = copy(node)
            node.name = "function"  # symtable takes a function called "top" for the module
        table = symtable.symtable(ast.unparse(node), "function", "exec")
        names = set().union(*(_globals(child) for child in table.get_children()))
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in names:
                self._use(part.id, part.lineno, self.everything | self.bound)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Go through the body at once; what it binds is its own."""
        self._in_order(node.decorator_list, node.bases, node.keywords)
        with self._inside():
            self._in_order(node.body)
        self.bound.add(node.name)

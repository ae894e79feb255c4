"""Read the cells of a chapter without running them: names that are not defined, labels and texts that readers see."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

GIVEN = {*dir(builtins), "display", "get_ipython", "In", "Out", "_", "__", "__name__", "__doc__"}
"""Names that every notebook has."""

PROSE_ARGUMENTS = {"title", "caption", "alt", "description", "label"}
"""Keyword arguments that readers see as text."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its code and the line of the file it starts at."""

    line: int
    source: str


@dataclass(frozen=True)
class Found:
    """Something found in the cells, with its line in the file."""

    line: int
    text: str


def parse(cell: Cell) -> ast.Module | None:
    """Return the tree of a cell, or None where it is not plain Python."""
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return None


def syntax_faults(cells: Iterable[Cell]) -> Iterator[Found]:
    """Yield the cells that are not plain Python."""
    for cell in cells:
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            yield Found(cell.line + (error.lineno or 1) - 1, f"not plain Python: {error.msg}")


def undefined_names(cells: Sequence[Cell]) -> Iterator[Found]:
    """Yield the names that a cell uses and no cell up to it defines.

    Functions may use what a later cell defines, as Python allows.

    Examples
    --------
    >>> [found.text for found in undefined_names([Cell(1, "a = b"), Cell(2, "def f(): return c"), Cell(3, "c = a")])]
    ['b']
    """
    tables = {cell.line: symtable.symtable(cell.source, "cell", "exec") for cell in cells if parse(cell)}
    everything = GIVEN.union(*(_bound(table) for table in tables.values()))
    known = set(GIVEN)
    for cell in cells:
        if cell.line not in tables:
            continue
        table = tables[cell.line]
        known |= _bound(table)
        missing = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()} - known
        for child in table.get_children():
            missing |= _globals(child) - everything
        yield from (Found(cell.line + _line_of(cell, name) - 1, name) for name in sorted(missing))


def _bound(table: symtable.SymbolTable) -> set[str]:
    """Return the names that a cell binds at its top level, or by ``global`` in a function."""
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    own |= {child.get_name() for child in table.get_children() if child.get_type() in {"function", "class"}}
    for child in table.get_children():
        own |= {s.get_name() for s in child.get_symbols() if s.is_declared_global() and s.is_assigned()}
    return own


def _globals(table: symtable.SymbolTable) -> set[str]:
    """Return the global names that a function, class or comprehension uses."""
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return names.union(*(_globals(child) for child in table.get_children()))


def _line_of(cell: Cell, name: str) -> int:
    nodes = ast.walk(ast.parse(cell.source))
    return min((node.lineno for node in nodes if isinstance(node, ast.Name) and node.id == name), default=1)


def labels(cells: Iterable[Cell]) -> set[str]:
    """Return the literal labels that the cells give to what they show."""
    return {
        keyword.value.value
        for cell in cells
        for node in ast.walk(parse(cell) or ast.Module([], []))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }


def shown_texts(cells: Iterable[Cell]) -> Iterator[Found]:
    """Yield the literal parts of texts that readers see: titles, captions and the like."""
    for cell in cells:
        for node in ast.walk(parse(cell) or ast.Module([], [])):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg in PROSE_ARGUMENTS:
                        yield from (Found(cell.line + line - 1, text) for line, text in _literals(keyword.value))


def _literals(node: ast.expr) -> Iterator[tuple[int, str]]:
    """Yield the literal texts of an expression that stand as text, not within a placeholder."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        yield node.lineno, text
    elif isinstance(node, ast.BinOp):
        yield from _literals(node.left)
        yield from _literals(node.right)
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)

"""Read the cells of a chapter without running them: their code, labels, and texts that readers see."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bookpress.check.modules import import_faults

PROSE_ARGUMENTS = {"title", "caption", "alt", "description", "label", "columns"}
"""Keyword arguments that readers see as text, or that hold such texts."""

TRANSPARENT = ("%%time", "%%timeit", "%%capture", "%%prun")
"""Magics of a whole cell that run it as Python."""


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


def plain(source: str) -> str:
    """Return the code of a cell as Python, with what IPython makes of its magics and shell lines.

    Examples
    --------
    >>> plain("%matplotlib inline")
    "get_ipython().run_line_magic('matplotlib', 'inline')"
    """
    first, newline, rest = source.partition("\n")
    if first.startswith(TRANSPARENT):
        source = newline + rest
    try:
        ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        return str(TransformerManager().transform_cell(source)).removesuffix("\n")
    return source


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


def failing_imports(cells: Iterable[Cell]) -> Iterator[Found]:
    """Yield what the cells import in vain; an import within ``try`` may fail."""
    for cell in cells:
        nodes: list[ast.AST] = [parse(cell) or ast.Module([], [])]
        for node in nodes:  # grows while it is gone through
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from (Found(cell.line + node.lineno - 1, fault) for fault in import_faults(node))
            elif not isinstance(node, ast.Try):
                nodes += ast.iter_child_nodes(node)


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


def _literals(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the literal texts of an expression that stand as text, not within a placeholder or as a key."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        yield node.lineno, text
    else:
        for part in _shown_parts(node):
            yield from _literals(part)


def _shown_parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of an expression that may end up in its text."""
    match node:
        case ast.Dict(values=values):
            yield from values
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
            yield element
        case ast.Call(func=ast.Attribute(value=owner), args=arguments):
            yield from (owner, *arguments)
        case ast.Call(args=arguments):
            yield from arguments
        case ast.BinOp() | ast.BoolOp() | ast.List() | ast.Tuple() | ast.Set() | ast.Starred():
            yield from ast.iter_child_nodes(node)

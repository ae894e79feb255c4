"""Whether the names that chapters take from the book's package are there; no chapter is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from types import ModuleType

from bookpress.book.chapters import Chapter
from bookpress.chapter.bindings import python_of
from bookpress.errors import PressError, nearest

FAULTS = (SyntaxError, ValueError, RecursionError, MemoryError, PressError)
"""What ends the reading of code that is no Python, or of faulty quotes; other checks name it."""


def unknown_names(chapter: Chapter, package: str) -> Iterator[tuple[int, str]]:
    """Yield what a chapter's code and prose take from the package and it lacks, with its line."""
    with suppress(*FAULTS):
        tree = ast.parse(python_of(chapter.source))
        aliases = _aliases(tree, package)
        vocabulary = import_module(package) if aliases else None
        for line, parts in [*_taken(tree, aliases), *_quoted(chapter, aliases)]:
            if vocabulary and (fault := _fault(vocabulary, parts)):
                yield line, fault


def _aliases(tree: ast.AST, package: str) -> set[str]:
    """Return the names under which code imports a package."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == package
    }


def _quoted(chapter: Chapter, aliases: set[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield what the sentences of a chapter take from the package, with the line of the first."""
    for quote in chapter.quotes:
        line = next(iter(quote.sentences))
        for _, parts in _taken(ast.parse(quote.code), aliases):
            yield line, parts


def _taken(tree: ast.AST, aliases: set[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the parts of each dotted name below an alias, ``cd.plot.lines`` as plot and lines."""
    for node in ast.walk(tree):
        parts: list[str] = []
        inner = node
        while isinstance(inner, ast.Attribute):
            parts.insert(0, inner.attr)
            inner = inner.value
        is_taken = isinstance(inner, ast.Name) and inner.id in aliases
        if isinstance(node, ast.Attribute) and is_taken:
            yield node.lineno, parts


def _fault(vocabulary: ModuleType, parts: Sequence[str]) -> str:
    """Return what is wrong with a dotted name; empty where each part is in the module before it."""
    place: object = vocabulary
    for part in parts:
        if not isinstance(place, ModuleType):
            return ""
        names = dir(place)
        if part not in names:
            return f"{place.__name__} has no {part!r}{nearest(part, names)}"
        if part != parts[-1]:
            place = getattr(place, part)
    return ""

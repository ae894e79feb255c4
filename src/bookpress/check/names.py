"""Checks that the names used in chapters' code and prose exist, without running anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from types import ModuleType

from pyflakes.checker import Checker
from pyflakes.messages import UndefinedName

from bookpress.book.chapters import Chapter
from bookpress.chapter.bindings import (
    lines_that_may_fail,
    module_of,
    no_python,
    overwritten,
    python_of,
)
from bookpress.chapter.quotes import read_quotes
from bookpress.errors import PressError, UsageError, nearest

Fault = tuple[str, int, str]
"""A file, a line, and what is wrong there."""
DISPLAYED = ("display", "get_ipython", "In", "Out", "_", "__", "___", "_i", "exit", "quit")
"""Names that a notebook has without importing them."""
FAULTS = (SyntaxError, ValueError, RecursionError, MemoryError, PressError)
"""Errors in code that is not Python, or in faulty quotes, which other checks report."""


def undefined_names(chapters: Sequence[Chapter]) -> Iterator[Fault]:
    """Yield faults of syntax in the cells, and undefined names in the others."""
    for chapter in chapters:
        faults = [*no_python(chapter.source)]
        for line, what in faults:
            yield chapter.where, line, what
        if not faults:
            yield from _undefined(chapter)


def _undefined(chapter: Chapter) -> Iterator[Fault]:
    """Yield the undefined names of a chapter whose cells are Python."""
    allowed = lines_that_may_fail(chapter.source)
    with suppress(*FAULTS):
        checked = Checker(ast.parse(python_of(chapter.source)), builtins=DISPLAYED)
        for message in checked.messages:
            if isinstance(message, UndefinedName) and message.lineno not in allowed:
                yield chapter.where, message.lineno, f"undefined name `{message.message_args[0]}`"


def assigned_again(chapters: Sequence[Chapter]) -> Iterator[Fault]:
    """Yield parameters that a later line assigns again, so that a choice has no effect."""
    for chapter in chapters:
        names = {parameter.name for parameter in chapter.parameters}
        for name, line in overwritten(chapter.source, names):
            what = f"parameter {name} is assigned again, so that no choice of it changes anything"
            yield chapter.where, line, what


def unknown_names(chapters: Sequence[Chapter], package: str) -> Iterator[Fault]:
    """Yield names that chapters use from the book's package, but that it lacks."""
    if not (package and chapters):
        return
    vocabulary = _imported(package)
    for chapter in chapters:
        with suppress(*FAULTS):
            tree = module_of(chapter.source)
            aliases = _aliases(tree, package)
            for line, parts in [*_taken(tree, aliases), *_quoted(chapter, aliases)]:
                if fault := _fault(vocabulary, parts):
                    yield chapter.where, line, fault


def _imported(package: str) -> ModuleType:
    """Return the book's package; whatever it raises is named with it."""
    try:
        return import_module(package)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(f"the package {package!r} cannot be imported: {reason}") from error


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
    """Yield the names that sentences use from the package, with the line of the first."""
    also = chapter.front_matter.get("also") or ()
    quotes, _ = read_quotes(chapter.slug, chapter.source, [*map(str, also)])
    for quote in quotes:
        line = next(iter(quote.sentences))
        for _, parts in _taken(ast.parse(quote.code), aliases):
            yield line, parts


def _taken(tree: ast.AST, aliases: set[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the parts of each dotted name below an alias: ``cd.plot.lines`` as plot and lines."""
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
    """Return the fault of a dotted name; empty if each part exists in the module before it."""
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

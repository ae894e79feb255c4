"""Where types of parameters come from: the module in the settings, or a file of the book.

The parameters cell, or one above it, imports them from the latter. No other import is followed.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bookpress.chapter.bindings import NO_PYTHON

PLAIN = frozenset({"collections.abc", "datetime", "pydantic", "typing", "typing_extensions"})
"""Modules whose types are known without importing them."""


class Imported(NamedTuple):
    """What a name in a cell was imported as: a module, or a name from one."""

    module: str
    name: str = ""


def imported_names(statements: Sequence[ast.stmt]) -> dict[str, Imported]:
    """Return the names that a cell's imports bind."""
    names: dict[str, Imported] = {}
    for statement in statements:
        match statement:
            case ast.Import(names=aliases):
                for alias in aliases:
                    names[alias.asname or alias.name] = Imported(alias.name)
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                for alias in aliases:
                    names[alias.asname or alias.name] = Imported(module, alias.name)
    return names


def names_above(cells: Iterable[str]) -> dict[str, Imported]:
    """Return the names that the imports of cells bind; cells that are not Python are skipped."""
    names: dict[str, Imported] = {}
    for code in cells:
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            names |= imported_names(ast.parse(NO_PYTHON.sub("", code)).body)
    return names


@dataclass(frozen=True)
class Lookup:
    """Finds types by name."""

    module: str
    """The module that the book's settings name; may be empty."""
    imported: Mapping[str, Imported]
    folders: tuple[Path, ...]

    def is_plain(self, name: str) -> bool:
        """Return whether a name stands for a module of known types."""
        return self.imported.get(name, Imported(name)).module in {*PLAIN, "t"}

    def proper(self, name: str) -> str:
        """Return the original name of an import from a known module; any other name unchanged."""
        known = self.imported.get(name)
        if known and known.module in PLAIN and known.name:
            return known.name
        return name

    @property
    def imported_types(self) -> list[str]:
        """The names that cells import from modules, which may be types."""
        return [name for name, known in self.imported.items() if known.name]

    def find(self, name: str) -> Any:
        """Return the book's own type with a name.

        Raises
        ------
        ImportError
            If its module cannot be imported.
        LookupError
            If there is none, with the place searched and the types there.
        """
        known = self._types_of(self.module) if self.module else {}
        if name in known:
            return known[name]
        imported = self.imported.get(name)
        if imported is None or not _file_of(imported.module, self.folders):
            place = self.module or "the press; a book's own are imported from a file of the book"
            raise LookupError(place, [each for each in known if each[:1].isupper()])
        known = self._types_of(imported.module)
        if imported.name not in known:
            raise LookupError(imported.module, [each for each in known if each[:1].isupper()])
        return known[imported.name]

    def _types_of(self, module: str) -> Mapping[str, Any]:
        """Return the contents of a module, by name."""
        try:
            types: Mapping[str, Any] = vars(_load(module, self.folders))
        except (Exception, SystemExit) as error:
            reason = f"the module of types {module!r} cannot be imported: {error}"
            raise ImportError(reason) from error
        return types


def _file_of(module: str, folders: Sequence[Path]) -> tuple[Path, Path] | None:
    """Return the folder of the book that contains a module, and the module's file."""
    for folder in folders:
        file = folder.joinpath(*module.split(".")).with_suffix(".py")
        if file.is_file():
            return folder, file
    return None


@cache
def _load(module: str, folders: tuple[Path, ...]) -> Any:
    """Import a module, from a folder of the book if it is in one.

    Two folders may have modules with the same name, so none of these is kept in `sys.modules`.
    """
    place = _file_of(module, folders)
    spec = importlib.util.spec_from_file_location(module, place[1]) if place else None
    if place is None or spec is None or spec.loader is None:
        return importlib.import_module(module)
    loaded = importlib.util.module_from_spec(spec)
    with _on_path(place[0]):
        spec.loader.exec_module(loaded)
    return loaded


@contextmanager
def _on_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))

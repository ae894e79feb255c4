"""The ways to run cells, by name.

An engine is opened before it is known what to run, so that the fork server can import meanwhile.
"""

from __future__ import annotations

import pkgutil
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.errors import PressError
from bookpress.files import Stamp, stamps
from bookpress.myst import CELLS

DEFAULT_ENGINE = "forked" if sys.platform == "linux" else "kernel"
"""On macOS, system libraries are not safe to fork."""
IMPORT = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Engine:
    """A way to run cells, with the state of the packages' files when it was opened."""

    name: str
    imported: frozenset[Stamp] = frozenset()
    inherits: bool = False
    """Whether cells inherit the whole environment, as in a book that is not strict."""

    def call(self, function: str, environment: Mapping[str, str], folder: Path) -> Any:
        """Return what a ``module:function`` returns.

        It is called in a fork, if there are any, because everything is imported there.
        """
        if self.name == "forked":
            from bookpress.run.forked import fork_server

            return fork_server.call(function, environment, folder)
        try:
            return pkgutil.resolve_name(function)()
        except Exception as error:
            raise PressError(f"{function} failed with {type(error).__name__}: {error}") from error


def open_engine(
    name: str,
    modules: Sequence[str] = (),
    packages: Iterable[Path] = (),
    *,
    inherits: bool = False,
) -> Engine:
    """Return an engine; ``forked`` starts the process to fork, with these modules imported."""
    imported = stamps(packages)
    if name == "forked":
        from bookpress.run.forked import fork_server

        fork_server.start(modules, inherits=inherits)
    return Engine(name, imported, inherits)


def engine_for(
    project: Project,
    name: str | None = None,
    only: str | None = None,
    chapters: Sequence[Chapter] | None = None,
) -> Engine:
    """Return an open engine, by default the usual one.

    It can run any chapters of the book, but fastest `only` one, if given; `chapters` are those of
    the book if it has already been read.
    """
    modules = imported_modules(project, only, chapters)
    inherits = not project.settings.strict
    return open_engine(name or DEFAULT_ENGINE, modules, project.packages, inherits=inherits)


def imported_modules(
    project: Project, only: str | None = None, chapters: Sequence[Chapter] | None = None
) -> list[str]:
    """Return the modules that code cells seem to import, without parsing them.

    Of those in the settings, one chapter gets only what each needs.
    """
    cells = [
        cell[0]
        for chapter in (discover(project) if chapters is None else chapters)
        if only in {None, chapter.slug}
        for cell in CELLS.finditer(chapter.source)
    ]
    modules = modules_of(cells)
    if not modules:
        return []
    settings = project.settings
    more = settings.preload if only is None else []
    return [*modules, *settings.preload_always, *more]


def modules_of(cells: Iterable[str]) -> list[str]:
    """Return the modules that code cells seem to import, without parsing them or repeating any."""
    modules: dict[str, None] = {}
    for cell in cells:
        modules |= dict.fromkeys(IMPORT.findall(cell))
    return list(modules)

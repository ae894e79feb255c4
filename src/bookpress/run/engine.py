"""The ways to run the cells of a chapter, by name; opened before it is known what there is to run.

Reading the parameters of all chapters takes half a second, the imports of the fork server more than one. Started first,
it imports meanwhile.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bookpress.book.project import CHAPTERS, Project
from bookpress.errors import PressError, UsageError
from bookpress.files import Stamp, files_of, read, stamps

ENGINES = ("forked", "kernel")
DEFAULT_ENGINE = "forked" if sys.platform == "linux" else "kernel"
"""Forking without a new program is safe with Linux's libraries; those of macOS do not promise it."""

CELL = re.compile(r"^(`{3,}|~{3,}|:{3,})\{code-cell\}.*?^\1", re.MULTILINE | re.DOTALL)
IMPORT = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Engine:
    """A way to run cells, by name, and the packages that must stay as they were imported."""

    name: str
    packages: tuple[Path, ...] = ()
    imported: Sequence[Stamp] = ()

    def check(self) -> None:
        """Raise when a package was written to since it was imported."""
        if _stamps(self.packages) != self.imported:
            raise PressError("a package changed since it was imported; build again: what is done is kept")


def _stamps(packages: Iterable[Path]) -> tuple[Stamp, ...]:
    return tuple(stamp for folder in packages for stamp in stamps(folder))


def check_engine(name: str) -> None:
    """Raise `UsageError` when this is no engine."""
    if name not in ENGINES:
        raise UsageError(f"no engine {name!r}; there are: {', '.join(ENGINES)}")


def open_engine(name: str, modules: Sequence[str] = (), packages: Iterable[Path] = ()) -> Engine:
    """Return an engine; ``forked`` starts the process that is forked, with these modules imported.

    What is imported must be what the runs are kept under: the folders of the packages are watched.
    """
    check_engine(name)
    folders = tuple(packages)
    imported = _stamps(folders)
    if name == "kernel":
        return Engine(name)
    from bookpress.run import fork_server

    fork_server.start(modules)
    return Engine(name, folders, imported)


def engine_for(project: Project, name: str | None = None) -> Engine:
    """Return an open engine, by default the usual one, for whatever chapters of a book there will be to run."""
    return open_engine(DEFAULT_ENGINE if name is None else name, imported_modules(project), project.packages)


def imported_modules(project: Project) -> list[str]:
    """Return what lines of the code cells seem to import, without parsing them; what is no module does not matter."""
    sources = [path for path in files_of(project.root / CHAPTERS) if path.suffix == ".md"]
    texts = [read(path).decode("utf-8", errors="replace") for path in sources]
    cells = [cell.group() for text in texts for cell in CELL.finditer(text)]
    names = dict.fromkeys(name for cell in cells for name in IMPORT.findall(cell))
    return [*names, *project.settings.preload] if names else []

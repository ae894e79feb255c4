"""The ways to run the cells of a chapter, by name.

Nothing here needs papermill or a notebook: an engine is opened before it is known what there is to run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bookpress.errors import PressError, UsageError
from bookpress.files import Stamp, stamps

if TYPE_CHECKING:
    from bookpress.run.fork_server import ForkServer

ENGINES = ("forked", "kernel")
DEFAULT_ENGINE = "forked" if sys.platform == "linux" else "kernel"
"""Forking without a new program is safe with Linux's libraries; those of macOS do not promise it."""

STEADY = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""What makes a run repeatable: sums in one order, sets in one order. Chapters run side by side, one core each."""


@dataclass(frozen=True)
class Engine:
    """A way to run cells, by name, and what it needs; the packages must stay as they were imported."""

    name: str
    server: ForkServer | None = None
    packages: tuple[Path, ...] = ()
    imported: Sequence[Stamp] = ()

    @property
    def alive(self) -> bool:
        """Whether it can still run chapters."""
        return self.server is None or self.server.alive

    def check(self) -> None:
        """Raise when a package was written to since it was imported."""
        if _stamps(self.packages) != self.imported:
            raise PressError("a package changed since it was imported; build again: what is done is kept")


def _stamps(packages: Iterable[Path]) -> tuple[Stamp, ...]:
    return tuple(stamp for folder in packages for stamp in stamps(folder))


def check_engine(name: str) -> None:
    """Say what engines there are when this is none.

    Raises
    ------
    UsageError
        If there is no such engine.
    """
    if name not in ENGINES:
        raise UsageError(f"no engine {name!r}; there are: {', '.join(ENGINES)}")


@contextmanager
def open_engine(name: str, modules: Sequence[str] = (), packages: Iterable[Path] = ()) -> Iterator[Engine]:
    """Yield an engine; ``forked`` starts the process that it forks, with these modules imported.

    Parameters
    ----------
    name : str
        One of `ENGINES`.
    modules : sequence of str
        What to import.
    packages : iterable of pathlib.Path
        The folders to watch: what is imported must be what the runs are kept under.

    Raises
    ------
    UsageError
        If there is no such engine.
    """
    check_engine(name)
    folders = tuple(packages)
    imported = _stamps(folders)
    if name == "kernel":
        yield Engine(name)
        return
    from bookpress.run.fork_server import ForkServer

    with ForkServer(modules, STEADY) as server:
        yield Engine(name, server, folders, imported)

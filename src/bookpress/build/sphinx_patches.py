"""Sphinx made quicker, in the one process that assembles a book: the same bytes with less work, on all cores.

Everything here replaces a part of Sphinx or of what it uses by one that does the same. A test holds that the pages of
any number of processes are the same as those of one.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

COLLECT_AFTER = 500_000
"""Objects made between two searches for garbage: a book is small, and searching all of it again and again is slow."""


@contextlib.contextmanager
def keeping_all() -> Iterator[None]:
    """Search nothing for garbage while the block imports, never what it made, and the rest rarely from then on."""
    gc.disable()
    yield
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()


def remember_entry_points() -> None:
    """Look up installed plug-ins once: pybtex asks for them with every reference, which takes 6 ms each time."""
    for name in ("importlib.metadata", "importlib_metadata"):
        with contextlib.suppress(ImportError):
            module: Any = importlib.import_module(name)
            module.entry_points = functools.cache(module.entry_points)


def remember_doctrees() -> None:
    """Load a page once for all that only look at it: Sphinx does it anew for each numbered reference."""
    remembered: dict[int, _LookingOnly] = {}

    def looking_only(work: Any) -> Any:
        return lambda self, env, *arguments: work(self, remembered.setdefault(id(env), _LookingOnly(env)), *arguments)

    domain: Any = importlib.import_module("sphinx.domains.std").StandardDomain
    domain._resolve_numref_xref = looking_only(domain._resolve_numref_xref)
    collector: Any = importlib.import_module("sphinx.environment.collectors.toctree").TocTreeCollector
    collector.assign_figure_numbers = looking_only(collector.assign_figure_numbers)


class _LookingOnly:
    """An environment whose pages are loaded once; for those who do not change them."""

    def __init__(self, env: Any) -> None:
        vars(self).update(_env=env, get_doctree=functools.cache(env.get_doctree))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._env, name, value)


def read_alone_write_together() -> None:
    """Let one process read the pages and several write them: an extension of Jupyter Book cannot read in parallel."""
    application: Any = importlib.import_module("sphinx.application").Sphinx
    application.is_parallel_allowed = lambda _, what: what == "write"
    builders: Any = importlib.import_module("sphinx.builders")
    builders.Builder._write_parallel = write_together


def write_together(builder: Any, docnames: Sequence[str], nproc: int) -> None:
    """Write pages in forks of this process: whoever is done with one takes the next, the largest first.

    Sphinx itself prepares all pages in one process, which the others wait for, and forks anew for every few pages.
    What a fork learns that is needed afterwards is the names of the pictures it met.

    Parameters
    ----------
    builder : sphinx.builders.Builder
        The builder, ready to write.
    docnames : sequence of str
        The pages.
    nproc : int
        How many forks.
    """
    from sphinx.util.parallel import ParallelTasks

    waiting = sorted(docnames, key=lambda docname: _size(builder, docname), reverse=True)
    _write(builder, waiting.pop(len(waiting) // 2))  # what most pages need, such as templates, is there for all forks
    place: Any = get_context("fork").Value("i", 0)

    def take() -> int:
        with place.get_lock():
            place.value += 1
            return int(place.value) - 1

    def write_share() -> dict[str, str]:
        while (number := take()) < len(waiting):
            _write(builder, waiting[number])
        return dict(builder.images)

    tasks = ParallelTasks(nproc)
    for _ in range(min(nproc, len(waiting))):
        tasks.add_task(write_share, None, lambda _, images: builder.images.update(images))
    tasks.join()


def _size(builder: Any, docname: str) -> int:
    """Return how large a page is, as it was read."""
    return Path(builder.doctreedir, f"{docname}.doctree").stat().st_size


def _write(builder: Any, docname: str) -> None:
    """Resolve and write one page, as `sphinx.builders.Builder` does it without other processes."""
    from sphinx.util.build_phase import BuildPhase

    builder.app.phase = BuildPhase.RESOLVING
    doctree = builder.env.get_and_resolve_doctree(docname, builder)
    builder.app.phase = BuildPhase.WRITING
    builder.write_doc_serialized(docname, doctree)
    builder.write_doc(docname, doctree)

"""What a worker of a sweep does: it runs jobs, one after the other, with an engine that it keeps.

A worker is a process of a local pool or of a Dask cluster. The latter may live for days, while the package changes:
an engine has the package imported, so it is kept only as long as the files of the package are those it was started
with, and a worker whose files are not those of the sweep refuses the work.
"""

from __future__ import annotations

import atexit
import platform
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata

from packaging.requirements import Requirement

from bookpress.book.editions import Fingerprint
from bookpress.book.project import Project
from bookpress.errors import PressError
from bookpress.run.cache import Run
from bookpress.run.engines import Engine, open_engine
from bookpress.run.notebook import ChapterError, Job, run_job


@dataclass(frozen=True)
class Order:
    """What a worker needs besides the job.

    Parameters
    ----------
    modules : tuple of str
        What the chapter imports.
    engine : str
        Name of the engine.
    project : Project
        The book.
    fingerprint : str
        Hash of evidence, packages and lock that the worker's must equal.
    versions : mapping
        Version of Python and of each library that the package asks for; the worker's must equal them.
    """

    modules: tuple[str, ...]
    engine: str
    project: Project
    fingerprint: str
    versions: Mapping[str, str]


def order_for(project: Project, modules: Sequence[str], engine: str, fingerprint: Fingerprint) -> Order:
    """Return the order that goes with the jobs of a sweep."""
    return Order(tuple(modules), engine, project, fingerprint.id, versions())


@cache
def versions() -> Mapping[str, str]:
    """Return the version of this Python and of each library that the package asks for."""
    asked = [Requirement(text) for text in metadata.requires("compute-divide") or []]
    found = {"Python": platform.python_version()}
    for name in (one.name for one in asked if one.marker is None):
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def run_elsewhere(job: Job, order: Order) -> Run | ChapterError:
    """Run a job in a worker, with an engine that the worker keeps for the next one.

    A chapter that fails is returned, not raised: a cluster takes an exception for a fault of its own and would run the
    chapter again.

    Raises
    ------
    PressError
        If the worker's evidence, packages or libraries are not those of the sweep.
    """
    check_versions(order)
    engine, fingerprint = _kept.engine(order)
    try:
        run = run_job(job, engine)
    except ChapterError as error:
        return error
    fingerprint.check(order.project)
    return run


class _KeptEngines:
    """The engines of this worker, one for each set of imports, for as long as nothing changes that chapters rest on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, ...], tuple[Order, Engine, Fingerprint, ExitStack]] = {}
        atexit.register(self.close)

    def engine(self, order: Order) -> tuple[Engine, Fingerprint]:
        """Return the engine for an order, and what was there when it was opened."""
        place = (order.engine, *order.modules)
        with self._lock:
            if place in self._kept:
                made_for, engine, fingerprint, stack = self._kept[place]
                if made_for == order and engine.alive and fingerprint == Fingerprint.of(order.project):
                    return engine, fingerprint
                del self._kept[place]
                stack.close()
            stack, fingerprint = ExitStack(), checked_fingerprint(order)
            engine = stack.enter_context(open_engine(order.engine, order.modules))
            self._kept[place] = (order, engine, fingerprint, stack)
            return engine, fingerprint

    def close(self) -> None:
        """End them all."""
        for *_, stack in self._kept.values():
            stack.close()


_kept = _KeptEngines()


def checked_fingerprint(order: Order) -> Fingerprint:
    """Return the hashes of what is here; raise unless they are those of the sweep."""
    found = Fingerprint.of(order.project)
    if found.id != order.fingerprint:
        raise PressError(f"a worker has other evidence, packages or lock at {order.project.root}; all must be the same")
    return found


def check_versions(order: Order) -> None:
    """Raise unless Python and the libraries of this worker are those of the sweep."""
    ours = {name: versions().get(name) or "none" for name in order.versions}
    others = [f"{name} {ours[name]} (the sweep: {of})" for name, of in order.versions.items() if ours[name] != of]
    if others:
        raise PressError(f"a worker has {', '.join(others)}; every worker needs the same environment")

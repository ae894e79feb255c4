"""Who may write below ``_build``: one build of an edition at a time, and nobody while all of it is removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bookpress.book.project import Project
from bookpress.build.sphinx_cache import BEING_BUILT
from bookpress.errors import PressError
from bookpress.files import naming

LOCK = ".lock"
"""In the folder of all that is built: the one file that is never removed. Locks of editions are taken and removed only
by who holds it, so that no build goes on with a lock that is gone."""


@contextmanager
def edition_lock(project: Project, name: str) -> Iterator[None]:
    """Hold the lock of an edition.

    Raises
    ------
    PressError
        If another build holds it.
    """
    with _all_locks(project), naming(project.editions):
        project.editions.mkdir(parents=True, exist_ok=True)
        lock = _acquired(project.editions / f".{name}.lock", name)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def all_editions_lock(project: Project) -> Iterator[None]:
    """Hold the locks of all editions, published or not; no build begins meanwhile.

    Raises
    ------
    PressError
        If one of them is being built.
    """
    with _all_locks(project), ExitStack() as held:
        for path in sorted(project.editions.glob(".*.lock")):
            held.callback(_acquired(path, path.name.removeprefix(".").removesuffix(".lock")).release)
        yield


def _all_locks(project: Project) -> FileLock:
    with naming(project.build):
        project.build.mkdir(parents=True, exist_ok=True)
    return FileLock(project.build / LOCK)


def _acquired(path: Path, name: str) -> FileLock:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise PressError(f"{BEING_BUILT} {name!r} is running; wait for it or stop it") from error
    return lock

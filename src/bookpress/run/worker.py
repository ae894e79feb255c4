"""A worker of a Dask cluster: runs jobs with an engine that it keeps while nothing changes."""

from __future__ import annotations

import platform
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata

from packaging.requirements import Requirement

from bookpress.book.project import Project
from bookpress.edition.fingerprint import Fingerprint
from bookpress.errors import PressError
from bookpress.files import stamps
from bookpress.run.cache import Run
from bookpress.run.engine import Engine, engine_for
from bookpress.run.failures import ChapterError
from bookpress.run.job import Job, run_job

PRESS = "bookpress"
"""The name of the press's distribution."""


@dataclass(frozen=True)
class WorkerSettings:
    """What a worker needs besides the job.

    The engine's name, the book, the id of its fingerprint, and the versions.
    """

    engine: str
    project: Project
    fingerprint: str
    versions: Mapping[str, str]


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of Python, and of what the press and packages that use it need."""
    installed = {"Python": platform.python_version()}
    for distribution in metadata.distributions():
        # parsing the metadata of hundreds of packages takes a tenth of a second
        if PRESS not in (
            distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
        ):
            continue
        needed = [Requirement(text) for text in distribution.requires or []]
        names = {requirement.name for requirement in needed if requirement.marker is None}
        is_press = PRESS in names or distribution.name == PRESS
        if is_press:
            for name in sorted(names):
                with suppress(metadata.PackageNotFoundError):
                    installed[name] = metadata.version(name)
    return installed


def run_elsewhere(job: Job, order: WorkerSettings) -> Run | ChapterError:
    """Run a job in a worker.

    A failed chapter is returned, since the cluster would repeat a task that raises.
    """
    fingerprint, engine = _opened(order)
    try:
        return run_job(job, engine)
    except ChapterError as error:
        return error
    finally:
        fingerprint.check(order.project)


_lock = threading.Lock()
_engines: list[tuple[WorkerSettings, Fingerprint, Engine]] = []
_press: list[dict[str, str]] = []
"""The files of the press when this worker imported it."""


def _opened(order: WorkerSettings) -> tuple[Fingerprint, Engine]:
    """Return the fingerprint of this machine's book, and an engine that has imported it."""
    with _lock:
        for opened_for, fingerprint, engine in _engines:
            is_current = opened_for == order and fingerprint.stamps == stamps(order.project.watched)
            if is_current:
                return fingerprint, engine
        check_versions(order)
        fingerprint = checked_fingerprint(order)
        _check_press(fingerprint)
        engine = engine_for(order.project, order.engine)
        _engines[:] = [(order, fingerprint, engine)]
        return fingerprint, engine


def _check_press(fingerprint: Fingerprint) -> None:
    """Raise if the press has changed since this worker imported it."""
    files = fingerprint.packages.items()
    press = {name: digest for name, digest in files if name.startswith("bookpress/")}
    if _press and press not in _press:
        raise PressError("the press has changed since a worker imported it: restart the workers")
    _press[:] = [press]


def checked_fingerprint(order: WorkerSettings) -> Fingerprint:
    """Return the fingerprint of this machine's book; raise unless it is that of the sweep."""
    fingerprint = Fingerprint.of(order.project)
    if fingerprint.id != order.fingerprint:
        other = f"a worker has other evidence, packages or lock at {order.project.root}"
        raise PressError(f"{other}; all must be the same")
    return fingerprint


def check_versions(order: WorkerSettings) -> None:
    """Raise unless Python and the libraries are those of the sweep."""
    others = []
    for name, version in order.versions.items():
        ours = versions().get(name) or "none"
        if ours != version:
            others.append(f"{name} {ours} (the sweep: {version})")
    if others:
        listed = ", ".join(others)
        raise PressError(f"a worker has {listed}; every worker needs the same environment")

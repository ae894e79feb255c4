"""What a worker of a Dask cluster does: it hands jobs to a program of its own, which runs them with one engine.

A Dask worker is a daemon and may have no children that fork. It may also live for days while the packages change: the
program is kept only as long as the files of the packages are those it was started with, and one whose files are not
those of the sweep refuses the work.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from packaging.requirements import Requirement

from bookpress.book.editions import Fingerprint
from bookpress.book.project import Project
from bookpress.errors import PressError
from bookpress.run import processes
from bookpress.run.cache import Run
from bookpress.run.engine import engine_for
from bookpress.run.notebook import ChapterError, Job, run_job


@dataclass(frozen=True)
class Order:
    """What a worker needs besides the job: the engine's name, the book, the id of its fingerprint, the versions."""

    engine: str
    project: Project
    fingerprint: str
    versions: Mapping[str, str]


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
    """Run a job in a worker, in a program that the worker keeps for the next one.

    A chapter that fails is returned, not raised: a cluster takes an exception for a fault of its own and would run the
    chapter again.

    Raises
    ------
    PressError
        If the worker's evidence, packages or libraries are not those of the sweep.
    """
    check_versions(order)
    mark = checked_fingerprint(order)
    kept: _Program | None = getattr(_here, "program", None)
    if kept is None or kept.order != order or kept.mark != mark:
        if kept:
            kept.close()
        kept = _here.program = _Program(order, mark)
    outcome = kept.run(job)
    mark.check(order.project)
    return outcome


_here = threading.local()
"""The program of each thread of a worker."""


class _Program:
    """A program that runs jobs for one order; it ends with this process."""

    def __init__(self, order: Order, mark: Fingerprint) -> None:
        self.order, self.mark = order, mark
        self._lifeline = os.pipe()
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                pass_fds=(theirs.fileno(), self._lifeline[0]),
                start_new_session=True,
            )
        processes.end_group_with(self._lifeline[0], self._process.pid)
        self._connection.send(order)

    def run(self, job: Job) -> Run | ChapterError:
        """Return the run, or why it failed."""
        try:
            self._connection.send(job)
            outcome: Run | PressError = self._connection.recv()
        except (OSError, EOFError) as error:
            del _here.program
            raise PressError(f"the program that runs chapters ended ({self._process.wait()}); try again") from error
        if isinstance(outcome, PressError) and not isinstance(outcome, ChapterError):
            raise outcome
        return outcome

    def close(self) -> None:
        """End the program, between two jobs."""
        processes.kill_group(self._process.pid)
        self._process.wait()
        self._connection.close()
        for descriptor in self._lifeline:
            os.close(descriptor)


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


def _main() -> None:
    """Run the jobs that come through a connection and send back what came out, until it is closed."""
    connection = Connection(int(sys.argv[1]))
    order: Order = connection.recv()
    engine = engine_for(order.project, order.engine)
    while True:
        try:
            job: Job = connection.recv()
        except EOFError:
            return
        outcome: Run | PressError
        try:
            outcome = run_job(job, engine)
            engine.check()
        except PressError as error:
            outcome = error
        connection.send(outcome)


if __name__ == "__main__":
    _main()

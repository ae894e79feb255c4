"""Build an edition again whenever a file that it is made from changes, each time in a fresh process.

A fresh process sees the package as it now is. It runs only the chapters that have changed, and publishes only what is
whole, so that whatever an author breaks, the last good pages stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from watchfiles import Change, awatch

from bookpress.book.chapters import FOLDER
from bookpress.book.project import Project
from bookpress.build.published import BEING_BUILT, STATE
from bookpress.build.staging import COPIED_FOLDERS

ROOT_SUFFIXES = {".md", ".yml", ".lock"}
"""Files in the root of the book that pages are made from."""

LOOK_EVERY = 1.0
"""Seconds between two looks at what nobody tells of: whether the pages are still there, and the same folders."""

PATIENCE = 5.0
"""Seconds that a build has to end when it is told to."""


@dataclass
class State:
    """How the book stands, for everyone who wants to be told.

    Parameters
    ----------
    folder : pathlib.Path
        The built edition.
    """

    folder: Path
    what: str = "building"
    message: str = ""
    changes: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def version(self) -> str:
        """A mark of the pages that stand now; empty where there are none."""
        try:
            return str((self.folder / STATE).stat().st_mtime_ns)
        except OSError:
            return ""

    def as_json(self) -> dict[str, str]:
        """Return what a page is told: ``building``, ``built`` or ``failed``, why, and the mark of the pages."""
        return {"state": self.what, "message": self.message, "version": self.version}

    async def later_than(self, seen: int) -> int:
        """Wait until the state has changed more often than `seen`, and return how often."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.changes > seen)
        return self.changes

    async def tell(self, what: str, message: str = "") -> None:
        """Change the state and tell everyone."""
        self.what, self.message, self.changes = what, message, self.changes + 1
        async with self.changed:
            self.changed.notify_all()


async def keep_built(project: Project, command: Sequence[str], state: State) -> None:
    """Build now and after each change, until cancelled; a change during a build starts it afresh.

    Parameters
    ----------
    project : Project
        The book whose files are watched.
    command : sequence of str
        Builds the edition; says what is wrong on standard error.
    state : State
        Told how it goes.
    """
    touched = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_watch_folders(project, touched))
        group.create_task(_watch_root(project, touched))
        while True:
            touched.clear()
            await state.tell("building")
            outcome = await _build(command, project.root, touched)
            if outcome is not None:
                code, said = outcome
                await state.tell(*(("failed", said) if code else ("built", "")))
                await _needed(state, touched)


async def _needed(state: State, touched: asyncio.Event) -> None:
    """Wait until there is reason to build: a file changed, the pages are gone, or another build has had time to end."""
    while not touched.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(touched.wait(), LOOK_EVERY)
        if state.message.startswith(BEING_BUILT) or (state.what == "built" and not state.version):
            return


def watched(project: Project) -> dict[Path, tuple[int, int]]:
    """Return the folders that an edition is made from and that are there now, each with what tells it from another."""
    names = (FOLDER, *COPIED_FOLDERS)
    folders = [*(project.root / name for name in names), project.data, *project.packages]
    found = {}
    for folder in folders:
        with contextlib.suppress(OSError):
            stat = folder.stat()
            found[folder] = (stat.st_dev, stat.st_ino)
    return found


async def _watch_folders(project: Project, touched: asyncio.Event) -> None:
    """Set the event whenever a file in a folder changes, or a folder comes, goes or is exchanged for another.

    The system watches a folder as it was when it was asked to: one that comes later has to be asked for.
    """
    while True:
        folders = watched(project)
        looks = awatch(*folders, yield_on_timeout=True, rust_timeout=int(1000 * LOOK_EVERY))
        async with contextlib.aclosing(looks):
            async for changes in looks:
                exchanged = folders != watched(project) or any(Path(path) in folders for _, path in changes)
                if changes or exchanged:
                    touched.set()
                if exchanged:
                    break


async def _watch_root(project: Project, touched: asyncio.Event) -> None:
    """Set the event whenever a file in the root of the book changes."""
    async for _ in awatch(project.root, recursive=False, watch_filter=_in_root):
        touched.set()


def _in_root(_: Change, path: str) -> bool:
    return Path(path).suffix in ROOT_SUFFIXES


async def _build(command: Sequence[str], root: Path, touched: asyncio.Event) -> tuple[int, str] | None:
    """Run the build and return its exit code and what is wrong; None when a file changed before it ended."""
    async with _process(command, root) as process:
        reading = asyncio.create_task(_echo(process))
        waiting = asyncio.create_task(touched.wait())
        try:
            await asyncio.wait({reading, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                return None
            return await process.wait(), fault(reading.result())
        finally:
            waiting.cancel()
            reading.cancel()


@asynccontextmanager
async def _process(command: Sequence[str], root: Path) -> AsyncIterator[Process]:
    """Start the build and, whatever happens, leave no process behind."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=root, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), PATIENCE)
            except TimeoutError:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


async def _echo(process: Process) -> str:
    """Pass on what a build says to the terminal, and return it."""
    said = []
    assert process.stderr  # noqa: S101
    while chunk := await process.stderr.read(4096):
        text = chunk.decode("utf-8", "replace")
        sys.stderr.write(text)
        sys.stderr.flush()
        said.append(text)
    return "".join(said)


def fault(said: str) -> str:
    r"""Return what is wrong from all that a build said.

    Examples
    --------
    >>> fault("  hardware 1.2 s\nerror: hardware: code cell 2 failed\n")
    'hardware: code cell 2 failed'
    >>> fault("Traceback (most recent call last): ...")
    'Traceback (most recent call last): ...'
    """
    _, found, message = said.partition("error: ")
    return (message if found else said).strip()

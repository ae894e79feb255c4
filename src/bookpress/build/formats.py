"""Formats besides the pages, each made from the finished pages by a process of its own.

The press knows a format by its name and by the module that makes it; what that module needs and does is its own
matter. The command line says which formats there are.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from bookpress.book.clock import EPOCH_VARIABLE
from bookpress.errors import PressError, UsageError
from bookpress.run import processes as running

PAGES = "html"
"""The format that every build makes."""
SECONDS = 600.0
"""Time that a format may take."""


@dataclass(frozen=True)
class Format:
    """A format of the book besides its pages.

    Parameters
    ----------
    name : str
        What it is asked for by; its files go to the folder of this name within the site.
    module : str
        Run as ``python -m``; takes its order by `work_on_order`.
    missing : callable
        Returns what this machine lacks to make it and how to get it; nothing when it can be made.
    """

    name: str
    module: str
    missing: Callable[[], str | None]


@dataclass(frozen=True)
class Order:
    """What a format is made from, and where to.

    Parameters
    ----------
    pages : str
        Folder of the finished pages.
    source : str
        Folder of the staged source, with ``edition.json`` and the publication settings.
    output : str
        Folder for the files of the format.
    epoch : int
        Time of the build, in seconds since 1970: the only date a file may hold.
    """

    pages: str
    source: str
    output: str
    epoch: int


def choose(names: str, known: Sequence[Format]) -> list[Format]:
    """Return the formats that a list of names asks for, in their own order; the pages are always made.

    Parameters
    ----------
    names : str
        Separated by commas: ``"html,pdf"``.
    known : sequence of Format
        All there are besides the pages.

    Raises
    ------
    UsageError
        If there is no such format, or none is named.
    PressError
        If this machine lacks what a format needs; the message says how to get it.

    Examples
    --------
    >>> choose("pdf,html", [Format("pdf", "book.pdf", lambda: None)])[0].name
    'pdf'
    """
    asked = {name.strip() for name in names.split(",") if name.strip()}
    allowed = [PAGES, *(one.name for one in known)]
    if not asked:
        raise UsageError(f"no format is named; allowed: {', '.join(allowed)}")
    unknown = sorted(asked - set(allowed))
    if unknown:
        raise UsageError(f"no format {', '.join(map(repr, unknown))}; allowed: {', '.join(allowed)}")
    chosen = [one for one in known if one.name in asked]
    lacking = [f"the format {one.name!r} cannot be made: {what}" for one in chosen if (what := one.missing())]
    if lacking:
        raise PressError("\n".join(lacking))
    return chosen


def make(formats: Sequence[Format], pages: Path, source: Path, epoch: int, seconds: float = SECONDS) -> None:
    """Make formats from finished pages, all at the same time, into the folder of the pages.

    Raises
    ------
    PressError
        If one cannot be made, or takes longer than `seconds`; all are ended then.
    """
    with ExitStack() as stack:
        workers = [stack.enter_context(_Worker(one, seconds)) for one in formats]
        for worker in workers:
            worker.start(Order(str(pages), str(source), str(pages / worker.format.name), epoch))
        for worker in workers:
            worker.finish()


class _Worker:
    """The process that makes a format; it ends when its standard input closes, so it cannot be left over."""

    def __init__(self, wanted: Format, seconds: float) -> None:
        self.format = wanted
        self.seconds = seconds
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self, order: Order) -> None:
        """Start the process and hand over the order; what it leaves in its temporary folder goes when it has ended."""
        scratch = tempfile.mkdtemp(prefix=f"{self.format.name}-")
        self._stack.callback(_remove, Path(scratch))
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.format.module],
            env={**os.environ, "TMPDIR": scratch, "PYTHONHASHSEED": "0", EPOCH_VARIABLE: str(order.epoch)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._stack.callback(self._end)
        running.add(self._process.pid)
        self._late = self._stack.enter_context(running.time_limit(self._process.pid, self.seconds))
        assert self._process.stdin  # noqa: S101
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(asdict(order)) + "\n")
            self._process.stdin.flush()

    def finish(self) -> None:
        """Wait for the end; raise what went wrong."""
        assert self._process.stderr  # noqa: S101
        said = self._process.stderr.read().strip()
        self._process.wait()
        running.check()
        if self._late.is_set():
            raise PressError(f"the format {self.format.name!r} was not ready after {self.seconds:g} seconds")
        if self._process.returncode != 0:
            raise PressError(f"the format {self.format.name!r} could not be made: {said or 'no reason given'}")

    def _end(self) -> None:
        running.kill_group(self._process.pid)
        self._process.wait()
        running.discard(self._process.pid)
        for stream in (self._process.stdin, self._process.stderr):
            if stream:
                with suppress(BrokenPipeError):
                    stream.close()


def _remove(folder: Path) -> None:
    """Remove a temporary folder; what the process had started may need a moment longer to end than itself."""
    for _ in range(30):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


def work_on_order(work: Callable[[Order], None]) -> int:
    """Do the work of a format's module: read the order from standard input, end when the other side is gone.

    Parameters
    ----------
    work : callable
        Makes the files; a `PressError` is told as its message alone.

    Returns
    -------
    int
        The exit code.
    """
    line = sys.stdin.readline()
    if not line:
        return 1
    threading.Thread(target=_end_with_input, daemon=True).start()
    order: Mapping[str, Any] = json.loads(line)
    try:
        work(Order(**order))
    except PressError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _end_with_input() -> None:
    """End this process when its standard input closes."""
    sys.stdin.read()
    os._exit(1)

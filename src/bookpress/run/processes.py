"""The processes of chapters.

What they inherit, how Ctrl-C and time limits end them, and why none outlives its parent.
"""

from __future__ import annotations

import ctypes
import math
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from bookpress.errors import PressError

OUTPUT_LIMIT = 50_000_000
"""The most characters of output for a chapter of a strict book."""
LOOSE_OUTPUT_LIMIT = 1_000_000_000
"""The most characters of output in any other book."""


KEPT = {
    "DYLD_LIBRARY_PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONPATH",
    "SHELL",
    "TMPDIR",
}
"""Environment variables that programs need."""
DRAWN = "BOOKPRESS_DRAWS"
"""The variable that says that the press draws the figures."""
STEADY = {
    "HOLDTRUE_SILENT": "1",  # chapters publish what their prose quotes in a cell of their own
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    DRAWN: "1",
}
"""Variables that make runs repeatable: sums, sets and texts always in the same order.

Chapters run side by side, one core each.
"""
groups: set[int] = set()
"""The processes that are running, each the leader of its own group."""
_stopping = threading.Event()


class StoppedError(PressError):
    """The build was told to stop."""


def output_limit(*, strict: bool) -> int:
    """Return how many characters a chapter of a book may output."""
    return OUTPUT_LIMIT if strict else LOOSE_OUTPUT_LIMIT


def chapter_environment(*, inherits: bool = False) -> dict[str, str]:
    """Return the environment of a chapter, which may be our whole one.

    In a strict book no stray variable has an effect, and no secret gets out.
    """
    if inherits:
        return {**os.environ, **STEADY}
    names = [name for name in os.environ if name in KEPT or name.startswith("OPENBLAS_")]
    return {**{name: os.environ[name] for name in names}, **STEADY}


def add(pid: int) -> None:
    """Register a process that leads its own group.

    If everything is being stopped, kill it at once and raise.
    """
    groups.add(pid)
    if _stopping.is_set():
        groups.discard(pid)
        kill_group(pid)
        raise StoppedError("stopped")


def kill_group(pid: int) -> None:
    """Kill a process and everything it started, in its group or in their own sessions.

    It is no error if the process is gone.
    """
    below = list(_below(pid))
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for child in below:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(child, signal.SIGKILL)


def _below(pid: int) -> Iterator[int]:
    """Yield the descendants of a process, on Linux."""
    with suppress(OSError):
        for listed in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in map(int, listed.read_text().split()):
                yield child
                yield from _below(child)


@cache
def scratch(place: str | None = None) -> str:
    """Return a folder for temporary files of chapters.

    It is removed soon after this process ends, no matter how.
    """
    folder = tempfile.mkdtemp(prefix="cd-", dir=place)
    if os.name == "posix":  # a shell that outlives this process waits for its end
        command = ["/bin/sh", "-c", 'read _; rm -rf "$0" || { sleep 1; rm -rf "$0"; }', folder]
        keeper = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env={"PATH": os.defpath},
        )
        _keepers.append(keeper)
    return folder


_keepers: list[subprocess.Popen[bytes]] = []


def adopt_orphans() -> None:
    """Adopt orphaned descendants of this process, on Linux, so that it can find and kill them."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def stop_all() -> None:
    """Kill everything that is running, and refuse to start anything more."""
    _stopping.set()
    for pid in list(groups):
        kill_group(pid)


def check() -> None:
    """Raise `StoppedError` if everything is being stopped."""
    if _stopping.is_set():
        raise StoppedError("stopped")


@contextmanager
def session() -> Iterator[None]:
    """Let chapters run inside the block; whatever ends it early, such as Ctrl-C, ends them too."""
    _stopping.clear()
    try:
        yield
    except BaseException:
        stop_all()
        raise
    finally:
        _stopping.clear()


@contextmanager
def time_limit(pid: int, seconds: float) -> Iterator[threading.Event]:
    """Kill a process if the block takes longer than this, and set the event."""
    reached = threading.Event()
    if math.isinf(seconds):
        yield reached
        return

    def end() -> None:
        reached.set()
        kill_group(pid)

    timer = threading.Timer(max(seconds, 0), end)
    timer.daemon = True
    timer.start()
    try:
        yield reached
    finally:
        timer.cancel()


def end_group_with(descriptor: int, leader: int) -> None:
    """Kill a process group as soon as the last writer of a pipe is gone.

    The pipe must stay open for reading in the group alone, and nothing may be written to it. On
    Linux the kernel kills the group at once, even in the middle of a C call.
    """
    if sys.platform != "linux":
        if leader == os.getpid():
            threading.Thread(target=_kill_after, args=(descriptor, leader), daemon=True).start()
        return
    from fcntl import F_GETFL, F_SETFL, F_SETOWN, F_SETSIG, fcntl

    fcntl(descriptor, F_SETOWN, -leader)
    fcntl(descriptor, F_SETSIG, signal.SIGKILL)
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | os.O_ASYNC)
    readable, _, _ = select.select([descriptor], [], [], 0)
    if readable:  # it was closed before we began to watch it
        kill_group(leader)


def _kill_after(descriptor: int, leader: int) -> None:
    """Wait for the end of a pipe, then kill a process group."""
    while os.read(descriptor, 4096):
        pass
    kill_group(leader)

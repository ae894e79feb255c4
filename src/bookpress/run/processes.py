"""Processes of chapters.

What they inherit, how Ctrl-C and time limits end them, and that none outlives its parent.
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
"""Characters that a chapter of a strict book may put out."""
LOOSE_OUTPUT_LIMIT = 1_000_000_000
"""Those that one of any other book may."""


KEPT = {
    "DYLD_LIBRARY_PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONPATH",
    "SHELL",
    "TMPDIR",
}
"""The variables that programs need."""
DRAWN = "BOOKPRESS_DRAWS"
"""The variable that says that pictures of figures are drawn by the press."""
STEADY = {
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
"""What makes a run repeatable: sums, sets and texts in one order.

Chapters run side by side, one core each.
"""
groups: set[int] = set()
"""Processes that run now, each the leader of a group of its own."""
_stopping = threading.Event()


class StoppedError(PressError):
    """The build was told to stop."""


def output_limit(*, strict: bool) -> int:
    """Return the number of characters that a chapter of a book may put out."""
    return OUTPUT_LIMIT if strict else LOOSE_OUTPUT_LIMIT


def chapter_environment(*, inherits: bool = False) -> dict[str, str]:
    """Return what a chapter gets of our environment, which may be all of it.

    Of that of a strict book no stray variable counts, and no secret gets out.
    """
    if inherits:
        return {**os.environ, **STEADY}
    names = [name for name in os.environ if name in KEPT or name.startswith("OPENBLAS_")]
    return {**{name: os.environ[name] for name in names}, **STEADY}


def add(pid: int) -> None:
    """Note a process that leads a group of its own.

    When everything is being stopped, end it at once and raise.
    """
    groups.add(pid)
    if _stopping.is_set():
        groups.discard(pid)
        kill_group(pid)
        raise StoppedError("stopped")


def kill_group(pid: int) -> None:
    """Kill a process and whatever it started, in its group or in a session of its own.

    No error when it is gone.
    """
    below = list(_below(pid))
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for child in below:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(child, signal.SIGKILL)


def _below(pid: int) -> Iterator[int]:
    """Yield the processes that one has started, and those that these have, on Linux."""
    with suppress(OSError):
        for listed in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in map(int, listed.read_text().split()):
                yield child
                yield from _below(child)


@cache
def scratch(place: str | None = None) -> str:
    """Return a folder for what chapters write aside.

    It is gone soon after this process, whatever ends that.
    """
    folder = tempfile.mkdtemp(prefix="cd-", dir=place)
    if os.name == "posix":  # who waits there for the end of this process outlives it
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
    """Become the parent of what children of this process leave behind, on Linux.

    It is then found below it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def stop_all() -> None:
    """Kill everything that runs and refuse what would start from now on."""
    _stopping.set()
    for pid in list(groups):
        kill_group(pid)


def check() -> None:
    """Raise `StoppedError` when everything is being stopped."""
    if _stopping.is_set():
        raise StoppedError("stopped")


@contextmanager
def session() -> Iterator[None]:
    """Let things run inside; whatever ends the block early, such as Ctrl-C, ends them too."""
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
    """Kill a process when the block takes longer than this; the event then says so."""
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

    The pipe must stay open for reading in the group and belong to it alone, and nothing may be
    written to it from now on. On Linux all ends at once, also amid a call of C.
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
    if readable:  # it was closed before there was a watch
        kill_group(leader)


def _kill_after(descriptor: int, leader: int) -> None:
    """Wait for the end of a pipe, then kill a process group."""
    while os.read(descriptor, 4096):
        pass
    kill_group(leader)

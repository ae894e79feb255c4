"""What is running right now, so that Ctrl-C and time limits can end it at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bookpress.errors import PressError

_groups: set[int] = set()
_stopping = threading.Event()
_lock = threading.Lock()


class StoppedError(PressError):
    """The build was told to stop."""


def add(pid: int) -> None:
    """Note a process that leads a group of its own.

    Raises
    ------
    StoppedError
        If everything is being stopped: the new process is ended at once.
    """
    with _lock:
        _groups.add(pid)
    if _stopping.is_set():
        discard(pid)
        kill_group(pid)
        raise StoppedError("stopped")


def discard(pid: int) -> None:
    """Forget a process that has ended."""
    with _lock:
        _groups.discard(pid)


def kill_group(pid: int) -> None:
    """Kill a process and whatever it started in its group; no error when it is gone."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def stop_all() -> None:
    """Kill everything that runs and refuse what would start from now on."""
    _stopping.set()
    with _lock:
        groups = set(_groups)
    for pid in groups:
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

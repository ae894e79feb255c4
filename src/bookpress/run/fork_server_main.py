"""A process that has everything imported and forks itself for each notebook.

Starting a kernel and importing pandas takes longer than most chapters; a fork takes a few milliseconds. This process
never has a second thread, so that forking is safe. What modules print when they are imported here goes nowhere.

It is started by `bookpress.run.fork_server` as ``python -m bookpress.run.fork_server_main SOCKET MODULE...`` and ends
when its standard input closes, that is, with the process that started it. So do the forks and what their cells start.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Iterable
from typing import Any

from bookpress.run.fork_server import START_LIMIT
from bookpress.run.ipython import CellRunner
from bookpress.run.lifeline import end_group_with, reopened
from bookpress.run.messages import packed

COLLECT_AFTER = 100_000
"""Objects made between two searches for garbage, here and in every fork: tables are few objects, large ones."""


def preload(modules: Iterable[str]) -> None:
    """Import modules; one that cannot be imported is left to the chapter that needs it, which then says why."""
    for name in modules:
        with contextlib.suppress(BaseException):  # whatever an import raises, the chapter raises it again
            importlib.import_module(name)


def threads() -> int:
    """Return the number of threads of this process, those of libraries included where the system tells."""
    tasks = "/proc/self/task"
    return len(os.listdir(tasks)) if os.path.isdir(tasks) else threading.active_count()  # noqa: PTH112, PTH208


def serve(path: str, control: int, out: int) -> None:
    """Say that it is ready, then fork a child for each connection to a socket until the control pipe closes."""
    statuses: dict[int, int] = {}
    with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as selector:
        listener.bind(path)
        listener.listen(128)
        selector.register(listener, selectors.EVENT_READ)
        selector.register(control, selectors.EVENT_READ)
        os.write(out, f"ready {threads()}\n".encode())
        while True:
            ready: list[Any] = [key.fileobj for key, _ in selector.select()]
            if control in ready:
                return
            connection, _ = listener.accept()
            statuses.update(_reap())
            with connection, contextlib.suppress(OSError):  # what goes wrong with one leaves the others alone
                request = json.loads(connection.makefile("r", encoding="utf-8").readline() or "{}")
                if "status" in request:
                    answer = statuses.get(request["status"])
                    connection.sendall(json.dumps(answer).encode() + b"\n")
                elif request and os.fork() == 0:
                    listener.close()
                    _child(connection, request, control)


def _reap() -> dict[int, int]:
    """Return the exit codes of the children that have ended, by process id; a negative code is a signal."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = os.waitstatus_to_exitcode(status)


def _child(connection: socket.socket, request: dict[str, Any], control: int) -> None:
    """Run cells as they are asked for; never return."""
    try:
        os.setsid()
        end_group_with(reopened(control), os.getpid())
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        sys.path.insert(0, "")
        sys.argv = ["compute-divide"]
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(_answer(connection))
    finally:
        os._exit(1)


async def _answer(connection: socket.socket) -> None:
    """Run each cell that arrives and send what it puts out."""
    lock = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        line = packed(message) + b"\n"
        with lock:
            connection.sendall(line)

    runner = CellRunner(send)
    arrived = _requests(connection)
    send({"pid": os.getpid()})
    while True:
        send({"done": await runner.run(await arrived.get())})


def _requests(connection: socket.socket) -> asyncio.Queue[str]:
    """Return a queue of the cells to run; this process ends with the other side, even in the midst of a cell."""
    arrived: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def watch() -> None:
        try:
            for line in connection.makefile("r", encoding="utf-8"):
                loop.call_soon_threadsafe(arrived.put_nowait, json.loads(line))
        finally:  # a killed parent leaves half a line or a reset connection as often as an end
            os.killpg(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    return arrived


def _taken_over(descriptor: int) -> int:
    """Return a copy of a standard descriptor for our own use; the original leads nowhere from now on."""
    private, nowhere = os.dup(descriptor), os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return private


def main() -> None:
    """Import what the command line names, then serve."""
    path, *modules = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.alarm(int(START_LIMIT))  # an import that hangs ends with the patience of whoever waits for it
    control, out = _taken_over(0), _taken_over(1)
    gc.disable()  # what imports make stays: searching it for garbage takes a fifth of their time
    preload(modules)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # half a line would else be printed again by every fork
    signal.alarm(0)
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()
    try:
        serve(path, control, out)
    finally:  # the other side may be dead
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108
            os.rmdir(os.path.dirname(path))  # noqa: PTH106, PTH120 - its own folder, now empty


if __name__ == "__main__":
    main()

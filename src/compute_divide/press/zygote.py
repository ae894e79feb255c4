"""A process that has everything imported and forks itself for each notebook.

Starting a kernel and importing pandas takes longer than most chapters; a fork takes a few milliseconds. This process
never has a second thread, so that forking is safe. It is started by `compute_divide.press.forking` as
``python -m compute_divide.press.zygote SOCKET MODULE...`` and ends when its standard input closes, that is, with the
process that started it. A forked child ends when its connection closes, for the same reason.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import queue
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any

from compute_divide.press.reads import watch
from compute_divide.press.shell import CellRunner

COLLECT_AFTER = 100_000
"""Objects made between two searches for garbage, here and in every fork: tables are few objects, large ones."""


def preload(modules: Iterable[str]) -> None:
    """Import modules; one that cannot be imported is left to the chapter that needs it, which then says why."""
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001, S112 - whatever an import raises, the chapter raises it again
            continue


def threads() -> int:
    """Return the number of threads of this process, those of libraries included where the system tells."""
    tasks = "/proc/self/task"
    return len(os.listdir(tasks)) if os.path.isdir(tasks) else threading.active_count()  # noqa: PTH112, PTH208


def serve(path: str) -> None:
    """Fork a child for each connection to a socket until standard input closes."""
    statuses: dict[int, int] = {}
    with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as selector:
        listener.bind(path)
        listener.listen(128)
        selector.register(listener, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        sys.stdout.write(f"ready {threads()}\n")
        sys.stdout.flush()
        while True:
            ready = [key.fileobj for key, _ in selector.select()]
            if sys.stdin in ready:
                return
            connection, _ = listener.accept()
            statuses.update(_reap())
            with connection:
                request = json.loads(connection.makefile("r", encoding="utf-8").readline() or "{}")
                if "status" in request:
                    answer = statuses.get(request["status"])
                    connection.sendall(json.dumps(answer).encode() + b"\n")
                elif request and os.fork() == 0:
                    listener.close()
                    _child(connection, request)


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


def _child(connection: socket.socket, request: dict[str, Any]) -> None:
    """Run cells as they are asked for; never return."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        sys.path.insert(0, "")
        sys.argv = ["compute-divide"]
        _detach()
        watch()
        _answer(connection)
        code = 0
    finally:
        os._exit(code)


def _detach() -> None:
    """Leave the standard input of the server alone: it says when to end."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - stays open for good


def _answer(connection: socket.socket) -> None:
    """Run each cell that arrives and send what it puts out."""
    channel = connection.makefile("w", encoding="utf-8")
    lock = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        line = json.dumps(message, default=str)
        with lock:
            channel.write(line + "\n")
            channel.flush()

    runner = CellRunner(send)
    send({"pid": os.getpid()})
    for source in _requests(connection):
        send({"done": runner.run(source)})


def _requests(connection: socket.socket) -> Iterator[str]:
    """Yield the cells to run; this process ends when the other side is gone, even in the midst of a cell."""
    arrived: queue.SimpleQueue[str] = queue.SimpleQueue()

    def watch() -> None:
        try:
            for line in connection.makefile("r", encoding="utf-8"):
                arrived.put(json.loads(line))
        finally:  # a killed parent leaves half a line or a reset connection as often as an end
            os.killpg(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    while True:
        yield arrived.get()


def main() -> None:
    """Import what the command line names, then serve."""
    path, *modules = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # what imports make stays: searching it for garbage takes a fifth of their time
    preload(modules)
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()
    try:
        serve(path)
    finally:  # the other side may be dead
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108
            os.rmdir(os.path.dirname(path))  # noqa: PTH106, PTH120 - its own folder, now empty


if __name__ == "__main__":
    main()

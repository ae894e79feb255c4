"""Forks a Python for each that asks, from one process that has imported packages by others."""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

PACKAGES = (
    *("altair", "filelock", "latexcodec", "lxml.html", "nbformat", "pandas", "yaml", "papermill"),
    *("pydantic.dataclasses", "pydantic.root_model", "pydantic.type_adapter"),
    *("rich.console", "rich.progress", "rich.rule", "rich.table", "typer"),
    *("comm", "ipykernel.compiler", "ipykernel.zmqshell", "multiprocessing.connection"),
    *("jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinx_book_theme"),
)
"""What processes of the press import first of all."""
HIGHEST = 1024
"""More than the number of any open file here."""
MOST = 200
"""The most open files that a process passes on."""
HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that are for the forks."""


class Forks:
    """The running forks, each with the line to the launcher that stands for it."""

    def __init__(self, listener: socket.socket, program: Path) -> None:
        self._listener = listener
        self._program = program
        self._events = select.poll()
        self._events.register(0, select.POLLIN)
        self._events.register(listener, select.POLLIN)
        self._processes: dict[int, tuple[int, socket.socket]] = {}
        self._lines: dict[int, int] = {}

    def wait_for_order(self) -> socket.socket:
        """Look after the forks; return in each new one, with its line."""
        while True:
            for descriptor, _ in self._events.poll():
                if descriptor == 0:  # who started this process has ended
                    shutil.rmtree(self._program.parent, ignore_errors=True)
                    os._exit(0)
                elif descriptor in self._processes:
                    self._report(descriptor)
                elif descriptor in self._lines:
                    self._end(descriptor)
                elif descriptor == self._listener.fileno():
                    line, _ = self._listener.accept()
                    pid = os.fork()
                    if pid == 0:
                        return line
                    self._add(pid, line)

    def _add(self, pid: int, line: socket.socket) -> None:
        with suppress(OSError):  # the launcher was killed meanwhile: the poll tells of it
            line.sendall(f"{pid}\n".encode())
        process = os.pidfd_open(pid)
        self._processes[process] = (pid, line)
        self._lines[line.fileno()] = pid
        self._events.register(process, select.POLLIN)
        self._events.register(line, 0)  # for nothing but its end

    def _end(self, line: int) -> None:
        """Kill a fork whose launcher was killed."""
        pid = self._lines.pop(line)
        self._events.unregister(line)
        with suppress(ProcessLookupError):
            is_leader = os.getpgid(pid) == pid
            (os.killpg if is_leader else os.kill)(pid, signal.SIGKILL)

    def _report(self, process: int) -> None:
        """Tell the launcher of a fork how it ended."""
        pid, line = self._processes.pop(process)
        _, status = os.waitpid(pid, 0)
        if self._lines.pop(line.fileno(), None):
            self._events.unregister(line)
        with suppress(OSError):
            line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        line.close()
        self._events.unregister(process)
        os.close(process)


def become(line: socket.socket) -> list[str]:
    """Take over the folder, the environment and the open files of a launcher; return its words."""
    _, files, _, _ = socket.recv_fds(line, 1, MOST)
    with line.makefile() as orders:
        order: dict[str, Any] = json.loads(orders.readline())
    aside = [fcntl.fcntl(file, fcntl.F_DUPFD, HIGHEST) for file in files]
    line.detach()
    os.closerange(0, HIGHEST)
    for file, number in zip(aside, order["files"], strict=True):
        os.dup2(file, number)
    os.closerange(HIGHEST, HIGHEST + MOST)
    if order["leads"]:
        os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    words: list[str] = order["words"]
    return words


def run(words: list[str]) -> None:
    """Do what Python does with ``[-P] -m module ...`` or ``[-P] -c code ...``."""
    is_safe = words[0] == "-P"
    option, what, *rest = words[is_safe:]
    folder = [] if is_safe else [str(Path.cwd()) if option == "-m" else ""]
    named = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:0] = [*folder, *named]
    sys.argv = [option, *rest]
    if option == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(what, {"__name__": "__main__"})  # noqa: S102 - as Python does


if __name__ == "__main__":
    program = Path(sys.argv[1])
    gc.disable()
    for name in PACKAGES:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"{program}.socket")
    listening.listen(64)
    for number in HANDLED:
        signal.signal(number, signal.SIG_IGN)
    os.write(1, b"+")
    asked = Forks(listening, program).wait_for_order()
    listening.detach()
    for number in HANDLED:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.executable = str(program)
    run(become(asked))

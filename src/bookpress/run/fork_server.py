"""The process that has everything imported and is forked for each notebook, seen from the outside.

It imports while we import: nothing here needs papermill, so that it can be started first.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

from bookpress.errors import PressError
from bookpress.run import processes as running
from bookpress.run.environment import chapter_environment

SHORT = "/tmp" if os.name == "posix" else None  # noqa: S108 - a socket's path holds 104 characters: no long TMPDIR
"""Where the socket folders are made; each is private to its process."""

START_LIMIT = 120.0
"""Seconds that the imports may take."""

ENDING = 2.0
"""Seconds that a process may take from its last word to its end."""


class ForkDiedError(RuntimeError):
    """A fork that ended before its cell did, or the process that is forked before it could fork."""


class ForkServer:
    """The process that forks: started once, used by any number of threads, ended by `close` or with this process.

    Parameters
    ----------
    modules : sequence of str
        What to import before the first fork.
    environment : mapping
        Environment variables on top of ours, such as those that libraries read when they are imported.
    """

    def __init__(self, modules: Sequence[str], environment: Mapping[str, str]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="cd-", dir=SHORT))
        self._path = str(self._folder / "s")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bookpress.run.fork_server_main", self._path, *modules],
            env={**chapter_environment(), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._lock = threading.Lock()
        self._threads: int | None = None

    @property
    def threads(self) -> int:
        """Threads of the process before the first fork, once it is ready; forking is safe with one.

        Raises
        ------
        PressError
            If it did not start.
        """
        with self._lock:
            if self._threads is None:
                self._threads = self._await_ready()
        return self._threads

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def _await_ready(self) -> int:
        with running.time_limit(self._process.pid, START_LIMIT):
            line = self._process.stdout.readline() if self._process.stdout else b""
        if not line.startswith(b"ready "):
            raise PressError("the process that chapters are forked from did not start; try `--engine kernel`")
        return int(line.split()[1])

    @contextmanager
    def fork(self, environment: Mapping[str, str], folder: str) -> Iterator[ForkedShell]:
        """Yield a fresh fork that runs cells; it is ended on the way out."""
        assert self.threads  # noqa: S101 - waits until it is ready
        with self._connect({"environment": dict(environment), "folder": folder}) as connection:
            shell = ForkedShell(connection, self)
            running.add(shell.pid)
            try:
                yield shell
            finally:
                running.kill_group(shell.pid)
                running.discard(shell.pid)

    def exit_code(self, pid: int) -> int | None:
        """Return how a fork ended: an exit code, or minus a signal; None where that is not known."""
        for _ in range(20):
            with self._connect({"status": pid}) as connection:
                code = json.loads(_line(connection.makefile("rb")) or "null")
            if code is not None:
                return int(code)
            time.sleep(0.02)
        return None

    def obituary(self) -> str:
        """Say how the process ended and what to do."""
        try:
            code = self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            how = "could not be forked"
        else:
            how = f"was killed (signal {-code})" if code < 0 else f"ended with exit code {code}"
        return f"the process that chapters are forked from {how}; build again, with `--engine kernel` if it recurs"

    @contextmanager
    def _connect(self, request: Mapping[str, Any]) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(self._path)
                connection.sendall(json.dumps(request).encode() + b"\n")
            except OSError as error:
                raise ForkDiedError(self.obituary()) from error
            yield connection

    def close(self) -> None:
        """End the process; it holds nothing that could be lost, and may still be importing."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        if self._process.stdout:
            self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ForkedShell:
    """The other end of a fork: takes cells, gives messages."""

    def __init__(self, connection: socket.socket, server: ForkServer) -> None:
        self._connection, self._server = connection, server
        self._lines = connection.makefile("rb")
        self.pid = 0
        self.pid = self._receive()["pid"]

    def _receive(self) -> dict[str, Any]:
        line = _line(self._lines)
        if not line:
            raise ForkDiedError(self._obituary())
        message: dict[str, Any] = json.loads(line)
        return message

    def _obituary(self) -> str:
        if not self.pid:
            return self._server.obituary()
        code = self._server.exit_code(self.pid)
        if code == -9:
            return "its process was killed (signal 9): out of memory?"
        if code is not None and code < 0:
            return f"its process died of signal {-code}"
        return "its process ended" + ("" if code is None else f" with exit code {code}")

    def run(self, source: str) -> Iterator[dict[str, Any]]:
        """Run a cell and yield its messages; the last one is ``{"done": whether it ended well}``.

        Raises
        ------
        ForkDiedError
            If the process ends before the cell does.
        """
        try:
            self._connection.sendall(json.dumps(source).encode() + b"\n")
        except OSError as error:
            raise ForkDiedError(self._obituary()) from error
        while True:
            message = self._receive()
            yield message
            if "done" in message:
                return


def _line(lines: IO[bytes]) -> bytes:
    """Return the next line; nothing when the other side is gone, even if it was in the midst of one."""
    try:
        line = lines.readline()
    except OSError:
        return b""
    return line if line.endswith(b"\n") else b""

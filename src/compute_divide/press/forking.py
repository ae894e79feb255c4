"""A papermill engine whose notebooks run in forks of one process that has everything imported.

The engine reaches the floor: a notebook costs its own work and a few hundredths of a second. Its cells are the same as
a kernel's, because the shell is the kernel's and the messages are read by papermill's own client (a test holds it).
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
from typing import Any, Self

from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine

from compute_divide.press import running
from compute_divide.press.errors import PressError
from compute_divide.press.kernels import SHORT

START_LIMIT = 120.0
"""Seconds that the imports may take."""


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
            [sys.executable, "-m", "compute_divide.press.zygote", self._path, *modules],
            env={**os.environ, **environment},
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
                code = json.loads(connection.makefile("r").readline() or "null")
            if code is not None:
                return int(code)
            time.sleep(0.02)
        return None

    @contextmanager
    def _connect(self, request: Mapping[str, Any]) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(self._path)
            except OSError as error:
                raise DeadKernelError("the process that chapters are forked from has ended") from error
            connection.sendall(json.dumps(request).encode() + b"\n")
            yield connection

    def close(self) -> None:
        """End the process."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
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
        self._lines = connection.makefile("r", encoding="utf-8")
        self.pid: int = self._receive()["pid"]

    def _receive(self) -> dict[str, Any]:
        try:
            line = self._lines.readline()
        except OSError:
            line = ""
        if not line:
            raise DeadKernelError(self._obituary())
        message: dict[str, Any] = json.loads(line)
        return message

    def _obituary(self) -> str:
        code = self._server.exit_code(self.pid) if hasattr(self, "pid") else None
        if code == -9:
            return "its process was killed (signal 9): out of memory?"
        if code is not None and code < 0:
            return f"its process died of signal {-code}"
        return "its process ended" + ("" if code is None else f" with exit code {code}")

    def run(self, source: str) -> Iterator[dict[str, Any]]:
        """Run a cell and yield its messages; the last one is ``{"done": whether it ended well}``.

        Raises
        ------
        nbclient.exceptions.DeadKernelError
            If the process ends before the cell does.
        """
        try:
            self._connection.sendall(json.dumps(source).encode() + b"\n")
        except OSError as error:
            raise DeadKernelError(self._obituary()) from error
        while True:
            message = self._receive()
            yield message
            if "done" in message:
                return


class ForkedEngine(Engine):  # type: ignore[misc]
    """The papermill engine: its options are the server, the environment, the folder and the time limit."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,  # noqa: ARG003 - papermill's signature
        *,
        seen: list[Any],
        server: ForkServer,
        environment: Mapping[str, str],
        folder: str,
        time_limit: float,
        **_: Any,
    ) -> Any:
        """Run the cells of a notebook in a fork of the server; the notebook is put in `seen` before it starts."""
        seen.append(nb_man.nb)
        client = PapermillNotebookClient(nb_man, record_timing=False)
        client.reset_execution_trackers()
        with server.fork(environment, folder) as shell, running.time_limit(shell.pid, time_limit) as reached:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                try:
                    if not _run_cell(client, shell, cell, index):
                        nb_man.cell_exception(cell, cell_index=index)
                        break
                except DeadKernelError as error:
                    if reached.is_set():
                        raise TimeoutError from error
                    raise
                finally:
                    nb_man.cell_complete(cell, cell_index=index)
        return nb_man.nb


def _run_cell(client: Any, shell: ForkedShell, cell: Any, index: int) -> bool:
    """Run one cell as nbclient would and return whether to go on."""
    tags = cell.metadata.get("tags", [])
    if cell.cell_type != "code" or not cell.source.strip() or "skip-execution" in tags:
        return True
    cell.outputs = []
    client.clear_before_next_output = False
    for message in shell.run(cell.source):
        if "done" in message:
            return bool(message["done"]) or "raises-exception" in tags
        client.process_message({**message, "header": message, "parent_header": {}}, cell, index)
    return False

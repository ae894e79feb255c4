"""Programs of ours that are kept warm to answer orders.

One is a Sphinx that has read the whole published edition.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import IO, Any, cast

from bookpress.book.project import Project
from bookpress.book.source import EPOCH_VARIABLE, build_time
from bookpress.errors import PressError
from bookpress.files import naming
from bookpress.run import processes


class Program:
    """The ``main`` of a module as a program.

    It reads a line of JSON, then answers each of many `connections`. Threads may ask it at the same
    time. It gets what `subprocess.Popen` takes besides.
    """

    def __init__(self, module: str, order: Mapping[str, str], **how: Any) -> None:
        self._key = secrets.token_bytes(32)
        self._process: Any = subprocess.Popen(
            [sys.executable, "-c", f"from {module} import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            **how,
        )
        line = json.dumps({**order, "key": self._key.hex()})
        stdin = cast("IO[bytes]", self._process.stdin)
        with suppress(BrokenPipeError):  # then it has ended, and `wait` tells
            stdin.write(f"{line}\n".encode())
            stdin.flush()

    def wait(self) -> dict[str, Any]:
        """Return what it tells when it can be asked; nothing where it has ended.

        To be called once, before it is asked.
        """
        line = self._process.stdout.readline()
        told: dict[str, Any] = json.loads(line or "{}")
        self._address = told.get("address", "")
        return told

    def connection(self) -> Connection:
        """Return a new connection, for one order."""
        return Client(self._address, authkey=self._key)

    def end(self) -> None:
        """End it and all that it runs."""
        processes.kill_group(self._process.pid)
        self._process.communicate()


def connections(key: str, output: IO[str], **told: Any) -> Iterator[Connection]:
    """Tell whoever started this program that it listens; yield connections for ever.

    And what else there is to tell.
    """
    with Listener(family="AF_UNIX", authkey=bytes.fromhex(key)) as listener:
        message = json.dumps({"address": listener.address, **told})
        output.write(message + "\n")
        output.flush()
        while True:
            with suppress(AuthenticationError, EOFError, OSError):
                yield listener.accept()


class WarmBook(Program):
    """The published edition, read; see `warm_book`."""

    def page(
        self, asked: Mapping[str, Any], started: Callable[[int], None] = lambda _: None
    ) -> dict[str, Any]:
        """Return what of a page differs where a chapter was run with other values.

        That is its ``edits`` and ``figures``. It is asked for a ``docname``, given the executed
        ``notebook`` and the record of its ``edition``; `started` is told the process that makes the
        page, which may be killed. Other figures than the published ones are an error.
        """
        try:
            with self.connection() as connection:
                started(connection.recv())
                connection.send(asked)
                answer: dict[str, Any] = connection.recv()
        except (OSError, EOFError) as error:
            raise PressError("the process that makes the page ended before it was done") from error
        if "error" in answer:
            raise PressError(answer["error"])
        return answer


@contextmanager
def warm_book(project: Project, source: Path, pages: Path) -> Iterator[WarmBook]:
    """Give the published edition read, from its staged source and its pages; end it afterwards."""
    with naming(project.build):
        project.build.mkdir(parents=True, exist_ok=True)
        # below the folder whose pictures all builds share
        place = processes.scratch(str(project.build))
    environment = {
        **os.environ,
        **processes.STEADY,
        EPOCH_VARIABLE: str(int(build_time(project.root).timestamp())),
        "TMPDIR": processes.scratch(),
    }
    with tempfile.TemporaryDirectory(dir=place) as folder, tempfile.TemporaryFile() as said:
        order = {"source": str(source), "pages": str(pages), "folder": folder}
        warm = WarmBook("bookpress.states.warm_page", order, env=environment, stderr=said)
        try:
            if not warm.wait():
                reason = _written(said) or "its process was killed"
                raise PressError(f"the published edition cannot be read again: {reason}")
            yield warm
        finally:
            warm.end()


def _written(said: IO[bytes]) -> str:
    """Return what a program has written, without white space around it."""
    said.seek(0)
    return said.read().decode("utf-8", "replace").strip()

"""Our own programs that stay warm to answer orders.

One of them is a Sphinx that has read the whole published edition.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from pathlib import Path
from threading import Lock
from typing import IO, Any, cast

from bookpress.book.project import Project
from bookpress.book.source import EPOCH_VARIABLE, build_time
from bookpress.channel import Channel
from bookpress.errors import PressError
from bookpress.files import naming
from bookpress.run import processes


class Program:
    """The ``main`` of a module as a program.

    It reads an order, then answers on many `connections`, from several threads. Further arguments
    are those of `subprocess.Popen`.
    """

    def __init__(self, module: str, order: Mapping[str, str], **how: Any) -> None:
        self._key = secrets.token_bytes(32)
        self._process: Any = subprocess.Popen(
            [sys.executable, "-P", "-c", f"from {module} import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            **how,
        )
        stdin = cast("IO[bytes]", self._process.stdin)
        stdout = cast("IO[bytes]", self._process.stdout)
        # the program ends when this end is closed
        self._orders = Channel.writing(os.dup(stdin.fileno()))
        self._answers = Channel.reading(os.dup(stdout.fileno()))
        stdin.close()
        stdout.close()
        with suppress(BrokenPipeError):  # it has ended: `wait` reports that
            self._orders.send({**order, "key": self._key.hex()})

    def wait(self) -> dict[str, Any]:
        """Return its message once it is ready; empty if it has ended.

        Call this once, before using it.
        """
        try:
            answer: dict[str, Any] = self._answers.receive()
        except (EOFError, OSError):
            answer = {}
        self._address = answer.get("address", "")
        return answer

    def connection(self) -> Channel:
        """Return a new connection, for one order."""
        return Channel(Client(self._address, authkey=self._key))

    @property
    def has_ended(self) -> bool:
        """Whether the program has ended, by itself or by another's hand."""
        return self._process.poll() is not None

    def end(self) -> None:
        """End the program and everything it runs."""
        processes.kill_group(self._process.pid)
        self._process.wait()
        self._orders.close()
        self._answers.close()


def begin() -> tuple[dict[str, Any], Channel]:
    """Return the parent's order and the channel for answers; end with the parent."""
    order: dict[str, Any] = Channel.reading(os.dup(0)).receive()
    processes.end_group_with(0, os.getpid())
    answers = Channel.writing(os.dup(1))
    os.dup2(2, 1)  # printed text must not mix with answers
    return order, answers


def connections(key: str, answers: Channel, **also: Any) -> Iterator[Channel]:
    """Tell the parent, with further facts, that this program listens; yield connections forever."""
    with Listener(family="AF_UNIX", authkey=bytes.fromhex(key)) as listener:
        answers.send({"address": listener.address, **also})
        while True:
            with suppress(AuthenticationError, EOFError, OSError):
                yield Channel(listener.accept())


class WarmBook(Program):
    """The published edition after it has been read; see `warm_book`."""

    def page(
        self, asked: Mapping[str, Any], started: Callable[[int], None] = lambda _: None
    ) -> dict[str, Any]:
        """Return how a page differs if its chapter was run with other values.

        The answer has ``blocks`` and ``figures``, as `content_of` says. The request has a
        ``docname``, the executed ``notebook`` and the record of its ``edition``; `started` is
        called with the process that makes the page, which may be killed. Figures other than the
        published ones are an error.
        """
        try:
            with self.connection() as connection:
                started(connection.receive())
                connection.send(asked)
                answer: dict[str, Any] = connection.receive()
        except (OSError, EOFError) as error:
            raise PressError("the process that makes the page ended before it was done") from error
        if "error" in answer:
            raise PressError(answer["error"])
        return answer


class WhenAsked:
    """A warm book that starts with its first page, since cached pages need none."""

    def __init__(self, begin: Callable[[], WarmBook]) -> None:
        self._begin = begin
        self._lock = Lock()
        self._book: WarmBook | None = None

    def page(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer of `WarmBook.page`."""
        with self._lock:
            self._book = self._book or self._begin()
        return self._book.page(asked)


@contextmanager
def warm_book(project: Project, source: Path, pages: Path) -> Iterator[WarmBook]:
    """Yield the published edition after reading its staged source and pages; end it afterwards."""
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
    with tempfile.TemporaryDirectory(dir=place) as folder, tempfile.TemporaryFile() as log:
        order = {"source": str(source), "pages": str(pages), "folder": folder}
        warm = WarmBook("bookpress.states.warm_page", order, env=environment, stderr=log)
        try:
            if not warm.wait():
                reason = _written(log) or "its process was killed"
                raise PressError(f"the published edition cannot be read again: {reason}")
            yield warm
        finally:
            warm.end()


def _written(log: IO[bytes]) -> str:
    """Return the output of a program, stripped."""
    log.seek(0)
    return log.read().decode("utf-8", "replace").strip()

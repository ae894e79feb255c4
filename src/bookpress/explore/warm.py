"""A Sphinx that has read the whole published edition, kept to make the page of one chapter in another state quickly."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any, Self

from bookpress.book.project import Project
from bookpress.book.source import EPOCH_VARIABLE, build_time
from bookpress.errors import PressError
from bookpress.files import naming
from bookpress.run import processes

PROGRAM = "from bookpress.page.explore.warm_page import main; main()"


class WarmBook:
    """The published edition, read; threads may ask it for pages at the same time.

    Parameters
    ----------
    project : Project
        The book.
    source, pages : Path
        The staged source of the published edition, and its pages.
    """

    def __init__(self, project: Project, source: Path, pages: Path) -> None:
        self._project, self._source, self._pages = project, source, pages
        self._key = secrets.token_bytes(32)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start the program; it reads the pages while we go on."""
        with self._stack as stack, naming(self._project.build):
            self._project.build.mkdir(parents=True, exist_ok=True)
            # below the folder whose pictures all builds share
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=processes.scratch(str(self._project.build))))
            self._said = stack.enter_context(tempfile.TemporaryFile())
            epoch = str(int(build_time(self._project.root).timestamp()))
            self._process: Any = subprocess.Popen(
                [sys.executable, "-c", PROGRAM],
                env={**os.environ, **processes.STEADY, EPOCH_VARIABLE: epoch, "TMPDIR": processes.scratch()},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                start_new_session=True,
            )
            stack.callback(self._end)
            order = {"source": str(self._source), "pages": str(self._pages), "folder": folder, "key": self._key.hex()}
            self._tell(order)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """End the program and its forks."""
        self._stack.close()

    def _tell(self, order: Mapping[str, str]) -> None:
        with suppress(BrokenPipeError):  # then it has ended, and `wait` says why
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()

    def _end(self) -> None:
        processes.kill_group(self._process.pid)
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def wait(self) -> None:
        """Wait until it can make pages; to be called once, before the first is asked for."""
        self._address = self._process.stdout.readline().decode().strip()
        if not self._address:
            self._process.wait()
            self._said.seek(0)
            reason = self._said.read().decode("utf-8", "replace").strip()
            raise PressError(f"the published edition cannot be read again: {reason or 'its process was killed'}")

    def page(self, asked: Mapping[str, Any], started: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
        """Return what of a page differs: ``edits`` and ``figures``, as the script of a state holds them.

        Parameters
        ----------
        asked : mapping
            What `bookpress.explore.states.order_for` returns.
        started : callable, optional
            Told the process that makes the page, which may be killed.

        Raises
        ------
        PressError
            If the page cannot be made, or shows other figures or tables than the published one.
        """
        try:
            with Client(self._address, authkey=self._key) as connection:
                started(connection.recv())
                connection.send(asked)
                answer: dict[str, Any] = connection.recv()
        except (OSError, EOFError) as error:
            raise PressError("the process that makes the page ended before it was done") from error
        if "error" in answer:
            raise PressError(answer["error"])
        return answer

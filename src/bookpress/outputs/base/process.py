"""The processes that make formats: the pages by Jupyter Book, others from the pages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bookpress.book.source import EPOCH_VARIABLE
from bookpress.errors import PressError
from bookpress.outputs.base.registry import Format
from bookpress.run.processes import STEADY, kill_group, scratch

SECONDS = 1800.0


@dataclass(frozen=True)
class Order:
    """The folders a format is made from and to.

    And the only date that a file may hold, in seconds since 1970.
    """

    pages: str
    source: str
    output: str
    epoch: int


class Maker(ExitStack):
    """The process that makes a format.

    It imports from the start, begins with its order, and ends when we do.
    """

    def __init__(self, wanted: Format, epoch: int) -> None:
        super().__init__()
        self._name = wanted.name
        self._epoch = epoch
        folder = self.enter_context(
            tempfile.TemporaryDirectory(dir=scratch(), ignore_cleanup_errors=True)
        )
        self._said = self.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - it is one
        process = subprocess.Popen(
            [sys.executable, "-m", wanted.module],
            env={**os.environ, **STEADY, EPOCH_VARIABLE: str(epoch), "TMPDIR": folder},
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            start_new_session=True,
        )
        self._process: subprocess.Popen[bytes] = self.enter_context(process)
        self.callback(kill_group, self._process.pid)

    def begin(self, pages: Path, source: Path) -> None:
        """Give the order: pages, source, and a folder of its own.

        The pages are those that there are, or the folder for them.
        """
        output = pages / self._name
        order = Order(str(pages), str(source), str(output), self._epoch)
        self.tell(asdict(order))

    def tell(self, what: dict[str, Any] | Path) -> None:
        """Give the order, or before it the path of a file to begin with."""
        assert self._process.stdin  # noqa: S101
        line = json.dumps(what, default=str)
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{line}\n".encode())

    def finish(self, seconds: float = SECONDS) -> None:
        """Wait until it is made; raise when it cannot be."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            late = f"the format {self._name!r} was not ready after {seconds:g} seconds"
            raise PressError(late) from error
        if code:
            reason = self._reason(code)
            raise PressError(f"the format {self._name!r} could not be made: {reason}")

    def _reason(self, code: int) -> str:
        """Return why the process ended with an exit code."""
        self._said.seek(0)
        said = self._said.read().decode("utf-8", "replace").strip()
        if said:
            return said
        if code < 0:
            return f"its process was killed (signal {-code}): out of memory?"
        return "no reason given"


def make(
    formats: Sequence[Format], pages: Path, source: Path, epoch: int, seconds: float = SECONDS
) -> None:
    """Make formats, all at the same time.

    Each goes into the folder of its name below that of the pages.
    """
    with ExitStack() as stack:
        makers = [stack.enter_context(Maker(wanted, epoch)) for wanted in formats]
        for maker in makers:
            maker.begin(pages, source)
        for maker in makers:
            maker.finish(seconds)


def work_on_order(
    work: Callable[[Order], None], prepare: Callable[[Path], object] = lambda _: None
) -> int:
    """Let the module make the format ordered, and return the exit code.

    It ends, with all it started, when we do.
    """
    for line in sys.stdin:
        message = json.loads(line)
        if isinstance(message, str):
            prepare(Path(message))
            continue
        threading.Thread(target=_end_with_input, daemon=True).start()
        try:
            work(Order(**message))
        except PressError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        return 0
    return 1


def _end_with_input() -> None:
    while os.read(0, 4096):  # past Python, whose lock of this stream would stay locked in a fork
        pass
    os.killpg(os.getpid(), signal.SIGKILL)

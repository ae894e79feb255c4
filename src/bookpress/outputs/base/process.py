"""The processes that make formats: pages by Jupyter Book, others from the pages."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bookpress.book.source import EPOCH_VARIABLE
from bookpress.channel import Channel
from bookpress.errors import PressError
from bookpress.formats import Format
from bookpress.run.processes import STEADY, end_group_with, kill_group, scratch
from bookpress.terminal.messages import NOTE, note

SECONDS = 1800.0


@dataclass(frozen=True)
class Order:
    """The folders that a format is made from and in.

    Also the only date that a file may contain, in seconds since 1970.
    """

    pages: str
    source: str
    output: str
    epoch: int


class Maker(ExitStack):
    """The process that makes a format.

    It starts importing at once, begins with its order, and ends with us.
    """

    def __init__(self, wanted: Format) -> None:
        super().__init__()
        self.name = wanted.name
        folder = self.enter_context(
            tempfile.TemporaryDirectory(dir=scratch(), ignore_cleanup_errors=True)
        )
        self._said = self.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed with us
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", wanted.module],
            env={**os.environ, **STEADY, "TMPDIR": folder},
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            start_new_session=True,
        )
        self._process: subprocess.Popen[bytes] = self.enter_context(process)
        assert process.stdin  # noqa: S101
        self._channel = Channel.writing(os.dup(process.stdin.fileno()))
        process.stdin.close()
        self.callback(self._channel.close)
        self.callback(kill_group, self._process.pid)

    def begin(self, pages: Path, source: Path, epoch: int) -> None:
        """Send the order to make the format from the pages and the source, in its own folder.

        When the pages themselves are ordered, `pages` is the folder for them.
        """
        output = pages / self.name
        order = Order(str(pages), str(source), str(output), epoch)
        self._tell({"make": asdict(order)})

    def prepare(self, file: Path) -> None:
        """Send a file to begin with, before the order."""
        self._tell({"prepare": str(file)})

    def _tell(self, what: dict[str, Any]) -> None:
        with suppress(BrokenPipeError):  # it has ended: `finish` reports why
            self._channel.send(what)

    def finish(self, seconds: float = SECONDS) -> None:
        """Wait for the format; raise if it could not be made."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            late = f"the format {self.name!r} was not ready after {seconds:g} seconds"
            raise PressError(late) from error
        if code:
            reason = self._reason(code)
            raise PressError(f"the format {self.name!r} could not be made: {reason}")

    def repeat_notes(self) -> None:
        """Report what the process has noted."""
        for line in self._written().splitlines():
            if line.startswith(NOTE):
                note(line.removeprefix(NOTE))

    def _written(self) -> str:
        self._said.seek(0)
        return self._said.read().decode("utf-8", "replace").strip()

    def _reason(self, code: int) -> str:
        """Return why the process ended with an exit code."""
        said = self._written()
        if said:
            return said
        if code < 0:
            return f"its process was killed (signal {-code}): out of memory?"
        return "no reason given"


def make(
    formats: Sequence[Format], pages: Path, source: Path, epoch: int, seconds: float = SECONDS
) -> None:
    """Make formats, all at the same time, each in a folder of its name below that of the pages."""
    with ExitStack() as stack:
        makers = [stack.enter_context(Maker(wanted)) for wanted in formats]
        for maker in makers:
            maker.begin(pages, source, epoch)
        for maker in makers:
            maker.finish(seconds)
            maker.repeat_notes()


def work_on_order(
    work: Callable[[Order], None], prepare: Callable[[Path], object] = lambda _: None
) -> int:
    """Make the ordered format in this process, and return the exit code.

    The process ends, with all it started, when its parent does.
    """
    sys.path.append(str(Path.cwd()))  # last: a book may have extensions of its own
    orders = Channel.reading(os.dup(0))
    with suppress(EOFError):
        while True:
            message = orders.receive()
            if "prepare" in message:
                prepare(Path(message["prepare"]))
                continue
            end_group_with(0, os.getpid())
            order = Order(**message["make"])
            os.environ[EPOCH_VARIABLE] = str(order.epoch)
            try:
                work(order)
            except PressError as error:
                sys.stderr.write(f"{error}\n")
                return 1
            return 0
    return 1

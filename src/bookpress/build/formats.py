"""What is made of an edition, each by a process of its own: the pages by Jupyter Book, other formats from the pages."""

from __future__ import annotations

import importlib
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
from typing import Any, NamedTuple

from bookpress.book.source import EPOCH_VARIABLE
from bookpress.errors import PressError, UsageError
from bookpress.run.processes import STEADY, kill_group, scratch

SECONDS = 1800.0


class Format(NamedTuple):
    """A format: its name, and a module for ``python -m`` (see `work_on_order`); its ``missing()`` says what lacks."""

    name: str
    module: str


PAGES = Format(
    "html", "bookpress.build.sphinx_process"
)  # which every build makes, and all others are made from
KNOWN = (Format("pdf", "bookpress.page.print.pdf"), Format("epub", "bookpress.page.print.epub"))


@dataclass(frozen=True)
class Order:
    """The folders a format is made from and to, and the only date that a file may hold, in seconds since 1970."""

    pages: str
    source: str
    output: str
    epoch: int


def choose(names: str) -> list[Format]:
    """Return the formats besides the pages that a list of names, ``"html,pdf"``, asks for, if they can be made here."""
    asked = {name.strip() for name in names.split(",") if name.strip()}
    allowed = [PAGES.name, *(one.name for one in KNOWN)]
    unknown = sorted(asked - set(allowed))
    if unknown or not asked:
        wrong = f"no format {', '.join(map(repr, unknown))}" if unknown else "no format is named"
        raise UsageError(f"{wrong}; allowed: {', '.join(allowed)}")
    chosen = [one for one in KNOWN if one.name in asked]
    for one in chosen:
        what = getattr(importlib.import_module(one.module), "missing", lambda: None)()
        if what:
            raise PressError(f"the format {one.name!r} cannot be made: {what}")
    return chosen


class Maker(ExitStack):
    """The process that makes a format: it imports from the start, begins with its order, and ends when we do."""

    def __init__(self, wanted: Format, epoch: int) -> None:
        super().__init__()
        self._name, self._epoch = wanted.name, epoch
        folder = self.enter_context(
            tempfile.TemporaryDirectory(dir=scratch(), ignore_cleanup_errors=True)
        )
        self._said = self.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - it is one
        self._process: subprocess.Popen[bytes] = self.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", wanted.module],
                env={**os.environ, **STEADY, EPOCH_VARIABLE: str(epoch), "TMPDIR": folder},
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                start_new_session=True,
            )
        )
        self.callback(kill_group, self._process.pid)

    def begin(self, pages: Path, source: Path) -> None:
        """Give the order: pages (those that there are, or the folder for them), source, folder of its own."""
        self.tell(asdict(Order(str(pages), str(source), str(pages / self._name), self._epoch)))

    def tell(self, what: dict[str, Any] | Path) -> None:
        """Give the order, or before it the path of a file to begin with."""
        assert self._process.stdin  # noqa: S101
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(what, default=str).encode() + b"\n")

    def finish(self, seconds: float = SECONDS) -> None:
        """Wait until it is made; raise when it cannot be."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise PressError(
                f"the format {self._name!r} was not ready after {seconds:g} seconds"
            ) from error
        if code:
            self._said.seek(0)
            reason = self._said.read().decode("utf-8", "replace").strip()
            killed = (
                f"its process was killed (signal {-code}): out of memory?"
                if code < 0
                else "no reason given"
            )
            raise PressError(f"the format {self._name!r} could not be made: {reason or killed}")


def make(
    formats: Sequence[Format], pages: Path, source: Path, epoch: int, seconds: float = SECONDS
) -> None:
    """Make formats, all at the same time, each into the folder of its name below that of the pages."""
    with ExitStack() as stack:
        makers = [stack.enter_context(Maker(one, epoch)) for one in formats]
        for maker in makers:
            maker.begin(pages, source)
        for maker in makers:
            maker.finish(seconds)


def work_on_order(
    work: Callable[[Order], None], prepare: Callable[[Path], object] = lambda _: None
) -> int:
    """Let the module make the format ordered, and return the exit code; it ends, with all it started, when we do."""
    for told in map(json.loads, sys.stdin):
        if isinstance(told, str):
            prepare(Path(told))
            continue
        threading.Thread(target=_end_with_input, daemon=True).start()
        try:
            work(Order(**told))
        except PressError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        return 0
    return 1


def _end_with_input() -> None:
    while os.read(0, 4096):  # past Python, whose lock of this stream would stay locked in a fork
        pass
    os.killpg(os.getpid(), signal.SIGKILL)

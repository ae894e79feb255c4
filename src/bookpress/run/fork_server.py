"""Processes for chapters, forked from one that has everything imported.

The standard library's fork server does it. A fork takes milliseconds, a kernel seconds. Papermill
and IPython stay out of here: we import them as the server does.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import pkgutil
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from bookpress.errors import PressError
from bookpress.run import processes

MODULES = "BOOKPRESS_FORK_SERVER"
"""The variable that tells the server what to import, and that its environment is a chapter's."""
START_LIMIT = 120
"""Seconds that the imports may take."""
ENDING = 2.0
"""Seconds that a process may take from its last word to its end."""
NOT_OURS = 86
"""Exit code of a fork of a server that the library started in place of ours."""
GONE = (
    "the process that chapters are forked from has ended; "
    "build again, with `--engine kernel` if it recurs"
)
COLLECT_AFTER = 100_000
"""Objects made between two searches for garbage in a fork: tables are few objects, large ones."""

_context = multiprocessing.get_context("forkserver")
_lock = threading.Lock()


class OutputError(RuntimeError):
    """An output that cannot be taken into the notebook."""


class ForkDiedError(RuntimeError):
    """A fork that ended before its cell did."""


def start(modules: Sequence[str]) -> None:
    """Start the server of this process, with these modules imported.

    One that is there already is replaced.
    """
    variables = {**processes.chapter_environment(), MODULES: " ".join(modules)}
    with _lock, _environment(variables):
        # no public function starts one anew
        forkserver._forkserver._stop()  # type: ignore[attr-defined]
        _context.set_forkserver_preload(["__main__", __name__])
        forkserver.ensure_running()


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Let programs that are started inside have these variables alone.

    The library has no argument for it.
    """
    ours = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(ours)


class Fork:
    """A process for one notebook, seen from ours: takes cells, gives messages."""

    def __init__(
        self, environment: Mapping[str, str], folder: str, limit: int = processes.OUTPUT_LIMIT
    ) -> None:
        self._limit = limit
        self._connection, theirs = _context.Pipe()
        self._process = _context.Process(target=_begin, args=(theirs, dict(environment), folder))
        try:
            # the library polls its other processes here, and two threads may not poll one
            with theirs, _lock:
                self._process.start()
        except (EOFError, OSError) as error:
            raise PressError(GONE) from error
        self.pid = int(self._process.pid or 0)

    def __enter__(self) -> Self:
        self._receive()  # it leads a group of its own from now on
        processes.add(self.pid)
        return self

    def __exit__(self, *_: object) -> None:
        processes.kill_group(self.pid)
        processes.groups.discard(self.pid)
        self._connection.close()
        with _lock:
            self._process.join(ENDING)

    def run(self, source: str) -> Iterator[dict[str, Any]]:
        """Run a cell and yield its messages.

        The last one is ``{"done": whether it ended well}``.
        """
        try:
            self._connection.send_bytes(json.dumps(source).encode())
        except OSError as error:
            raise ForkDiedError(self._how_it_ended()) from error
        while True:
            message = self._receive()
            yield message
            if "done" in message:
                return

    def _receive(self) -> dict[str, Any]:
        try:
            message: dict[str, Any] = json.loads(self._connection.recv_bytes(2 * self._limit))
        except (EOFError, OSError) as error:  # it is gone, perhaps in the midst of a message
            # one message says more than all may, and is not read at all
            if "message length" in str(error):
                millions = self._limit // 1_000_000
                raise OutputError(f"put out more than {millions} million characters") from error
            raise ForkDiedError(self._how_it_ended()) from error
        return message

    def _how_it_ended(self) -> str:
        with _lock:
            self._process.join(ENDING)
            code = self._process.exitcode
        if code == NOT_OURS:
            raise PressError(GONE)
        if code == -signal.SIGKILL:
            return "its process was killed (signal 9): out of memory?"
        if code is not None and code < 0:
            return f"its process died of signal {-code}"
        return "its process ended" + ("" if code is None else f" with exit code {code}")


def call(function: str, environment: Mapping[str, str], folder: Path) -> Any:
    """Return what a ``module:function`` returns, as JSON.

    It is called in a fork, which has imported what it needs.
    """
    code = f"import json, pkgutil\nprint('\\n' + json.dumps(pkgutil.resolve_name({function!r})()))"
    try:
        with Fork(environment, str(folder)) as fork:
            messages = list(fork.run(code))
    except ForkDiedError as error:
        raise PressError(f"{function} did not end: {error}") from error
    kinds = {"stream", "error"}
    contents = [message["content"] for message in messages if message.get("msg_type") in kinds]
    for content in contents:
        if "ename" in content:
            raise PressError(f"{function} failed with {content['ename']}: {content['evalue']}")
    printed = "".join(content["text"] for content in contents if content["name"] == "stdout")
    return json.loads(printed.splitlines()[-1])


def _begin(connection: Connection, environment: Mapping[str, str], folder: str) -> None:
    """Become the process of a notebook, in the notebook's folder.

    It leads a group that ends with our parent.
    """
    os.setsid()
    processes.adopt_orphans()
    parent = multiprocessing.parent_process()
    processes.end_group_with(parent.sentinel if parent else 0, os.getpid())
    if os.environ.pop(MODULES, None) is None:
        os._exit(NOT_OURS)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(environment)
    os.chdir(folder)
    sys.path.insert(0, "")
    sys.argv = ["bookpress"]
    from bookpress.run.shell import serve

    serve(connection)


def _give_up(*_: object) -> None:
    """Break off an import: chapters that need it import it themselves."""
    raise TimeoutError


def _preload(modules: Sequence[str]) -> None:
    """Import modules, or call a module:function, in the server.

    What fails is left to the chapter that needs it.
    """
    # what modules print or ask for when they are imported concerns nobody
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    late = time.monotonic() + START_LIMIT
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(START_LIMIT)  # an import that hangs ends with the patience of whoever waits for it
    gc.disable()  # what imports make stays: searching it for garbage takes a fifth of their time
    for name in ("bookpress.run.shell", *modules):
        if time.monotonic() > late:
            break
        with suppress(BaseException):
            module_or_function = pkgutil.resolve_name(name)
            if ":" in name:
                module_or_function()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # half a line would else be printed again by every fork
    signal.alarm(0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()


if MODULES in os.environ:
    _preload(os.environ[MODULES].split())

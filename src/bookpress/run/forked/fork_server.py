"""Processes for chapters, forked from one that has everything imported.

One thread does it, so that no lock is copied while it is held. A fork takes milliseconds, a kernel
seconds. Papermill and IPython stay out of here: we import them as the server does.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn, Self

from bookpress.channel import Channel
from bookpress.errors import PressError
from bookpress.run import processes

START_LIMIT = 120
"""Seconds that the imports may take."""
ENDING = 2.0
"""Seconds that a process may take from its last word to its end."""
GONE = (
    "the process that chapters are forked from has ended; "
    "build again, with `--engine kernel` if it recurs"
)
COLLECT_AFTER = 100_000
"""Objects made between two searches for garbage in a fork: tables are few objects, large ones."""

PROGRAM = (
    "import sys; from bookpress.run.forked.fork_server import main; main(*map(int, sys.argv[1:]))"
)
POLLING = 0.005
"""Seconds between two questions whether a fork has ended."""
_lock = threading.Lock()


class OutputError(RuntimeError):
    """An output that cannot be taken into the notebook."""


class ForkDiedError(RuntimeError):
    """A fork that ended before its cell did."""


class _ForkServer:
    """The process that forks, seen from ours: it ends when this object is closed, or we end."""

    def __init__(self, modules: Sequence[str], *, inherits: bool) -> None:
        self._socket, theirs = socket.socketpair()
        alive, self._alive = os.pipe()
        try:
            self._process = subprocess.Popen(
                # no file of the book stands in for a module that we import
                [sys.executable, "-P", "-c", PROGRAM, str(theirs.fileno()), str(alive)],
                env=processes.chapter_environment(inherits=inherits),
                pass_fds=[theirs.fileno(), alive],
                # what modules print or ask for when they are imported concerns nobody
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            theirs.close()
            os.close(alive)
        self._channel = Channel(Connection(os.dup(self._socket.fileno())))
        self._channel.send({"path": sys.path, "modules": list(modules)})

    def ask(self, question: Mapping[str, Any], descriptors: Sequence[int] = ()) -> Any:
        """Return the answer to a question, with which open files may go."""
        with _lock:
            self._channel.send(question)
            if descriptors:
                socket.send_fds(self._socket, [b"+"], [*descriptors])
            return self._channel.receive()

    def close(self) -> None:
        """End it, not what it has forked."""
        self._channel.close()
        self._socket.close()
        self._process.kill()
        self._process.wait()
        os.close(self._alive)


_servers: list[_ForkServer] = []
"""At most one."""


def start(modules: Sequence[str], *, inherits: bool = False) -> None:
    """Start the server of this process, with these modules imported.

    Its forks may get all of our environment.
    One that is there already is replaced.
    """
    while _servers:
        _servers.pop().close()
    _servers.append(_ForkServer(modules, inherits=inherits))


def _server() -> _ForkServer:
    if not _servers:
        start([])
    return _servers[-1]


class Fork:
    """A process for one notebook, seen from ours: takes cells, gives messages."""

    def __init__(
        self, environment: Mapping[str, str], folder: str, limit: int = processes.OUTPUT_LIMIT
    ) -> None:
        self._limit = limit
        self._server = _server()
        ours, theirs = multiprocessing.Pipe()
        alive, self._alive = os.pipe()
        self._channel = Channel(ours)
        question = {"do": "fork", "environment": dict(environment), "folder": folder}
        try:
            answer = self._server.ask(question, [theirs.fileno(), alive])
        except (EOFError, OSError) as error:
            os.close(self._alive)
            raise PressError(GONE) from error
        finally:
            theirs.close()
            os.close(alive)
        self.pid = int(answer["pid"])

    def __enter__(self) -> Self:
        self._receive()  # it leads a group of its own from now on
        processes.add(self.pid)
        return self

    def __exit__(self, *_: object) -> None:
        processes.kill_group(self.pid)
        processes.groups.discard(self.pid)
        self._channel.close()
        os.close(self._alive)
        with suppress(PressError):  # the server has ended, which whoever asks it next is told
            self._exit_code()

    def run(self, source: str) -> Iterator[dict[str, Any]]:
        """Run a cell and yield its messages.

        The last one is ``{"done": whether it ended well}``.
        """
        try:
            self._channel.send(source)
        except OSError as error:
            raise ForkDiedError(self._how_it_ended()) from error
        while True:
            message = self._receive()
            yield message
            if "done" in message:
                return

    def _receive(self) -> dict[str, Any]:
        try:
            message: dict[str, Any] = self._channel.receive(2 * self._limit)
        except (EOFError, OSError) as error:  # it is gone, perhaps in the midst of a message
            # one message says more than all may, and is not read at all
            if "message length" in str(error):
                millions = self._limit // 1_000_000
                raise OutputError(f"put out more than {millions} million characters") from error
            raise ForkDiedError(self._how_it_ended()) from error
        return message

    def _how_it_ended(self) -> str:
        code = self._exit_code()
        if code == -signal.SIGKILL:
            return "its process was killed (signal 9): out of memory?"
        if code is not None and code < 0:
            return f"its process died of signal {-code}"
        return "its process ended" + ("" if code is None else f" with exit code {code}")

    def _exit_code(self) -> int | None:
        """Return how the process ended; None where it goes on after all."""
        late = time.monotonic() + ENDING
        while True:
            try:
                answer = self._server.ask({"do": "tell", "pid": self.pid})
            except (EOFError, OSError) as error:
                raise PressError(GONE) from error
            code: int | None = answer["code"]
            if code is not None or time.monotonic() > late:
                return code
            time.sleep(POLLING)


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


def main(descriptor: int, alive: int) -> None:
    """Import what forks need, then fork when asked, for ever; ends with whoever asks."""
    processes.end_group_with(alive, os.getpid())
    line = socket.socket(fileno=descriptor)
    channel = Channel(Connection(os.dup(descriptor)))
    order = channel.receive()
    sys.path[:] = order["path"]
    _preload(order["modules"])
    while True:
        try:
            question = channel.receive()
        except (EOFError, OSError):
            return
        if question["do"] == "fork":
            _, descriptors, _, _ = socket.recv_fds(line, 1, 2)
            pid = os.fork()
            if pid == 0:
                channel.close()
                line.close()
                connection, alive = descriptors
                _become(connection, alive, question["environment"], question["folder"])
            for ours in descriptors:
                os.close(ours)
            channel.send({"pid": pid})
        else:
            channel.send({"code": _how_it_ended(question["pid"])})


def _how_it_ended(pid: int) -> int | None:
    """Return the exit code of a fork, or minus its signal; None where it runs."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:  # it was told before
        return -signal.SIGKILL
    if ended:
        return os.waitstatus_to_exitcode(status)
    return None


def _become(line: int, alive: int, environment: Mapping[str, str], folder: str) -> NoReturn:
    """Become the process of a notebook, in the notebook's folder.

    It leads a group that ends with whoever asked for it.
    """
    code = 1
    try:
        os.setsid()
        processes.adopt_orphans()
        processes.end_group_with(alive, os.getpid())
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.update(environment)
        os.chdir(folder)
        sys.path.insert(0, "")
        sys.argv = ["bookpress"]
        from bookpress.run.forked.shell import serve

        serve(Connection(line))
        code = 0
    finally:
        os._exit(code)


def _give_up(*_: object) -> None:
    """Break off an import: chapters that need it import it themselves."""
    raise TimeoutError


def _preload(modules: Sequence[str]) -> None:
    """Import modules, or call a module:function, in the server.

    What fails is left to the chapter that needs it.
    """
    late = time.monotonic() + START_LIMIT
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(START_LIMIT)  # an import that hangs ends with the patience of whoever waits for it
    gc.disable()  # what imports make stays: searching it for garbage takes a fifth of their time
    for name in ("bookpress.run.forked.shell", *modules):
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

"""Processes for chapters, forked from one that has everything imported.

A single thread forks, so that no lock is copied while it is held. A fork takes milliseconds, a
kernel seconds. Papermill and IPython are not imported at the top of this module, because our own
process imports it as well as the server.
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
import tempfile
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
"""The time limit for the imports, in seconds."""
ENDING = 2.0
"""The time limit for a process to exit after its last message, in seconds."""
GONE = (
    "the process that chapters are forked from has ended; "
    "build again, with `--engine kernel` if it recurs"
)
COLLECT_AFTER = 100_000
"""The threshold for garbage collection in a fork: tables are few objects, but large ones."""

PROGRAM = "import sys; from bookpress.run.forked.fork_server import main; main(*sys.argv[1:])"
"""Starts the server; run with -P, so that no file of the book shadows a module that we import."""
STANDARD_OUTPUT = 1
"""Its descriptor, wherever an imported module sends ``sys.stdout``."""
POLLING = 0.005
"""The interval, in seconds, at which a fork is checked for having ended."""
_lock = threading.Lock()


class OutputError(RuntimeError):
    """An output that cannot be added to the notebook."""


class ForkDiedError(RuntimeError):
    """A fork that ended before its cell did."""


class _ForkServer:
    """The process that forks, as seen from ours; it ends when this object is closed or we end."""

    def __init__(self, modules: Sequence[str], *, inherits: bool) -> None:
        self._socket, theirs = socket.socketpair()
        alive, self._alive = os.pipe()
        try:
            with tempfile.TemporaryFile() as printed:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", PROGRAM, str(theirs.fileno()), str(alive)],
                    env=processes.chapter_environment(inherits=inherits),
                    pass_fds=[theirs.fileno(), alive],
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=printed,
                    start_new_session=True,
                )
        finally:
            theirs.close()
            os.close(alive)
        self._channel = Channel(Connection(os.dup(self._socket.fileno())))
        self._channel.send({"path": sys.path, "modules": list(modules)})

    def ask(self, question: Mapping[str, Any], descriptors: Sequence[int] = ()) -> Any:
        """Return the answer to a question, which can pass open files along."""
        with _lock:
            self._channel.send(question)
            if descriptors:
                socket.send_fds(self._socket, [b"+"], [*descriptors])
            return self._channel.receive()

    def close(self) -> None:
        """End the server, but not its forks."""
        self._channel.close()
        self._socket.close()
        self._process.kill()
        self._process.wait()
        os.close(self._alive)


_servers: list[_ForkServer] = []
"""At most one."""


def start(modules: Sequence[str], *, inherits: bool = False) -> None:
    """Start the server of this process, with these modules imported.

    It replaces a running one. Forks may inherit our whole environment.
    """
    while _servers:
        _servers.pop().close()
    _servers.append(_ForkServer(modules, inherits=inherits))


def _server() -> _ForkServer:
    if not _servers:
        start([])
    return _servers[-1]


class Fork:
    """A process for one notebook, as seen from ours: it takes cells and returns messages."""

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
        self._receive()  # by now it leads its own process group
        processes.add(self.pid)
        return self

    def __exit__(self, *_: object) -> None:
        processes.kill_group(self.pid)
        processes.groups.discard(self.pid)
        self._channel.close()
        os.close(self._alive)
        with suppress(PressError):  # the server is gone: the next request reports it
            self._exit_code()

    def run(self, source: str) -> Iterator[dict[str, Any]]:
        """Run a cell and yield its messages.

        The last message is ``{"done": whether it succeeded}``.
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
        except (EOFError, OSError) as error:  # it is gone, perhaps in the middle of a message
            # a message larger than the whole limit is refused without being read
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
        """Return the exit code of the process; None if it is still running after all."""
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

    It is called in a fork, which has already imported what it needs.
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


def main(descriptor: str, alive: str, silent: str = "") -> None:
    """Import what forks need, then fork on request until the other end is closed.

    A module that prints something on import is for the cell that imports it: a new server, in our
    place, imports only the others, which are in `silent`.
    """
    environment = dict(os.environ)
    processes.end_group_with(int(alive), os.getpid())
    line = socket.socket(fileno=int(descriptor))
    channel = Channel(Connection(os.dup(int(descriptor))))
    order = json.loads(silent) if silent else channel.receive()
    sys.path[:] = order["path"]
    talkative = _preload(order["modules"])
    rest = [name for name in order["modules"] if name not in talkative]
    if rest != order["modules"]:
        silent = json.dumps({**order, "modules": rest})
        command = [sys.executable, "-P", "-c", PROGRAM, descriptor, alive, silent]
        os.execve(sys.executable, command, environment)  # noqa: S606 - there is no shell
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
                connection, its_alive = descriptors
                _become(connection, its_alive, question["environment"], question["folder"])
            for ours in descriptors:
                os.close(ours)
            channel.send({"pid": pid})
        else:
            channel.send({"code": _how_it_ended(question["pid"])})


def _how_it_ended(pid: int) -> int | None:
    """Return the exit code of a fork, or minus its signal; None while it runs."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:  # its end was reported before
        return -signal.SIGKILL
    if ended:
        return os.waitstatus_to_exitcode(status)
    return None


def _become(line: int, alive: int, environment: Mapping[str, str], folder: str) -> NoReturn:
    """Become the process of a notebook, in the notebook's folder.

    It leads a process group that ends with the process that asked for it.
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
    """Abort an import: chapters that need it import it themselves."""
    raise TimeoutError


def _preload(modules: Sequence[str]) -> set[str]:
    """Import modules, or call a module:function, in the server; return those that print something.

    Whatever fails is left to the chapter that needs it.
    """
    talkative = set()
    late = time.monotonic() + START_LIMIT
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(START_LIMIT)  # an import that hangs is aborted
    gc.disable()  # imported objects stay: collecting garbage takes a fifth of the time
    for name in ("bookpress.run.forked.shell", *modules):
        if time.monotonic() > late:
            break
        with suppress(BaseException):
            module_or_function = pkgutil.resolve_name(name)
            if ":" in name:
                module_or_function()
        if _has_printed():
            talkative.add(name)
    signal.alarm(0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()
    return talkative


def _has_printed() -> bool:
    """Return whether anything was printed since the last call, by Python or anything else."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # otherwise every fork would print an unfinished line again
    size = os.fstat(STANDARD_OUTPUT).st_size
    os.ftruncate(STANDARD_OUTPUT, 0)
    return size > 0

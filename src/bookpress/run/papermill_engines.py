"""The two papermill engines, forks and kernels, and the client that reads outputs from both."""

from __future__ import annotations

import base64
import math
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from nbclient.exceptions import CellControlSignal, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.translators import PythonTranslator, papermill_translators
from traitlets.config import Config

from bookpress.book.cells import is_skipped
from bookpress.run import processes
from bookpress.run.forked.fork_server import Fork, ForkDiedError, OutputError
from bookpress.run.forked.kernels import is_this_python
from bookpress.run.forked.request import PARENT

START_LIMIT = 60
"""The time limit for a kernel to answer, in seconds."""


class ChapterClient(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's client, which ends a chapter at an output that cannot be accepted.

    It does not raise at once, because that would leave tasks open.
    """

    def __init__(self, nb_man: Any, limit: int, pid: int = 0, **options: Any) -> None:
        super().__init__(nb_man, record_timing=False, **options)
        self.pid = pid
        self._limit = limit
        self._size = 0
        self._problem: OutputError | None = None

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Add a message to the notebook, unless an earlier one was refused."""
        if self._problem and msg["msg_type"] != "status":
            return None
        self._size += _size(msg["content"])
        try:
            if self._size <= self._limit:
                return super().process_message(msg, cell, cell_index)
            millions = self._limit // 1_000_000
            self._problem = OutputError(f"put out more than {millions} million characters")
        except CellControlSignal:
            raise
        except Exception as error:  # noqa: BLE001 - a cell can put out anything
            what = f"{type(error).__name__}: {error}"
            self._problem = OutputError(f"gave what no notebook can contain: {what}")
        self.nb_man.cell_exception(cell, cell_index=cell_index)
        processes.kill_group(self.pid)
        return None

    def check(self) -> None:
        """Raise `OutputError` if an output was refused."""
        if self._problem:
            raise self._problem


class NoFrontend:
    """Receives what an output widget would send back to a kernel: a fork does not listen."""

    def __init__(self) -> None:
        self.session = self.shell_channel = self

    def msg(self, *_: Any, **__: Any) -> None:
        """Create no message."""

    def send(self, *_: Any) -> None:
        """Send nothing."""


def _size(content: Any) -> int:
    """Return the approximate number of characters in a message, counting names and numbers too."""
    if isinstance(content, str):
        return len(content)
    if isinstance(content, dict):
        return sum(len(name) + _size(part) for name, part in content.items())
    if isinstance(content, list):
        return sum(_size(part) for part in content)
    return 4


class DateText(str):
    """A date as text, since papermill stores values as JSON before it runs a notebook."""

    __slots__ = ()


def stored(value: Any) -> Any:
    """Return a value as papermill can store it, and `TypedTranslator` knows it."""
    return DateText(value.isoformat()) if isinstance(value, date) else value


class TypedTranslator(PythonTranslator):  # type: ignore[misc]
    """Papermill's translator of values into code, extended to tuples and dates."""

    @classmethod
    def translate(cls, val: Any) -> str:
        """Return a value as Python."""
        if isinstance(val, tuple):
            parts = ", ".join(map(cls.translate, val))
            return f"({parts},)" if len(val) == 1 else f"({parts})"
        if isinstance(val, DateText):
            day = date.fromisoformat(val)
            return f"__import__('datetime').date({day.year}, {day.month}, {day.day})"
        return str(super().translate(val))


papermill_translators.register("python", TypedTranslator)


@dataclass(frozen=True)
class Surroundings:
    """The environment and the limits of a notebook."""

    environment: Mapping[str, str]
    """Variables added to those that every chapter has."""
    folder: str
    time_limit: float
    """The time limit in seconds."""
    output_limit: int
    """The most characters of output."""
    cell_limit: float = math.inf
    """The time limit of each cell, in seconds."""
    inherits: bool = False
    """Whether a kernel inherits our whole environment."""


class ForkedEngine(Engine):  # type: ignore[misc]
    """The papermill engine that runs notebooks in forks of the fork server."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,  # noqa: ARG003 - papermill's signature
        *,
        within: Surroundings,
        forked: Callable[[int], object],
        **_: Any,
    ) -> Any:
        """Run the cells of a notebook in a fork."""
        with (
            Fork(within.environment, within.folder, within.output_limit) as fork,
            processes.time_limit(fork.pid, within.time_limit) as reached,
        ):
            forked(fork.pid)
            client = ChapterClient(nb_man, within.output_limit, fork.pid)
            client.kc = NoFrontend()
            client.reset_execution_trackers()
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                try:
                    with processes.time_limit(fork.pid, within.cell_limit) as late:
                        goes_on = _run_cell(client, fork, cell, index)
                    if not goes_on:
                        nb_man.cell_exception(cell, cell_index=index)
                        break
                except ForkDiedError as error:
                    client.check()
                    if reached.is_set() or late.is_set():
                        raise TimeoutError from error
                    raise
                finally:
                    nb_man.cell_complete(cell, cell_index=index)
            client.set_widgets_metadata()
        return nb_man.nb


def _run_cell(client: Any, fork: Fork, cell: Any, index: int) -> bool:
    """Run one cell as nbclient would, and return whether to continue."""
    tags = cell.metadata.get("tags", [])
    is_run = cell.cell_type == "code" and cell.source.strip() and not is_skipped(cell)
    if not is_run:
        return True
    cell.outputs = []
    client.clear_before_next_output = False
    for message in fork.run(cell.source):
        if "done" in message:
            return bool(message["done"]) or "raises-exception" in tags
        received = {
            **message,
            "header": message,
            "parent_header": PARENT["header"],
            "buffers": [base64.b64decode(buffer) for buffer in message.get("buffers", ())],
        }
        client.process_message(received, cell, index)
        client.check()
    return False


class KernelEngine(Engine):  # type: ignore[misc]
    """The papermill engine that starts a kernel for each notebook."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        within: Surroundings,
        **_: Any,
    ) -> Any:
        """Run the cells of a notebook in a kernel."""
        place = processes.scratch(None if os.name == "nt" else "/tmp")  # noqa: S108
        with tempfile.TemporaryDirectory(dir=place) as home:
            client = _kernel_client(nb_man, kernel_name, within, home)
            variables = {
                **processes.chapter_environment(inherits=within.inherits),
                "IPYTHONDIR": home,
            }
            variables.update(within.environment)
            with Path(home, "told").open("w+", errors="replace") as told:
                try:
                    _execute(client, variables, told)
                except RuntimeError as error:
                    if client.pid:
                        raise
                    told.seek(0)  # it never answered, and what it said last may tell why
                    last = "; ".join(told.read().strip().splitlines()[-3:])
                    raise RuntimeError(f"{error}: {last}" if last else str(error)) from error
        client.check()
        return nb_man.nb


def _kernel_client(nb_man: Any, kernel_name: str, within: Surroundings, home: str) -> ChapterClient:
    """Return a client that runs a notebook in a kernel of its own, with files in a folder."""
    late = time.monotonic() + within.time_limit
    is_ours = is_this_python(kernel_name)
    return ChapterClient(
        nb_man,
        within.output_limit,
        config=_kernel_settings(home, is_ours=is_ours),
        kernel_name=kernel_name,
        resources={"metadata": {"path": within.folder}},
        startup_timeout=START_LIMIT,
        # so that it sends messages in the form of forks; others know neither option nor module
        extra_arguments=["--Session.packer=bookpress.run.forked.shell.packed"] if is_ours else [],
        timeout_func=lambda _: max(min(late - time.monotonic(), within.cell_limit), 0.01),
        shutdown_kernel="immediate",
    )


def _execute(client: ChapterClient, variables: Mapping[str, str], told: IO[str]) -> None:
    """Run the notebook of a client in a kernel that ends when we do.

    What the kernel itself says on standard error goes to a file.
    """
    pipe = os.pipe()

    def begun(**_: Any) -> None:
        client.pid = client.km.provisioner.pid
        processes.end_group_with(pipe[0], client.pid)
        processes.add(client.pid)

    client.on_notebook_start = begun
    quiet = {"stdout": subprocess.DEVNULL, "stderr": told}
    try:
        client.execute(env=variables, pass_fds=pipe[:1], **quiet)
    except DeadKernelError:
        client.check()
        raise
    finally:
        processes.groups.discard(client.pid)
        for descriptor in pipe:
            os.close(descriptor)


def _kernel_settings(home: str, *, is_ours: bool) -> Config:
    """Return the settings of a kernel with files in a folder.

    One of this Python communicates through them, since another program may take a free TCP port
    first; not every other kernel can.
    """
    return Config(
        AsyncKernelManager={
            "transport": "ipc" if is_ours else "tcp",
            "connection_file": f"{home}/kernel.json",
        }
    )


papermill_engines.register("bookpress-forked", ForkedEngine)
papermill_engines.register("bookpress-kernel", KernelEngine)

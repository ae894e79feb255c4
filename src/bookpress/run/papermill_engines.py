"""The two papermill engines, forks and kernels, and the client that reads what cells put out from both.

A fork's cells are the same as a kernel's, because the shell is the kernel's and papermill's own client reads the
messages (a test holds it).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellControlSignal, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine

from bookpress.run import processes
from bookpress.run.fork_server import OUTPUT_LIMIT, Fork, ForkDiedError, OutputError

START_LIMIT = 60
"""Seconds a kernel may take to answer."""


class ChapterClient(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's client, which ends the process of a chapter at the first output that cannot be taken in.

    To raise at once would leave nbclient's tasks without an end.
    """

    def __init__(self, nb_man: Any, end: Callable[[], None], **options: Any) -> None:
        super().__init__(nb_man, record_timing=False, **options)
        self._end = end
        self._size = 0
        self._problem: OutputError | None = None

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Take a message into the notebook, unless an earlier one was refused."""
        if self._problem and msg["msg_type"] != "status":
            return None
        try:
            self._count(msg["content"])
            return super().process_message(msg, cell, cell_index)
        except CellControlSignal:
            raise
        except OutputError as error:
            self._problem = error
        except Exception as error:  # noqa: BLE001 - a cell can put out anything
            self._problem = OutputError(f"gave what no notebook can hold: {type(error).__name__}: {error}")
        self.nb_man.cell_exception(cell, cell_index=cell_index)
        self._end()
        return None

    def _count(self, content: Any) -> None:
        self._size += _size(content)
        if self._size > OUTPUT_LIMIT:
            raise OutputError(f"put out more than {OUTPUT_LIMIT // 1_000_000} million characters")

    def check(self) -> None:
        """Raise `OutputError` if an output was refused."""
        if self._problem:
            raise self._problem


def _size(content: Any) -> int:
    """Return the number of characters in the content of a message, about: of names too, and some for each number."""
    if isinstance(content, str):
        return len(content)
    if isinstance(content, dict):
        return sum(len(name) + _size(part) for name, part in content.items())
    return sum(map(_size, content)) if isinstance(content, list) else 4


class ForkedEngine(Engine):  # type: ignore[misc]
    """The papermill engine whose notebooks run in forks of the fork server."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,  # noqa: ARG003 - papermill's signature
        *,
        environment: Mapping[str, str],
        folder: str,
        time_limit: float,
        forked: Callable[[int], object],
        **_: Any,
    ) -> Any:
        """Run the cells of a notebook in a fork."""
        with Fork(environment, folder) as fork, processes.time_limit(fork.pid, time_limit) as reached:
            forked(fork.pid)
            client = ChapterClient(nb_man, end=lambda: processes.kill_group(fork.pid))
            client.reset_execution_trackers()
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                try:
                    if not _run_cell(client, fork, cell, index):
                        nb_man.cell_exception(cell, cell_index=index)
                        break
                except ForkDiedError as error:
                    client.check()
                    if reached.is_set():
                        raise TimeoutError from error
                    raise
                finally:
                    nb_man.cell_complete(cell, cell_index=index)
        return nb_man.nb


def _run_cell(client: Any, fork: Fork, cell: Any, index: int) -> bool:
    """Run one cell as nbclient would and return whether to go on."""
    tags = cell.metadata.get("tags", [])
    if cell.cell_type != "code" or not cell.source.strip() or "skip-execution" in tags:
        return True
    cell.outputs = []
    client.clear_before_next_output = False
    for message in fork.run(cell.source):
        if "done" in message:
            return bool(message["done"]) or "raises-exception" in tags
        client.process_message({**message, "header": message, "parent_header": {}}, cell, index)
        client.check()
    return False


class ChapterKernelManager(AsyncKernelManager):
    """A kernel manager over sockets in a folder of its own, whose kernel gets no stray variable and prints nowhere.

    The stock manager picks free TCP ports, closes them, and lets the kernel bind them again: a race that loses about
    one start in a hundred on a busy machine.
    """

    environment: Mapping[str, str] = {}
    time_limit = 3600.0
    reached: threading.Event

    def __init__(self, **traits: Any) -> None:
        self._sockets = tempfile.mkdtemp(dir=processes.scratch(None if os.name == "nt" else "/tmp"))  # noqa: S108
        self._lifeline: tuple[int, ...] = os.pipe()
        self._timer: threading.Timer | None = None
        where = Path(self._sockets)  # a socket's path holds 104 characters: no long TMPDIR
        traits.update(transport="ipc", ip=str(where / "s"), connection_file=str(where / "kernel.json"))
        super().__init__(**traits)

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        own = {"IPYTHONDIR": self._sockets}  # the start files and settings of the user change no result
        options["env"] = {**processes.chapter_environment(), **own, **self.environment}
        options["pass_fds"] = self._lifeline[:1]
        options["stdout"] = options["stderr"] = subprocess.DEVNULL
        return await super()._async_pre_start_kernel(**options)

    async def _async_post_start_kernel(self, **options: Any) -> None:
        await super()._async_post_start_kernel(**options)
        provisioner: Any = self.provisioner
        self._pid: int = provisioner.process.pid
        processes.end_group_with(self._lifeline[0], self._pid)
        self._timer = threading.Timer(self.time_limit, self._end_late)
        self._timer.daemon = True
        self._timer.start()
        processes.add(self._pid)

    def end(self) -> None:
        """Kill the kernel and what its cells have started."""
        processes.kill_group(self._pid)

    def _end_late(self) -> None:
        self.reached.set()
        self.end()

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if self._timer:
            self._timer.cancel()
            processes.discard(self._pid)
        for descriptor in self._lifeline:
            os.close(descriptor)
        self._lifeline = ()  # the library cleans up twice
        shutil.rmtree(self._sockets, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources


class KernelEngine(Engine):  # type: ignore[misc]
    """The papermill engine that starts a kernel for each notebook."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        environment: Mapping[str, str],
        folder: str,
        time_limit: float,
        **_: Any,
    ) -> Any:
        """Run the cells of a notebook in a kernel of their own."""
        reached = threading.Event()
        members = {"environment": dict(environment), "time_limit": time_limit, "reached": reached}

        def end() -> None:
            client.km.end()

        client = ChapterClient(
            nb_man,
            end=end,
            kernel_manager_class=type("KernelManager", (ChapterKernelManager,), members),
            kernel_name=kernel_name,
            resources={"metadata": {"path": folder}},
            startup_timeout=START_LIMIT,
            extra_arguments=["--Session.packer=bookpress.run.shell.packed"],  # messages of one form from both engines
            timeout=None,
        )
        try:
            client.execute()
        except DeadKernelError as error:
            client.check()
            if reached.is_set():
                raise TimeoutError from error
            raise
        client.check()
        return nb_man.nb

"""Jupyter kernels that can be started many at a time, and the papermill engine that uses them.

The stock kernel manager picks free TCP ports, closes them, and lets the kernel bind them again: a race that loses
about one start in a hundred on a busy machine. Here each kernel talks over sockets in a folder of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.engines import Engine

from bookpress.run import processes as running
from bookpress.run.client import ChapterClient
from bookpress.run.environment import chapter_environment
from bookpress.run.fork_server import SHORT
from bookpress.run.lifeline import end_group_with
from bookpress.run.messages import PACKER

START_LIMIT = 60
"""Seconds a kernel may take to answer."""


class IpcKernelManager(AsyncKernelManager):
    """A kernel manager over IPC sockets, with an environment of its own, a time limit and no stray output."""

    environment: Mapping[str, str] = {}
    time_limit = 3600.0
    reached: threading.Event

    def __init__(self, **traits: Any) -> None:
        self._sockets = Path(tempfile.mkdtemp(prefix="cd-", dir=SHORT))
        self._timer: threading.Timer | None = None
        self._lifeline: tuple[int, ...] = os.pipe()
        traits.update(transport="ipc", ip=str(self._sockets / "s"), connection_file=str(self._sockets / "kernel.json"))
        super().__init__(**traits)

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        own = {"IPYTHONDIR": str(self._sockets)}  # the start files and settings of the user change no result
        options["env"] = {**chapter_environment(), **own, **self.environment}
        options["pass_fds"] = self._lifeline[:1]
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", subprocess.DEVNULL)
        return await super()._async_pre_start_kernel(**options)

    async def _async_post_start_kernel(self, **options: Any) -> None:
        await super()._async_post_start_kernel(**options)
        provisioner: Any = self.provisioner
        self._pid: int = provisioner.process.pid
        end_group_with(self._lifeline[0], self._pid)
        self._timer = threading.Timer(self.time_limit, self._end_late)
        self._timer.daemon = True
        self._timer.start()
        running.add(self._pid)

    def end(self) -> None:
        """Kill the kernel and what its cells have started."""
        running.kill_group(self._pid)

    def _end_late(self) -> None:
        self.reached.set()
        self.end()

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        self._forget()

    cleanup_resources = _async_cleanup_resources

    def _forget(self) -> None:
        if self._timer:
            self._timer.cancel()
            running.discard(self._pid)
        for descriptor in self._lifeline:
            os.close(descriptor)
        self._lifeline = ()
        shutil.rmtree(self._sockets, ignore_errors=True)


def manager_class(environment: Mapping[str, str], time_limit: float) -> type[IpcKernelManager]:
    """Return a kernel manager whose kernels get these variables on top of ours and end after so many seconds."""
    members = {"environment": dict(environment), "time_limit": time_limit, "reached": threading.Event()}
    return type("ChapterKernelManager", (IpcKernelManager,), members)


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
        manager = manager_class(environment, time_limit)

        def end() -> None:
            client.km.end()

        client = ChapterClient(
            nb_man,
            end=end,
            kernel_manager_class=manager,
            kernel_name=kernel_name,
            resources={"metadata": {"path": folder}},
            startup_timeout=START_LIMIT,
            extra_arguments=[f"--Session.packer={PACKER}"],
            timeout=None,
        )
        try:
            client.execute()
        except DeadKernelError as error:
            client.check()
            if manager.reached.is_set():
                raise TimeoutError from error
            raise
        client.check()
        return nb_man.nb

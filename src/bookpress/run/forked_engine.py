"""A papermill engine whose notebooks run in forks of one process that has everything imported.

The engine reaches the floor: a notebook costs its own work and a few hundredths of a second. Its cells are the same as
a kernel's, because the shell is the kernel's and the messages are read by papermill's own client (a test holds it).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from papermill.engines import Engine

from bookpress.run import processes as running
from bookpress.run.client import ChapterClient
from bookpress.run.fork_server import ForkDiedError, ForkedShell, ForkServer


class ForkedEngine(Engine):  # type: ignore[misc]
    """The papermill engine: its options are the server, the environment, the folder and the time limit."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,  # noqa: ARG003 - papermill's signature
        *,
        server: ForkServer,
        environment: Mapping[str, str],
        folder: str,
        time_limit: float,
        **_: Any,
    ) -> Any:
        """Run the cells of a notebook in a fork of the server."""
        with server.fork(environment, folder) as shell, running.time_limit(shell.pid, time_limit) as reached:
            client = ChapterClient(nb_man, end=lambda: running.kill_group(shell.pid))
            client.reset_execution_trackers()
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                try:
                    if not _run_cell(client, shell, cell, index):
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


def _run_cell(client: Any, shell: ForkedShell, cell: Any, index: int) -> bool:
    """Run one cell as nbclient would and return whether to go on."""
    tags = cell.metadata.get("tags", [])
    if cell.cell_type != "code" or not cell.source.strip() or "skip-execution" in tags:
        return True
    cell.outputs = []
    client.clear_before_next_output = False
    for message in shell.run(cell.source):
        if "done" in message:
            return bool(message["done"]) or "raises-exception" in tags
        client.process_message({**message, "header": message, "parent_header": {}}, cell, index)
        client.check()
    return False

"""The forked engine for papermill without a book: ``papermill --engine bookpress``.

Papermill loads it through its entry point on every import, so this module is quick to import and
imports nothing of the press until a notebook runs.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

from papermill.engines import Engine, NBClientEngine
from papermill.log import logger


class AloneEngine(Engine):  # type: ignore[misc]
    """Runs a notebook in a fork of a process that has already imported what it needs.

    A fork replaces a kernel of this Python; a notebook of any other kernel runs in that kernel.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        execution_timeout: float | None = None,
        **options: Any,
    ) -> Any:
        """Run the cells of a notebook, for at most `execution_timeout` seconds if that is given."""
        from bookpress.run.forked.kernels import is_this_python

        is_foreign = sys.platform != "linux" or not is_this_python(kernel_name)
        if is_foreign:
            logger.info("the kernel %s runs this notebook: forks are of this Python", kernel_name)
            return NBClientEngine.execute_managed_notebook(
                nb_man, kernel_name, execution_timeout=execution_timeout, **options
            )
        from bookpress.run import processes
        from bookpress.run.engine import modules_of
        from bookpress.run.forked import fork_server
        from bookpress.run.papermill_engines import ForkedEngine, Surroundings

        code = [cell.source for cell in nb_man.nb.cells if cell.cell_type == "code"]
        fork_server.start(modules_of(code), inherits=True)
        with processes.session():
            return ForkedEngine.execute_managed_notebook(
                nb_man,
                kernel_name,
                within=Surroundings(
                    environment=dict(os.environ),
                    folder=str(Path.cwd()),
                    time_limit=execution_timeout or threading.TIMEOUT_MAX,
                    output_limit=processes.LOOSE_OUTPUT_LIMIT,
                ),
                forked=int,
            )

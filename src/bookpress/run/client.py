"""The reader of what cells put out: papermill's, for both engines. It ends a chapter that puts out what it may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nbclient.exceptions import CellControlSignal
from papermill.clientwrap import PapermillNotebookClient

TEXT_LIMIT = 50_000_000
"""Characters that a chapter may print. Without an end, a cell that prints for ever fills the memory."""


class OutputError(RuntimeError):
    """An output that cannot be taken into the notebook."""


class ChapterClient(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's client, which ends the process of a chapter at the first output that cannot be taken in.

    Parameters
    ----------
    nb_man
        Papermill's manager of the notebook.
    end : callable
        Ends the process of the chapter. To raise at once would leave nbclient's tasks without an end.
    """

    def __init__(self, nb_man: Any, end: Callable[[], None], **options: Any) -> None:
        super().__init__(nb_man, record_timing=False, **options)
        self._end = end
        self._printed = 0
        self._problem: OutputError | None = None

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Take a message into the notebook, unless an earlier one was refused."""
        if self._problem and msg["msg_type"] != "status":
            return None
        try:
            self._count(msg)
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

    def _count(self, msg: dict[str, Any]) -> None:
        if msg["msg_type"] == "stream":
            self._printed += len(msg["content"]["text"])
            if self._printed > TEXT_LIMIT:
                raise OutputError(f"printed more than {TEXT_LIMIT // 1_000_000} million characters")

    def check(self) -> None:
        """Raise `OutputError` if an output was refused."""
        if self._problem:
            raise self._problem

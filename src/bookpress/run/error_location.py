"""Which cell of an executed notebook failed, and how to name it to its author."""

from __future__ import annotations

import re
from typing import Any

from papermill.exceptions import strip_color

FRAME = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")
"""How a traceback names a line of a cell."""


def interrupted(notebook: Any, what: str) -> str:
    """Say what befell the code cell that broke the run, else the last one that was started."""
    started = [cell for cell in _code_cells(notebook) if _mark(cell, "start_time")]
    broken = [cell for cell in started if _mark(cell, "exception")]
    where = _named(notebook, (broken or started)[-1]) if started else "before its first cell, it"
    return f"{where} {what}"


def failure(notebook: Any) -> str | None:
    """Say which cell ended the run and with what error; None if none did.

    A cell tagged ``raises-exception`` may fail: the engines go on after it. One that calls ``sys.exit`` has failed,
    whatever the exit code.
    """
    cell = next((cell for cell in _code_cells(notebook) if _mark(cell, "exception")), None)
    if cell is None:
        return None
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return f"{_named(notebook, cell)} failed"
    error = errors[-1]
    what = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    return f"{_named(notebook, cell, _failed_line(cell, error))} failed with {what}"


def _code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _mark(cell: Any, name: str) -> Any:
    return cell.metadata.get("papermill", {}).get(name)


def _failed_line(cell: Any, error: Any) -> int:
    """Return the number of the line of a cell that raised, else that of its first."""
    frames = FRAME.findall(strip_color("\n".join(error.traceback)))
    lines = [int(line) for count, line in frames if int(count) == cell.execution_count]
    return lines[-1] if lines else 1


def _named(notebook: Any, cell: Any, line: int = 1) -> str:
    """Name a cell by its number in the chapter, which has no injected parameters, and one of its lines."""
    if "injected-parameters" in cell.metadata.get("tags", []):
        return "the cell with the values of the parameters"
    written = [one for one in _code_cells(notebook) if "injected-parameters" not in one.metadata.get("tags", [])]
    number = next(n for n, one in enumerate(written, 1) if one is cell)
    lines = cell.source.strip("\n").splitlines() or [""]
    return f"code cell {number} (`{lines[min(line, len(lines)) - 1].strip()}`)"

"""The Markdown of notebooks that are pages without being chapters."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def markdown_in(content: bytes) -> str:
    """Return the Markdown of a notebook; empty if it is none."""
    _, cells = _read(content)
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def with_markdown(content: bytes, change: Callable[[str], str]) -> bytes:
    """Return a notebook with the text of each cell of Markdown changed; anything else stays."""
    notebook, cells = _read(content)
    is_changed = False
    for cell in cells:
        before = "".join(cell["source"])
        cell["source"] = change(before)
        is_changed |= cell["source"] != before
    return json.dumps(notebook, ensure_ascii=False).encode() if is_changed else content


def _read(content: bytes) -> tuple[Any, list[dict[str, Any]]]:
    """Return a notebook and its cells of Markdown; what is wrong with it is told by its reader."""
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError):
        return None, []
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    given = cells if isinstance(cells, list) else []
    return notebook, [cell for cell in given if _is_markdown(cell)]


def _is_markdown(cell: Any) -> bool:
    return (
        isinstance(cell, dict)
        and cell.get("cell_type") == "markdown"
        and isinstance(cell.get("source"), list | str)
    )

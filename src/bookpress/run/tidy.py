"""Executed notebooks: put in a form that depends on nothing but the chapter, its values and the evidence."""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bookpress.book.results import Result, harvest

PARAMETER_TAGS = {"parameters", "injected-parameters"}
DROPPED_METADATA = {"jupytext", "papermill"}

CELL_FILE = re.compile(r"[^\s\"'<>]*ipykernel_\d+[/\\]\d+\.py")
"""The file that ipykernel says a cell stands in: it has a folder with the number of the process."""


def outputs(notebook: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the outputs of all code cells, in order."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield from cell.outputs


def harvested(notebook: Any) -> dict[str, Result]:
    """Return the results that an executed notebook recorded."""
    return harvest(outputs(notebook))


def tidy(notebook: Any) -> Any:
    """Return an executed notebook without what differs from run to run, its parameter cells hidden.

    Timings and papermill's notes go, cell ids become ``c000``, ``c001``, ..., and the language information keeps
    the language alone: the Python version of the machine is no part of the book.
    """
    tidied = copy.deepcopy(notebook)
    tidied.metadata = type(notebook.metadata)(
        {key: entry for key, entry in tidied.metadata.items() if key not in DROPPED_METADATA}
    )
    tidied.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(tidied.cells):
        cell["id"] = f"c{number:03d}"
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        tags = cell.metadata.pop("tags", [])
        if PARAMETER_TAGS & set(tags) and "remove-cell" not in tags:
            tags = [*tags, "remove-cell"]
        if tags:
            cell.metadata["tags"] = tags
        if cell.cell_type == "code":
            _tidy_outputs(cell)
    return tidied


def _tidy_outputs(cell: Any) -> None:
    """Put streams in one order: how a kernel cuts them into pieces depends on the moment."""
    tidied: list[Any] = []
    for is_stream, group in itertools.groupby(cell.outputs, lambda output: output.output_type == "stream"):
        members = list(group)
        tidied += _merged(members) if is_stream else members
    for output in tidied:
        _name_cells(output)
    cell.outputs = tidied


def _name_cells(output: Any) -> None:
    """Call the file of a cell ``<cell>``, where a warning or a traceback quotes it."""
    if output.output_type == "stream":
        output.text = CELL_FILE.sub("<cell>", output.text)
    elif output.output_type == "error":
        output.traceback = [CELL_FILE.sub("<cell>", line) for line in output.traceback]


def _merged(streams: Sequence[Any]) -> list[Any]:
    """Return one output for each stream, standard output first."""
    merged: dict[str, Any] = {}
    for output in sorted(streams, key=lambda output: str(output.name) != "stdout"):
        kept = merged.setdefault(output.name, output)
        if kept is not output:
            kept.text += output.text
    return list(merged.values())


def as_file(notebook: dict[str, Any]) -> bytes:
    """Return a notebook that was read as JSON as the bytes of its file, in the layout of nbformat."""
    return (json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def dumps(notebook: Any) -> bytes:
    """Return a notebook as the bytes of its file."""
    import nbformat

    return (str(nbformat.writes(notebook)).rstrip("\n") + "\n").encode("utf-8", errors="replace")


def loads(content: bytes) -> Any:
    """Return the notebook that a file holds."""
    import nbformat

    return nbformat.reads(content.decode("utf-8"), as_version=4)

"""The notebook of a run as it is stored: without what differs between runs, and with prose."""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from bookpress.book.cells import is_skipped
from bookpress.book.chapters import Chapter
from bookpress.book.parsed import is_in_python
from bookpress.chapter.estimates import harvest, outputs_of
from bookpress.errors import PressError
from bookpress.files import sha256
from bookpress.run.cache import Run
from bookpress.run.executed import with_steady_ids

INJECTED = "injected-parameters"
"""The tag of the cell that papermill injects."""
CELL_FILE = re.compile(r"[^\s\"'<>]*ipykernel_\d+[/\\]\d+\.py")
"""The file name that ipykernel gives to a cell."""


def stored_run(chapter: Chapter) -> Run:
    """Return a chapter with the outputs stored in its file, as if it had just been run."""
    content = as_file(chapter.stored)
    try:
        results = harvest(outputs_of(chapter.stored["cells"]))
    except Exception as error:
        raise PressError(f"{chapter.where}: its stored outputs: {error}") from error
    fields = {key: result.fields for key, result in results.items()}
    return Run(chapter.slug, sha256(content), content, fields, 0.0)


def with_prose(chapter: Chapter, run: Run) -> Any:
    """Return the notebook of a run as JSON, with the present prose of its chapter.

    The code is the same. Injected cells stay in place; a failed run is returned unchanged. A cell
    that is never run shows what its file stores.
    """
    executed = run.executed.notebook
    if not run.key:
        return copy.deepcopy(executed)
    done = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    written = copy.deepcopy(chapter.executable)
    for cell, of_author in zip(written["cells"], chapter.notebook["cells"], strict=False):
        cell["metadata"] = copy.deepcopy(of_author["metadata"])  # without the tags for running it
    cells = []
    stored = iter(chapter.outputs)
    for cell in written["cells"]:
        saved = next(stored, []) if cell["cell_type"] == "code" else []
        if is_injected(cell):
            cells += _take_injected(done)  # injected earlier, and replaced by papermill
            continue
        cells.append(cell)
        if cell["cell_type"] == "code":
            ran = done.pop(0)
            outputs = saved if is_skipped(cell) else ran["outputs"]
            cell.update(outputs=outputs, execution_count=ran["execution_count"])
            cells += _take_injected(done)
    for number, cell in enumerate(cells):
        cell["id"] = _cell_id(number)
    written["metadata"].pop("jupytext", None)
    of_run = {"language_info", "widgets"} & {*executed["metadata"]}
    metadata = {**written["metadata"], **{name: executed["metadata"][name] for name in of_run}}
    return {**executed, "cells": cells, "metadata": metadata}


def _take_injected(cells: list[Any]) -> list[Any]:
    """Remove and return an injected cell at the beginning of a list, if there is one."""
    if cells and is_injected(cells[0]):
        return [cells.pop(0)]
    return []


def is_injected(cell: Mapping[str, Any]) -> bool:
    """Return whether papermill injected a cell."""
    return INJECTED in cell["metadata"].get("tags", [])


def _cell_id(number: int) -> str:
    return f"c{number:03d}"


def tidied(notebook: Any) -> Any:
    """Remove what differs between runs or machines from a notebook, and return it.

    The injected cell is hidden.
    """
    for key in ("jupytext", "papermill"):
        notebook.metadata.pop(key, None)
    is_python = is_in_python(notebook.metadata)
    if is_python:
        notebook.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = _cell_id(number)
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        tags = cell.metadata.pop("tags", [])
        if INJECTED in tags:
            tags = [*tags, "remove-cell"]
        if tags:
            cell.metadata["tags"] = tags
        if cell.cell_type == "code":
            kind = _is_stream if is_python else _stream
            cell.outputs = list(_tidied_outputs(cell.outputs, kind))
    return with_steady_ids(notebook)


def _tidied_outputs(outputs: Sequence[Any], kind: Callable[[Any], object]) -> Iterator[Any]:
    """Yield outputs with streams of one kind merged in a fixed order, and cell files as ``<cell>``.

    Both differ between runs.
    """
    for is_stream, group in itertools.groupby(outputs, kind):
        for output in _merged(group) if is_stream else group:
            if is_stream:
                output.text = CELL_FILE.sub("<cell>", output.text)
            elif output.output_type == "error":
                output.traceback = [CELL_FILE.sub("<cell>", line) for line in output.traceback]
            yield output


def _is_stream(output: Any) -> bool:
    return bool(output.output_type == "stream")


def _stream(output: Any) -> str:
    """Return the name of a stream; other kernels send both in the order of printing."""
    return str(output.name) if _is_stream(output) else ""


def _merged(streams: Iterable[Any]) -> list[Any]:
    """Return one output for each stream, standard output first."""
    merged: dict[str, Any] = {}
    for output in sorted(streams, key=lambda output: str(output.name) != "stdout"):
        if output.name in merged:
            merged[output.name].text += output.text
        else:
            merged[output.name] = output
    return list(merged.values())


def as_file(notebook: dict[str, Any]) -> bytes:
    """Return a notebook as the bytes of its file, unindented: indenting takes ten times as long."""
    text = json.dumps(notebook, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode("utf-8", errors="replace")

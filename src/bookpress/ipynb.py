"""Read ordinary notebooks of nbformat 4 as nbformat does, whose import may take a second.

Unusual or invalid notebooks are left to nbformat, which reads them or reports what is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

FORMAT = 4
MINORS = range(6)
WITH_IDS = 5
"""From this minor version on, cells have ids."""
IDENTIFIER = re.compile(r"[a-zA-Z0-9_-]{1,64}")
CELL = frozenset({"cell_type", "metadata", "source"})
CELLS: Mapping[str, frozenset[str]] = {
    "code": CELL | {"outputs", "execution_count"},
    "markdown": CELL,
    "raw": CELL,
}
"""The keys of cells, by their type."""
WITH_ATTACHMENTS = 1
"""From this minor version on, cells other than code may have attached pictures."""
DATA = frozenset({"output_type", "data", "metadata"})
OUTPUTS: Mapping[str, frozenset[str]] = {
    "stream": frozenset({"output_type", "name", "text"}),
    "display_data": DATA,
    "execute_result": DATA | {"execution_count"},
    "error": frozenset({"output_type", "ename", "evalue", "traceback"}),
}
"""The keys of outputs, by their type."""
TRANSIENT = frozenset({"orig_nbformat", "orig_nbformat_minor", "signature"})
"""Metadata that files should not have, but those of old programs do."""
OF_KERNEL = ("name", "display_name")
OF_LANGUAGE = frozenset({"name", "file_extension", "mimetype", "pygments_lexer"})
"""Metadata that must be text, if present."""


def usual_notebook(content: str) -> dict[str, Any] | None:
    """Return the notebook in a file as JSON; None if anything about it is unusual."""
    try:
        notebook = json.loads(content)
    except ValueError:
        return None
    if not _is_usual(notebook):
        return None
    metadata = notebook["metadata"]
    cells = [_joined(cell) for cell in notebook["cells"]]
    lasting = {name: entry for name, entry in metadata.items() if name not in TRANSIENT}
    return {**notebook, "metadata": lasting, "cells": cells}


def _joined(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cell with joined texts, which files store line by line."""
    metadata = {name: entry for name, entry in cell["metadata"].items() if name != "trusted"}
    joined = {**cell, "metadata": metadata, "source": "".join(cell["source"])}
    if "outputs" in cell:
        joined["outputs"] = [_joined_output(output) for output in cell["outputs"]]
    if "attachments" in cell:
        attached = cell["attachments"].items()
        joined["attachments"] = {name: _joined_data(data) for name, data in attached}
    return joined


def _joined_output(output: Mapping[str, Any]) -> dict[str, Any]:
    if "text" in output:
        return {**output, "text": "".join(output["text"])}
    if "data" in output:
        return {**output, "data": _joined_data(output["data"])}
    return dict(output)


def _joined_data(data: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: content if _is_json(kind) else "".join(content) for kind, content in data.items()}


def _is_json(kind: str) -> bool:
    """Return whether the content of a media type is JSON, and so not joined."""
    return kind.startswith("application/") and kind.endswith(("/json", "+json"))


def _is_usual(notebook: Any) -> bool:
    """Return whether a notebook is valid by nbformat, and has nothing else."""
    if not isinstance(notebook, dict):
        return False
    if notebook.keys() != {"nbformat", "nbformat_minor", "metadata", "cells"}:
        return False
    minor = notebook["nbformat_minor"]
    is_known = notebook["nbformat"] == FORMAT and isinstance(minor, int) and minor in MINORS
    cells = notebook["cells"]
    if not (is_known and _is_metadata(notebook["metadata"]) and isinstance(cells, list)):
        return False
    if not all(_is_usual_cell(cell, minor) for cell in cells):
        return False
    return minor < WITH_IDS or len({cell["id"] for cell in cells}) == len(cells)


def _is_metadata(metadata: Any) -> bool:
    if not isinstance(metadata, dict):
        return False
    kernel = metadata.get("kernelspec", dict.fromkeys(OF_KERNEL, ""))
    language = metadata.get("language_info", {"name": ""})
    are_named = isinstance(kernel, dict) and isinstance(language, dict)
    if not are_named or "name" not in language or {"title", "authors"} & metadata.keys():
        return False
    mode = language.get("codemirror_mode", "")
    texts = [*map(kernel.get, OF_KERNEL), *map(language.get, OF_LANGUAGE & language.keys())]
    return _are_texts(texts) and isinstance(mode, str | dict)


def _is_usual_cell(cell: Any, minor: int) -> bool:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    if not isinstance(kind, str) or kind not in CELLS:
        return False
    has_attachments = kind != "code" and minor >= WITH_ATTACHMENTS and "attachments" in cell
    more = {"id": minor >= WITH_IDS, "attachments": has_attachments}
    if cell.keys() != CELLS[kind] | {name for name, is_there in more.items() if is_there}:
        return False
    if not (_is_lines(cell["source"]) and _is_of_cell(cell["metadata"])):
        return False
    if kind == "code" and not _is_run(cell["outputs"], cell["execution_count"]):
        return False
    return _is_identifier(cell.get("id", "none")) and _are_attached(cell.get("attachments", {}))


def _is_identifier(name: Any) -> bool:
    return isinstance(name, str) and bool(IDENTIFIER.fullmatch(name))


def _is_run(outputs: Any, count: Any) -> bool:
    return _is_count(count) and isinstance(outputs, list) and all(map(_is_usual_output, outputs))


def _are_attached(attachments: Any) -> bool:
    return isinstance(attachments, dict) and all(map(_is_data, attachments.values()))


def _is_of_cell(metadata: Any) -> bool:
    """Return whether the metadata of a cell are valid and ordinary."""
    if not isinstance(metadata, dict) or {"name", "format"} & metadata.keys():
        return False
    tags = metadata.get("tags", [])
    if not isinstance(tags, list) or not _are_texts(tags):
        return False
    execution = metadata.get("execution", {})
    are_sound = all(tag and "," not in tag for tag in tags) and len(tags) == len({*tags})
    return (
        are_sound
        and isinstance(metadata.get("jupyter", {}), dict)
        and isinstance(metadata.get("collapsed", False), bool)
        and metadata.get("scrolled", "auto") in {True, False, "auto"}
        and isinstance(execution, dict)
        and _are_texts(execution.values())
    )


def _is_usual_output(output: Any) -> bool:
    kind = output.get("output_type") if isinstance(output, dict) else None
    if not isinstance(kind, str) or kind not in OUTPUTS or output.keys() != OUTPUTS[kind]:
        return False
    if kind == "stream":
        return isinstance(output["name"], str) and _is_lines(output["text"])
    if kind == "error":
        trace = output["traceback"]
        return isinstance(trace, list) and _are_texts([output["ename"], output["evalue"], *trace])
    is_described = isinstance(output["metadata"], dict) and _is_data(output["data"])
    return is_described and _is_count(output.get("execution_count"))


def _is_data(data: Any) -> bool:
    """Return whether something is a mapping of media types to contents."""
    return isinstance(data, dict) and all(
        _is_json(kind) or _is_lines(content) for kind, content in data.items()
    )


def _is_count(number: Any) -> bool:
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return number is None or (is_number and number >= 0)


def _is_lines(text: Any) -> bool:
    """Return whether something is a text, or the list of its lines."""
    return isinstance(text, str) or (isinstance(text, list) and _are_texts(text))


def _are_texts(entries: Iterable[Any]) -> bool:
    return all(isinstance(entry, str) for entry in entries)

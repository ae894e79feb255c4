"""Documents parsed as notebooks, and cached in files: jupytext takes a second to import alone."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from bookpress.book.custom_formats import CustomFormat
from bookpress.errors import PressError, short
from bookpress.files import canonical, decoded, front_matter, hide_from_git, replace_file, sha256
from bookpress.myst import with_full_kernel
from bookpress.plain_yaml import load
from bookpress.terminal.messages import note

CELL_OPTIONS = re.compile(
    r"^[`:~]{3,}\{(?:code|raw)-cell\}.*\n"
    r"(?:---[ \t]*\n(?P<block>(?:.*\n)*?)---[ \t]*\n|(?P<lines>(?::.*\n)+))",
    re.MULTILINE,
)
"""The beginning of a cell in a text, with its options."""
LOAD = "load"
"""The option of a cell whose code is in a file."""
CELL_TYPES = ("code", "markdown", "raw")
"""The cell types of nbformat 4; others are not part of a page."""
PRESS = Path(__file__).parents[1]
READING = ("myst.py", "book/parsed.py")
READERS = [
    *(metadata.version(name) for name in ("jupytext", "nbformat")),
    *(sha256((PRESS / name).read_bytes()) for name in READING),
]
"""Identifies the readers of documents: what others have parsed is parsed again."""
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@cache
def of_myst(source: str, where: str, stored: Path, *, strict: bool = False) -> Any:
    """Return a MyST notebook as the JSON of a notebook."""
    return json.loads(_stored(stored, source, lambda: _parsed(source, where, strict=strict)))


def with_loaded(notebook: Any, folder: Path, where: str) -> Any:
    """Return a notebook whose cells have the code of the files that they load.

    MyST-NB's option ``load`` names such a file, relative to the text's folder.
    """
    if not any(LOAD in cell["metadata"] for cell in notebook["cells"]):
        return notebook
    cells = [_loaded(cell, folder, where) for cell in notebook["cells"]]
    return {**notebook, "cells": cells}


def _loaded(cell: dict[str, Any], folder: Path, where: str) -> dict[str, Any]:
    """Return a cell with the code of the file that it loads, if any."""
    metadata = {**cell["metadata"]}
    path = metadata.pop(LOAD, None)
    if path is None:
        return cell
    file = folder / str(path)
    if not file.is_file():
        raise PressError(f"{where}: a cell loads {short(str(path))}: no such file")
    return {**cell, "metadata": metadata, "source": decoded(file).rstrip("\n")}


@cache
def of_nbformat(content: str, where: str, stored: Path) -> Any:
    """Return a notebook of nbformat as JSON, with its outputs removed."""
    return json.loads(_stored(stored, content, lambda: _not_run(content, where)))


def with_outputs(content: str, where: str, stored: Path) -> Any:
    """Return a notebook of nbformat as JSON, with the outputs in its file."""
    place = stored.with_name(f"{stored.name}.outputs")
    return json.loads(_stored(place, content, lambda: _with_outputs(content, where)))


@cache
def of_custom_format(content: str, custom: CustomFormat, where: str, stored: Path) -> str:
    """Return a document in a format of the book's own as a notebook of nbformat."""
    place = stored.with_name(f"{stored.name}.{custom.function}")
    return _stored(place, content, lambda: custom.notebook(content, where).encode()).decode()


@cache
def as_myst(content: str, where: str, stored: Path) -> str:
    """Return a notebook of nbformat, without its outputs, as a MyST notebook."""
    place = stored.with_name(f"{stored.name}.myst")
    return _stored(place, content, lambda: _written(content, where)).decode()


def _stored(place: Path, content: str, make: Callable[[], bytes]) -> bytes:
    """Return what `make` returns for a content, from the cache file if it is there and sound."""
    key = sha256(canonical([*READERS, content]).encode()).encode()
    with suppress(OSError):
        stored_key, _, made = place.read_bytes().partition(b"\n")
        check, _, made = made.partition(b"\n")
        is_sound = stored_key == key and check == sha256(made).encode()
        if is_sound:
            return made
    made = make()
    with suppress(PressError):  # without a cache it is made again next time
        hide_from_git(place.parent)
        replace_file(place, b"\n".join([key, sha256(made).encode(), made]))
    return made


def _parsed(source: str, where: str, *, strict: bool) -> bytes:
    front_matter(source, where, strict=strict)
    try:
        notebook = _by_jupytext(source)
        name_kernel(notebook["metadata"])
        return canonical(notebook).encode()
    except Exception as error:
        problem = _in_words(error)
        cell = "" if " at line " in problem else _odd_cell(source)
        raise PressError(f"{where} is not a MyST notebook: {cell}{problem}") from error


def _in_words(error: Exception) -> str:
    """Return an error's message; a schema's error says where, too."""
    place = ".".join(map(str, getattr(error, "absolute_path", ())))
    message = str(getattr(error, "message", error)).partition("\n")[0]
    return short(f"{place}: {message}" if place else message, 200)


def _odd_cell(source: str) -> str:
    """Name the line of the first cell with invalid options; empty if there is none."""
    for cell in CELL_OPTIONS.finditer(source):
        written = cell["block"] or re.sub("^:", "", cell["lines"] or "", flags=re.MULTILINE)
        try:
            options = load(written) or {}
            is_odd = not isinstance(options, dict) or not isinstance(options.get("tags", []), list)
        except yaml.YAMLError:
            is_odd = True
        if is_odd:
            line = source.count("\n", 0, cell.start()) + 1
            return f"line {line}: the options of the cell: "
    return ""


def _by_jupytext(source: str) -> Any:
    # `jupytext.reads` guesses first, and fails at front matter between more than three dashes
    from jupytext.jupytext import TextNotebookConverter

    with warnings.catch_warnings():  # about cells in several languages
        warnings.simplefilter("ignore")
        notebook = TextNotebookConverter("md:myst", None).reads(with_full_kernel(source))
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"c{number:03d}"
    return notebook


def is_in_python(metadata: Mapping[str, Any]) -> bool:
    """Return whether the cells of a notebook are Python, not the language of another kernel."""
    kernel = metadata.get("kernelspec") or KERNEL
    return bool(kernel["name"] == KERNEL["name"])


def name_kernel(metadata: dict[str, Any]) -> None:
    """Put the kernel that runs a notebook into its metadata.

    Whichever Python kernel its author used, it is the one installed here. Where no language is
    said, a kernel is Python's if its name says so, or if it has none.
    """
    kernel = metadata.get("kernelspec") or {}
    name = str(kernel.get("name") or "")
    of_text = (metadata.get("jupytext") or {}).get("main_language")
    language = kernel.get("language") or metadata.get("language_info", {}).get("name") or of_text
    names = f"{name} {kernel.get('display_name') or ''}".lower()
    is_python = str(language).lower() in {"python", "ipython3"} if language else "py" in names
    if is_python or not name:
        metadata["kernelspec"] = KERNEL
    elif language:
        metadata["kernelspec"] = {**kernel, "language": language}


def _written(content: str, where: str) -> bytes:
    return written_as_myst(_read_nbformat(content, where)).encode()


def written_as_myst(notebook: dict[str, Any]) -> str:
    """Return the JSON of a notebook, whose sources are whole, as a MyST notebook."""
    import jupytext
    import nbformat

    return str(jupytext.writes(nbformat.from_dict(notebook), fmt="md:myst"))


def _with_outputs(content: str, where: str) -> bytes:
    notebook = _read_nbformat(content, where)
    name_kernel(notebook["metadata"])
    notebook["nbformat_minor"] = max(notebook["nbformat_minor"], 5)  # from which on cells have ids
    return canonical(notebook).encode()


def _not_run(content: str, where: str) -> bytes:
    notebook = _read_nbformat(content, where)
    name_kernel(notebook["metadata"])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return canonical(notebook).encode()


def _read_nbformat(content: str, where: str) -> dict[str, Any]:
    import nbformat

    try:
        with warnings.catch_warnings():  # about cells without ids in older formats
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(content, as_version=4)
    except Exception as error:
        raise PressError(f"{where} is not a notebook of nbformat: {short(str(error))}") from error
    kernel = notebook["metadata"].get("kernelspec")
    if kernel and not isinstance(kernel, dict):
        what = f"its kernelspec is {short(repr(kernel))}; allowed: `name` and `display_name`"
        raise PressError(f"{where} is not a notebook of nbformat: {what}")
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] not in CELL_TYPES:
            kind = short(repr(cell["cell_type"]))
            note(f"{where}: cell {number} is left out: there is no cell type {kind}")
        tags = cell["metadata"].get("tags", [])
        if cell["cell_type"] == "code" and not isinstance(tags, list | str):
            what = f"cell {number} has the tags {short(repr(tags))}, which are no list"
            raise PressError(f"{where} is not a notebook of nbformat: {what}")
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["cell_type"] in CELL_TYPES]
    plain: dict[str, Any] = json.loads(json.dumps(notebook))
    return plain

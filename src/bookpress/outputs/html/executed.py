"""MyST-NB's table of executed notebooks (``nb-exec-table``), for chapters run by the press."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookpress.book.cells import excluded_from_running
from bookpress.book.documents import ABOVE
from bookpress.book.execution import AUTO, OFF, Execution
from bookpress.book.project import Project
from bookpress.edition.editions import Edition
from bookpress.files import front_matter, pretty
from bookpress.run.cache import Run, RunCache

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

FILE = "executed.json"
"""The staged file about when and for how long chapters ran, if a page has the table."""
TABLE = b"nb-exec-table"
"""The directive of the table."""
TEXTS = (".md", ".rst", ".ipynb")


def executed_file(
    project: Project, edition: Edition, runs: Mapping[str, Run], files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the file for the table; empty if no page has one.

    By document, it has what MyST-NB would record if it had run the chapters. `files` are those of
    the book that are not chapters.
    """
    texts = [content for name, content in files.items() if name.endswith(TEXTS)]
    texts += [chapter.source.encode() for chapter in edition.chapters]
    if not any(TABLE in text for text in texts):
        return {}
    cache = RunCache(project.cache)
    rows = {name: _empty(mode) for name, mode in _without_code(project, files)}
    for chapter in edition.chapters:
        run = runs[chapter.slug]
        if not run.key or cache.holds(run.key):
            rows[chapter.docname] = _row(run, chapter.execution.mode, cache)
    return {FILE: pretty(rows).encode()}


def _without_code(project: Project, files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the notebooks without code, which MyST-NB runs too, with the mode of each."""
    of_book = Execution.of_book(project.root)
    for name, content in files.items():
        is_page = name.endswith((".md", ".ipynb")) and not name.startswith(f"{ABOVE}/")
        if not is_page or excluded_from_running(project, project.root / name):
            continue
        matter = _settings_of(name, content)
        if matter is not None:
            mode = of_book.of_page(matter, name, strict=False).mode
            if mode not in {OFF, AUTO}:
                yield name.rpartition(".")[0], mode


def _settings_of(name: str, content: bytes) -> Mapping[str, Any] | None:
    """Return the metadata of a notebook; None for a page that is not one.

    What no page shows may have the name of a notebook without being one.
    """
    if name.endswith(".ipynb"):
        try:
            notebook: dict[str, Any] = json.loads(content)
            return {**notebook.get("metadata", {})}
        except (ValueError, RecursionError, AttributeError, TypeError):
            return None
    matter = front_matter(content.decode("utf-8", "replace"), name, strict=False)
    return matter if "file_format" in matter or "jupytext" in matter else None


def _empty(mode: str) -> dict[str, Any]:
    """Return the record of a notebook without code."""
    done = {"mtime": 0.0, "runtime": 0.0, "method": mode, "succeeded": True}
    return {**done, "error": None, "traceback": None}


def _row(run: Run, mode: str, cache: RunCache) -> dict[str, Any]:
    """Return MyST-NB's record of a notebook; a run without a key has failed."""
    has_failed = not run.key
    return {
        "mtime": time.time() if has_failed else cache.date(run.key),
        "runtime": None if has_failed else run.seconds,
        "method": mode,
        "succeeded": not has_failed,
        "error": "CellExecutionError" if has_failed else None,
        "traceback": None,
    }


def setup(app: Sphinx) -> dict[str, bool]:
    """Record how chapters were run before MyST-NB looks for pages that show it."""
    app.connect("env-updated", _note, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _note(app: Sphinx, env: BuildEnvironment) -> None:
    from myst_nb.sphinx_ import NbMetadataCollector

    path = Path(app.srcdir, FILE)
    if not path.is_file():
        return
    known = NbMetadataCollector.get_doc_data(env)
    for docname, row in json.loads(path.read_bytes()).items():
        is_new = known.get(docname, {}).get("exec_data") != row
        if is_new and docname in env.found_docs:
            NbMetadataCollector.set_exec_data(env, docname, row)

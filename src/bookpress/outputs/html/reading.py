"""Give MyST-NB each chapter where it stands, with the outputs of its run, and let it run no page.

Documents that an extension writes while pages are made, such as the notebooks of sphinx-gallery,
are no chapters: MyST-NB runs them, unless the book runs nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import standard_nb_read

from bookpress.book.configuration import configuration
from bookpress.book.execution import AUTO, MODES, OFF, PREFIX
from bookpress.elements.base.store import run_file
from bookpress.myst import cell_lines
from bookpress.outputs.html.pages import CELL
from bookpress.outputs.html.written import when_written
from bookpress.run.failures import BOX
from bookpress.run.notebook import is_injected

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment


class Unrun(NbParserConfig):  # type: ignore[misc]  # myst_nb has no types
    """Settings of MyST-NB that a page may change, except for how it is run."""

    def copy(self, **changes: Any) -> NbParserConfig:
        """Return the settings with the page's changes, except for how it is run."""
        sound = {name: value for name, value in changes.items() if not name.startswith(PREFIX)}
        return super().copy(**sound)


def setup(app: Sphinx) -> dict[str, bool]:
    """Listen before extensions write documents, and once MyST-NB has read its settings."""
    app.connect("config-inited", _list_staged)
    app.connect("env-get-outdated", _changed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _list_staged(app: Sphinx, _config: Config) -> None:
    staged = when_written(app)
    app.connect("builder-inited", partial(_take_place, staged), priority=900)


def _take_place(staged: Container[str], app: Sphinx) -> None:
    """Replace the settings for every document: a chapter's reader is that of notebooks."""
    env: Any = app.env
    settings = env.mystnb_config
    own = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    unrun = Unrun(**own)
    execute = configuration(Path(app.srcdir))["execute"]
    mode = execute.get("execute_notebooks", AUTO) or OFF  # YAML reads plain `off` as False
    run = settings.copy(
        execution_mode=mode if mode in MODES else AUTO,
        execution_excludepatterns=execute.get("exclude_patterns") or [],
    )

    def choose(_app: Sphinx, docname: str, content: list[str]) -> None:
        path = Path(env.doc2path(docname))
        is_staged = path.relative_to(app.srcdir).as_posix() in staged
        env.mystnb_config = unrun if is_staged else run
        unrun.custom_formats = settings.custom_formats
        executed = run_file(Path(app.srcdir), docname) if is_staged else None
        if executed:
            starts = cell_lines(content[0]) if path.suffix == ".md" else []
            content[0] = executed.read_text("utf-8")
            is_commonmark = _is_commonmark(path.name, settings.custom_formats)
            reader = (f"{__name__}.read_run", {"starts": starts}, is_commonmark)
            unrun.custom_formats = {**settings.custom_formats, path.name: reader}

    def forget_last(_app: Sphinx, _env: object) -> None:
        unrun.custom_formats = settings.custom_formats  # no page takes the lines of another's cells
        env.mystnb_config = unrun

    env.mystnb_config = unrun
    app.connect("source-read", choose, priority=400)  # before any other looks at the text
    app.connect("env-updated", forget_last)


def read_run(text: str, starts: Sequence[int]) -> Any:
    """Return the notebook of a run, with the places of its cells in the author's file.

    `starts` are the lines above the author's cells; in a notebook, these have numbers alone. Cells
    that the press added, the injected one or the box about a failure, have the place of the one
    before them.
    """
    notebook = standard_nb_read(text)
    places = []
    number = 0
    for cell in notebook.cells:
        is_added = is_injected(cell) or cell.source.startswith(BOX)
        number += not is_added
        last = min(max(1, number), len(starts) or number + 1)
        places.append(starts[last - 1] if starts else last * CELL)
    notebook.metadata["source_map"] = places
    return notebook


def _is_commonmark(name: str, formats: Mapping[str, Any]) -> bool:
    """Return whether the book's settings say that a text is plain Markdown, not MyST."""
    by_length = sorted(formats, key=len, reverse=True)
    return next((bool(formats[suffix][2]) for suffix in by_length if name.endswith(suffix)), False)


def _changed(app: Sphinx, env: BuildEnvironment, *_: object) -> list[str]:
    """Return the chapters whose runs have other dates than those that were read."""
    files = {docname: run_file(Path(app.srcdir), docname) for docname in env.found_docs}
    dates = {docname: file.stat().st_mtime_ns for docname, file in files.items() if file}
    before: dict[str, int] = getattr(env, "bookpress_runs", {})
    env.bookpress_runs = dates  # type: ignore[attr-defined]
    return sorted(docname for docname in dates if dates[docname] != before.get(docname))

"""The staged source of an edition: the book's own files, and beside them the runs of its chapters.

Sphinx remembers only one folder, and reads files with a new date again, so an unchanged file keeps
its date.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bookpress.assembly.links import (
    extensions_above,
    point_inside,
    staged_from_outside,
    with_markdown,
    with_staged,
)
from bookpress.assembly.page_files import is_taken
from bookpress.book.chapters import Chapter
from bookpress.book.documents import ABOVE, RUNS
from bookpress.book.execution import forget
from bookpress.chapter.parameters import describe
from bookpress.edition.assignments import run_command
from bookpress.edition.editions import Edition
from bookpress.files import (
    as_mapping,
    files_of,
    front_matter,
    naming,
    pretty,
    read,
    update_file,
)
from bookpress.run.cache import Run
from bookpress.run.notebook import as_file, with_prose

EXTENSION = "bookpress.outputs.html.pages"
PAGE = "bookpress.elements"
RUNS_NOTHING = {"nb_execution_mode": "off", "nb_execution_excludepatterns": ["*"]}
"""Settings with which MyST-NB runs no page, whatever the page says."""


def with_states(
    files: Mapping[str, bytes], states: Mapping[str, bytes], key: str
) -> Mapping[str, bytes]:
    """Return the files of a book, and those that describe its states.

    Without states, the pages that need them are left out.
    """
    if states:
        return {**files, **states}
    return without_states(files, key)


def stage(
    files: Mapping[str, bytes],
    edition: Edition,
    runs: Mapping[str, Run],
    record: Mapping[str, Any],
    folder: Path,
) -> None:
    """Update the folder of a staged source to an edition, and that of its runs beside it.

    `files` are those of the book that are not chapters, and of its states.
    """
    wanted = dict(files)
    notebooks: dict[str, Any] = {}
    texts: dict[str, bytes] = {}
    for chapter in edition.chapters:
        wanted[chapter.where] = chapter.text.encode("utf-8")
        notebooks[f"{chapter.docname}.ipynb"] = page_notebook(
            chapter, edition, runs[chapter.slug], record
        )
        if chapter.path.suffix != ".md":
            texts[f"{chapter.docname}.md"] = chapter.source.encode("utf-8")
    for name, content in wanted.items():
        if name.endswith((".md", ".rst", ".ipynb")) and not name.startswith(f"{ABOVE}/"):
            wanted[name] = _staged_page(name, content, files)
    wanted["_config.yml"] = staged_config(wanted.get("_config.yml", b""), files)
    wanted["edition.json"] = pretty(dict(record)).encode()
    wanted["results.json"] = pretty(results_of(runs)).encode()
    runs_folder = folder.parent / RUNS
    runs_folder.mkdir(parents=True, exist_ok=True)
    for name, content in wanted.items():
        update_file(folder / name, content)
    for name, executed in notebooks.items():
        _update_notebook(runs_folder / name, executed)
    for name, content in texts.items():
        update_file(runs_folder / name, content)
    _remove_others(folder, wanted)
    _remove_others(runs_folder, {*notebooks, *texts})


def _staged_page(name: str, content: bytes, files: Collection[str]) -> bytes:
    """Return a page that names files outside of the book as they are staged."""

    def staged(text: str) -> str:
        return point_inside(text, name, lambda place: staged_from_outside(place) in files)

    if name.endswith(".ipynb"):
        return with_markdown(content, staged)
    return staged(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _with_files(entries: Any, dropped: Container[str]) -> Any:
    """Return a part of a table of contents without some documents."""
    if isinstance(entries, list):
        return [_with_files(entry, dropped) for entry in entries if _stays(entry, dropped)]
    if not isinstance(entries, dict):
        return entries
    return {key: _with_files(value, dropped) for key, value in entries.items()}


def _stays(entry: Any, dropped: Container[str]) -> bool:
    if not isinstance(entry, dict) or "file" not in entry:
        return True
    return str(entry["file"]).removesuffix(".md") not in dropped


def _remove_others(folder: Path, wanted: Collection[str]) -> None:
    with naming(folder, "remove"):
        for path in list(files_of(folder)):
            if path.relative_to(folder).as_posix() not in wanted:
                path.unlink()


def without_states(files: Mapping[str, bytes], key: str) -> dict[str, bytes]:
    """Return the files of a book without the pages whose front matter ``needs: states``."""
    wanted = dict(files)
    for name, content in files.items():
        if not name.endswith(".md") or name.startswith(f"{ABOVE}/"):
            continue
        own = front_matter(content.decode("utf-8", "replace"), name, strict=False).get(key)
        needs_states = own and own.get("needs") == "states"
        if needs_states:
            del wanted[name]
    dropped = {name.removesuffix(".md") for name in files.keys() - wanted.keys()}
    if dropped:
        toc = as_mapping(wanted["_toc.yml"], "_toc.yml", "the table of contents", lenient=True)
        wanted["_toc.yml"] = yaml.safe_dump(_with_files(toc, dropped), sort_keys=False).encode()
    return wanted


def results_of(runs: Mapping[str, Run]) -> dict[str, dict[str, Any]]:
    """Return the results of an edition, by chapter and key."""
    return {slug: dict(run.results) for slug, run in runs.items()}


def page_notebook(chapter: Chapter, edition: Edition, run: Run, record: Mapping[str, Any]) -> Any:
    """Return the executed notebook of a chapter as JSON, for reading and downloading."""
    rows = describe(chapter.parameters, edition.values[chapter.slug])
    notebook = with_prose(chapter, run)
    entry = {
        "chapter": chapter.slug,
        "edition": {name: record[name] for name in ("id", "name", "title")},
        "parameters": rows,
    }
    if chapter.old_addresses:
        entry["renamed"] = chapter.old_addresses
    entry["command"] = run_command(chapter.slug, rows, chapter.settings.command)
    key = chapter.settings.front_matter
    was_run = run.seconds > 0 or not run.key
    is_run_here = was_run and notebook["metadata"].get("language_info") == {"name": "python"}
    if is_run_here:
        # what a kernel says; stored notebooks keep their own
        notebook["metadata"]["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    forget(notebook["metadata"])  # it has been run
    written = notebook["metadata"].get(key) or {}
    notebook["metadata"][key] = {**written, **entry}
    changed = [row for row in rows if row["value"] != row["default"]]
    if changed:
        _assign(notebook, changed)

    def is_staged(place: str) -> bool:
        return is_taken(chapter.root / place)

    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = point_inside("".join(cell["source"]), chapter.where, is_staged)
    return notebook


def _assign(notebook: Any, parameters: Sequence[Mapping[str, Any]]) -> None:
    """Show the values of an edition in the cell of parameters: papermill's own cell is hidden."""
    assignments = [f"\n{row['name']} = {row['code']}" for row in parameters]
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            lines = [*cell["source"], "\n\n# As in this edition:", *assignments]
            cell["source"] = "".join(lines)


def staged_config(content: bytes, files: Collection[str]) -> bytes:
    """Return ``_config.yml`` with execution off, and settings that make Sphinx faster.

    Pages cannot ask to be run either, since all are excluded from execution. What `execute` says
    stays, for documents that extensions write.
    """
    read_config = as_mapping(content, "_config.yml", "the settings of Jupyter Book", lenient=True)
    config = with_staged(read_config, files)
    config["exclude_patterns"] = [*(config.get("exclude_patterns") or []), f"{ABOVE}/*"]
    sphinx = dict(config.get("sphinx") or {})
    extensions = sphinx.get("extra_extensions") or []
    if isinstance(extensions, str):
        extensions = [extensions]
    sphinx["extra_extensions"] = list(dict.fromkeys([*extensions, PAGE, EXTENSION]))
    if above := extensions_above(config):
        staged = {name: staged_from_outside(folder) for name, folder in above.items()}
        sphinx["local_extensions"] = {**sphinx["local_extensions"], **staged}
    sphinx["config"] = {**(sphinx.get("config") or {}), **RUNS_NOTHING}
    config["sphinx"] = sphinx
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True).encode()


def _update_notebook(path: Path, notebook: Any) -> None:
    """Write a notebook if it differs; its date stays if only the edition's name changed."""
    content = as_file(notebook)
    before = read(path) if path.is_file() else b""
    if before == content:
        return
    is_same = bool(before) and _without_edition(json.loads(before)) == _without_edition(notebook)
    date = path.stat().st_mtime_ns if is_same else 0
    update_file(path, content)
    if is_same:
        os.utime(path, ns=(date, date))


def _without_edition(notebook: Any) -> Any:
    """Return a notebook without the name of the edition in its front matter."""
    metadata = {}
    for name, entry in notebook["metadata"].items():
        metadata[name] = entry
        if isinstance(entry, dict):
            metadata[name] = {key: value for key, value in entry.items() if key != "edition"}
    return {**notebook, "metadata": metadata}

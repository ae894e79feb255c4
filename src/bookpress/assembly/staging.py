"""The staged source of an edition: the book's own pages, with executed notebooks as chapters.

Sphinx remembers only one folder, and reads files with a new date again, so an unchanged file keeps
its date.
"""

from __future__ import annotations

import glob
import json
import os
import posixpath
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bookpress.assembly.links import (
    ABOVE,
    extensions_above,
    point_inside,
    point_to_notebooks,
    point_to_sources,
    staged_from_outside,
    with_markdown,
    with_staged,
)
from bookpress.assembly.page_files import is_taken
from bookpress.book.chapters import Chapter
from bookpress.book.documents import STAGED_SOURCES, WRITTEN, is_matched
from bookpress.book.execution import forget
from bookpress.book.parsed import is_in_python
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
from bookpress.outputs.html.places import source_map
from bookpress.run.cache import Run
from bookpress.run.notebook import SOURCE_MAP, as_file, is_injected, with_prose

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
    """Update the folder of a staged source to an edition.

    `files` are those of the book that are not chapters, and of its states.
    """
    chapters = sources_of(edition)
    wanted = dict(files)
    for name, content in files.items():
        if name.endswith((".md", ".rst", ".ipynb")) and not name.startswith(f"{ABOVE}/"):
            wanted[name] = _staged_page(name, content, files, chapters)
    wanted["_toc.yml"] = _staged_toc(wanted["_toc.yml"], chapters)
    wanted["_config.yml"] = staged_config(wanted.get("_config.yml", b""), files, chapters)
    wanted["edition.json"] = pretty(dict(record)).encode()
    wanted["results.json"] = pretty(results_of(runs)).encode()
    notebooks: dict[str, Any] = {}
    for chapter in edition.chapters:
        wanted[_staged_as_myst(chapter)] = chapter.source.encode("utf-8")
        if chapter.custom_text is not None:
            wanted[chapters[chapter.docname]] = chapter.custom_text.encode("utf-8")
        notebook = staged_notebook(chapter, edition, runs[chapter.slug], record, chapters)
        notebooks[f"{chapter.docname}.ipynb"] = notebook
    for name, content in wanted.items():
        update_file(folder / name, content)
    for name, executed in notebooks.items():
        _update_notebook(folder / name, executed)
    _remove_others(folder, {*wanted, *notebooks})


def _staged_page(
    name: str, content: bytes, files: Collection[str], chapters: Mapping[str, str]
) -> bytes:
    """Return a page that names chapters, and files outside of the book, as they are staged."""

    def staged(text: str) -> str:
        text = point_inside(text, name, lambda place: staged_from_outside(place) in files)
        return _with_chapters(text, name, chapters)

    if name.endswith(".ipynb"):
        return with_markdown(content, staged)
    return staged(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _with_chapters(text: str, where: str, chapters: Mapping[str, str]) -> str:
    """Return the text of a page that names chapters as they are staged."""
    text = point_to_sources(text, where, chapters)
    return text if where.endswith(".rst") else point_to_notebooks(text, where, chapters)


def _staged_toc(content: bytes, chapters: Collection[str]) -> bytes:
    """Return a table of contents that names chapters without their endings.

    They are staged with another one, and Jupyter Book may leave out what is not listed.
    """
    toc = as_mapping(content, "_toc.yml", "the table of contents", lenient=True)

    def without_ending(file: str) -> str:
        name, _ = posixpath.splitext(file)
        return name if name in chapters else file

    staged = _with_files(toc, without_ending)
    return content if staged == toc else yaml.safe_dump(staged, sort_keys=False).encode()


def _with_files(entries: Any, name_of: Callable[[str], str | None]) -> Any:
    """Return a part of a table of contents with other names of files; None removes an entry."""
    if isinstance(entries, list):
        staying = [entry for entry in entries if _stays(entry, name_of)]
        return [_with_files(entry, name_of) for entry in staying]
    if not isinstance(entries, dict):
        return entries
    inner = {key: _with_files(value, name_of) for key, value in entries.items()}
    for key in {"root", "file"} & inner.keys():
        inner[key] = name_of(str(inner[key])) or inner[key]
    return inner


def _stays(entry: Any, name_of: Callable[[str], str | None]) -> bool:
    if not isinstance(entry, dict) or "file" not in entry:
        return True
    return name_of(str(entry["file"])) is not None


def sources_of(edition: Edition) -> dict[str, str]:
    """Return where the authors' own files of chapters are staged, by document."""
    return {
        chapter.docname: _staged_as_myst(chapter)
        if chapter.custom_text is None
        else f"{WRITTEN}/{chapter.where}"
        for chapter in edition.chapters
    }


def _staged_as_myst(chapter: Chapter) -> str:
    return f"{STAGED_SOURCES}/{chapter.slug}.md"


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

        def left(file: str) -> str | None:
            return None if file.removesuffix(".md") in dropped else file

        staged = _with_files(toc, left)
        wanted["_toc.yml"] = yaml.safe_dump(staged, sort_keys=False).encode()
    return wanted


def results_of(runs: Mapping[str, Run]) -> dict[str, dict[str, Any]]:
    """Return the results of an edition, by chapter and key."""
    return {slug: dict(run.results) for slug, run in runs.items()}


def staged_notebook(
    chapter: Chapter,
    edition: Edition,
    run: Run,
    record: Mapping[str, Any],
    chapters: Mapping[str, str],
) -> Any:
    """Return the executed notebook of a chapter as JSON, for reading and downloading.

    `chapters` maps documents to the places of the authors' own files.
    """
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
    entry["ending"] = chapter.path.suffix
    was_run = run.seconds > 0 or not run.key
    is_run_here = was_run and notebook["metadata"].get("language_info") == {"name": "python"}
    if is_run_here:
        # what a kernel says; stored notebooks keep their own
        notebook["metadata"]["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    forget(notebook["metadata"])  # it has been run
    starts = source_map(chapter, notebook["cells"])
    if starts:
        notebook["metadata"][SOURCE_MAP] = starts
    written = notebook["metadata"].get(key) or {}
    notebook["metadata"][key] = {**written, **entry}
    changed = [row for row in rows if row["value"] != row["default"]]
    if changed:
        _assign(notebook, changed)
    where = chapter.where
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = _with_chapters("".join(cell["source"]), where, chapters)
            cell["source"] = point_inside(text, where, lambda place: is_taken(chapter.root / place))
    return notebook


def _assign(notebook: Any, parameters: Sequence[Mapping[str, Any]]) -> None:
    """Show the values of an edition in the cell of parameters: papermill's own cell is hidden.

    In other languages that cell has these alone, as they write them.
    """
    assignments = [f"\n{row['name']} = {row['code']}" for row in parameters]
    heading = "# As in this edition:"
    injected = next(filter(is_injected, notebook["cells"]), None)
    if injected and not is_in_python(notebook["metadata"]):
        first, *rest = "".join(injected["source"]).strip().split("\n")
        heading = first.replace("Parameters", "As in this edition:")
        assignments = [f"\n{line}" for line in rest]
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            lines = [*cell["source"], f"\n\n{heading}", *assignments]
            cell["source"] = "".join(lines)


def staged_config(content: bytes, files: Collection[str], chapters: Mapping[str, str]) -> bytes:
    """Return ``_config.yml`` with execution off, and settings that make Sphinx faster.

    Pages cannot ask to be run either, since all are excluded from execution. What `execute` says
    stays, for documents that extensions write.
    """
    read_config = as_mapping(content, "_config.yml", "the settings of Jupyter Book", lenient=True)
    config = with_staged(read_config, files)
    excluded = _excluding(config.get("exclude_patterns") or [], files, chapters)
    config["exclude_patterns"] = [*excluded, f"{STAGED_SOURCES}/*"]
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


def _excluding(
    patterns: Sequence[str], files: Collection[str], chapters: Mapping[str, str]
) -> list[str]:
    """Return the patterns that exclude pages, none of which excludes a chapter as it is staged.

    `**.ipynb` is replaced by the notebooks that it excludes: a text with cells is staged as one.
    """
    staged = {f"{docname}.ipynb": where for docname, where in chapters.items()}
    excluded: list[str] = []
    for pattern in patterns:
        if any(
            is_matched(name, [pattern]) and not is_matched(where, [pattern])
            for name, where in staged.items()
        ):
            own = {**{name: name for name in files}, **staged}
            names = [name for name, where in own.items() if is_matched(where, [pattern])]
            excluded += map(glob.escape, names)
        else:
            excluded.append(pattern)
    return excluded


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

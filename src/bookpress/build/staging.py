"""The staged source of an edition: the book's own pages, with executed notebooks in place of the chapters."""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bookpress.book.chapters import FOLDER, FRONT_MATTER, discover, toc_files
from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.book.wording import describe, run_command
from bookpress.build.links import point_to_notebooks
from bookpress.errors import PressError
from bookpress.files import files_of, naming, pretty, read, update_file
from bookpress.run.cache import Run
from bookpress.run.tidy import as_file, stamp

COPIED_FOLDERS = ("book", "_static", "_templates")
SOURCES = "sources"
_LABEL = re.compile(r"""^\(([\w-]+)\)=|\bname=["']([\w-]+)["']|^:name: *([\w-]+)""", re.MULTILINE)


def stage(
    project: Project, edition: Edition, runs: Mapping[str, Run], record: Mapping[str, Any], results: bytes, folder: Path
) -> None:
    """Bring a folder to the state of an edition's source; a file that is right already keeps its date.

    Parameters
    ----------
    project : Project
        The book.
    edition : Edition
        The edition.
    runs : mapping
        The run of each chapter, by slug.
    record : mapping
        What ``edition.json`` says.
    results : bytes
        The content of ``results.json``.
    folder : pathlib.Path
        The staged source.
    """
    kept = {chapter.slug for chapter in edition.chapters}
    missing = {chapter["slug"]: chapter["title"] for chapter in record["left_out"]}
    wanted = {
        "_config.yml": staged_config(project, edition),
        "_toc.yml": staged_toc(project, edition),
        "edition.json": pretty(dict(record)).encode(),
        "results.json": results,
        **_linked(page_files(project), kept, missing),
    }
    for chapter in edition.chapters:
        wanted[f"{SOURCES}/{chapter.slug}.md"] = chapter.source.encode("utf-8")
    for name, content in wanted.items():
        update_file(folder / name, content)
    for chapter in edition.chapters:
        rows = describe(chapter.parameters, edition.values[chapter.slug])
        notebook = json.loads(runs[chapter.slug].notebook)
        stamp(notebook, chapter.slug, rows, run_command(chapter.slug, rows), record)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                text = point_to_notebooks("".join(cell["source"]), FOLDER, kept, missing)
                cell["source"] = text.splitlines(keepends=True)
        name = f"{FOLDER}/{chapter.slug}.ipynb"
        wanted[name] = as_file(notebook)
        _update_notebook(folder / name, wanted[name])
    _remove_others(folder, wanted)


def left_out(project: Project, edition: Edition) -> list[dict[str, Any]]:
    """Return the chapters that an edition leaves out, as its pages need to know them.

    Each has its slug, its title, its number in the whole book, and the labels by which other pages may refer to it.
    """
    if not edition.left_out:
        return []
    book = [chapter for chapter in discover(project) if chapter.listed]
    return [
        {
            "slug": chapter.slug,
            "title": chapter.title,
            "number": number,
            "labels": sorted({label for found in _LABEL.findall(chapter.source) for label in found if label}),
        }
        for number, chapter in enumerate(book, 1)
        if chapter.slug in edition.left_out
    ]


def _linked(pages: Mapping[str, bytes], kept: set[str], missing: Mapping[str, str]) -> dict[str, bytes]:
    """Return the pages with links to chapters as the staged source needs them."""
    return {
        name: point_to_notebooks(content.decode("utf-8"), posixpath.dirname(name), kept, missing).encode()
        if name.endswith(".md")
        else content
        for name, content in pages.items()
    }


def page_files(project: Project) -> dict[str, bytes]:
    """Return the files of the book that are no chapters: pages, pictures, references, templates."""
    pages = [name for name in toc_files(project) if not name.startswith(f"{FOLDER}/")]
    found = {f"{name}.md": project.root / f"{name}.md" for name in pages}
    for name in COPIED_FOLDERS:
        for path in files_of(project.root / name):
            found[path.relative_to(project.root).as_posix()] = path
    return {name: read(path) for name, path in found.items()}


def book_config(project: Project) -> dict[str, Any]:
    """Return what ``_config.yml`` says."""
    try:
        return yaml.safe_load(read(project.root / "_config.yml")) or {}
    except yaml.YAMLError as error:
        raise PressError(f"_config.yml is not YAML: {error}") from error


def extra_extensions(project: Project) -> list[str]:
    """Return the Sphinx extensions that the book adds to those of Jupyter Book."""
    named = (book_config(project).get("sphinx") or {}).get("extra_extensions") or []
    return [named] if isinstance(named, str) else [str(name) for name in named]


def staged_config(project: Project, edition: Edition) -> bytes:
    """Return ``_config.yml`` with execution off, and the edition's id where it makes Sphinx write every page anew."""
    config = book_config(project)
    config.setdefault("execute", {})["execute_notebooks"] = "off"
    settings = config.setdefault("sphinx", {}).setdefault("config", {})
    settings["html_context"] = {**settings.get("html_context", {}), "compute_divide_edition": edition.id}
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True).encode()


def staged_toc(project: Project, edition: Edition) -> bytes:
    """Return ``_toc.yml`` without the chapters that the edition leaves out."""
    kept = {f"{FOLDER}/{chapter.slug}" for chapter in edition.chapters}
    return yaml.safe_dump(_pruned(yaml.safe_load(read(project.root / "_toc.yml")), kept), sort_keys=False).encode()


def _pruned(node: Any, kept: Iterable[str]) -> Any:
    """Return a table of contents without the chapters that are not kept, nor parts that have nothing left."""
    if isinstance(node, dict):
        pruned = {key: _pruned(value, kept) for key, value in node.items()}
        return {key: value for key, value in pruned.items() if value != []}
    if isinstance(node, list):
        return [
            pruned for pruned in (_pruned(item, kept) for item in node if _is_kept(item, kept)) if _holds_pages(pruned)
        ]
    return node


def _is_kept(item: Any, kept: Iterable[str]) -> bool:
    name = item.get("file", "").removesuffix(".md") if isinstance(item, dict) else ""
    return not name.startswith(f"{FOLDER}/") or name in kept


def _holds_pages(item: Any) -> bool:
    return not isinstance(item, dict) or bool({"file", "glob", "url", "chapters", "sections"} & set(item))


def _update_notebook(path: Path, content: bytes) -> None:
    """Write an executed notebook; where only the edition's name differs, the file keeps its date.

    Sphinx reads again what has a newer date. The edition is told on the page when it is written, so a chapter that is
    the same in two editions need not be read twice.
    """
    times = None
    if path.is_file():
        if path.read_bytes() == content:
            return
        if _without_edition(path.read_bytes()) == _without_edition(content):
            times = path.stat()
    update_file(path, content)
    if times is not None:
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _without_edition(content: bytes) -> Any:
    notebook = json.loads(content)
    notebook["metadata"].get(FRONT_MATTER, {}).pop("edition", None)
    return notebook


def _remove_others(folder: Path, wanted: Iterable[str]) -> None:
    """Remove the files of a folder that are not wanted, and folders left empty."""
    names = set(wanted)
    with naming(folder):
        for path in list(files_of(folder)):
            if path.relative_to(folder).as_posix() not in names:
                path.unlink()
        for path in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
            if not any(path.iterdir()):
                shutil.rmtree(path)

"""The staged source of an edition: the book's own pages, with executed notebooks in place of the chapters."""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bookpress.book.chapters import FOLDER, FRONT_MATTER, toc_files
from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.book.wording import describe, run_command
from bookpress.errors import PressError
from bookpress.files import files_of, naming, pretty, read, update_file
from bookpress.run.cache import Run
from bookpress.run.tidy import as_file, stamp

COPIED_FOLDERS = ("book", "_static", "_templates")
SOURCES = "sources"
_LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\((?P<path>[^()\s#]*?)(?P<slug>[a-z0-9-]+)\.md(?P<anchor>#[^()\s]*)?\)")


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
    slugs = {chapter.slug for chapter in edition.chapters}
    wanted = {
        "_config.yml": staged_config(project, edition),
        "_toc.yml": read(project.root / "_toc.yml"),
        "edition.json": pretty(dict(record)).encode(),
        "results.json": results,
        **_linked(page_files(project), slugs),
    }
    for chapter in edition.chapters:
        wanted[f"{SOURCES}/{chapter.slug}.md"] = chapter.source.encode("utf-8")
    for name, content in wanted.items():
        update_file(folder / name, content)
    for chapter in edition.chapters:
        rows = describe(chapter.parameters, edition.values[chapter.slug])
        notebook = json.loads(runs[chapter.slug].notebook)
        stamp(notebook, chapter.slug, rows, run_command(chapter.slug, rows, project.settings.command), record)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                text = point_to_notebooks("".join(cell["source"]), FOLDER, slugs)
                cell["source"] = text.splitlines(keepends=True)
        name = f"{FOLDER}/{chapter.slug}.ipynb"
        wanted[name] = as_file(notebook)
        _update_notebook(folder / name, wanted[name])
    _remove_others(folder, wanted)


def point_to_notebooks(text: str, folder: str, slugs: Collection[str]) -> str:
    """Return Markdown whose links to chapters lead to their executed notebooks.

    A link names the file that an author sees (``large-scale-models.md``); staged, the chapter is a notebook. A link to
    what is no chapter is left as it is, for Sphinx to report.

    Examples
    --------
    >>> point_to_notebooks("See [who](../notebooks/who.md#now) and [](how.md).", "book", {"who"})
    'See [who](../notebooks/who.ipynb#now) and [](how.md).'
    """

    def point(link: re.Match[str]) -> str:
        if posixpath.normpath(posixpath.join(folder, link["path"])) != FOLDER or link["slug"] not in slugs:
            return link[0]
        return f"[{link['text']}]({link['path']}{link['slug']}.ipynb{link['anchor'] or ''})"

    return _LINK.sub(point, text)


def _linked(pages: Mapping[str, bytes], slugs: set[str]) -> dict[str, bytes]:
    """Return the pages with links to chapters as the staged source needs them."""
    return {
        name: point_to_notebooks(content.decode("utf-8"), posixpath.dirname(name), slugs).encode()
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

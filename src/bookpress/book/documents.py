"""The files of a book: the documents that ``_toc.yml`` lists, and what lies beside them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from bookpress.book.custom_formats import custom_formats
from bookpress.book.project import BUILD, Project, load_settings
from bookpress.errors import PressError
from bookpress.files import as_mapping, decoded, front_matter, read

ENDINGS = (".md", ".ipynb", ".rst", ".Rmd")
"""Of documents, in the order in which Jupyter Book looks for them."""
SETTINGS = ("_config.yml", "_toc.yml")
SPHINX_FOLDERS = ("_static", "_templates")
"""Folders in which Sphinx looks by itself."""
NO_EVIDENCE = ("book", *SPHINX_FOLDERS)
"""Folders of what pages are made of: no cell reads it."""
GLOB = "glob:"
"""What an entry of ``_toc.yml`` that stands for several documents begins with."""
CODE_CELL = re.compile(r"^(?:`{3,}|:{3,})\{code-cell\}", re.MULTILINE)


def toc_files(project: Project) -> list[str]:
    """Return the documents of ``_toc.yml`` in reading order, the root first, without endings."""
    names = _toc_files(read(project.root / "_toc.yml"), endings(project.root))
    listed: dict[str, None] = {}
    for name in names:
        pattern = name.removeprefix(GLOB)
        matching = _matching(project.root, pattern) if name.startswith(GLOB) else [name]
        listed |= dict.fromkeys(matching)
    return list(listed)


def endings(root: Path) -> tuple[str, ...]:
    """Return the endings of the documents of a book, in the order in which they are looked for."""
    return tuple(dict.fromkeys([*ENDINGS, *custom_formats(root)]))


@cache
def _toc_files(content: bytes, known: Sequence[str]) -> list[str]:
    toc = as_mapping(content, "_toc.yml", "a `root` and chapters")
    if "root" not in toc:
        raise PressError(
            "_toc.yml has no `root`: see https://jupyterbook.org/en/stable/structure/toc.html"
        )
    return [_without_ending(name, known) for name in _entries(toc)]


def _without_ending(name: str, known: Sequence[str]) -> str:
    for ending in known:
        name = name.removesuffix(ending)
    return name


def _matching(root: Path, pattern: str) -> list[str]:
    known = endings(root)
    paths = [path for ending in known for path in root.glob(f"{pattern}{ending}")]
    return sorted({_without_ending(path.relative_to(root).as_posix(), known) for path in paths})


def _entries(node: Any) -> Iterator[str]:
    inner: list[Any] = []
    if isinstance(node, list):
        inner = node
    elif isinstance(node, dict):
        inner = list(node.values())
        names = [node.get("root"), node.get("file")]
        yield from (name for name in names if isinstance(name, str))
        if isinstance(node.get("glob"), str):
            yield f"{GLOB}{node['glob']}"
    for value in inner:
        yield from _entries(value)


def document_path(root: Path, name: str) -> Path:
    """Return the file of a document; where there is none, the one that an author would write."""
    paths = [root / f"{name}{ending}" for ending in endings(root)]
    return next((path for path in paths if path.is_file()), paths[0])


def has_cells(path: Path, where: str, formats: Container[str] = ()) -> bool:
    """Return whether a document has code cells to run.

    One in a format of the book's own is taken for a notebook: `formats` are their endings.
    """
    if path.suffix == ".ipynb":
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            cells = json.loads(decoded(path))["cells"]
            return any(cell["cell_type"] == "code" and "".join(cell["source"]) for cell in cells)
        raise PressError(f"{where} is no notebook of nbformat 4")
    if path.suffix in formats:
        return True
    if path.suffix != ".md":
        return False
    text = decoded(path)
    if not CODE_CELL.search(text):
        return False
    matter = front_matter(text, where)
    return "kernelspec" in matter or "jupytext" in matter or "file_format" in matter


def is_chapter(env: Any, docname: str) -> bool:
    """Return whether a document that Sphinx has read is a chapter; `env` is its environment.

    It was staged as one, or is a notebook with code cells.
    """
    metadata = env.metadata[docname]
    front = json.loads(metadata.get(load_settings(Path(env.srcdir)).front_matter, "{}"))
    if "chapter" in front:
        return True
    return "kernelspec" in metadata and has_cells(Path(env.doc2path(docname)), docname)


def excluded_from_running(project: Project, path: Path) -> bool:
    """Return whether ``execute: exclude_patterns`` of ``_config.yml`` leaves a document unrun."""
    patterns = configuration(project)["execute"].get("exclude_patterns") or []
    name = path.relative_to(project.root).as_posix()
    return _matches(name, patterns)


def runs_apart(project: Project) -> bool:
    """Return whether cells run in a folder of their own: ``execute: run_in_temp``."""
    return bool(configuration(project)["execute"].get("run_in_temp"))


def configuration(project: Project) -> dict[str, Any]:
    """Return what ``_config.yml`` says; `execute` without entries is an empty mapping."""
    return _configuration(read(project.root / "_config.yml"))


@cache
def _configuration(content: bytes) -> dict[str, Any]:
    settings = as_mapping(content, "_config.yml", "Jupyter Book settings")
    return {**settings, "execute": settings.get("execute") or {}}


def source_files(project: Project) -> dict[str, Path]:
    """Return all files that belong to a book, by name.

    Hidden ones do not, nor what was built, nor what ``exclude_patterns`` of ``_config.yml`` names,
    nor what lies outside of the ``folders`` that its settings name.
    """
    named = project.settings.folders
    folders = [*named, *SPHINX_FOLDERS] if named else ["."]
    patterns = [BUILD, *(configuration(project).get("exclude_patterns") or [])]
    paths = {project.root / name for name in SETTINGS}
    paths |= {document_path(project.root, name) for name in toc_files(project)}
    for folder in folders:
        paths |= {*_below(project, project.root / folder, patterns)}
    files = {
        path.relative_to(project.root).as_posix(): path
        for path in paths
        if _belongs(project, path, patterns) and path.is_file()
    }
    return dict(sorted(files.items()))


def _below(project: Project, start: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """Yield the files in a folder and below; folders that do not belong are not read."""
    skipped = {project.build, *project.packages}
    for place, folders, names in os.walk(start):
        here = Path(place)
        inside = [name for name in folders if _belongs(project, here / name, patterns)]
        folders[:] = [name for name in inside if here / name not in skipped]
        yield from (here / name for name in names)


def _belongs(project: Project, path: Path, patterns: Sequence[str]) -> bool:
    if path.name.startswith(".") or path.name in {"__pycache__", "node_modules"}:
        return False
    if (path / "pyvenv.cfg").is_file():
        return False
    return not _matches(path.relative_to(project.root).as_posix(), patterns)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    """Return whether a pattern names a file or a folder that holds it."""
    parts = name.split("/")
    places = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    for pattern in patterns:
        plain = pattern.removesuffix("/**").removesuffix("/*").rstrip("/")
        if any(fnmatchcase(place, plain) for place in places):
            return True
        if plain.startswith("**/") and any(fnmatchcase(place, plain[3:]) for place in places):
            return True
    return False


def files_beside(project: Project) -> dict[str, Path]:
    """Return the files of a book that the cells of its chapters may read, by name.

    The evidence is not among them, wherever it is read from this time.
    """
    beside = {}
    known = endings(project.root)
    for name, path in source_files(project).items():
        is_page = name in SETTINGS or path.suffix in known or name.partition("/")[0] in NO_EVIDENCE
        if not is_page and not name.startswith("data/") and not path.is_relative_to(project.data):
            beside[name] = path
    return beside


def top_level(project: Project) -> list[str]:
    """Return the files and folders at the root of a book that hold all of its files."""
    return list(dict.fromkeys(name.partition("/")[0] for name in source_files(project)))

"""Which documents of a book are its chapters, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.book.custom_formats import custom_formats
from bookpress.book.documents import (
    document_path,
    excluded_from_running,
    has_cells,
    is_notebook,
    toc_files,
    unlisted,
)
from bookpress.book.execution import Execution
from bookpress.book.project import CHAPTERS, Project
from bookpress.book.renamed import load_renamed
from bookpress.errors import PressError
from bookpress.progress import note


def discover(project: Project) -> list[Chapter]:
    """Return the chapters: documents with code cells, in the order of ``_toc.yml``.

    What it does not list comes last: other documents that Jupyter Book would make pages of, and
    those of the folder for new chapters.
    """
    listed = toc_files(project)
    paths = {name: document_path(project.root, name) for name in listed}
    _check_listed(project, listed, paths)
    paths = {name: path for name, path in paths.items() if path.is_file()}
    drafts = [f"{CHAPTERS}/{path.stem}" for path in sorted((project.root / CHAPTERS).glob("*.md"))]
    others = {name: document_path(project.root, name) for name in drafts if name not in paths}
    run = [name for name, path in paths.items() if _is_run(project, path)]
    run += [name for name, path in others.items() if _is_run(project, path)]
    for name, path in unlisted(project, {*paths, *others}).items():
        with suppress(PressError):  # Sphinx says what it makes of it
            others[name] = path
            run += [name] if _is_run(project, path) else []
    paths |= others
    slugs = _slugs(run, [*listed, *drafts])
    of_book: dict[str, Any] = {
        "settings": project.settings,
        "renamed": load_renamed(project),
        "of_book": Execution.of_book(project.root),
    }
    documents = [Chapter(slugs[name], paths[name], name, name in listed, **of_book) for name in run]
    chapters = list(filter(_has_readable_cells, documents))
    if not chapters and project.settings.is_laid_out:
        raise PressError(
            "no chapters: no document that _toc.yml lists has code cells to run; a chapter is a "
            ".ipynb, or a .md whose front matter names a kernel"
        )
    return chapters


def _check_listed(project: Project, listed: Sequence[str], paths: Mapping[str, Path]) -> None:
    """Say which documents there are not that ``_toc.yml`` lists; raise where none may lack."""
    missing = [_where(project, paths[name]) for name in listed if not paths[name].is_file()]
    if not missing:
        return
    problem = f"_toc.yml lists {', '.join(missing)}: no such file"
    if project.settings.strict or project.settings.is_laid_out or not paths[listed[0]].is_file():
        raise PressError(problem)
    note(problem)


def _where(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix()


def _is_run(project: Project, path: Path) -> bool:
    """Return whether a document is a chapter.

    In a book that the press lays out every notebook of the folder for chapters is one.
    """
    if excluded_from_running(project, path):
        return False
    where = _where(project, path)
    is_kept_there = project.settings.is_laid_out and where.startswith(f"{CHAPTERS}/")
    formats = custom_formats(project.root)
    return is_kept_there or has_cells(path, where, formats, strict=project.settings.strict)


def _has_readable_cells(chapter: Chapter) -> bool:
    """Return whether a document is a chapter whose cells can be read, or one that must be.

    Where they cannot and Jupyter Book would not read them either, it is a page, which is told.
    """
    if chapter.settings.strict or chapter.path.suffix != ".md" or is_notebook(chapter.source):
        return True
    try:
        chapter.notebook  # noqa: B018 - parsed
    except PressError as error:
        note(f"{error}: it counts as a page without code")
        return False
    return True


def _slugs(names: Sequence[str], before: Container[str]) -> dict[str, str]:
    """Return what chapters are called, by their documents.

    That is the last part of the name; where two have the same, the whole of it. Of those that come
    `before` the others change no name.
    """
    last = {name: _slug(name.rpartition("/")[2]) for name in names}
    first = [slug for name, slug in last.items() if name in before]
    every = [*last.values()]
    slugs = {}
    for name, slug in last.items():
        rivals = first if name in before else every
        slugs[name] = slug if rivals.count(slug) == 1 else _slug(name)
    return slugs


def _slug(name: str) -> str:
    """Return a name with a hyphen for what is no letter, digit, point or underscore."""
    slug = re.sub(r"[^\w.]+", "-", name)
    return slug.strip("-.") or "chapter"

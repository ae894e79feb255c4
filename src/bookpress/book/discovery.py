"""Which documents of a book are chapters, and their slugs."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Container, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from bookpress.book.cells import excluded_from_running, has_cells, is_notebook
from bookpress.book.chapters import Chapter
from bookpress.book.custom_formats import custom_formats
from bookpress.book.documents import (
    document_paths,
    listed_documents,
    may_be_written,
    unlisted,
)
from bookpress.book.execution import Execution
from bookpress.book.project import CHAPTERS, Project
from bookpress.book.renamed import load_renamed
from bookpress.chapter.quotes import page_name
from bookpress.errors import PressError, some_of
from bookpress.files import decoded
from bookpress.terminal.messages import note

MOST_NAMED = 8
"""As many documents that are not there are named."""


def discover(project: Project) -> list[Chapter]:
    """Return the chapters, which are documents with code cells, in the order of ``_toc.yml``.

    Those that it does not list come last: other documents that Jupyter Book would turn into pages,
    and new chapters in the folder for them.
    """
    paths = listed_documents(project)
    listed = list(paths)
    _check_listed(project, list(paths.values()))
    paths = {name: path for name, path in paths.items() if path.is_file()}
    drafts = [f"{CHAPTERS}/{path.stem}" for path in sorted((project.root / CHAPTERS).glob("*.md"))]
    others = document_paths(project.root, {name: "" for name in drafts if name not in paths})
    run = [name for name, path in paths.items() if _is_run(project, path)]
    run += [name for name, path in others.items() if _is_run(project, path)]
    for name, path in unlisted(project, {*paths, *others}).items():
        with suppress(PressError):  # Sphinx reports what is wrong with it
            others[name] = path
            run += [name] if _is_run(project, path) else []
    paths |= others
    slugs = _slugs(run, [*listed, *drafts])
    of_book: dict[str, Any] = {
        "settings": project.settings,
        "read_renamed": partial(load_renamed, project),
        "of_book": Execution.of_book(project.root),
    }
    documents = [Chapter(slugs[name], paths[name], name, name in listed, **of_book) for name in run]
    return list(filter(_has_readable_cells, documents))


def _check_listed(project: Project, paths: Sequence[Path]) -> None:
    """Report documents that ``_toc.yml`` lists but that do not exist; raise if none may be missing.

    The first is always needed. What an extension may yet write is missed later.
    """
    root = paths[0]
    missing = [path for path in paths if not path.is_file()]
    if root in missing or (missing and not may_be_written(project)):
        problem = missing_problem(project, missing)
        if root in missing:
            problem += _where_pages_are(project, root)
        if project.settings.strict or root in missing:
            raise PressError(problem)
        note(problem)


def _where_pages_are(project: Project, root: Path) -> str:
    """Return the end of a message: the folder below or above that has the first page, if any."""
    name = _where(project, root)
    below = (path for path in sorted(project.root.iterdir()) if path.is_dir())
    for folder in (*below, *project.root.parents[:2]):
        if (folder / name).is_file():
            place = os.path.relpath(folder, project.root)
            return f"; {place} has it: put _toc.yml and _config.yml there, or links to them"
    return ""


def missing_problem(project: Project, missing: Sequence[Path]) -> str:
    """Return what to say of documents that ``_toc.yml`` lists but that do not exist."""
    names = [_where(project, path) for path in missing]
    return f"_toc.yml lists {some_of(names, MOST_NAMED)}: no such file"


def _where(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix()


def _is_run(project: Project, path: Path) -> bool:
    """Return whether a document is a chapter.

    In a book that the press lays out, every notebook in the folder for chapters is one.
    """
    if excluded_from_running(project, path):
        return False
    where = _where(project, path)
    is_kept_there = project.settings.is_laid_out and where.startswith(f"{CHAPTERS}/")
    strict = project.settings.strict
    if is_kept_there:
        return True
    if not has_cells(path, where, custom_formats(project.root), strict=strict):
        return False
    if path.suffix != ".md" or project.settings.is_laid_out:
        return True
    if is_notebook(decoded(path, lenient=not strict)):
        return True
    note(
        f"{where}: its cells are not run, as in Jupyter Book: a kernel alone makes no notebook; "
        "`file_format: mystnb` beside it does"
    )
    return False


def _has_readable_cells(chapter: Chapter) -> bool:
    """Return whether a document's cells can be read, or must be.

    If they cannot, and Jupyter Book would not read them either, the document is an ordinary page,
    with a note.
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
    """Return the slugs of chapters, by document.

    A slug is the last part of the name or, if two would be equal, the whole name. The documents in
    `before` keep their slugs no matter what the others are called.
    """
    last = {name: slug_of(name.rpartition("/")[2]) for name in names}
    first = [slug for name, slug in last.items() if name in before]
    every = [*last.values()]
    slugs: dict[str, str] = {}
    for name in sorted(last, key=lambda name: name not in before):
        rivals = first if name in before else every
        slug = last[name] if rivals.count(last[name]) == 1 else slug_of(name)
        slugs[name] = _numbered(slug, {*slugs.values()})
    return slugs


def namesakes(chapters: Sequence[Chapter]) -> str:
    """Return what to say of chapters whose files share a name with others; empty if none do."""
    named = [each for each in chapters if each.slug != slug_of(page_name(each.docname))]
    if not named:
        return ""
    slugs = some_of([chapter.slug for chapter in named], MOST_NAMED)
    return (
        f"files of the same name: commands call their chapters {slugs}, "
        f"and also take the file, such as {named[0].where}"
    )


def _numbered(slug: str, taken: Container[str]) -> str:
    """Return a slug, with a number if another document has it.

    Two names may differ in nothing but what a slug leaves out: ``a b`` and ``a-b``.
    """
    tries = itertools.chain([slug], (f"{slug}-{number}" for number in itertools.count(2)))
    return next(each for each in tries if each not in taken)


def slug_of(name: str) -> str:
    """Return a name with hyphens for all but letters, digits, points and underscores."""
    slug = re.sub(r"[^\w.]+", "-", name)
    return slug.strip("-.") or "chapter"

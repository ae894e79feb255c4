"""The text of the pages that a check reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bookpress.book.chapters import Chapter
from bookpress.book.documents import document_paths, listed_documents, toc_files
from bookpress.book.project import Project
from bookpress.files import decoded


def pages_of(project: Project, chapters: Sequence[Chapter]) -> dict[str, str]:
    """Return the text of every page, by file."""
    pages = {}
    sources = {chapter.docname: chapter for chapter in chapters}
    names = dict.fromkeys([*toc_files(project), *sources], "")
    for name, path in document_paths(project.root, names).items():
        if name in sources:
            pages[sources[name].where] = sources[name].source
        elif path.suffix == ".md" and path.is_file():
            pages[f"{name}.md"] = decoded(path, lenient=not project.settings.strict)
    return pages


def missing_pages(project: Project) -> Iterator[tuple[int, str]]:
    """Yield the line of ``_toc.yml`` and the file of each document that does not exist."""
    lines = decoded(project.root / "_toc.yml").splitlines()
    for name, path in listed_documents(project).items():
        if not path.is_file():
            places = [number for number, line in enumerate(lines, 1) if name in line]
            yield next(iter(places), 1), path.relative_to(project.root).as_posix()

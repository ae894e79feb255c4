"""The text of the pages that a check reads."""

from __future__ import annotations

from collections.abc import Sequence

from bookpress.book.chapters import Chapter
from bookpress.book.documents import document_path, toc_files
from bookpress.book.project import Project
from bookpress.files import decoded


def pages_of(project: Project, chapters: Sequence[Chapter]) -> dict[str, str]:
    """Return the text of every page, by file."""
    pages = {}
    sources = {chapter.docname: chapter for chapter in chapters}
    for name in dict.fromkeys([*toc_files(project), *sources]):
        path = document_path(project.root, name)
        if name in sources:
            pages[sources[name].where] = sources[name].source
        elif path.suffix == ".md":
            pages[f"{name}.md"] = decoded(path)
    return pages

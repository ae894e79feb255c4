"""A new chapter, from the book's own pattern: it runs, and builds, as soon as it is there."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from bookpress.book.chapters import FOLDER, discover
from bookpress.book.project import Project
from bookpress.errors import UsageError, nearest, quoted
from bookpress.files import decoded, replace_file

PATTERN = "book/new-chapter.md"
"""What a new chapter holds at first, with ``$title`` and ``$slug``: each book has its own."""


def new_chapter(project: Project, slug: str, after: str | None = None) -> Path:
    """Write a chapter and its entry in ``_toc.yml``, behind the last one or the one named; return its file.

    Raises
    ------
    UsageError
        If the name is none for an address, or taken, if it has nothing to stand behind, or the book has no pattern.
    """
    known = [chapter.slug for chapter in discover(project)]
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug):
        raise UsageError(f"{quoted(slug)} is no name of a chapter: it is small letters, digits and - between words")
    if slug in known:
        raise UsageError(f"there is a chapter {quoted(slug)} already")
    if after is not None and after not in known:
        raise UsageError(f"no chapter {quoted(after)}{nearest(after, known)}")
    pattern, toc = project.root / PATTERN, project.root / "_toc.yml"
    if not pattern.is_file():
        raise UsageError(f"this book has no pattern for chapters: {PATTERN} with $title and $slug in it")
    listed = decoded(toc)
    entries = list(
        re.finditer(
            rf"^( *- file: *){FOLDER}/{re.escape(after) if after else '.*?'}(?:\.md)? *\n", listed, re.MULTILINE
        )
    )
    if not entries:
        raise UsageError("_toc.yml lists no chapter on a line of its own to put the new one behind; add it by hand")
    end, path = entries[-1].end(), project.root / FOLDER / f"{slug}.md"
    text = Template(decoded(pattern)).safe_substitute(title=slug.replace("-", " ").capitalize(), slug=slug)
    replace_file(path, text.encode())
    replace_file(toc, f"{listed[:end]}{entries[-1][1]}{FOLDER}/{slug}\n{listed[end:]}".encode())
    return path

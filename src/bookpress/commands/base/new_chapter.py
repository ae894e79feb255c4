"""A new chapter of a book: its file from a pattern, and its entry in ``_toc.yml``."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from bookpress.book.chapters import named_chapters
from bookpress.book.discovery import discover
from bookpress.book.project import CHAPTERS, Project
from bookpress.errors import UsageError, quoted
from bookpress.files import decoded, replace_file

PATTERN = "book/new-chapter.md"
"""The pattern of a new chapter, with ``$title`` and ``$slug``."""


def new_chapter(project: Project, slug: str, after: str | None = None) -> Path:
    """Write a chapter and its entry in ``_toc.yml``; return its file.

    The entry follows the last one, or the one named.
    """
    chapters = discover(project)
    named_chapters(chapters, [after] if after is not None else [])
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug):
        raise UsageError(
            f"{quoted(slug)} is not the name of a chapter: "
            "it has lower-case letters, digits and - between words"
        )
    if slug in {chapter.slug for chapter in chapters}:
        raise UsageError(f"there is a chapter {quoted(slug)} already")
    pattern = project.root / PATTERN
    if not pattern.is_file():
        raise UsageError(
            f"this book has no pattern for chapters: write one, {PATTERN}, with $title and $slug"
        )
    toc = project.root / "_toc.yml"
    entries = _with_entry(decoded(toc), slug, after)
    title = slug.replace("-", " ").capitalize()
    text = Template(decoded(pattern)).safe_substitute(title=title, slug=slug)
    path = project.root / CHAPTERS / f"{slug}.md"
    if path.exists():  # a page without code is no chapter
        raise UsageError(f"there is a file {path.relative_to(project.root)} already")
    replace_file(path, text.encode())
    replace_file(toc, entries.encode())
    return path


def _with_entry(toc: str, slug: str, after: str | None) -> str:
    """Return the text of ``_toc.yml`` with one more chapter, after the last or the named one."""
    name = re.escape(after) if after else ".*?"
    entry = re.compile(rf"^( *- file: *){CHAPTERS}/{name}(?:\.md)? *(\r?\n|\Z)", re.MULTILINE)
    entries = list(entry.finditer(toc))
    if not entries:
        raise UsageError(
            "_toc.yml lists no chapter on a line of its own to put the new one after; "
            "add it by hand"
        )
    last = entries[-1]
    line_end = last[2] or "\n"
    return (
        f"{toc[: last.start(2)]}{line_end}{last[1]}{CHAPTERS}/{slug}{line_end}{toc[last.end() :]}"
    )

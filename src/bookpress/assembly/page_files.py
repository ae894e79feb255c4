"""The files of a book that its pages are made from, besides the chapters."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bookpress.assembly.links import (
    extensions_outside,
    included_in,
    markdown_in,
    outside_in,
    settings_outside,
    staged_from_outside,
)
from bookpress.book.configuration import FILE, configuration, settings_file
from bookpress.book.documents import LARGEST_EXCLUDED, excluded_files, source_files
from bookpress.book.project import Project
from bookpress.edition.editions import Edition
from bookpress.errors import PressError
from bookpress.files import decoded, front_matter, read


def page_files(project: Project, edition: Edition) -> dict[str, bytes]:
    """Return the files of an edition's book that are not chapters, by name.

    Files that a page includes or shows are among them even if they are excluded from the pages. A
    page that is not text, or could run code when it is read, is an error; excluded ones are left
    out.
    """
    chapters = edition.read.chapters
    taken = {chapter.where for chapter in chapters}
    belonging = source_files(project)
    paths = {name: path for name, path in belonging.items() if name not in taken}
    texts = {chapter.where: chapter.source for chapter in chapters}
    strict = project.settings.strict
    for name, path in paths.items():
        if path.suffix == ".md":
            front_matter(decoded(path, lenient=not strict), name, strict=strict)
        if path.suffix in {".md", ".rst"}:
            texts[name] = decoded(path, lenient=not strict)
    notebooks = [name for name in paths if name.endswith(".ipynb")]
    shown_by = {**texts, **{name: markdown_in(read(paths[name])) for name in notebooks}}
    for name, text in shown_by.items():
        for included in included_in(text, name):
            path = project.root / included
            if included not in taken and path.is_file():
                paths.setdefault(included, path)
    paths |= _from_outside(project, shown_by)
    excluded = excluded_files(project, belonging)
    shown = {name: path for name, path in excluded.items() if _is_sound(path)}
    paths = {**{name: shown[name] for name in shown.keys() - taken}, **paths}
    return {name: _content(path, texts.get(name)) for name, path in sorted(paths.items())}


def _from_outside(project: Project, texts: Mapping[str, str]) -> dict[str, Path]:
    """Return the files outside of a book that pages or settings name, by where to stage them."""
    places = {place for name, text in texts.items() for place in outside_in(text, name)}
    settings = configuration(project.root)
    places |= {*settings_outside(project.root, settings)}
    places |= {*extensions_outside(project.root, settings)}
    files = {staged_from_outside(place): project.root / place for place in places}
    files[FILE] = settings_file(project.root)
    return {name: path for name, path in files.items() if is_taken(path)}


def is_taken(path: Path) -> bool:
    """Return whether a file outside of a book is small enough to be staged."""
    return path.is_file() and path.stat().st_size <= LARGEST_EXCLUDED


def _content(path: Path, text: str | None) -> bytes:
    """Return the content of a file; wrong bytes in a text were reported when it was decoded."""
    content = read(path)
    if text is None or text in content.decode("utf-8", errors="replace"):
        return content
    return text.encode()


def _is_sound(path: Path) -> bool:
    """Return whether a file is not a page, or is one that can be read."""
    if path.suffix != ".md":
        return True
    with suppress(PressError):
        front_matter(decoded(path, lenient=True), path.name, strict=False)
        return True
    return False

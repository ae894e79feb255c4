"""What a book's settings name outside of its folder: logos, styles, bibliographies, extensions."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bookpress.assembly.links import staged_from_outside


def settings_outside(root: Path, settings: Any) -> Iterator[str]:
    """Yield the files outside of a book that settings name, alone or with their folder.

    Files are relative to the root of the book.
    """
    if isinstance(settings, dict):
        settings = [*settings.values()]
    if isinstance(settings, list):
        for entry in settings:
            yield from settings_outside(root, entry)
    elif place := _place(settings):
        path = root / place
        below = path.rglob("*") if path.is_dir() else [path]
        yield from (f"{place}{str(each).removeprefix(str(path))}" for each in below)


def with_staged(settings: Any, files: Collection[str]) -> Any:
    """Return settings that name the staged copies of what they name outside of the book."""
    inner = partial(with_staged, files=files)
    if isinstance(settings, dict):
        return {name: inner(entry) for name, entry in settings.items()}
    if isinstance(settings, list):
        return [inner(entry) for entry in settings]
    place = _place(settings)
    staged = staged_from_outside(place) if place else ""
    is_staged = staged in files or any(name.startswith(f"{staged}/") for name in files)
    return staged if place and is_staged else settings


def _place(entry: Any) -> str:
    """Return a path that leads out of the book, without needless steps; empty if it is none."""
    if not isinstance(entry, str) or not entry.startswith(("../", "./../")) or "\n" in entry:
        return ""
    place = posixpath.normpath(entry)
    return place if place.strip("./") else ""

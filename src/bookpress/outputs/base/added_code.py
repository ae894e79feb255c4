"""Hashes of the code that other packages add to the press: pages and formats rest on it too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from bookpress.elements.base import registry
from bookpress.files import canonical, read, sha256, tree
from bookpress.formats import Format, added
from bookpress.plugins import code_of, is_extended


def code_of_elements() -> str:
    """Return a hash of the elements of other packages, and of what they make with each page.

    Formats that are made with each page count among the latter. Empty if there are none.
    """
    folders: list[Path] = []
    if is_extended(registry.GROUP):  # otherwise no element need be imported
        folders += [element.folder for element in registry.added()]
    for module, form in added():
        folders += [] if form.is_asked_for else code_of(module)
    return _hash(folders) if folders else ""


def code_of_formats(formats: Sequence[Format]) -> dict[str, str]:
    """Return hashes of those of some formats that other packages add."""
    return {form.name: _hash(code_of(module)) for module, form in added() if form in formats}


def _hash(places: Iterable[Path]) -> str:
    hashes = [tree(place) if place.is_dir() else sha256(read(place)) for place in places]
    return sha256(canonical(hashes).encode())

"""The settings of a book for Jupyter Book in ``_config.yml``, including those for Sphinx."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bookpress.book.project import load_settings
from bookpress.files import as_mapping, read

FILE = "_config.yml"


def settings_file(root: Path) -> Path:
    """Return the file of the settings: the one in a book's folder, or else the next above it."""
    places = [root / FILE, *(above / FILE for above in root.resolve().parents)]
    return next((path for path in places if path.is_file()), root / FILE)


def configuration(root: Path) -> Mapping[str, Any]:
    """Return all settings; `execute` and `sphinx` are empty mappings if they have no entries.

    A book without the file has the defaults of Jupyter Book.
    """
    path = settings_file(root)
    return _configuration(read(path) if path.is_file() else b"", load_settings(root).strict)


@cache
def _configuration(content: bytes, strict: bool) -> Mapping[str, Any]:
    settings = as_mapping(content, FILE, "the settings of Jupyter Book", lenient=not strict)
    parts = {name: settings.get(name) or {} for name in ("execute", "sphinx")}
    return {**settings, **parts}


def sphinx_settings(root: Path) -> Mapping[str, Any]:
    """Return the settings passed on to Sphinx, ``sphinx: config:``."""
    return configuration(root)["sphinx"].get("config") or {}

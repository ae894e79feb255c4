"""The settings of a book for Jupyter Book in ``_config.yml``, including those for Sphinx."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from bookpress.book.project import load_settings
from bookpress.errors import UsageError, short
from bookpress.files import as_mapping, read
from bookpress.terminal.messages import note

FILE = "_config.yml"
PARTS = ("html", "latex", "parse", "launch_buttons", "sphinx")
"""The settings that have entries of their own, besides `execute`."""
OF_SPHINX = ("config", "local_extensions")
"""The settings in `sphinx` that have."""


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
    execute = _of_execution(settings.get("execute"))
    _check(settings, PARTS)
    sphinx = settings.get("sphinx") or {}
    _check(sphinx, OF_SPHINX, "sphinx: ")
    _check(sphinx.get("config") or {}, ("nb_custom_formats",), "sphinx: config: ")
    _link_patterns(sphinx.get("config") or {})
    for name, folder in (sphinx.get("local_extensions") or {}).items():
        if not isinstance(folder, str):
            what = f"`sphinx: local_extensions: {name}` is {short(repr(folder))}"
            raise UsageError(f"{FILE}: {what}; allowed: the folder that has it")
    return {**settings, "execute": execute, "sphinx": sphinx}


def _of_execution(execute: Any) -> Mapping[str, Any]:
    """Return the settings of execution; a single word is none, as in Jupyter Book."""
    if execute is None:
        return {}
    if not isinstance(execute, dict):
        asked = short(repr(execute))
        what = "allowed: settings such as `{execute_notebooks: force}`"
        note(f"{FILE}: `execute` is {asked}, which Jupyter Book ignores; {what}")
        return {}
    if patterns := execute.get("exclude_patterns"):
        return {**execute, "exclude_patterns": _patterns(patterns)}
    return execute


def _patterns(written: Any) -> list[str]:
    """Return the patterns of documents that are not run, of which each matches something."""
    place = f"{FILE}: `execute: exclude_patterns`"
    if isinstance(written, str):
        note(f"{place} is no list: {short(written)} is its only pattern")
        written = [written]
    if not isinstance(written, list) or not all(map(_is_pattern, written)):
        raise UsageError(f"{place} is {short(repr(written))}; allowed: a list of patterns")
    return written


def _is_pattern(entry: Any) -> bool:
    return isinstance(entry, str) and entry not in {"", "."}


def _check(settings: Mapping[str, Any], names: Sequence[str], place: str = "") -> None:
    """Raise if one of these settings is something without entries."""
    for name in names:
        entries = settings.get(name) or {}
        if not isinstance(entries, dict):
            what = f"`{place}{name}` is {short(repr(entries))}"
            raise UsageError(f"{FILE}: {what}; allowed: settings with their values")


def sphinx_settings(root: Path) -> Mapping[str, Any]:
    """Return the settings passed on to Sphinx, ``sphinx: config:``."""
    return configuration(root)["sphinx"].get("config") or {}


def unchecked_links(root: Path) -> list[re.Pattern[str]]:
    """Return the patterns of links that are not checked, those that Sphinx's own check ignores."""
    return _link_patterns(sphinx_settings(root))


def _link_patterns(of_sphinx: Mapping[str, Any]) -> list[re.Pattern[str]]:
    patterns = of_sphinx.get("linkcheck_ignore") or []
    with suppress(re.error, TypeError):
        if isinstance(patterns, list):
            return [*map(re.compile, patterns)]
    what = f"`sphinx: config: linkcheck_ignore` is {short(repr(patterns))}"
    raise UsageError(f"{FILE}: {what}; allowed: a list of regular expressions")

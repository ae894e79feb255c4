"""Notebooks in formats of the book's own choice: ``nb_custom_formats`` of its settings."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bookpress.errors import PressError, short
from bookpress.files import as_mapping, read


class CustomFormat(NamedTuple):
    """What reads the documents with an ending: a function by its dotted name, and its options."""

    function: str
    options: tuple[tuple[str, Any], ...]

    def notebook(self, text: str, where: str) -> str:
        """Return the text of a document as that of a notebook of nbformat.

        Raises
        ------
        PressError
            If the function is not there, or fails.
        """
        import nbformat

        try:
            read_text = pkgutil.resolve_name(self.function)
            return str(nbformat.writes(read_text(text, **dict(self.options))))
        except Exception as error:
            reason = short(f"{type(error).__name__}: {error}")
            message = f"{where} cannot be read by {self.function}, as nb_custom_formats says"
            raise PressError(f"{message}: {reason}") from error


def custom_formats(root: Path) -> Mapping[str, CustomFormat]:
    """Return the formats that the settings of a book name, by the endings of their documents."""
    return _custom_formats(read(root / "_config.yml"))


@cache
def _custom_formats(content: bytes) -> Mapping[str, CustomFormat]:
    settings = as_mapping(content, "_config.yml", "Jupyter Book settings")
    config = (settings.get("sphinx") or {}).get("config") or {}
    formats = {}
    for ending, named in (config.get("nb_custom_formats") or {}).items():
        # a function alone, or with options and whether it is CommonMark
        parts = named if isinstance(named, list) else [named]
        function, *more = parts
        options = (more[0] or {}) if more else {}
        formats[str(ending)] = CustomFormat(str(function), tuple(options.items()))
    return formats

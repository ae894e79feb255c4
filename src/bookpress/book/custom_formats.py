"""Notebooks in formats of the book's choice: ``nb_custom_formats`` in its settings."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bookpress.book.configuration import sphinx_settings
from bookpress.errors import PressError, short


class CustomFormat(NamedTuple):
    """The reader of documents with a suffix: a function by its dotted name, and its options."""

    function: str
    options: tuple[tuple[str, Any], ...]

    def notebook(self, text: str, where: str) -> str:
        """Return a document as the text of an .ipynb.

        Raises
        ------
        PressError
            If the function does not exist, or fails.
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
    """Return the formats that a book's settings name, by suffix."""
    formats = {}
    for ending, named in (sphinx_settings(root).get("nb_custom_formats") or {}).items():
        # a function alone, or a list: function, options, and whether it is CommonMark
        parts = named if isinstance(named, list) else [named]
        function, *more = parts
        options = (more[0] or {}) if more else {}
        formats[str(ending)] = CustomFormat(str(function), tuple(options.items()))
    return formats

"""Pages that stand apart from an edition but have the look of the book: a comparison, a sweep. Knows no Sphinx."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from bookpress.files import replace_file
from bookpress.page.base.templates import STATIC, environment

STATIC_FILES = ("reading.css", "fonts")


def page_text(template: str, **values: Any) -> str:
    """Return a page of ``templates/apart``.

    Parameters
    ----------
    template : str
        Name of the file.
    **values
        What the template names; a missing one is an error.
    """
    return environment("apart").get_template(template).render(**values)


def write_page(folder: Path, text: str) -> Path:
    """Write a page as ``index.html``, what it loads first, and return its path."""
    for name in STATIC_FILES:
        source, target = STATIC / name, folder / "_static" / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            replace_file(target, source.read_bytes())
    replace_file(folder / "index.html", text.encode("utf-8"))
    return folder / "index.html"

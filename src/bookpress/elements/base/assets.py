"""Styles and scripts that pages load, from the folders of the elements they belong to."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path

from bookpress.files import replace_file

ELEMENTS = Path(__file__).parents[1]
FONTS = Path(__file__).with_name("fonts")
SUFFIXES = (".css", ".js")


@cache
def served() -> dict[str, Path]:
    """Return the styles and scripts of all elements by the names that pages load them by."""
    files = (path for path in sorted(ELEMENTS.glob("*/*")) if path.suffix in SUFFIXES)
    return {path.name: path for path in files}


def content(name: str) -> bytes:
    """Return a style or script."""
    return served()[name].read_bytes()


@cache
def digest(name: str) -> str:
    """Return a short hash of a style or script, by which browsers tell a new version."""
    return hashlib.sha256(content(name)).hexdigest()[:8]


def write_all(static: Path) -> None:
    """Write all styles, scripts and fonts into the folder that pages load them from."""
    for name in served():
        replace_file(static / name, content(name))
    shutil.copytree(FONTS, static / "fonts", dirs_exist_ok=True)

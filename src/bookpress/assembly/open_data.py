"""Results and statements beside the pages, with the JSON Schemas for them."""

from __future__ import annotations

import shutil
from pathlib import Path

SCHEMAS = Path(__file__).parent / "schemas"
FILES = ("results.json", "statements.json")
"""The edition's own files that the site has at its root."""


def write_open_data(edition: Path, pages: Path) -> None:
    """Copy an edition's results and statements, and their schemas, to its pages."""
    for name in FILES:
        shutil.copyfile(edition / name, pages / name)
    shutil.copytree(SCHEMAS, pages / SCHEMAS.name, dirs_exist_ok=True)

"""Results and statements beside the pages, with the JSON Schemas that describe them."""

from __future__ import annotations

import shutil
from pathlib import Path

SCHEMAS = Path(__file__).parent / "schemas"
FILES = ("results.json", "statements.json")
"""What the site has of an edition's own files, at its root."""


def write_open_data(edition: Path, pages: Path) -> None:
    """Put an edition's results and statements beside its pages, and the schemas of both."""
    for name in FILES:
        shutil.copyfile(edition / name, pages / name)
    shutil.copytree(SCHEMAS, pages / SCHEMAS.name, dirs_exist_ok=True)

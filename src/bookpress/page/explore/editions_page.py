"""The index of several built editions: one site, in which each says how it differs from the published one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bookpress.book.project import Project
from bookpress.citation.record import load_book
from bookpress.page.base.templates import write_apart


def write_page(project: Project, folders: Sequence[str]) -> Path:
    """Write the index of built editions, by the names of their folders, beside them; return its path."""
    return write_apart(
        project.editions,
        "editions.html",
        book=load_book(project.root),
        editions=[_row(project.editions / name, name) for name in dict.fromkeys(folders)],
    )


def _row(folder: Path, name: str) -> dict[str, Any]:
    record = json.loads((folder / "edition.json").read_text("utf-8"))
    differs: dict[tuple[str, str, str], list[str]] = {}
    for one in record["differs"]:
        choice = (one["name"], json.dumps(one["value"]), json.dumps(one["default"]))
        differs.setdefault(choice, []).append(one["chapter"])
    return {
        "title": record["title"] or name,
        "id": record["id"],
        "description": record["description"],
        "address": f"{quote(name)}/html/index.html",
        "command": record["command"],
        "differs": [
            {"name": choice[0], "value": json.loads(choice[1]), "default": json.loads(choice[2]), "chapters": chapters}
            for choice, chapters in differs.items()
        ],
    }

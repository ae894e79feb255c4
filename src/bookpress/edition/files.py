"""The files of editions: ``book/editions/<name>.yml``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bookpress.book.project import Project
from bookpress.errors import UsageError, nearest, quoted
from bookpress.files import load_model

DEFAULT = "default"
FOLDER = "book/editions"
ID_LENGTH = 12
NAMING = (
    "the name of an edition has letters a to z, digits, - _ and ., does not begin with - or ., "
    f"and is not {ID_LENGTH} hexadecimal digits as an id is"
)


class EditionFile(BaseModel):
    """The content of ``book/editions/<name>.yml``."""

    model_config = ConfigDict(extra="forbid")

    title: str
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)


def is_name(name: str) -> bool:
    """Return whether an edition may have a name: folders, addresses and commands contain it."""
    is_plain = re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", name)
    is_id = re.fullmatch(r"[0-9a-f]{12}", name)
    return bool(is_plain) and not is_id


def path_of(name: str) -> str:
    """Return the file of an edition, relative to the book's root."""
    return f"{FOLDER}/{name}.yml"


def edition_names(project: Project) -> list[str]:
    """Return the names of the editions with a file, and ``default``, which needs none."""
    names = {path.stem for path in (project.root / FOLDER).glob("[!.]*.yml")}
    return sorted({DEFAULT, *filter(is_name, names)})


def file_faults(project: Project) -> dict[str, str]:
    """Return what is wrong with the names of files, such as ``must be renamed to x.yml``."""
    faults = {}
    for path in sorted((project.root / FOLDER).glob("[!.]*.y*ml")):
        file = f"{FOLDER}/{path.name}"
        if not is_name(path.stem):
            faults[file] = f"must be renamed: {NAMING}"
        elif path.suffix != ".yml":
            faults[file] = f"must be renamed to {path.stem}.yml"
    return faults


def load_edition_file(project: Project, name: str) -> EditionFile:
    """Return the content of an edition's file; the default edition needs none."""
    for file, fault in file_faults(project).items():
        if Path(file).stem == name:
            raise UsageError(f"no edition {quoted(name)}: {file} {fault}")
    names = edition_names(project)
    if name not in names:
        raise UsageError(f"no edition {quoted(name)}{nearest(name, names)}")
    path = project.root / path_of(name)
    if not path.is_file():
        return EditionFile(title="Default edition")
    return load_model(path, path_of(name), EditionFile)

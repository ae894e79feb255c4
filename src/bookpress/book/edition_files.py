"""The files of editions: ``book/editions/<name>.yml``, what they may hold, and which names are names of editions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from bookpress.book.chapters import nearest
from bookpress.book.project import Project
from bookpress.book.wording import quoted
from bookpress.errors import UsageError
from bookpress.yaml_files import load_mapping

DEFAULT = "default"
FOLDER = "book/editions"
SUFFIX = ".yml"
ID_LENGTH = 12
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
"""A name that is safe as the name of a folder, in an address and on a command line."""
ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")


class EditionFile(BaseModel):
    """What ``book/editions/<name>.yml`` may hold."""

    model_config = ConfigDict(extra="forbid")

    title: str
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)

    @field_validator("description", "parameters", mode="before")
    @classmethod
    def _nothing(cls, value: Any, info: ValidationInfo) -> Any:
        """Take an entry with nothing under it for one that is not there."""
        if value is None and info.field_name:
            return cls.model_fields[info.field_name].get_default(call_default_factory=True)
        return value


def edition_names(project: Project) -> list[str]:
    """Return the names of the editions that have a file, and ``default``, which needs none."""
    return sorted({DEFAULT, *_in_order(project)})


def file_faults(project: Project) -> dict[str, str]:
    """Return what is wrong with the names of files: by file, a clause such as ``must be renamed to x.yml``."""
    files = _files(project)
    return {f"{FOLDER}/{path.name}": fault for path in files if (fault := _fault(path, files))}


def _files(project: Project) -> list[Path]:
    """Return what looks like the file of an edition; hidden files are those of editors."""
    files = sorted((project.root / FOLDER).glob("[!.]*"))
    return [path for path in files if path.suffix.lower() in {SUFFIX, ".yaml"} and path.is_file()]


def _in_order(project: Project) -> dict[str, Path]:
    """Return the files of editions by the names of these."""
    files = _files(project)
    return {path.stem: path for path in files if not _fault(path, files)}


def _fault(path: Path, files: Sequence[Path]) -> str:
    """Return what is wrong with the name of an edition's file among those of all; empty where nothing is."""
    if path.suffix != SUFFIX:
        return f"must be renamed to {path.stem}{SUFFIX}"
    if not is_name(path.stem):
        return f"must be renamed: {NAMING}"
    names = {DEFAULT, *(file.stem for file in files)} - {path.stem}
    twin = next((name for name in sorted(names) if name.lower() == path.stem.lower()), None)
    if twin is None or path.stem == DEFAULT:
        return ""
    return f"must be renamed: where case is ignored in names of files, it would share a folder with {twin!r}"


NAMING = (
    "the name of an edition holds letters a to z, digits, - _ and ., begins with none of - and ., "
    f"and is not {ID_LENGTH} hexadecimal digits as an id is"
)


def is_name(name: str) -> bool:
    """Return whether an edition may have this name, which becomes the name of its folder.

    Examples
    --------
    >>> [is_name(name) for name in ("paper", "paper-2.1", "../paper", ".paper", "", "0123456789ab")]
    [True, True, False, False, False, False]
    """
    return bool(NAME.fullmatch(name)) and not ID.fullmatch(name)


def load_edition_file(project: Project, name: str) -> EditionFile:
    """Return what the file of an edition says; the default edition needs no file.

    Raises
    ------
    UsageError
        If there is no such edition, or its file is not in order; all that is wrong with the file at once.
    """
    files = _in_order(project)
    if name in files:
        return _read(files[name])
    fault = next((f"{file} {what}" for file, what in file_faults(project).items() if Path(file).stem == name), None)
    if name == DEFAULT and not fault:
        return EditionFile(title="Default edition")
    why = f": {fault}" if fault else nearest(name, edition_names(project))
    raise UsageError(f"no edition {quoted(name)}{why}")


def _read(path: Path) -> EditionFile:
    where = f"{FOLDER}/{path.name}"
    entries = load_mapping(path, where, f"the entries {', '.join(EditionFile.model_fields)}")
    try:
        return EditionFile.model_validate(entries)
    except ValidationError as error:
        raise UsageError.listing([f"{where}: {_worded(one)}" for one in error.errors()]) from error


def _worded(details: Mapping[str, Any]) -> str:
    """Return what is wrong with an entry."""
    entry = ".".join(map(str, details["loc"]))
    if details["type"] == "extra_forbidden":
        return f"no entry {quoted(entry)}{nearest(entry, list(EditionFile.model_fields))}"
    if details["type"] == "missing":
        return f"the entry {entry!r} is missing"
    return f"{entry}: {details['msg'][:1].lower()}{details['msg'][1:]}"

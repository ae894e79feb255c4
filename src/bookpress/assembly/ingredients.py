"""What an edition is made from, with the hashes that show whether it is still current."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookpress.assembly.page_files import page_files
from bookpress.assembly.published import (
    CODE,
    ELEMENTS,
    FAILED,
    FORMATS,
    STATES,
    STATES_HASH,
    made_from,
    made_from_same,
)
from bookpress.book.project import Project
from bookpress.book.renamed import renamed_digest
from bookpress.book.source import build_time, source_record
from bookpress.edition.editions import Edition, load_edition
from bookpress.edition.installed import installed_hash
from bookpress.edition.sureness import FILE as SURENESS
from bookpress.files import canonical, read, sha256
from bookpress.formats import Format, still_made
from bookpress.outputs.base.added_code import code_of_elements, code_of_formats
from bookpress.outputs.html import FORMAT as PAGES

READ = ("edition", "default", "pages", "renamed", ELEMENTS, "python")
"""The hashes of what Sphinx reads."""


@dataclass(frozen=True)
class StateFiles:
    """The files of an edition's states: their hash, those that are staged, and what writes more."""

    digest: str
    staged: Mapping[str, bytes]
    write: Callable[[Path, Path], None]
    """A function of the folders of source and pages."""


@dataclass(frozen=True)
class Ingredients:
    """What an edition is made from."""

    edition: Edition
    default: Edition
    """The published edition, from which it differs."""
    files: Mapping[str, bytes]
    """Files of the book that are not chapters, by name."""
    formats: Sequence[Format]
    """The formats besides the pages."""
    states: StateFiles | None
    hashes: Mapping[str, Any]
    """Hashes of all this, as stored in the built edition."""
    is_built: bool
    """Whether the edition exists, made from exactly this."""
    failed: Mapping[str, str]
    """The messages about chapters that failed then, by slug."""

    @property
    def epoch(self) -> int:
        """The date of the build, in seconds since 1970."""
        return int(self.hashes["date"])


def gather(
    project: Project, edition: Edition, formats: Sequence[Format], states: StateFiles | None
) -> Ingredients:
    """Return what an edition is made from, with the formats and states that it keeps."""
    default = edition if edition.is_default else load_edition(project, read=edition.read)
    files = page_files(project, edition)
    hashes = ingredient_hashes(project, edition, default, formats, files)
    target = project.editions / edition.folder
    before = made_from_same(target, hashes)
    formats = _in_order([*formats, *_formats_before(before, formats)])
    has_same_elements = before.get(ELEMENTS) == hashes[ELEMENTS]
    if states is None and before.get(STATES_HASH) and has_same_elements:
        states = _states_of(target, before[STATES_HASH])
    hashes[FORMATS] = [each.name for each in formats]
    hashes[CODE] = code_of_formats(formats)
    hashes[STATES_HASH] = states.digest if states else None
    of_making = {name: before.get(name) for name in (FAILED, "outputs")}
    failed = before.get(FAILED) or {}
    is_built = before == {**hashes, **of_making} and not _may_be_mended(failed)
    messages = failed.get("messages", {})
    return Ingredients(edition, default, files, formats, states, hashes, is_built, messages)


def was_read(project: Project, edition: Edition) -> bool:
    """Return whether an edition was built of the same text, evidence and code, and nothing failed.

    Its day, its commit, its formats and its states may be others.
    """
    before = made_from(project.editions / edition.folder)
    now = ingredient_hashes(project, edition, edition, (), page_files(project, edition))
    is_same = all(before.get(name) == now[name] for name in READ)
    return is_same and not before.get(FAILED)


def _may_be_mended(failed: Mapping[str, Any]) -> bool:
    """Return whether chapters that failed may end now, as other packages are installed."""
    return bool(failed) and failed["installed"] != installed_hash()


def _formats_before(before: Mapping[str, Any], asked: Sequence[Format]) -> list[Format]:
    """Return the formats that an edition already has, besides those requested."""
    names = {*before.get(FORMATS, ())} - {each.name for each in asked}
    return still_made(names)


def _in_order(formats: Sequence[Format]) -> list[Format]:
    """Return formats in the press's order."""
    return sorted(formats, key=lambda each: (each.order, each.name))


def _states_of(folder: Path, digest: str) -> StateFiles:
    """Return the states of a built edition, to be copied into its new pages."""
    source = folder / "source"
    names = [SURENESS, *(f"{STATES}/{path.name}" for path in (source / STATES).glob("*.json"))]
    staged = {name: read(source / name) for name in names if (source / name).is_file()}

    def write(_: Path, pages: Path) -> None:
        shutil.copytree(folder / PAGES.name / STATES, pages / STATES, dirs_exist_ok=True)

    return StateFiles(digest, staged, write)


def ingredient_hashes(
    project: Project,
    edition: Edition,
    default: Edition,
    formats: Sequence[Format],
    files: Mapping[str, bytes],
) -> dict[str, Any]:
    """Return hashes of everything that an edition is made from.

    `files` are those of the book that are not chapters.
    """
    pages = {name: sha256(content) for name, content in files.items()}
    return {
        "edition": edition.id,
        "default": default.id,
        "pages": sha256(canonical(pages).encode()),
        "renamed": renamed_digest(project),
        FORMATS: [each.name for each in formats],
        ELEMENTS: code_of_elements(),
        CODE: code_of_formats(formats),
        "python": platform.python_version(),
        "date": int(build_time(project.root).timestamp()),
        "source": source_record(project),
    }

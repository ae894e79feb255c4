"""The commit that an edition is made from, according to git or to a file in a release."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bookpress.book.documents import SOURCE, is_unpacked, top_level
from bookpress.book.project import BUILD, Project
from bookpress.errors import PressError, UsageError
from bookpress.files import EARLIEST, canonical, checked, files_of, parse_json, read, sha256

EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"
"""See https://reproducible-builds.org/specs/source-date-epoch/."""
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class CommittedSource(BaseModel):
    """The last commit that touched the files of an edition, and the tree of the book in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    commit: Hash
    tree: Hash
    date: datetime
    files: str = ""
    """In a release, one hash of all files that an edition is made from."""
    uncommitted: bool = False

    @property
    def swhid(self) -> str:
        """The commit as a SoftWare Hash IDentifier (https://www.swhid.org).

        For git that is git's own hash.
        """
        return f"swh:1:rev:{self.commit}"

    @property
    def tree_swhid(self) -> str:
        """The tree of the book's folder as such an identifier."""
        return f"swh:1:dir:{self.tree}"

    @property
    def identifiers(self) -> str:
        """Both identifiers, of the commit and of its tree.

        With uncommitted changes, the first alone, and a word about them.
        """
        if self.uncommitted:
            return f"uncommitted changes after {self.swhid}"
        return f"{self.swhid} (tree {self.tree_swhid})"


class PackedSource(CommittedSource):
    """What the file of a release says, in which links are files and submodules are empty."""

    links: dict[str, str] = {}
    """Where each link leads, by name."""
    submodules: dict[str, Hash] = {}
    """The commit of each, by name."""


def source_places(project: Project) -> list[str]:
    """Return the files and folders that an edition is made from, relative to the book's root."""
    names = top_level(project)
    places = [project.lock, project.data, *project.packages]
    inside = [place for place in places if place.is_relative_to(project.root)]
    names += [place.relative_to(project.root).as_posix() for place in inside]
    return list(dict.fromkeys(names))


def digest_of(hashes: Mapping[str, str], places: list[str]) -> str:
    """Return one hash of the files in some places, by name, except hidden ones."""
    folders = tuple(f"{place}/" for place in places)
    counted = {}
    for name, file_hash in hashes.items():
        is_hidden = "/." in f"/{name}" or "__pycache__" in name
        is_counted = f"{name}/".startswith(folders) and not is_hidden
        if is_counted:
            counted[name] = file_hash
    return sha256(canonical(counted).encode())


@cache
def load_source(project: Project) -> CommittedSource | None:
    """Return the commit that an edition is made from, cached.

    None for a book that is in no repository.
    """
    places = source_places(project)
    if is_unpacked(project.root):
        return _released(project, places)
    return _committed(project.root, places)


def source_record(project: Project) -> dict[str, Any] | None:
    """Return the record of the commit that a book is at; None if it is unknown."""
    source = load_source(project)
    if source:
        return source.model_dump(mode="json", exclude={"files"})
    return None


def _released(project: Project, places: list[str]) -> CommittedSource:
    """Return the commit that a release names, compared with the files there now."""
    content = read(project.root / SOURCE)
    packed = checked(PackedSource, parse_json(content, SOURCE), SOURCE)
    hashes: dict[str, str] = {}
    for place in places:
        path = project.root / place
        for file in [path] if path.is_file() else files_of(path):
            name = file.relative_to(project.root).as_posix()
            hashes[name] = sha256(read(file))
    is_changed = digest_of(hashes, places) != packed.files
    commit = packed.model_dump(include={"commit", "tree", "date"})
    return CommittedSource(**commit, uncommitted=is_changed)


def _committed(root: Path, places: list[str]) -> CommittedSource | None:
    """Return the last commit according to git."""
    last = git(root, "log", "-1", "--format=%H %ct", "--", *places)
    if not last:
        return None
    commit, seconds = last.split()
    is_changed = git(root, "status", "--porcelain", "--", *places) != ""
    tree = git(root, "rev-parse", f"{commit}:./") or ""
    date = datetime.fromtimestamp(int(seconds), tz=UTC)
    return CommittedSource(commit=commit, tree=tree, date=date, uncommitted=is_changed)


def git(root: Path, *words: str) -> str | None:
    """Return the output of git in a folder, without trailing line breaks.

    None if git fails or is not installed.
    """
    command = ["git", "-C", str(root), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.rstrip("\n")


DOCUMENTS = frozenset({".ipynb", ".md", ".rst"})


@cache
def is_committed(root: Path, name: str) -> bool:
    """Return whether a file is the same in a fresh clone.

    An archive has no repository of its own, even if it was unpacked into one.
    """
    if is_unpacked(root):
        return True
    return not git(root, "status", "--porcelain", "--ignored", "--", name)


def build_time(root: Path) -> datetime:
    """Return the one time that dates a build.

    That is ``SOURCE_DATE_EPOCH``, else the time of the commit, else the start of 1980.
    """
    named = os.environ.get(EPOCH_VARIABLE)
    if named is None:
        with suppress(PressError):
            if source := load_source(Project.at(root)):
                return source.date
        return EARLIEST
    try:
        return datetime.fromtimestamp(int(named), tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"{EPOCH_VARIABLE} is {named!r}; allowed: seconds since 1970, such as 1790000000"
        ) from error


def page_epoch(root: Path) -> int:
    """Return the date of pages in seconds since 1970: the one that dates the build."""
    moment = build_time(root)
    if moment == EARLIEST:
        moment = datetime.combine(day_of(root), datetime.min.time(), tzinfo=UTC)
    return int(moment.timestamp())


def day_of(root: Path) -> date:
    """Return the day by which a book is cited: that of its build, or of its newest document.

    A book in no repository should not be dated 1980.
    """
    moment = build_time(root)
    if moment != EARLIEST:
        return moment.date()
    changed = [
        path.stat().st_mtime
        for path in files_of(root)
        if path.suffix in DOCUMENTS
        and path.relative_to(root).parts[0] != BUILD
        and path.is_file()  # a link may lead to nothing
    ]
    newest = max(changed, default=EARLIEST.timestamp())
    return datetime.fromtimestamp(newest, tz=UTC).date()

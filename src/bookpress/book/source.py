"""The commit that an edition is made from: as git tells it, or, in an unpacked release, as a file tells."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bookpress.book.chapters import FOLDER, toc_files
from bookpress.book.project import Project
from bookpress.errors import PressError, UsageError
from bookpress.files import EARLIEST, canonical, checked, files_of, parse_json, read, sha256

FILE = "source.json"  # at the root of the book in the archive of a release, where there is no git to ask
EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"  # see https://reproducible-builds.org/specs/source-date-epoch/
COPIED_FOLDERS = ("book", "_static", "_templates")
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class Source(BaseModel):
    """The last commit that touched what an edition is made from, and the tree of the book's folder in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    commit: Hash
    tree: Hash
    date: datetime
    files: str = ""  # in a release: one hash of all files that an edition is made from
    uncommitted: bool = False

    @property
    def swhid(self) -> str:
        """The commit as a SoftWare Hash IDentifier (https://www.swhid.org), which for git is git's own hash."""
        return f"swh:1:rev:{self.commit}"

    @property
    def tree_swhid(self) -> str:
        """The tree of the book's folder as such an identifier."""
        return f"swh:1:dir:{self.tree}"

    @property
    def said(self) -> str:
        """Both identifiers, that of the commit and that of its tree, or what must be known beside the first."""
        return (
            f"uncommitted changes after {self.swhid}"
            if self.uncommitted
            else f"{self.swhid} (tree {self.tree_swhid})"
        )


def made_from(project: Project) -> list[str]:
    """Return the files and folders of the book that an edition is made from, relative to its root."""
    names = [
        "_config.yml",
        "_toc.yml",
        *COPIED_FOLDERS,
        FOLDER,
        *(f"{name}.md" for name in toc_files(project)),
    ]
    places = [project.lock, project.data, *project.packages]
    inside = [
        place.relative_to(project.root) for place in places if place.is_relative_to(project.root)
    ]
    return list(dict.fromkeys([*names, *(place.as_posix() for place in inside)]))


def mark_of(hashes: Mapping[str, str], places: list[str]) -> str:
    """Return one hash of those files, by name, that lie in some places; hidden ones do not count."""
    inside = [name for name in hashes if any(f"{name}/".startswith(f"{one}/") for one in places)]
    shown = {
        name: hashes[name]
        for name in inside
        if "/." not in f"/{name}" and "__pycache__" not in name
    }
    return sha256(canonical(shown).encode())


@cache
def load_source(project: Project) -> Source | None:
    """Return what an edition is made from; asked once. Nothing is known of a book that is in no repository."""
    places = made_from(project)
    if (project.root / FILE).is_file():
        source = checked(Source, parse_json(read(project.root / FILE), FILE), FILE)
        full = [project.root / place for place in places]
        found = [
            path for place in full for path in ([place] if place.is_file() else files_of(place))
        ]
        now = mark_of(
            {path.relative_to(project.root).as_posix(): sha256(read(path)) for path in found},
            places,
        )
        return source.model_copy(update={"files": "", "uncommitted": now != source.files})
    last = git(project.root, "log", "-1", "--format=%H %ct", "--", *places)
    if not last:
        return None
    commit, seconds = last.split()
    changed = git(project.root, "status", "--porcelain", "--", *places) != ""
    tree, date = (
        git(project.root, "rev-parse", f"{commit}:./"),
        datetime.fromtimestamp(int(seconds), tz=UTC),
    )
    return Source(commit=commit, tree=tree or "", date=date, uncommitted=changed)


def git(root: Path, *words: str) -> str | None:
    """Return what git says in a folder, without line breaks at the end; None where it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.rstrip("\n")


@cache
def is_committed(root: Path, name: str) -> bool:
    """Return whether a file is as a clone has it; of an archive no repository tells, not even one that it lies in."""
    return (root / FILE).is_file() or not git(
        root, "status", "--porcelain", "--ignored", "--", name
    )


def build_time(root: Path) -> datetime:
    """Return the one time that dates a build: ``SOURCE_DATE_EPOCH``, else the commit's, else the start of 1980."""
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

"""The built editions on disk.

Only one build runs at a time, a new edition replaces the last in one step, and editions can be
removed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bookpress.book.project import Project
from bookpress.errors import PressError, UsageError, nearest, quoted
from bookpress.files import (
    UNTRACKED,
    canonical,
    hide_from_git,
    naming,
    replace_file,
    sha256,
    stamps,
    tree,
)
from bookpress.terminal.progress import Reporter

MADE_FROM = ".state.json"
"""The file, in each built edition, of what it was made from and the hash of each of its files."""
STAMPS = ".stamps"
"""The file, in each built edition, of the state in which its files were found to be as made."""
STATES_HASH = "states"
"""The key, in that file, of the hash of the states."""
FORMATS = "formats"
"""The key, in that file, of the names of formats besides the pages."""
ELEMENTS = "elements"
"""The key, in that file, of the hash of the elements that other packages add."""
CODE = "code"
"""The key, in that file, of the hashes of the code of those formats that other packages add."""
FAILED = "failed"
"""The key, in that file, of the messages about chapters that failed, and what was installed."""
STATES = "states"
"""The folder of the states, in the pages and in their source."""
VERSIONS = ".versions"
"""The folder of versions, beside the editions, which are links into it."""
ADDED = (FORMATS, ELEMENTS, CODE, STATES_HASH, FAILED, "outputs")
"""The keys of what an edition may differ in, though made from the same."""
OPEN_DATA = ("results.json", "statements.json")
"""The edition's own files that the site has at its root."""
SCHEMAS = Path(__file__).parent / "schemas"
"""The JSON Schemas for them."""


@contextmanager
def build_lock(project: Project, reporter: Reporter | None = None) -> Iterator[None]:
    """Lock the book while an edition is built, released or removed.

    With a reporter, wait for another build; without one, that is an error.
    """
    with naming(project.build):
        project.build.mkdir(parents=True, exist_ok=True)
        hide_from_git(project.build)
        lock = FileLock(project.build / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            if reporter is None:
                raise PressError(
                    "a build or a release is running; wait for it or stop it"
                ) from error
            reporter.step("waiting for another build to end")
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def draft_path(project: Project, name: str) -> Path:
    """Return the folder of a draft edition, which only the build with the lock uses."""
    versions = project.editions / VERSIONS / name
    first = versions / "1"
    second = versions / "2"
    is_published = (project.editions / name).resolve() == first.resolve()
    return second if is_published else first


def write_open_data(edition: Path, pages: Path) -> None:
    """Copy an edition's results and statements, and their schemas, to its pages."""
    for name in OPEN_DATA:
        shutil.copyfile(edition / name, pages / name)
    shutil.copytree(SCHEMAS, pages / SCHEMAS.name, dirs_exist_ok=True)


def publish(project: Project, name: str) -> None:
    """Replace the published edition with its draft, in one step, since an edition is a link."""
    target = project.editions / name
    draft = draft_path(project, name)
    with naming(target):
        link = draft.with_suffix(".link")
        link.unlink(missing_ok=True)
        link.symlink_to(Path(VERSIONS, name, draft.name))
        link.replace(target)
    shutil.rmtree(draft_path(project, name), ignore_errors=True)


def made_from_same(folder: Path, hashes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a built edition was made from, if only what may be added to it differs.

    This is its formats and states, and the code of other packages. Empty if anything else differs,
    or a file is not as it was made.
    """
    built = made_from(folder)
    try:
        free = {name: built[name] for name in ADDED}
    except LookupError:
        return {}
    is_same = built == {**hashes, **free} and _is_untouched(folder, free["outputs"])
    return built if is_same else {}


def _is_untouched(folder: Path, made: Mapping[str, str]) -> bool:
    """Return whether a built edition has the files that were made, by their hashes.

    They are read once: afterwards it is enough that the file system saw no write.
    """
    version = folder.resolve()
    seal = version / STAMPS
    state = sha256(canonical(sorted(stamps([version]))).encode()).encode()
    if seal.is_file() and seal.read_bytes() == state:
        return True
    is_same = outputs(folder) == made
    if is_same:
        replace_file(seal, state)
    return is_same


def made_from(folder: Path) -> dict[str, Any]:
    """Return what a built edition says it was made from; empty if there is none."""
    try:
        return dict(json.loads((folder / MADE_FROM).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def outputs(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a built edition, except its timings."""
    return tree(folder, without=("timings.json",))


def clean(project: Project, editions: Sequence[str] = (), *, keep_runs: bool = False) -> int:
    """Remove built editions, by default everything that was built.

    Return how many bytes that freed.
    """
    built = project.built
    unknown = [name for name in editions if name not in built]
    if unknown:
        problems = [f"no built edition {quoted(name)}{nearest(name, built)}" for name in unknown]
        raise UsageError(*problems)
    if not project.build.is_dir():
        return 0
    with build_lock(project):
        if editions:
            paths = _places(project, editions)
        else:
            stays = {".lock", UNTRACKED}
            stays |= {project.cache.name} if keep_runs else set()
            paths = [path for path in project.build.iterdir() if path.name not in stays]
        return sum(_remove(path) for path in paths)


def _places(project: Project, editions: Iterable[str]) -> list[Path]:
    """Return the links of editions and the folders they lead to."""
    places = []
    for name in editions:
        places += [project.editions / name, project.editions / VERSIONS / name]
    return places


def _remove(path: Path) -> int:
    with naming(path, "remove"):
        is_folder = path.is_dir() and not path.is_symlink()
        files = list(path.rglob("*")) if is_folder else [path]
        size = sum(file.lstat().st_size for file in files if os.path.lexists(file))
        if is_folder:
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return size

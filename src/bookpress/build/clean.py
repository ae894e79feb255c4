"""Remove what was built."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from bookpress.book.chapters import nearest
from bookpress.book.project import Project
from bookpress.book.wording import quoted
from bookpress.build.locks import LOCK, all_editions_lock, edition_lock
from bookpress.build.sphinx_cache import workshop_lock
from bookpress.errors import UsageError
from bookpress.files import files_of, naming
from bookpress.progress import Silent


def clean(project: Project, editions: Sequence[str] = (), *, keep_runs: bool = False) -> int:
    """Remove built editions, or everything that was built, and return how many bytes that freed.

    Parameters
    ----------
    project : Project
        The book.
    editions : sequence of str
        Names or ids; all editions and everything else by default.
    keep_runs : bool
        Whether to keep the cache of runs when everything else goes.

    Raises
    ------
    UsageError
        If there is no such built edition.
    PressError
        If one of them is being built right now.
    """
    built = project.built
    problems = [f"no built edition {quoted(name)}{nearest(name, built)}" for name in editions if name not in built]
    if problems:
        raise UsageError.listing(problems)
    freed = 0
    for name in editions:
        with edition_lock(project, name), workshop_lock(project, Silent()):
            freed += _remove(project.editions / name)
    if not editions and project.build.is_dir():
        with all_editions_lock(project), workshop_lock(project, Silent()):
            kept = {LOCK, project.cache.name} if keep_runs else {LOCK}
            freed += sum(_remove(path) for path in project.build.iterdir() if path.name not in kept)
    return freed


def _remove(path: Path) -> int:
    """Remove a file or a folder and return its size in bytes."""
    is_folder = path.is_dir() and not path.is_symlink()
    with naming(path, "remove"):
        size = sum(file.lstat().st_size for file in (files_of(path) if is_folder else [path]))
        if is_folder:
            shutil.rmtree(path)
        else:
            path.unlink()
    return size

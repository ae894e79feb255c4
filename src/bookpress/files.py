"""Small file operations that leave nothing half-written, and hashes of files and folders."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bookpress.errors import PressError


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def canonical(value: Any) -> str:
    """Return JSON with one spelling for one value: sorted keys, no spaces, no NaN.

    Examples
    --------
    >>> canonical({"b": 1, "a": [True, None]})
    '{"a":[true,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def pretty(value: Any) -> str:
    """Return JSON for people and for `diff`: two spaces, order kept, a newline at the end."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def files_of(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in a fixed order, leaving out hidden ones and compiled Python."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        yield from (Path(here, name) for name in sorted(names) if not name.startswith("."))


def tree(folder: Path, without: Collection[str] = ()) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder by its relative path, with forward slashes.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.
    without : collection of str
        Files and folders in it that are left out.
    """
    found = ((path.relative_to(folder), path) for path in files_of(folder))
    return {name.as_posix(): sha256(read(path)) for name, path in found if name.parts[0] not in without}


def trees(folders: Iterable[Path]) -> dict[str, str]:
    """Return what `tree` says of several folders, each name with that of its folder before it."""
    return {f"{folder.name}/{name}": mark for folder in folders for name, mark in tree(folder).items()}


Stamp = tuple[str, int, int, int, int]


def stamps(folder: Path) -> list[Stamp]:
    """Return what the files of a folder tell without being read; any write changes it, even one that is undone."""
    with naming(folder, "read"):
        stats = [(str(path), path.stat()) for path in files_of(folder)]
    return [(name, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino) for name, stat in stats]


def read(path: Path) -> bytes:
    """Return the content of a file; the error names it."""
    with naming(path, "read"):
        return path.read_bytes()


@contextmanager
def naming(path: Path, verb: str = "write") -> Iterator[None]:
    """Turn an operating system's error into a `PressError` that names the file and says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise PressError(
                f"the disk is full: cannot {verb} {path}. Free some space (`compute-divide clean` removes what was "
                "built) and build again: what is done is kept."
            ) from error
        raise PressError(f"cannot {verb} {path}: {error.strerror or error}") from error


def check_writable(folder: Path) -> None:
    """Make a folder and raise when nothing can be written to it: better known before hours of work than after."""
    with naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def replace_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, then rename it, so that no reader ever meets half a file."""
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def link_or_copy(source: str, target: str) -> str:
    """Give a file a second name, else copy it; for files that are replaced when they change, never written into."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def update_file(path: Path, content: bytes) -> bool:
    """Write a file only where its content differs, so that its date says when it last changed.

    Returns
    -------
    bool
        Whether the file was written.
    """
    if path.is_file() and path.read_bytes() == content:
        return False
    replace_file(path, content)
    return True

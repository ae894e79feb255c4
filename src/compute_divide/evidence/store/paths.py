"""Where the evidence lives, and a note of every table that was read.

Two environment variables are the whole interface with whoever runs a chapter:

``COMPUTE_DIVIDE_DATA``
    the folder of the evidence tables; without it the checkout's ``data/`` is used.
``BOOKPRESS_READS``
    a file to which one JSON line is appended for every table or folder that is read, so that a cache can tell
    which evidence a chapter rests on.

Both loaders tell a watch on the process that they note themselves what they read (`sys.audit`). Whatever in the package
reads evidence does it through them: what is read by other means counts only as far as Python opens it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bookpress.errors import PressError


class EvidenceError(PressError):
    """Evidence is missing, damaged or not what its schema says."""


def data_dir() -> Path:
    """Return the folder of the evidence tables.

    Returns
    -------
    pathlib.Path
        ``COMPUTE_DIVIDE_DATA``, else the ``data`` folder of the checkout that holds this package.

    Raises
    ------
    EvidenceError
        If neither is a folder.

    Examples
    --------
    >>> data_dir().name
    'data'
    """
    named = os.environ.get("COMPUTE_DIVIDE_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[4] / "data"
    if not folder.is_dir():
        raise EvidenceError(f"no evidence at {folder}: set COMPUTE_DIVIDE_DATA to a folder that holds the tables")
    return folder


def read_bytes(name: str) -> bytes:
    """Return the content of an evidence file and note that it was read.

    Parameters
    ----------
    name : str
        Path relative to the evidence folder, with forward slashes: ``"models/2026-08.csv"``.

    Returns
    -------
    bytes
        The file as it is.

    Raises
    ------
    EvidenceError
        If the file is missing or cannot be read.
    """
    path = data_dir() / name
    with _loading():
        try:
            content = path.read_bytes()
        except OSError as error:
            _note(name, None)
            raise EvidenceError(f"cannot read the evidence file data/{name}: {error.strerror}") from error
        _note(name, content)
    return content


def list_names(folder: str, suffix: str) -> list[str]:
    """Return the names of the files of an evidence folder and note that it was listed.

    Parameters
    ----------
    folder : str
        Folder relative to the evidence folder, such as ``"models"``.
    suffix : str
        Ending of the wanted names, with the dot: ``".csv"``.

    Returns
    -------
    list of str
        File names without the ending, sorted, hidden ones left out; empty when the folder does not exist.

    Examples
    --------
    >>> "2026-08" in list_names("models", ".csv")
    True
    """
    place = data_dir() / folder
    with _loading():
        found = (path.name for path in place.glob(f"*{suffix}") if not path.name.startswith("."))
        names = sorted(name.removesuffix(suffix) for name in found)
        _note(f"{folder}/*{suffix}", "\n".join(names).encode())
    return names


@contextmanager
def _loading() -> Iterator[None]:
    """Tell a watch on this process that what is read here is noted."""
    sys.audit("compute_divide.loading", "BOOKPRESS_READS" in os.environ)
    try:
        yield
    finally:
        sys.audit("compute_divide.loading", False)


def _note(name: str, content: bytes | None) -> None:
    """Append what was read, or was not there, to the file of reads, where one is asked for."""
    log = os.environ.get("BOOKPRESS_READS")
    if log:
        mark = "" if content is None else hashlib.sha256(content).hexdigest()
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"name": name, "sha256": mark}) + "\n")

"""Where the evidence lives, and a note of every table that was read.

Two environment variables are the whole interface with whoever runs a chapter:

``COMPUTE_DIVIDE_DATA``
    the folder of the evidence tables; without it the checkout's ``data/`` is used.
``COMPUTE_DIVIDE_READS``
    a file to which one JSON line is appended for every table or folder that is read, so that a cache can tell
    which evidence a chapter rests on.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path


class EvidenceError(Exception):
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
    folder = Path(named) if named else Path(__file__).resolve().parents[3] / "data"
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
    try:
        content = (data_dir() / name).read_bytes()
    except OSError as error:
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
        File names without the ending, sorted; empty when the folder does not exist.

    Examples
    --------
    >>> "2026-08" in list_names("models", ".csv")
    True
    """
    names = sorted(path.name.removesuffix(suffix) for path in (data_dir() / folder).glob(f"*{suffix}"))
    _note(f"{folder}/*{suffix}", "\n".join(names).encode())
    return names


def _note(name: str, content: bytes) -> None:
    """Append what was read to the file of reads, where one is asked for."""
    log = os.environ.get("COMPUTE_DIVIDE_READS")
    if log:
        line = json.dumps({"name": name, "sha256": hashlib.sha256(content).hexdigest()})
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(line + "\n")

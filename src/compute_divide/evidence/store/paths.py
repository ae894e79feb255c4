"""Where the evidence lives: the folder that ``COMPUTE_DIVIDE_DATA`` names, else the checkout's ``data/``."""

from __future__ import annotations

import os
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
    """Return the content of an evidence file.

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
        return (data_dir() / name).read_bytes()
    except OSError as error:
        raise EvidenceError(f"cannot read the evidence file data/{name}: {error.strerror}") from error


def list_names(folder: str, suffix: str) -> list[str]:
    """Return the names of the files of an evidence folder.

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
    found = (path.name for path in (data_dir() / folder).glob(f"*{suffix}") if not path.name.startswith("."))
    return sorted(name.removesuffix(suffix) for name in found)


def vintages() -> list[str]:
    """Return the vintages of the models database that the evidence holds, oldest first.

    Examples
    --------
    >>> vintages()[0] <= "2023-03" <= vintages()[-1]
    True
    """
    return list_names("models", ".csv")


def last_whole_year(vintage: str) -> int:
    """Return the last calendar year that a vintage holds as a whole: the one before its own.

    Examples
    --------
    >>> last_whole_year("2026-08"), last_whole_year("2023-03")
    (2025, 2022)
    """
    return int(vintage[:4]) - 1

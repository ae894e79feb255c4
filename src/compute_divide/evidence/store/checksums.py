"""The list of every file under ``data/`` with its hash, so that no byte changes unnoticed, in tables or beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from compute_divide.evidence.store.paths import EvidenceError
from compute_divide.evidence.store.sidecars import sha256
from compute_divide.evidence.store.tables import replace_file

NAME = "MANIFEST.sha256"
"""Name of the list, in the format that ``sha256sum --check`` reads."""

_LINE = re.compile(r"^([0-9a-f]{64}) [ *](\S.*)$")


def files(folder: Path) -> list[str]:
    """Return the files of an evidence folder, as sorted relative paths; hidden ones and the list itself left out."""
    return sorted(path.relative_to(folder).as_posix() for path in _walk(folder) if path != folder / NAME)


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def seal(folder: Path) -> int:
    """Write the list anew and return how many files it names."""
    lines = [f"{sha256((folder / name).read_bytes())}  {name}\n" for name in files(folder)]
    replace_file(folder / NAME, "".join(lines).encode())
    return len(lines)


def read_manifest(folder: Path) -> dict[str, str]:
    """Return the hash of every listed file.

    Raises
    ------
    EvidenceError
        If the list is missing or a line of it is damaged.
    """
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError(f"data/{NAME} cannot be read: {error}") from error
    listed = {}
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.match(line)
        if not match:
            raise EvidenceError(f"data/{NAME}, line {number}, is damaged: {line[:80]!r}")
        listed[match[2]] = match[1]
    return listed


def differences(folder: Path) -> dict[str, str]:
    """Return what is wrong with each file that is not as the list says.

    Returns
    -------
    dict of str to str
        From relative path to what is wrong: missing, not listed, or changed.
    """
    listed = read_manifest(folder)
    there = set(files(folder))
    found = {name: "is missing" for name in listed if name not in there}
    found |= {name: f"is not listed in data/{NAME}" for name in there if name not in listed}
    for name in sorted(there & set(listed)):
        digest = sha256((folder / name).read_bytes())
        if digest != listed[name]:
            found[name] = f"has changed: its sha256 is {digest[:12]}..., data/{NAME} says {listed[name][:12]}..."
    return found

"""The hash that git gives a folder of files, computed without git."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import IO, NamedTuple

CHUNK = 1 << 20
FILE = "100644"
PROGRAM = "100755"
LINK = "120000"
SUBMODULE = "160000"
"""The modes by which git tells what an entry of a tree is."""


class Digests(NamedTuple):
    """Two hashes of a file: the SHA-256 of its content, and git's own."""

    sha256: str
    blob: bytes


class Entry(NamedTuple):
    """A line of a tree."""

    mode: str
    hash: bytes


def digests(content: IO[bytes], size: int) -> Digests:
    """Return both hashes of a file, reading it once."""
    plain = hashlib.sha256()
    blob = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    while chunk := content.read(CHUNK):
        plain.update(chunk)
        blob.update(chunk)
    return Digests(plain.hexdigest(), blob.digest())


def tree_hash(entries: Mapping[str, Entry]) -> str:
    """Return the hash of a tree, given its entries by path.

    Examples
    --------
    >>> tree_hash({})
    '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
    """
    return _tree(entries).hex()


def link_entry(target: str) -> Entry:
    """Return what stands for a link in a tree."""
    content = target.encode()
    return Entry(LINK, digests(io.BytesIO(content), len(content)).blob)


def file_entry(blob: bytes, *, is_program: bool) -> Entry:
    """Return what stands for a file in a tree."""
    return Entry(PROGRAM if is_program else FILE, blob)


def submodule_entry(commit: str) -> Entry:
    """Return what stands for another repository in a tree."""
    return Entry(SUBMODULE, bytes.fromhex(commit))


def _tree(entries: Mapping[str, Entry]) -> bytes:
    lines: dict[bytes, bytes] = {}
    folders: dict[str, dict[str, Entry]] = {}
    for path, entry in entries.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name, {})[rest] = entry
        else:
            mode = entry.mode.encode()
            lines[name.encode()] = b"%s %s\0%s" % (mode, name.encode(), entry.hash)
    for name, inside in folders.items():  # git sorts a folder as if its name ended with /
        lines[f"{name}/".encode()] = b"40000 %s\0%s" % (name.encode(), _tree(inside))
    content = b"".join(lines[name] for name in sorted(lines))
    header = b"tree %d\0" % len(content)
    return hashlib.sha1(header + content, usedforsecurity=False).digest()

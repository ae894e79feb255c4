"""The hash that git gives a folder of files, computed without git."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import IO, NamedTuple

CHUNK = 1 << 20


class Digests(NamedTuple):
    """Two hashes of a file: the SHA-256 of its content, and git's own."""

    sha256: str
    blob: bytes


def digests(content: IO[bytes], size: int) -> Digests:
    """Return both hashes of a file, reading it once."""
    plain = hashlib.sha256()
    blob = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    while chunk := content.read(CHUNK):
        plain.update(chunk)
        blob.update(chunk)
    return Digests(plain.hexdigest(), blob.digest())


def tree_hash(blobs: Mapping[str, tuple[bytes, bool]]) -> str:
    """Return the hash of a tree of files; by path, each has its blob and whether it is executable.

    Examples
    --------
    >>> tree_hash({})
    '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
    """
    return _tree(blobs).hex()


def _tree(blobs: Mapping[str, tuple[bytes, bool]]) -> bytes:
    entries: dict[bytes, bytes] = {}
    folders: dict[str, dict[str, tuple[bytes, bool]]] = {}
    for path, (blob, is_program) in blobs.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name, {})[rest] = (blob, is_program)
        else:
            mode = b"100755" if is_program else b"100644"
            entries[name.encode()] = b"%s %s\0%s" % (mode, name.encode(), blob)
    for name, inside in folders.items():  # git sorts a folder as if its name ended with /
        entries[f"{name}/".encode()] = b"40000 %s\0%s" % (name.encode(), _tree(inside))
    content = b"".join(entries[name] for name in sorted(entries))
    header = b"tree %d\0" % len(content)
    return hashlib.sha1(header + content, usedforsecurity=False).digest()

"""The cache of runs: a chapter is run again if, and only if, something it rests on has changed.

What a run rests on is hashed in two steps, because which tables a chapter reads is only known once it has run:

1. the *key*: chapter, parameters, package, lock, Python version, all known before;
2. the *reads*: the name and hash of every evidence file or listing, which the loaders note down
   (``COMPUTE_DIVIDE_READS``, see `compute_divide.evidence.paths`).

A run is found again when its key is the same and every one of its reads still has the hash it had.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from compute_divide.press.chapters import Chapter
from compute_divide.press.editions import Fingerprint
from compute_divide.press.files import canonical, pretty, replace_file, sha256
from compute_divide.press.parameters import Value

WHOLE = "**"
"""The read that stands for all evidence: noted for a chapter whose loaders noted nothing."""


@dataclass(frozen=True)
class Run:
    """A chapter that was run.

    Parameters
    ----------
    chapter : str
        Slug.
    key : str
        What it rests on, as far as that is known before the run.
    notebook : bytes
        The executed notebook, tidied.
    results : mapping
        What it recorded, as plain JSON by key.
    reads : mapping
        SHA-256 of every evidence file or listing that it read, by name.
    seconds : float
        How long it took.
    """

    chapter: str
    key: str
    notebook: bytes
    results: Mapping[str, Mapping[str, Any]]
    reads: Mapping[str, str]
    seconds: float


def run_key(chapter: Chapter, values: Mapping[str, Value], fingerprint: Fingerprint) -> str:
    """Return the hash of what a run rests on, but for the evidence it reads."""
    return sha256(
        canonical(
            {
                "chapter": [chapter.slug, chapter.sha256],
                "parameters": values,
                "package": fingerprint.package,
                "lock": fingerprint.lock,
                "python": [platform.python_implementation(), platform.python_version()],
            }
        ).encode()
    )


def current_hash(name: str, evidence: Mapping[str, str]) -> str | None:
    """Return the hash that a read would have now, or None where the file is gone.

    Parameters
    ----------
    name : str
        A file relative to the evidence folder, a listing such as ``"models/*.csv"``, or ``"**"`` for all of it.
    evidence : mapping
        SHA-256 of every evidence file by its relative path.
    """
    if name == WHOLE:
        return sha256(canonical(dict(evidence)).encode())
    if "*" not in name:
        return evidence.get(name)
    folder, _, suffix = name.partition("/*")
    paths = (PurePosixPath(path) for path in evidence)
    names = sorted(
        path.name.removesuffix(suffix)
        for path in paths
        if path.parent.as_posix() == folder and path.name.endswith(suffix)
    )
    return sha256("\n".join(names).encode())


def parse_reads(lines: Iterable[str], evidence: Mapping[str, str]) -> dict[str, str]:
    """Return the reads that the loaders noted; without any, the whole evidence.

    Examples
    --------
    >>> parse_reads(['{"name": "models/a.csv", "sha256": "12"}'], {})
    {'models/a.csv': '12'}
    >>> list(parse_reads([], {}))
    ['**']
    """
    notes = [json.loads(line) for line in lines if line.strip()]
    reads = {str(note["name"]): str(note["sha256"]) for note in notes}
    return dict(sorted(reads.items())) or {WHOLE: str(current_hash(WHOLE, evidence))}


class RunCache:
    """Runs on disk, one file a run; a damaged one counts as missing.

    Parameters
    ----------
    folder : pathlib.Path
        Where the runs are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str, evidence: Mapping[str, str]) -> Run | None:
        """Return the run with this key whose reads are all as they were, or None."""
        for path in sorted((self.folder / key).glob("*.json")):
            run = _load(path)
            if run and all(current_hash(name, evidence) == was for name, was in run.reads.items()):
                return run
        return None

    def store(self, run: Run) -> None:
        """Keep a run; another process that stores the same one at the same time does no harm."""
        record = {**asdict(run), "notebook": run.notebook.decode("utf-8")}
        path = self.folder / run.key / f"{sha256(canonical(dict(run.reads)).encode())[:16]}.json"
        replace_file(path, pretty({"run": record, "sha256": sha256(canonical(record).encode())}).encode())


def _load(path: Path) -> Run | None:
    """Return the run that a file holds, or None where the file is not as it was written."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        record = content["run"]
        if content["sha256"] != sha256(canonical(record).encode()):
            return None
        return Run(**{**record, "notebook": record["notebook"].encode("utf-8")})
    except (OSError, ValueError, TypeError, KeyError):
        return None

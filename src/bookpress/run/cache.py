"""The cache of runs: a chapter is run again if, and only if, something it rests on has changed.

What a run rests on is hashed in two steps, because what a chapter reads is only known once it has run:

1. the *key*: chapter, parameters, package, lock, Python version, all known before;
2. the *reads*: the name and hash of every file or listing that it read, noted while it ran (`ReadLog`).

A run is found again when its key is the same and every one of its reads still has the hash it had.

A read is named in one of four ways: a file of the evidence by its name in there (``models/2026-08.csv``), a listing of
the loaders by a pattern (``models/*.csv``), all evidence by ``**``, and any other file or folder by its path.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.book.editions import Fingerprint
from bookpress.book.parameters import Value
from bookpress.errors import PressError
from bookpress.files import canonical, mark_of_tree, pretty, replace_file, sha256, stamps, tree
from bookpress.run.read_tracking import WHOLE, mark_of


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
        SHA-256 of every file or listing that it read, by name; empty for one that was not there.
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
                "packages": fingerprint.packages,
                "lock": fingerprint.lock,
                "python": [platform.python_implementation(), platform.python_version()],
            }
        ).encode()
    )


def current_hash(name: str, evidence: Mapping[str, str]) -> str | None:
    """Return the hash that a read would have now, or None where a file of the evidence is gone.

    Parameters
    ----------
    name : str
        Name of the read, see above.
    evidence : mapping
        SHA-256 of every evidence file by its relative path.
    """
    if name == WHOLE:
        return mark_of_tree(evidence)
    if Path(name).is_absolute():
        return mark_of(name)
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


def changed_reads(run: Run, evidence: Mapping[str, str]) -> list[str]:
    """Return the names of the reads that are no longer as they were."""
    return [name for name, was in run.reads.items() if current_hash(name, evidence) != was]


class ReadLog:
    """What one run reads, noted in a file while it runs.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the run; the notes go there.
    data : pathlib.Path
        Folder of the evidence.
    evidence : mapping
        SHA-256 of every evidence file.
    """

    def __init__(self, folder: Path, data: Path, evidence: Mapping[str, str]) -> None:
        self._log, self._data, self._evidence = folder / "reads.jsonl", data, evidence
        self._stamps = stamps(data)

    @property
    def environment(self) -> dict[str, str]:
        """What tells the process of the chapter where the evidence is and where to note reads."""
        return {"COMPUTE_DIVIDE_DATA": str(self._data), "BOOKPRESS_READS": str(self._log)}

    def reads(self, *, in_sight: bool) -> dict[str, str]:
        """Return the reads of a run that has ended; of one that may have read out of sight, all evidence.

        Raises
        ------
        PressError
            If something changed while the chapter was reading.
        """
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        reads = parse_reads(lines, self._data, self._evidence)
        if WHOLE in reads or not reads or not in_sight:
            if stamps(self._data) != self._stamps:
                raise changed_meanwhile(self._data.name)
            reads[WHOLE] = str(current_hash(WHOLE, tree(self._data)))
        return dict(sorted(reads.items()))


def parse_reads(lines: Iterable[str], data: Path, evidence: Mapping[str, str]) -> dict[str, str]:
    """Return what was noted, by name; what the evidence does not count, such as a hidden file, by its path.

    Raises
    ------
    PressError
        If one name was noted with two contents.

    Examples
    --------
    >>> parse_reads(['{"name": "models/a.csv", "sha256": "12"}'], Path("/data"), {"models/a.csv": "12"})
    {'models/a.csv': '12'}
    >>> parse_reads(['{"name": ".hidden", "sha256": "34"}'], Path("/data"), {})
    {'/data/.hidden': '34'}
    """
    reads: dict[str, str] = {}
    for note in (json.loads(line) for line in lines):
        name = note["name"] if note["name"] in evidence or "*" in note["name"] else str(data / note["name"])
        if reads.setdefault(name, note["sha256"]) != note["sha256"]:
            raise changed_meanwhile(name)
    return reads


def changed_meanwhile(*names: str) -> PressError:
    """Return the error for evidence that did not keep still."""
    return PressError(f"the evidence changed while chapters were running ({', '.join(names)}); build again")


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
            if run and not changed_reads(run, evidence):
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

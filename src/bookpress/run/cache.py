"""The cache of runs.

A chapter is run again if, and only if, something that it may depend on has changed.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.chapter.types.allowed import Value
from bookpress.edition.fingerprint import Fingerprint
from bookpress.files import canonical, pretty, replace_file, sha256
from bookpress.run.executed import ExecutedChapter


@dataclass(frozen=True)
class Run:
    """A run of a chapter: its cache key, its tidied notebook, and its results as plain JSON."""

    chapter: str
    key: str
    notebook: bytes
    results: Mapping[str, Mapping[str, Any]]
    seconds: float

    @cached_property
    def executed(self) -> ExecutedChapter:
        """The executed chapter, parsed on first use."""
        return ExecutedChapter.parse(self.notebook)

    def forget_parsed(self) -> None:
        """Free the parsed chapter, which takes several times the memory of its file."""
        vars(self).pop("executed", None)


def run_key(chapter: Chapter, values: Mapping[str, Value], fingerprint: Fingerprint) -> str:
    """Return the hash of everything that a run may depend on.

    Any new table makes every chapter run again, so no access can be missed. A change of prose makes
    none run, because prose is added afterwards.
    """
    python = [platform.python_implementation(), platform.python_version()]
    rests_on = [chapter.slug, chapter.code, values, fingerprint.id, python]
    return sha256(canonical(rests_on).encode())


class RunCache:
    """Runs on disk, one file each; a damaged file counts as missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str) -> Run | None:
        """Return the run with this key, if there is one."""
        try:
            content = json.loads(self._path(key).read_text(encoding="utf-8"))
            record = content["run"]
            is_damaged = content["sha256"] != sha256(canonical(record).encode())
            if is_damaged:
                return None
            notebook = record["notebook"].encode("utf-8")
            return Run(**{**record, "notebook": notebook})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def holds(self, key: str) -> bool:
        """Return whether there is a run with this key, without checking it for damage."""
        return self._path(key).is_file()

    def date(self, key: str) -> float:
        """Return when the run with this key was stored, in seconds since 1970."""
        return self._path(key).stat().st_mtime

    def store(self, run: Run) -> Path:
        """Store a run and return its file.

        Another process may safely store the same run at the same time.
        """
        record = {**asdict(run), "notebook": run.notebook.decode("utf-8")}
        content = {"run": record, "sha256": sha256(canonical(record).encode())}
        path = self._path(run.key)
        replace_file(path, pretty(content).encode())
        return path

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

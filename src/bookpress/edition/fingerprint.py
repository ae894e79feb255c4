"""What every chapter depends on: evidence, packages and lock, with a hash of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bookpress.book import renamed
from bookpress.book.documents import files_beside
from bookpress.book.project import Project
from bookpress.edition.installed import strays
from bookpress.errors import PressError, some_of
from bookpress.files import Stamp, canonical, read, sha256, stamp, stamps, tree, trees
from bookpress.terminal.messages import note

RELEASED = renamed.FOLDER
"""The folder of the evidence with the results of past releases, which no id depends on."""


@dataclass(frozen=True)
class Fingerprint:
    """What every chapter depends on.

    It has the SHA-256 of each file of the evidence and of the packages, and of the lock together
    with any packages that are installed in another version.
    """

    evidence: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    lock: str = ""
    stamps: frozenset[Stamp] = field(default=frozenset(), repr=False, compare=False)
    beside: frozenset[Stamp] = field(default=frozenset(), repr=False, compare=False)
    """The state of the files that lie beside the chapters."""

    @classmethod
    def of(cls, project: Project) -> Fingerprint:
        """Return the hashes of a project as it is now."""
        # first, so that a write during the reading counts as a change
        before = stamps(project.watched)
        lock = _lock_hash(read(project.lock)) if project.lock.is_file() else ""
        evidence = tree(project.data, without=(RELEASED,))
        beside = files_beside(project)
        state = frozenset(map(stamp, beside.values()))
        for name, path in beside.items():
            evidence[f"./{name}"] = sha256(read(path))
        for name in evidence:
            _check_name(name)
        return cls(evidence, trees(project.packages), lock, before, state)

    def check(self, project: Project) -> None:
        """Raise if a file of the evidence or a package was written since.

        In a book that is not strict, a chapter may write into its evidence: that is only a note.
        """
        changed = sorted({stamp[0] for stamp in self.stamps ^ stamps(project.watched)})
        for path in changed:
            if project.settings.strict or not Path(path).is_relative_to(project.data):
                again = "build again: what is done is kept"
                raise PressError(f"{path} changed while chapters were running; {again}")
            note(f"{path} was written while chapters ran: if none of them did it, build again")

    def tell_written(self, project: Project) -> None:
        """Note the files beside the chapters that were written while these ran."""
        now = frozenset(map(stamp, files_beside(project).values()))
        written = sorted({Path(path) for path, *_ in self.beside ^ now})
        if written:
            names = [path.relative_to(project.root).as_posix() for path in written]
            note(
                f"{some_of(names, 3)} was written while chapters ran. If it is another each time, "
                "each build runs all chapters again, as any may read it: list it under "
                "`exclude_patterns` in _config.yml if none does"
            )

    @cached_property
    def id(self) -> str:
        """One hash of everything."""
        parts = canonical([self.evidence, self.packages, self.lock])
        return sha256(parts.encode())


def _check_name(name: str) -> None:
    """Raise if the name of a file is no text, which JSON and archives cannot state."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise PressError(f"the name of the file {name!a} is not UTF-8: give it another") from error


def _lock_hash(lock: bytes) -> str:
    """Return the hash of a lock, and of any packages that differ from it, which are noted."""
    others = strays(lock.decode("utf-8", "replace"))
    if not others:
        return sha256(lock)
    installed = [f"{name} {version}" for name, version in others.items()]
    some = some_of(installed, 3)
    note(f"{some} installed, but in another version in the lock: the id includes this")
    return sha256(canonical([sha256(lock), others]).encode())

"""The folder in which Jupyter Book works, and how it goes on where an earlier build left off.

Sphinx remembers what it has read, but only for one source folder. So every edition is assembled in the same folder,
the workshop, and each built edition keeps a copy of its source and of Sphinx's memory. A new edition starts from the
nearest one: only the pages that differ are read again. All pages are written anew, into an empty folder.
"""

from __future__ import annotations

import json
import platform
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bookpress.book.clock import build_time
from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.build.staging import page_files
from bookpress.files import canonical, naming, pretty, replace_file, sha256
from bookpress.progress import Reporter
from bookpress.run.cache import Run

STATE = ".state.json"
"""In the workshop and in each built edition: what its pages were made from."""

BEING_BUILT = "another build of the edition"
"""How the message begins when the lock of an edition is held."""

MEMORY = ("source", "doctrees")
"""The folders that let Sphinx go on."""


def shared_state(project: Project, edition: Edition) -> str:
    """Return a hash of what every page may rest on; only editions that share it can start from each other."""
    settings = {name: sha256(content) for name, content in page_files(project).items() if not name.endswith(".md")}
    rests_on = {
        "packages": edition.fingerprint.packages,
        "lock": edition.fingerprint.lock,
        "evidence": edition.fingerprint.evidence,
        "python": platform.python_version(),
        "settings": settings,
        "config": sha256((project.root / "_config.yml").read_bytes()),
        "toc": sha256((project.root / "_toc.yml").read_bytes()),
        "date": int(build_time(project.root).timestamp()),
        "workshop": _token(project.workshop),
    }
    return sha256(canonical(rests_on).encode())


def _token(workshop: Path) -> str:
    """Return a mark of this very workshop: the pictures in it are gone when the folder is."""
    path = workshop / ".token"
    if not path.is_file():
        replace_file(path, secrets.token_hex(8).encode())
    return path.read_text(encoding="ascii")


def read_state(folder: Path) -> dict[str, Any]:
    """Return what a folder was made from; empty where that is not known."""
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _texts(found: Any) -> set[tuple[str, str]]:
    """Return the texts of a mapping in a state, by name; none where it is damaged."""
    items = found.items() if isinstance(found, dict) else ()
    return {(name, text) for name, text in items if isinstance(text, str)}


def write_state(folder: Path, state: Mapping[str, Any]) -> None:
    """Note what a folder was made from."""
    replace_file(folder / STATE, pretty(dict(state)).encode())


def prepare(project: Project, runs: Mapping[str, Run], shared: str) -> str | None:
    """Fill the workshop with the source and memory of the nearest edition; return its name, None for a fresh start.

    Parameters
    ----------
    project : Project
        The book.
    runs : mapping
        The runs of the edition to assemble, by slug.
    shared : str
        What all its pages rest on, see `shared_state`.
    """
    shop = project.workshop
    wanted = {slug: sha256(run.notebook) for slug, run in runs.items()}
    distances = {}
    for folder in (shop, *sorted(path for path in project.editions.glob("*") if path.is_dir())):
        state = read_state(folder)
        if state.get("shared") == shared and all((folder / name).is_dir() for name in MEMORY):
            distances[folder] = len(wanted.items() - _texts(state.get("runs")))
    nearest = min(distances, key=lambda folder: distances[folder], default=None)
    with naming(shop):
        (shop / STATE).unlink(missing_ok=True)
        shutil.rmtree(shop / "html", ignore_errors=True)
        if nearest != shop:
            for name in MEMORY:
                shutil.rmtree(shop / name, ignore_errors=True)
                if nearest is not None:
                    shutil.copytree(nearest / name, shop / name)
    return None if nearest is None else nearest.name


@contextmanager
def workshop_lock(project: Project, reporter: Reporter) -> Iterator[None]:
    """Hold the workshop: pages are assembled one edition at a time."""
    with naming(project.workshop):
        project.workshop.mkdir(parents=True, exist_ok=True)
        lock = FileLock(project.workshop / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            reporter.step("waiting for another edition to be assembled")
            lock.acquire()
    try:
        with busy(project.workshop):
            pass
        yield
    finally:
        lock.release()


def busy(workshop: Path) -> FileLock:
    """Return the lock that Jupyter Book itself holds while it writes: it may outlive a build that was killed."""
    return FileLock(workshop / ".busy")

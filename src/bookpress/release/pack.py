"""Packs a built edition and the source that can build it again, reproducibly."""

from __future__ import annotations

import gzip
import io
import os
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path

from bookpress.assembly.published import STATES
from bookpress.book.documents import SOURCE, files_beside
from bookpress.book.project import DEFAULTS, Project
from bookpress.book.source import digest_of, source_places
from bookpress.cite.book import load_book
from bookpress.cite.landing_page import TEMPLATES
from bookpress.edition.fingerprint import RELEASED
from bookpress.errors import PressError
from bookpress.files import canonical, checked, files_of, parse_json, pretty, read, sha256
from bookpress.release.archives import Released
from bookpress.release.committed import Content, committed_files
from bookpress.states.explore import arguments_of

ENDING = ".tar.gz"
NO_EVIDENCE = re.compile(rf"^{RELEASED}/|(^|/)(\.|__pycache__/)")


def pack(project: Project, edition: Path, folder: Path) -> Path:
    """Write a built edition and the book's source at its commit to an archive.

    The bytes of the archive depend on nothing else.
    """
    record = parse_json(read(edition / "edition.json"), "edition.json")
    facts = checked(Released, record, f"edition {edition.name}")
    files: dict[str, Content] = {}
    for path in files_of(edition):
        files[path.relative_to(edition).as_posix()] = (read(path), 0o644)
    files["README.txt"] = (_readme(facts, _explored_by(project, edition)), 0o644)
    for name, content in _files_that_rebuild(project, facts).items():
        files[f"book/{name}"] = content
    top = f"{_stem(project)}-{facts.version}-{facts.id}"
    archive = folder / f"{top}{ENDING}"
    _write_archive(archive, top, files, int(facts.source.date.timestamp()))
    return archive


def _stem(project: Project) -> str:
    """Return what archives of a book are called: after its own command, else its title."""
    command = project.settings.command
    return load_book(project.root).file_stem if command == DEFAULTS.command else command


def _explored_by(project: Project, edition: Path) -> str:
    """Return the command that explores an edition again; empty for one without states."""
    if not (edition / "html" / STATES).is_dir():
        return ""
    return f"{project.settings.command} explore --yes {arguments_of(project, edition)}".strip()


def _readme(facts: Released, explored_by: str) -> bytes:
    """Return the read-me of an archive, with the command that makes the edition again."""
    again = f"{explored_by or facts.command} --format {','.join(facts.formats)}"
    text = TEMPLATES.get_template("readme.txt").render(facts=facts, again=again)
    return f"{text}\n".encode()


def _files_that_rebuild(project: Project, facts: Released) -> dict[str, Content]:
    """Return the files of the book that can build an edition again, and their origin."""
    committed = committed_files(project.root, facts.source.commit)
    files = committed.files
    hashes = {name: sha256(content) for name, (content, _) in files.items()}
    _check_evidence(project, hashes, facts)
    digest = digest_of(hashes, source_places(project))
    source = facts.source.model_copy(update={"files": digest})
    packed: dict[str, object] = source.model_dump(mode="json")
    if committed.links:
        packed["links"] = committed.links
    if committed.submodules:
        packed["submodules"] = committed.submodules
    files[SOURCE] = (pretty(packed).encode(), 0o644)
    return files


def _write_archive(path: Path, top: str, files: Mapping[str, Content], date: int) -> None:
    """Write files with one date, in one folder, to an archive."""
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        for name, (content, mode) in sorted(files.items()):
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size = len(content)
            entry.mtime = date
            entry.mode = mode
            tar.addfile(entry, io.BytesIO(content))


def _check_evidence(project: Project, hashes: Mapping[str, str], facts: Released) -> None:
    """Raise if the evidence of an edition is not in the source, so that it cannot be rebuilt."""
    folder = os.path.relpath(project.data, project.root)
    evidence = {}
    for path, digest in hashes.items():
        name = path.removeprefix(f"{folder}/")
        is_evidence = name != path and not NO_EVIDENCE.search(name)
        if is_evidence:
            evidence[name] = digest
    for name in files_beside(project):
        evidence[f"./{name}"] = hashes.get(name, "")
    is_incomplete = sha256(canonical(evidence).encode()) != facts.parts["evidence"]
    if is_incomplete:
        missing = f"the evidence in {folder}, or beside the chapters, is not all in the commit"
        raise PressError(f"{missing} that the edition is made from")

"""Packs a built edition and the source that can build it again, reproducibly."""

from __future__ import annotations

import gzip
import io
import os
import posixpath
import re
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

from bookpress.book.documents import files_beside
from bookpress.book.project import Project
from bookpress.book.source import FILE, CommittedSource, made_from, mark_of
from bookpress.cite.landing_page import TEMPLATES
from bookpress.edition.fingerprint import RELEASED
from bookpress.errors import PressError, short
from bookpress.files import canonical, checked, files_of, parse_json, pretty, read, sha256
from bookpress.release.archives import Released

ENDING = ".tar.gz"
NO_EVIDENCE = re.compile(rf"^{RELEASED}/|(^|/)(\.|__pycache__/)")
Content = tuple[bytes, int]
"""The content of a file, and its mode."""


def pack(project: Project, edition: Path, folder: Path) -> Path:
    """Write a built edition and the book's source at its commit to an archive.

    The bytes of the archive depend on nothing else.
    """
    record = parse_json(read(edition / "edition.json"), "edition.json")
    facts = checked(Released, record, f"edition {edition.name}")
    files: dict[str, Content] = {}
    for path in files_of(edition):
        files[path.relative_to(edition).as_posix()] = (read(path), 0o644)
    has_states = any(name.startswith("html/states/") for name in files)
    files["README.txt"] = (_readme(facts, has_states=has_states), 0o644)
    for name, content in _files_that_rebuild(project, facts).items():
        files[f"book/{name}"] = content
    top = f"{project.settings.command}-{facts.version}-{facts.id}"
    archive = folder / f"{top}{ENDING}"
    _write_archive(archive, top, files, int(facts.source.date.timestamp()))
    return archive


def _readme(facts: Released, *, has_states: bool) -> bytes:
    """Return the read-me of an archive; an edition with states is rebuilt by another command."""
    again = f"{facts.command} --format {','.join(facts.formats)}"
    if has_states:
        again = again.replace(" build", " explore --yes", 1)
    text = TEMPLATES.get_template("readme.txt").render(facts=facts, again=again)
    return f"{text}\n".encode()


def _files_that_rebuild(project: Project, facts: Released) -> dict[str, Content]:
    """Return the files of the book that can build an edition again, and their origin."""
    files = _source_files(project, facts.source)
    hashes = {name: sha256(content) for name, (content, _) in files.items()}
    _check_evidence(project, hashes, facts)
    digest = mark_of(hashes, made_from(project))
    source = facts.source.model_copy(update={"files": digest})
    record = pretty(source.model_dump(mode="json"))
    files[FILE] = (record.encode(), 0o644)
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


def _source_files(project: Project, source: CommittedSource) -> dict[str, Content]:
    """Return the files of the book at a commit, with their modes."""
    command = ["git", "-C", str(project.root), "archive", "--format=tar", source.commit]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        why = short(done.stderr.decode())
        raise PressError(f"the commit {source.commit} is not in this repository: {why}")
    files: dict[str, Content] = {}
    links: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content:
                files[member.name] = (content.read(), member.mode & 0o755)
            elif member.issym():
                folder = posixpath.dirname(member.name)
                target = posixpath.normpath(posixpath.join(folder, member.linkname))
                links[member.name] = target
    return files | _linked(files, links)


def _linked(files: Mapping[str, Content], links: Mapping[str, str]) -> dict[str, Content]:
    """Return copies of the files that links lead to, since an archive contains only files.

    Examples
    --------
    >>> files = {"a/one.md": (b"1", 0o644), "ab.md": (b"2", 0o644)}
    >>> sorted(_linked(files, {"b": "a", "c.md": "ab.md"}))
    ['b/one.md', 'c.md']
    >>> _linked(files, {"d": "../elsewhere"})
    Traceback (most recent call last):
    bookpress.errors.PressError: the link d leads to ../elsewhere, where the repository has no file
    """
    copies: dict[str, Content] = {}
    for name, target in links.items():
        inside = f"{target}/"
        found = {
            name + path.removeprefix(target): content
            for path, content in files.items()
            if path == target or path.startswith(inside)
        }
        if not found:
            raise PressError(f"the link {name} leads to {target}, where the repository has no file")
        copies |= found
    return copies


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

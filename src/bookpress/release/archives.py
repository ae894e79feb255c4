"""Archives of released editions: written from a built one, and read back without trusting anything in them."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import subprocess
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bookpress.book.editions import id_of, is_name
from bookpress.book.project import Project
from bookpress.book.source import FILE, Source, made_from, mark_of
from bookpress.build.ro_crate import EVIDENCE, NAME
from bookpress.errors import PressError, short
from bookpress.files import checked, files_of, parse_json, pretty, read, sha256

MOST_BYTES, MOST_ENTRIES, MOST_TEXT = 2 << 30, 100_000, 64 << 20
"""What an archive may hold, unpacked; as many files; and as many bytes in a record that is read as a whole."""
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""What comes of JSON, or of a header, in which a thing is not of the kind it should be."""
RECORDS = ("edition.json", "results.json", NAME)
README = """{title}

Version {version}, edition {id}, of {date}; commit {commit}.

html/     the pages: open html/index.html
source/   what the pages were made from: executed notebooks, settings, pages
book/     the source at that commit, with the evidence; source.json in it says which
results.json, statements.json, edition.json: numbers with intervals, what sentences rest on, parameters and hashes
ro-crate-metadata.json names every file with its SHA-256, how each chapter was run, and the packages

To build it again: in book/, with the packages of requirements.lock, {again}
"""


class Released(BaseModel):
    """What ``edition.json`` says of a released edition; what else the file holds is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    parts: dict[str, str]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$")]
    name: Annotated[str, Field(max_length=100)]
    title: Annotated[str, Field(max_length=1000)]
    is_default: bool
    date: dt.date
    source: Source
    command: str
    formats: list[str]
    made_with: dict[str, str]
    parameters: dict[str, dict[str, Any]]
    results_sha256: str

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if id_of(self.parts) != self.id:
            raise ValueError("the id is not that of its parts")
        if self.name != self.id and not is_name(self.name):
            raise ValueError("the name is not that of an edition")
        return self


class Archive(NamedTuple):
    """An archive that was checked: its file, its edition, and the hash of each file in it, by path."""

    path: Path
    facts: Released
    hashes: Mapping[str, str]
    results: Mapping[str, Any]


def pack(project: Project, edition: Path, folder: Path) -> Path:
    """Write a built edition and the book's source at its commit to an archive; its bytes depend on them alone."""
    facts = checked(Released, parse_json(read(edition / "edition.json"), "edition.json"), f"edition {edition.name}")
    top, date = f"{project.settings.command}-{facts.version}-{facts.id}", int(facts.source.date.timestamp())
    files = {path.relative_to(edition).as_posix(): (read(path), 0o644) for path in files_of(edition)}
    book = _source_files(project, facts.source)
    places, hashes = made_from(project), {name: sha256(content) for name, (content, _) in book.items()}
    known = facts.source.model_copy(update={"files": mark_of(hashes, places)})
    book[FILE] = pretty(known.model_dump(mode="json")).encode(), 0o644
    changed = _changed({name: sha256(content) for name, (content, _) in files.items()}, files[NAME][0])
    if changed:
        raise PressError(f"{edition} is damaged: {changed}; build it again")
    _check_evidence(project, hashes, files[NAME][0])
    again = f"{facts.command} --format {','.join(facts.formats)}"
    if any(name.startswith("html/states/") for name in files):  # the press has a command of its own for them
        again = again.replace(" build", " explore --yes", 1)
    files["README.txt"] = README.format(**facts.model_dump(), commit=facts.source.commit, again=again).encode(), 0o644
    files |= {f"book/{name}": content for name, content in book.items()}
    archive = folder / f"{top}.tar.gz"
    with (
        archive.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        for name, (content, mode) in sorted(files.items()):
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mtime, entry.mode = len(content), date, mode
            tar.addfile(entry, io.BytesIO(content))
    return archive


def _source_files(project: Project, source: Source) -> dict[str, tuple[bytes, int]]:
    """Return the files of the book at a commit, with their modes."""
    command = ["git", "-C", str(project.root), "archive", "--format=tar", source.commit]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise PressError(f"the commit {source.commit} is not in this repository: {short(done.stderr.decode())}")
    found = {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        for member in tar:
            if member.isfile() and (content := tar.extractfile(member)):
                found[member.name] = content.read(), member.mode & 0o755
            elif not member.isdir():
                raise PressError(f"the repository holds a link, {member.name}: an archive holds only files")
    return found


def _check_evidence(project: Project, hashes: Mapping[str, str], crate: bytes) -> None:
    """Raise where the evidence of an edition is not in the source: the archive could not build it again."""
    folder = project.data.relative_to(project.root) if project.data.is_relative_to(project.root) else project.data
    for entity in parse_json(crate, NAME)["@graph"]:
        if entity["@id"].startswith(f"{EVIDENCE}-") and "sha256" in entity:
            name = entity["@id"].removeprefix(f"{EVIDENCE}-")
            if hashes.get(f"{folder}/{name}") != entity["sha256"]:
                raise PressError(f"the evidence {folder}/{name} is not in the commit that the edition is made from")


def _changed(hashes: Mapping[str, str], crate: bytes) -> str:
    """Return which file is not what the crate says, or not there, if any."""
    for entity in parse_json(crate, NAME)["@graph"]:
        mark = entity.get("sha256") if entity.get("@type") == "File" else None
        if mark and hashes.get(entity["@id"]) != mark:
            return f"its {short(str(entity['@id']))} is not what its {NAME} says"
    return ""


class _Entry(tarfile.TarInfo):
    """A header; any but that of a file, or of the long name of one, is refused before its content is read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        entry = super().frombuf(buf, encoding, errors)
        is_name_of_next = entry.type in {tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME} and entry.size < 1 << 16
        if (not is_name_of_next and entry.type not in {tarfile.REGTYPE, tarfile.AREGTYPE}) or entry.size < 0:
            raise PressError(f"{short(repr(entry.name))} is no plain file")
        return entry


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[tuple[str, tarfile.TarInfo, Any]]]:
    """Yield the files of an archive one after the other; whatever is wrong with it is one error that names it."""
    try:
        with gzip.open(path) as zipped, tarfile.open(fileobj=zipped, mode="r|", tarinfo=_Entry) as tar:
            yield _members(tar, path.name.removesuffix(".tar.gz"))
    except (PressError, tarfile.TarError, zlib.error, EOFError, OSError, *MALFORMED) as error:
        why = short(str(error), 300) or "it ends too early"
        raise PressError(f"{path.name} is not an archive of a released edition: {why}") from error


def _members(tar: tarfile.TarFile, top: str) -> Iterator[tuple[str, tarfile.TarInfo, Any]]:
    seen: set[str] = set()
    size = 0
    for member in tar:
        folder, _, name = member.name.partition("/")
        parts = name.split("/")
        if folder != top or not name.isprintable() or "\\" in name or {"", ".", ".."} & set(parts) or len(name) > 500:
            raise PressError(f"{short(repr(member.name))} is no name of a file in the folder {top}")
        size += member.size
        if member.size < 0 or size > MOST_BYTES or len(seen) >= MOST_ENTRIES:
            raise PressError(f"it holds more than {MOST_BYTES >> 30} GB or {MOST_ENTRIES} files")
        above = {"/".join(parts[:count]) for count in range(1, len(parts))}
        content = None if member.issparse() or name in seen or above & seen else tar.extractfile(member)
        if content is None:
            raise PressError(f"{short(repr(name))} is there twice, or no plain file")
        seen.add(name)
        yield name, member, content


def read_archive(path: Path) -> Archive:
    """Return an archive with every file of it checked; nothing is written."""
    hashes: dict[str, str] = {}
    records: dict[str, bytes] = {}
    with _opened(path) as members:
        for name, member, content in members:
            if name in RECORDS and member.size > MOST_TEXT:
                raise PressError(f"its {name} is too long")
            records |= {name: content.read()} if name in RECORDS else {}
            mark = sha256(records[name]) if name in RECORDS else hashlib.file_digest(content, "sha256").hexdigest()
            hashes[name] = mark
        missing = [name for name in (*RECORDS, "html/index.html") if name not in hashes]
        if missing:
            raise PressError(f"it has no {missing[0]}")
        facts = checked(Released, parse_json(records["edition.json"], "its edition.json"), "its edition.json")
        if not path.name.endswith(f"-{facts.version}-{facts.id}.tar.gz"):
            raise PressError(f"its name does not end in {facts.version}-{facts.id}.tar.gz, as its edition.json says")
        if changed := _changed(hashes, records[NAME]):
            raise PressError(changed)
        results = parse_json(records["results.json"], "its results.json")
        if facts.results_sha256 != hashes["results.json"]:
            raise PressError("its results.json is not what its edition.json says")
    return Archive(path, facts, hashes, results)


def unpack_pages(archive: Archive, folder: Path) -> None:
    """Write the pages of an archive that was checked to a folder."""
    with _opened(archive.path) as members:
        for name, _, content in members:
            if name.startswith("html/"):
                target = folder / name.removeprefix("html/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())

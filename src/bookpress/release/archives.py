"""Reading archives of released editions without trusting them."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import tarfile
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Any, NamedTuple, Self
from urllib.parse import unquote

from pydantic import Field, model_validator

from bookpress.assembly.ro_crate import NAME
from bookpress.book.documents import SOURCE
from bookpress.book.source import CommittedSource, PackedSource
from bookpress.cite.record import EditionRecord
from bookpress.edition.editions import id_of
from bookpress.edition.files import is_name
from bookpress.errors import PressError, short
from bookpress.files import checked, naming, parse_json, sha256
from bookpress.release.git_tree import (
    Entry,
    digests,
    file_entry,
    link_entry,
    submodule_entry,
    tree_hash,
)

MOST_BYTES = 2 << 30
"""The most bytes of an unpacked archive."""
MOST_ENTRIES = 100_000
"""The most files in an archive."""
MOST_TEXT = 64 << 20
"""The most bytes of a record that is read as a whole."""
MOST_NAME = 1 << 16
"""The size that a header with a long file name must stay below."""
MOST_LETTERS = 500
"""The most characters of a name below the folder of an archive."""
UNSAFE = {"Cc", "Cs", "Zl", "Zp"}
"""The kinds of characters that no name has: those that control, break lines, or are no text."""
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""Errors from JSON, or a header, in which something has the wrong type."""
Results = Mapping[str, Mapping[str, Mapping[str, Any]]]
RECORDS = ("edition.json", "results.json", NAME)
STATEMENTS = "statements.json"
"""The record of statements, which older releases lack."""
README = "README.txt"
BOOK = "book/"
"""The folder of the source that can build the edition again."""


class Released(EditionRecord):
    """The ``edition.json`` of a released edition, validated in full."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    parts: dict[str, str]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$")]
    name: Annotated[str, Field(max_length=100)]
    title: Annotated[str, Field(max_length=1000)]
    date: dt.date
    source: CommittedSource
    made_with: dict[str, str]
    parameters: dict[str, dict[str, Any]]
    results_sha256: str

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if id_of(self.parts) != self.id:
            raise ValueError("the id is not that of its parts")
        is_malformed = self.name != self.id and not is_name(self.name)
        if is_malformed:
            raise ValueError("the name is not that of an edition")
        return self


class Archive(NamedTuple):
    """A checked archive: its file, its edition, and the hash of each file in it."""

    path: Path
    sha256: str
    """The hash of the archive itself."""
    facts: Released
    hashes: Mapping[str, str]
    results: Results
    statements: Mapping[str, Mapping[str, bool | None]]
    """The verdict on each statement, by chapter and key."""


def changed_file(hashes: Mapping[str, str], crate: bytes) -> str:
    """Return the first file that is missing or differs from the crate's record, if any."""
    for entity in parse_json(crate, NAME)["@graph"]:
        if entity.get("@type") != "File":
            continue
        digest = entity.get("sha256")
        is_altered = digest and hashes.get(_file_of(entity)) != digest
        if is_altered:
            return f"its {short(str(entity['@id']))} is not what its {NAME} says"
    return ""


def _file_of(entity: Mapping[str, Any]) -> str:
    """Return the file that an entity of a crate stands for; its id is an address."""
    return unquote(str(entity.get("@id")))


def unnamed_file(names: Iterable[str], crate: bytes) -> str:
    """Return the first file of an edition that the crate does not name, if any.

    The book's source, beside the edition, is verified by the tree of its commit.
    """
    named = {_file_of(entity) for entity in parse_json(crate, NAME)["@graph"]}
    for name in sorted(names):
        is_beside = name in {NAME, README} or name.startswith(BOOK)
        if not is_beside and name not in named:
            return f"its {short(name)} is not named in its {NAME}"
    return ""


class _Entry(tarfile.TarInfo):
    """A header of a file, or of a long file name.

    Any other is refused before its content is read.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        entry = super().frombuf(buf, encoding, errors)
        names_next = entry.type in {tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME}
        is_name_of_next = names_next and entry.size < MOST_NAME
        is_file = entry.type in {tarfile.REGTYPE, tarfile.AREGTYPE}
        is_misplaced = entry.size < 0 or not (is_name_of_next or is_file)
        if is_misplaced:
            raise PressError(f"{short(repr(entry.name))} is not a plain file")
        return entry


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[tuple[str, tarfile.TarInfo, Any]]]:
    """Yield the files of an archive, one at a time.

    Any fault is one error that names the archive.
    """
    try:
        with (
            gzip.open(path) as zipped,
            tarfile.open(fileobj=zipped, mode="r|", tarinfo=_Entry) as tar,
        ):
            yield _members(tar, path.name.removesuffix(".tar.gz"))
    except (PressError, tarfile.TarError, zlib.error, EOFError, OSError, *MALFORMED) as error:
        why = short(str(error), 300) or "it ends too early"
        raise PressError(f"{path.name} is not an archive of a released edition: {why}") from error


def _members(tar: tarfile.TarFile, top: str) -> Iterator[tuple[str, tarfile.TarInfo, Any]]:
    seen: set[str] = set()
    size = 0
    for member in tar:
        folder, _, name = member.name.partition("/")
        is_renamed = folder != top and not seen and _is_path(member.name)
        if is_renamed:
            raise PressError(f"its files lie in the folder {folder}; name it {folder}.tar.gz")
        is_outside = folder != top or not _is_path(name)
        if is_outside:
            raise PressError(
                f"{short(repr(member.name))} is not the name of a file in the folder {top}, of at "
                f"most {MOST_LETTERS} letters, without \\ and control characters"
            )
        size += member.size
        is_too_much = member.size < 0 or size > MOST_BYTES or len(seen) >= MOST_ENTRIES
        if is_too_much:
            raise PressError(f"it contains more than {MOST_BYTES >> 30} GB or {MOST_ENTRIES} files")
        is_taken = name in seen or not seen.isdisjoint(_folders_above(name))
        content = None if member.issparse() or is_taken else tar.extractfile(member)
        if content is None:
            raise PressError(f"{short(repr(name))} occurs twice, or is not a plain file")
        seen.add(name)
        yield name, member, content


def _is_path(name: str) -> bool:
    """Return whether a name in an archive is a path that stays inside its folder."""
    kinds = set(map(unicodedata.category, name))
    is_unsafe = not kinds.isdisjoint(UNSAFE) or "\\" in name or len(name) > MOST_LETTERS
    if is_unsafe:
        return False
    return {"", ".", ".."}.isdisjoint(name.split("/"))


def _folders_above(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def read_archive(path: Path) -> Archive:
    """Return an archive after checking every file in it; nothing is written."""
    hashes: dict[str, str] = {}
    records: dict[str, bytes] = {}
    source: dict[str, Entry] = {}
    with _opened(path) as members:
        for name, member, content in members:
            if name == f"{BOOK}{SOURCE}":
                records[name] = _record(name, member, content)
                hashes[name] = sha256(records[name])
            elif name.startswith(BOOK):
                both = digests(content, member.size)
                hashes[name] = both.sha256
                is_program = bool(member.mode & 0o100)
                source[name.removeprefix(BOOK)] = file_entry(both.blob, is_program=is_program)
            elif name in {*RECORDS, STATEMENTS}:
                records[name] = _record(name, member, content)
                hashes[name] = sha256(records[name])
            else:
                hashes[name] = hashlib.file_digest(content, "sha256").hexdigest()
        missing = [name for name in (*RECORDS, "html/index.html") if name not in hashes]
        if missing:
            raise PressError(f"it has no {missing[0]}")
        facts = _facts(path, records["edition.json"])
        fault = changed_file(hashes, records[NAME]) or unnamed_file(hashes, records[NAME])
        fault = fault or _changed_source(source, records.get(f"{BOOK}{SOURCE}"), facts)
        if fault:
            raise PressError(fault)
        results = parse_json(records["results.json"], "its results.json")
        if facts.results_sha256 != hashes["results.json"]:
            raise PressError("its results.json is not what its edition.json says")
        statements = _standings(records.get(STATEMENTS, b"{}"))
    return Archive(path, sha256_of(path), facts, hashes, results, statements)


def _record(name: str, member: tarfile.TarInfo, content: IO[bytes]) -> bytes:
    if member.size > MOST_TEXT:
        raise PressError(f"its {name} is too long")
    return content.read()


def _changed_source(source: Mapping[str, Entry], record: bytes | None, facts: Released) -> str:
    """Return a message if the source in an archive is not that of its commit."""
    if not source:
        return ""
    entries = dict(source)
    if record is not None:
        packed = checked(PackedSource, parse_json(record, f"its {BOOK}{SOURCE}"), SOURCE)
        for name, target in packed.links.items():
            copies = [path for path in entries if path == name or path.startswith(f"{name}/")]
            for path in copies:
                del entries[path]
            entries[name] = link_entry(target)
        for name, commit in packed.submodules.items():
            entries[name] = submodule_entry(commit)
    if tree_hash(entries) == facts.source.tree:
        return ""
    return f"the source in its {BOOK} is not that of {facts.source.tree_swhid}"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file of any size."""
    with naming(path, "read"), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _standings(record: bytes) -> dict[str, dict[str, bool | None]]:
    """Return the verdicts in an archive's record of statements."""
    by_chapter = parse_json(record, f"its {STATEMENTS}")
    return {
        slug: {key: statement["holds"] for key, statement in of_chapter.items()}
        for slug, of_chapter in by_chapter.items()
    }


def _facts(path: Path, record: bytes) -> Released:
    """Return the edition's record in an archive, whose file name must agree with it."""
    what = "its edition.json"
    facts = checked(Released, parse_json(record, what), what)
    ending = f"{facts.version}-{facts.id}.tar.gz"
    if not path.name.endswith(f"-{ending}"):
        raise PressError(f"its name does not end in {ending}, as its edition.json says")
    return facts


def unpack_pages(archive: Archive, folder: Path) -> None:
    """Write the pages of a checked archive to a folder."""
    with _opened(archive.path) as members:
        for name, _, content in members:
            if not name.startswith("html/"):
                continue
            target = folder / name.removeprefix("html/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())

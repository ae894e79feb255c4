"""Pack a built edition with checksums, and lay out a site where every released edition stays reachable."""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path

from bookpress.book.project import Project, build_time
from bookpress.citation.record import load_book
from bookpress.errors import PressError, UsageError, nearest, quoted
from bookpress.files import check_writable, files_of, naming, replace_file, sha256

RELEASED = ("edition.json", "html", "results.json", "ro-crate-metadata.json", "statements.json")
"""What of a built edition is released; the rest are working files."""


def release(project: Project, name: str, older: Sequence[Path], folder: Path) -> list[str]:
    """Pack a built edition, lay out the site with every released one, and write the checksums.

    Raises
    ------
    UsageError
        If there is no such built edition, or no such archive.
    PressError
        If the folder cannot be written, the version is released already, or an archive is not one of ours.
    """
    if name not in project.built:
        raise UsageError(f"no built edition {quoted(name)}{nearest(name, project.built)}")
    missing = [path for path in older if not path.is_file()]
    if missing:
        raise UsageError(f"no archive {', '.join(map(str, missing))}; --older takes files of earlier releases")
    archive = folder / f"{project.settings.command}-{load_book(project.root).version}.tar.gz"
    if archive.resolve() in {path.resolve() for path in older}:
        raise PressError(f"{archive.name} is released already: give the book a new version in book/publication.yml")
    check_writable(folder)
    with naming(folder):
        pack(project.editions / name, archive, int(build_time(project.root).timestamp()))
        for path in older:
            if path.parent.resolve() != folder.resolve():
                shutil.copy2(path, folder)
        ids = lay_out(folder / "site", project.editions / name, [archive, *(folder / path.name for path in older)])
    sums = [f"{sha256(path.read_bytes())}  {path.name}\n" for path in sorted(folder.glob("*.tar.gz"))]
    replace_file(folder / "SHA256SUMS", "".join(sums).encode())
    return ids


def pack(edition: Path, archive: Path, epoch: int) -> None:
    """Write the released files of a built edition to an archive whose bytes depend on them and the date alone."""
    draft, top = archive.with_name(f".{archive.name}"), archive.name.removesuffix(".tar.gz")
    with (
        draft.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        for path in files_of(edition):
            name = path.relative_to(edition)
            if name.parts[0] in RELEASED:
                entry = tarfile.TarInfo(f"{top}/{name.as_posix()}")
                entry.size, entry.mtime = path.stat().st_size, epoch
                with path.open("rb") as content:
                    tar.addfile(entry, content)
    draft.replace(archive)


def lay_out(site: Path, newest: Path, archives: Sequence[Path]) -> list[str]:
    """Make the folder to deploy: the newest edition at the root, each released one under ``editions/<id>/``."""
    draft = site.with_name(f".{site.name}")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(newest / "html", draft)
    ids = sorted({_unpack(archive, draft / "editions") for archive in archives})
    shutil.rmtree(site, ignore_errors=True)
    draft.rename(site)
    return ids


def _unpack(archive: Path, editions: Path) -> str:
    try:
        with tarfile.open(archive) as tar:
            top = tar.getnames()[0].partition("/")[0]
            record = tar.extractfile(f"{top}/edition.json")
            name = str(json.load(record)["id"]) if record else ""
            for member in tar.getmembers():
                if member.isfile() and member.name.startswith(f"{top}/html/"):
                    member.name = member.name.removeprefix(f"{top}/html/")
                    tar.extract(member, editions / name, filter="data")
    except (tarfile.TarError, KeyError, IndexError, ValueError) as error:
        raise PressError(f"{archive.name} is not an archive of a released edition ({error})") from error
    return name

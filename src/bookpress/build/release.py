"""Pack a built edition with checksums, and lay out a site where every released edition stays reachable."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path

from bookpress.book.project import Project, build_time
from bookpress.errors import PressError, UsageError, nearest, quoted
from bookpress.files import check_writable

CHECKSUMS = "SHA256SUMS"


class ReleaseError(PressError):
    """An edition that cannot be released, or an archive that is not one of ours."""


def release(root: Path, name: str, version: str, older: Sequence[Path], folder: Path) -> list[str]:
    """Pack a built edition, lay out the site with every released one, and write the checksums.

    Parameters
    ----------
    root : pathlib.Path
        The checkout, with the built edition under ``_build``.
    name : str
        Name or id of the built edition.
    version : str
        Version of the book; part of the archive's name.
    older : sequence of pathlib.Path
        Archives of earlier releases, which stay reachable.
    folder : pathlib.Path
        Where ``site/``, the archives and ``SHA256SUMS`` go.

    Returns
    -------
    list of str
        Ids of the editions under ``site/editions``.

    Raises
    ------
    UsageError
        If there is no such built edition, or no such archive.
    PressError
        If the folder cannot be written.
    ReleaseError
        If the version is released already, or an archive is not one of ours.
    """
    project = Project.at(root)
    if name not in project.built:
        raise UsageError(f"no built edition {quoted(name)}{nearest(name, project.built)}")
    missing = [path for path in older if not path.is_file()]
    if missing:
        raise UsageError(f"no archive {', '.join(map(str, missing))}; --older takes files of earlier releases")
    check_writable(folder)
    edition = project.editions / name
    archive = folder / f"compute-divide-{version}.tar.gz"
    if archive.resolve() in {path.resolve() for path in older}:
        raise ReleaseError(f"{archive.name} is released already: give the book a new version in book/publication.yml")
    pack(edition, archive, epoch=int(build_time(root).timestamp()))
    for path in older:
        if path.parent.resolve() != folder.resolve():
            shutil.copy2(path, folder / path.name)
    ids = lay_out(folder / "site", edition, sorted({archive, *(folder / path.name for path in older)}))
    write_checksums(folder)
    return ids


def pack(edition: Path, archive: Path, *, epoch: int) -> str:
    """Write the files of a built edition to a gzipped tar archive and return its SHA-256.

    The bytes depend on the files and the epoch alone: names are sorted, owners and modes fixed.

    Parameters
    ----------
    edition : pathlib.Path
        Folder of a built edition (``_build/editions/<name or id>``), with ``html``, ``results.json`` and the rest.
    archive : pathlib.Path
        The file to write; its name without ``.tar.gz`` becomes the folder inside.
    epoch : int
        Time of every entry, in seconds since 1970: the date of the build.

    Raises
    ------
    ReleaseError
        If the edition was not built.
    """
    if not (edition / "html" / "index.html").is_file():
        raise ReleaseError(f"{edition.name} is not a built edition: build it first")
    top = archive.name.removesuffix(".tar.gz")
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for path in released_files(edition):
            entry = tarfile.TarInfo(f"{top}/{path.relative_to(edition).as_posix()}")
            entry.size, entry.mtime, entry.mode = path.stat().st_size, epoch, 0o644
            with path.open("rb") as file:
                tar.addfile(entry, file)
    archive.parent.mkdir(parents=True, exist_ok=True)
    temporary = archive.with_name(f".{archive.name}.part")
    temporary.write_bytes(buffer.getvalue())
    temporary.replace(archive)
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def released_files(edition: Path) -> list[Path]:
    """Return what of a built edition is released: pages, other formats, results and records, but no working files."""
    working = {"source", "doctrees", "runs", "timings.json"}
    files = [path for path in edition.rglob("*") if path.is_file() and not path.is_symlink()]
    kept = [path for path in files if path.relative_to(edition).parts[0] not in working]
    return sorted(
        path for path in kept if not any(part.startswith(".") for part in path.relative_to(edition).parts[:1])
    )


def write_checksums(folder: Path) -> Path:
    """Write ``SHA256SUMS`` over the archives of a folder, in the format that ``sha256sum --check`` reads."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.glob("*.tar.gz"))
    ]
    target = folder / CHECKSUMS
    target.write_text("".join(lines), encoding="utf-8")
    return target


def lay_out(site: Path, newest: Path, archives: Sequence[Path]) -> list[str]:
    """Make the folder to deploy: the newest edition at the root, each released one under ``editions/<id>/``.

    Parameters
    ----------
    site : pathlib.Path
        The folder to make; what it held before is replaced only once the new one is whole.
    newest : pathlib.Path
        Folder of the built edition that readers see first.
    archives : sequence of pathlib.Path
        Archives made by `pack`, older ones included.

    Returns
    -------
    list of str
        Ids of the editions that are reachable under ``editions/``.

    Raises
    ------
    ReleaseError
        If an archive holds no edition.
    """
    draft = site.with_name(f".{site.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(newest / "html", draft)
    ids = sorted({_unpack(archive, draft / "editions") for archive in archives})
    shutil.rmtree(site, ignore_errors=True)
    draft.rename(site)
    return ids


def _unpack(archive: Path, editions: Path) -> str:
    """Put the pages of one archive under its edition's id and return the id."""
    with tarfile.open(archive, "r:gz") as tar:
        names = tar.getnames()
        record = next((name for name in names if name.count("/") == 1 and name.endswith("/edition.json")), None)
        if record is None:
            raise ReleaseError(f"{archive.name} holds no edition.json: it is not an archive of a released edition")
        file = tar.extractfile(record)
        edition_id = str(json.load(file)["id"]) if file else ""
        prefix = record.split("/")[0] + "/html/"
        for member in tar.getmembers():
            if member.isfile() and member.name.startswith(prefix):
                member.name = member.name.removeprefix(prefix)
                tar.extract(member, editions / edition_id, filter="data")
    return edition_id

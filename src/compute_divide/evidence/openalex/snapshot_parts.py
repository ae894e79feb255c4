"""The parts of an OpenAlex snapshot: which files there are, here or on S3, and what the manifest says of them.

The layout is that of the quarterly snapshot: ``jsonl/works/updated_date=2026-06-24/part_0000.gz`` or the same under
``parquet/``, with a ``manifest.json`` that lists every part with its size and number of records. A plain folder of such
files, or one file, does as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compute_divide.evidence.store.files import EvidenceError

JSON_LINES = (".gz", ".jsonl")
PARQUET = (".parquet",)
MANIFESTS = ("manifest.json", "manifest")
WORKS = "works/"
S3 = "s3://"
S3_REGION = "us-east-1"
"""Where the public bucket of OpenAlex is."""


class CorpusError(EvidenceError):
    """A corpus, or one part of it, cannot be read."""


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One file of the corpus."""

    name: str
    """Path below the root of the corpus, with forward slashes."""
    url: str
    """Where it is: an absolute path, or ``s3://bucket/key``."""
    size: int
    stamp: str
    """When it was last changed, as the file system says."""
    records: int | None = None
    """Records it should have, where a manifest says so."""
    bytes_told: int | None = None

    @property
    def is_parquet(self) -> bool:
        """Whether the part is Parquet; else it is JSON Lines."""
        return self.name.endswith(PARQUET)

    def fingerprint(self, question: str) -> str:
        """Return a short hash of the part as it is now and of what is asked of it."""
        told = json.dumps([self.name, self.size, self.stamp, self.records, self.bytes_told, question])
        return hashlib.sha256(told.encode()).hexdigest()[:20]


def list_parts(source: str) -> tuple[list[Part], list[str]]:
    """Return the parts of a corpus, sorted by name, and the names that its manifest lists but that are not there.

    `source` is a folder, a file, or an address such as ``s3://openalex/data/parquet``. Where it holds folders of
    several entities, only ``works`` is read. JSON Lines beside Parquet, two copies of the same works, is refused.
    """
    files = _list_s3(source) if source.startswith(S3) else _list_local(Path(source).absolute())
    if any(name.startswith(WORKS) for name in files):
        files = {name.removeprefix(WORKS): part for name, part in files.items() if name.startswith(WORKS)}
    told = _manifest(files)
    files = {
        name: part for name, part in files.items() if name.endswith(JSON_LINES + PARQUET) and name not in MANIFESTS
    }
    if not files:
        raise CorpusError(f"there is no corpus at {source}: no files that end in {', '.join(JSON_LINES + PARQUET)}")
    parquet = [name for name in files if name.endswith(PARQUET)]
    if parquet and len(parquet) < len(files):
        raise CorpusError(
            f"{source} holds JSON Lines and Parquet, two copies of the same works: name the folder of one of them"
        )
    parts = [Part(name, part.url, part.size, part.stamp, *told.get(name, ())) for name, part in files.items()]
    return sorted(parts), sorted(set(told) - set(files))


@contextmanager
def local_copy(part: Part) -> Iterator[Path]:
    """Give a part as a file of this machine, fetched and thrown away again where it is elsewhere."""
    if not part.url.startswith(S3):
        yield Path(part.url)
        return
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        copy = Path(folder) / Path(part.name).name
        with _s3().open_input_stream(_key(part.url), compression=None) as there, copy.open("wb") as here:
            shutil.copyfileobj(there, here, 1 << 20)
        yield copy


@contextmanager
def opened(part: Part) -> Iterator[Any]:
    """Give a part as a file that can be read at any place, so that only the wanted columns are read."""
    if part.url.startswith(S3):
        with _s3().open_input_file(_key(part.url)) as file:
            yield file
    else:
        with Path(part.url).open("rb") as file:
            yield file


def _list_local(root: Path) -> dict[str, Part]:
    """Return the files below a folder, or the one file, by their path from there."""
    if root.is_file():
        return {root.name: _local_part(root, root.name)}
    paths = (path for path in root.rglob("*") if path.is_file())
    names = ((path, path.relative_to(root).as_posix()) for path in paths)
    return {name: _local_part(path, name) for path, name in names}


def _local_part(path: Path, name: str) -> Part:
    stat = path.stat()
    return Part(name, str(path), stat.st_size, str(stat.st_mtime_ns))


def _list_s3(source: str) -> dict[str, Part]:
    """Return the objects below an address, or the one object, by their path from there."""
    from pyarrow import fs

    root = _key(source)
    try:
        found = [_s3().get_file_info(root)]
        if found[0].type == fs.FileType.Directory:
            found = _s3().get_file_info(fs.FileSelector(root, recursive=True))
    except OSError as error:
        raise CorpusError(f"{source} cannot be listed: {str(error).splitlines()[0]}") from error
    files = {}
    for one in found:
        if one.type == fs.FileType.File:
            name = one.path[len(root) :].lstrip("/") or one.base_name
            files[name] = Part(name, f"{S3}{one.path}", one.size, str(one.mtime_ns))
    return files


def _s3() -> Any:
    """Return the file system of S3: public buckets, no account; ``AWS_ENDPOINT_URL`` leads to another one."""
    # Imported late: the module is heavy, and only those who read from S3 need it.
    from pyarrow import fs

    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    scheme, _, host = endpoint.rpartition("://") if endpoint else ("https", "", None)
    return fs.S3FileSystem(
        anonymous=True,
        region=S3_REGION,
        endpoint_override=host,
        scheme=scheme or "https",
        request_timeout=60,
        connect_timeout=10,
    )


def _key(url: str) -> str:
    return url.removeprefix(S3).rstrip("/")


def _manifest(files: Mapping[str, Part]) -> dict[str, tuple[int | None, int | None]]:
    """Return records and bytes that the manifest says of each part, by name; empty without a manifest."""
    part = next((files[name] for name in MANIFESTS if name in files), None)
    if part is None:
        return {}
    try:
        with opened(part) as file:
            content = json.loads(file.read())
        entries = content["files"] if "files" in content else content["entries"]
        works = [entry for entry in entries if "/works/" in entry["url"]]
        return {
            entry["url"].split("/works/", 1)[1]: (
                entry["meta"].get("record_count"),
                entry["meta"].get("content_length"),
            )
            for entry in works
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f"{part.url} is not a manifest of a snapshot ({error!r})") from error

"""Fetch the current file of the models database and make a vintage of it, if it has changed.

The sidecar records what was fetched: address, entity tag, size and hash. Older vintages stay as
they are. A label that is new to us stops the refresh, and nothing is written.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from bookpress.files import sha256
from compute_divide.sources.store import files
from compute_divide.sources.store.files import EvidenceError, Sidecar
from compute_divide_evidence.models.table import add_snapshot, check_vintage
from compute_divide_evidence.openalex.client import (
    FetchError,
    TransientError,
    day_of,
    persist,
    timed_session,
)
from compute_divide_evidence.store.writing import staged, write_sidecar

LARGEST = 200_000_000
"""The largest file, in bytes. The file has about two million; one far larger is something else."""


@dataclass(frozen=True)
class RemoteFile:
    """A file on a server, and how it is asked for.

    The name of the server is for messages: the whole address may contain secrets.
    """

    url: str
    session: requests.Session = field(default_factory=timed_session)
    sleep: Callable[[float], None] = time.sleep
    tries: int = 8

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise FetchError(
                f"{self.url!r} is not the address of a file: give one that begins with https://"
            )

    @property
    def host(self) -> str:
        """The name of the server."""
        _, address = self.url.split("://", 1)
        authority, _, _ = address.partition("/")
        return authority.rsplit("@", 1)[-1]

    @property
    def name(self) -> str:
        """The name of the file."""
        path, _, _ = self.url.partition("?")
        _, _, name = path.rstrip("/").rpartition("/")
        return name or "models.csv"

    def fetch(self) -> tuple[bytes, Mapping[str, str]]:
        """Return the content of the file, and the headers of the answer."""
        return persist(self._ask, self.host, tries=self.tries, sleep=self.sleep)

    def _ask(self) -> tuple[bytes, Mapping[str, str]]:
        """Ask once for the file."""
        content = b""
        with self.session.get(self.url, stream=True) as response:
            response.raise_for_status()
            for piece in response.iter_content(1 << 20):
                content += piece
                if len(content) > LARGEST:
                    most = f"{LARGEST:,} bytes"
                    raise FetchError(
                        f"{self.url} is larger than {most}: that is not the models database"
                    )
        if content.lstrip()[:1] in {b"<", b""}:
            raise TransientError(f"{self.host} gives a page, or nothing, in place of the file")
        return content, response.headers


def refresh_epoch(
    file: RemoteFile, *, vintage: str | None = None, replace: bool = False
) -> Sidecar | None:
    """Make a vintage of a file and return its sidecar.

    Return None if we already have the file.
    """
    if vintage is not None:
        check_vintage(vintage)
    content, headers = file.fetch()
    if sha256(content) in _known_digests():
        return None
    day = day_of(headers, "last-modified") or day_of(headers)
    vintage = vintage or (day or "")[:7]
    if not vintage:
        raise EvidenceError(f"{file.url} gives no date: name the --vintage, such as 2026-11")
    if vintage in files.vintages() and not replace:
        raise EvidenceError(
            f"the vintage {vintage} is there already and differs from what {file.url} gives: "
            "--replace replaces it, --vintage names another"
        )
    fetched = {
        "url": file.url,
        "etag": headers.get("etag"),
        "size": len(content),
        "snapshot": day or vintage,
    }
    return _write_vintage(vintage, content, file.name, fetched)


def _write_vintage(vintage: str, content: bytes, name: str, fetched: Mapping[str, Any]) -> Sidecar:
    """Write a vintage from a file and return its sidecar, with how the file was fetched."""
    with staged() as folder, tempfile.TemporaryDirectory(prefix="epoch-") as home:
        file = Path(home) / name
        file.write_bytes(content)
        sidecar = add_snapshot(file, vintage, folder)
        source = sidecar.sources[0].model_copy(update=fetched)
        sidecar = sidecar.model_copy(update={"sources": [source]})
        write_sidecar(sidecar, folder)
        return sidecar


def _known_digests() -> set[str]:
    """Return the hashes of the raw files of all vintages."""
    digests = set()
    for vintage in files.vintages():
        sidecar = files.read_sidecar(files.table_name(vintage))
        digests |= {source.sha256 for source in sidecar.sources}
    return digests

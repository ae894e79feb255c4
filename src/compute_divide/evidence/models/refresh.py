"""Fetch the current file of the models database and make a vintage of it, if it has changed.

The sidecar records what was fetched: address, entity tag, size and hash. Older vintages stay as
they are. A label that is new to us stops the refresh, and nothing is written.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests

from bookpress.files import sha256
from compute_divide.evidence.models.table import add_snapshot, check_vintage
from compute_divide.evidence.openalex.client import (
    FetchError,
    TransientError,
    day_of,
    persist,
    timed_session,
)
from compute_divide.evidence.store import files
from compute_divide.evidence.store.files import EvidenceError, Sidecar

LARGEST = 200_000_000
"""The largest file, in bytes. The file has about two million; one far larger is something else."""


def refresh_epoch(
    url: str,
    *,
    vintage: str | None = None,
    replace: bool = False,
    session: requests.Session | None = None,
    sleep: Callable[[float], None] = time.sleep,
    tries: int = 8,
) -> Sidecar | None:
    """Make a vintage of the file at an address and return its sidecar.

    Return None if we already have the file.
    """
    if vintage is not None:
        check_vintage(vintage)
    if not url.startswith(("http://", "https://")):
        raise FetchError(
            f"{url!r} is not the address of a file: give one that begins with https://"
        )
    host = _host(url)
    asked = session or timed_session()

    def ask() -> tuple[bytes, Mapping[str, str]]:
        return _fetch(asked, url, host)

    content, headers = persist(ask, host, tries=tries, sleep=sleep)
    if sha256(content) in _known_digests():
        return None
    day = day_of(headers, "last-modified") or day_of(headers)
    vintage = vintage or (day or "")[:7]
    if not vintage:
        raise EvidenceError(f"{url} gives no date: name the --vintage, such as 2026-11")
    if vintage in files.vintages() and not replace:
        raise EvidenceError(
            f"the vintage {vintage} is there already and differs from what {url} gives: "
            "--replace replaces it, --vintage names another"
        )
    fetched = {
        "url": url,
        "etag": headers.get("etag"),
        "size": len(content),
        "snapshot": day or vintage,
    }
    return _write_vintage(vintage, content, fetched)


def _write_vintage(vintage: str, content: bytes, fetched: Mapping[str, Any]) -> Sidecar:
    """Write a vintage from a file and return its sidecar, with how the file was fetched."""
    with files.staged() as folder, tempfile.TemporaryDirectory(prefix="epoch-") as home:
        file = Path(home) / _file_name(fetched["url"])
        file.write_bytes(content)
        sidecar = add_snapshot(file, vintage, folder)
        source = sidecar.sources[0].model_copy(update=fetched)
        sidecar = sidecar.model_copy(update={"sources": [source]})
        files.write_sidecar(sidecar, folder)
        return sidecar


def _host(url: str) -> str:
    """Return the name of the server for messages: the whole address may contain secrets."""
    _, address = url.split("://", 1)
    authority, _, _ = address.partition("/")
    return authority.rsplit("@", 1)[-1]


def _file_name(url: str) -> str:
    path, _, _ = url.partition("?")
    _, _, name = path.rstrip("/").rpartition("/")
    return name or "models.csv"


def _known_digests() -> set[str]:
    """Return the hashes of the raw files of all vintages."""
    digests = set()
    for vintage in files.vintages():
        sidecar = files.read_sidecar(files.table_name(vintage))
        digests |= {source.sha256 for source in sidecar.sources}
    return digests


def _fetch(session: requests.Session, url: str, host: str) -> tuple[bytes, Mapping[str, str]]:
    """Ask once for the file."""
    content = b""
    with session.get(url, stream=True) as response:
        response.raise_for_status()
        for piece in response.iter_content(1 << 20):
            content += piece
            if len(content) > LARGEST:
                raise FetchError(
                    f"{url} is larger than {LARGEST:,} bytes: that is not the models database"
                )
    if content.lstrip()[:1] in {b"<", b""}:
        raise TransientError(f"{host} gives a page, or nothing, in place of the file")
    return content, response.headers

"""Fetch the current file of the models database and make a vintage of it, if it has changed.

What was fetched stands in the sidecar: address, entity tag, size and hash. Older vintages stay as they are. A label
that is new to us stops the refresh, and nothing is written.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from bookpress.files import sha256
from compute_divide.evidence.models.table import add_snapshot, check_vintage, table_name
from compute_divide.evidence.openalex.client import (
    FetchError,
    TimedSession,
    TransientError,
    day_of,
    failure_of,
    persist,
)
from compute_divide.evidence.store.files import (
    EvidenceError,
    Sidecar,
    Source,
    read_sidecar,
    staged,
    vintages,
    write_sidecar,
)

URL_VARIABLE = "COMPUTE_DIVIDE_EPOCH_URL"
DEFAULT_URL = "https://epoch.ai/data/notable_ai_models.csv"
LARGEST = 200_000_000  # Bytes. The file has about two million; something far larger is not it


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as a server gave it."""

    content: bytes
    etag: str | None
    day: str | None


def epoch_url() -> str:
    """Return the address of the models database: ``COMPUTE_DIVIDE_EPOCH_URL``, else Epoch AI's own."""
    return os.environ.get(URL_VARIABLE) or DEFAULT_URL


def refresh_epoch(
    url: str,
    *,
    vintage: str | None = None,
    replace: bool = False,
    session: requests.Session | None = None,
    sleep: Callable[[float], None] = time.sleep,
    tries: int = 8,
) -> Sidecar | None:
    """Make a vintage of the current file at an address and return its sidecar; None when the file is one that we have.

    `vintage` is a year and month, by default those of the file on the server; `replace` allows a vintage of that
    month to be replaced. A file that cannot be used is an `EvidenceError`, and so is a month that is there already.
    """
    if vintage is not None:
        check_vintage(vintage)
    known = _known(url)
    etag = next((source.etag for source in reversed(known) if source.etag), None)
    session = session or TimedSession()
    fetched = persist(lambda: _fetch(session, url, etag), _host(url), tries=tries, sleep=sleep)
    if fetched is None or sha256(fetched.content) in {source.sha256 for source in known}:
        return None
    vintage = vintage or (fetched.day or "")[:7]
    if not vintage:
        raise EvidenceError(f"{url} gives no date: name the --vintage, such as 2026-11")
    if vintage in vintages() and not replace:
        raise EvidenceError(
            f"the vintage {vintage} is there already and differs from what {url} gives: "
            "--replace replaces it, --vintage names another"
        )
    with staged() as folder:
        with tempfile.TemporaryDirectory(prefix="epoch-") as home:
            file = Path(home) / (url.split("?", maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1] or "models.csv")
            file.write_bytes(fetched.content)
            sidecar = add_snapshot(file, vintage, folder)
        told = {"url": url, "etag": fetched.etag, "size": len(fetched.content), "snapshot": fetched.day or vintage}
        sidecar = sidecar.model_copy(update={"sources": [sidecar.sources[0].model_copy(update=told)]})
        write_sidecar(sidecar, folder)
        return sidecar


def _known(url: str) -> list[Source]:
    """Return the files that vintages were made of: of the oldest vintage first; entity tags only of this address."""
    sources = [source for vintage in vintages() for source in read_sidecar(table_name(vintage)).sources]
    return [source if source.url == url else source.model_copy(update={"etag": None}) for source in sources]


def _fetch(session: requests.Session, url: str, etag: str | None) -> Fetched | None:
    """Ask once for the file; None where it has not changed since the entity tag was given."""
    content = b""
    try:
        with session.get(url, headers={"If-None-Match": etag} if etag else {}, stream=True) as response:
            if response.status_code == 304:
                return None
            response.raise_for_status()
            for piece in response.iter_content(1 << 20):
                content += piece
                if len(content) > LARGEST:
                    raise FetchError(f"{url} is larger than {LARGEST:,} bytes: that is not the models database")
    except (requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL):
        raise FetchError(f"{url!r} is not the address of a file: give one that begins with https://") from None
    except requests.RequestException as error:
        raise failure_of(error, _host(url)) from error
    if content.lstrip()[:1] in {b"<", b""}:
        raise TransientError(f"{_host(url)} gives a page, or nothing, in place of the file")
    day = day_of(response.headers, "last-modified") or day_of(response.headers)
    return Fetched(content, response.headers.get("etag"), day)


def _host(url: str) -> str:
    """Return the name of the server, for messages: an address may hold more than should be shown."""
    return url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]

"""Refreshing the models database: a new vintage when the file has changed, nothing when anything is wrong."""

from pathlib import Path
from typing import Any

import pytest
import requests
from openalex_server import respond
from requests.adapters import BaseAdapter

from bookpress.errors import UsageError
from compute_divide.sources.catalogue import verify
from compute_divide.sources.models.table import load_models
from compute_divide.sources.store.files import EvidenceError, read_sidecar, vintages
from compute_divide_evidence.models.refresh import RemoteFile, refresh_epoch
from compute_divide_evidence.openalex.client import FetchError, timed_session

RAW = "epoch_notable_ai_models_2026-08-19.csv"
URL = "https://epoch.example/data/notable_ai_models.csv"


class File(BaseAdapter):
    """A server that gives a file, after some failures."""

    def __init__(self, content: bytes, *failures: int) -> None:
        self.content, self.failures = content, list(failures)

    def send(self, *_: Any, **__: Any) -> requests.Response:
        told = {"ETag": '"v1"', "Last-Modified": "Thu, 19 Nov 2026 04:00:00 GMT"}
        return (
            respond(self.failures.pop(0), {}) if self.failures else respond(200, self.content, told)
        )

    def close(self) -> None:
        """Close nothing."""


@pytest.fixture
def changed(raw_dir: Path) -> bytes:
    """Give the newest raw file without its last record: a file that no vintage was made of."""
    content = (raw_dir / "models" / RAW).read_bytes()
    return content.rstrip(b"\n").rsplit(b"\n", 1)[0] + b"\n"


def refresh(content: bytes, *failures: int, **options: Any) -> Any:
    session = timed_session()
    session.mount("https://", File(content, *failures))
    file = RemoteFile(URL, session, sleep=lambda _: None, tries=3)
    return refresh_epoch(file, **options)


@pytest.mark.heavy
@pytest.mark.raw
def test_a_changed_file_becomes_a_vintage(data_copy: Path, changed: bytes) -> None:
    before = {path: path.read_bytes() for path in (data_copy / "models").iterdir()}
    sidecar = refresh(changed, 503, 429)  # failures are waited out
    assert refresh(changed) is None
    assert sidecar.table == "models/2026-11.csv"
    (source,) = read_sidecar("models/2026-11.csv").sources
    assert (source.url, source.etag, source.size) == (URL, '"v1"', len(changed))
    assert (source.snapshot, source.file) == ("2026-11-19", "notable_ai_models.csv")
    assert "2026-11" in vintages()
    assert len(load_models("2026-11")) == len(load_models("2026-08")) - 1
    assert all(path.read_bytes() == content for path, content in before.items())
    assert verify() == []


@pytest.mark.raw
def test_what_we_have_is_neither_doubled_nor_overwritten(
    data_copy: Path, raw_dir: Path, changed: bytes
) -> None:
    assert refresh((raw_dir / "models" / RAW).read_bytes()) is None
    with pytest.raises(EvidenceError, match="vintage 2026-08 is there already"):
        refresh(changed, vintage="2026-08")
    assert verify() == []
    assert refresh(changed, vintage="2026-08", replace=True).rows_in == 1049
    assert verify() == []


@pytest.mark.parametrize(
    ("content", "failures", "kind", "said"),
    [
        (b"", [500] * 9, FetchError, "in 3 tries; the last: epoch.example answers 500"),
        (b"", [404], FetchError, "answers 404"),
        (b"<!doctype html><title>Moved</title>", [], FetchError, "gives a page, or nothing"),
        (b"", [], FetchError, "gives a page, or nothing"),
        (b"a,b\n1,2\n", [], EvidenceError, "notable_ai_models.csv"),
    ],
)
def test_what_is_not_the_file_is_named(
    content: bytes, failures: list[int], kind: type[Exception], said: str, data_copy: Path
) -> None:
    with pytest.raises(kind, match=said):
        refresh(content, *failures)
    assert verify() == []


def test_no_address_and_no_server() -> None:
    def ask(url: str, **options: Any) -> Any:
        session = timed_session((0.2, 0.2))
        file = RemoteFile(url, session, sleep=lambda _: None, tries=3)
        return refresh_epoch(file, **options)

    with pytest.raises(FetchError, match="is not the address of a file"):
        ask("models.csv")
    with pytest.raises(FetchError, match=r"the connection to 127\.0\.0\.1:1 failed"):
        ask("http://127.0.0.1:1/models.csv")
    with pytest.raises(UsageError, match="is not a vintage"):
        ask("http://127.0.0.1:1/models.csv", vintage="last week")

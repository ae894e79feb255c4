"""Refreshing the models database: a new vintage when the file has changed, nothing when anything is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from evidence import openalex_server

from bookpress.errors import UsageError
from compute_divide.evidence.catalogue import verify
from compute_divide.evidence.models.refresh import epoch_url, refresh_epoch
from compute_divide.evidence.models.table import load_models
from compute_divide.evidence.openalex.client import FetchError, TimedSession
from compute_divide.evidence.store.files import EvidenceError, read_sidecar, seal, vintages

RAW = "epoch_notable_ai_models_2026-08-19.csv"


class File:
    """What the server gives, and how often it was asked."""

    def __init__(self, content: bytes, etag: str = '"v1"', failures: list[int] | None = None) -> None:
        self.content, self.etag, self.failures = content, etag, failures or []
        self.served = 0


@contextmanager
def serving(file: File) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Stay silent."""

        def do_GET(self) -> None:
            status = file.failures.pop(0) if file.failures else 200
            if status == 200 and self.headers.get("If-None-Match") == file.etag:
                status = 304
            self.send_response(status)
            self.send_header("ETag", file.etag)
            self.send_header("Last-Modified", "Thu, 19 Nov 2026 04:00:00 GMT")
            body = file.content if status == 200 else b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            file.served += status == 200

    with openalex_server.serving(Handler) as port:
        yield f"http://127.0.0.1:{port}/data/notable_ai_models.csv"


@pytest.fixture
def evidence_copy(data_copy: Path) -> Path:
    """Give a copy of the evidence that is sound, whatever is being edited by hand."""
    seal(data_copy)
    return data_copy


@pytest.fixture
def changed(raw_dir: Path) -> bytes:
    """Give the newest raw file without its last record: a file that no vintage was made of."""
    content = (raw_dir / "models" / RAW).read_bytes()
    return content.rstrip(b"\n").rsplit(b"\n", 1)[0] + b"\n"


@pytest.fixture
def refresh() -> Callable[..., Any]:
    def run(url: str, **options: Any) -> Any:
        return refresh_epoch(url, sleep=lambda _: None, tries=3, **options)

    return run


@pytest.mark.raw
def test_a_changed_file_becomes_a_vintage(evidence_copy: Path, changed: bytes, refresh: Callable[..., Any]) -> None:
    before = {path: path.read_bytes() for path in (evidence_copy / "models").iterdir()}
    file = File(changed)
    with serving(file) as url:
        sidecar = refresh(url)
        assert refresh(url) is None
    assert sidecar.table == "models/2026-11.csv"
    (source,) = read_sidecar("models/2026-11.csv").sources
    assert (source.url, source.etag, source.size) == (url, '"v1"', len(changed))
    assert (source.snapshot, source.file) == ("2026-11-19", "notable_ai_models.csv")
    assert file.served == 1  # the second time the entity tag said enough
    assert "2026-11" in vintages()
    assert len(load_models("2026-11")) == len(load_models("2026-08")) - 1
    assert all(path.read_bytes() == content for path, content in before.items())
    assert verify() == []


@pytest.mark.raw
def test_the_file_that_we_have_changes_nothing(evidence_copy: Path, raw_dir: Path, refresh: Callable[..., Any]) -> None:
    with serving(File((raw_dir / "models" / RAW).read_bytes())) as url:
        assert refresh(url) is None
    assert verify() == []


@pytest.mark.raw
def test_a_month_is_not_overwritten(evidence_copy: Path, changed: bytes, refresh: Callable[..., Any]) -> None:
    with serving(File(changed)) as url:
        with pytest.raises(EvidenceError, match="vintage 2026-08 is there already"):
            refresh(url, vintage="2026-08")
        assert refresh(url, vintage="2026-08", replace=True).rows_in == 1049
    assert verify() == []


@pytest.mark.raw
def test_a_new_label_stops_and_writes_nothing(evidence_copy: Path, changed: bytes, refresh: Callable[..., Any]) -> None:
    before = {path: path.read_bytes() for path in evidence_copy.rglob("*") if path.is_file()}
    with (
        serving(File(changed.replace(b"Academia,Industry", b"Academia,Oligarchy", 1))) as url,
        pytest.raises(EvidenceError, match=r"notable_ai_models\.csv, row \d+.*'Oligarchy' is not a known"),
    ):
        refresh(url)
    assert {path: path.read_bytes() for path in evidence_copy.rglob("*") if path.is_file()} == before


@pytest.mark.raw
def test_failures_are_waited_out(evidence_copy: Path, changed: bytes, refresh: Callable[..., Any]) -> None:
    with serving(File(changed, failures=[503, 429])) as url:
        assert refresh(url).table == "models/2026-11.csv"


@pytest.mark.parametrize(
    ("file", "kind", "said"),
    [
        (File(b"", failures=[500] * 9), FetchError, "in 3 tries; the last: 127.0.0.1:[0-9]+ answers 500"),
        (File(b"", failures=[404]), FetchError, "answers 404"),
        (File(b"<!doctype html><title>Moved</title>"), FetchError, "gives a page, or nothing"),
        (File(b""), FetchError, "gives a page, or nothing"),
        (File(b"a,b\n1,2\n"), EvidenceError, "notable_ai_models.csv"),
    ],
)
def test_what_is_not_the_file_is_named(
    file: File, kind: type[Exception], said: str, evidence_copy: Path, refresh: Callable[..., Any]
) -> None:
    with serving(file) as url, pytest.raises(kind, match=said):
        refresh(url)
    assert verify() == []


def test_no_address_and_no_server(refresh: Callable[..., Any]) -> None:
    with pytest.raises(FetchError, match="is not the address of a file"):
        refresh("models.csv")
    with pytest.raises(FetchError, match=r"the connection to 127\.0\.0\.1:1 failed"):
        refresh("http://127.0.0.1:1/models.csv", session=TimedSession((0.2, 0.2)))
    with pytest.raises(UsageError, match="is not a vintage"):
        refresh("http://127.0.0.1:1/models.csv", vintage="last week")


def test_the_address_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COMPUTE_DIVIDE_EPOCH_URL", raising=False)
    assert epoch_url().startswith("https://epoch.ai/")
    monkeypatch.setenv("COMPUTE_DIVIDE_EPOCH_URL", "https://example.org/models.csv")
    assert epoch_url() == "https://example.org/models.csv"

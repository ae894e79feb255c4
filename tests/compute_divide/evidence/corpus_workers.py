"""Executors whose workers die, and an S3 on this machine, for tests of the corpus."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from evidence.openalex_server import serving

from bookpress.run.executor import executor
from compute_divide.evidence.openalex.snapshot_parts import Part, Question, count_part


def count_or_die(part: Part, question: Question) -> bytes:
    """Count a part; one with a deadly name takes its process with it."""
    if "deadly" in part.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return count_part(part, question)


class _Deadly(Executor):
    def __init__(self, pool: Executor) -> None:
        self.pool = pool

    def submit(self, _: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self.pool.submit(count_or_die, *args, **kwargs)


@contextmanager
def deadly_pool(jobs: int) -> Iterator[Executor]:
    """Give a real local pool in which parts with a deadly name kill their worker."""
    with executor(jobs) as pool:
        yield _Deadly(pool)


two_workers = partial(executor, 2)
one_worker = partial(executor, 1)


@contextmanager
def s3_server(root: Path) -> Iterator[tuple[str, Counter[str]]]:
    """Serve a folder as an S3 bucket's content; give its address and the bytes that were sent, by key."""
    sent: Counter[str] = Counter()

    class Handler(_Bucket):
        folder, bytes_sent = root, sent

    with serving(Handler) as port:
        yield f"http://127.0.0.1:{port}", sent


class _Bucket(BaseHTTPRequestHandler):
    """As much of S3 as listing and reading take."""

    folder: Path
    bytes_sent: Counter[str]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def do_HEAD(self) -> None:
        self._object(body=False)

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            self._list(query.get("prefix", [""])[0], query.get("delimiter", [""])[0])
        else:
            self._object(body=True)

    def _list(self, prefix: str, delimiter: str) -> None:
        bucket = self.folder / unquote(urlsplit(self.path).path).strip("/")
        keys = (path.relative_to(bucket).as_posix() for path in sorted(bucket.rglob("*")) if path.is_file())
        keys = [key for key in keys if key.startswith(prefix)]
        folders = {prefix + key[len(prefix) :].split("/")[0] + "/" for key in keys if delimiter in key[len(prefix) :]}
        folders = folders if delimiter else set()
        contents = [
            f"<Contents><Key>{key}</Key><LastModified>2026-06-24T00:00:00.000Z</LastModified>"
            f"<Size>{(bucket / key).stat().st_size}</Size></Contents>"
            for key in keys
            if not delimiter or delimiter not in key[len(prefix) :]
        ]
        contents += [f"<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>" for folder in sorted(folders)]
        count = f"<KeyCount>{len(contents)}</KeyCount><IsTruncated>false</IsTruncated>"
        xml = f"<?xml version='1.0'?><ListBucketResult>{count}{''.join(contents)}</ListBucketResult>"
        self._send(200, xml.encode(), {"Content-Type": "application/xml"})

    def _object(self, *, body: bool) -> None:
        path = self.folder / unquote(urlsplit(self.path).path).strip("/")
        if not path.is_file():
            self._send(404, b"", {})
            return
        content = path.read_bytes()
        headers = {
            "Last-Modified": "Wed, 24 Jun 2026 00:00:00 GMT",
            "ETag": '"x"',
            "Content-Type": "binary/octet-stream",
        }
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not body:
            self._send(200, content, headers, body=False)
        elif span:
            start, end = int(span[1]), min(int(span[2] or len(content)), len(content) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
            self.bytes_sent[path.name] += end - start + 1
            self._send(206, content[start : end + 1], headers)
        else:
            self.bytes_sent[path.name] += len(content)
            self._send(200, content, headers)

    def _send(self, status: int, content: bytes, headers: dict[str, str], *, body: bool = True) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

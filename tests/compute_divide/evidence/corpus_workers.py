"""Executors whose workers die, and an S3 on this machine, for tests of the corpus."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

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
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Bucket)
    httpd.root, httpd.sent = root, Counter[str]()  # type: ignore[attr-defined]
    threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{httpd.server_address[1]}", httpd.sent  # type: ignore[attr-defined]
    finally:
        httpd.shutdown()
        httpd.server_close()


class _Bucket(BaseHTTPRequestHandler):
    """As much of S3 as listing and reading take."""

    server: Any
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path, query = (
            self.server.root / unquote(urlsplit(self.path).path).strip("/"),
            parse_qs(urlsplit(self.path).query),
        )
        if "list-type" in query:
            self._send(200, self._listed(path, query.get("prefix", [""])[0], query.get("delimiter", [""])[0]))
        elif not path.is_file():
            self._send(404, b"")
        elif span := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            content = path.read_bytes()
            start, end = int(span[1]), min(int(span[2] or len(content)), len(content) - 1)
            self._send(206, content[start : end + 1], {"Content-Range": f"bytes {start}-{end}/{len(content)}"})
        else:
            self._send(200, path.read_bytes())

    def _listed(self, bucket: Path, prefix: str, delimiter: str) -> bytes:
        keys = (path.relative_to(bucket).as_posix() for path in sorted(bucket.rglob("*")) if path.is_file())
        keys = [key for key in keys if key.startswith(prefix)]
        deep = [key for key in keys if delimiter and delimiter in key[len(prefix) :]]
        folders = sorted({prefix + key[len(prefix) :].split("/")[0] + "/" for key in deep})
        contents = [
            f"<Contents><Key>{key}</Key><LastModified>2026-06-24T00:00:00.000Z</LastModified>"
            f"<Size>{(bucket / key).stat().st_size}</Size></Contents>"
            for key in keys
            if key not in deep
        ]
        contents += [f"<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>" for folder in folders]
        count = f"<KeyCount>{len(contents)}</KeyCount><IsTruncated>false</IsTruncated>"
        return f"<?xml version='1.0'?><ListBucketResult>{count}{''.join(contents)}</ListBucketResult>".encode()

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        told = {"Last-Modified": "Wed, 24 Jun 2026 00:00:00 GMT", "ETag": '"x"', "Content-Length": str(len(content))}
        for name, value in {**told, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.server.sent[self.path] += len(content)
            self.wfile.write(content)

"""The book on this machine while it is written: built, served, and rebuilt when files change.

Pages in the browser reload when new ones are published, and show the error when a build fails. The
script for that is added to pages as they are served; the published files do not contain it.
"""

from __future__ import annotations

import errno
import io
import json
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hmac import compare_digest
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bookpress.assembly.published import MADE_FROM
from bookpress.book.documents import source_files
from bookpress.book.project import Project
from bookpress.edition.files import DEFAULT, load_edition_file
from bookpress.errors import PressError
from bookpress.files import files_of
from bookpress.run import processes
from bookpress.serve.live import Live

HOST = "127.0.0.1"
"""Always loopback: the server is for the author only."""
TEMPLATES = Path(__file__).parent / "templates"
OWN = "/__press__"
"""The path of everything that is not part of the book."""
SCRIPTS = {f"{OWN}/{name}": TEMPLATES / name for name in ("reload.js", "live.js")}
ORDER_LIMIT = 32_768
"""The most bytes of an order."""
Short = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
Text = Annotated[str, Field(max_length=8192)]


class ReaderRequest(BaseModel):
    """A reader's request: values for a chapter, as on the command line."""

    model_config = ConfigDict(extra="forbid", strict=True)

    chapter: Short
    reader: Short
    values: Annotated[dict[Short, Text], Field(min_length=1, max_length=64)]


@dataclass
class BuildStatus:
    """The status of the book: ``building``, ``built`` or ``failed``, why, and in which folder."""

    folder: Path
    what: str = "building"
    message: str = ""
    live: Live | None = None
    """Runs chapters for readers, in the published edition only."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """Proves that an order comes from one of our pages."""
    room: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(16))
    """Limits the orders that run or wait at the same time; more are refused."""

    @property
    def version(self) -> str:
        """Identifies the current pages; empty if there are none."""
        with suppress(OSError):
            return str((self.folder / MADE_FROM).stat().st_mtime_ns)
        return ""


def serve(project: Project, edition: str, port: int, ready: Callable[[str], object]) -> None:
    """Build an edition, serve it on loopback and keep it up to date, until Ctrl-C or SIGTERM."""
    load_edition_file(project, edition)  # raises if there is none
    live = Live(project) if edition == DEFAULT else None
    state = BuildStatus(project.editions / edition, live=live)
    try:
        server = _PageServer((HOST, port), partial(_Pages, state))
    except OSError as error:
        why = f"is not available: {error}"
        if error.errno == errno.EADDRINUSE:
            why = "is taken by another program"
        choice = "choose one with --port, or --port 0 for any that is free"
        raise PressError(f"port {port} {why}; {choice}") from error
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ready(f"http://{HOST}:{server.server_port}/")
        try:
            with suppress(KeyboardInterrupt):
                keep_built(project, edition, state)
        finally:
            if state.live:
                state.live.stop()
        server.shutdown()


def keep_built(project: Project, edition: str, state: BuildStatus) -> None:
    """Build now and after each change, each time in a new process.

    That uses the package as it is then. A change during a build restarts it. Only complete builds
    are published, so the last good pages stay.
    """
    looks = changes(project)
    while True:
        state.what = "building"
        state.message = ""
        if state.live:
            state.live.stop()
        fault = _build(edition, project.root, looks)
        if fault is None:
            continue
        if state.live and not fault:
            state.live.start()
        state.what = "failed" if fault else "built"
        state.message = fault
        while not next(looks):
            if not (fault or state.version):
                break


def _build(edition: str, root: Path, looks: Iterator[bool]) -> str | None:
    """Build an edition in a process of its own, and return the error; empty if there is none.

    None if a file changed before it ended.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "bookpress", "build", edition],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
            start_new_session=True,
        )
        try:
            while process.poll() is None:
                if next(looks):
                    return None
        finally:
            _stop(process)
        output.seek(0)
        everything = output.read().strip()
    sys.stderr.write(f"{everything}\n")
    sys.stderr.flush()
    reason = everything.partition("error: ")[2] or everything or "no reason given"
    return reason if process.returncode else ""


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process, if it has not ended, with all that it has started."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        processes.kill_group(process.pid)
        process.wait()


def changes(project: Project) -> Iterator[bool]:
    """Yield, again and again, whether any file of the editions has changed since the last time.

    Added and removed files count.
    """
    before = None
    while True:
        with suppress(OSError):  # a folder removed meanwhile is noticed next time
            now = _stamps(project)
            yield before not in (None, now)
            before = now
        time.sleep(0.2)


def _stamps(project: Project) -> set[tuple[Path, int, int]]:
    """Return the state of the files that editions are made from, to notice changes."""
    try:
        paths = [*source_files(project).values()]
    except PressError:  # what says which they are is half written: the build says so, too
        paths = [path for path in project.root.iterdir() if path.is_file()]
    paths.append(project.lock)
    for folder in project.watched:
        paths += files_of(folder)
    stamps = set()
    for path in paths:
        with suppress(OSError):  # removed meanwhile, or a link that leads nowhere
            status = path.stat()
            stamps.add((path, status.st_mtime_ns, status.st_ino))
    return stamps


class _PageServer(ThreadingHTTPServer):
    request_queue_size = 128


class _Pages(SimpleHTTPRequestHandler):
    """Serves the current files of the edition, with the script that reloads pages.

    It answers only requests for our host and from our pages.
    """

    timeout = 30

    def __init__(self, state: BuildStatus, *arguments: Any) -> None:
        self.state = state
        super().__init__(*arguments, directory=str(state.folder / "html"))

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Send the headers of an answer and return its body."""
        state = self.state
        try:
            path = unquote(urlsplit(self.path).path)
        except ValueError:
            path = "\0"
        is_refused = not self._is_ours() or "\0" in path
        if is_refused:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif path == f"{OWN}/state":
            return self._answer(self._standing())
        elif path == f"{OWN}/controls":
            return self._answer(state.live.controls() if state.live else {})
        elif path in SCRIPTS:
            return self._answer(SCRIPTS[path].read_bytes(), "text/javascript; charset=utf-8")
        elif not state.version:
            why = "This page shows it once it is there."
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "The book is being built", why)
        else:
            return self._file(path)
        return None

    def _file(self, path: str) -> io.BytesIO | BinaryIO | None:
        script = self._script()
        if path.endswith("/"):
            self.path = f"{path}index.html"
        file = Path(self.translate_path(self.path))
        is_page = file.suffix == ".html" and file.is_file()
        if not is_page:
            del self.headers["If-Modified-Since"]  # the next build may change any file
            return super().send_head()
        live = ""
        if self.state.live:
            live = f'<script src="{OWN}/live.js" data-token="{self.state.token}"></script>'
        # the page says itself in which encoding it is
        return self._answer(file.read_bytes() + f"{script}{live}".encode(), "text/html")

    def _standing(self) -> dict[str, str]:
        """Return the status of the book, for the script."""
        state = self.state
        return {"state": state.what, "message": state.message, "version": state.version}

    def _script(self) -> str:
        return f'<script src="{OWN}/reload.js" data-version="{self.state.version}"></script>'

    def _is_ours(self) -> bool:
        host = self.headers.get("Host", "")
        origin = self.headers.get("Origin")
        try:
            is_our_host = urlsplit(f"//{host}").hostname in (HOST, "localhost")
        except ValueError:
            return False
        return is_our_host and origin in {None, f"http://{host}"}

    def do_POST(self) -> None:
        """Answer an order with a state."""
        with suppress(OSError):  # a reader who has gone
            code, content = self._chosen()
            answer = self._answer(content, code=code)
            self.wfile.write(answer.getvalue())

    def _chosen(self) -> tuple[HTTPStatus, dict[str, Any]]:
        """Return the answer to an order, which must come from our page and be short enough."""
        live = self.state.live
        if live is None or not self._is_from_our_page():
            return HTTPStatus.FORBIDDEN, {"error": "Not from a page of this server."}
        order = self._order()
        if order is None:
            size = f"at most {ORDER_LIMIT} bytes"
            wanted = f"An order is JSON of {size}, with a chapter, a reader and values."
            return HTTPStatus.BAD_REQUEST, {"error": wanted}
        if not self.state.room.acquire(blocking=False):
            return HTTPStatus.SERVICE_UNAVAILABLE, {"error": "Too much is asked at once."}
        try:
            return HTTPStatus.OK, live.ask(order.model_dump())
        finally:
            self.state.room.release()

    def _is_from_our_page(self) -> bool:
        """Return whether an order proves that it comes from one of our pages."""
        token = self.headers.get("X-Press-Token", "").encode("utf-8", "replace")
        is_proved = compare_digest(token, self.state.token.encode())
        if not is_proved or not self._is_ours():
            return False
        return bool(self.headers.get("Origin"))

    def _order(self) -> ReaderRequest | None:
        """Return the order that was sent; None if it is invalid or too long."""
        is_json = self.headers.get_content_type() == "application/json"
        length = self.headers.get("Content-Length", "")
        is_malformed = (
            self.path != f"{OWN}/choose" or not is_json or not re.fullmatch("[0-9]{1,6}", length)
        )
        if is_malformed:
            return None
        size = int(length)
        if size > ORDER_LIMIT:
            return None
        try:
            return ReaderRequest.model_validate_json(self.rfile.read(size))
        except ValidationError:
            return None

    def _answer(
        self,
        content: bytes | dict[str, Any],
        kind: str = "application/json",
        code: HTTPStatus = HTTPStatus.OK,
    ) -> io.BytesIO:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def end_headers(self) -> None:
        """Keep the browser from caching anything."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer that there is no such page, although the next build may have it."""
        page = (TEMPLATES / "instead.html").read_text("utf-8")
        self.error_message_format = page + self._script()
        super().send_error(code, message, explain)

    def log_message(self, *_: object) -> None:
        """Log nothing."""

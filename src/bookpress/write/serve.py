"""The book on this machine while it is written: built, served on loopback, built again when a file changes.

The pages in the browser reload when new ones are published, and show what is wrong when a build fails. The script that
does it is put into a page as it is served; the published files know nothing of it.
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

from bookpress.book.chapters import FOLDER
from bookpress.book.editions import DEFAULT, load_edition_file
from bookpress.book.project import Project
from bookpress.book.source import COPIED_FOLDERS
from bookpress.build.published import STATE
from bookpress.errors import PressError
from bookpress.files import files_of
from bookpress.run import processes
from bookpress.write.live import Live

HOST = "127.0.0.1"
"""Never an address that others can reach: the server is made for the author alone."""
TEMPLATES = Path(__file__).parent / "templates"
OWN = "/__press__"  # where what is not part of the book is served
SCRIPTS = {f"{OWN}/{name}": TEMPLATES / name for name in ("reload.js", "live.js")}
ORDER_LIMIT = 32_768  # bytes of an order
Short = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class Order(BaseModel):
    """What a reader asks for: values of a chapter, as the command line takes them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    chapter: Short
    reader: Short
    values: Annotated[
        dict[Short, Annotated[str, Field(max_length=8192)]], Field(min_length=1, max_length=64)
    ]


@dataclass
class State:
    """How the book stands: ``building``, ``built`` or ``failed``, why, and the folder of the built edition."""

    folder: Path
    what: str = "building"
    message: str = ""
    live: Live | None = None
    """What runs chapters for readers; there is none where another than the published edition is served."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """Proves that an order comes from a page of ours."""
    room: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(16))
    """For orders that are worked on at the same time, or wait; more are refused."""

    @property
    def version(self) -> str:
        """A mark of the pages that stand now; empty where there are none."""
        with suppress(OSError):
            return str((self.folder / STATE).stat().st_mtime_ns)
        return ""


def serve(project: Project, edition: str, port: int, ready: Callable[[str], object]) -> None:
    """Build an edition, serve it on loopback and keep it up to date, until Ctrl-C or SIGTERM."""
    load_edition_file(project, edition)  # or say that there is none
    state = State(project.editions / edition, live=Live(project) if edition == DEFAULT else None)
    try:
        server = _Server((HOST, port), partial(_Pages, state))
    except OSError as error:
        why = (
            "is taken by another program"
            if error.errno == errno.EADDRINUSE
            else f"is not to be had: {error}"
        )
        raise PressError(
            f"port {port} {why}; choose one with --port, or --port 0 for any that is free"
        ) from error
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


def keep_built(project: Project, edition: str, state: State) -> None:
    """Build now and after each change, each time in a fresh process: it sees the package as it now is.

    A change during a build starts it afresh. It publishes only what is whole: the last good pages stay.
    """
    command, looks = [sys.executable, "-m", "bookpress", "build", edition], changes(project)
    while True:
        state.what, state.message = "building", ""
        if state.live:
            state.live.stop()
        fault = _build(command, project.root, looks)
        if fault is None:
            continue
        if state.live and not fault:
            state.live.start()
        state.what, state.message = ("failed", fault) if fault else ("built", "")
        while not next(looks):
            if not (fault or state.version):
                break


def changes(project: Project) -> Iterator[bool]:
    """Yield every moment whether a file that editions are made from has come, gone or changed since the last."""
    folders = [
        *(project.root / name for name in (FOLDER, *COPIED_FOLDERS)),
        project.data,
        *project.packages,
    ]
    before = None
    while True:
        with suppress(OSError):  # of a file that goes while we look the next look tells
            paths = [
                path for path in project.root.iterdir() if path.suffix in {".md", ".yml", ".lock"}
            ]
            paths += [path for folder in folders for path in files_of(folder)]
            now = {
                (path, stat.st_mtime_ns, stat.st_ino)
                for path, stat in ((path, path.stat()) for path in paths)
            }
            yield before not in (None, now)
            before = now
        time.sleep(0.2)


def _build(command: list[str], root: Path, looks: Iterator[bool]) -> str | None:
    """Run the build and return what is wrong, empty where nothing is; None when a file changed before it ended."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "start_new_session": True}
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        process = subprocess.Popen(command, cwd=root, stderr=said, **quiet)  # type: ignore[call-overload]
        try:
            while process.poll() is None:
                if next(looks):
                    return None
        finally:
            if process.poll() is None:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(5)
                processes.kill_group(process.pid)
                process.wait()
        said.seek(0)
        everything = said.read().strip()
    sys.stderr.write(f"{everything}\n")
    sys.stderr.flush()
    what = everything.partition("error: ")[2] or everything or "no reason given"
    return what if process.returncode else ""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128


class _Pages(SimpleHTTPRequestHandler):
    """The files of the edition as they are now, with the script that reloads pages, for our host and pages alone."""

    timeout = 30

    def __init__(self, state: State, *arguments: Any) -> None:
        self.state = state
        super().__init__(*arguments, directory=str(state.folder / "html"))

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Send the head of an answer and return its body."""
        state, path = self.state, unquote(urlsplit(self.path).path)
        if not self._is_ours() or "\0" in path:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif path == f"{OWN}/state":
            return self._answer(
                {"state": state.what, "message": state.message, "version": state.version}
            )
        elif path == f"{OWN}/controls":
            return self._answer(state.live.controls() if state.live else {})
        elif path in SCRIPTS:
            return self._answer(SCRIPTS[path].read_text("utf-8"), "text/javascript")
        elif not state.version:
            why = "This page shows it once it is there."
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "The book is being built", why)
        else:
            return self._file(path)
        return None

    def _file(self, path: str) -> io.BytesIO | BinaryIO | None:
        script, self.path = self._script(), f"{path}index.html" if path.endswith("/") else self.path
        found = Path(self.translate_path(self.path))
        if found.suffix != ".html" or not found.is_file():
            del self.headers["If-Modified-Since"]  # the next build may change any file
            return super().send_head()
        live = (
            f'<script src="{OWN}/live.js" data-token="{self.state.token}"></script>'
            if self.state.live
            else ""
        )
        return self._answer(found.read_text(encoding="utf-8") + script + live, "text/html")

    def _script(self) -> str:
        return f'<script src="{OWN}/reload.js" data-version="{self.state.version}"></script>'

    def _is_ours(self) -> bool:
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        try:
            return urlsplit(f"//{host}").hostname in (HOST, "localhost") and origin in {
                None,
                f"http://{host}",
            }
        except ValueError:
            return False

    def do_POST(self) -> None:
        """Answer an order with a state."""
        with suppress(OSError):  # a reader who has gone
            code, told = self._chosen()
            self.wfile.write(self._answer(told, code=code).getvalue())

    def _chosen(self) -> tuple[HTTPStatus, dict[str, Any]]:
        """Return the answer to an order, which must come from a page of ours and be no longer than any is."""
        length, token = (
            self.headers.get("Content-Length", ""),
            self.headers.get("X-Press-Token", ""),
        )
        is_told = compare_digest(token.encode("utf-8", "replace"), self.state.token.encode())
        if not (self.state.live and self._is_ours() and self.headers.get("Origin") and is_told):
            return HTTPStatus.FORBIDDEN, {"error": "Not from a page of this server."}
        is_order = (
            self.path == f"{OWN}/choose" and self.headers.get_content_type() == "application/json"
        )
        size = int(length) if re.fullmatch("[0-9]{1,6}", length) else ORDER_LIMIT + 1
        try:
            order = (
                Order.model_validate_json(self.rfile.read(size))
                if is_order and size <= ORDER_LIMIT
                else None
            )
        except ValidationError:
            order = None
        if order is None:
            wanted = f"An order is JSON of at most {ORDER_LIMIT} bytes, with a chapter, a reader and values."
            return HTTPStatus.BAD_REQUEST, {"error": wanted}
        if not self.state.room.acquire(blocking=False):
            return HTTPStatus.SERVICE_UNAVAILABLE, {"error": "Too much is asked at once."}
        try:
            return HTTPStatus.OK, self.state.live.ask(order.model_dump())
        finally:
            self.state.room.release()

    def _answer(
        self,
        content: str | dict[str, Any],
        kind: str = "application/json",
        code: HTTPStatus = HTTPStatus.OK,
    ) -> io.BytesIO:
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(code)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def end_headers(self) -> None:
        """Let the browser keep nothing."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Say that there is no such page; it may come with the next build."""
        self.error_message_format = (TEMPLATES / "instead.html").read_text("utf-8") + self._script()
        super().send_error(code, message, explain)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

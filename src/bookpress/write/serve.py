"""The book on this machine while it is written: built, served on loopback, built again when a file changes.

The pages in the browser reload when new ones are published, and show what is wrong when a build fails. The script that
does it is put into a page as it is served; the published files know nothing of it.
"""

from __future__ import annotations

import errno
import io
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hmac import compare_digest
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Annotated, Any, BinaryIO
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from watchfiles import watch

from bookpress.book.chapters import FOLDER
from bookpress.book.editions import DEFAULT, load_edition_file
from bookpress.book.project import Project
from bookpress.book.source import COPIED_FOLDERS
from bookpress.build.published import BEING_BUILT, STATE
from bookpress.errors import PressError
from bookpress.write.live import Live

HOST = "127.0.0.1"
"""Never an address that others can reach: the server is made for the author alone."""
OURS = (HOST, "localhost")
PORT = 8000
TEMPLATES = Path(__file__).parent / "templates"
SCRIPTS = {"reload.js": TEMPLATES / "reload.js", "live.js": TEMPLATES / "live.js"}
OWN = "/__press__"
"""Where what is not part of the book is served."""
ROOT_SUFFIXES = (".md", ".yml", ".lock")
"""Files in the root of the book that pages are made from."""
LOOK_EVERY = 0.2
"""Seconds between two looks at what nobody tells of: whether a build has ended, and what stands in the root."""
PATIENCE = 5.0
"""Seconds that a build has to end when it is told to."""
INSTEAD = TEMPLATES / "instead.html"
ORDER_LIMIT = 32_768
"""Bytes of an order."""
AT_ONCE = 16
"""Orders that are worked on at the same time, or wait; more are refused."""
Short = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class Order(BaseModel):
    """What a reader asks for: values of a chapter, as the command line takes them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    chapter: Short
    reader: Short
    values: Annotated[dict[Short, Annotated[str, Field(max_length=8192)]], Field(min_length=1, max_length=64)]


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
    room: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))

    @property
    def version(self) -> str:
        """A mark of the pages that stand now; empty where there are none."""
        with suppress(OSError):
            return str((self.folder / STATE).stat().st_mtime_ns)
        return ""


def serve(project: Project, edition: str, port: int = PORT, ready: Callable[[str], object] = print) -> None:
    """Build an edition, serve it on loopback and keep it up to date, until Ctrl-C or SIGTERM.

    Raises
    ------
    PressError
        If there is no such edition, or the port is taken.
    """
    load_edition_file(project, edition)
    state = State(project.editions / edition, live=Live(project) if edition == DEFAULT else None)
    with listen(state, port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ready(f"http://{HOST}:{server.server_port}/")
        try:
            with suppress(KeyboardInterrupt):
                keep_built(project, edition, state)
        finally:
            if state.live:
                state.live.stop()
        server.shutdown()


def listen(state: State, port: int) -> ThreadingHTTPServer:
    """Return a server that listens on loopback, or say that the port is taken."""
    try:
        return _Server((HOST, port), partial(_Pages, state))
    except OSError as error:
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"is not to be had: {error}"
        raise PressError(f"port {port} {why}; choose one with --port, or --port 0 for any that is free") from error


def keep_built(project: Project, edition: str, state: State) -> None:
    """Build now and after each change, each time in a fresh process; a change during a build starts it afresh.

    A fresh process sees the package as it now is. It publishes only what is whole, so whatever an author breaks, the
    last good pages stay.
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
            if fault.startswith(BEING_BUILT) or not (fault or state.version):
                break


def changes(project: Project) -> Iterator[bool]:
    """Yield every moment whether a file that editions are made from has changed.

    The system watches a folder as it was when it was asked to: when one comes, goes or is exchanged, it is asked anew.
    """
    while True:
        before = _root(project)
        folders = [*(project.root / name for name in (FOLDER, *COPIED_FOLDERS)), project.data, *project.packages]
        there = [folder for folder in folders if folder.is_dir()]
        for changed in watch(*there, yield_on_timeout=True, rust_timeout=int(1000 * LOOK_EVERY)):
            is_another = _root(project) != before
            yield bool(changed) or is_another
            if is_another:
                break


def _root(project: Project) -> set[tuple[str, int, int]]:
    """Return what tells the files and folders in the root of the book from others."""
    found = set()
    for path in project.root.iterdir():
        with suppress(OSError):
            if path.suffix in ROOT_SUFFIXES:
                found.add((path.name, path.stat().st_ino, path.stat().st_mtime_ns))
            elif path.name in (FOLDER, *COPIED_FOLDERS):
                found.add((path.name, path.stat().st_ino, 0))
    return found


def _build(command: list[str], root: Path, looks: Iterator[bool]) -> str | None:
    """Run the build and return what is wrong, empty where nothing is; None when a file changed before it ended."""
    process = subprocess.Popen(
        command,
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    said: list[str] = []
    echo = threading.Thread(target=_echo, args=(process.stderr, said), daemon=True)
    echo.start()
    try:
        while process.poll() is None:
            if next(looks):
                return None
    finally:
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    echo.join()
    everything = "".join(said).strip() or "no reason given"
    return (everything.partition("error: ")[2] or everything) if process.returncode else ""


def _echo(stream: IO[str], said: list[str]) -> None:
    for line in stream:
        sys.stderr.write(line)
        sys.stderr.flush()
        said.append(line)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128


class _Pages(SimpleHTTPRequestHandler):
    """The files of the edition as they are now; pages get the script that reloads them.

    Requests for another host, or from the page of another, are not answered, so that no page from elsewhere can read
    the book through a name that leads here.
    """

    timeout = 30

    def __init__(self, state: State, *arguments: Any) -> None:
        self.state = state
        super().__init__(*arguments, directory=str(state.folder / "html"))

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Send the head of an answer and return its body."""
        path = unquote(urlsplit(self.path).path)
        if not self._is_ours() or "\0" in path:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif path == f"{OWN}/state":
            told = {"state": self.state.what, "message": self.state.message, "version": self.state.version}
            return self._answer(json.dumps(told), "application/json")
        elif path == f"{OWN}/controls":
            return self._answer(json.dumps(self.state.live.controls() if self.state.live else {}), "application/json")
        elif path.startswith(f"{OWN}/") and path.removeprefix(f"{OWN}/") in SCRIPTS:
            return self._answer(SCRIPTS[path.removeprefix(f"{OWN}/")].read_text("utf-8"), "text/javascript")
        elif not self.state.version:
            why = "This page shows it once it is there."
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "The book is being built", why)
        else:
            return self._file(path)
        return None

    def _file(self, path: str) -> io.BytesIO | BinaryIO | None:
        version, self.path = self.state.version, f"{path}index.html" if path.endswith("/") else self.path
        found = Path(self.translate_path(self.path))
        if found.suffix != ".html" or not found.is_file():
            del self.headers["If-Modified-Since"]  # the next build may change any file
            return super().send_head()
        live = f'<script src="{OWN}/live.js" data-token="{self.state.token}"></script>' if self.state.live else ""
        return self._answer(found.read_text(encoding="utf-8") + _script(version) + live, "text/html")

    def _is_ours(self) -> bool:
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        try:
            return urlsplit(f"//{host}").hostname in OURS and origin in {None, f"http://{host}"}
        except ValueError:
            return False

    def do_POST(self) -> None:
        """Answer an order with a state."""
        with suppress(OSError):  # a reader who has gone
            code, told = self._chosen()
            body = self._answer(json.dumps(told), "application/json", code)
            self.wfile.write(body.getvalue())

    def _chosen(self) -> tuple[HTTPStatus, dict[str, Any]]:
        """Return the answer to an order, which must come from a page of ours and be no longer than any is."""
        length, token = self.headers.get("Content-Length", ""), self.headers.get("X-Press-Token", "")
        is_told = compare_digest(token.encode("utf-8", "replace"), self.state.token.encode())
        if not (self.state.live and self._is_ours() and self.headers.get("Origin") and is_told):
            return HTTPStatus.FORBIDDEN, {"error": "Not from a page of this server."}
        if self.path != f"{OWN}/choose" or self.headers.get_content_type() != "application/json":
            return HTTPStatus.NOT_FOUND, {"error": "There is nothing to ask here."}
        if not re.fullmatch("[0-9]{1,6}", length) or int(length) > ORDER_LIMIT:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": f"An order has at most {ORDER_LIMIT} bytes."}
        try:
            order = Order.model_validate_json(self.rfile.read(int(length)))
        except ValidationError:
            return HTTPStatus.BAD_REQUEST, {"error": "An order holds a chapter, a reader and values."}
        if not self.state.room.acquire(blocking=False):
            return HTTPStatus.SERVICE_UNAVAILABLE, {"error": "Too much is asked at once."}
        try:
            return HTTPStatus.OK, self.state.live.ask(order.model_dump())
        finally:
            self.state.room.release()

    def _answer(self, text: str, kind: str, code: HTTPStatus = HTTPStatus.OK) -> io.BytesIO:
        content = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return io.BytesIO(content)

    def end_headers(self) -> None:
        """Let the browser keep nothing."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Say that there is no such page; it may come with the next build."""
        self.error_message_format = INSTEAD.read_text("utf-8") + _script(self.state.version)
        super().send_error(code, message, explain)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _script(version: str) -> str:
    return f'<script src="{OWN}/reload.js" data-version="{version}"></script>'

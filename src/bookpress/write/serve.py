"""The book on this machine while it is written: built, served on loopback, built again when a file changes.

The pages in the browser reload when new ones are published, and show what is wrong when a build fails. The script that
does it is put into a page as it is served; the published files know nothing of it.
"""

from __future__ import annotations

import asyncio
import errno
import html
import json
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from bookpress.book.editions import load_edition_file
from bookpress.book.project import Project
from bookpress.errors import PressError
from bookpress.write.watch import State, keep_built

HOST = "127.0.0.1"
"""Never an address that others can reach: the server is made for the author alone."""

PORT = 8000
OWN = "/__press__"
"""Where what is not part of the book is served."""

WAITING = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><meta name="color-scheme" content="light dark"></head>
<body style="font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem">
<h1>{title}</h1><p>{text}</p></body></html>"""


def serve(
    project: Project,
    edition: str,
    port: int = PORT,
    ready: Callable[[str], object] = print,
    command: Sequence[str] = (),
) -> None:
    """Build an edition, serve it on loopback and keep it up to date, until Ctrl-C or SIGTERM.

    Parameters
    ----------
    project : Project
        The book.
    edition : str
        Name of the edition.
    port : int
        Where to listen; 0 for any that is free.
    ready : callable
        Told the address.
    command : sequence of str
        Builds the edition; by default ``compute-divide build``.

    Raises
    ------
    UsageError
        If there is no such edition.
    PressError
        If the port is taken.
    """
    load_edition_file(project, edition)
    sockets = listen(port)
    state = State(project.editions / edition)
    build = list(command) or [sys.executable, "-m", "compute_divide", "build", edition]
    asyncio.run(_serve(project, state, build, sockets, ready))


def listen(port: int) -> list[socket.socket]:
    """Return sockets that listen on loopback, or say that the port is taken."""
    try:
        return bind_sockets(port, HOST)
    except OSError as error:
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            why = "is taken by another program" if error.errno == errno.EADDRINUSE else "needs special rights"
            raise PressError(f"port {port} {why}; choose one with --port, or --port 0 for any that is free") from error
        raise


async def _serve(
    project: Project,
    state: State,
    command: Sequence[str],
    sockets: list[socket.socket],
    ready: Callable[[str], object],
) -> None:
    """Serve and rebuild until a signal to stop."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # the last when its terminal closes
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as `nohup` asks
            loop.add_signal_handler(number, stop.set)
    server = HTTPServer(application(state))
    server.add_sockets(sockets)
    ready(f"http://{HOST}:{sockets[0].getsockname()[1]}/")
    building = asyncio.create_task(keep_built(project, command, state))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({building, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.stop()
    stopping.cancel()
    building.cancel()
    [ended] = await asyncio.gather(building, return_exceptions=True)
    await server.close_all_connections()
    if not isinstance(ended, asyncio.CancelledError):
        reasons = ended.exceptions if isinstance(ended, BaseExceptionGroup) else [ended]
        raise PressError(f"the book is no longer watched: {reasons[0]}") from reasons[0]


def application(state: State) -> Application:
    """Return the site: the pages of an edition, and beside them the script and the events of reloading.

    Requests for another host are not answered, so that no page from elsewhere can read the book through a name that
    leads here.
    """
    site = Application()
    site.add_handlers(
        r"(127\.0\.0\.1|localhost)",
        [
            (f"{OWN}/state", _Events, {"state": state}),
            (f"{OWN}/reload.js", _Script),
            (r"/(.*)", _Pages, {"state": state}),
        ],
    )
    return site


class _Pages(StaticFileHandler):
    """The files of the edition as they are now; pages get the script that reloads them."""

    def initialize(self, state: State) -> None:  # type: ignore[override]
        self.state = state
        super().initialize(str(state.folder / "html"), default_filename="index.html")

    def prepare(self) -> None:
        if not self.state.version:
            self.set_status(503)
            self._send(WAITING.format(title="The book is being built", text="This page shows it once it is there."))

    async def get(self, path: str, include_body: bool = True) -> None:
        """Send a file; a page with the script in it."""
        if "\0" in path:
            raise HTTPError(404)
        version = self.state.version
        self.path = self.parse_url_path(path)
        found = self.validate_absolute_path(self.root, self.get_absolute_path(self.root, self.path))
        if found is None:
            return
        if Path(found).suffix != ".html":
            await super().get(path, include_body)
            return
        try:
            page = Path(found).read_text(encoding="utf-8")
        except OSError as error:
            raise HTTPError(404) from error
        self._send(page, version)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say that there is no such page; it may come with the next build."""
        reason = "no such page" if status_code == HTTPStatus.NOT_FOUND else self._reason
        self._send(WAITING.format(title=f"{status_code}: {reason}", text=html.escape(self.request.path)))

    def _send(self, page: str, version: str | None = None) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_extra_headers("")
        mark = self.state.version if version is None else version
        script = f'<script src="{OWN}/reload.js" data-version="{mark}"></script>'
        head, body, tail = page.rpartition("</body>")
        self.finish(head + script + body + tail)

    def set_extra_headers(self, _: str) -> None:
        """Nothing is kept by the browser: the next build may change any file."""
        self.set_header("Cache-Control", "no-store")

    def compute_etag(self) -> None:
        """Give files no tag: it would be remembered by path, and the folder is exchanged as a whole."""

    def should_return_304(self) -> bool:
        """Send files always."""
        return False


class _Script(RequestHandler):
    """The script of reloading."""

    def get(self) -> None:
        """Send it."""
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish((files("bookpress.write") / "templates" / "reload.js").read_bytes())


class _Events(WebSocketHandler):
    """Tells a page how the book stands, now and after each change."""

    def initialize(self, state: State) -> None:
        self.state = state

    def open(self) -> None:
        """Begin to tell."""
        self.telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        seen = 0
        try:
            while True:
                seen = await self.state.later_than(seen)
                await self.write_message(json.dumps(self.state.as_json()))
        except WebSocketClosedError:
            return

    def on_message(self, _: str | bytes) -> None:
        """Pages have nothing to say."""

    def on_close(self) -> None:
        """Stop telling."""
        self.telling.cancel()

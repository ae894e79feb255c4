"""The book while it is written: pages follow the files, a failing build keeps the last good pages, nothing is left."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from filelock import FileLock
from playwright.sync_api import sync_playwright
from tornado.websocket import WebSocketClientConnection, websocket_connect

from book.browsing import CHROMIUM, FLAGS
from bookpress.book.project import Project
from bookpress.build.published import BEING_BUILT
from bookpress.errors import PressError, UsageError
from bookpress.files import tree
from bookpress.write.serve import listen, serve
from bookpress.write.watch import State, watched

PLACES = "*three, package, lock = map(Path, sys.argv[1:6])\nproject = Project(*three, (package,), lock)\n"
IMPORTS = "import sys\nfrom pathlib import Path\nfrom bookpress.book.project import Project\n"
BUILD = (
    f"{IMPORTS}from bookpress.commands.main import guarded\nfrom bookpress.build.build import build\n"
    f"from bookpress.book.editions import load_edition\n{PLACES}"
    "guarded(lambda: build(project, load_edition(project, 'default')))\n"
)
SERVE = (
    f"{IMPORTS}from bookpress.commands.main import guarded\nfrom bookpress.write.serve import serve\n{PLACES}"
    "build = [sys.executable, sys.argv[6], *sys.argv[1:6]]\n"
    "guarded(lambda: serve(project, 'default', 0, lambda url: print(url, flush=True), build))\n"
)


class Served:
    """A server in a process of its own."""

    def __init__(self, book: Project, folder: Path) -> None:
        (folder / "build.py").write_text(BUILD)
        (folder / "serve.py").write_text(SERVE)
        places = [str(place) for place in (book.root, book.build, book.data, *book.packages, book.lock)]
        self.process = subprocess.Popen(
            [sys.executable, str(folder / "serve.py"), *places, str(folder / "build.py")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()

    def get(self, path: str = "", **headers: str) -> requests.Response:
        return requests.get(self.url + path, headers=headers, timeout=10)

    def told(self, *actions: Callable[[], object]) -> list[dict[str, str]]:
        """Return the last state before each action, and after all of them; each is waited for."""

        async def listen() -> list[dict[str, str]]:
            connection = await websocket_connect(self.url.replace("http", "ws") + "__press__/state")
            states = [await settled(connection)]
            for act in actions:
                act()
                states.append(await settled(connection))
            connection.close()
            return states

        return asyncio.run(listen())

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


async def settled(connection: WebSocketClientConnection) -> dict[str, str]:
    """Return the next state that is not on the way to another."""
    while True:
        message = await asyncio.wait_for(connection.read_message(), 60)
        state: dict[str, str] = json.loads(message or "")
        if state["state"] != "building":
            return state


@pytest.fixture
def served(book: Project, tmp_path: Path) -> Iterator[Served]:
    server = Served(book, tmp_path)
    yield server
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGINT)
    server.process.communicate(timeout=20)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def left_over(family: list[psutil.Process]) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(family, timeout=15)
    return [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_pages_follow_the_files_and_a_failing_build_keeps_the_last_good_ones(book: Project, served: Served) -> None:
    words, first = book.root / "book/words.md", book.root / "notebooks/first.md"
    built, page_changed, broken, mended = served.told(
        lambda: edit(words, "Nothing but words", "Other words"),
        lambda: edit(first, "Some text.", "```{code-cell} python\n1 / 0\n```"),
        lambda: edit(first, "```{code-cell} python\n1 / 0\n```", "Better text."),
    )
    assert [state["state"] for state in (built, page_changed, broken, mended)] == ["built", "built", "failed", "built"]
    assert "first: code cell 2 (`1 / 0`) failed with ZeroDivisionError" in broken["message"]
    assert broken["version"] == page_changed["version"]
    assert len({state["version"] for state in (built, page_changed, mended)}) == 3
    page = served.get("book/words.html")
    assert "Other words" in page.text
    assert f'data-version="{mended["version"]}"></script>' in page.text
    assert "Better text." in served.get("notebooks/first.html").text
    assert page.headers["Cache-Control"] == "no-store"
    files = tree(book.editions / "default/html")
    assert not any("__press__" in (book.editions / "default/html" / name).read_text("latin-1") for name in files)


def test_what_is_served_and_what_is_not(book: Project, served: Served) -> None:
    waiting = served.get()
    assert (waiting.status_code, "__press__/reload.js" in waiting.text) == (503, True)
    served.told()
    assert "A tiny book" in served.get().text
    assert served.get("_static/pygments.css").headers["Content-Type"] == "text/css"
    assert "WebSocket" in served.get("__press__/reload.js").text
    missing = served.get("nowhere.html")
    assert (missing.status_code, "__press__/reload.js" in missing.text) == (404, True)
    outside = served.get("%2e%2e/edition.json")
    assert (outside.status_code, "results_sha256" in outside.text) == (403, False)
    assert served.get("index.html%00").status_code == 404
    assert served.get(Host="book.example:80").status_code == 404
    sent = [address.laddr.ip for one in [psutil.Process(served.process.pid)] for address in one.net_connections()]
    assert set(sent) == {"127.0.0.1"}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_a_build_stops_promptly_and_leaves_no_process(
    book: Project, served: Served, sent: signal.Signals
) -> None:
    served.told()
    edit(book.root / "notebooks/first.md", "Some text.", "```{code-cell} python\nimport time; time.sleep(600)\n```")
    deadline = time.monotonic() + 30
    while len(family := served.family()) < 3:  # the build, the process that forks, and the fork
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(served.process.pid, sent)
    assert served.process.wait(timeout=10) == 0
    assert left_over(family) == []


def test_pages_that_are_gone_are_built_again(book: Project, served: Served) -> None:
    served.told()
    shutil.rmtree(book.build)
    deadline = time.monotonic() + 60
    while served.get().status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_build_waits_for_another_of_the_same_edition(book: Project, tmp_path: Path) -> None:
    book.editions.mkdir(parents=True)
    with FileLock(book.build / ".default.lock"):
        server = Served(book, tmp_path)
        assert server.told()[0]["message"].startswith(BEING_BUILT)
    deadline = time.monotonic() + 60
    while server.get().status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    server.process.send_signal(signal.SIGINT)
    server.process.communicate(timeout=20)


def test_a_change_during_a_build_starts_it_afresh(book: Project, served: Served) -> None:
    served.told()
    chapter = book.root / "notebooks/first.md"
    edit(chapter, "Some text.", "```{code-cell} python\nimport time; time.sleep(600)\n```")
    deadline = time.monotonic() + 30
    while len(family := served.family()) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    edit(chapter, "time.sleep(600)", "print('no longer')")
    assert left_over(family) == []
    assert served.told()[-1]["state"] == "built"
    assert "no longer" in served.get("notebooks/first.html").text


def test_a_port_that_is_taken_and_an_edition_that_is_not_there_are_named(book: Project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PressError, match=rf"port {port} is taken by another program; choose one with --port"):
            listen(port)
    with pytest.raises(UsageError, match="no edition 'othr'; did you mean other"):
        serve(book, "othr")


def test_all_that_a_book_is_made_from_is_watched(book: Project) -> None:
    assert {path.name for path in watched(book)} == {"notebooks", "book", "data", "package"}
    (book.root / "_static").mkdir()
    assert "_static" in {path.name for path in watched(book)}


def test_folders_that_come_later_or_are_exchanged_are_watched_too(book: Project, served: Served) -> None:
    style, words = book.root / "_static/own.css", book.root / "book/words.md"
    deeper = book.root / "book/pictures/drawn/box.svg"

    def make(path: Path) -> None:
        path.parent.mkdir(parents=True)
        path.write_text("1")

    def exchange() -> None:
        shutil.move(book.root / "book", book.build / "old")
        shutil.copytree(book.build / "old", book.root / "book")

    states = served.told(
        lambda: make(style),
        lambda: style.write_text("2"),
        lambda: make(deeper),
        lambda: deeper.write_text("2"),
        exchange,
        lambda: edit(words, "Nothing but words", "Other words"),
    )
    assert [state["state"] for state in states] == ["built"] * 7
    assert "Other words" in served.get("book/words.html").text


def test_no_change_of_state_is_missed(tmp_path: Path) -> None:
    async def follow() -> list[Any]:
        state = State(tmp_path)
        await state.tell("building")
        seen = await state.later_than(0)
        await state.tell("failed", "why")
        return [seen, await asyncio.wait_for(state.later_than(seen), 5), state.as_json()]

    assert asyncio.run(follow()) == [1, 2, {"state": "failed", "message": "why", "version": ""}]


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--port", "x"], ["defalt"]])
def test_wrong_arguments_are_refused_with_code_2(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "compute_divide", "serve", *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.book
def test_the_page_in_the_browser_reloads_and_shows_what_is_wrong(book: Project, served: Served) -> None:
    words, first = book.root / "book/words.md", book.root / "notebooks/first.md"
    served.told()
    with sync_playwright() as driver:
        page = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_page()
        page.goto(f"{served.url}book/words.html")
        edit(words, "Nothing but words", "Other words")
        page.get_by_text("Other words").wait_for(timeout=60_000)
        edit(first, "Some text.", "```{code-cell} python\n1 / 0\n```")
        alert = page.get_by_role("alert")
        alert.wait_for(timeout=60_000)
        assert "code cell 2 (`1 / 0`) failed" in alert.inner_text()
        assert page.get_by_text("Other words").is_visible()
        alert.get_by_role("button").click()
        assert alert.count() == 0

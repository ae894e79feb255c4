"""The book while it is written: pages follow the files, a failing build keeps the last good pages, nothing is left."""

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
from playwright.sync_api import Page
from processes import descendants, edit, left_over, wait_for

from bookpress.assembly.published import build_lock
from bookpress.book.project import Project
from bookpress.errors import PressError, UsageError
from bookpress.files import tree
from bookpress.serve.serve import changes, serve
from sampling import some

pytestmark = pytest.mark.heavy

SLOW = "```{code-cell} python\nimport time; time.sleep(600)\n```"
BROKEN = "```{code-cell} python\n1 / 0\n```"
WORDS = ("book/words.md", "Nothing but words", "Other words")
PATIENCE = 300_000  # milliseconds that a page may take to show what was built


class Served:
    """A server in a process of its own."""

    def __init__(self, root: Path, environment: dict[str, str] | None = None) -> None:
        self.root = root
        command = [sys.executable, "-m", "bookpress", "serve", "--port", "0"]
        how: dict[str, Any] = {
            "cwd": root,
            "env": environment,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.DEVNULL,
        }
        self.process = subprocess.Popen(command, text=True, start_new_session=True, **how)
        self.url = self.process.stdout.readline().strip()

    def get(self, path: str = "", **headers: str) -> requests.Response:
        return requests.get(self.url + path, headers=headers, timeout=300)

    def settled(self, after: str = "") -> dict[str, str]:
        """Return the state once a build has ended, and it is another than before."""
        deadline, state = time.monotonic() + 300, {"state": "building"}
        while state["state"] == "building" or state["version"] + state["message"] == after:
            assert time.monotonic() < deadline, state
            time.sleep(0.1)
            state = self.get("__press__/state").json()
        return state

    def edited(self, name: str, old: str, new: str) -> dict[str, str]:
        before = self.settled()
        edit(self.root / name, old, new)
        return self.settled(before["version"] + before["message"])

    def family(self, size: int) -> list[psutil.Process]:
        """Return the processes that the server has started, once there are so many."""
        wait_for(lambda: len(descendants(self.process.pid)) >= size)
        return descendants(self.process.pid)

    def end(self) -> None:
        """End it as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=120)


@pytest.fixture(scope="module")
def first(common: Project) -> Iterator[tuple[Served, requests.Response]]:
    """Return a server and what it answers while the first build waits for another."""
    shutil.rmtree(common.editions)
    with build_lock(common):
        server = Served(common.root)
        waiting = server.get()
    yield server, waiting
    server.end()


@pytest.fixture
def served(first: tuple[Served, requests.Response]) -> Served:
    first[0].settled()
    return first[0]


def test_a_build_waits_for_another_and_pages_that_are_gone_are_built_again(
    first: tuple[Served, requests.Response], common: Project
) -> None:
    server, waiting = first
    assert (waiting.status_code, "__press__/reload.js" in waiting.text) == (503, True)
    server.settled()
    assert server.get().status_code == 200
    shutil.rmtree(common.editions)
    wait_for(lambda: server.get().status_code == 200)


def test_pages_follow_the_files_and_a_failing_build_keeps_the_last_good_ones(
    served: Served, common: Project, page: Page
) -> None:
    """And the page in the browser reloads, and shows what is wrong."""
    page.goto(f"{served.url}book/words.html")
    changed = served.edited(*WORDS)
    page.get_by_text("Other words").wait_for(timeout=PATIENCE)
    broken = served.edited("notebooks/first.md", "Some text.", BROKEN)
    assert (changed["state"], broken["state"]) == ("built", "failed")
    assert "first: code cell 2 (`1 / 0`) failed with ZeroDivisionError" in broken["message"]
    assert broken["version"] == changed["version"]
    alert = page.get_by_role("alert")
    alert.wait_for(timeout=PATIENCE)
    assert "code cell 2 (`1 / 0`) failed" in alert.inner_text()
    assert page.get_by_text("Other words").is_visible()
    alert.get_by_role("button").click()
    page.wait_for_timeout(1500)  # meanwhile it asks again
    assert alert.count() == 0
    mended = served.edited("notebooks/first.md", BROKEN, "Better text.")
    words = served.get("book/words.html")
    assert "Other words" in words.text
    assert f'data-version="{mended["version"]}"></script>' in words.text
    assert "Better text." in served.get("notebooks/first.html").text
    assert words.headers["Cache-Control"] == "no-store"
    folder = common.editions / "default/html"
    assert not any("__press__" in (folder / name).read_text("latin-1") for name in tree(folder))


def test_what_is_served_and_what_is_not(served: Served) -> None:
    assert "A tiny book" in served.get().text
    assert served.get("_static/pygments.css").headers["Content-Type"] == "text/css"
    assert "__press__/state" in served.get("__press__/reload.js").text
    missing = served.get("nowhere.html")
    assert (missing.status_code, "__press__/reload.js" in missing.text) == (404, True)
    for path in ("%2e%2e/edition.json", "index.html%00", "_static/", "notebooks"):
        assert served.get(path).status_code == 404
    assert served.get(Host="book.example:80").status_code == 404
    assert served.get("__press__/state", Origin="http://book.example").status_code == 404
    addresses = psutil.Process(served.process.pid).net_connections()
    assert {address.laddr.ip for address in addresses} == {"127.0.0.1"}


def test_a_page_in_another_encoding_is_served_as_it_is_and_odd_addresses_are_not(
    served: Served, common: Project
) -> None:
    page = b'<!DOCTYPE html><meta charset="latin-1"><title>Caf\xe9</title>'
    (common.editions / "default/html/other.html").write_bytes(page)
    answer = served.get("other.html")
    assert answer.content.startswith(page)
    assert answer.headers["Content-Type"] == "text/html"
    host, _, port = served.url.removeprefix("http://").strip("/").partition(":")
    with socket.create_connection((host, int(port))) as asked:
        asked.sendall(b"GET http://[x/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert asked.recv(100).startswith(b"HTTP/1.0 404")


def test_a_half_written_list_of_files_and_a_link_to_nothing_are_told_and_left_behind(
    served: Served, common: Project
) -> None:
    broken = served.edited("_config.yml", "title: A tiny book", 'title: "A tiny book')
    assert (broken["state"], "_config.yml is not plain YAML" in broken["message"]) == (
        "failed",
        True,
    )
    assert served.edited("_config.yml", '"A tiny book', "A tiny book")["state"] == "built"
    link = common.data / "lost.csv"
    link.symlink_to("/nowhere/at/all.csv")
    edit(common.root / "book/words.md", "\n", "\n\n")
    wait_for(lambda: served.settled()["state"] == "failed")
    assert f"cannot read {link}: No such file" in served.settled()["message"]
    link.unlink()
    edit(common.root / "book/words.md", "\n\n", "\n")
    wait_for(lambda: served.settled()["state"] == "built")


def test_a_change_during_a_build_starts_it_afresh(served: Served, common: Project) -> None:
    edit(common.root / "notebooks/second.md", "Some text.", SLOW)
    family = served.family(3)  # the build, the process that forks, and the fork
    edit(common.root / "notebooks/second.md", "time.sleep(600)", "print('no longer')")
    assert left_over(family) == []
    assert served.settled()["state"] == "built"
    assert "no longer" in served.get("notebooks/second.html").text


@pytest.mark.parametrize("sent", some([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], 1, 2))
def test_a_signal_during_a_build_stops_promptly_and_leaves_no_process(
    built: Project, sent: signal.Signals
) -> None:
    edit(built.root / "notebooks/first.md", "Some text.", SLOW)
    served = Served(built.root)
    family = served.family(3)
    os.kill(served.process.pid, sent)
    assert served.process.wait(timeout=10) == 0
    assert left_over(family) == []


def test_the_build_that_waits_for_a_change_ends_with_the_server(built: Project) -> None:
    served = Served(built.root)
    served.settled()
    family = served.family(2)  # the waiting build, and the process that will make its pages
    served.process.kill()
    served.process.wait(timeout=10)
    wait_for(lambda: not left_over(family))


def test_folders_that_come_later_or_are_exchanged_are_watched_too(book: Project) -> None:
    def exchange() -> None:
        shutil.move(book.root / "book", book.root / "old")
        shutil.copytree(book.root / "old", book.root / "book")

    def make(name: str) -> Callable[[], object]:
        (book.root / name).parent.mkdir(parents=True, exist_ok=True)
        return lambda: (book.root / name).write_text(str(time.monotonic_ns()))

    looks = changes(book)
    assert (next(looks), next(looks)) == (False, False)
    words = book.root / WORDS[0]
    for act in (
        make("_static/own.css"),
        make("_static/own.css"),
        make("book/pictures/drawn/box.svg"),
        exchange,
        lambda: edit(words, *WORDS[1:]),
        words.unlink,
    ):
        act()
        assert (next(looks), next(looks)) == (True, False)


def test_a_port_that_is_taken_and_an_edition_that_is_not_there_are_named(book: Project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            PressError, match=rf"port {port} is taken by another program; choose one with --port"
        ):
            serve(book, "default", port, print)
    with pytest.raises(UsageError, match="no edition 'othr'; did you mean other"):
        serve(book, "othr", 0, print)

"""Results that cannot be printed: one message and exit code 1; a reader who has seen enough is told nothing."""

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bookpress.book.project import Project
from sampling import some

pytestmark = pytest.mark.heavy

PRESS = f"{sys.executable} -m bookpress"
FULL = Path("/dev/full")
PRINTING = ["--version", "params --json", "run first", "cite"]
if_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def say(
    book: Project, words: str, output: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{PRESS} {words} {output}"],
        cwd=book.root,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONUNBUFFERED": "", **environment},
    )


@if_full
@pytest.mark.parametrize("words", PRINTING)
def test_output_that_cannot_be_written_is_one_message(book: Project, words: str) -> None:
    done = say(book, words, "> /dev/full")
    lines = done.stderr.splitlines()
    assert lines[-1] == "error: cannot write to standard output: No space left on device"
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)


@pytest.mark.parametrize("words", some(["--help", "params", "params --json"], 2, 0))
def test_a_reader_who_is_gone_is_told_nothing(book: Project, words: str) -> None:
    for unbuffered, reader in (("", "true"), ("1", "head -1")):
        assert say(book, words, f"| {reader}", PYTHONUNBUFFERED=unbuffered).stderr == ""


def test_output_that_is_closed_is_told_before_anything_is_run(book: Project) -> None:
    done = say(book, "run first --json", ">&-")
    assert (done.returncode, done.stderr.split(";")[0]) == (1, "error: standard output is closed")
    assert not book.cache.exists()


def test_a_letter_that_the_output_does_not_have_is_told_by_its_number(book: Project) -> None:
    path = book.root / "notebooks/first.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("which table", "which \N{BALLOT BOX}"),
        encoding="utf-8",
    )
    done = say(book, "params first", "", PYTHONIOENCODING="latin-1")
    assert (done.returncode, r"which \u2610" in done.stdout) == (0, True)


def test_brackets_and_colons_are_printed_as_they_stand(book: Project) -> None:
    book.root.rename(book.root.with_name("a [red] b"))
    book = Project.at(book.root.with_name("a [red] b"))
    path = book.root / "notebooks/first.md"
    question = "which [bold]table[/bold] of :smile:"
    text = path.read_text(encoding="utf-8").replace("which table", question)
    path.write_text(text, encoding="utf-8")
    assert question in say(book, "params first", "", COLUMNS="200").stdout
    swept = say(book, "sweep first -g factor=1,2", "", BOOKPRESS_DATA=str(book.root / "data"))
    page = swept.stderr.splitlines()[-1]
    assert f"as a page: {book.root}/_build/" in page


def in_terminal(book: Project, *words: str, **environment: str) -> str:
    """Return what a command writes to standard error, which is a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bookpress", *words],
        cwd=book.root,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", **environment},
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # Linux says so that the other end is closed
        while read := os.read(ours, 4096):
            shown += read
    os.close(ours)
    process.wait()
    return shown.decode()


def test_a_terminal_shows_errors_in_red_unless_colours_are_unwanted(book: Project) -> None:
    assert in_terminal(book, "run", "none").startswith("\x1b[31merror:\x1b[0m no chapter 'none'")
    assert in_terminal(book, "run", "none", NO_COLOR="1").startswith("error: no chapter 'none'")
    assert in_terminal(book, "run", "none", TERM="dumb").startswith("error: no chapter 'none'")


def test_a_terminal_shows_a_bar_while_chapters_run(book: Project) -> None:
    shown = in_terminal(book, "sweep", "first", "-g", "factor=1,2")
    assert "running chapters" in shown
    assert shown.rindex("combinations run now") > shown.rindex("drawing the curves")
    plain = in_terminal(book, "sweep", "first", "-g", "factor=1,3", TERM="dumb")
    assert "drawing the curves\r\n" in plain
    assert "running chapters" not in plain

"""What several tests need to know of processes and files, of the second book, and of a cluster."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from quick import quick_python

ROOT = Path(__file__).parents[2]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def write_files(root: Path, files: Mapping[str, str]) -> Path:
    """Write files by their names in a folder, which is returned; line ends stay as they are."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return root


def add_cell(path: Path, code: str) -> None:
    path.write_text(path.read_text() + f"\n```{{code-cell}} python\n{code}\n```\n")


def wait_for(condition: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def descendants(pid: int) -> list[psutil.Process]:
    """Return what a process has started; nothing where it is gone."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def words_of(process: psutil.Process) -> str:
    """Return the words a process was started with; nothing where it has ended meanwhile."""
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def left_over(family: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return the processes that do not end soon, on a machine that may have much else to do."""
    alive = list(family)
    deadline = time.monotonic() + 60
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        alive = [process for process in alive if _runs(process)]
    return alive


def _runs(process: psutil.Process) -> bool:
    """Return whether a process goes on; one that has ended stays known until its parent asks."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def environment(home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("COMPUTE_DIVIDE")
    }
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(home), str(ROOT / "src")]),
        "SOURCE_DATE_EPOCH": "1700000000",
    }


def press(home: Path, *words: str, code: int = 0, whole: bool = False) -> str:
    """Run a command of the press; return its output, or where it fails what it says.

    The whole is both, in one line.
    """
    how: dict[str, Any] = {
        "cwd": home,
        "env": environment(home),
        "stdin": subprocess.DEVNULL,
        "text": True,
    }
    done = subprocess.run([quick_python(), "-m", "bookpress", *words], capture_output=True, **how)
    assert done.returncode == code, done.stderr + done.stdout
    if whole:
        return " ".join((done.stderr + done.stdout).split())
    return done.stdout if code == 0 else done.stderr


def explore(home: Path) -> None:
    """Explore a book, and wait until what is removed after a command has ended is gone: it may be copied."""
    press(home, "explore")
    wait_for(lambda: not list((home / "_build").glob("cd-*")))


def new_home(folder: Path, like: Path | None = None) -> Path:
    """Copy the second book to a folder, with the pictures that are drawn in another one."""
    shutil.copytree(
        ROOT / "tests/bookpress/orbits", folder, ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "requirements.lock").write_text("", encoding="utf-8")
    if like:
        shutil.copytree(like / "_build/pictures", folder / "_build/pictures")
    return folder


def follow_planets(home: Path) -> None:
    """Give the second book a parameter whose values have an order: how many planets, from the Sun outwards."""
    chapter = home / "notebooks/planets.md"
    edit(home / "orbits/choices.py", "Moon =", "Nearest = Literal[4, 6, 7, 8]\nMoon =")
    edit(chapter, "import Group\n", "import Group, Nearest\n")
    edit(chapter, "the fit takes\n", "the fit takes\nnearest: Nearest = 8  # so many planets\n")
    edit(chapter, "group)\n", "group).head(nearest)\n")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Callable[[int], tuple[str, list[subprocess.Popen[bytes]]]]]:
    """Start a Dask scheduler and workers as a cluster does, each in a process of its own."""
    dask = Path(sys.executable).with_name("dask")
    started: list[subprocess.Popen[bytes]] = []
    file = tmp_path / "scheduler.json"

    def start(*command: str) -> subprocess.Popen[bytes]:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen([str(dask), *command], start_new_session=True, **quiet)  # type: ignore[call-overload]
        started.append(process)
        return process  # type: ignore[no-any-return]

    def workers(number: int) -> tuple[str, list[subprocess.Popen[bytes]]]:
        common = f"--host 127.0.0.1 --no-dashboard --scheduler-file {file}".split()
        start("scheduler", *common, "--port", "0")
        wait_for(lambda: file.exists() and file.read_text().strip().endswith("}"))
        here = ("--nthreads", "1", "--local-directory", str(tmp_path))
        return json.loads(file.read_text())["address"], [
            start("worker", *common, *here) for _ in range(number)
        ]

    yield workers
    for process in started:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it started, as when a machine is lost."""
    for one in [*descendants(process.pid), process]:
        with suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGKILL)
    process.wait()

"""What several tests need to know of processes and files."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
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


def left_over(family: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return the processes that do not end within moments."""
    _, alive = psutil.wait_procs(list(family), timeout=20)
    return [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

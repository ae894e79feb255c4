"""Jupyter Book in a process of its own, warmed up while the chapters run.

Sphinx keeps much in global state, so each assembly gets a fresh process. Its imports take most of a second; the
process is started early, imports, and waits for one line of JSON on its standard input: what to build.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from filelock import FileLock

from bookpress.build import sphinx_patches as tuning
from bookpress.errors import PressError
from bookpress.files import replace_file
from bookpress.run import processes as running
from bookpress.run.engines import STEADY

WARM = ("jupyter_book.sphinx", "sphinx.builders.html", "sphinxcontrib.bibtex", "pygments.lexers.python")
"""What a build imports besides the extensions."""

TIME_LIMIT = 1800.0
"""Seconds an assembly may take."""

SET_UP = (".extension", ".sphinx_ext")
"""Where extensions keep what they import only when they are set up."""

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Assembly:
    """What Jupyter Book is to do.

    Parameters
    ----------
    source, output, doctrees : str
        Folders: staged source, result, Sphinx's memory.
    lock : str
        File to lock while writing.
    builder : str
        Sphinx builder: ``"html"``, ``"epub"``, ...
    jobs : int
        Processes: one reads the pages, the others are forked from it and write. What they write is the same for any
        number.
    """

    source: str
    output: str
    doctrees: str
    lock: str
    builder: str = "html"
    jobs: int = 1


class Binder:
    """A process that has Jupyter Book imported and builds one book.

    Parameters
    ----------
    environment : mapping
        Environment variables on top of ours.
    extensions : sequence of str
        Sphinx extensions that the book adds; imported early.
    fresh : int
        How many chapters are being run meanwhile.
    """

    def __init__(self, environment: Mapping[str, str], extensions: Sequence[str] = (), fresh: int = 0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bookpress.build.sphinx_process", str(fresh), *extensions],
            env={**os.environ, **STEADY, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        running.add(self._process.pid)

    def build(self, assembly: Assembly, log: Path) -> None:
        """Build the book; what Sphinx says goes to the log.

        Raises
        ------
        PressError
            If it fails or warns; the message holds the warnings and names the log.
        """
        with running.time_limit(self._process.pid, TIME_LIMIT) as late:
            said = self._ask(json.dumps(asdict(assembly)) + "\n")
        replace_file(log, ANSI.sub("", said).encode())
        running.check()
        if late.is_set():
            raise PressError(f"Jupyter Book was not done after {TIME_LIMIT:g} seconds (all it said: {log})")
        if self._process.returncode < 0:
            raise PressError(
                f"Jupyter Book was killed (signal {-self._process.returncode}) while it assembled the pages: out of "
                f"memory? (all it said: {log})"
            )
        if self._process.returncode != 0:
            words = complaints(said, assembly.source)
            raise PressError(f"Jupyter Book could not assemble the pages:\n{words}\n  (all it said: {log})")

    def _ask(self, order: str) -> str:
        """Hand over the order and return all that is said; the input stays open: the process ends when it closes."""
        assert self._process.stdin  # noqa: S101
        assert self._process.stdout  # noqa: S101
        try:
            self._process.stdin.write(order)
            self._process.stdin.flush()
        except BrokenPipeError:
            pass
        said = self._process.stdout.read()
        self._process.wait()
        return said

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            running.kill_group(self._process.pid)
        self._process.wait()
        running.discard(self._process.pid)
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def complaints(said: str, source: str) -> str:
    r"""Return the warnings and errors among what Sphinx said, with file names as the author knows them.

    Examples
    --------
    >>> complaints("reading...\n/b/source/index.md:3: WARNING: unknown document: 'x'\ndone", "/b/source")
    "  index.md:3: WARNING: unknown document: 'x'"
    """
    lines = ANSI.sub("", said).replace(f"{source}/", "").splitlines()
    fatal = next(
        (number for number, line in enumerate(lines) if re.match(r"\w+ (error|occurred):$|Traceback", line)), None
    )
    found = [line for line in lines[:fatal] if re.search(r"\b(WARNING|ERROR|CRITICAL)\b", line)]
    found += lines[fatal:] if fatal is not None else []
    return "\n".join(f"  {line}" for line in (found or lines[-15:])[:40])


def _run(assembly: Mapping[str, Any]) -> int:
    """Build a book in this process and return the exit code."""
    from jupyter_book.sphinx import build_sphinx

    source, output = Path(assembly["source"]), Path(assembly["output"])
    with FileLock(assembly["lock"]):
        result = build_sphinx(
            source,
            output,
            use_external_toc=True,
            noconfig=True,
            path_config=source / "_config.yml",
            confoverrides={"external_toc_path": str(source / "_toc.yml"), "latex_individualpages": False},
            doctreedir=Path(assembly["doctrees"]),
            builder=assembly["builder"],
            warningiserror=True,
            keep_going=True,
            jobs=assembly["jobs"],
        )
    return result if isinstance(result, int) else 1


def main() -> int:
    """Import what a build needs, wait for the order, build; end at once when the other side is gone."""
    with tuning.keeping_all():
        tuning.remember_entry_points()
        for name in WARM:
            importlib.import_module(name)
        _import_extensions()
        tuning.remember_doctrees()
        tuning.read_alone_write_together()
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace", line_buffering=True)
    line = sys.stdin.readline()
    if not line:
        return 1
    threading.Thread(target=_end_with_input, daemon=True).start()
    code = _run(json.loads(line))
    sys.stdout.flush()
    os._exit(code)  # taking the book apart in memory would take longer than assembling a page


def _import_extensions() -> None:
    """Import the extensions that Jupyter Book and Sphinx load anyway, and those of the command line.

    An extension may have a function ``warm_up``: it is told how many chapters are being run, starts what the extension
    will need for them, and is not waited for.
    """
    fresh, *added = sys.argv[1:]
    from jupyter_book.config import get_default_sphinx_config
    from sphinx.application import builtin_extensions

    for name in (*builtin_extensions, *get_default_sphinx_config()["extensions"], *added):
        for part in ("", *SET_UP):
            with contextlib.suppress(ImportError):
                getattr(importlib.import_module(name + part), "warm_up", _nothing)(int(fresh))


def _nothing(_: int) -> None:
    """Do nothing."""


def _end_with_input() -> None:
    """End this process when its standard input closes.

    The descriptor is read past Python: a lock of Python's, held here at the moment of a fork, would stay locked there.
    """
    while os.read(0, 4096):
        pass
    with contextlib.suppress(OSError):
        os.killpg(os.getpid(), signal.SIGKILL)  # what was forked or started from here ends too
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())

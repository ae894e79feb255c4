"""The next build of a book that is being written: its process waits, with everything imported."""

from __future__ import annotations

import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import bookpress
from bookpress.files import Stamp, stamps
from bookpress.run import processes

MODULE = "bookpress.commands.base.prepared"


class PreparedBuild(ExitStack):
    """A process that builds an edition as soon as it is told to; one for each build."""

    def __init__(self, edition: str, root: Path) -> None:
        super().__init__()
        self._edition = edition
        self._root = root
        output = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 - closed with us
        self._output = self.enter_context(output)
        self.callback(self._stop)
        self.prepare()

    def prepare(self) -> None:
        """Start the process of the next build."""
        self._output.seek(0)
        self._output.truncate()
        self._code = _code()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", MODULE, self._edition],
            cwd=self._root,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._output,
            start_new_session=True,
        )

    def run(self, looks: Iterator[bool]) -> str | None:
        """Build, and return the error; empty if there is none.

        None if a file changed before it ended. What was imported may have changed since, too.
        """
        if self._process.poll() is not None or self._code != _code():
            self._stop()
            self.prepare()
        process = self._process
        assert process.stdin  # noqa: S101
        with process.stdin, suppress(BrokenPipeError):
            process.stdin.write(b"\n")
        try:
            while process.poll() is None:
                if next(looks):
                    return None
        finally:
            self._stop()
        self._output.seek(0)
        everything = self._output.read().strip()
        sys.stderr.write(f"{everything}\n")
        sys.stderr.flush()
        reason = everything.partition("error: ")[2] or everything or "no reason given"
        return reason if process.returncode else ""

    def _stop(self) -> None:
        """End the process, if it has not ended."""
        process = self._process
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            processes.kill_group(process.pid)
            process.wait()


def _code() -> tuple[frozenset[Stamp], list[int]]:
    """Return the state of what a build imports: the press's own files, and what is installed."""
    own = stamps([Path(bookpress.__file__).parent])
    return own, [Path(folder).stat().st_mtime_ns for folder in site.getsitepackages()]

"""Standard output whose faults are errors like all others: one message that names it, and exit code 1."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, TextIO, cast

from bookpress.errors import PressError


class Output:
    """A stream that says what it is when it cannot be written.

    A closed pipe stays what it is: whoever reads no further has seen enough, and is told nothing.

    Parameters
    ----------
    stream : TextIO
        Standard output.

    Attributes
    ----------
    failed : bool
        Whether it could not be written.
    """

    def __init__(self, stream: TextIO) -> None:
        self.failed = False
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text."""
        with self._named():
            return self._stream.write(text)

    def flush(self) -> None:
        """Write what is held."""
        with self._named():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.failed = True
            if isinstance(error, BrokenPipeError):
                raise
            raise PressError(f"cannot write to standard output: {error.strerror or error}") from error
        except UnicodeEncodeError as error:
            letters = ascii(error.object[error.start : error.end])
            raise PressError(
                f"standard output is {error.encoding}, which has no {letters}; set PYTHONIOENCODING=utf-8"
            ) from error


@contextmanager
def named_output() -> Iterator[None]:
    """Let standard output raise a `PressError` where it cannot be written, while the block runs.

    Raises
    ------
    PressError
        If it is closed already: better known before the work than after.
    """
    stream = sys.stdout
    if stream is None:
        raise PressError("standard output is closed; send it to /dev/null where it is not wanted")
    output = Output(stream)
    try:
        with redirect_stdout(cast("TextIO", output)):
            yield
    finally:
        if output.failed:
            _drop_what_is_held(stream)


def _drop_what_is_held(stream: TextIO) -> None:
    """Let it go nowhere: Python would try again to write it when it ends, and complain again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)

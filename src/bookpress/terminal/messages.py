"""Messages on standard error, and the one error that standard output can cause."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal

from bookpress.errors import PressError

UNPRINTED = (errno.ENOSPC, errno.EIO, errno.EBADF)
"""Errors of a stream that cannot be written to."""
NOTE = "note: "
"""The beginning of a note."""
STYLES = {"bold": 1, "dim": 2, "red": 31}
"""The codes by which a terminal shows a style."""


def say(text: str) -> None:
    """Print a message to standard error."""
    if sys.stderr is not None:
        print(text, file=sys.stderr)  # noqa: T201 - what this module is for


@cache
def note(text: str) -> None:
    """Print a note to standard error, once for each text."""
    say(f"{NOTE}{text}")


def is_terminal() -> bool:
    """Return whether standard error is a terminal that can do more than add lines."""
    is_dumb = os.environ.get("TERM") == "dumb"
    return sys.stderr is not None and sys.stderr.isatty() and not is_dumb


def styled(text: str, style: Literal["bold", "dim", "red"]) -> str:
    """Return a text for a message in a style, if standard error is a terminal."""
    if not is_terminal() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


@contextmanager
def named_output() -> Iterator[None]:
    """Turn a failure to print results into one `PressError`.

    A reader who closes the pipe early is no failure.
    """
    if sys.stdout is None:
        raise PressError("standard output is closed; send it to /dev/null where it is not wanted")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # an encoding that lacks a character shows its code instead
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno not in UNPRINTED:
            raise
        # otherwise Python would flush again at exit, and complain again
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        raise PressError(f"cannot write to standard output: {error.strerror or error}") from error

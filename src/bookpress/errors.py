"""The two kinds of error.

Either the work failed (exit code 1) or the command was wrong (exit code 2).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

INTERRUPTED = 130
"""The exit code of a command after a signal to stop."""
LONG = 80
"""The most characters of a value or a name that a message shows."""
LISTED = 20
"""The most names that a message lists."""


class PressError(Exception):
    """Work that failed; the message names the chapter, cell or file and what to do about it."""

    exit_code = 1


class UsageError(PressError):
    """A request that makes no sense, such as one with an unknown name.

    If there are several problems, the message names them, of very many the first. Nothing has been
    started.
    """

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        if len(problems) == 1:
            message = problems[0]
        else:
            listed = list(problems[:LISTED])
            more = len(problems) - LISTED
            listed += [f"... and {more} more"] if more > 0 else []
            message = "\n  ".join([f"{len(problems)} problems:", *listed])
        super().__init__(message)
        self.problems = problems


@contextmanager
def collecting(problems: list[str]) -> Iterator[None]:
    """Add the problems of a request to a list instead of raising them, so that checking goes on."""
    try:
        yield
    except UsageError as error:
        problems += error.problems


def short(text: str, length: int = LONG) -> str:
    """Return a text as a message shows it: on one line, shortened if it is long."""
    line = " ".join(text.split()) if "\n" in text else text
    if len(line) <= length:
        return line
    return f"{line[: length - 3]}..."


def quoted(name: str) -> str:
    """Return a name in quotation marks, as a message shows it."""
    return repr(short(name))


def with_noun(number: int, noun: str) -> str:
    """Return a number with the name of what it counts, in the plural if it is not one.

    Examples
    --------
    >>> with_noun(1, "state"), with_noun(1200, "state")
    ('1 state', '1,200 states')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def some_of(names: Sequence[str], most: int) -> str:
    """Return names on one line, only the first if there are more than `most`.

    A single one more is named too, since it is as short as its number.
    """
    more = len(names) - most
    if more <= 1:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {more} more"


def similar(name: str, names: Sequence[str]) -> str:
    """Return the name that was probably meant; empty if none is similar."""
    lowered = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), lowered, n=1)
    return lowered[close[0]] if close else ""


def nearest(name: str, names: Sequence[str]) -> str:
    """Return the end of a message: the name that was probably meant, or the names there are."""
    meant = similar(name, names)
    if meant:
        return f"; did you mean {meant}?"
    if not names:
        return "; there is none"
    return f"; there are: {some_of(names, LISTED)}"

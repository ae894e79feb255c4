"""What can go wrong, in two kinds.

The work failed (exit code 1), or the command was wrong (exit code 2).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

LONG = 80
"""Characters of a value, or a name, that a message shows at the most."""
LISTED = 20
"""Names that a message lists at the most."""


class PressError(Exception):
    """Work that failed; the message names the chapter, cell or file and says what to do."""

    exit_code = 1


class UsageError(PressError):
    """A request that makes no sense, such as an unknown name.

    Of several problems it names all. Nothing was started.
    """

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        if len(problems) == 1:
            message = problems[0]
        else:
            listed = "".join(f"\n  {problem}" for problem in problems)
            message = f"{len(problems)} problems:{listed}"
        super().__init__(message)
        self.problems = problems


@contextmanager
def collecting(problems: list[str]) -> Iterator[None]:
    """Add what is wrong with a request to a list instead of raising it.

    So that the rest is looked at too.
    """
    try:
        yield
    except UsageError as error:
        problems += error.problems


def short(text: str, length: int = LONG) -> str:
    """Return a text as a message shows it: in one line, the end of a long one left out."""
    line = " ".join(text.split()) if "\n" in text else text
    if len(line) <= length:
        return line
    return f"{line[: length - 3]}..."


def quoted(name: str) -> str:
    """Return a name in quotation marks, as a message shows it."""
    return repr(short(name))


def nearest(name: str, names: Sequence[str]) -> str:
    """Return the end of a sentence that names what was probably meant, else what there is."""
    lowered = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), lowered, n=1)
    if close:
        return f"; did you mean {lowered[close[0]]}?"
    if not names:
        return "; there is none"
    shown = list(names)
    more = ""
    if len(names) > LISTED + 1:
        shown = shown[:LISTED]
        more = f" and {len(names) - LISTED} more"
    return f"; there are: {', '.join(shown)}{more}"

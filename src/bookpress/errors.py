"""What can go wrong, in two kinds: the work failed (exit code 1), or the command was wrong (exit code 2)."""

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
    """A request that makes no sense: an unknown name, a value out of bounds. Nothing was started.

    Parameters
    ----------
    message : str
        What is wrong and what is allowed.
    problems : sequence of str
        Each problem by itself, where the message lists several.
    """

    exit_code = 2
    problems: tuple[str, ...] = ()

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems) or (message,)

    @classmethod
    def listing(cls, problems: Sequence[str]) -> UsageError:
        """Return one error that names every problem, so that all can be mended at once.

        Examples
        --------
        >>> print(UsageError.listing(["a is 1", "b is 2"]))
        2 problems:
          a is 1
          b is 2
        """
        if len(problems) == 1:
            return cls(problems[0])
        return cls(f"{len(problems)} problems:\n" + "\n".join(f"  {problem}" for problem in problems), problems)


@contextmanager
def collecting(problems: list[str]) -> Iterator[None]:
    """Add what is wrong with a request to a list instead of raising it, so that the rest is looked at too.

    Examples
    --------
    >>> problems = []
    >>> with collecting(problems):
    ...     raise UsageError("a is 1")
    >>> problems
    ['a is 1']
    """
    try:
        yield
    except UsageError as error:
        problems += error.problems


def short(text: str, length: int = LONG) -> str:
    """Return a text as a message shows it: in one line, the end of a long one left out."""
    line = " ".join(text.split()) if "\n" in text else text
    return line if len(line) <= length else f"{line[: length - 3]}..."


def quoted(name: str) -> str:
    """Return a name in quotation marks, as a message shows it."""
    return repr(short(name))


def nearest(name: str, names: Sequence[str]) -> str:
    """Return the end of a sentence that names what was probably meant, else what there is.

    Examples
    --------
    >>> nearest("vintge", ["vintage", "top_k"])
    '; did you mean vintage?'
    >>> nearest("TOP_K", ["vintage", "top_k"])
    '; did you mean top_k?'
    >>> nearest("x", ["vintage", "top_k"])
    '; there are: vintage, top_k'
    >>> nearest("x", [f"name_{number}" for number in range(30)]).split(", ")[-1]
    'name_19 and 10 more'
    >>> nearest("x", [])
    '; there is none'
    """
    lowered = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), lowered, n=1)
    if close:
        return f"; did you mean {lowered[close[0]]}?"
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED + 1 else ""
    return f"; there are: {', '.join(names[:LISTED] if more else names)}{more}" if names else "; there is none"

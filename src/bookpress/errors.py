"""What can go wrong, in two kinds: the work failed (exit code 1), or the command was wrong (exit code 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


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

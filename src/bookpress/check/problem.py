"""A problem of the book, with the place where the author can fix it."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """What is wrong, and where."""

    where: str
    line: int
    what: str

    @property
    def said(self) -> tuple[str, str]:
        """The problem without its line, which two tools may count differently."""
        return self.where, self.what

    def __str__(self) -> str:
        line = f", line {self.line}" if ": code cell " in self.where else f":{self.line}"
        return f"{self.where}{line}: {self.what}"

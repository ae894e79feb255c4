"""A problem of the book, with the place where the author can fix it."""

from __future__ import annotations

import re
from typing import NamedTuple

SENTENCE = re.compile(r" \(in: .*\)$")
"""The end of a message that shows the sentence it is about."""


class Problem(NamedTuple):
    """What is wrong, and where."""

    where: str
    line: int
    what: str

    @property
    def without_place(self) -> tuple[str, str]:
        """The file and the fault alone, because two tools may count lines differently."""
        return self.where, SENTENCE.sub("", self.what)

    def __str__(self) -> str:
        line = f", line {self.line}" if ": code cell " in self.where else f":{self.line}"
        return f"{self.where}{line}: {self.what}"

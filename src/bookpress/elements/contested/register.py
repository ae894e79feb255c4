"""The public register of what readers contested, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bookpress.book.project import Project
from bookpress.errors import UsageError, nearest, quoted
from bookpress.files import load_model

FILE = "contested.yml"
"""The register's file, in the folder of the evidence."""
Verdict = Literal["open", "upheld", "partly upheld", "rejected"]
VERDICTS: dict[str, str] = {
    "open": "not yet decided",
    "upheld": "upheld: the book was wrong and was changed",
    "partly upheld": "partly upheld: the book was changed in part",
    "rejected": "rejected: the book stands",
}
"""Each verdict in words."""


class Contest(BaseModel):
    """Something that a reader contested."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    """Its permanent name, which is part of addresses."""
    date: dt.date
    """The day on which it was contested."""
    contested: Annotated[str, Field(min_length=1)]
    """What the book said, and why the reader doubts it."""
    bears_on: Annotated[list[str], Field(min_length=1)]
    """The chapters, or results and statements (CHAPTER:KEY), where it is shown."""
    verdict: Verdict = "open"
    decided: dt.date | None = None
    answer: str | None = None
    """What was checked, and what was changed."""

    @model_validator(mode="after")
    def _is_decided_with_an_answer(self) -> Self:
        is_open = self.verdict == "open"
        is_half_decided = is_open != (self.decided is None) or is_open != (self.answer is None)
        if is_half_decided:
            raise ValueError("a verdict, `decided` and `answer` go together; without them: open")
        is_too_early = self.decided is not None and self.decided < self.date
        if is_too_early:
            raise ValueError(f"was decided on {self.decided}, before {self.date}")
        return self

    @property
    def chapters(self) -> list[str]:
        """The chapters that it bears on, without repeats."""
        return list(dict.fromkeys(place.partition(":")[0] for place in self.bears_on))

    @property
    def in_words(self) -> str:
        """The verdict in words."""
        return VERDICTS[self.verdict]


class Register(BaseModel):
    """Everything that was contested."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contested: list[Contest] = []


def load_contested(project: Project) -> list[Contest]:
    """Return what was contested, newest first; empty if the book has no register.

    Raises
    ------
    UsageError
        If the register cannot be read, or an id occurs twice.
    """
    path = project.data / FILE
    if not path.is_file():
        return []
    where = f"{project.data.name}/{FILE}"
    contests = load_model(path, where, Register).contested
    ids = [contest.id for contest in contests]
    twice = sorted({known for known in ids if ids.count(known) > 1})
    if twice:
        raise UsageError(f"{where}: contested twice under one id: {', '.join(twice)}")
    return sorted(contests, key=lambda contest: (contest.date, contest.id), reverse=True)


def unknown_places(
    contests: Sequence[Contest], known: Mapping[str, Collection[str] | None]
) -> Iterator[str]:
    """Yield the faults of the places that contests bear on.

    `known` maps chapters to the keys of their results and statements, or to None if those are
    unknown.
    """
    for contest in contests:
        for place in contest.bears_on:
            slug, colon, key = place.partition(":")
            if slug not in known:
                yield f"{contest.id}: no chapter {quoted(slug)}{nearest(slug, [*known])}"
                continue
            keys = known[slug]
            if colon and keys is not None and key not in keys:
                hint = nearest(key, sorted(keys))
                yield f"{contest.id}: {slug} publishes no {quoted(key)}{hint}"

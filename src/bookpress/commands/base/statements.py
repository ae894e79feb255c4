"""The statements to list: those of an edition, of its states, or along a parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from bookpress.assembly.statements import Statements, fallen, print_statements
from bookpress.book.project import Project
from bookpress.edition.files import DEFAULT
from bookpress.edition.overturn import answer
from bookpress.errors import UsageError
from bookpress.release import survival
from bookpress.run.runner import RunOptions
from bookpress.states import robustness
from bookpress.states.sweeps.compare import sides
from bookpress.terminal.messages import note

Listed = tuple[Any, Callable[[], None]]
"""A list as plain JSON, and a function that prints it for people."""


@dataclass(frozen=True)
class Asked:
    """The options of the command."""

    edition: str
    changes: tuple[str, ...]
    """``NAME=VALUE`` for each ``-p``."""
    only_fallen: bool
    robustness: bool
    along: str | None

    def __post_init__(self) -> None:
        lists = {
            "--fallen": self.only_fallen,
            "--robustness": self.robustness,
            "--along": self.along is not None,
        }
        asked = [flag for flag, is_asked in lists.items() if is_asked]
        if len(asked) > 1:
            raise UsageError(f"{' and '.join(asked)} give different lists: choose one")
        if asked and not self.only_fallen and self.edition != DEFAULT:
            changed = f"which states and readings change, not the edition {self.edition!r}"
            raise UsageError(f"{asked[0]} is of the edition {DEFAULT!r} alone, {changed}")
        if self.robustness and self.changes:
            raise UsageError("--robustness is of the edition as it was explored: it takes no -p")

    def find(self, project: Project, options: RunOptions) -> Listed:
        """Return the requested list."""
        if self.along is not None:
            survivals = survival.survivals(project, self.along, options, self.changes)
            report = survival.as_json(self.along, survivals)
            return report, partial(survival.print_survivals, self.along, survivals)
        if self.robustness:
            sureness = robustness.load_sureness(project)
            return sureness, partial(robustness.print_robustness, sureness)
        [side] = sides(project, [self.edition], options, self.changes)
        if not any(side.statements.values()):
            note("no sentence of the book is tested: one is that ends in {holds}`a comparison`")
        chosen = fallen(side.statements) if self.only_fallen else side.statements
        shown = partial(print_statements, side.statements, only_fallen=self.only_fallen)
        return self._with_what_overturns(project, chosen), shown

    def _with_what_overturns(self, project: Project, chosen: Statements) -> Statements:
        """Return statements; those of the published edition with what would overturn them.

        That needs the edition to have been explored as it is.
        """
        if self.edition != DEFAULT or self.changes:
            return chosen
        try:
            sureness = robustness.load_sureness(project)
        except UsageError:
            return chosen
        with_answers: dict[str, dict[str, Mapping[str, Any]]] = {}
        for slug, statements in chosen.items():
            tested = sureness.get(slug, {})
            with_answers[slug] = {
                key: {**statement, "overturned": answer(tested[key])}
                if key in tested
                else statement
                for key, statement in statements.items()
            }
        return with_answers

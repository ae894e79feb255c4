"""States: chapters of the published edition with other values, and their outcome."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bookpress.assembly.statements import statements_of
from bookpress.book.chapters import Chapter
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.types.allowed import Value, are_ordered, as_text
from bookpress.edition.assignments import option
from bookpress.edition.editions import Edition
from bookpress.run.cache import Run
from bookpress.states.sweeps.tasks import Task
from holdtrue.comparisons.base import Comparison
from holdtrue.periods import years_of

MOST_PAIRS = 80
"""The most pairs of closed choices that are explored in a chapter."""


@dataclass(frozen=True)
class State:
    """A chapter of the published edition with other values, as an unnamed edition."""

    chapter: Chapter
    choice: Mapping[str, Value]
    edition: Edition
    steps: int = 1
    """How many values its choice is away from the published one."""

    @classmethod
    def of(
        cls, default: Edition, chapter: Chapter, choice: Mapping[str, Value], steps: int = 1
    ) -> State:
        """Return the state of a chapter with other values, which are already checked."""
        slug = chapter.slug
        changes = {f"{slug}.{name}": value for name, value in choice.items()}
        values = {**default.values[slug], **choice}
        words = ", ".join(f"{label} = {as_text(value)}" for label, value in changes.items())
        options = [option(label, value) for label, value in changes.items()]
        edition = replace(
            default,
            name="",
            values={**default.values, slug: values},
            title=f"{default.title} with {words}",
            description="",
            command=" ".join([default.command, *options]),
        )
        return cls(chapter, choice, edition, steps)

    @property
    def asks_anew(self) -> bool:
        """Whether its choice, such as another year, makes sentences ask another question."""
        return any(self.parameter(name).asks_anew for name in self.choice)

    def parameter(self, name: str) -> Parameter:
        """Return a parameter of the chapter."""
        return next(known for known in self.chapter.parameters if known.name == name)

    @property
    def task(self) -> Task:
        """The task that runs it."""
        slug = self.chapter.slug
        words = " ".join(f"{name}={as_text(value)}" for name, value in self.choice.items())
        return Task(self.chapter, self.edition.values[slug], f"{slug} {words}")


@dataclass(frozen=True)
class ExploredState:
    """The outcome of a state."""

    state: State
    run: Run

    @cached_property
    def statements(self) -> dict[str, Comparison]:
        """The verdicts on the chapter's statements, by key."""
        statements = statements_of(self.run)
        self.run.forget_parsed()  # there are thousands of states
        return statements

    def holds(self, key: str) -> bool | None:
        """Return whether a statement is true here; None if it is unknown."""
        statement = self.statements.get(key)
        return statement.holds if statement else None

    def answers(self, key: str) -> bool:
        """Return whether a statement is true or false here, for the same question."""
        statement = self.statements.get(key)
        if self.state.asks_anew:
            return False
        if statement is None or statement.kind == "question":
            return statement is not None and statement.holds is True
        return statement.holds is not None

    def turns(self, key: str) -> bool:
        """Return whether the sentence of a statement would be false."""
        if key not in self.statements:
            return False
        return self.statements[key].turns

    @property
    def fallen(self) -> dict[str, list[Any]]:
        """The statements that are not true, why, and what gives way."""
        fallen = {}
        for key, statement in self.statements.items():
            if statement.holds is not True:
                fallen[key] = [statement.holds, statement.because, statement.kind]
        return fallen

    @property
    def turned(self) -> int:
        """The number of statements that turn."""
        return sum(statement.turns for statement in self.statements.values())


def states_of(
    default: Edition, chapter: Chapter, kinds: Sequence[Collection[str]] = ()
) -> list[State]:
    """Return the states of a chapter worth exploring.

    First with one choice changed, then with two: main ones of different `kinds`, and closed ones if
    these are few.
    """
    usual = default.values[chapter.slug]
    explored = {}
    others = {}
    for parameter in chapter.parameters:
        name = parameter.name
        explored[name] = parameter.explored(usual[name])
        others[name] = [value for value in explored[name] if value != usual[name]]
    choices = [{name: value} for name, values in others.items() for value in values]
    closed = [parameter.name for parameter in chapter.parameters if parameter.choices]
    main = itertools.combinations(others, 2)
    pairs = _pairs(others, [names for names in main if _differ(names, kinds)])
    closed_pairs = _pairs(others, itertools.combinations(closed, 2))
    if len(closed_pairs) <= MOST_PAIRS:
        pairs += [pair for pair in closed_pairs if pair not in pairs]
    choices += pairs
    states = []
    for choice in choices:
        steps = _steps(chapter.parameters, explored, usual, choice)
        states.append(State.of(default, chapter, choice, steps))
    return states


def _differ(names: Iterable[str], kinds: Sequence[Collection[str]]) -> bool:
    """Return whether parameters are main ones of different kinds."""
    places = [place for name in names for place, kind in enumerate(kinds) if name in kind]
    return len(set(places)) > 1


def _pairs(
    values: Mapping[str, Sequence[Value]], names: Iterable[tuple[str, str]]
) -> list[dict[str, Value]]:
    """Return every combination of two parameters' values."""
    pairs: list[dict[str, Value]] = []
    for first, second in names:
        chosen = itertools.product(values[first], values[second])
        pairs += [{first: value, second: other} for value, other in chosen]
    return pairs


def _steps(
    parameters: Sequence[Parameter],
    explored: Mapping[str, Sequence[Value]],
    usual: Mapping[str, Value],
    choice: Mapping[str, Value],
) -> int:
    """Return how far a choice is from the published one, in values."""
    steps = 0
    for parameter in parameters:
        name = parameter.name
        if name in choice:
            steps += _distance(parameter, explored[name], usual[name], choice[name])
    return steps


def _distance(parameter: Parameter, values: Sequence[Value], usual: Value, value: Value) -> int:
    """Return how far a value is from the published one, in values.

    Unordered values are one apart. For a period it is the number of years that its ends move.
    """
    if parameter.is_period:
        ends = zip(years_of(value), years_of(usual), strict=True)
        return sum(abs(year - usual_year) for year, usual_year in ends)
    if are_ordered(values):
        return abs(values.index(value) - values.index(usual))
    return 1

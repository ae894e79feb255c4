"""How long each statement has held: each chapter is run with every value of a parameter.

A run with one value is a reading. A statement survives a reading if it holds there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bookpress.assembly.statements import statements_of
from bookpress.book.chapters import Chapter, ordered_parameters
from bookpress.book.project import Project
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.types.allowed import Value, as_text
from bookpress.edition.assignments import Assignment, hits_of, notes_on, parse_assignments
from bookpress.edition.editions import Edition, load_edition
from bookpress.edition.files import DEFAULT
from bookpress.errors import UsageError, nearest, quoted
from bookpress.run.cache import Run
from bookpress.run.runner import RunOptions
from bookpress.states.sweeps.tasks import Task, raise_failed, run_all
from bookpress.terminal.messages import note
from bookpress.terminal.tables import folding_table, standard_output

NOT_RECORDED = "it is not recorded"
WORDS = {True: "true", False: "false", None: "unknown"}
"""The verdict on a statement in a reading, in one word."""


@dataclass(frozen=True)
class Reading:
    """The verdict on a statement, and why, under one value of the parameter."""

    value: Value
    holds: bool | None
    because: str


@dataclass(frozen=True)
class Survival:
    """The verdicts on a statement in the readings of its chapter, in the order of values."""

    chapter: str
    key: str
    readings: Sequence[Reading]

    @cached_property
    def counts(self) -> Mapping[bool | None, int]:
        """The number of readings in which it is true, false and unknown."""
        return Counter(reading.holds for reading in self.readings)

    @property
    def holds_in_all(self) -> bool:
        """Whether it is true in every reading."""
        return self.counts[True] == len(self.readings)

    @property
    def newest(self) -> bool | None:
        """The verdict in the newest reading."""
        return self.readings[-1].holds

    @property
    def turned(self) -> list[Value]:
        """The values at which the verdict differs from that at the value before."""
        pairs = zip(self.readings, self.readings[1:], strict=False)
        return [now.value for before, now in pairs if now.holds is not before.holds]

    @property
    def run(self) -> int:
        """The number of consecutive readings, up to the newest, with the newest verdict."""
        if not self.turned:
            return len(self.readings)
        values = [reading.value for reading in self.readings]
        return len(values) - values.index(self.turned[-1])

    @property
    def rank(self) -> tuple[float, int]:
        """The sort key of statements: few survivals first, then many turns."""
        return self.counts[True] / len(self.readings), -len(self.turned)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "chapter": self.chapter,
            "key": self.key,
            "held": self.counts[True],
            "false": self.counts[False],
            "unknown": self.counts[None],
            "run": self.run,
            "turns": len(self.turned),
            "turned": self.turned[-1] if self.turned else None,
            "readings": [vars(reading) for reading in self.readings],
        }


def survivals(
    project: Project,
    along: str,
    options: RunOptions,
    changes: Sequence[str] = (),
) -> list[Survival]:
    """Return the verdicts on each statement of the published edition along a parameter.

    The chapters with the parameter are run with each of its values, and with ``NAME=VALUE`` in
    `changes`. A chapter that fails under any value is an error. Statements with the fewest
    survivals come first.
    """
    edition = load_edition(project, DEFAULT, changes)
    followed = _followed(edition, along, changes)
    tasks: list[Task] = []
    for chapter, parameter in followed:
        tasks += _tasks(chapter, parameter, edition.values[chapter.slug])
    ran, _, errors = run_all(project, tasks, edition.fingerprint, options)
    raise_failed(tasks, errors, "reading")
    runs = [ran[place] for place in range(len(tasks))]
    survivals: list[Survival] = []
    for chapter, parameter in followed:
        of_chapter = [run for run in runs if run.chapter == chapter.slug]
        survivals += _of_chapter(chapter.slug, parameter.choices, of_chapter)
    return sorted(survivals, key=lambda survival: survival.rank)


def _followed(
    edition: Edition, along: str, changes: Sequence[str]
) -> list[tuple[Chapter, Parameter]]:
    """Return the chapters to run, each with its parameter."""
    asked = Assignment(None, along, None)
    hits = list(hits_of(asked, edition.chapters))
    if not hits:
        known = ordered_parameters(edition.chapters)
        raise UsageError(f"no chapter has a parameter {quoted(along)}{nearest(along, known)}")
    followed = [(hit.chapter, hit.parameter) for hit in hits if hit.parameter.has_order]
    if not followed:
        lack = "has no closed set of values in an order"
        raise UsageError(f"the parameter {along} {lack}: it allows {hits[0].parameter.allowed}")
    for words in notes_on([asked], edition.chapters):
        note(words)
    assignments, _ = parse_assignments(changes)
    for assignment in assignments:
        for hit in hits_of(assignment, edition.chapters):
            if (hit.chapter, hit.parameter) in followed:
                both = f"{assignment.label} is set with -p and takes every value along {along}"
                raise UsageError(f"{both}: choose one")
    return followed


def _tasks(chapter: Chapter, parameter: Parameter, usual: Mapping[str, Value]) -> list[Task]:
    """Return the runs for the readings of a chapter."""
    name = parameter.name
    return [
        Task(chapter, {**usual, name: value}, f"{chapter.slug} {name}={as_text(value)}")
        for value in parameter.choices
    ]


def _of_chapter(slug: str, values: Sequence[Value], runs: Sequence[Run]) -> list[Survival]:
    """Return the verdicts on each statement of a chapter in its readings."""
    stood = [statements_of(run) for run in runs]
    keys: dict[str, None] = {}
    for statements in reversed(stood):  # the order is that of the newest reading
        keys.update(dict.fromkeys(statements))
    survivals = []
    for key in keys:
        readings = []
        for value, statements in zip(values, stood, strict=True):
            statement = statements.get(key)
            holds = statement.holds if statement else None
            because = statement.because if statement else NOT_RECORDED
            readings.append(Reading(value, holds, because))
        survivals.append(Survival(slug, key, readings))
    return survivals


def score(along: str, survivals: Sequence[Survival]) -> dict[str, Any]:
    """Return the survival of all statements in numbers.

    The ``values`` in order; the number of ``statements``, how many are true in all readings, how
    many are false in none (true or unknown), and how often all of them turned.
    """
    values: dict[str, Value] = {}
    for survival in survivals:
        values.update({str(reading.value): reading.value for reading in survival.readings})
    return {
        "along": along,
        "values": list(values.values()),
        "statements": len(survivals),
        "held_in_all": sum(survival.holds_in_all for survival in survivals),
        "false_in_none": sum(survival.counts[False] == 0 for survival in survivals),
        "turns": sum(len(survival.turned) for survival in survivals),
    }


def as_json(along: str, survivals: Sequence[Survival]) -> dict[str, Any]:
    """Return the score, and each statement with its readings, as plain JSON."""
    return {
        **score(along, survivals),
        "by_statement": [survival.as_json() for survival in survivals],
    }


def print_survivals(along: str, survivals: Sequence[Survival]) -> None:
    """Print the survival of each statement along a parameter, and of all on one line."""
    table = folding_table("statement", "held", "false", "unknown", "last turned", "newest run")
    for survival in survivals:
        held = f"{survival.counts[True]} of {len(survival.readings)}"
        turned = "never"
        if survival.turned:
            turned = f"{survival.turned[-1]}, to {WORDS[survival.newest]}"
        false = str(survival.counts[False])
        unknown = str(survival.counts[None])
        name = f"{survival.chapter}:{survival.key}"
        table.add_row(name, held, false, unknown, turned, str(survival.run))
    console = standard_output()
    console.print(table)
    console.print(total(score(along, survivals)), highlight=False)


def total(score: Mapping[str, Any]) -> str:
    """Return a score in words."""
    held = f"{score['held_in_all']} of {score['statements']} statements hold in every reading"
    firm = f"{score['false_in_none']} are false in none"
    return f"{held} along {score['along']}, {firm}; together they turned {score['turns']} times"

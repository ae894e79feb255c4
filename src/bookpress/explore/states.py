"""States: the published edition with one choice changed, or two, each made ready to be shown on the page.

Runs go through the cache, as those of sweeps do, so that what was stopped goes on where it was.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bookpress.book.assignments import option
from bookpress.book.chapters import Chapter, choose
from bookpress.book.editions import DEFAULT, Edition, load_edition
from bookpress.book.parameters import Value, range_problems
from bookpress.book.project import Project
from bookpress.errors import PressError
from bookpress.explore.sweep import kept, run_jobs
from bookpress.progress import Reporter
from bookpress.run.cache import Run, RunCache, run_key
from bookpress.run.executor import cores
from bookpress.run.notebook import job_for
from bookpress.run.runner import Durations, RunOptions

PLACE = "states"
"""Their folder among the pages."""
PAIRS = 80
"""Pairs of closed choices in which both differ, up to which those of a chapter are explored too."""
PAGE_SECONDS = 0.25
"""About what the page of a state takes, to tell how long all will."""


@dataclass(frozen=True)
class State:
    """A chapter with values of its own in the published edition, as an edition without a name."""

    chapter: Chapter
    choice: Mapping[str, Value]
    edition: Edition
    steps: int = 1
    """How many values away its choice is from the published one."""

    @classmethod
    def of(cls, default: Edition, chapter: Chapter, choice: Mapping[str, Value], steps: int = 1) -> State:
        """Return the state in which a chapter of the published edition is run with these values, which are checked."""
        slug = chapter.slug
        changes = {f"{slug}.{name}": value for name, value in choice.items()}
        edition = replace(
            default,
            name="",
            values={**default.values, slug: {**default.values[slug], **choice}},
            title=f"{default.title} with {', '.join(f'{label} = {value}' for label, value in changes.items())}",
            description="",
            command=" ".join([default.command, *(option(label, value) for label, value in changes.items())]),
        )
        return cls(chapter, dict(choice), edition, steps)

    @property
    def label(self) -> str:
        """The state in one line."""
        return f"{self.chapter.slug} " + " ".join(f"{name}={value}" for name, value in self.choice.items())

    @property
    def key(self) -> str:
        """The key of its run."""
        return run_key(self.chapter, self.edition.values[self.chapter.slug], self.edition.fingerprint)


def states_of(default: Edition, chapter: Chapter) -> list[State]:
    """Return the states of a chapter worth exploring: one choice changed, then two where these are few."""
    usual = default.values[chapter.slug]
    every = {one.name: one.explored(usual[one.name]) for one in chapter.parameters}
    ways = {name: [value for value in values if value != usual[name]] for name, values in every.items()}
    choices = [{name: value} for name, values in ways.items() for value in values]
    closed = [one.name for one in chapter.parameters if one.choices]
    pairs = [
        dict(zip(names, values, strict=True))
        for names in itertools.combinations(closed, 2)
        for values in itertools.product(*(ways[name] for name in names))
    ]
    choices += pairs if len(pairs) <= PAIRS else []
    sound = [choice for choice in choices if not range_problems({**usual, **choice})]
    far = [sum(_steps(every[name], usual[name], value) for name, value in choice.items()) for choice in sound]
    return [State.of(default, chapter, choice, steps) for choice, steps in zip(sound, far, strict=True)]


def _steps(values: Sequence[Value], usual: Value, value: Value) -> int:
    """Return how far a value lies from the published one, in values; those that no order brings near are one apart."""
    has_order = all(isinstance(one, int | float) or str(one)[:1].isdigit() for one in values)
    return abs(values.index(value) - values.index(usual)) if has_order else 1


@dataclass(frozen=True)
class Plan:
    """What is to be explored: the states, and of those that were not run yet the seconds that they may take."""

    default: Edition
    states: list[State]
    missing: list[State]
    seconds: float

    @property
    def in_words(self) -> str:
        """What it comes to."""
        many = f"{len(self.states):,} states, {len(self.missing):,} of them to be run"
        minutes = max(1, round(self.seconds / 60))
        return f"{many}: about {minutes} minute{'s' if minutes > 1 else ''} (as long as runs took last time)"


def plan(project: Project, slugs: Sequence[str], options: RunOptions) -> Plan:
    """Return what there is to do; nothing is run yet."""
    default = load_edition(project, DEFAULT)
    chapters = choose(default.chapters, [*slugs, *_explored(project, default)]) if slugs else list(default.chapters)
    states = [state for chapter in chapters for state in states_of(default, chapter)]
    cache, durations = RunCache(project.cache), Durations(project)
    missing = [state for state in states if options.force or cache.find(state.key) is None]
    work = sum(durations.of(state.chapter.slug, 1.0) for state in missing) + PAGE_SECONDS * len(states)
    return Plan(default, states, missing, work / (options.jobs or cores()))


def _explored(project: Project, default: Edition) -> list[str]:
    """Return the chapters whose states stand beside the pages of the very same edition: they stay there."""
    if _built(project).get("id") != default.id:
        return []
    return [path.parent.name for path in (project.editions / DEFAULT / "html" / PLACE).glob("*/index.js")]


def built_formats(project: Project) -> str:
    """Return the formats in which the published edition was built, with commas between."""
    return ",".join(_built(project).get("formats", ["html"]))


def _built(project: Project) -> dict[str, Any]:
    """Return the record of the published edition as it was built; nothing where it was not."""
    try:
        found: dict[str, Any] = json.loads((project.editions / DEFAULT / "edition.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def run_states(
    project: Project, work: Plan, options: RunOptions, reporter: Reporter, scheduler: str | None = None
) -> None:
    """Run what is missing, into the cache; a state that fails does not keep the others from running."""
    mark, states, cache, errors = work.default.fingerprint, work.missing, RunCache(project.cache), list[str]()
    reporter.begin(len(states))
    jobs = [
        job_for(project, state.chapter, state.edition.values[state.chapter.slug], mark, options.time_limit)
        for state in states
    ]
    for place, run in run_jobs(project, dict(enumerate(jobs)), options, mark, scheduler):
        if isinstance(run, Run):
            mark.check(project)
            cache.store(run)
            reporter.done(states[place].label, run.seconds)
        else:
            errors.append(f"  {states[place].label}: {kept(project, run, states[place].key)}")
            reporter.failed(states[place].label)
    if errors:
        raise PressError(f"{len(errors)} of {len(states)} states failed:\n" + "\n".join(sorted(errors)))

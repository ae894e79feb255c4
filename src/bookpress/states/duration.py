"""How long exploring will take, judged by the last time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from bookpress.book.project import Project
from bookpress.edition.editions import Edition
from bookpress.edition.files import DEFAULT
from bookpress.errors import PressError, with_noun
from bookpress.files import canonical, pretty, replace_file, sha256
from bookpress.run.cache import Run, RunCache, run_key
from bookpress.run.executor import cores
from bookpress.run.runner import Durations, RunOptions
from bookpress.states.states import ExploredState, State
from bookpress.states.sweeps.tasks import about

LAST = "states/last.json"
"""The cache file with a hash for each chapter whose states have pages, by slug."""
PAGE = "the page of a state"
BOOK = "the pages of the book"
ENOUGH = 5
"""The number of pages from which their time is meaningful."""
SECONDS = {PAGE: 0.4, BOOK: 30.0}
"""Default durations in seconds; a state takes as long as its chapter."""


def expected_duration(
    project: Project, default: Edition, states: Sequence[State], options: RunOptions
) -> tuple[int, str]:
    """Return how many states have yet to run, and in words how long everything will take."""
    cache = RunCache(project.cache)
    fingerprint = default.fingerprint
    missing = [
        state
        for state in states
        if options.force or not cache.holds(run_key(state.chapter, state.task.values, fingerprint))
    ]
    before = _last(project)
    digests = chapter_digests(default)
    pages = [state for state in states if before.get(state.chapter.slug) != _of(state, digests)]
    durations = Durations(project)
    work = sum(_seconds(durations, state.chapter.slug) for state in missing)
    work += len(pages) * durations.of(PAGE, SECONDS[PAGE])
    assembly = durations.of(BOOK) or _assembly(project)
    took = about(work / (options.jobs or cores()) + (assembly or SECONDS[BOOK]))
    many = with_noun(len(states), "state")
    runs = f"{len(missing):,} of them to be run" if missing else "none of them to be run"
    why = " (as long as it took last time)" if assembly else ""
    return len(missing), f"{many}, {runs}: {took}{why}"


def _assembly(project: Project) -> float:
    """Return how many seconds the last build spent on the pages of the book; 0 if unknown."""
    path = project.editions / DEFAULT / "timings.json"
    with suppress(OSError, ValueError, TypeError, KeyError):
        return float(json.loads(path.read_text("utf-8"))["assembly"])
    return 0.0


def _seconds(durations: Durations, slug: str) -> float:
    """Return how long a state of a chapter takes to run."""
    return durations.of(_name(slug), durations.of(slug, 1.0))


def _name(slug: str) -> str:
    return f"a state of {slug}"


def _of(state: State, digests: Mapping[str, str]) -> str:
    return digests[state.chapter.slug]


def chapter_digests(default: Edition) -> dict[str, str]:
    """Return, by slug, the hash of what the pages of a chapter's states are made from."""
    keys = [
        run_key(chapter, default.values[chapter.slug], default.fingerprint)
        for chapter in default.chapters
    ]
    return {
        chapter.slug: sha256(canonical([chapter.sha256, *keys]).encode())
        for chapter in default.chapters
    }


def _last(project: Project) -> dict[str, str]:
    """Return the hashes of chapters whose states have had pages since last time."""
    try:
        digests: dict[str, str] = json.loads((project.cache / LAST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return digests


class Clock:
    """Records how long the parts of exploring take."""

    def __init__(self, project: Project, default: Edition) -> None:
        self._project = project
        self._default = default
        self._pages = 0.0

    def note_runs(self, published: Iterable[Run], outcomes: Iterable[ExploredState]) -> None:
        """Record how long chapters and their states took to run."""
        Durations(self._project).note(published)
        seconds: dict[str, list[float]] = {}
        for outcome in outcomes:
            seconds.setdefault(outcome.state.chapter.slug, []).append(outcome.run.seconds)
        means = {_name(slug): sum(all_) / len(all_) for slug, all_ in seconds.items()}
        Durations(self._project).keep(means)

    @contextmanager
    def pages(self) -> Iterator[None]:
        """Measure how long the pages of states take."""
        begun = time.monotonic()
        yield
        self._pages = time.monotonic() - begun

    def note_pages(self, slugs: Iterable[str], made: int, width: int) -> None:
        """Record for which chapters the pages of states were made, `width` at a time."""
        digests = chapter_digests(self._default)
        last = {**_last(self._project), **{slug: digests[slug] for slug in slugs}}
        if made >= ENOUGH:
            Durations(self._project).keep({PAGE: self._pages * width / made})
        with suppress(PressError):
            replace_file(self._project.cache / LAST, pretty(last).encode())

    @contextmanager
    def book(self) -> Iterator[None]:
        """Measure how long the pages of the book take, without those of states."""
        begun = time.monotonic()
        yield
        Durations(self._project).keep({BOOK: time.monotonic() - begun - self._pages})

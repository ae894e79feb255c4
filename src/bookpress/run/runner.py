"""Runs the chapters of an edition side by side, and takes unchanged ones from the cache."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.book.execution import LONGEST
from bookpress.book.project import Project
from bookpress.edition.editions import Edition
from bookpress.errors import PressError, UsageError, some_of
from bookpress.files import pretty, replace_file
from bookpress.run import processes
from bookpress.run.cache import Run, RunCache, run_key
from bookpress.run.engine import DEFAULT_ENGINE, Engine, engine_for
from bookpress.run.executor import as_they_end, cores
from bookpress.run.failures import ChapterError, FailureCache, failure_key, not_run_again
from bookpress.run.job import Job, job_for, run_job
from bookpress.run.notebook import stored_run
from bookpress.terminal.progress import Reporter

Ended = Callable[[Path], object]
"""Called with the file of each run as soon as it is stored."""
Check = Callable[[Engine], None]
"""Raises if no run may be kept."""
MANY = 3
"""The most chapters that are named if more failed with the same message."""


@dataclass(frozen=True)
class RunOptions:
    """How chapters are run; no option changes the results."""

    jobs: int | None = None
    """The number of chapters at a time; by default one per core."""
    engine: str = DEFAULT_ENGINE
    force: bool = False
    """Run chapters even if they are in the cache."""
    time_limit: float | None = None
    """The time limit of a chapter, in seconds; by default its own."""
    keep_going: bool = False
    """Build the book even if a chapter fails; its page then says so."""
    as_stored: bool = False
    """Use stored outputs instead of a run, if the book shows them, and failures in the cache."""
    opened: Engine | None = None
    """The engine, if it is already open."""
    scheduler: str | None = None
    """The address of a Dask cluster for many runs."""
    reporter: Reporter = field(default_factory=Reporter, repr=False, compare=False)
    """The reporter of progress."""

    def __post_init__(self) -> None:
        if self.jobs is not None and self.jobs < 1:
            raise UsageError(f"jobs is {self.jobs}; allowed: 1 or more")
        is_out_of_range = self.time_limit is not None and not 0 < self.time_limit <= LONGEST
        if is_out_of_range:
            allowed = f"more than 0 to {LONGEST:,.0f}"
            raise UsageError(f"the time limit is {self.time_limit:g} seconds; allowed: {allowed}")


@dataclass
class Outcome:
    """The outcome of running chapters."""

    runs: dict[str, Run] = field(default_factory=dict)
    """Successful runs by slug, in the order of the book."""
    fresh: list[str] = field(default_factory=list)
    """The slugs of chapters that were run now, not taken from the cache."""
    errors: list[ChapterError] = field(default_factory=list)


class Durations:
    """How long chapters took when last run, so that the longest can start first."""

    def __init__(self, project: Project) -> None:
        self._path = project.build / "seconds.json"
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            self._seconds = {chapter: float(seconds) for chapter, seconds in content.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            # a damaged file costs no more than an estimate
            self._seconds = {}

    def of(self, chapter: str, otherwise: float = 0.0) -> float:
        """Return how many seconds a chapter took last time."""
        return self._seconds.get(chapter, otherwise)

    def note(self, runs: Iterable[Run]) -> None:
        """Record how long chapters took."""
        self._seconds.update({run.chapter: run.seconds for run in runs})
        with suppress(PressError):  # a build does not fail for want of an estimate
            replace_file(self._path, pretty(self._seconds).encode())


def cached_runs(project: Project, edition: Edition) -> dict[str, Run]:
    """Return the cached runs of an edition, by slug."""
    cache = RunCache(project.cache)
    runs = {}
    for chapter in edition.chapters:
        with suppress(PressError):  # a chapter with faulty quotes cannot have been run
            key = run_key(chapter, edition.values[chapter.slug], edition.fingerprint)
            run = cache.find(key)
            if run is not None:
                runs[chapter.slug] = run
    return runs


def stored_runs(edition: Edition) -> dict[str, Run]:
    """Return the stored outputs of chapters, if the book shows them, by slug.

    A chapter with other values than in its file has to be run.
    """
    return {
        chapter.slug: stored_run(chapter)
        for chapter in edition.chapters
        if chapter.stored and has_own_values(edition, chapter)
    }


def _cached_failures(
    project: Project, edition: Edition, options: RunOptions, done: Collection[str]
) -> list[ChapterError]:
    """Return and report the cached failures of chapters besides those `done`.

    They are told as they were, whether or not the book is built all the same.
    """
    cache = FailureCache(project.cache)
    errors = []
    for chapter in edition.chapters if options.as_stored and not options.force else ():
        if chapter.slug in done:
            continue
        with suppress(PressError):  # a chapter with faulty quotes cannot have been run
            key = failure_key(chapter, edition.values[chapter.slug], edition.fingerprint)
            error = cache.find(key)
            if error is not None:
                options.reporter.done(chapter.slug, None)
                replace_file(failed_notebook(project, chapter.slug), error.notebook)
                errors.append(error)
    return errors


def may_fail(project: Project, chapter: Chapter, options: RunOptions) -> bool:
    """Return whether the book is built although a chapter fails."""
    stops = project.settings.strict or chapter.execution.raise_on_error
    return options.keep_going or not stops


def has_own_values(edition: Edition, chapter: Chapter) -> bool:
    """Return whether an edition has the values that are in a chapter's file."""
    own = {parameter.name: parameter.default for parameter in chapter.parameters}
    return edition.values[chapter.slug] == own


def run_chapters(
    project: Project,
    edition: Edition,
    options: RunOptions | None = None,
    ended: Ended = lambda _: None,
    check: Check = lambda _: None,
) -> Outcome:
    """Run the chapters of an edition; if one fails, the others still run.

    Nothing is stored before `check` has ended.
    """
    options = options or RunOptions()
    reporter = options.reporter
    cached = {} if options.force else cached_runs(project, edition)
    if options.as_stored and not options.force:
        cached |= stored_runs(edition)
    reporter.begin(len(edition.chapters))
    for slug in cached:
        reporter.done(slug, None)
        failed_notebook(project, slug).unlink(missing_ok=True)
    outcome = Outcome(errors=_cached_failures(project, edition, options, cached))
    done = {*cached, *(error.chapter for error in outcome.errors)}
    durations = Durations(project)
    jobs = _jobs(project, edition, options, done, durations)
    if jobs:
        with processes.session():
            engine = options.opened or engine_for(project, options.engine)
            if not engine.imported <= edition.fingerprint.stamps:
                raise PressError("a package changed since it was imported; build again")
            try:
                keeper = _Keeper(project, edition, reporter, ended, outcome)
                _run_all(jobs, engine, options.jobs or cores(), check, keeper.take)
            finally:
                durations.note(outcome.runs.values())
        edition.fingerprint.tell_written(project)
    else:
        check(options.opened or Engine("kernel"))  # a kernel engine runs the check in this process
    slugs = [chapter.slug for chapter in edition.chapters]
    outcome.fresh = [slug for slug in slugs if slug in outcome.runs]
    merged = {**cached, **outcome.runs}
    outcome.runs = {slug: merged[slug] for slug in slugs if slug in merged}
    return outcome


def _jobs(
    project: Project,
    edition: Edition,
    options: RunOptions,
    cached: Collection[str],
    durations: Durations,
) -> list[Job]:
    """Return the jobs of chapters that are not cached, longest first."""
    jobs = []
    for chapter in edition.chapters:
        if chapter.slug not in cached:
            values = edition.values[chapter.slug]
            job = job_for(project, chapter, values, edition.fingerprint, options.time_limit)
            jobs.append(job)

    def length(job: Job) -> tuple[float, int]:
        return durations.of(job.chapter), len(job.notebook)

    return sorted(jobs, key=length, reverse=True)


def _run_all(
    jobs: Sequence[Job],
    engine: Engine,
    width: int,
    check: Check,
    take: Callable[[Any], None],
) -> None:
    """Run jobs, `width` at a time.

    Pass on each outcome as soon as it is there and the check has ended.
    """
    with ThreadPoolExecutor(width) as pool:
        try:
            checked = pool.submit(check, engine)
            running = [pool.submit(run_job, job, engine) for job in jobs]
            next(as_they_end([checked])).result()
            for future in as_they_end(running):
                error = future.exception()
                take(error if isinstance(error, ChapterError) else future.result())
        except BaseException:
            processes.stop_all()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@dataclass
class _Keeper:
    """Stores the outcome of each chapter of an edition as it ends."""

    project: Project
    edition: Edition
    reporter: Reporter
    ended: Ended
    outcome: Outcome

    def take(self, done: Run | ChapterError) -> None:
        """Store the outcome of a job."""
        path = failed_notebook(self.project, done.chapter)
        if isinstance(done, ChapterError):
            self.outcome.errors.append(done)
            replace_file(path, done.notebook)
            self._keep_failure(done)
            self.reporter.failed(done.chapter)
            return
        self.edition.fingerprint.check(self.project)
        self.ended(RunCache(self.project.cache).store(done))
        path.unlink(missing_ok=True)
        self.outcome.runs[done.chapter] = done
        self.reporter.done(done.chapter, done.seconds)

    def _keep_failure(self, error: ChapterError) -> None:
        """Let the failure of a cell be told again without a run."""
        [chapter] = [each for each in self.edition.chapters if each.slug == error.chapter]
        values = self.edition.values[error.chapter]
        key = failure_key(chapter, values, self.edition.fingerprint)
        FailureCache(self.project.cache).store(key, error)


def failed_notebook(project: Project, slug: str) -> Path:
    """Return the path of a failed chapter's notebook."""
    return project.failed / f"{slug}.ipynb"


def failure(project: Project, errors: Sequence[ChapterError]) -> PressError:
    """Return one error that names every failed chapter, with its cell and its notebook.

    A message that many share is given once, and so is the folder of many notebooks.
    """
    failed: dict[str, list[str]] = {}
    for error in errors:
        failed.setdefault(str(error).removeprefix(f"{error.chapter}: "), []).append(error.chapter)
    are_many = len(errors) > MANY
    texts = []
    for problem, slugs in failed.items():
        slugs.sort()
        for name in [some_of(slugs, MANY)] if len(slugs) > MANY else slugs:
            place = f"\n    as far as it got: {failed_notebook(project, name)}"
            texts.append(f"{name}: {problem}{'' if are_many else place}")
    notes = [f"as far as they got: {project.failed}"] if are_many else []
    if any(error.is_remembered for error in errors):
        notes.append(not_run_again(f"{project.settings.command} build --force"))
    if len(errors) == 1:
        return PressError("\n    ".join([texts[0], *notes]))
    heading = f"{len(errors)} chapters failed:"
    return PressError("\n".join([heading, *(f"  {text}" for text in [*texts, *notes])]))

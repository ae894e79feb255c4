"""Run the chapters of an edition side by side, each at most once, from the cache where nothing has changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field

from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.errors import PressError, UsageError
from bookpress.files import pretty, replace_file
from bookpress.progress import Reporter
from bookpress.run import processes
from bookpress.run.cache import Run, RunCache, run_key
from bookpress.run.engine import DEFAULT_ENGINE, Engine, check_engine, engine_for
from bookpress.run.executor import cores
from bookpress.run.notebook import ChapterError, Job, job_for, run_job

LONGEST = 1e9
"""Seconds that may be given as a limit: beyond it the clocks of some systems give up."""


@dataclass(frozen=True)
class RunOptions:
    """How chapters are run; none of it changes what comes out."""

    jobs: int | None = None  # chapters at a time; by default one a core
    engine: str = DEFAULT_ENGINE
    force: bool = False  # run even what the cache holds
    time_limit: float | None = None  # seconds a chapter may take; by default its own limit

    def __post_init__(self) -> None:
        if self.jobs is not None and self.jobs < 1:
            raise UsageError(f"jobs is {self.jobs}; allowed: 1 or more")
        check_engine(self.engine)
        if self.time_limit is not None and not 0 < self.time_limit <= LONGEST:
            raise UsageError(f"the time limit is {self.time_limit:g} seconds; allowed: more than 0 to {LONGEST:,.0f}")


@dataclass
class Outcome:
    """What came of the chapters."""

    runs: dict[str, Run] = field(default_factory=dict)  # those that ended well, by slug, in the order of the book
    fresh: list[str] = field(default_factory=list)  # slugs of those that were run now, not taken from the cache
    errors: list[ChapterError] = field(default_factory=list)


class Durations:
    """How long chapters took when they were last run: the longest start first, so that none is left at the end."""

    def __init__(self, project: Project) -> None:
        self._path = project.build / "seconds.json"
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            self._seconds = {chapter: float(seconds) for chapter, seconds in found.items()}
        except (OSError, ValueError, TypeError, AttributeError):  # a damaged file is no more than a lost guess
            self._seconds = {}

    def of(self, chapter: str, otherwise: float = 0.0) -> float:
        """Return the seconds of the last time."""
        return self._seconds.get(chapter, otherwise)

    def expected(self, job: Job) -> tuple[float, int]:
        """Return what to sort by: the seconds of the last time, else the length of the notebook."""
        return self.of(job.chapter), len(job.notebook)

    def note(self, runs: Iterable[Run]) -> None:
        """Keep how long chapters took."""
        self._seconds.update({run.chapter: run.seconds for run in runs})
        with suppress(PressError):  # a build is not lost for want of a guess
            replace_file(self._path, pretty(self._seconds).encode())


def cached_runs(project: Project, edition: Edition) -> dict[str, Run]:
    """Return the runs that the cache holds for an edition, by slug."""
    cache, mark = RunCache(project.cache), edition.fingerprint
    found = {
        chapter.slug: cache.find(run_key(chapter, edition.values[chapter.slug], mark)) for chapter in edition.chapters
    }
    return {slug: run for slug, run in found.items() if run is not None}


def run_chapters(
    project: Project,
    edition: Edition,
    options: RunOptions | None = None,
    reporter: Reporter | None = None,
    engine: Engine | None = None,
) -> Outcome:
    """Run the chapters of an edition; one that fails does not keep the others from running.

    By default an engine is opened when a chapter has to be run.
    """
    options, reporter = options or RunOptions(), reporter or Reporter()
    known = {} if options.force else cached_runs(project, edition)
    reporter.begin(len(edition.chapters))
    for slug in known:
        reporter.done(slug, None)
        (project.failed / f"{slug}.ipynb").unlink(missing_ok=True)
    todo = [chapter for chapter in edition.chapters if chapter.slug not in known]
    jobs = [
        job_for(project, chapter, edition.values[chapter.slug], edition.fingerprint, options.time_limit)
        for chapter in todo
    ]
    jobs.sort(key=Durations(project).expected, reverse=True)
    outcome = Outcome()
    if jobs:
        with processes.session():
            engine = engine or engine_for(project, options.engine)
            _run_all(project, edition, jobs, engine, options.jobs or cores(), reporter, outcome)
    outcome.fresh = [chapter.slug for chapter in todo if chapter.slug in outcome.runs]
    merged = {**known, **outcome.runs}
    outcome.runs = {chapter.slug: merged[chapter.slug] for chapter in edition.chapters if chapter.slug in merged}
    return outcome


def _run_all(
    project: Project,
    edition: Edition,
    jobs: Sequence[Job],
    engine: Engine,
    width: int,
    reporter: Reporter,
    outcome: Outcome,
) -> None:
    """Run jobs, so many at a time, and keep each result as soon as it is there."""
    cache, durations = RunCache(project.cache), Durations(project)
    with ThreadPoolExecutor(width) as pool:
        waiting: set[Future[Run]] = {pool.submit(run_job, job, engine) for job in jobs}
        try:
            while waiting:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in finished:
                    _take(project, edition, future, cache, engine, reporter, outcome)
        except BaseException:
            processes.stop_all()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        finally:
            durations.note(outcome.runs.values())


def _take(
    project: Project,
    edition: Edition,
    future: Future[Run],
    cache: RunCache,
    engine: Engine,
    reporter: Reporter,
    outcome: Outcome,
) -> None:
    """Take the result of one job."""
    try:
        run = future.result()
    except ChapterError as error:
        outcome.errors.append(error)
        replace_file(project.failed / f"{error.chapter}.ipynb", error.notebook)
        reporter.failed(error.chapter)
        return
    edition.fingerprint.check(project)
    engine.check()
    cache.store(run)
    (project.failed / f"{run.chapter}.ipynb").unlink(missing_ok=True)
    outcome.runs[run.chapter] = run
    reporter.done(run.chapter, run.seconds)


def failure(project: Project, errors: Sequence[ChapterError]) -> PressError:
    """Return one error that names every chapter that failed, its cell, and where its notebook is kept."""
    kept = [f"{error}\n    as far as it got: {project.failed / error.chapter}.ipynb" for error in errors]
    if len(kept) == 1:
        return PressError(kept[0])
    return PressError(f"{len(kept)} chapters failed:\n" + "\n".join(f"  {text}" for text in kept))

"""Run the chapters of an edition side by side, each at most once, from the cache where nothing has changed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from compute_divide.press import running
from compute_divide.press.cache import Run, RunCache, run_key
from compute_divide.press.editions import Edition
from compute_divide.press.errors import PressError, UsageError
from compute_divide.press.execution import (
    DEFAULT_ENGINE,
    ChapterError,
    Engine,
    Job,
    imported_modules,
    job_for,
    open_engine,
    run_job,
)
from compute_divide.press.executor import cores
from compute_divide.press.files import replace_file, tree
from compute_divide.press.progress import Reporter, Silent
from compute_divide.press.project import Project


@dataclass(frozen=True)
class RunOptions:
    """How chapters are run; none of it changes what comes out.

    Parameters
    ----------
    jobs : int or None
        Chapters at a time; by default one a core.
    engine : str
        ``"forked"`` or ``"kernel"``.
    force : bool
        Run even what the cache holds.
    time_limit : float or None
        Seconds a chapter may take; by default its own limit.
    """

    jobs: int | None = None
    engine: str = DEFAULT_ENGINE
    force: bool = False
    time_limit: float | None = None

    def __post_init__(self) -> None:
        if self.jobs is not None and self.jobs < 1:
            raise UsageError(f"jobs is {self.jobs}; allowed: 1 or more")
        if self.time_limit is not None and self.time_limit <= 0:
            raise UsageError(f"the time limit is {self.time_limit:g} seconds; allowed: more than 0")


@dataclass
class Outcome:
    """What came of the chapters.

    Parameters
    ----------
    runs : dict
        The run of each chapter that ended well, by slug, in the order of the book.
    fresh : list of str
        Slugs of those that were run now, not taken from the cache.
    errors : list of ChapterError
        Those that failed.
    """

    runs: dict[str, Run] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    errors: list[ChapterError] = field(default_factory=list)


def cached_runs(project: Project, edition: Edition) -> dict[str, Run]:
    """Return the runs that the cache holds for an edition, by slug."""
    cache, mark = RunCache(project.cache), edition.fingerprint
    found = {
        chapter.slug: cache.find(run_key(chapter, edition.values[chapter.slug], mark), mark.evidence)
        for chapter in edition.chapters
    }
    return {slug: run for slug, run in found.items() if run is not None}


def run_chapters(
    project: Project, edition: Edition, options: RunOptions | None = None, reporter: Reporter | None = None
) -> Outcome:
    """Run the chapters of an edition; one that fails does not keep the others from running.

    Parameters
    ----------
    project : Project
        The book.
    edition : Edition
        Values, checked.
    options : RunOptions, optional
        How to run.
    reporter : Reporter, optional
        Told how it goes.
    """
    options, reporter = options or RunOptions(), reporter or Silent()
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
    outcome = Outcome()
    if jobs:
        with running.session(), open_engine(options.engine, imported_modules(todo)) as engine:
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
    cache = RunCache(project.cache)
    with ThreadPoolExecutor(width) as pool:
        waiting: set[Future[Run]] = {pool.submit(run_job, job, engine) for job in jobs}
        try:
            while waiting:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in finished:
                    _take(project, edition, future, cache, reporter, outcome)
        except BaseException:
            running.stop_all()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _take(
    project: Project, edition: Edition, future: Future[Run], cache: RunCache, reporter: Reporter, outcome: Outcome
) -> None:
    """Take the result of one job."""
    try:
        run = future.result()
    except ChapterError as error:
        outcome.errors.append(error)
        replace_file(project.failed / f"{error.chapter}.ipynb", error.notebook)
        reporter.failed(error.chapter)
        return
    if tree(project.package) != edition.fingerprint.package:
        raise PressError("the package changed while chapters were running; build again: what is done is kept")
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


def clear_failed(project: Project) -> None:
    """Remove the notebooks of chapters that failed."""
    shutil.rmtree(project.failed, ignore_errors=True)

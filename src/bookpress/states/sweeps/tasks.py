"""Running chapters with other values: one run, or many at once, here or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bookpress.assembly.published import FAILED, MADE_FROM, made_from
from bookpress.book.chapters import Chapter, named_chapters
from bookpress.book.project import Project
from bookpress.chapter.types.allowed import Value
from bookpress.edition.assignments import Assignment
from bookpress.edition.editions import Edition, edition_values
from bookpress.edition.fingerprint import Fingerprint
from bookpress.errors import PressError, with_noun
from bookpress.files import replace_file
from bookpress.run import processes
from bookpress.run.cache import Run, RunCache, run_key
from bookpress.run.engine import engine_for
from bookpress.run.executor import as_they_end, cores, executor
from bookpress.run.failures import ChapterError, FailureCache, failure_key, not_run_again
from bookpress.run.job import Job, job_for, run_job
from bookpress.run.runner import Durations, RunOptions, failure, run_chapters
from bookpress.run.worker import WorkerSettings, run_elsewhere, versions
from bookpress.terminal.messages import note


def run_one(
    project: Project, chapter: Chapter, values: Mapping[str, Value], how: RunOptions
) -> tuple[Run, bool]:
    """Run a chapter with a value for each of its parameters.

    Return the run and whether it is fresh.
    """
    fingerprint = Fingerprint.of(project)
    slug = chapter.slug
    edition = Edition("", (chapter,), {slug: values}, fingerprint=fingerprint)
    outcome = run_chapters(project, edition, how)
    if outcome.errors:
        raise failure(project, outcome.errors)
    if outcome.fresh:
        _forget_failure(project, slug)
    return outcome.runs[slug], bool(outcome.fresh)


def _forget_failure(project: Project, slug: str) -> None:
    """Let the next build make an edition anew in which a chapter failed that has now run."""
    for name in project.built:
        folder = project.editions / name
        if slug in (made_from(folder).get(FAILED) or {}).get("messages", {}):
            (folder / MADE_FROM).unlink(missing_ok=True)


def values_of(
    project: Project,
    book: Sequence[Chapter],
    slug: str,
    options: Sequence[str | Assignment],
    base: str,
) -> tuple[Chapter, dict[str, Value]]:
    """Return a chapter of a read book, and the values of its parameters.

    Options override the edition `base`, which overrides the chapter's own values.
    """
    [chapter] = named_chapters(book, [slug])
    _, _, values = edition_values(project, book, base, options, [slug])
    return chapter, dict(values[slug])


@dataclass(frozen=True)
class Task:
    """A run to do: a chapter, the values of all its parameters, and a label for messages."""

    chapter: Chapter
    values: Mapping[str, Value]
    label: str


def to_run(
    project: Project, tasks: Sequence[Task], fingerprint: Fingerprint, *, force: bool
) -> list[Task]:
    """Return the tasks that have yet to run: neither did they, nor did they fail as they are."""
    if force:
        return [*tasks]
    cache = RunCache(project.cache)
    keys = [run_key(task.chapter, task.values, fingerprint) for task in tasks]
    done = {place for place, key in enumerate(keys) if cache.holds(key)}
    done |= {*_cached_failures(project, tasks, fingerprint)}
    return [task for place, task in enumerate(tasks) if place not in done]


def expected(
    project: Project,
    tasks: Sequence[Task],
    fingerprint: Fingerprint,
    options: RunOptions,
    noun: str,
) -> tuple[int, str]:
    """Return how many tasks have yet to run, and in words how long that takes."""
    missing = to_run(project, tasks, fingerprint, force=options.force)
    durations = Durations(project)
    slugs = {task.chapter.slug for task in tasks}
    work = sum(durations.of(task.chapter.slug, 1.0) for task in missing)
    took = about(work / (options.jobs or cores()))
    why = " (as long as chapters took last time)" if all(map(durations.of, slugs)) else ""
    many = f"{with_noun(len(tasks), noun)}, {len(missing):,} of them to be run"
    return len(missing), f"{many}: {took}{why}"


def about(seconds: float) -> str:
    """Return in words about how long something takes."""
    whole = max(1, round(seconds))
    if whole < 120:
        return f"about {with_noun(whole, 'second')}"
    return f"about {with_noun(round(whole / 60), 'minute')}"


def run_all(
    project: Project,
    tasks: Sequence[Task],
    fingerprint: Fingerprint,
    options: RunOptions,
) -> tuple[dict[int, Run], int, dict[int, str]]:
    """Run tasks that are not cached; if one fails, the others still run.

    Those that failed before as they are now are run again only if forced. Return the runs by the
    positions of their tasks, how many ran now, and the errors by position.
    """
    cache = RunCache(project.cache)
    reporter = options.reporter
    reporter.begin(len(tasks))
    jobs = [
        job_for(project, task.chapter, task.values, fingerprint, options.time_limit)
        for task in tasks
    ]
    runs = {} if options.force else _cached_runs(cache, jobs)
    before = {} if options.force else _cached_failures(project, tasks, fingerprint)
    errors = {
        place: _error_words(project, jobs[place], error)
        for place, error in before.items()
        if place not in runs
    }
    if errors:
        note(not_run_again("--force"))
    done = {*runs, *errors}
    for place in done:
        reporter.done(tasks[place].label, None)
    missing = {place: job for place, job in enumerate(jobs) if place not in done}
    fresh = 0
    for place, outcome in _spread(project, missing, options, fingerprint):
        task = tasks[place]
        if isinstance(outcome, Run):
            if options.scheduler is None:  # otherwise the worker has checked
                fingerprint.check(project)
            cache.store(outcome)
            _failed_notebook(project, jobs[place]).unlink(missing_ok=True)
            runs[place] = outcome
            fresh += 1
            reporter.done(task.label, outcome.seconds)
        else:
            if isinstance(outcome, ChapterError):
                key = failure_key(task.chapter, task.values, fingerprint)
                FailureCache(project.cache).store(key, outcome)
            errors[place] = _error_words(project, jobs[place], outcome)
            reporter.failed(task.label)
    return runs, fresh, errors


def _cached_runs(cache: RunCache, jobs: Iterable[Job]) -> dict[int, Run]:
    """Return the cached runs, by the positions of their jobs."""
    runs = {}
    for place, job in enumerate(jobs):
        run = cache.find(job.key)
        if run:
            runs[place] = run
    return runs


def _cached_failures(
    project: Project, tasks: Iterable[Task], fingerprint: Fingerprint
) -> dict[int, ChapterError]:
    """Return the cached failures, by the positions of their tasks."""
    cache = FailureCache(project.cache)
    failures = {}
    for place, task in enumerate(tasks):
        error = cache.find(failure_key(task.chapter, task.values, fingerprint))
        if error:
            failures[place] = error
    return failures


def _failed_notebook(project: Project, job: Job) -> Path:
    """Return the path of the notebook of a run with these values, should it fail."""
    return project.failed / f"{job.chapter}-{job.key[:12]}.ipynb"


def _error_words(project: Project, job: Job, error: Exception) -> str:
    """Return an error in words; a failed chapter's notebook is kept as far as it ran."""
    if not isinstance(error, ChapterError):
        return str(error)
    notebook = _failed_notebook(project, job)
    replace_file(notebook, error.notebook)
    return f"{error}\n    as far as it got: {notebook}"


def raise_failed(
    tasks: Sequence[Task], errors: Mapping[int, str], noun: str, what: str = "failed"
) -> None:
    """Raise one error that names every failed task, if any; `noun` is what a task is."""
    if not errors:
        return
    lines = [f"  {tasks[place].label}: {error}" for place, error in sorted(errors.items())]
    heading = f"{len(lines)} of {with_noun(len(tasks), noun)} {what}:"
    raise PressError("\n".join([heading, *lines]))


def _spread(
    project: Project,
    jobs: Mapping[int, Job],
    options: RunOptions,
    fingerprint: Fingerprint,
) -> Iterator[tuple[int, Run | Exception]]:
    """Run jobs here or on a cluster.

    Yield each position with its run, or with the error, as it ends.
    """
    if not jobs:
        return
    with ExitStack() as stack:
        work: Callable[[Job], Run | ChapterError]
        if options.scheduler is None:
            stack.enter_context(processes.session())
            pool: Executor = stack.enter_context(ThreadPoolExecutor(options.jobs or cores()))
            work = partial(run_job, engine=engine_for(project, options.engine))
        else:
            pool = stack.enter_context(executor(scheduler=options.scheduler))
            order = WorkerSettings(options.engine, project, fingerprint.id, versions())
            work = partial(run_elsewhere, order=order)
        waiting = {pool.submit(work, job): place for place, job in jobs.items()}
        try:
            for future in as_they_end(waiting):
                yield waiting[future], _outcome(future)
        except BaseException:
            processes.stop_all()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _outcome(future: Future[Run | ChapterError]) -> Run | Exception:
    try:
        return future.result()
    except (BrokenExecutor, CancelledError) as error:
        why = "the workers ended before the work did (out of memory? the scheduler gone?)"
        raise PressError(f"{why}; run the same again: what is done is kept") from error
    except Exception as error:
        is_of_press = isinstance(error, PressError) and not isinstance(error, ChapterError)
        if is_of_press:
            raise
        return error  # clusters raise other errors, such as that this task killed a worker

"""Chapters under other values: one run, many at once, here or on a cluster, and sweeps.

A sweep is of every combination of values. Every finished run goes to the cache of runs at once:
what was stopped goes on where it was, and what a build has already run is not run again.
"""

from __future__ import annotations

import itertools
import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from rich.table import Table

from bookpress.book.chapters import Chapter, choose, discover
from bookpress.book.project import Project
from bookpress.chapter import number_formats as numbers
from bookpress.chapter.estimates import read_estimate
from bookpress.chapter.parameters import (
    Parameter,
    Value,
    as_text,
    chapter_schema,
    describe,
)
from bookpress.chapter.types.ranges import spread, takes_ranges
from bookpress.edition.assignments import (
    Assignment,
    beside,
    grid_option,
    hits_of,
    notes_on,
    parse_assignments,
    present_grid,
)
from bookpress.edition.editions import DEFAULT, Edition, Fingerprint, edition_values
from bookpress.edition.statements import statements_of
from bookpress.errors import PressError, UsageError, collecting, nearest
from bookpress.files import (
    as_mapping,
    canonical,
    check_writable,
    harmless,
    read,
    replace_file,
    sha256,
)
from bookpress.progress import Reporter, folding_table, note, standard_output
from bookpress.run import processes
from bookpress.run.cache import Run, RunCache, run_key
from bookpress.run.engine import Engine, engine_for
from bookpress.run.executor import as_they_end, cores, executor
from bookpress.run.notebook import ChapterError, Job, job_for, run_job
from bookpress.run.runner import Durations, RunOptions, failure, run_chapters
from bookpress.run.worker import Order, run_elsewhere, versions


def run_one(
    project: Project,
    slug: str,
    options: Sequence[str],
    base: str,
    how: RunOptions,
    engine: Engine | None = None,
) -> tuple[Run, bool]:
    """Run a chapter with an edition's values and those of ``NAME=VALUE``.

    Return the run and whether it is fresh.
    """
    chapter, values = values_of(project, slug, options, base)
    fingerprint = Fingerprint.of(project)
    edition = Edition("", (chapter,), {slug: values}, fingerprint=fingerprint)
    outcome = run_chapters(project, edition, how, engine=engine)
    if outcome.errors:
        raise failure(project, outcome.errors)
    return outcome.runs[slug], bool(outcome.fresh)


def values_of(
    project: Project, slug: str, options: Sequence[str], base: str
) -> tuple[Chapter, dict[str, Value]]:
    """Return a chapter and the value of each of its parameters.

    Its own, else the edition's, else the command line's.
    """
    book = discover(project)
    [chapter] = choose(book, [slug])
    _, _, values = edition_values(project, book, base, options, [slug])
    return chapter, dict(values[slug])


@dataclass(frozen=True)
class Task:
    """A run that is wanted.

    A chapter, the values of all its parameters, and how messages name it.
    """

    chapter: Chapter
    values: Mapping[str, Value]
    label: str


def expected(
    project: Project,
    tasks: Sequence[Task],
    mark: Fingerprint,
    options: RunOptions,
    what: str,
) -> tuple[int, str]:
    """Return how many tasks are still to be run, and in words how long that takes."""
    missing = list(tasks)
    if not options.force:
        cache = RunCache(project.cache)
        missing = [
            task for task in tasks if not cache.holds(run_key(task.chapter, task.values, mark))
        ]
    durations = Durations(project)
    work = sum(durations.of(task.chapter.slug, 1.0) for task in missing)
    workers = options.jobs or cores()
    seconds = max(1, round(work / workers))
    took = f"{seconds:,} seconds" if seconds < 120 else f"{seconds / 60:,.0f} minutes"
    many = f"{len(tasks):,} {what}, {len(missing):,} of them to be run"
    return len(missing), f"{many}: about {took} (as long as chapters took last time)"


def run_all(
    project: Project,
    tasks: Sequence[Task],
    mark: Fingerprint,
    options: RunOptions,
    reporter: Reporter,
    scheduler: str | None = None,
) -> tuple[dict[int, Run], int, dict[int, str]]:
    """Run what the cache does not hold; one that fails does not keep the others from running.

    Return the runs by the places of their tasks, how many of them were run now, and by place what
    went wrong.
    """
    cache = RunCache(project.cache)
    reporter.begin(len(tasks))
    jobs = [job_for(project, task.chapter, task.values, mark, options.time_limit) for task in tasks]
    runs = {} if options.force else _cached_runs(cache, jobs)
    for place in runs:
        reporter.done(tasks[place].label, None)
    missing = {place: job for place, job in enumerate(jobs) if place not in runs}
    errors: dict[int, str] = {}
    for place, outcome in _spread(project, missing, options, mark, scheduler):
        label = tasks[place].label
        job = jobs[place]
        failed_notebook = project.failed / f"{job.chapter}-{job.key[:12]}.ipynb"
        if isinstance(outcome, Run):
            if scheduler is None:  # else the worker has looked
                mark.check(project)
            cache.store(outcome)
            failed_notebook.unlink(missing_ok=True)
            runs[place] = outcome
            reporter.done(label, outcome.seconds)
        else:
            errors[place] = _error_words(outcome, failed_notebook)
            reporter.failed(label)
    return runs, len(missing) - len(errors), errors


def _cached_runs(cache: RunCache, jobs: Iterable[Job]) -> dict[int, Run]:
    """Return the runs that the cache holds, by the places of their jobs."""
    runs = {}
    for place, job in enumerate(jobs):
        run = cache.find(job.key)
        if run:
            runs[place] = run
    return runs


def _error_words(error: Exception, notebook: Path) -> str:
    """Return what went wrong; the notebook of a chapter that failed is kept as far as it got."""
    if not isinstance(error, ChapterError):
        return str(error)
    replace_file(notebook, error.notebook)
    return f"{error}\n    as far as it got: {notebook}"


def raise_failed(tasks: Sequence[Task], errors: Mapping[int, str], what: str) -> None:
    """Raise one error that names every task that failed, if any did."""
    if not errors:
        return
    lines = [f"  {tasks[place].label}: {error}" for place, error in sorted(errors.items())]
    heading = f"{len(lines)} of {len(tasks)} {what}:"
    raise PressError("\n".join([heading, *lines]))


def _spread(
    project: Project,
    jobs: Mapping[int, Job],
    options: RunOptions,
    mark: Fingerprint,
    scheduler: str | None,
) -> Iterator[tuple[int, Run | Exception]]:
    """Run jobs here or on a cluster.

    Yield each place with its run, or with what went wrong, as it ends.
    """
    if not jobs:
        return
    with ExitStack() as stack:
        work: Callable[[Job], Run | ChapterError]
        if scheduler is None:
            stack.enter_context(processes.session())
            pool: Executor = stack.enter_context(ThreadPoolExecutor(options.jobs or cores()))
            work = partial(run_job, engine=engine_for(project, options.engine))
        else:
            pool = stack.enter_context(executor(scheduler=scheduler))
            order = Order(options.engine, project, mark.id, versions())
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
        if isinstance(error, PressError) and not isinstance(error, ChapterError):
            raise
        return error  # a cluster has errors of its own, such as a worker that died of this task


RESULT_COLUMNS = ("key", "value", "low", "high", "k", "n", "unit", "label")


@dataclass(frozen=True)
class Plan:
    """A sweep in order.

    Every combination of parameters of a chapter, as values of all (`sets`), from `usual` ones.
    """

    chapter: Chapter
    usual: Mapping[str, Value]
    varied: list[str]
    sets: list[dict[str, Value]]
    command: str

    @cached_property
    def tasks(self) -> list[Task]:
        """The runs, each named in one line: ``year=2010 side=left``."""
        tasks = []
        for values in self.sets:
            label = " ".join(f"{name}={values[name]}" for name in self.varied)
            tasks.append(Task(self.chapter, values, label))
        return tasks


@dataclass(frozen=True)
class Sweep:
    """A sweep that has ended: runs and errors by their place in the plan; `fresh` were run now."""

    plan: Plan
    folder: Path
    runs: dict[int, Run]
    fresh: int
    errors: dict[int, str]

    @property
    def tables(self) -> list[Path]:
        """The table of results, as Parquet and as CSV."""
        return [self.folder / "results.parquet", self.folder / "results.csv"]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each result of each combination.

        The values varied, lists as JSON, then the result.
        """
        return self._rows(lambda run: run.results)

    @cached_property
    def statement_rows(self) -> list[dict[str, Any]]:
        """A row for each statement, and the reason.

        Its value is 1 where it holds, 0 where it does not, None where it is unknown.
        """
        return self._rows(_statement_results)

    def _rows(
        self, results_in: Callable[[Run], Mapping[str, Mapping[str, Any]]]
    ) -> list[dict[str, Any]]:
        rows = []
        for place, run in sorted(self.runs.items()):
            values = self.plan.sets[place]
            varied = {name: _cell(values[name]) for name in self.plan.varied}
            for key, result in results_in(run).items():
                columns = {column: result.get(column) for column in RESULT_COLUMNS[1:]}
                rows.append({"run": place + 1, **varied, "key": key, **columns})
        return rows

    @cached_property
    def statements(self) -> list[dict[str, Any]]:
        """How often each statement stands.

        Its key, the runs in which it holds, does not and is unknown, and the share of the first.
        """
        values_by_key: dict[str, list[float | None]] = {}
        for row in self.statement_rows:
            values_by_key.setdefault(row["key"], []).append(row["value"])
        return [_counted(key, values) for key, values in values_by_key.items()]

    @property
    def keys(self) -> list[str]:
        """The results that have a value, in the order they were recorded."""
        keys = [row["key"] for row in self.rows if row["value"] is not None]
        return list(dict.fromkeys(keys))


def _statement_results(run: Run) -> dict[str, dict[str, Any]]:
    """Return the statements of a run in the shape of results."""
    results = {}
    for key, statement in statements_of(run).items():
        value = None if statement.holds is None else float(statement.holds)
        results[key] = {"value": value, "unit": "statement", "label": statement.because}
    return results


def _cell(value: Value) -> Value:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _counted(key: str, values: list[float | None]) -> dict[str, Any]:
    holds = values.count(1.0)
    return {
        "key": key,
        "holds": holds,
        "does_not": values.count(0.0),
        "unknown": values.count(None),
        "share": holds / len(values),
    }


def read_grid(options: Iterable[str], path: Path | None = None) -> dict[str, list[Any]]:
    """Return the grid of ``-g NAME=V1,V2``, and of a file of lists of values by name.

    With ``-g`` a JSON list where a value holds a comma.
    """
    grid = {} if path is None else _grid_file(path)
    asked, problems = parse_assignments(options, "-g", several=True)
    for assignment in asked:
        if assignment.label in grid:
            problems.append(f"{assignment.label} is varied with -g and in {path}: choose one")
    if problems:
        raise UsageError(*problems)
    return {**grid, **{assignment.label: assignment.value for assignment in asked}}


def _grid_file(path: Path) -> dict[str, list[Any]]:
    if not path.is_file():
        raise UsageError(f"no grid file {path}")
    content = as_mapping(read(path), str(path), "names with lists")
    grid: dict[str, list[Any]] = {str(name): values for name, values in content.items()}
    if not all(isinstance(values, list) for values in grid.values()):
        example = "`year: [2010, 2020]`"
        raise UsageError(f"{path}: a grid holds names with lists of values, such as {example}")
    return grid


def plan_sweep(
    project: Project,
    slug: str,
    grid: Mapping[str, Sequence[Any]],
    options: Sequence[str] = (),
    base: str = DEFAULT,
) -> Plan:
    """Return a sweep that is in order, or raise one error with all that is wrong with it.

    Nothing is run yet.
    """
    [chapter] = choose(discover(project), [slug])
    assignments, _ = parse_assignments(options)
    asked = {assignment.name for assignment in assignments}
    problems: list[str] = []
    usual = {parameter.name: parameter.default for parameter in chapter.parameters}
    with collecting(problems):
        _, usual = values_of(project, slug, options, base)
    both = sorted(asked & set(grid))
    problems += [f"{name} is set with -p and varied with -g: choose one" for name in both]
    named = [Assignment(None, name, None) for name in dict.fromkeys([*sorted(asked), *grid])]
    if not problems:
        hits = [(assignment, hits_of(assignment, [chapter])) for assignment in named]
        problems += beside(hits)
    varied = present_grid(chapter, grid, usual)
    sets = combinations(chapter, varied, usual, problems)
    varied_names = [assignment for assignment in named if assignment.name in grid]
    for words in notes_on(varied_names, [chapter]):
        note(words)
    grid_words = [grid_option(name, [values[name] for values in sets]) for name in varied]
    flags = _flags(chapter, varied, options, base)
    command = " ".join([project.settings.command, "sweep", slug, *grid_words, *flags])
    return Plan(chapter, usual, list(varied), sets, command)


def _flags(chapter: Chapter, varied: Iterable[str], options: Iterable[str], base: str) -> list[str]:
    """Return the options of the command of a sweep besides its grid, as a shell takes them.

    What sets one end of a period is in every value, where the other end is varied.
    """
    varied = set(varied)
    others = [text for text in options if varied.isdisjoint(_reached(text, chapter))]
    flags = [shlex.join(("-p", text)) for text in others]
    if base != DEFAULT:
        flags.append(shlex.join(("--edition", base)))
    return flags


def _reached(text: str, chapter: Chapter) -> list[str]:
    """Return the parameters of a chapter that an option sets, by their present names."""
    assignments, _ = parse_assignments([text])
    hits = [hit for assignment in assignments for hit in hits_of(assignment, [chapter])]
    return [hit.parameter.name for hit in hits]


def combinations(
    chapter: Chapter,
    grid: Mapping[str, Sequence[Any]],
    usual: Mapping[str, Value],
    problems: list[str],
) -> list[dict[str, Value]]:
    """Return every combination of a grid, in the order of the grid.

    Each as complete values of a chapter.
    """
    known = {parameter.name: parameter for parameter in chapter.parameters}
    if not grid:
        problems.append("nothing to vary: give a grid, such as -g year=2010,2020")
    for name in grid:
        if name not in known:
            hint = nearest(name, [*known])
            problems.append(f"chapter {chapter.slug} has no parameter {name!r}{hint}")
    tried = [
        _checked(known[name], values, problems) for name, values in grid.items() if name in known
    ]
    sets = []
    for chosen in itertools.product(*tried):
        varied = dict(zip(grid, chosen, strict=False))
        sets.append({**usual, **varied})
    if problems:
        raise UsageError(*problems)
    return sets


def _in_ranges(parameter: Parameter, values: Iterable[Any], problems: list[str]) -> Iterator[Any]:
    """Yield the values to try, of a range of numbers each."""
    for value in values:
        if not isinstance(value, str) or not takes_ranges(parameter.schema):
            yield value
            continue
        try:
            yield from spread(value)
        except ValueError as error:
            problems.append(f"{parameter.name}: {error}")


def _checked(parameter: Parameter, values: Sequence[Any], problems: list[str]) -> list[Value]:
    good: list[Value] = []
    if not values:
        problems.append(f"{parameter.name}: no value to try")
    for text in _in_ranges(parameter, values, problems):
        try:
            value = parameter.parse(text) if isinstance(text, str) else parameter.check(text)
        except ValueError as error:
            problems.append(f"{parameter.name}: {error}")
        else:
            if value not in good:
                good.append(value)
    return good


def check_folder(out: Path | None) -> None:
    """Raise where a sweep would write into a folder that is not its own."""
    if out is None or not out.is_dir():
        return
    names = {path.name for path in out.iterdir()}
    is_own = names >= {"index.html", "results.csv", "results.parquet"}
    if names and not is_own:
        foreign = f"{out} holds {min(names)!r} and is no folder of a sweep"
        raise UsageError(f"{foreign}; give --out a folder of its own")


def run_sweep(
    project: Project,
    plan: Plan,
    options: RunOptions,
    reporter: Reporter,
    scheduler: str | None = None,
    out: Path | None = None,
) -> Sweep:
    """Run every combination of a plan; one that fails does not keep the others from running."""
    if out is not None:
        check_writable(out)
    fingerprint = Fingerprint.of(project)
    runs, fresh, errors = run_all(project, plan.tasks, fingerprint, options, reporter, scheduler)
    digest = sha256(canonical(plan.sets).encode())
    folder = out or project.build / "sweeps" / f"{plan.chapter.slug}-{digest[:8]}"
    return Sweep(plan, folder, runs, fresh, errors)


def write_table(sweep: Sweep) -> None:
    """Write the table of a sweep as Parquet and CSV; statements come last.

    The columns are the run, the values varied, and `RESULT_COLUMNS`.
    """
    import pandas as pd

    rows = [*sweep.rows, *sweep.statement_rows]
    frame = pd.DataFrame(rows, columns=["run", *sweep.plan.varied, *RESULT_COLUMNS])
    types = {"value": "float64", "low": "float64", "high": "float64", "k": "Int64", "n": "Int64"}
    frame = frame.astype(types)
    text = frame.astype(object).map(harmless).to_csv(index=False, lineterminator="\n")
    parquet, csv = sweep.tables
    replace_file(parquet, frame.to_parquet(index=False))
    replace_file(csv, text.encode())


def print_results(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Print results as a table on standard output."""
    table = folding_table("result", "value", "interval", "counts", "what it is")
    for recorded in results.values():
        for key, entry in recorded.items():
            result = read_estimate(entry)
            value = numbers.write(result, "precise")
            interval = numbers.interval(result, extra=1) if result.low is not None else ""
            counts = numbers.counts(result) if result.n is not None else ""
            table.add_row(key, value, interval, counts, result.label)
    standard_output().print(table)


def parameter_schemas(project: Project, slug: str | None = None) -> dict[str, Any]:
    """Return a JSON Schema for each chapter, or for one."""
    chapters = _chosen(project, slug)
    return {chapter.slug: chapter_schema(chapter.parameters) for chapter in chapters}


def print_parameters(project: Project, slug: str | None = None) -> None:
    """Print the parameters of each chapter, or of one, as tables on standard output."""
    console = standard_output()
    for chapter in _chosen(project, slug):
        if chapter.parameters:
            console.print(_parameter_table(chapter), highlight=False)
        else:
            console.print(f"{chapter.slug} has no parameters.", highlight=False)
        console.print()


def _parameter_table(chapter: Chapter) -> Table:
    table = folding_table("name", "default", "allowed", "unit", "meaning", title=chapter.slug)
    for row in describe(chapter.parameters):
        default = as_text(row["default"])
        table.add_row(row["name"], default, row["allowed"], row["unit"], row["help"])
    return table


def _chosen(project: Project, slug: str | None) -> list[Chapter]:
    chapters = discover(project)
    return choose(chapters, [slug]) if slug is not None else chapters

"""Chapters under other values: one run, many at once, here or on a cluster, and sweeps, of every combination of values.

Every finished run goes to the cache of runs at once: what was stopped goes on where it was, and what a build has
already run is not run again.
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

from bookpress.book.assignments import (
    Assignment,
    beside,
    grid_option,
    hits_of,
    notes_on,
    parse_assignments,
    present_grid,
)
from bookpress.book.chapters import Chapter, choose, discover
from bookpress.book.editions import DEFAULT, Edition, Fingerprint, edition_values
from bookpress.book.project import Project
from bookpress.build.statements import statements_of
from bookpress.chapter import number_formats as numbers
from bookpress.chapter.estimates import read_estimate
from bookpress.chapter.parameters import (
    Parameter,
    Value,
    as_text,
    chapter_schema,
    describe,
    range_problems,
)
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
    """Run a chapter with an edition's values and those of ``NAME=VALUE``; return the run and whether it is fresh."""
    chapter, values = values_of(project, slug, options, base)
    edition = Edition("", (chapter,), {slug: values}, fingerprint=Fingerprint.of(project))
    outcome = run_chapters(project, edition, how, engine=engine)
    if outcome.errors:
        raise failure(project, outcome.errors)
    return outcome.runs[slug], bool(outcome.fresh)


def values_of(
    project: Project, slug: str, options: Sequence[str], base: str
) -> tuple[Chapter, dict[str, Value]]:
    """Return a chapter and the value of each of its parameters: its own, the edition's, the command line's."""
    book = discover(project)
    [chapter] = choose(book, [slug])
    return chapter, dict(edition_values(project, book, base, options, [slug])[2][slug])


@dataclass(frozen=True)
class Task:
    """A run that is wanted: a chapter, the values of all its parameters, and how messages name it."""

    chapter: Chapter
    values: Mapping[str, Value]
    label: str


def expected(
    project: Project,
    tasks: Sequence[Task],
    mark: Fingerprint,
    options: RunOptions,
    what: str,
    more: float = 0.0,
) -> tuple[int, str]:
    """Return how many tasks are still to be run, and in words how long that takes; `more` seconds go to each."""
    cache, durations = RunCache(project.cache), Durations(project)
    missing = [
        one
        for one in tasks
        if options.force or not cache.holds(run_key(one.chapter, one.values, mark))
    ]
    work = sum(durations.of(one.chapter.slug, 1.0) for one in missing) + more * len(tasks)
    seconds = max(1, round(work / (options.jobs or cores())))
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

    Return the runs by the places of their tasks, how many of them were run now, and by place what went wrong.
    """
    cache, errors = RunCache(project.cache), dict[int, str]()
    reporter.begin(len(tasks))
    jobs = [job_for(project, one.chapter, one.values, mark, options.time_limit) for one in tasks]
    runs = (
        {}
        if options.force
        else {place: run for place, job in enumerate(jobs) if (run := cache.find(job.key))}
    )
    for place in runs:
        reporter.done(tasks[place].label, None)
    missing = {place: job for place, job in enumerate(jobs) if place not in runs}
    for place, came in _spread(project, missing, options, mark, scheduler):
        kept = project.failed / f"{jobs[place].chapter}-{jobs[place].key[:12]}.ipynb"
        if isinstance(came, Run):
            if scheduler is None:  # else the worker has looked
                mark.check(project)
            cache.store(came)
            kept.unlink(missing_ok=True)
            runs[place] = came
            reporter.done(tasks[place].label, came.seconds)
            continue
        errors[place] = str(came)
        if isinstance(came, ChapterError):
            replace_file(kept, came.notebook)
            errors[place] += f"\n    as far as it got: {kept}"
        reporter.failed(tasks[place].label)
    return runs, len(missing) - len(errors), errors


def raise_failed(tasks: Sequence[Task], errors: Mapping[int, str], what: str) -> None:
    """Raise one error that names every task that failed, if any did."""
    if errors:
        lines = [f"  {tasks[place].label}: {error}" for place, error in sorted(errors.items())]
        raise PressError(f"{len(lines)} of {len(tasks)} {what}:\n" + "\n".join(lines))


def _spread(
    project: Project,
    jobs: Mapping[int, Job],
    options: RunOptions,
    mark: Fingerprint,
    scheduler: str | None,
) -> Iterator[tuple[int, Run | Exception]]:
    """Run jobs here or on a cluster; yield each place with its run, or with what went wrong, as it ends."""
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
            work = partial(run_elsewhere, order=Order(options.engine, project, mark.id, versions()))
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
    """A sweep in order: every combination of parameters of a chapter, as values of all (`sets`), from `usual` ones."""

    chapter: Chapter
    usual: Mapping[str, Value]
    varied: list[str]
    sets: list[dict[str, Value]]
    command: str

    @cached_property
    def tasks(self) -> list[Task]:
        """The runs, each named in one line: ``vintage=2023-03 top_k=10``."""
        labels = (
            " ".join(f"{name}={values[name]}" for name in self.varied) for values in self.sets
        )
        return [
            Task(self.chapter, values, label)
            for values, label in zip(self.sets, labels, strict=True)
        ]


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
        """A row for each result of each combination: the values varied, lists as JSON, then the result."""
        return self._rows(lambda run: run.results)

    @cached_property
    def statement_rows(self) -> list[dict[str, Any]]:
        """A row for each statement: 1 where it holds, 0 where it does not, no value where it is unknown; the reason."""
        return self._rows(
            lambda run: {
                key: {
                    "value": None if one.holds is None else float(one.holds),
                    "unit": "statement",
                    "label": one.because,
                }
                for key, one in statements_of(run).items()
            }
        )

    def _rows(
        self, found: Callable[[Run], Mapping[str, Mapping[str, Any]]]
    ) -> list[dict[str, Any]]:
        def cell(value: Value) -> Value:
            return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value

        return [
            {
                "run": place + 1,
                **{name: cell(self.plan.sets[place][name]) for name in self.plan.varied},
                "key": key,
                **{column: one.get(column) for column in RESULT_COLUMNS[1:]},
            }
            for place, run in sorted(self.runs.items())
            for key, one in found(run).items()
        ]

    @cached_property
    def statements(self) -> list[dict[str, Any]]:
        """How often each statement stands: key, the runs in which it holds, does not and is unknown, and the share."""
        found: dict[str, list[float | None]] = {}
        for row in self.statement_rows:
            found.setdefault(row["key"], []).append(row["value"])
        kinds = {"holds": 1.0, "does_not": 0.0, "unknown": None}
        counted = {
            key: {kind: values.count(one) for kind, one in kinds.items()}
            for key, values in found.items()
        }
        return [
            {"key": key, **many, "share": many["holds"] / len(found[key])}
            for key, many in counted.items()
        ]

    @property
    def keys(self) -> list[str]:
        """The results that have a value, in the order they were recorded."""
        return list(dict.fromkeys(row["key"] for row in self.rows if row["value"] is not None))


def read_grid(options: Iterable[str], path: Path | None = None) -> dict[str, list[Any]]:
    """Return the grid of ``-g NAME=V1,V2`` (a JSON list where a value holds a comma), and of a file of such lists."""
    grid: dict[str, list[Any]] = {}
    if path is not None:
        if not path.is_file():
            raise UsageError(f"no grid file {path}")
        grid |= {
            str(name): values
            for name, values in as_mapping(read(path), str(path), "names with lists").items()
        }
        if not all(isinstance(values, list) for values in grid.values()):
            raise UsageError(
                f"{path}: a grid holds names with lists of values, such as `vintage: [2023-03, 2026-08]`"
            )
    asked, problems = parse_assignments(options, "-g", several=True)
    both = [one.label for one in asked if one.label in grid]
    problems += [f"{name} is varied with -g and in {path}: choose one" for name in both]
    if problems:
        raise UsageError(*problems)
    return {**grid, **{one.label: one.value for one in asked}}


def plan_sweep(
    project: Project,
    slug: str,
    grid: Mapping[str, Sequence[Any]],
    options: Sequence[str] = (),
    base: str = DEFAULT,
) -> Plan:
    """Return a sweep that is in order, or raise one error with all that is wrong with it; nothing is run yet."""
    [chapter] = choose(discover(project), [slug])
    asked, problems = {one.name for one in parse_assignments(options)[0]}, list[str]()
    usual = {parameter.name: parameter.default for parameter in chapter.parameters}
    with collecting(problems):
        _, usual = values_of(project, slug, options, base)
    problems += [
        f"{name} is set with -p and varied with -g: choose one"
        for name in sorted(asked & set(grid))
    ]
    named = [Assignment(None, name, None) for name in dict.fromkeys([*sorted(asked), *grid])]
    problems += beside([(one, hits_of(one, [chapter])) for one in named]) if not problems else []
    varied = present_grid(chapter, grid, usual)
    sets = combinations(chapter, varied, usual, problems)
    for told in notes_on([one for one in named if one.name in grid], [chapter]):
        note(told)
    # what sets one end of a period is in every value, where the other end is varied
    others = [text for text in options if not {*_reached(text, chapter)} & {*varied}]
    flags = [
        *(("-p", text) for text in others),
        *([("--edition", base)] if base != DEFAULT else []),
    ]
    words = [grid_option(name, [values[name] for values in sets]) for name in varied]
    command = " ".join([project.settings.command, "sweep", slug, *words, *map(shlex.join, flags)])
    return Plan(chapter, usual, list(varied), sets, command)


def _reached(text: str, chapter: Chapter) -> list[str]:
    """Return the parameters of a chapter that an option sets, by their present names."""
    asked, _ = parse_assignments([text])
    return [hit.parameter.name for one in asked for hit in hits_of(one, [chapter])]


def combinations(
    chapter: Chapter,
    grid: Mapping[str, Sequence[Any]],
    usual: Mapping[str, Value],
    problems: list[str],
) -> list[dict[str, Value]]:
    """Return every combination of a grid, as complete values of a chapter, in the order of the grid."""
    known = {parameter.name: parameter for parameter in chapter.parameters}
    problems += [] if grid else ["nothing to vary: give a grid, such as -g vintage=2023-03,2026-08"]
    problems += [
        f"chapter {chapter.slug} has no parameter {name!r}{nearest(name, [*known])}"
        for name in grid
        if name not in known
    ]
    tried = [
        _checked(known[name], values, problems) for name, values in grid.items() if name in known
    ]
    sets = [
        {**usual, **dict(zip(grid, chosen, strict=False))} for chosen in itertools.product(*tried)
    ]
    if not problems:
        problems += dict.fromkeys(problem for values in sets for problem in range_problems(values))
    if problems:
        raise UsageError(*problems)
    return sets


def _checked(parameter: Parameter, values: Sequence[Any], problems: list[str]) -> list[Value]:
    good: list[Value] = []
    problems += [] if values else [f"{parameter.name}: no value to try"]
    for value in values:
        try:
            one = parameter.parse(value) if isinstance(value, str) else parameter.check(value)
        except ValueError as error:
            problems.append(f"{parameter.name}: {error}")
        else:
            good += [one] if one not in good else []
    return good


def check_folder(out: Path | None) -> None:
    """Raise where a sweep would write into a folder that is not its own."""
    found = (
        {path.name for path in out.iterdir()} if out is not None and out.is_dir() else set[str]()
    )
    if found and not {"index.html", "results.csv", "results.parquet"} <= found:
        raise UsageError(
            f"{out} holds {min(found)!r} and is no folder of a sweep; give --out a folder of its own"
        )


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
    runs, fresh, errors = run_all(
        project, plan.tasks, Fingerprint.of(project), options, reporter, scheduler
    )
    name = f"{plan.chapter.slug}-{sha256(canonical(plan.sets).encode())[:8]}"
    return Sweep(plan, out or project.build / "sweeps" / name, runs, fresh, errors)


def write_table(sweep: Sweep) -> None:
    """Write the table of a sweep as Parquet and CSV: run, values varied, `RESULT_COLUMNS`; statements come last."""
    import pandas as pd

    rows = [*sweep.rows, *sweep.statement_rows]
    frame = pd.DataFrame(rows, columns=["run", *sweep.plan.varied, *RESULT_COLUMNS])
    frame = frame.astype(
        {**dict.fromkeys(("value", "low", "high"), "float64"), **dict.fromkeys(("k", "n"), "Int64")}
    )
    text = frame.astype(object).map(harmless).to_csv(index=False, lineterminator="\n")
    for path, content in zip(
        sweep.tables, (frame.to_parquet(index=False), text.encode()), strict=True
    ):
        replace_file(path, content)


def print_results(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Print results as a table on standard output."""
    table = folding_table("result", "value", "interval", "counts", "what it is")
    for key, found in (one for recorded in results.values() for one in recorded.items()):
        result = read_estimate(found)
        interval = numbers.interval(result, extra=1) if result.low is not None else ""
        counts = numbers.counts(result) if result.n is not None else ""
        table.add_row(key, numbers.write(result, "precise"), interval, counts, result.label)
    standard_output().print(table)


def parameter_schemas(project: Project, slug: str | None = None) -> dict[str, Any]:
    """Return a JSON Schema for each chapter, or for one."""
    return {chapter.slug: chapter_schema(chapter.parameters) for chapter in _chosen(project, slug)}


def print_parameters(project: Project, slug: str | None = None) -> None:
    """Print the parameters of each chapter, or of one, as tables on standard output."""
    console = standard_output()
    for chapter in _chosen(project, slug):
        table = folding_table("name", "default", "allowed", "unit", "meaning", title=chapter.slug)
        for row in describe(chapter.parameters):
            table.add_row(
                row["name"], as_text(row["default"]), row["allowed"], row["unit"], row["help"]
            )
        console.print(
            table if chapter.parameters else f"{chapter.slug} has no parameters.", highlight=False
        )
        console.print()


def _chosen(project: Project, slug: str | None) -> list[Chapter]:
    chapters = discover(project)
    return choose(chapters, [slug]) if slug is not None else chapters

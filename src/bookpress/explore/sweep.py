"""Sweeps: run a chapter under every combination of a grid of values, on this machine or on a cluster.

Every finished run goes to the cache of runs at once: a sweep that was stopped goes on where it was, and a combination
that a build has already run is not run again.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from bookpress.book.assignments import grid_option, parse_assignments
from bookpress.book.chapters import Chapter, choose, discover
from bookpress.book.editions import DEFAULT, Fingerprint, load_edition
from bookpress.book.parameters import Parameter, Value, range_problems
from bookpress.book.project import Project
from bookpress.build.statements import statements_of
from bookpress.errors import PressError, UsageError, collecting, nearest
from bookpress.explore.run_one import values_of
from bookpress.files import canonical, check_writable, harmless, load_mapping, replace_file, sha256
from bookpress.progress import Reporter
from bookpress.run import processes
from bookpress.run.cache import Run, RunCache, run_key
from bookpress.run.engine import engine_for
from bookpress.run.executor import cores, executor
from bookpress.run.notebook import ChapterError, Job, job_for, run_job
from bookpress.run.runner import Durations, RunOptions, cached_runs
from bookpress.run.worker import Order, run_elsewhere, versions

STATEMENT = "statement"
"""The unit of what is true or false in the table of a sweep."""
RESULT_COLUMNS = ("key", "value", "low", "high", "k", "n", "unit", "label")


@dataclass(frozen=True)
class Plan:
    """A sweep that is in order and may be run: every combination (`sets`) of the `varied` parameters of a chapter.

    Each combination holds all values; those that are not varied are the `usual` ones, from which the sweep starts. Only
    the results `wanted` are drawn, or all where none is named. The `command` runs it again.
    """

    chapter: Chapter
    usual: Mapping[str, Value]
    varied: list[str]
    sets: list[dict[str, Value]]
    wanted: list[str]
    command: str

    def label(self, place: int) -> str:
        """Return a combination in one line: ``vintage=2023-03 top_k=10``."""
        return " ".join(f"{name}={self.sets[place][name]}" for name in self.varied)


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
        """A row for each result of each combination: the values varied, then the result.

        A value that is a list is written as JSON, so that each column holds one type.
        """
        return [
            {**self._chosen(place), "key": key, **{column: result[column] for column in RESULT_COLUMNS[1:]}}
            for place, run in sorted(self.runs.items())
            for key, result in run.results.items()
        ]

    @cached_property
    def statement_rows(self) -> list[dict[str, Any]]:
        """A row for each statement of each combination, below those of results in the table.

        The value is 1 where it holds, 0 where it does not, missing where it is unknown; the label is the reason.
        """
        return [
            {
                **self._chosen(place),
                **dict.fromkeys(RESULT_COLUMNS),
                "key": key,
                "value": None if found.holds is None else float(found.holds),
                "unit": STATEMENT,
                "label": found.because,
            }
            for place, run in sorted(self.runs.items())
            for key, found in statements_of(run).items()
        ]

    def _chosen(self, place: int) -> dict[str, Any]:
        values = {name: self.plan.sets[place][name] for name in self.plan.varied}
        lists = {name: json.dumps(one, ensure_ascii=False) for name, one in values.items() if isinstance(one, list)}
        return {"run": place + 1, **values, **lists}

    @cached_property
    def statements(self) -> list[dict[str, Any]]:
        """How often each statement stands: key, the runs in which it holds, does not and is unknown, and the share."""
        found: dict[str, list[float | None]] = {}
        for row in self.statement_rows:
            found.setdefault(row["key"], []).append(row["value"])
        kinds = {"holds": 1.0, "does_not": 0.0, "unknown": None}
        counted = {key: {kind: values.count(one) for kind, one in kinds.items()} for key, values in found.items()}
        return [{"key": key, **many, "share": many["holds"] / len(found[key])} for key, many in counted.items()]

    @cached_property
    def keys(self) -> list[str]:
        """The results to draw: those wanted, else all that have a value, in the order they were recorded."""
        known = list(dict.fromkeys(row["key"] for row in self.rows if row["value"] is not None))
        problems = [f"no result {key!r}{nearest(key, known)}" for key in self.plan.wanted if key not in known]
        if problems:
            raise UsageError(*problems)
        return self.plan.wanted or known

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON: where the files are, what failed, and the rows of the table."""
        parquet, csv_file = map(str, self.tables)
        return {
            "chapter": self.plan.chapter.slug,
            "varied": self.plan.varied,
            "combinations": len(self.plan.sets),
            "run_now": self.fresh,
            "files": {"csv": csv_file, "parquet": parquet, "page": str(self.folder / "index.html")},
            "failed": [
                {"run": place + 1, "parameters": self.plan.sets[place], "error": what}
                for place, what in sorted(self.errors.items())
            ],
            "results": self.rows,
            "statements": self.statements,
        }

    def raise_errors(self) -> None:
        """Raise one error that names every combination that failed, if any did."""
        if self.errors:
            lines = [f"  {self.plan.label(place)}: {what}" for place, what in sorted(self.errors.items())]
            raise PressError(f"{len(lines)} of {len(self.plan.sets)} combinations failed:\n" + "\n".join(lines))


def read_grid(options: Iterable[str], path: Path | None = None) -> dict[str, list[Any]]:
    """Return the grid of ``-g NAME=V1,V2`` (a JSON list where a value holds a comma), and of a file, if there is one.

    The file, YAML or JSON, holds a name and its list of values on each line.
    """
    grid: dict[str, list[Any]] = {}
    if path is not None:
        if not path.is_file():
            raise UsageError(f"no grid file {path}")
        grid |= {str(name): values for name, values in load_mapping(path, str(path), "names with lists").items()}
        if not all(isinstance(values, list) for values in grid.values()):
            raise UsageError(f"{path}: a grid holds names with lists of values, such as `vintage: [2023-03, 2026-08]`")
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
    wanted: Sequence[str] = (),
) -> Plan:
    """Return a sweep that is in order; nothing is run yet.

    Raises
    ------
    UsageError
        With all that is wrong with the request.
    """
    [chapter] = choose(discover(project), [slug])
    asked, problems = {one.name for one in parse_assignments(options)[0]}, list[str]()
    usual = {parameter.name: parameter.default for parameter in chapter.parameters}
    with collecting(problems):
        _, usual = values_of(project, slug, options, base)
    problems += [f"{name} is set with -p and varied with -g: choose one" for name in sorted(asked & set(grid))]
    run = cached_runs(project, load_edition(project, DEFAULT)).get(slug) if wanted else None
    known = list(run.results) if run else list(wanted)  # of a chapter that was never run no key is known yet
    problems += [f"chapter {slug} records no result {key!r}{nearest(key, known)}" for key in wanted if key not in known]
    sets = combinations(chapter, grid, usual, problems)
    flags = [("-p", option) for option in options] + [("--result", key) for key in wanted]
    flags += [("--edition", base)] if base != DEFAULT else []
    words = [grid_option(name, [values[name] for values in sets]) for name in grid]
    command = " ".join([project.settings.command, "sweep", slug, *words, *map(shlex.join, flags)])
    return Plan(chapter, usual, list(grid), sets, list(wanted), command)


def combinations(
    chapter: Chapter, grid: Mapping[str, Sequence[Any]], usual: Mapping[str, Value], found: Sequence[str] = ()
) -> list[dict[str, Value]]:
    """Return every combination of a grid, as complete values of a chapter, in the order of the grid."""
    known = {parameter.name: parameter for parameter in chapter.parameters}
    problems = list(found)
    checked: dict[str, list[Value]] = {}
    for name, values in grid.items():
        if name not in known:
            problems.append(f"chapter {chapter.slug} has no parameter {name!r}{nearest(name, list(known))}")
            continue
        good, wrong = _checked(known[name], values)
        problems += wrong
        if good and not wrong:
            checked[name] = good
    if not grid:
        problems.append("nothing to vary: give a grid, such as -g vintage=2023-03,2026-08")
    sets = [{**usual, **dict(zip(checked, chosen, strict=True))} for chosen in itertools.product(*checked.values())]
    if not found:  # else the values that the grid does not vary are not those asked for
        refused = {*grid} - {*checked}
        sound = [{name: value for name, value in values.items() if name not in refused} for values in sets]
        problems += dict.fromkeys(problem for values in sound for problem in range_problems(values))
    if problems:
        raise UsageError(*problems)
    return sets


def _checked(parameter: Parameter, values: Sequence[Any]) -> tuple[list[Value], list[str]]:
    good: list[Value] = []
    problems = [] if values else [f"{parameter.name}: no value to try"]
    for value in values:
        try:
            one = parameter.parse(value) if isinstance(value, str) else parameter.check(value)
        except ValueError as error:
            problems.append(f"{parameter.name}: {error}")
        else:
            good += [one] if one not in good else []
    return good, problems


def check_folder(out: Path | None) -> None:
    """Raise where a sweep would write into a folder that is not its own."""
    found = {path.name for path in out.iterdir()} if out is not None and out.is_dir() else set[str]()
    if found and not {"index.html", "results.csv", "results.parquet"} <= found:
        raise UsageError(f"{out} holds {min(found)!r} and is no folder of a sweep; give --out a folder of its own")


def expected(project: Project, plan: Plan, options: RunOptions) -> tuple[int, str]:
    """Return how many combinations are still to be run, and in words how long that takes."""
    mark, cache = Fingerprint.of(project), RunCache(project.cache)
    keys = [run_key(plan.chapter, values, mark) for values in plan.sets]
    missing = len(keys) if options.force else sum(not cache.holds(key) for key in keys)
    seconds = Durations(project).of(plan.chapter.slug, 1.0) * missing / (options.jobs or cores())
    return missing, (
        f"{len(keys):,} combinations, {missing:,} of them to be run: about {max(1, round(seconds)):,} seconds "
        "(as long as the chapter took last time)"
    )


def run_sweep(
    project: Project,
    plan: Plan,
    options: RunOptions,
    reporter: Reporter,
    scheduler: str | None = None,
    out: Path | None = None,
) -> Sweep:
    """Run every combination of a plan and write the table; one that fails does not keep the others from running.

    Raises
    ------
    PressError
        If the folder cannot be written, or a worker has another package or other evidence.
    """
    if out is not None:
        check_writable(out)
    mark, cache, errors = Fingerprint.of(project), RunCache(project.cache), dict[int, str]()
    reporter.begin(len(plan.sets))
    keys = [run_key(plan.chapter, values, mark) for values in plan.sets]
    found = {} if options.force else {place: cache.find(key) for place, key in enumerate(keys)}
    runs = {place: run for place, run in found.items() if run is not None}
    for place in runs:
        reporter.done(plan.label(place), None)
    missing = [place for place in range(len(keys)) if place not in runs]
    jobs = {place: job_for(project, plan.chapter, plan.sets[place], mark, options.time_limit) for place in missing}
    for place, run in run_jobs(project, jobs, options, mark, scheduler):
        if not isinstance(run, Run):
            errors[place] = kept(project, run, keys[place])
            reporter.failed(plan.label(place))
            continue
        mark.check(project)
        cache.store(run)
        _failed(project, plan.chapter.slug, keys[place]).unlink(missing_ok=True)
        runs[place] = run
        reporter.done(plan.label(place), run.seconds)
    name = f"{plan.chapter.slug}-{sha256(canonical(plan.sets).encode())[:8]}"
    sweep = Sweep(plan, out or project.build / "sweeps" / name, runs, len(missing) - len(errors), errors)
    write_table(sweep)
    return sweep


def run_jobs(
    project: Project, jobs: Mapping[int, Job], options: RunOptions, mark: Fingerprint, scheduler: str | None
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
            for future in as_completed(waiting):
                yield waiting[future], _outcome(future)
        except BaseException:
            processes.stop_all()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _outcome(future: Future[Run | ChapterError]) -> Run | Exception:
    try:
        return future.result()
    except ChapterError as error:
        return error
    except (BrokenExecutor, CancelledError) as error:
        raise PressError(
            "the workers ended before the work did (out of memory? the scheduler gone?); run the sweep again: "
            "what is done is kept"
        ) from error
    except PressError:
        raise
    except Exception as error:  # noqa: BLE001 - a cluster has errors of its own, such as a worker that died of this task
        return error


def kept(project: Project, error: Exception, key: str) -> str:
    """Keep the notebook of a run that failed; return what went wrong, and where it is."""
    if not isinstance(error, ChapterError):
        return str(error)
    path = _failed(project, error.chapter, key)
    replace_file(path, error.notebook)
    return f"{error}\n    as far as it got: {path}"


def _failed(project: Project, slug: str, key: str) -> Path:
    return project.failed / f"{slug}-{key[:12]}.ipynb"


def write_table(sweep: Sweep) -> None:
    """Write the table of a sweep as Parquet and as CSV: results, then statements.

    The columns are ``run``, the parameters of the grid, ``key``, ``value``, ``low``, ``high``, ``k``, ``n``, ``unit``
    and ``label``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ["run", *sweep.plan.varied, *RESULT_COLUMNS]
    numbers = {**dict.fromkeys(("value", "low", "high"), pa.float64()), **dict.fromkeys(("run", "k", "n"), pa.int64())}
    rows = [*sweep.rows, *sweep.statement_rows]
    table = pa.table({name: pa.array([row[name] for row in rows], numbers.get(name)) for name in columns})
    parquet, text = io.BytesIO(), io.StringIO()
    pq.write_table(table, parquet, compression="zstd")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(harmless, row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True))
    for path, content in zip(sweep.tables, (parquet.getvalue(), text.getvalue().encode("utf-8")), strict=True):
        replace_file(path, content)

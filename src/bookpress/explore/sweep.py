"""Sweeps: run a chapter under every combination of a grid, on this machine or on a cluster.

Runs go through `bookpress.run.executor`, so the code is the same for a pool of local processes and for an
existing Dask cluster. Every finished run goes to the cache of runs at once: a sweep that was stopped goes on where it
was, and a combination that a build has already run is not run again.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, as_completed
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bookpress.book.chapters import Chapter, nearest
from bookpress.book.editions import Fingerprint
from bookpress.book.parameters import Value
from bookpress.book.project import Project
from bookpress.errors import PressError, UsageError
from bookpress.files import canonical, replace_file, sha256
from bookpress.progress import Reporter
from bookpress.run.cache import Run, RunCache, run_key
from bookpress.run.executor import executor
from bookpress.run.notebook import ChapterError, Job, imported_modules, job_for
from bookpress.run.runner import RunOptions
from bookpress.run.worker import order_for, run_elsewhere

RESULT_COLUMNS = ("key", "value", "low", "high", "k", "n", "unit", "label")


@dataclass(frozen=True)
class Sweep:
    """A sweep that has ended.

    Parameters
    ----------
    chapter : Chapter
        What was run.
    varied : list of str
        The parameters of the grid.
    sets : list of dict
        Every combination, in the order of the grid.
    runs : dict
        The run of each combination that ended well, by its place.
    fresh : int
        How many were run now.
    errors : dict
        What went wrong, by place.
    """

    chapter: Chapter
    varied: list[str]
    sets: list[dict[str, Value]]
    runs: dict[int, Run]
    fresh: int
    errors: dict[int, str]

    def raise_errors(self) -> None:
        """Raise one error that names every combination that failed, if any did."""
        if self.errors:
            lines = [f"  {label(self.varied, self.sets[place])}: {what}" for place, what in sorted(self.errors.items())]
            raise PressError(f"{len(lines)} of {len(self.sets)} combinations failed:\n" + "\n".join(lines))

    @property
    def name(self) -> str:
        """The name of its folder: the chapter and a short hash of the combinations."""
        return f"{self.chapter.slug}-{sha256(canonical(self.sets).encode())[:8]}"

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each result of each combination: the values varied, then the result.

        A value that is a list is written as JSON, so that each column holds one type.
        """
        rows = []
        for place, run in sorted(self.runs.items()):
            chosen = {name: _plain(self.sets[place][name]) for name in self.varied}
            for key, result in run.results.items():
                rest = {column: result[column] for column in RESULT_COLUMNS[1:]}
                rows.append({"run": place + 1, **chosen, "key": key, **rest})
        return rows

    def rows_of(self, key: str) -> list[dict[str, Any]]:
        """Return the rows of one result that have a value, the smallest first."""
        rows = [row for row in self.rows if row["key"] == key and row["value"] is not None]
        return sorted(rows, key=lambda row: (row["value"], row["run"]))


def run_sweep(
    project: Project,
    chapter: Chapter,
    varied: Sequence[str],
    sets: Sequence[Mapping[str, Value]],
    options: RunOptions,
    reporter: Reporter,
    scheduler: str | None = None,
) -> Sweep:
    """Run a chapter under every combination; one that fails does not keep the others from running.

    Parameters
    ----------
    project : Project
        The book.
    chapter : Chapter
        What to run.
    varied : sequence of str
        The parameters of the grid.
    sets : sequence of mapping
        The combinations, each with the value of every parameter.
    options : RunOptions
        How to run.
    reporter : Reporter
        Told how it goes.
    scheduler : str, optional
        Address of a Dask scheduler; a local pool without it.

    Raises
    ------
    PressError
        If a worker has another package or other evidence.
    """
    mark, runs_cache = Fingerprint.of(project), RunCache(project.cache)
    reporter.begin(len(sets))
    runs: dict[int, Run] = {}
    jobs: dict[int, Job] = {}
    for place, values in enumerate(sets):
        known = None if options.force else runs_cache.find(run_key(chapter, values, mark))
        if known is None:
            jobs[place] = job_for(project, chapter, values, mark, options.time_limit)
        else:
            runs[place] = known
            reporter.done(label(varied, values), None)
    errors: dict[int, str] = {}
    if jobs:
        order = order_for(project, imported_modules([chapter]), options.engine, mark)
        width = min(options.jobs, len(jobs)) if options.jobs else None
        with executor(width, scheduler) as pool:
            waiting: dict[Future[Run | ChapterError], int] = {
                pool.submit(run_elsewhere, job, order): place for place, job in jobs.items()
            }
            for future in as_completed(waiting):
                place = waiting[future]
                _take(project, future, place, jobs[place], runs_cache, mark, runs, errors)
                _report(reporter, label(varied, sets[place]), runs.get(place))
    return Sweep(chapter, list(varied), [dict(values) for values in sets], runs, len(jobs) - len(errors), errors)


def _take(
    project: Project,
    future: Future[Run | ChapterError],
    place: int,
    job: Job,
    runs_cache: RunCache,
    mark: Fingerprint,
    runs: dict[int, Run],
    errors: dict[int, str],
) -> None:
    """Take the result of one combination; keep the notebook of one that failed, under a name of its own."""
    run, kept = _outcome(future), project.failed / f"{job.chapter}-{job.key[:12]}.ipynb"
    if not isinstance(run, Run):
        errors[place] = str(run)
        if isinstance(run, ChapterError):
            replace_file(kept, run.notebook)
            errors[place] += f"\n    as far as it got: {kept}"
        return
    mark.check(project)
    runs_cache.store(run)
    kept.unlink(missing_ok=True)
    runs[place] = run


def _outcome(future: Future[Run | ChapterError]) -> Run | Exception:
    """Return the run, or what went wrong with this combination alone.

    Raises
    ------
    PressError
        If all work has ended, or no worker can do it.
    """
    try:
        return future.result()
    except (BrokenExecutor, CancelledError) as error:
        raise PressError(
            "the workers ended before the work did (out of memory? the scheduler gone?); run the sweep again: "
            "what is done is kept"
        ) from error
    except PressError:
        raise
    except Exception as error:  # noqa: BLE001 - a cluster has errors of its own, such as a worker that died of this task
        return error


def _report(reporter: Reporter, name: str, run: Run | None) -> None:
    if run is None:
        reporter.failed(name)
    else:
        reporter.done(name, run.seconds)


def label(varied: Sequence[str], values: Mapping[str, Value]) -> str:
    """Return a combination in one line.

    Examples
    --------
    >>> label(["vintage"], {"vintage": "2023-03", "top_k": 10})
    'vintage=2023-03'
    """
    return " ".join(f"{name}={values[name]}" for name in varied)


def _plain(value: Value) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def chosen_keys(sweep: Sweep, wanted: Sequence[str] = ()) -> list[str]:
    """Return the results to draw: those wanted, else all that have a value, in the order they were recorded.

    Raises
    ------
    UsageError
        If a wanted one has no value in any combination.
    """
    known = list(dict.fromkeys(row["key"] for row in sweep.rows if row["value"] is not None))
    problems = [f"no result {key!r}{nearest(key, known)}" for key in wanted if key not in known]
    if problems:
        raise UsageError.listing(problems)
    return list(wanted) or known


def write_table(sweep: Sweep, folder: Path) -> list[Path]:
    """Write the table as Parquet and as CSV and return both paths.

    The columns are ``run``, the parameters of the grid, ``key``, ``value``, ``low``, ``high``, ``k``, ``n``, ``unit``
    and ``label``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ["run", *sweep.varied, *RESULT_COLUMNS]
    numbers = {**dict.fromkeys(("value", "low", "high"), pa.float64()), **dict.fromkeys(("run", "k", "n"), pa.int64())}
    table = pa.table({name: pa.array([row[name] for row in sweep.rows], numbers.get(name)) for name in columns})
    parquet, text = io.BytesIO(), io.StringIO()
    pq.write_table(table, parquet, compression="zstd")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
    paths = [folder / "results.parquet", folder / "results.csv"]
    replace_file(paths[0], parquet.getvalue())
    replace_file(paths[1], text.getvalue().encode("utf-8"))
    return paths

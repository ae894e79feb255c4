"""Run one chapter: jupytext turns it into a notebook, papermill injects the values, an engine runs the cells."""

from __future__ import annotations

import logging
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.book.editions import Fingerprint
from bookpress.book.parameters import Value
from bookpress.book.project import Project
from bookpress.errors import PressError
from bookpress.run import processes
from bookpress.run.cache import Run, run_key
from bookpress.run.engine import Engine
from bookpress.run.tidy import dumps, harvested, loads, tidy

TIME_LIMIT = 600.0
"""Seconds a chapter may take, unless its front matter has a ``time_limit``."""

FRAME = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")
"""How a traceback names a line of a cell."""


class ChapterError(PressError):
    """A chapter that failed: its slug, what went wrong and in which cell, the notebook as far as it was run."""

    def __init__(self, chapter: str, message: str, notebook: bytes) -> None:
        super().__init__(f"{chapter}: {message}")
        self.chapter, self.notebook = chapter, notebook

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes whole."""
        return ChapterError, (self.chapter, str(self).removeprefix(f"{self.chapter}: "), self.notebook)


@dataclass(frozen=True)
class Job:
    """All that is needed to run a chapter, on this machine or another."""

    chapter: str  # slug
    key: str  # of the run, see `bookpress.run.cache`
    notebook: bytes  # not run
    values: Mapping[str, Value]  # of all parameters
    environment: Mapping[str, str]  # says where the evidence is
    time_limit: float  # seconds


def job_for(
    project: Project,
    chapter: Chapter,
    values: Mapping[str, Value],
    fingerprint: Fingerprint,
    time_limit: float | None = None,
) -> Job:
    """Return the job that runs a chapter with these values."""
    limit = time_limit if time_limit is not None else chapter.front_matter.get("time_limit", TIME_LIMIT)
    return Job(
        chapter=chapter.slug,
        key=run_key(chapter, values, fingerprint),
        notebook=dumps(chapter.notebook),
        values=dict(values),
        environment={project.settings.data_variable: str(project.data)},
        time_limit=float(limit),
    )


def run_job(job: Job, engine: Engine, forked: Callable[[int], object] = int) -> Run:
    """Run a chapter and return what came out; a failed cell, a dead process or too long a run: `ChapterError`.

    `forked` is told the process of a fork, which leads a group of its own.
    """
    processes.check()
    started = time.monotonic()
    # what a killed chapter has started may still write into its folder
    with tempfile.TemporaryDirectory(dir=processes.scratch(), ignore_cleanup_errors=True) as folder:
        notebook = _execute(job, engine, folder, forked)
    try:
        return Run(
            chapter=job.chapter,
            key=job.key,
            notebook=dumps(tidy(notebook)),
            results={key: result.model_dump() for key, result in harvested(notebook).items()},
            seconds=round(time.monotonic() - started, 3),
        )
    except Exception as error:
        raise ChapterError(job.chapter, str(error), dumps(notebook)) from error


def _execute(job: Job, engine: Engine, folder: str, forked: Callable[[int], object]) -> Any:
    """Return the executed notebook, or raise `ChapterError`."""
    import papermill
    from nbclient.exceptions import DeadKernelError

    from bookpress.run.fork_server import OutputError

    logging.getLogger("papermill").setLevel(logging.ERROR)  # we check the names of parameters ourselves
    notebook = papermill.execute_notebook(
        loads(job.notebook), None, parameters=dict(job.values), prepare_only=True, progress_bar=False
    )
    try:
        _run_cells(notebook, job, engine, folder, forked)
        problem = _failure(notebook)
    except PressError:
        raise
    except TimeoutError:
        problem = _interrupted(notebook, f"was still running after the time limit of {job.time_limit:g} seconds")
    except OutputError as error:
        problem = _interrupted(notebook, str(error))
    except (DeadKernelError, RuntimeError) as error:
        processes.check()
        problem = _interrupted(notebook, f"did not end: {error}")
    except Exception as error:  # noqa: BLE001 - whatever it is, it fails one chapter, not the build
        processes.check()
        problem = _interrupted(notebook, f"broke off with {type(error).__name__}: {error}")
    if problem:
        raise ChapterError(job.chapter, problem, dumps(notebook))
    return notebook


def _run_cells(notebook: Any, job: Job, engine: Engine, folder: str, forked: Callable[[int], object]) -> None:
    """Run the cells of a notebook, in place, without papermill's check: it does not know ``raises-exception``."""
    from papermill.engines import papermill_engines

    from bookpress.run.papermill_engines import ForkedEngine, KernelEngine

    papermill_engines.register("bookpress-forked", ForkedEngine)
    papermill_engines.register("bookpress-kernel", KernelEngine)
    papermill_engines.execute_notebook_with_engine(
        f"bookpress-{engine.name}",
        notebook,
        notebook.metadata.kernelspec.name,
        progress_bar=False,
        environment=dict(job.environment),
        folder=folder,
        time_limit=job.time_limit,
        forked=forked,
    )


def _interrupted(notebook: Any, what: str) -> str:
    """Say what befell the code cell that broke the run, else the last one that was started."""
    started = [cell for cell in _code_cells(notebook) if _mark(cell, "start_time")]
    broken = [cell for cell in started if _mark(cell, "exception")]
    where = _named(notebook, (broken or started)[-1]) if started else "before its first cell, it"
    return f"{where} {what}"


def _failure(notebook: Any) -> str | None:
    """Say which cell ended the run and with what error; None if none did.

    A cell tagged ``raises-exception`` may fail: the engines go on after it. One that calls ``sys.exit`` has failed,
    whatever the exit code.
    """
    cell = next((cell for cell in _code_cells(notebook) if _mark(cell, "exception")), None)
    if cell is None:
        return None
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return f"{_named(notebook, cell)} failed"
    error = errors[-1]
    what = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    return f"{_named(notebook, cell, _failed_line(cell, error))} failed with {what}"


def _code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _mark(cell: Any, name: str) -> Any:
    return cell.metadata.get("papermill", {}).get(name)


def _failed_line(cell: Any, error: Any) -> int:
    """Return the number of the line of a cell that raised, else that of its first."""
    from papermill.exceptions import strip_color

    frames = FRAME.findall(strip_color("\n".join(error.traceback)))
    lines = [int(line) for count, line in frames if int(count) == cell.execution_count]
    return lines[-1] if lines else 1


def _named(notebook: Any, cell: Any, line: int = 1) -> str:
    """Name a cell by its number in the chapter, which has no injected parameters, and one of its lines."""
    if "injected-parameters" in cell.metadata.get("tags", []):
        return "the cell with the values of the parameters"
    written = [one for one in _code_cells(notebook) if "injected-parameters" not in one.metadata.get("tags", [])]
    number = next(n for n, one in enumerate(written, 1) if one is cell)
    lines = cell.source.strip("\n").splitlines() or [""]
    return f"code cell {number} (`{lines[min(line, len(lines)) - 1].strip()}`)"

"""Run one chapter: jupytext turns it into a notebook, papermill injects the values, an engine runs the cells."""

from __future__ import annotations

import ast
import logging
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.book.editions import Fingerprint
from bookpress.book.parameters import Value
from bookpress.book.project import Project
from bookpress.errors import PressError
from bookpress.run import processes as running
from bookpress.run.cache import Run, run_key
from bookpress.run.engines import STEADY, Engine
from bookpress.run.tidy import dumps, harvested, loads, tidy

TIME_LIMIT = 600.0
"""Seconds a chapter may take, unless its front matter has a ``time_limit``."""


class ChapterError(PressError):
    """A chapter that failed.

    Parameters
    ----------
    chapter : str
        Slug.
    message : str
        What went wrong and in which cell.
    notebook : bytes
        The notebook as far as it was run.
    """

    def __init__(self, chapter: str, message: str, notebook: bytes) -> None:
        super().__init__(f"{chapter}: {message}")
        self.chapter, self.notebook = chapter, notebook

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes whole."""
        return ChapterError, (self.chapter, str(self).removeprefix(f"{self.chapter}: "), self.notebook)


@dataclass(frozen=True)
class Job:
    """All that is needed to run a chapter, on this machine or another.

    Parameters
    ----------
    chapter : str
        Slug.
    key : str
        Key of the run, see `bookpress.run.cache`.
    notebook : bytes
        The notebook, not run.
    values : mapping
        The value of every parameter.
    environment : mapping
        The environment variable that says where the evidence is.
    time_limit : float
        Seconds.
    """

    chapter: str
    key: str
    notebook: bytes
    values: Mapping[str, Value]
    environment: Mapping[str, str]
    time_limit: float


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


IMPORTED_WHEN_USED = ("pandera.backends.pandas.builtin_checks",)
"""What every chapter would else import anew in its fork: pandera loads its checks with the first table."""


def imported_modules(chapters: Iterable[Chapter]) -> list[str]:
    """Return the modules that the cells of these chapters import, and those that their libraries import when used."""
    names: dict[str, None] = {}
    for chapter in chapters:
        for cell in chapter.notebook.cells:
            if cell.cell_type == "code":
                names.update(dict.fromkeys(_imports(cell.source)))
    return [*names, *IMPORTED_WHEN_USED] if names else []


def _imports(source: str) -> Iterator[str]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def run_job(job: Job, engine: Engine) -> Run:
    """Run a chapter and return what came out.

    Raises
    ------
    ChapterError
        If a cell fails, the process dies, or the time limit is reached; it holds the notebook as far as it got.
    bookpress.run.processes.StoppedError
        If the build is being stopped.
    """
    running.check()
    started = time.monotonic()
    # what a killed chapter has started may still write into its folder
    with tempfile.TemporaryDirectory(prefix="cd-", ignore_cleanup_errors=True) as folder:
        notebook = _execute(job, engine, {**STEADY, **job.environment}, folder)
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


def _execute(job: Job, engine: Engine, environment: Mapping[str, str], folder: str) -> Any:
    """Return the executed notebook, or raise `ChapterError`."""
    from nbclient.exceptions import DeadKernelError

    from bookpress.run.client import OutputError
    from bookpress.run.error_location import failure, interrupted

    notebook = _prepared(job)
    try:
        _run_cells(notebook, job, engine, environment, folder)
        problem = failure(notebook)
    except PressError:
        raise
    except TimeoutError:
        problem = interrupted(notebook, f"was still running after the time limit of {job.time_limit:g} seconds")
    except OutputError as error:
        problem = interrupted(notebook, str(error))
    except (DeadKernelError, RuntimeError) as error:
        running.check()
        problem = interrupted(notebook, f"did not end: {error}")
    except Exception as error:  # noqa: BLE001 - whatever it is, it fails one chapter, not the build
        running.check()
        problem = interrupted(notebook, f"broke off with {type(error).__name__}: {error}")
    if problem:
        raise ChapterError(job.chapter, problem, dumps(notebook))
    return notebook


def _prepared(job: Job) -> Any:
    """Return the notebook of a job with its values injected."""
    import papermill

    _register_engines()
    values = dict(job.values)
    return papermill.execute_notebook(loads(job.notebook), None, parameters=values, prepare_only=True)


def _run_cells(notebook: Any, job: Job, engine: Engine, environment: Mapping[str, str], folder: str) -> None:
    """Run the cells of a notebook, in place, without papermill's check: it does not know ``raises-exception``."""
    from papermill.engines import papermill_engines

    papermill_engines.execute_notebook_with_engine(
        f"compute-divide-{engine.name}",
        notebook,
        notebook.metadata.kernelspec.name,
        progress_bar=False,
        server=engine.server,
        environment=environment,
        folder=folder,
        time_limit=job.time_limit,
    )


def _register_engines() -> None:
    """Make our engines known to papermill under names of our own, and keep its notes to itself: we check names."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    from papermill.engines import papermill_engines

    from bookpress.run.forked_engine import ForkedEngine
    from bookpress.run.kernel import KernelEngine

    papermill_engines.register("compute-divide-forked", ForkedEngine)
    papermill_engines.register("compute-divide-kernel", KernelEngine)

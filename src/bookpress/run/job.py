"""Runs one chapter: papermill injects the values, and an engine runs the cells."""

from __future__ import annotations

import logging
import math
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.book.parsed import KERNEL
from bookpress.book.project import Project
from bookpress.chapter.estimates import harvest
from bookpress.chapter.types.allowed import Value
from bookpress.edition.fingerprint import Fingerprint
from bookpress.errors import PressError
from bookpress.run import processes
from bookpress.run.cache import Run, run_key
from bookpress.run.engine import Engine
from bookpress.run.failures import ChapterError, failure_in, interruption, with_place
from bookpress.run.notebook import as_file, is_injected, tidied


@dataclass(frozen=True)
class Job:
    """Everything needed to run a chapter, on this machine or another."""

    chapter: str
    """The slug of the chapter."""
    key: str
    """The cache key of the run, see `bookpress.run.cache`."""
    notebook: bytes
    """The notebook, not yet run."""
    values: Mapping[str, Value]
    """The values of all parameters."""
    environment: Mapping[str, str]
    """The variable that says where the evidence is."""
    time_limit: float
    """The time limit in seconds."""
    output_limit: int = processes.OUTPUT_LIMIT
    """The most characters of output, since a cell may print endlessly."""
    folder: str = ""
    """The folder in which cells run; if empty, a temporary one."""
    cell_limit: float = math.inf
    """The time limit of each cell, in seconds."""
    where: str = ""
    """The file of the chapter, as it appears in messages."""
    cell_lines: tuple[int, ...] = ()
    """The line of the file where the code of each of its code cells begins, if known."""


def job_for(
    project: Project,
    chapter: Chapter,
    values: Mapping[str, Value],
    fingerprint: Fingerprint,
    time_limit: float | None = None,
) -> Job:
    """Return the job that runs a chapter with these values."""
    own = {each.name: each.default for each in chapter.parameters}
    in_python = {
        each.name: each.in_python(values[each.name])
        for each in chapter.parameters
        # what the author wrote stays where JSON cannot hold it: tuples in a list or dict
        if values[each.name] != own[each.name] or not isinstance(own[each.name], list | dict)
    }
    if values == own and any(map(is_injected, chapter.notebook["cells"])):
        in_python = {}  # papermill would remove what it injected before
    execution = chapter.execution
    if time_limit is None:
        time_limit = execution.time_limit(chapter.front_matter, chapter.notebook["cells"])
    return Job(
        chapter=chapter.slug,
        key=run_key(chapter, values, fingerprint),
        notebook=as_file(chapter.executable),
        values=in_python,
        environment={project.settings.data_variable: str(project.data)},
        time_limit=time_limit,
        output_limit=processes.output_limit(strict=project.settings.strict),
        folder="" if execution.in_temp else str(chapter.path.parent),
        cell_limit=execution.cell_limit,
        where=chapter.where,
        cell_lines=chapter.cell_lines,
    )


def run_job(job: Job, engine: Engine, forked: Callable[[int], object] = int) -> Run:
    """Run a chapter or raise `ChapterError`.

    `forked` is called with the id of the fork, which leads its own process group.
    """
    processes.check()
    started = time.monotonic()
    # processes that a killed chapter started may still write into its folder
    with tempfile.TemporaryDirectory(dir=processes.scratch(), ignore_cleanup_errors=True) as folder:
        notebook = _execute(job, engine, job.folder or folder, forked)
    try:
        results = harvest(output for cell in notebook.cells for output in cell.get("outputs", ()))
        fields = {key: result.fields for key, result in results.items()}
        content = as_file(tidied(notebook))
    except Exception as error:
        raise ChapterError(job.chapter, str(error), as_file(notebook)) from error
    seconds = round(time.monotonic() - started, 3)
    return Run(job.chapter, job.key, content, fields, seconds)


def _execute(job: Job, engine: Engine, folder: str, forked: Callable[[int], object]) -> Any:
    """Return the executed notebook, or raise `ChapterError`."""
    notebook = _prepared(job)
    kernel = notebook.metadata.kernelspec.name
    # a fork replaces only a kernel of Python
    engine_name = engine.name if kernel == KERNEL["name"] else "kernel"
    from papermill.engines import papermill_engines

    from bookpress.run.papermill_engines import Surroundings

    try:
        # without papermill's own check of the outputs: it does not know ``raises-exception``
        papermill_engines.execute_notebook_with_engine(
            f"bookpress-{engine_name}",
            notebook,
            kernel,
            progress_bar=False,
            within=Surroundings(
                environment=dict(job.environment),
                folder=folder,
                time_limit=job.time_limit,
                output_limit=job.output_limit,
                cell_limit=job.cell_limit,
                inherits=engine.inherits,
            ),
            forked=forked,
        )
        problem = failure_in(notebook, job.where)
        is_of_cell = True
    except Exception as error:
        if isinstance(error, PressError):
            raise
        processes.check()
        problem = interruption(notebook, job.where, error, min(job.time_limit, job.cell_limit))
        is_of_cell = False
    if problem:
        problem = with_place(problem, notebook, job.where, job.cell_lines)
        raise ChapterError(job.chapter, problem, as_file(notebook), is_of_cell=is_of_cell)
    return notebook


def _prepared(job: Job) -> Any:
    """Return the notebook with the values injected by papermill."""
    import nbformat
    import papermill

    from bookpress.run.papermill_engines import stored

    # we check the names of parameters ourselves
    logging.getLogger("papermill").setLevel(logging.ERROR)
    written = nbformat.reads(job.notebook, as_version=4)
    values = {name: stored(value) for name, value in job.values.items()}
    kernel = written.metadata.kernelspec
    return papermill.execute_notebook(
        written,
        None,
        parameters=values,
        prepare_only=True,
        progress_bar=False,
        language=kernel.get("language", kernel.name),
    )

"""Run one chapter.

Papermill injects the values, an engine runs the cells, and what differs from run to run goes.
"""

from __future__ import annotations

import copy
import itertools
import json
import logging
import math
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.book.parsed import KERNEL
from bookpress.book.project import Project
from bookpress.chapter.estimates import harvest, outputs_of
from bookpress.chapter.publish import TAG
from bookpress.chapter.types.allowed import Value
from bookpress.edition.editions import Fingerprint
from bookpress.errors import PressError
from bookpress.files import sha256
from bookpress.run import processes
from bookpress.run.cache import Run, run_key
from bookpress.run.engine import Engine

FRAME = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")
"""How a traceback names a line of a cell."""
INJECTED = "injected-parameters"
"""The tag of the cell that papermill puts values in by."""
CELL_FILE = re.compile(r"[^\s\"'<>]*ipykernel_\d+[/\\]\d+\.py")
"""The file in which ipykernel says a cell stands."""


class ChapterError(PressError):
    """A chapter that failed.

    Its slug, what went wrong and in which cell, the notebook as far as it was run.
    """

    def __init__(self, chapter: str, message: str, notebook: bytes) -> None:
        super().__init__(f"{chapter}: {message}")
        self.chapter = chapter
        self.notebook = notebook

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes whole."""
        message = str(self).removeprefix(f"{self.chapter}: ")
        return ChapterError, (self.chapter, message, self.notebook)


@dataclass(frozen=True)
class Job:
    """All that is needed to run a chapter, on this machine or another."""

    chapter: str
    """Its slug."""
    key: str
    """That of the run, see `bookpress.run.cache`."""
    notebook: bytes
    """Not run."""
    values: Mapping[str, Value]
    """Of all parameters."""
    environment: Mapping[str, str]
    """Says where the evidence is."""
    time_limit: float
    """In seconds."""
    output_limit: int = processes.OUTPUT_LIMIT
    """Characters that it may put out, as a cell may print for ever."""
    folder: str = ""
    """Where cells run; in one of their own where it is empty."""
    cell_limit: float = math.inf
    """Seconds that each cell may take."""


def job_for(
    project: Project,
    chapter: Chapter,
    values: Mapping[str, Value],
    fingerprint: Fingerprint,
    time_limit: float | None = None,
) -> Job:
    """Return the job that runs a chapter with these values."""
    in_python = {each.name: each.in_python(values[each.name]) for each in chapter.parameters}
    own = {each.name: each.default for each in chapter.parameters}
    if values == own and any(map(is_injected, chapter.notebook["cells"])):
        in_python = {}  # papermill would take out what it has put in before
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
    )


def run_job(job: Job, engine: Engine, forked: Callable[[int], object] = int) -> Run:
    """Run a chapter or raise `ChapterError`.

    `forked` is told the process of a fork, which leads a group of its own.
    """
    processes.check()
    started = time.monotonic()
    # what a killed chapter has started may still write into its folder
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
    # a fork stands for a kernel of Python alone
    engine_name = engine.name if kernel == KERNEL["name"] else "kernel"
    from papermill.engines import papermill_engines

    from bookpress.run.papermill_engines import Surroundings

    try:
        # without papermill's own check of what came out: it does not know ``raises-exception``
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
            ),
            forked=forked,
        )
        problem = _failure(notebook)
    except Exception as error:
        if isinstance(error, PressError):
            raise
        processes.check()
        problem = f"{_where(notebook)} {_interruption(error, job)}"
    if problem:
        raise ChapterError(job.chapter, problem, as_file(notebook))
    return notebook


def _prepared(job: Job) -> Any:
    """Return the notebook with the values put in by papermill."""
    import nbformat
    import papermill

    from bookpress.run import papermill_engines as _  # noqa: F401 - registers ours

    # we check the names of parameters ourselves
    logging.getLogger("papermill").setLevel(logging.ERROR)
    written = nbformat.reads(job.notebook, as_version=4)
    return papermill.execute_notebook(
        written, None, parameters=dict(job.values), prepare_only=True, progress_bar=False
    )


def _interruption(error: Exception, job: Job) -> str:
    """Say what broke off a run: whatever it is, it fails one chapter, not the build."""
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import DeadKernelError

    from bookpress.run.fork_server import OutputError

    match error:
        case TimeoutError():
            limit = min(job.time_limit, job.cell_limit)
            return f"was still running after the time limit of {limit:g} seconds"
        case OutputError():
            return str(error)
        case NoSuchKernel(name=kernel):
            return f"needs the kernel {kernel}, which is not installed"
        case DeadKernelError() | RuntimeError():
            return f"did not end: {error}"
    return f"broke off with {type(error).__name__}: {error}"


def _where(notebook: Any) -> str:
    """Name the code cell that broke the run, else the last one that was started."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    started = [cell for cell in code if _mark(cell, "start_time")]
    broken = [cell for cell in started if _mark(cell, "exception")]
    if not started:
        return "before its first cell, it"
    return _named(notebook, (broken or started)[-1])


def _failure(notebook: Any) -> str | None:
    """Say which cell ended the run and with what error; None if none did.

    One that calls ``sys.exit`` has failed.
    """
    cell = next((cell for cell in notebook.cells if _mark(cell, "exception")), None)
    if cell is None:
        return None
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return f"{_named(notebook, cell)} failed"
    error = errors[-1]
    if TAG in cell.metadata.get("tags", []):  # it names file, line and sentence itself
        return f"what its prose quotes cannot be made:\n{error.evalue}"
    what = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    return f"{_named(notebook, cell, _failed_line(cell, error))} failed with {what}"


def _mark(cell: Any, name: str) -> Any:
    return cell.metadata.get("papermill", {}).get(name)


def _failed_line(cell: Any, error: Any) -> int:
    """Return the number of the line of a cell that raised, else that of its first."""
    from papermill.exceptions import strip_color

    frames = FRAME.findall(strip_color("\n".join(error.traceback)))
    lines = [int(line) for count, line in frames if int(count) == cell.execution_count]
    if lines:
        return lines[-1]
    return 1


def _named(notebook: Any, cell: Any, line: int = 1) -> str:
    """Name a cell by its number in the chapter and one of its lines.

    The chapter itself has no injected parameters.
    """
    number = 0
    for other in notebook.cells:
        is_code = other.cell_type == "code" and INJECTED not in other.metadata.get("tags", [])
        if is_code:
            number += 1
            if other is cell:
                break
    else:
        return "the cell with the values of the parameters"
    lines = cell.source.strip("\n").splitlines() or [""]
    shown = lines[min(line, len(lines)) - 1]
    return f"code cell {number} (`{shown.strip()}`)"


def failed_run(error: ChapterError, stored: Sequence[Sequence[Any]] = ()) -> Run:
    """Return a chapter as far as it got, with a box that says what went wrong where it did.

    Behind it, outputs are those that its file has `stored`, by code cell.
    """
    import nbformat

    notebook = nbformat.reads(error.notebook.decode("utf-8"), as_version=4)
    place = _end_of(notebook)
    rest = [cell for cell in notebook.cells[place:] if _is_of_author(cell)]
    kept = [*stored][-len(rest) :] if rest else []
    for cell, outputs in zip(rest, kept, strict=False):
        cell.outputs = [nbformat.from_dict(output) for output in outputs]
    more = " What follows is what its file has stored." if any(kept) else ""
    fence = "`" * 8
    text = (
        f"{fence}`{{danger}}\n**This chapter could not be run to its end.**{more}\n\n"
        f"{fence}{{code-block}} text\n{error}\n{fence}\n{fence}`"
    )
    notebook.cells.insert(place, nbformat.v4.new_markdown_cell(text))
    return Run(error.chapter, "", as_file(tidied(notebook)), {}, 0.0)


def _end_of(notebook: Any) -> int:
    """Return the place behind the cell that broke a run, else that was started last.

    Where none was, it is that of the first code cell.
    """
    places = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    started = [place for place in places if _mark(notebook.cells[place], "start_time")]
    broken = [place for place in started if _mark(notebook.cells[place], "exception")]
    if not started:
        return next(iter(places), len(notebook.cells))
    return (broken or started[-1:])[0] + 1


def _is_of_author(cell: Any) -> bool:
    """Return whether a cell is code that the chapter itself has."""
    tags = cell.metadata.get("tags", [])
    return bool(cell.cell_type == "code") and INJECTED not in tags and TAG not in tags


def stored_run(chapter: Chapter) -> Run:
    """Return a chapter as its file has it, as if it had just been run."""
    content = as_file(chapter.stored)
    try:
        results = harvest(outputs_of(chapter.stored["cells"]))
    except Exception as error:
        raise PressError(f"{chapter.where}: what it has stored: {error}") from error
    fields = {key: result.fields for key, result in results.items()}
    return Run(chapter.slug, sha256(content), content, fields, 0.0)


def with_prose(chapter: Chapter, run: Run) -> Any:
    """Return the notebook of a run as JSON, with the prose that its chapter has now.

    The code is the same. What papermill put in stays where it is, and so does a run that failed.
    """
    executed = run.executed.notebook
    if not run.key:
        return copy.deepcopy(executed)
    done = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    written = copy.deepcopy(chapter.executable)
    for cell, of_author in zip(written["cells"], chapter.notebook["cells"], strict=False):
        cell["metadata"] = copy.deepcopy(of_author["metadata"])  # without tags by which it was run
    cells = []
    for cell in written["cells"]:
        if is_injected(cell):
            cells += _take_injected(done)  # of papermill, before: it has put in another
            continue
        cells.append(cell)
        if cell["cell_type"] == "code":
            ran = done.pop(0)
            cell.update(outputs=ran["outputs"], execution_count=ran["execution_count"])
            cells += _take_injected(done)
    for number, cell in enumerate(cells):
        cell["id"] = _cell_id(number)
    written["metadata"].pop("jupytext", None)
    metadata = written["metadata"]
    if "language_info" in executed["metadata"]:
        metadata = {**metadata, "language_info": executed["metadata"]["language_info"]}
    return {**executed, "cells": cells, "metadata": metadata}


def _take_injected(cells: list[Any]) -> list[Any]:
    """Take from the beginning of a list the cell that papermill put in, if it is there."""
    if cells and is_injected(cells[0]):
        return [cells.pop(0)]
    return []


def is_injected(cell: Mapping[str, Any]) -> bool:
    """Return whether papermill has put a cell in."""
    return INJECTED in cell["metadata"].get("tags", [])


def _cell_id(number: int) -> str:
    return f"c{number:03d}"


def tidied(notebook: Any) -> Any:
    """Rid an executed notebook of what differs by the run or the machine, and return it.

    Papermill's cell is hidden.
    """
    for key in ("jupytext", "papermill"):
        notebook.metadata.pop(key, None)
    if notebook.metadata["kernelspec"]["name"] == KERNEL["name"]:
        notebook.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = _cell_id(number)
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        tags = cell.metadata.pop("tags", [])
        if INJECTED in tags:
            tags = [*tags, "remove-cell"]
        if tags:
            cell.metadata["tags"] = tags
        if cell.cell_type == "code":
            cell.outputs = list(_tidied_outputs(cell.outputs))
    return notebook


def _tidied_outputs(outputs: Sequence[Any]) -> Iterator[Any]:
    """Yield outputs, streams whole and in one order, the file of a cell named ``<cell>``.

    Both differ by the run.
    """
    for is_stream, group in itertools.groupby(outputs, _is_stream):
        for output in _merged(group) if is_stream else group:
            if is_stream:
                output.text = CELL_FILE.sub("<cell>", output.text)
            elif output.output_type == "error":
                output.traceback = [CELL_FILE.sub("<cell>", line) for line in output.traceback]
            yield output


def _is_stream(output: Any) -> bool:
    return bool(output.output_type == "stream")


def _merged(streams: Iterable[Any]) -> list[Any]:
    """Return one output for each stream, standard output first."""
    merged: dict[str, Any] = {}
    for output in sorted(streams, key=lambda output: str(output.name) != "stdout"):
        if output.name in merged:
            merged[output.name].text += output.text
        else:
            merged[output.name] = output
    return list(merged.values())


def as_file(notebook: dict[str, Any]) -> bytes:
    """Return a notebook as the bytes of its file, in one line: more take ten times as long."""
    text = json.dumps(notebook, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode("utf-8", errors="replace")

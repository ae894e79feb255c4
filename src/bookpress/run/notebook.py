"""Run one chapter: papermill injects the values, an engine runs the cells, and what differs from run to run goes."""

from __future__ import annotations

import itertools
import json
import logging
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.book.editions import Fingerprint
from bookpress.book.project import Project
from bookpress.chapter.estimates import harvest
from bookpress.chapter.parameters import Value
from bookpress.chapter.publish import TAG
from bookpress.errors import PressError
from bookpress.run import processes
from bookpress.run.cache import Run, run_key
from bookpress.run.engine import Engine

TIME_LIMIT = 600.0  # seconds a chapter may take, unless its front matter has a ``time_limit``
FRAME = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")  # how a traceback names a line of a cell
INJECTED = "injected-parameters"  # the tag of the cell that papermill puts values in by
CELL_FILE = re.compile(
    r"[^\s\"'<>]*ipykernel_\d+[/\\]\d+\.py"
)  # the file in which ipykernel says a cell stands


class ChapterError(PressError):
    """A chapter that failed: its slug, what went wrong and in which cell, the notebook as far as it was run."""

    def __init__(self, chapter: str, message: str, notebook: bytes) -> None:
        super().__init__(f"{chapter}: {message}")
        self.chapter, self.notebook = chapter, notebook

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes whole."""
        return ChapterError, (
            self.chapter,
            str(self).removeprefix(f"{self.chapter}: "),
            self.notebook,
        )


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
    limit = (
        time_limit if time_limit is not None else chapter.front_matter.get("time_limit", TIME_LIMIT)
    )
    return Job(
        chapter=chapter.slug,
        key=run_key(chapter, values, fingerprint),
        notebook=as_file(chapter.executable),
        values={one.name: one.in_python(values[one.name]) for one in chapter.parameters},
        environment={project.settings.data_variable: str(project.data)},
        time_limit=float(limit),
    )


def run_job(job: Job, engine: Engine, forked: Callable[[int], object] = int) -> Run:
    """Run a chapter or raise `ChapterError`; `forked` is told the process of a fork, which leads a group of its own."""
    processes.check()
    started = time.monotonic()
    # what a killed chapter has started may still write into its folder
    with tempfile.TemporaryDirectory(dir=processes.scratch(), ignore_cleanup_errors=True) as folder:
        notebook = _execute(job, engine, folder, forked)
    try:
        results = harvest(output for cell in notebook.cells for output in cell.get("outputs", ()))
        return Run(
            chapter=job.chapter,
            key=job.key,
            notebook=as_file(tidied(notebook)),
            results={key: result.fields for key, result in results.items()},
            seconds=round(time.monotonic() - started, 3),
        )
    except Exception as error:
        raise ChapterError(job.chapter, str(error), as_file(notebook)) from error


def _execute(job: Job, engine: Engine, folder: str, forked: Callable[[int], object]) -> Any:
    """Return the executed notebook, or raise `ChapterError`."""
    import nbformat

    if "papermill" not in sys.modules:  # a third of its imports are for the files of clusters
        sys.modules.setdefault("pyarrow.fs", None)  # type: ignore[arg-type]
    import papermill
    from papermill.engines import papermill_engines

    if sys.modules.get("pyarrow.fs", sys) is None:
        sys.modules.pop("pyarrow.fs", None)
    from bookpress.run import papermill_engines as _  # noqa: F401 - registers ours

    logging.getLogger("papermill").setLevel(
        logging.ERROR
    )  # we check the names of parameters ourselves
    asked, values = nbformat.reads(job.notebook, as_version=4), dict(job.values)
    notebook = papermill.execute_notebook(
        asked, None, parameters=values, prepare_only=True, progress_bar=False
    )
    try:
        # without papermill's own check of what came out: it does not know ``raises-exception``
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
        problem = _failure(notebook)
    except Exception as error:
        if isinstance(error, PressError):
            raise
        processes.check()
        problem = f"{_where(notebook)} {_interruption(error, job)}"
    if problem:
        raise ChapterError(job.chapter, problem, as_file(notebook))
    return notebook


def _interruption(error: Exception, job: Job) -> str:
    """Say what broke off a run: whatever it is, it fails one chapter, not the build."""
    from nbclient.exceptions import DeadKernelError

    from bookpress.run.fork_server import OutputError

    match error:
        case TimeoutError():
            return f"was still running after the time limit of {job.time_limit:g} seconds"
        case OutputError():
            return str(error)
        case DeadKernelError() | RuntimeError():
            return f"did not end: {error}"
    return f"broke off with {type(error).__name__}: {error}"


def _where(notebook: Any) -> str:
    """Name the code cell that broke the run, else the last one that was started."""
    started = [
        cell for cell in notebook.cells if cell.cell_type == "code" and _mark(cell, "start_time")
    ]
    broken = [cell for cell in started if _mark(cell, "exception")]
    return _named(notebook, (broken or started)[-1]) if started else "before its first cell, it"


def _failure(notebook: Any) -> str | None:
    """Say which cell ended the run and with what error; None if none did. One that calls ``sys.exit`` has failed."""
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
    return lines[-1] if lines else 1


def _named(notebook: Any, cell: Any, line: int = 1) -> str:
    """Name a cell by its number in the chapter, which has no injected parameters, and one of its lines."""
    code = [one for one in notebook.cells if one.cell_type == "code"]
    written = [one for one in code if INJECTED not in one.metadata.get("tags", [])]
    number = next((n for n, one in enumerate(written, 1) if one is cell), None)
    if number is None:
        return "the cell with the values of the parameters"
    lines = cell.source.strip("\n").splitlines() or [""]
    return f"code cell {number} (`{lines[min(line, len(lines)) - 1].strip()}`)"


def tidied(notebook: Any) -> Any:
    """Rid an executed notebook of what differs by the run or the machine, hide papermill's cell, and return it."""
    for key in ("jupytext", "papermill"):
        notebook.metadata.pop(key, None)
    notebook.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"c{number:03d}"
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
    """Yield outputs, streams whole and in one order, the file of a cell named ``<cell>``: both differ by the run."""
    for is_stream, group in itertools.groupby(
        outputs, lambda output: output.output_type == "stream"
    ):
        for output in _merged(group) if is_stream else group:
            if is_stream:
                output.text = CELL_FILE.sub("<cell>", output.text)
            elif output.output_type == "error":
                output.traceback = [CELL_FILE.sub("<cell>", line) for line in output.traceback]
            yield output


def _merged(streams: Iterable[Any]) -> list[Any]:
    """Return one output for each stream, standard output first."""
    merged: dict[str, Any] = {}
    for output in sorted(streams, key=lambda output: str(output.name) != "stdout"):
        kept = merged.setdefault(output.name, output)
        if kept is not output:
            kept.text += output.text
    return list(merged.values())


def as_file(notebook: dict[str, Any]) -> bytes:
    """Return a notebook as the bytes of its file, in one line: more take ten times as long."""
    return (json.dumps(notebook, sort_keys=True, ensure_ascii=False) + "\n").encode(
        "utf-8", errors="replace"
    )
